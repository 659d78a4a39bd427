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

/** Bytes of a line that are read: no mail has longer ones for a person to read. */
export const MAX_LINE = 65_536;
const DUMP_MARK = /^>[0-9a-f]{16}: /;
const LF = 10;
const CR = 13;
const BLANK = 32;
const EQUALS = 61;
const MARK = 62; // >

/**
 * Returns the lines of `source[from, to)`. A line longer than 64 KiB is cut there (its span is not). A line that
 * quoted-printable broke in two is one line, its span covers both. Linear in bytes.
 */
export function bodyLines(source: Buffer, from: number, to: number, options: LineOptions): BodyLine[] {
  if (options.quotedPrintable) return quotedPrintableLines(source, from, to, options);
  const lines: BodyLine[] = [];
  const whole = wholeText(source, from, to, options);
  const oneByte = whole.length === to - from;
  let textAt = 0; // of the line in the whole text
  for (let start = from; start < to; ) {
    const textEnd = whole === '' ? -1 : whole.indexOf('\n', textAt);
    const newline = oneByte ? textEnd + from : source.indexOf(LF, start);
    const last = newline < start || newline >= to;
    const stop = last ? to : newline;
    const end = stop > start && source[stop - 1] === CR ? stop - 1 : stop;
    const cut = Math.min(end, start + MAX_LINE);
    const known = whole !== '' && cut === end;
    const text = known
      ? whole.slice(textAt, (textEnd < 0 ? whole.length : textEnd) - (stop - end))
      : decodeLine(source.subarray(start, cut), options);
    lines.push(bodyLine(text, { start, end, number: lines.length + 1 }, options));
    start = last ? to : newline + 1;
    textAt = textEnd + 1;
  }
  return lines;
}

/** The text, when no line needs a decoder of its own: ASCII, or UTF-8 that is not said to be anything else; else ''. */
function wholeText(source: Buffer, from: number, to: number, options: LineOptions): string {
  const text = source.toString('utf8', from, to);
  if (text.length !== to - from && options.charset !== undefined) return '';
  return text.includes('\uFFFD') ? '' : text;
}

interface Where {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** RFC 2045 section 6.7: `=XX` is a byte, `=` at the end of a line joins it to the next. */
function quotedPrintableLines(source: Buffer, from: number, to: number, options: LineOptions): BodyLine[] {
  const physical = bodyLines(source, from, to, {
    ...options,
    quotedPrintable: false,
    fromEscape: false,
    flowed: false,
  });
  const lines: BodyLine[] = [];
  for (let at = 0; at < physical.length; at++) {
    const { start } = physical[at]!;
    const parts: string[] = [];
    let text = latin1(source, physical[at]!);
    while (text.endsWith('=') && at + 1 < physical.length) {
      parts.push(text.slice(0, -1));
      text = latin1(source, physical[++at]!);
    }
    parts.push(text.endsWith('=') ? text.slice(0, -1) : text);
    for (const piece of decodeQuotedPrintable(parts.join('').slice(0, MAX_LINE)).split(/\r?\n/)) {
      const decoded = decodeLine(Buffer.from(piece, 'latin1'), options);
      lines.push(bodyLine(decoded, { start, end: physical[at]!.end, number: lines.length + 1 }, options));
    }
  }
  return lines;
}

function latin1(source: Buffer, line: BodyLine): string {
  return source.toString('latin1', line.start, line.end).trimEnd();
}

function decodeQuotedPrintable(text: string): string {
  if (!text.includes('=')) return text;
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return bytes.replace(/\r$/, '');
}

function decodeLine(bytes: Buffer, options: LineOptions): string {
  const utf8 = bytes.toString('utf8');
  if (utf8.length === bytes.length && !utf8.includes('\uFFFD')) return utf8;
  const stated = options.charset === undefined ? undefined : decodeAs(bytes, options.charset);
  if (stated !== undefined) return stated;
  if (!utf8.includes('\uFFFD')) return utf8;
  return (isPaired(bytes) ? decodeAs(bytes, 'gb18030') : undefined) ?? decodeAs(bytes, 'windows-1252') ?? utf8;
}

/** True when high bytes stand in pairs only, two pairs somewhere: Chinese text. In windows-1252, letters stand alone or by two. */
function isPaired(bytes: Buffer): boolean {
  let run = 0;
  let longest = 0;
  for (const byte of bytes) {
    if (byte < 0x80 && run % 2 === 1) return false;
    run = byte < 0x80 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return run % 2 === 0 && longest >= 4;
}

function decodeAs(bytes: Buffer, charset: string): string | undefined {
  try {
    return decoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decoder(charset: string): InstanceType<typeof TextDecoder> {
  const known = decoders.get(charset);
  if (known !== undefined) return known;
  const made = new TextDecoder(charset);
  if (decoders.size < 100) decoders.set(charset, made);
  return made;
}

function bodyLine(raw: string, { start, end, number }: Where, options: LineOptions): BodyLine {
  const first = raw.charCodeAt(0);
  if (first !== MARK && first !== BLANK) return { depth: 0, text: raw, start, end, number };
  const escaped = options.fromEscape && first === MARK && /^>+From /.test(raw);
  const stuffed = options.flowed && first === BLANK; // some mailers stuff a quote, too: its marks count all the same
  const line = escaped || stuffed ? raw.slice(1) : raw;
  if (line.charCodeAt(0) !== MARK) return { depth: 0, text: line, start, end, number };
  const { depth, text } = splitQuote(line);
  return { depth, text, start, end, number };
}

/**
 * Splits a line into its quote depth and the text behind the marks. At most one blank stands between two marks, so a
 * quoted context line ` > x` keeps its own `>`; `>=` is an operator, and KASAN points at a dumped row with `>`.
 */
export function splitQuote(line: string): { depth: number; text: string } {
  if (line.charCodeAt(0) !== MARK || DUMP_MARK.test(line)) return { depth: 0, text: line };
  let depth = 0;
  let at = 0;
  let textAt = 0;
  while (line.charCodeAt(at) === MARK && line.charCodeAt(at + 1) !== EQUALS) {
    depth++;
    textAt = at + 1;
    at = line.charCodeAt(textAt) === BLANK ? textAt + 1 : textAt;
  }
  return { depth, text: depth === 0 ? line : line.slice(at) };
}

/** True for a line without any visible character. */
export function isBlank(line: BodyLine): boolean {
  const first = line.text.charCodeAt(0);
  return !(first > BLANK && first < 0x7f) && line.text.trim() === '';
}
