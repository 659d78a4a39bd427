// Physical lines of a mail body: quote depth, text without marks, and where the bytes are.

import { decodeLine } from './charset.ts';
import { unquotedPrintable } from './quoted-printable.ts';

/** One physical line of a body. */
export interface BodyLine {
  readonly depth: number; // count of quote marks, glued (`>>>`) or spaced (`> > `)
  readonly text: string; // without the marks and the one blank after the last mark; without line end
  readonly start: number; // bytes of the source
  readonly end: number; // bytes of the source, the line end excluded
  readonly number: number; // 1-based, of the mail body
  readonly first: number; // code of the first character of the text; 0: there is none
  readonly lead: number; // code of the first visible character of the text; 0: there is none
  readonly signs: number; // which telling characters stand in the text: bits of SIGN
}

/** Bits for characters that tell what a line may be: a line without the character of a form is not looked at closer. */
export const SIGN = {
  colon: 1,
  angle: 2, // < >
  square: 4, // [ ]
  round: 8, // ( )
  code: 16, // ; { } \
  star: 32,
  bar: 64,
  plus: 128,
  wide: 256, // not ASCII
} as const;

/** Returns a table with 1 at the code of each of `characters`: asked of every line, it is quicker than a Set. */
export function codesOf(characters: string): Uint8Array {
  const table = new Uint8Array(65_536);
  for (let at = 0; at < characters.length; at++) table[characters.charCodeAt(at)] = 1;
  return table;
}

const SIGNS = new Uint16Array(256).fill(SIGN.wide, 128);
for (const [characters, sign] of [
  [':', SIGN.colon],
  ['<>', SIGN.angle],
  ['[]', SIGN.square],
  ['()', SIGN.round],
  [';{}\\', SIGN.code],
  ['*', SIGN.star],
  ['|', SIGN.bar],
  ['+', SIGN.plus],
] as const) {
  for (const character of characters) SIGNS[character.charCodeAt(0)] = sign;
}
const LINE_END = 512; // a sign of no line: it ends one
SIGNS[10] = LINE_END;

/** How the raw lines of a body were encoded. */
export interface LineOptions {
  readonly fromEscape: boolean; // mbox: `>From ` stands for `From `
  readonly flowed: boolean; // format=flowed: one leading blank of an unquoted line is stuffing
  readonly charset: string | undefined; // of the Content-Type; undefined: UTF-8, else windows-1252
  readonly quotedPrintable: boolean;
}

/** The options of a body that nothing was done to. */
export const PLAIN: LineOptions = { fromEscape: false, flowed: false, charset: undefined, quotedPrintable: false };

/** Returns options of a decoded body. Like `made`, it keeps to one shape of object. */
export function optionsOf({ flowed, charset }: LineOptions, fromEscape: boolean): LineOptions {
  return { fromEscape, flowed, charset, quotedPrintable: false };
}

/** Bytes of a line that are read: no mail has longer ones for a person to read. */
export const MAX_LINE = 65_536;
const DUMP_MARK = /^>[0-9a-f]{16}: $/;
const CR = 13;
const BLANK = 32;
const EQUALS = 61;
const MARK = 62; // >

/** A body as one string with a character a byte, and which byte of the source is its first. */
export interface WholeText {
  readonly bytes: string;
  readonly from: number;
}

/** Returns the bytes of a body as a string. */
export function wholeText(source: Buffer, from: number, to: number): WholeText {
  return { bytes: source.toString('latin1', from, to), from };
}

/**
 * Returns the text of lines[from, to), blank lines empty: a part of the whole text where the lines stand there one
 * behind the other, unquoted and in ASCII. Linear in the lines.
 */
export function textOf(lines: readonly BodyLine[], from: number, to: number, whole: WholeText | undefined): string {
  if (to === from + 1) return lines[from]!.text;
  if (whole !== undefined && standsIn(lines, from, to))
    return whole.bytes.slice(lines[from]!.start - whole.from, lines[to - 1]!.end - whole.from);
  let text = lines[from]!.lead === 0 ? '' : lines[from]!.text;
  for (let at = from + 1; at < to; at++) text += lines[at]!.lead === 0 ? '\n' : `\n${lines[at]!.text}`;
  return text;
}

function standsIn(lines: readonly BodyLine[], from: number, to: number): boolean {
  let next = lines[from]!.start;
  for (let at = from; at < to; at++) {
    const { depth, text, start, end, lead, signs } = lines[at]!;
    if (depth !== 0 || start !== next || text.length !== end - start || (signs & SIGN.wide) !== 0) return false;
    if (lead === 0 && text !== '') return false;
    next = end + 1;
  }
  return true;
}

/**
 * Returns the lines of `source[from, to)`. A line longer than 64 KiB is cut there (its span is not). A line that
 * quoted-printable broke in two is one line, its span covers both. Linear: each byte is looked at once.
 * `whole`, when it is there already, is the text of those bytes.
 */
export function bodyLines(
  source: Buffer,
  from: number,
  to: number,
  options: LineOptions,
  whole?: WholeText,
): BodyLine[] {
  if (options.quotedPrintable) return quotedPrintableLines(source, from, to, options);
  const lines: BodyLine[] = [];
  const { bytes } = whole ?? wholeText(source, from, to); // the text of ASCII lines
  for (let start = from; start < to; ) {
    const byte = source[start];
    const { depth, length } =
      byte === MARK || (byte === BLANK && options.flowed) ? marksAt(source, start, to, options) : NO_MARKS;
    const textStart = start + length;
    let signs = 0;
    let at = textStart;
    for (; at < to; at++) {
      const sign = SIGNS[source[at]!]!;
      if (sign === LINE_END) break;
      signs |= sign;
    }
    const end = at > textStart && source[at - 1] === CR ? at - 1 : at;
    const stop = Math.min(end, start + MAX_LINE);
    const wide = (signs & SIGN.wide) !== 0;
    const text = wide
      ? decodeLine(source.subarray(textStart, stop), options.charset)
      : bytes.slice(textStart - from, stop - from);
    const lead = wide ? leadOf(text) : asciiLead(source, textStart, stop);
    const opening = textStart < stop ? (wide ? text.charCodeAt(0) : source[textStart]!) : 0;
    lines.push(made(depth, text, start, end, lines.length + 1, opening, lead, signs));
    start = at + 1;
  }
  return lines;
}

interface Marks {
  readonly depth: number;
  readonly length: number; // bytes from the start of the line to its text
}

const NO_MARKS: Marks = { depth: 0, length: 0 };

/** The quote marks of a line that begins with `>`, or with a blank in flowed text. */
function marksAt(source: Buffer, start: number, to: number, options: LineOptions): Marks {
  const first = source[start];
  const escaped = options.fromEscape && first === MARK && isEscapedFrom(source, start);
  const stuffed = options.flowed && first === BLANK; // some mailers stuff a quote, too: its marks count all the same
  const line = escaped || stuffed ? start + 1 : start;
  const { depth, length } = markedAt(source, line, Math.min(to, start + MAX_LINE));
  return { depth, length: line - start + length };
}

function isEscapedFrom(source: Buffer, start: number): boolean {
  let at = start;
  while (source[at] === MARK) at++;
  return source[at] === 0x46 && source.toString('latin1', at, at + 5) === 'From ';
}

/**
 * Counts the quote marks at the start of a line. At most one blank stands between two marks, so a quoted context line
 * ` > x` keeps its own `>`; `>=` is an operator, and KASAN points at a dumped row with `>`.
 */
function markedAt(source: Buffer, line: number, to: number): Marks {
  if (
    source[line] !== MARK ||
    (source[line + 18] === BLANK && DUMP_MARK.test(source.toString('latin1', line, line + 19)))
  )
    return NO_MARKS;
  let depth = 0;
  let at = line;
  let textAt = line;
  while (at < to && source[at] === MARK && source[at + 1] !== EQUALS) {
    depth++;
    textAt = at + 1;
    at = textAt < to && source[textAt] === BLANK ? textAt + 1 : textAt;
  }
  return depth === 0 ? NO_MARKS : { depth, length: at - line };
}

function asciiLead(source: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = source[at]!;
    if (byte !== BLANK && (byte < 9 || byte > 13)) return byte || 1;
  }
  return 0;
}

function leadOf(text: string): number {
  const shown = text.trimStart();
  return shown === '' ? 0 : shown.charCodeAt(0) || 1;
}

/** Where a line stands. */
export interface LinePlace {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** Returns a line made from text without marks. Linear in the text. */
export function lineOf(depth: number, text: string, { start, end, number }: LinePlace): BodyLine {
  let signs = 0;
  for (let at = 0; at < text.length; at++) signs |= SIGNS[Math.min(text.charCodeAt(at), 255)]!;
  const first = text === '' ? 0 : text.charCodeAt(0);
  return made(depth, text, start, end, number, first, leadOf(text), signs);
}

/** Returns a line at another depth. */
export function atDepth({ text, start, end, number, first, lead, signs }: BodyLine, depth: number): BodyLine {
  return made(depth, text, start, end, number, first, lead, signs);
}

/** Returns a line at another place. */
export function atPlace({ depth, text, first, lead, signs }: BodyLine, { start, end, number }: LinePlace): BodyLine {
  return made(depth, text, start, end, number, first, lead, signs);
}

// The one place where lines are made: objects of one shape are what the engine reads fastest, and millions are read.
function made(
  depth: number,
  text: string,
  start: number,
  end: number,
  number: number,
  first: number,
  lead: number,
  signs: number,
): BodyLine {
  return { depth, text, start, end, number, first, lead, signs };
}

function quotedPrintableLines(source: Buffer, from: number, to: number, options: LineOptions): BodyLine[] {
  const { bytes, spans } = unquotedPrintable(source, from, to);
  const lines = bodyLines(bytes, 0, bytes.length, optionsOf(options, options.fromEscape));
  for (let index = 0; index < lines.length; index++) {
    const { depth, text, number, first, lead, signs } = lines[index]!;
    lines[index] = made(depth, text, spans[2 * index]!, spans[2 * index + 1]!, number, first, lead, signs);
  }
  return lines;
}

/** Returns the last visible character of a text, a blank when there is none. */
export function lastVisible(text: string): string {
  const last = text.length === 0 ? ' ' : text[text.length - 1]!;
  return last > ' ' && last < '\x7f' ? last : (text.trimEnd().at(-1) ?? ' ');
}

/** True for a line without any visible character. */
export function isBlank(line: BodyLine): boolean {
  return line.lead === 0;
}
