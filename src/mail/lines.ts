// Physical lines of a mail body: quote depth, text without marks, and where the bytes are.

/** One physical line of a body. */
export interface BodyLine {
  readonly depth: number; // count of quote marks, glued (`>>>`) or spaced (`> > `)
  readonly text: string; // without the marks and the one blank after the last mark; without line end
  readonly start: number; // bytes of the source
  readonly end: number; // bytes of the source, the line end excluded
  readonly number: number; // 1-based, of the mail body
}

/** How the raw lines of a body were encoded. */
export interface LineOptions {
  readonly fromEscape: boolean; // mbox: `>From ` stands for `From `
  readonly flowed: boolean; // format=flowed: one leading blank of an unquoted line is stuffing
  readonly charset: string | undefined; // of the Content-Type; undefined: UTF-8, else windows-1252
  readonly quotedPrintable: boolean;
}

/** The options of a body that nothing was done to. */
export const PLAIN: LineOptions = { fromEscape: false, flowed: false, charset: undefined, quotedPrintable: false };

interface RawLine {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Bytes of a line that are read: no mail has longer ones for a person to read. */
export const MAX_LINE = 65_536;
const DUMP_MARK = /^>[0-9a-f]{16}: /;
const LF = 10;
const CR = 13;

/**
 * Returns the lines of `source[from, to)`. A line longer than 64 KiB is cut there (its span is not). A line that
 * quoted-printable broke in two is one line, its span covers both. Linear in bytes.
 */
export function bodyLines(source: Buffer, from: number, to: number, options: LineOptions): BodyLine[] {
  const physical = physicalLines(source, from, to);
  const raw = options.quotedPrintable ? joinQuotedPrintable(physical) : physical;
  return raw.map(({ bytes, start, end }, index) => ({
    ...unquote(decodeLine(bytes, options), options),
    start,
    end,
    number: index + 1,
  }));
}

function physicalLines(source: Buffer, from: number, to: number): RawLine[] {
  const lines: RawLine[] = [];
  for (let start = from; start < to; ) {
    const newline = source.indexOf(LF, start);
    const last = newline < 0 || newline >= to;
    let end = last ? to : newline;
    const next = last ? to : newline + 1;
    if (end > start && source[end - 1] === CR) end--;
    lines.push({ bytes: source.subarray(start, Math.min(end, start + MAX_LINE)), start, end });
    start = next;
  }
  return lines;
}

/** RFC 2045 section 6.7: `=XX` is a byte, `=` at the end of a line joins it to the next. */
function joinQuotedPrintable(physical: readonly RawLine[]): RawLine[] {
  const lines: RawLine[] = [];
  for (let at = 0; at < physical.length; at++) {
    const first = physical[at]!;
    const parts: string[] = [];
    let text = first.bytes.toString('latin1').trimEnd();
    while (text.endsWith('=') && at + 1 < physical.length) {
      parts.push(text.slice(0, -1));
      text = physical[++at]!.bytes.toString('latin1').trimEnd();
    }
    parts.push(text.endsWith('=') ? text.slice(0, -1) : text);
    const decoded = parts
      .join('')
      .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const bytes = Buffer.from(decoded.replace(/\r$/, ''), 'latin1').subarray(0, MAX_LINE);
    for (const piece of decoded.includes('\n') ? splitLines(bytes) : [bytes])
      lines.push({ bytes: piece, start: first.start, end: physical[at]!.end });
  }
  return lines;
}

function splitLines(bytes: Buffer): Buffer[] {
  return bytes
    .toString('latin1')
    .split(/\r?\n/)
    .map((line) => Buffer.from(line, 'latin1'));
}

function decodeLine(bytes: Buffer, options: LineOptions): string {
  const utf8 = bytes.toString('utf8');
  if (utf8.length === bytes.length && !utf8.includes('\uFFFD')) return utf8;
  if (options.charset !== undefined) return decodeAs(bytes, options.charset) ?? utf8;
  return utf8.includes('\uFFFD') ? (decodeAs(bytes, 'windows-1252') ?? utf8) : utf8;
}

function decodeAs(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}

function unquote(raw: string, options: LineOptions): { depth: number; text: string } {
  const line = options.fromEscape && /^>+From /.test(raw) ? raw.slice(1) : raw;
  const quoted = splitQuote(line);
  if (quoted.depth === 0 && options.flowed && quoted.text.startsWith(' '))
    return { depth: 0, text: quoted.text.slice(1) };
  return quoted;
}

/**
 * Splits a line into its quote depth and the text behind the marks. At most one blank stands between two marks, so a
 * quoted context line ` > x` keeps its own `>`; `>=` is an operator, and KASAN points at a dumped row with `>`.
 */
export function splitQuote(line: string): { depth: number; text: string } {
  let depth = 0;
  let at = 0;
  let textAt = 0;
  while (line[at] === '>' && line[at + 1] !== '=' && !(depth === 0 && DUMP_MARK.test(line))) {
    depth++;
    textAt = at + 1;
    at = line[textAt] === ' ' ? textAt + 1 : textAt;
  }
  return { depth, text: depth === 0 ? line : line.slice(at) };
}

/** True for a line without any visible character. */
export function isBlank(line: BodyLine): boolean {
  return line.text === '' || line.text.trim() === '';
}
