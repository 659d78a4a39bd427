// Reads the annotated mail: fixtures/claims holds places and kinds, the mail itself is read from ../shared.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { quoteOf } from '../../src/claims/claims.ts';
import { readPassages } from '../../src/claims/sentences.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Claim, Thread } from '../../src/types.ts';

export const root = process.env['RELORE_ROOT'] ?? process.cwd();
const shared = join(root, '..', 'shared');

/** One annotated sentence: fixtures/claims/README.md. */
export interface Annotation {
  readonly words: string;
  readonly kinds: readonly string[];
  readonly message?: string;
  readonly open?: true;
  readonly aside?: true; // linux-mm.json: of a mail that is set aside
  readonly polarity?: '-';
  readonly rule?: string;
  readonly seed?: string;
  readonly table?: string;
  readonly verdict?: string;
}

/** The annotations of `fixtures/claims/NAME.json`. */
export function annotations(name: string): Annotation[] {
  return JSON.parse(readFileSync(join(root, 'fixtures', 'claims', `${name}.json`), 'utf8')) as Annotation[];
}

/** The name under which fixtures know a sentence. */
export function nameOf(sentence: string): string {
  const key = sentence
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim();
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

/**
 * Gives the names of the sentences of prose that a claim of `thread` was read from; none for a comment in a diff, which is not
 * annotated. A claim cuts what it quotes; the name is of the whole.
 */
export function namesIn(thread: Thread): (claim: Pick<Claim, 'quote' | 'repeats'>) => string[] {
  const whole = new Map<string, string>();
  for (const { sentences } of readPassages(thread))
    for (const sentence of sentences) whole.set(quoteOf(sentence), nameOf(sentence.text));
  return (claim) =>
    [claim.quote, ...claim.repeats.map(({ quote }) => quote)].flatMap((quote) => whole.get(quote) ?? []);
}

/** Whether a mail is set aside: the lowest bit of the first byte of the SHA-256 of its Message-ID. */
export function isSetAside(messageId: string): boolean {
  return ((createHash('sha256').update(messageId).digest()[0] ?? 0) & 1) === 1;
}

/** Whether ../shared is there. */
export const hasMail = existsSync(join(shared, 'mail-samples'));

/** The annotated mail samples, one thread a file, in the order of the annotation. */
export async function mailSamples(): Promise<Thread[]> {
  const folders: [string, RegExp][] = [
    ['seed-threads', /\.mbox$/],
    ['special', /./],
    ['lore', /./],
  ];
  const threads: Thread[] = [];
  for (const [folder, wanted] of folders) {
    const names = readdirSync(join(shared, 'mail-samples', folder)).filter((name) => wanted.test(name));
    for (const name of names.sort()) {
      const bytes = readFileSync(join(shared, 'mail-samples', folder, name));
      threads.push(await readThread(name.endsWith('.gz') ? gunzipSync(bytes) : bytes, name));
    }
  }
  return threads;
}

const more = process.env['RELORE_MAIL'] ?? join(shared, 'linux-mm');

/** The mails of linux-mm.json as far as they are at hand: one file each below RELORE_MAIL or ../shared/linux-mm, of any form. */
export async function moreMail(): Promise<Thread[]> {
  if (!existsSync(more)) return [];
  const threads: Thread[] = [];
  for (const name of readdirSync(more).sort()) threads.push(await readThread(readFileSync(join(more, name)), name));
  return threads;
}

/** The five seeds by number. */
export async function seeds(): Promise<ReadonlyMap<string, Thread>> {
  const folder = join(shared, 'seeds');
  const found = new Map<string, Thread>();
  for (const name of readdirSync(folder).sort())
    found.set(name.slice(0, 3), await readThread(readFileSync(join(folder, name)), name));
  return found;
}
