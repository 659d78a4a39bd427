// Quoted-printable bodies, with the place of each line in the source.

const LF = 10;
const CR = 13;
const BLANK = 32;
const EQUALS = 61;

/** A decoded body, its lines ending in \n, and where each of them stood. */
export interface Unquoted {
  readonly bytes: Buffer;
  readonly spans: readonly number[]; // start and end of each line, in bytes of the source
}

/**
 * Decodes quoted-printable `source[from, to)`, RFC 2045 section 6.7: `=XX` is a byte, `=` at the end of a line joins it
 * to the next. What is neither stays as it is. Linear in the bytes.
 */
export function unquotedPrintable(source: Buffer, from: number, to: number): Unquoted {
  const decoded = Buffer.allocUnsafe(to - from + 1);
  const spans: number[] = [];
  let size = 0;
  for (let start = from; start < to; ) {
    const lineStart = start;
    let end = 0;
    for (let joined = true; joined && start < to; start = end + 1) {
      end = lineEnd(source, start, to);
      let stop = end;
      while (stop > start && isPadding(source[stop - 1]!)) stop--;
      joined = stop > start && source[stop - 1] === EQUALS;
      const shown = joined ? stop - 1 : stop;
      for (let at = start; at < shown; at++) {
        const raw = source[at]!;
        const byte = raw === EQUALS ? hexByte(source, at + 1, stop) : -1;
        if (byte < 0) {
          decoded[size++] = raw;
          continue;
        }
        if (byte === LF) spans.push(lineStart, lineStop(source, lineStart, end));
        decoded[size++] = byte;
        at += 2;
      }
    }
    spans.push(lineStart, lineStop(source, lineStart, end));
    decoded[size++] = LF;
  }
  return { bytes: decoded.subarray(0, size), spans };
}

function lineEnd(source: Buffer, from: number, to: number): number {
  const newline = source.indexOf(LF, from);
  return newline < 0 || newline > to ? to : newline;
}

/** Where a line stops that ends before `end`: without its CR. */
function lineStop(source: Buffer, start: number, end: number): number {
  return end > start && source[end - 1] === CR ? end - 1 : end;
}

function isPadding(byte: number): boolean {
  return byte === BLANK || (byte >= 9 && byte <= 13);
}

/** The byte that two hex digits stand for, -1 when they are none. */
function hexByte(source: Buffer, at: number, to: number): number {
  if (at + 2 > to) return -1;
  const high = hexDigit(source[at]!);
  const low = hexDigit(source[at + 1]!);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
