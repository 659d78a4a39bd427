// One mail: its fields, its ids, and the lines of its body, whatever encoding they came in.

import { createHash } from 'node:crypto';
import type { Content } from './content.ts';
import { contentOf } from './content.ts';
import { parseDate } from './date.ts';
import { hasQuotes, isFlattened, unflatten } from './flat.ts';
import { codeLines, isFlattenedC } from './flatcode.ts';
import type { Form } from './form.ts';
import type { Headers, Mailbox } from './header.ts';
import { decodeCharset, decodeWords, field, messageIds, parseHeaders, parseMailbox } from './header.ts';
import type { BodyLine, WholeText } from './lines.ts';
import { atPlace, bodyLines, lineOf, MAX_LINE, PLAIN, wholeText } from './lines.ts';
import type { RawMail } from './mbox.ts';
import type { Part, PartLines } from './mime.ts';
import { isCoded, isPlainCharset, ownLines, parsedLines, partsOf } from './mime.ts';
import type { Subject } from './subject.ts';
import { parseSubject } from './subject.ts';

/** A mail before its body is divided into blocks. */
export interface Mail {
  readonly id: string;
  readonly synthetic: boolean;
  readonly from: Mailbox;
  readonly subject: Subject;
  readonly rawDate: string | undefined;
  readonly date: string | undefined; // ISO 8601, UTC
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[]; // oldest first
  readonly raw: RawMail;
  readonly headers: Headers;
  readonly collapsed: boolean; // leading blanks and runs of blanks were lost
}

/** The body of a mail as lines, and what its encoding lost. */
export interface MailLines {
  readonly lines: readonly BodyLine[];
  readonly lossy: readonly string[];
  readonly whole?: WholeText; // what the lines were cut from, when it was not decoded
}

/** Returns what the header of a mail says. The body is read apart, by readLines, so that it need not be kept. */
export function readMail(form: Form, raw: RawMail): Mail {
  const headers = headersOf(form, raw);
  const id = messageIds(field(headers, 'message-id'))[0] ?? bareId(field(headers, 'message-id'));
  const rawDate = field(headers, 'date');
  return {
    id: id ?? contentId(form.source.subarray(raw.start, raw.end)),
    synthetic: id === undefined,
    from: parseMailbox(field(headers, 'from') ?? ''),
    subject: parseSubject(decodeWords(raw.page?.subject ?? field(headers, 'subject') ?? '')),
    rawDate,
    date: parseDate(rawDate),
    inReplyTo: messageIds(field(headers, 'in-reply-to')),
    references: messageIds(allOf(headers, 'references')),
    raw,
    headers,
    collapsed: raw.page !== undefined || form.kind === 'flat',
  };
}

function allOf(headers: Headers, name: string): string | undefined {
  const values = headers.get(name);
  return values === undefined || values.length === 1 ? values?.[0] : values.join(' ');
}

// A Message-ID that lost its angles is still an id.
function bareId(value: string | undefined): string | undefined {
  return /^[^\s<>@]+@[^\s<>@]+$/.exec(value ?? '')?.[0];
}

/** A stable id for a mail without one: the same bytes give the same id. */
function contentId(bytes: Uint8Array): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}@relore.invalid`;
}

function headersOf(form: Form, raw: RawMail): Headers {
  if (raw.page !== undefined) return parseHeaders(raw.page.headerText);
  const text = form.source.toString('utf8', raw.start, raw.body);
  if (!text.includes('\uFFFD')) return parseHeaders(text);
  return parseHeaders(decodeCharset(form.source.subarray(raw.start, raw.body), 'utf-8'));
}

function pageLosses(body: string, rawDate: string | undefined): string[] {
  const losses: string[] = [];
  if (!/^[ \t]|\S {2,}\S|\t/m.test(body.replace(/^[> ]+/gm, ''))) losses.push('columns collapsed');
  if (/@x{3,}/.test(body)) losses.push('addresses obfuscated');
  losses.push('no Message-ID');
  if (parseDate(rawDate) === undefined) losses.push('time zone unknown');
  return losses;
}

/**
 * Reads the body of a mail: its text, then its attached patches. The lines come as a promise only when mailparser must
 * decode a part: waiting for each of many plain mails takes time.
 */
export function readLines(form: Form, mail: Mail): MailLines | Promise<MailLines> {
  const { raw, headers, rawDate } = mail;
  if (form.kind === 'flat') return flatLines(form.source);
  const content = contentOf(headers);
  const fromEscape = raw.quoting !== 'none';
  if (isPlain(content) && isPlainCharset(content.charset, form.source.subarray(raw.body, raw.end))) {
    const { flowed, charset, encoding } = content;
    const options = { fromEscape, flowed, charset, quotedPrintable: encoding === 'quoted-printable' };
    const whole = wholeText(form.source, raw.body, raw.end);
    const lines = bodyLines(form.source, raw.body, raw.end, options, whole);
    if (raw.page !== undefined) return { lines, lossy: pageLosses(whole.bytes, rawDate), whole };
    return { lines, lossy: losses(raw, lines), whole };
  }
  const { texts, lossy } = partsOf(form.source, raw, headers);
  const read = texts.map((part) => ownLines(form.source, part, fromEscape));
  if (read.every((part) => part !== undefined)) return joined(raw, read, lossy);
  return allLines(form, raw, texts).then((parts) => joined(raw, parts, lossy));
}

/** The lines of each part, one part after the other: large ones take a worker each. */
async function allLines({ source }: Form, { quoting }: RawMail, texts: readonly Part[]): Promise<PartLines[]> {
  const read: PartLines[] = [];
  for (const part of texts) {
    const fromEscape = quoting !== 'none';
    read.push(ownLines(source, part, fromEscape) ?? (await parsedLines(source, part, fromEscape)));
  }
  return read;
}

function joined(raw: RawMail, read: readonly PartLines[], lossy: readonly string[]): MailLines {
  const lines = read.length === 1 ? read[0]!.lines : numbered(read.flatMap((part) => part.lines));
  return { lines, lossy: [...lossy, ...read.flatMap((part) => part.lossy ?? []), ...losses(raw, lines)] };
}

function numbered(lines: readonly BodyLine[]): BodyLine[] {
  const made: BodyLine[] = []; // pushed: the engine reads arrays made by map another way, and then both ways slower
  for (const line of lines) made.push(atPlace(line, { start: line.start, end: line.end, number: made.length + 1 }));
  return made;
}

/** Returns the mails that a mail carries inside, to any depth up to `levels`: at most 100. */
export function innerMails(form: Form, mail: Mail, levels = 4): Mail[] {
  if (!/^(?:multipart|message)\//.test(contentOf(mail.headers).type) || levels === 0) return [];
  const inner = partsOf(form.source, mail.raw, mail.headers).mails.map((raw) => readMail(form, raw));
  return inner
    .filter((each) => each.headers.has('from'))
    .flatMap((each) => [each, ...innerMails(form, each, levels - 1)])
    .slice(0, 100);
}

function isPlain({ type, encoding }: Content): boolean {
  const plain = !isCoded(encoding) || encoding === 'quoted-printable';
  return plain && type.startsWith('text/') && type !== 'text/html';
}

function losses(raw: RawMail, lines: readonly BodyLine[]): string[] {
  const found: string[] = [];
  if (raw.end - raw.body > MAX_LINE && lines.some((line) => line.end - line.start > MAX_LINE))
    found.push('line longer than 64 KiB cut');
  if (raw.quoting === 'mboxo') found.push('mboxo: `>From ` read as `From `');
  return found;
}

function flatCode(line: BodyLine): BodyLine[] {
  let seen = 0;
  let bytes = line.start;
  return codeLines(line.text).map(({ text, at }) => {
    const start = bytes + Buffer.byteLength(line.text.slice(seen, at));
    bytes = start + Buffer.byteLength(text);
    seen = at + text.length;
    return lineOf(line.depth, text, { start, end: bytes, number: line.number });
  });
}

function flatLines(source: Buffer): MailLines {
  const lines = bodyLines(source, 0, source.length, PLAIN).flatMap((line) =>
    isFlattened(line.text) || hasQuotes(line.text)
      ? unflatten(line.text, line.start)
      : isFlattenedC(line.text)
        ? flatCode(line)
        : [line],
  );
  return {
    lines: numbered(lines),
    lossy: ['columns collapsed', 'line ends lost: depths and speakers are estimates', 'no header'],
  };
}
