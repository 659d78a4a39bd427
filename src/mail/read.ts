// Bytes -> Thread. Start here: the form, the mails, the tree, the blocks, the patches.

import type { Message, Thread } from '../types.ts';
import type { Body } from './blocks.ts';
import { readBody } from './blocks.ts';
import type { Part } from './finish.ts';
import { finishThread } from './finish.ts';
import type { Form } from './form.ts';
import { readForm } from './form.ts';
import type { BodyLine } from './lines.ts';
import { isBlank } from './lines.ts';
import type { Mail } from './mail.ts';
import { innerMails, readLines, readMail } from './mail.ts';
import { isCombined, patchOf } from './patch.ts';
import type { Threaded } from './thread.ts';
import { threadMails } from './thread.ts';

/**
 * Reads a thread from the bytes of an mbox, a mail, an archive text page or a patch, plain or gzip-packed; the form is
 * told by content, `name` only names the input in messages. Spans are offsets into the (unpacked) bytes behind a byte
 * order mark. Throws InputError for an empty or binary input and for text that is no mail. Linear but for sorting.
 */
export async function readThread(bytes: Uint8Array, name: string): Promise<Thread> {
  const form = await readForm(bytes, name);
  const threaded = threadMails(form.mails.flatMap((raw) => withInner(form, readMail(form, raw))));
  const parts: Part[] = [];
  for (const entry of threaded) {
    const { mail } = entry;
    const { lines, lossy, whole } = await readLines(form, mail);
    const body = readBody(lines, { author: mail.from.name || undefined, lossy: mail.collapsed, whole });
    const { blocks, turns, quoted } = body;
    parts.push({
      threaded: entry,
      message: message(entry, blocks, [...lossy, ...readingLosses(lines, body)]),
      turns,
      quoted,
      patch: patchOf(mail, lines, body),
    });
  }
  return finishThread(form.kind, parts);
}

/** What the body itself shows to be missing or left out. */
function readingLosses(lines: readonly BodyLine[], body: Body): string[] {
  const losses: string[] = [];
  if (isCombined(body)) losses.push('combined diff (diff --cc) shown, not taken as a patch');
  if (isCutOff(lines, body.diff)) losses.push('cut off inside a hunk');
  return losses;
}

/** True when a mail ends with a hunk of its author that has fewer lines than its header counts, or before the first hunk of a file. */
function isCutOff(lines: readonly BodyLine[], { files, spots }: Body['diff']): boolean {
  const end = lines.findLastIndex((line) => !isBlank(line));
  const file = files.at(-1);
  if (end < 0 || file === undefined || file.combined) return false;
  if (file.hunks.length === 0) return /^(?:---|\+\+\+) \S/.test(lines[end]!.text) && lines[end]!.depth === 0;
  const spot = spots.at(-1)!;
  const { hunk, at, rows } = spot;
  const count = (mark: string) => hunk.lines.filter((line) => !line.startsWith(mark)).length;
  const short = count('+') < hunk.oldLines || count('-') < hunk.newLines;
  return short && (rows.at(-1) ?? at) >= end;
}

function withInner(form: Form, mail: Mail): Mail[] {
  return [mail, ...innerMails(form, mail)];
}

function message({ mail, parent }: Threaded, blocks: Message['blocks'], lossy: readonly string[]): Message {
  const { id, synthetic, rawDate, date } = mail;
  const from = { from: mail.from.name, address: mail.from.address };
  return {
    id,
    synthetic,
    virtual: false,
    subject: mail.subject.whole,
    ...from,
    rawDate,
    date,
    parent,
    blocks,
    lossy,
  };
}
