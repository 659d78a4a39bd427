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
const MARK = 62; // >
const FROM = Buffer.from('From ');
const LENGTHS = ['-Length:', '-length:', '-LENGTH:'].map((end) => Buffer.from(end));
const BLANK_LINE = Buffer.from('\n\n');
const BLANK_LINE_CRLF = Buffer.from('\n\r\n');
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
 * Returns the mails of an mbox that arrives in chunks, with their places, many at a time: waiting for each takes time. `at`: byte of
 * the mbox at which the chunks begin, a separator line.
 * The bytes they are in are overwritten when the next ones are taken: a fresh buffer each time costs more than reading.
 * Memory is bounded by the largest mail; throws InputError for one above 64 MiB.
 */
export async function* splitChunks(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  at = 0,
): AsyncGenerator<ChunkedMail[]> {
  let held: Buffer = Buffer.allocUnsafeSlow(2 * CHUNK);
  let size = 0;
  let wanted = CHUNK;
  for await (const chunk of chunks) {
    if (size + chunk.length > held.length) held = larger(held, size, chunk.length);
    held.set(chunk, size);
    size += chunk.length;
    if (size < wanted) continue;
    const source = held.subarray(0, size);
    const { mails, rest } = mailsIn(source, false);
    yield placed(mails, source, at);
    held.copyWithin(0, rest, size);
    at += rest;
    size -= rest;
    wanted = Math.max(CHUNK, 2 * size); // doubling keeps the copying linear
    if (size > MAX_LENGTH)
      throw new InputError({
        place: { file: name },
        expected: 'mails of at most 64 MiB',
        found: `a larger one at byte ${at}`,
      });
  }
  const source = held.subarray(0, size);
  yield placed(mailsIn(source, true).mails, source, at);
}

function larger(held: Buffer, size: number, more: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(2 * (size + more));
  held.copy(grown, 0, 0, size);
  return grown;
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
    const line = lineAt(source, separator);
    const body = headerEnd(source, start, source.length);
    const length = line.startsWith('From mboxrd@z') ? undefined : contentLength(source, start, body);
    const counted = length === undefined ? undefined : countedEnd(source, body + length);
    const { next, marks } =
      counted === undefined ? untilSeparator(source, start, body) : escaped(source, start, counted);
    if (!whole && (next >= source.length - AHEAD || (length !== undefined && body + length + AHEAD > source.length)))
      break;
    const end = next > start && source[next - 1] === LF && source[next - 2] === LF ? next - 1 : next;
    const quoting = marks === 0 || FORMAT_PATCH.test(line) ? 'none' : quotingOf(line, marks);
    mails.push({ raw: { start, body: Math.min(body, end), end, quoting }, from: separator, to: next });
    separator = next;
  }
  return { mails, rest: separator };
}

function quotingOf(separator: string, marks: number): Quoting {
  return separator.startsWith('From mboxrd@z') || marks > 1 ? 'mboxrd' : 'mboxo';
}

interface MailEnd {
  readonly next: number; // of the next separator, or the end of the source
  readonly marks: 0 | 1 | 2; // most quote marks before a `From ` in the body: 0, `>From ` or `>>From `
}

/** One pass finds the end of a mail and how its body was escaped: `From ` is rarer than any line end. */
function untilSeparator(source: Buffer, start: number, body: number): MailEnd {
  let marks: MailEnd['marks'] = 0;
  for (let at = source.indexOf(FROM, start); at >= 0; at = source.indexOf(FROM, at + 1)) {
    const before = source[at - 1];
    if (before === MARK && at > body)
      marks = source[at - 2] === LF ? marks || 1 : source[at - 2] === MARK && source[at - 3] === LF ? 2 : marks;
    else if (before === LF && afterBlankLine(source, at - 1) && isSeparator(source, at)) return { next: at, marks };
  }
  return { next: source.length, marks };
}

/** mboxcl2 escapes nothing: told by a separator-like line inside a mail whose length was counted. */
function escaped(source: Buffer, start: number, next: number): MailEnd {
  const mail = source.subarray(start, next);
  const inside = untilSeparator(mail, 1, 0);
  return { next, marks: inside.next < mail.length ? 0 : inside.marks };
}

/** Where a mail ends by its Content-Length, when a separator or the end of the source is there. */
function countedEnd(source: Buffer, end: number): number | undefined {
  for (const at of [end, end + 1, end + 2]) {
    if (at === source.length) return at;
    if (source[at - 1] === LF && isSeparator(source, at)) return at;
  }
  return undefined;
}

function contentLength(source: Buffer, start: number, body: number): number | undefined {
  const bytes = source.subarray(start, body);
  if (!LENGTHS.some((name) => bytes.includes(name))) return undefined;
  const head = bytes.toString('latin1');
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
  if (source[start] === LF) return start + 1;
  const head = source.subarray(start, Math.min(end, start + MAX_HEADER));
  const blank = head.indexOf(BLANK_LINE);
  const returned = (blank < 0 ? head : head.subarray(0, blank)).indexOf(BLANK_LINE_CRLF);
  if (returned >= 0) return Math.min(start + returned + 3, end);
  return blank < 0 ? end : Math.min(start + blank + 2, end);
}
