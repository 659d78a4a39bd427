// Where the mails of an mbox begin and end. Rules: RFC 4155 and the conventions called mboxo, mboxrd, mboxcl, mboxcl2.

import { InputError } from '../errors.ts';
import type { PageHead } from './page.ts';

/** Bytes of one mail in its source: [start, body) is the header, [body, end) the body. */
export interface RawMail {
  readonly start: number;
  readonly body: number;
  readonly end: number;
  readonly quoting: Quoting;
  readonly page?: PageHead; // of a mail on an archive page, which has no header of its own
}

/** What a body line `>From ` stands for: itself, `From ` as every mboxrd writer says, or most likely `From `. */
export type Quoting = 'none' | 'mboxrd' | 'mboxo';

const LF = 10;
const CR = 13;
const HEADER_LINE = /^(?:[!-9;-~]+[ \t]*:|From )/;
const FORMAT_PATCH = /^From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?\n/;
const MAX_HEADER = 1 << 20; // bytes; a header block that does not end there has no body
const AHEAD = 2_048; // bytes behind a separator that tell whether it is one
const CHUNK = 1 << 18; // bytes of an mbox that are split at a time
const MAX_LENGTH = 1 << 26; // bytes; a larger Content-Length is not believed

/** True when the source begins with an mbox separator that a header line follows. */
export function isMbox(source: Buffer): boolean {
  return isSeparator(source, 0);
}

/**
 * Returns the mails of an mbox in file order. A separator is `From ` at line start, after a blank line or at the start,
 * and followed by a line that looks like a header; a `From ` line inside a body is none. A Content-Length is believed
 * only when it ends at a separator or at the end of the source. Linear in bytes.
 */
export function splitMbox(source: Buffer): RawMail[] {
  return mailsIn(source, true).mails.map(({ raw }) => raw);
}

/** A mail of an mbox in chunks: `raw` is its place in `source`, a piece of the mbox. */
export interface ChunkedMail {
  readonly source: Buffer;
  readonly raw: RawMail;
  readonly from: number; // byte of the mbox, of the separator line
  readonly to: number; // byte of the mbox, of the next separator line
}

/**
 * Returns the mails of an mbox that arrives in chunks, with their places, many at a time: waiting for each takes time.
 * Memory is bounded by the largest mail; throws InputError for one above 64 MiB.
 */
export async function* splitChunks(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<ChunkedMail[]> {
  let held: Buffer[] = [];
  let size = 0;
  let wanted = CHUNK;
  let at = 0;
  for await (const chunk of chunks) {
    held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    size += chunk.length;
    if (size < wanted) continue;
    const source = held.length === 1 ? held[0]! : Buffer.concat(held, size);
    const { mails, rest } = mailsIn(source, false);
    yield placed(mails, source, at);
    const left = Buffer.from(source.subarray(rest));
    at += rest;
    held = [left];
    size = left.length;
    wanted = Math.max(CHUNK, 2 * size); // doubling keeps the copying linear
    if (size > MAX_LENGTH)
      throw new InputError({
        place: { file: name },
        expected: 'mails of at most 64 MiB',
        found: `a larger one at byte ${at}`,
      });
  }
  const source = Buffer.concat(held, size);
  yield placed(mailsIn(source, true).mails, source, at);
}

function placed(mails: readonly Split[], source: Buffer, at: number): ChunkedMail[] {
  return mails.map(({ raw, from, to }) => ({ source, raw, from: at + from, to: at + to }));
}

/** Returns `source[start, end)` as one mail with its header end located. */
export function rawMail(source: Buffer, start: number, end: number, quoting: Quoting): RawMail {
  return { start, body: headerEnd(source, start, end), end, quoting };
}

interface Split {
  readonly raw: RawMail;
  readonly from: number; // of the separator line
  readonly to: number; // of the next separator, or the end
}

/** The mails of a source, and where the first one begins that is not returned because more of it may follow. */
function mailsIn(source: Buffer, whole: boolean): { mails: Split[]; rest: number } {
  const mails: Split[] = [];
  if (!isSeparator(source, 0)) return { mails, rest: 0 };
  let separator = 0;
  while (separator < source.length) {
    const start = afterLine(source, separator);
    const rd = source.toString('latin1', separator, separator + 13) === 'From mboxrd@z';
    const counted = rd ? undefined : countedEnd(source, start);
    const next = counted ?? nextSeparator(source, start);
    if (!whole && (next >= source.length - AHEAD || mayCount(source, start, rd))) break;
    const stop = next > start && source[next - 1] === LF && source[next - 2] === LF ? next - 1 : next;
    const literal = FORMAT_PATCH.test(lineAt(source, separator));
    const quoting = literal ? 'none' : escapeOf(source.subarray(start, stop), rd, counted !== undefined);
    mails.push({ raw: rawMail(source, start, stop, quoting), from: separator, to: next });
    separator = next;
  }
  return { mails, rest: separator };
}

/** mboxcl2 escapes nothing: told by a separator-like line inside a mail whose length was counted. */
function escapeOf(mail: Buffer, rd: boolean, counted: boolean): Quoting {
  if (counted && nextSeparator(mail, 1) < mail.length) return 'none';
  return rd || mail.includes('\n>>From ', 0, 'latin1') ? 'mboxrd' : 'mboxo';
}

function nextSeparator(source: Buffer, from: number): number {
  for (
    let at = source.indexOf('\nFrom ', from - 1, 'latin1');
    at >= 0;
    at = source.indexOf('\nFrom ', at + 1, 'latin1')
  ) {
    if (afterBlankLine(source, at) && isSeparator(source, at + 1)) return at + 1;
  }
  return source.length;
}

/** Where a mail ends by its Content-Length, when a separator or the end of the source is there. */
function countedEnd(source: Buffer, start: number): number | undefined {
  const length = contentLength(source, start);
  if (length === undefined) return undefined;
  const end = headerEnd(source, start, source.length) + length;
  for (const at of [end, end + 1, end + 2]) {
    if (at === source.length) return at;
    if (source[at - 1] === LF && isSeparator(source, at)) return at;
  }
  return undefined;
}

/** True when a Content-Length points behind what has been read of the source. */
function mayCount(source: Buffer, start: number, rd: boolean): boolean {
  const length = rd ? undefined : contentLength(source, start);
  return length !== undefined && headerEnd(source, start, source.length) + length + AHEAD > source.length;
}

function contentLength(source: Buffer, start: number): number | undefined {
  const end = headerEnd(source, start, source.length);
  const head = source.toString('latin1', start, end);
  if (!/content-length/i.test(head)) return undefined;
  const length = Number(/^content-length:[ \t]*(\d{1,9})[ \t]*\r?$/im.exec(head)?.[1] ?? Number.NaN);
  return length <= MAX_LENGTH ? length : undefined;
}

function afterBlankLine(source: Buffer, newline: number): boolean {
  const before = source[newline - 1];
  return before === LF || (before === CR && source[newline - 2] === LF);
}

/** A separator carries a time; one without is believed when two header lines follow. */
function isSeparator(source: Buffer, at: number): boolean {
  if (source.toString('latin1', at, at + 5) !== 'From ') return false;
  const next = afterLine(source, at);
  if (!HEADER_LINE.test(lineAt(source, next))) return false;
  return /\d:\d\d/.test(lineAt(source, at)) || HEADER_LINE.test(lineAt(source, afterLine(source, next)));
}

/** The first 200 bytes of a line. */
function lineAt(source: Buffer, at: number): string {
  return source.toString('latin1', at, Math.min(at + 200, afterLine(source, at)));
}

function afterLine(source: Buffer, at: number): number {
  const newline = source.indexOf(LF, at);
  return newline < 0 ? source.length : newline + 1;
}

function headerEnd(source: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_HEADER);
  if (source[start] === LF) return start + 1;
  for (let at = source.indexOf(LF, start); at >= 0 && at < limit; at = source.indexOf(LF, at + 1)) {
    if (source[at + 1] === LF) return Math.min(at + 2, end);
    if (source[at + 1] === CR && source[at + 2] === LF) return Math.min(at + 3, end);
  }
  return end;
}
