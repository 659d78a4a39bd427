// Where the mails of an mbox begin and end. Rules: RFC 4155 and the mboxo/mboxrd conventions.

/** Bytes of one mail in its source: [start, body) is the header, [body, end) the body. */
export interface RawMail {
  readonly start: number;
  readonly body: number;
  readonly end: number;
  readonly fromEscape: boolean; // body lines `>From ` stand for `From `
}

const LF = 10;
const HEADER_LINE = /^(?:[!-9;-~]+[ \t]*:|From )/;
const MAX_HEADER = 1 << 20; // bytes; a header block that does not end there has no body

/** True when the source begins with an mbox separator that a header line follows. A byte order mark may stand before it. */
export function isMbox(source: Buffer): boolean {
  return isSeparator(source, 0);
}

/**
 * Returns the mails of an mbox in file order. A separator is `From ` at line start, after a blank line or at the start,
 * and followed by a line that looks like a header; a `From ` line inside a body is none. Linear in bytes.
 */
export function splitMbox(source: Buffer): RawMail[] {
  const starts = separators(source);
  return starts.map((separator, index) => {
    const start = afterLine(source, separator);
    const next = starts[index + 1] ?? source.length;
    const end = next > start && source[next - 1] === LF && source[next - 2] === LF ? next - 1 : next;
    return rawMail(source, start, end, true);
  });
}

/** Returns `source[start, end)` as one mail with its header end located. */
export function rawMail(source: Buffer, start: number, end: number, fromEscape: boolean): RawMail {
  return { start, body: headerEnd(source, start, end), end, fromEscape };
}

function separators(source: Buffer): number[] {
  const found = isSeparator(source, 0) ? [0] : [];
  for (let at = source.indexOf('\nFrom ', 0, 'latin1'); at >= 0; at = source.indexOf('\nFrom ', at + 1, 'latin1')) {
    if (afterBlankLine(source, at) && isSeparator(source, at + 1)) found.push(at + 1);
  }
  return found;
}

function afterBlankLine(source: Buffer, newline: number): boolean {
  const before = source[newline - 1];
  return before === LF || (before === 13 && source[newline - 2] === LF);
}

/** A separator carries a time; one without is believed when two header lines follow. */
function isSeparator(source: Buffer, at: number): boolean {
  const line = lineAt(source, at);
  if (!line.startsWith('From ')) return false;
  const next = afterLine(source, at);
  if (!HEADER_LINE.test(lineAt(source, next))) return false;
  return /\d:\d\d/.test(line) || HEADER_LINE.test(lineAt(source, afterLine(source, next)));
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
  for (let at = start; at < limit; ) {
    const next = afterLine(source, at);
    const length = next - at;
    if (length === 1 || (length === 2 && source[at] === 13)) return Math.min(next, end);
    at = next;
  }
  return end;
}
