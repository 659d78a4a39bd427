// Small mails in our own words, and readers for the real ones beside the repository.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readThread } from '../../src/mail/read.ts';
import type { Block, Thread } from '../../src/types.ts';

const SHARED = join(import.meta.dirname, '..', '..', '..', 'shared');

/** Path below ../shared. */
export function shared(path: string): string {
  return join(SHARED, path);
}

/** '' when the folder is there, else the reason to skip, for a test title. */
export function missing(path: string): string {
  return existsSync(shared(path)) ? '' : ` (skipped: ../shared/${path} is not there)`;
}

/** Reads a file below ../shared, virtual messages included. */
export async function readSharedWhole(path: string): Promise<Thread> {
  return readThread(readFileSync(shared(path)), path);
}

/** Reads a file below ../shared. The messages that are known only from quotes are left out: virtual.test.ts has them. */
export async function readShared(path: string): Promise<Thread> {
  return onlyReal(await readSharedWhole(path));
}

function onlyReal(thread: Thread): Thread {
  return { ...thread, messages: thread.messages.filter((message) => !message.virtual) };
}

/** Files of a sample folder whose names match, sorted, as paths below ../shared. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(shared(`mail-samples/${folder}`), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => `mail-samples/${folder}/${name}`);
}

/** Reads text as an input of unknown name, virtual messages included. */
export async function readWhole(text: string): Promise<Thread> {
  return readThread(Buffer.from(text), 'input');
}

/** Reads text as an input of unknown name. The messages that are known only from quotes are left out. */
export async function read(text: string): Promise<Thread> {
  return onlyReal(await readWhole(text));
}

/** A mail with the usual fields; `fields` adds or replaces. */
export function mail(body: string, fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    From: 'Ann Author <ann@example.org>',
    Subject: 'mm: a question',
    Date: 'Tue, 2 Jan 2024 03:04:05 +0100',
    'Message-ID': '<1@example.org>',
    ...fields,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${head.join('\n')}\n\n${body}`;
}

/** The blocks of a one-mail input. */
export async function blocksOf(body: string): Promise<readonly Block[]> {
  return (await read(mail(body))).messages[0]?.blocks ?? [];
}

/** Blocks as `depth speaker kind` lines, for comparing a whole mail at a glance. */
export function outline(blocks: readonly Block[]): string[] {
  return blocks.map((block) => `${block.depth} ${block.speaker ?? '?'} ${block.kind}`);
}
