// Mail in parts, encoded, or in an odd charset: which bytes are text, attached patches, mails inside the mail. The walk
// over the parts is ours, because it keeps the place of each line in the source and no part can make it slow: every byte
// is looked at once a level. ASCII and UTF-8 are read here, as mailparser would read them; what the bytes of any other
// part say, mailparser tells: see parser.ts.

import { isAscii, isUtf8 } from 'node:buffer';
import type { Content } from './content.ts';
import { contentOf } from './content.ts';
import type { Headers } from './header.ts';
import { decodeCharset, parseHeaders } from './header.ts';
import { htmlText } from './html.ts';
import type { BodyLine } from './lines.ts';
import { atPlace, bodyLines, optionsOf, PLAIN } from './lines.ts';
import type { RawMail } from './mbox.ts';
import { rawMail } from './mbox.ts';
import { decodedText } from './parser.ts';

/** A leaf of a mail: its content and the bytes of its body. */
export interface Part {
  readonly content: Content;
  readonly start: number;
  readonly end: number;
}

/** The parts of a mail that are read, the mails inside it, and what could not be read. */
export interface Parts {
  readonly texts: readonly Part[]; // text and attached patches, in order
  readonly mails: readonly RawMail[];
  readonly lossy: readonly string[];
}

const MAX_PART = 16 << 20; // bytes of one part as it is in the source
const MAX_DEPTH = 8; // multiparts inside each other
const MAX_PARTS = 500; // of one mail

interface Node extends Part {
  readonly level: number;
}

/** Returns the parts of a mail. At most 500 parts and 8 levels are read; linear in bytes times levels. */
export function partsOf(source: Buffer, raw: RawMail, headers: Headers): Parts {
  const lossy = new Set<string>();
  const leaves: Part[] = [];
  const stack: Node[] = [{ content: contentOf(headers), start: raw.body, end: raw.end, level: 0 }];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!node.content.type.startsWith('multipart/')) {
      leaves.push(node);
      continue;
    }
    const { inner, closed } =
      node.level < MAX_DEPTH ? children(source, node, MAX_PARTS - leaves.length - stack.length) : NO_CHILDREN;
    if (inner.length > 0 && !closed) lossy.add('cut off inside a MIME part: no closing boundary');
    if (inner.length === 0) {
      lossy.add('multipart without its parts: read as text');
      leaves.push({ ...node, content: { ...node.content, type: 'text/plain' } });
    } else {
      stack.push(...(node.content.type === 'multipart/alternative' ? [bestOf(inner)] : inner).reverse());
    }
  }
  return { ...chosen(source, leaves, lossy), lossy: [...lossy] };
}

function chosen(source: Buffer, leaves: readonly Part[], lossy: Set<string>): Omit<Parts, 'lossy'> {
  const plain = leaves.filter(isRead);
  const html = plain.length > 0 ? [] : leaves.filter((part) => part.content.type === 'text/html').slice(0, 1);
  if (html.length > 0) lossy.add('HTML only: text made from markup');
  const mails = leaves
    .filter((part) => part.content.type === 'message/rfc822' && !/base64|quoted/.test(part.content.encoding))
    .map((part) => rawMail(source, skipBlank(source, part), part.end, 'none'));
  return { texts: [...plain, ...html], mails };
}

function isRead({ content }: Part): boolean {
  const { type, file, attached } = content;
  if (/^(?:text|application)\/x-(?:patch|diff)$/.test(type)) return true;
  if (/\.(?:patch|diff)$/i.test(file)) return /^(?:text\/|application\/(?:octet-stream|mbox|x-))/.test(type);
  if (/^text\/x-c(?:src|hdr)?$/.test(type) || (type.startsWith('text/') && /\.[ch]$/.test(file))) return true;
  return type.startsWith('text/') && type !== 'text/html' && type !== 'text/calendar' && !attached;
}

/** The alternative that is nearest to what was typed. */
function bestOf(inner: readonly Node[]): Node {
  const order = [/^text\/plain$/, /^multipart\//, /^text\/(?!html)/, /^text\/html$/];
  const best = order
    .map((type) => inner.find((node) => type.test(node.content.type)))
    .find((node) => node !== undefined);
  return best ?? inner[0]!;
}

interface Children {
  readonly inner: Node[];
  readonly closed: boolean; // the last boundary says that no part follows
}

const NO_CHILDREN: Children = { inner: [], closed: true };

function children(source: Buffer, node: Node, most: number): Children {
  const { boundary } = node.content;
  if (boundary === undefined) return NO_CHILDREN;
  const mark = Buffer.from(`--${boundary}`, 'latin1');
  const marks: { readonly from: number; readonly to: number }[] = [];
  let closed = false;
  for (let at = source.indexOf(mark, node.start); at >= 0 && at < node.end; at = source.indexOf(mark, at + 1)) {
    if (at > node.start && source[at - 1] !== 10) continue;
    const behind = source.toString('latin1', at + mark.length, at + mark.length + 80);
    if (!/^(?:--)?[ \t]*(?:\r?\n|$)/.test(behind)) continue;
    const newline = source.indexOf(10, at);
    marks.push({ from: at, to: newline < 0 || newline >= node.end ? node.end : newline + 1 });
    closed = behind.startsWith('--') || marks.length > most;
    if (closed) break;
  }
  const inner = marks.flatMap(({ to }, index) => {
    const next = marks[index + 1];
    if (next === undefined && (index > 0 || to >= node.end) && source[marks[index]!.to - 2] === 45) return [];
    const end = next === undefined ? node.end : Math.max(to, lineBefore(source, next.from));
    return to >= end ? [] : [childOf(source, to, end, node.level + 1)];
  });
  return { inner, closed };
}

/** Where the line before `at` ends: the line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1). */
function lineBefore(source: Buffer, at: number): number {
  return source[at - 2] === 13 ? at - 2 : at - 1;
}

function childOf(source: Buffer, start: number, end: number, level: number): Node {
  const { body } = rawMail(source, start, end, 'none');
  const headers = parseHeaders(decodeCharset(source.subarray(start, body), 'utf-8'));
  return { content: contentOf(headers), start: body, end, level };
}

function skipBlank(source: Buffer, { start, end }: Part): number {
  let at = start;
  while (at < end && (source[at] === 10 || source[at] === 13)) at++;
  return at;
}

/** Returns the lines of one part, each with its place in the source; undefined when mailparser must decode it. */
export function ownLines(source: Buffer, part: Part, fromEscape: boolean): PartLines | undefined {
  const { type, encoding } = part.content;
  if (part.end - part.start > MAX_PART)
    return { lines: [], lossy: `${encoding === 'base64' ? 'base64 ' : ''}part larger than 16 MiB: not read` };
  if (type === 'text/html' || !isOwn(source.subarray(part.start, part.end), part.content)) return undefined;
  return { lines: rawLines(source, part, fromEscape) };
}

/** True when our own reading of a part is what mailparser would give: ASCII and clean UTF-8, however it was encoded. */
function isOwn(body: Buffer, { charset, encoding }: Content): boolean {
  if (!isCoded(encoding) && isPlainCharset(charset, body) && isAscii(body)) return true;
  if (charset !== undefined) return false;
  if (!isCoded(encoding)) return isClean(body);
  const text = body.toString('latin1');
  if (encoding === 'base64') return isBase64(text) && isClean(Buffer.from(text, 'base64'));
  if (encoding !== 'quoted-printable' || !isAscii(body) || ODD_QUOTED.test(text)) return false;
  return !/=[89A-F]/i.test(text) || isClean(unquoted(text));
}

const NO_BASE64 = /[^A-Za-z0-9+/=\r\n]/; // readers differ in what they make of other characters
const ODD_QUOTED = /=(?![0-9A-F]{2}|\r?\n)|[\v\f]|\r(?!\n)|=0[AD]|[ \t]$/i; // and of these

/** True for base64 whose only padding is at its end. */
function isBase64(text: string): boolean {
  const padding = text.indexOf('=');
  return !NO_BASE64.test(text) && (padding < 0 || padding >= text.trimEnd().length - 2);
}

/** The bytes behind quoted-printable as far as they decide about its charset: line ends may be lost. */
function unquoted(text: string): Buffer {
  const decoded = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** True for UTF-8 without byte order marks and doubled carriage returns, which decoders drop. */
function isClean(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes('\uFEFF') && !bytes.includes('\r\r');
}

/**
 * Returns the lines of a part that mailparser decodes, and what could not be read. Where it has no character for a byte,
 * the line is read from the raw bytes by fallback.
 */
export async function parsedLines(source: Buffer, part: Part, fromEscape: boolean): Promise<PartLines> {
  const { type, encoding } = part.content;
  const body = source.subarray(part.start, part.end);
  const text = await decodedText(body, part.content);
  if (type === 'text/html') return htmlLines(part, text ?? source.toString('latin1', part.start, part.end));
  const own = rawLines(source, part, fromEscape);
  if (text === undefined) return { lines: own, lossy: 'part not decoded within 10 s: read as it stands' };
  const bytes = Buffer.from(text);
  const marked = fromEscape && encoding !== 'base64';
  const decoded = { fromEscape: marked, flowed: part.content.flowed, charset: 'utf-8', quotedPrintable: false };
  const lines = bodyLines(bytes, 0, bytes.length, decoded);
  return { lines: lines.map((line, index) => placed(line, own[Math.floor((index * own.length) / lines.length)])) };
}

/** The lines of one part, and what its encoding lost. */
export interface PartLines {
  readonly lines: BodyLine[];
  readonly lossy?: string;
}

/** True when a transfer encoding stands between the bytes of a body and its text. */
export function isCoded(encoding: string): boolean {
  return !/^(?:|[78]bit|binary)$/.test(encoding);
}

/** True for ASCII, UTF-8 and Latin-1, and for bytes that no other charset reads in another way. */
export function isPlainCharset(charset: string | undefined, body: Buffer): boolean {
  if (charset === undefined || /^(?:iso-?8859-1|latin-?1|windows-1252|cp1252)$/.test(charset)) return true;
  return !/^(?:iso-2022|hz|utf-)/.test(charset) && isAscii(body);
}

/** A decoded line at its place in the source; the line itself as it stands there when the decoder lost a byte of it. */
function placed(line: BodyLine, own: BodyLine | undefined): BodyLine {
  if (own === undefined) return line;
  return line.text.includes('\uFFFD') ? own : atPlace(line, { ...own, number: line.number });
}

function htmlLines({ start, end }: Part, html: string): PartLines {
  const text = Buffer.from(htmlText(html));
  return {
    lines: bodyLines(text, 0, text.length, PLAIN).map((line) => atPlace(line, { start, end, number: line.number })),
  };
}

/** The lines as the source has them: their places, and their text by our own reading of the charset. */
function rawLines(source: Buffer, part: Part, fromEscape: boolean): BodyLine[] {
  const { charset, encoding, flowed } = part.content;
  const options = { fromEscape, flowed, charset, quotedPrintable: encoding === 'quoted-printable' };
  if (encoding !== 'base64') return bodyLines(source, part.start, part.end, options);
  const decoded = Buffer.from(source.toString('latin1', part.start, part.end), 'base64');
  const place = base64Places(source, part);
  const lines = bodyLines(decoded, 0, decoded.length, optionsOf(options, false));
  for (const [index, line] of lines.entries()) {
    const start = place(line.start);
    lines[index] = atPlace(line, { start, end: Math.max(place(line.end), start), number: line.number });
  }
  return lines;
}

/** Bytes of the source by decoded bytes, to four characters: base64 lines are of one length but for the last. */
function base64Places(source: Buffer, { start, end }: Part): (at: number) => number {
  let first = start;
  while (first < end && source[first]! <= 32) first++;
  const newline = source.indexOf(10, first);
  const step = newline < 0 || newline >= end ? end - first + 1 : newline + 1 - first;
  const characters = step - (source[newline - 1] === 13 ? 2 : 1);
  const bytes = Math.max(1, Math.floor((characters * 3) / 4));
  return (at) => Math.min(end, first + Math.floor(at / bytes) * step + Math.floor(((at % bytes) * 4) / 3));
}
