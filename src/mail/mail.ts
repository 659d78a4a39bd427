// One mail: its fields, its ids, and the lines of its body, whatever encoding they came in.

import { createHash } from 'node:crypto';
import { parseDate } from './date.ts';
import { isFlattened, unflatten } from './flat.ts';
import type { Form } from './form.ts';
import type { Headers, Mailbox } from './header.ts';
import { decodeCharset, decodeWords, field, messageIds, parseHeaders, parseMailbox } from './header.ts';
import type { BodyLine, LineOptions } from './lines.ts';
import { bodyLines, MAX_LINE, PLAIN } from './lines.ts';
import type { RawMail } from './mbox.ts';
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
    subject: parseSubject(decodeWords(form.page?.subject ?? field(headers, 'subject') ?? '')),
    rawDate,
    date: parseDate(rawDate),
    inReplyTo: messageIds(field(headers, 'in-reply-to')),
    references: messageIds((headers.get('references') ?? []).join(' ')),
    raw,
    headers,
    collapsed: form.page !== undefined || form.kind === 'flat',
  };
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
  if (form.page !== undefined) return parseHeaders(form.page.headerText);
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

/** Reads the body of a mail. A mail that is encoded or in parts loads the MIME parser; others do not. */
export async function readLines(form: Form, { raw, headers, rawDate }: Mail): Promise<MailLines> {
  if (form.kind === 'flat') return flatLines(form.source);
  const type = field(headers, 'content-type') ?? '';
  const encoding = (field(headers, 'content-transfer-encoding') ?? '').toLowerCase().trim();
  const options: LineOptions = {
    fromEscape: raw.fromEscape,
    flowed: /format\s*=\s*"?flowed/i.test(type),
    charset: charsetOf(type),
    quotedPrintable: encoding === 'quoted-printable',
  };
  const plain = type === '' || /^text\/(?!html)/i.test(type) || !type.includes('/');
  if (!plain || encoding === 'base64') {
    const { mimeLines } = await import('./mime.ts');
    return mimeLines(form.source, raw, options);
  }
  const lines = bodyLines(form.source, raw.body, raw.end, options);
  if (form.page !== undefined)
    return { lines, lossy: pageLosses(form.source.toString('latin1', raw.body, raw.end), rawDate) };
  const cut = lines.some((line) => line.end - line.start > MAX_LINE);
  return { lines, lossy: cut ? ['line longer than 64 KiB cut'] : [] };
}

function flatLines(source: Buffer): MailLines {
  const lines = bodyLines(source, 0, source.length, PLAIN).flatMap((line) =>
    isFlattened(line.text) ? unflatten(line.text, line.start) : [line],
  );
  const numbered = lines.map((line, index) => ({ ...line, number: index + 1 }));
  return {
    lines: numbered,
    lossy: ['columns collapsed', 'line ends lost: depths and speakers are estimates', 'no header'],
  };
}

function charsetOf(type: string): string | undefined {
  const label = /charset\s*=\s*"?([\w.:-]{1,60})/i.exec(type)?.[1]?.toLowerCase();
  return label === 'us-ascii' || label === 'utf-8' || label === 'utf8' ? undefined : label;
}
