// Which form an input has, told by its content and never by its name.

import { InputError } from '../errors.ts';
import type { SourceKind } from '../types.ts';
import { isFlattened, isSentences } from './flat.ts';
import { decodeCharset } from './header.ts';
import type { RawMail } from './mbox.ts';
import { isMbox, rawMail, splitMbox } from './mbox.ts';
import { loreMails, pageMail } from './page.ts';
import { unpack } from './unpack.ts';

/** An input taken apart into mails, before any is read. */
export interface Form {
  readonly kind: SourceKind;
  readonly source: Buffer;
  readonly mails: readonly RawMail[];
}

const HEAD = 65_536; // bytes looked at to tell the form
const MAIL_FIELDS = [
  'from',
  'subject',
  'date',
  'message-id',
  'to',
  'cc',
  'in-reply-to',
  'references',
  'received',
  'return-path',
  'mime-version',
  'list-id',
  'content-type',
  'delivered-to',
];
const MAGIC: readonly (readonly [string, string])[] = [
  ['(\xb5/\xfd', 'zstd-compressed data (unpack it first: zstd -dc FILE | relore review -)'],
  ['BZh', 'bzip2-compressed data (unpack it first: bzip2 -dc FILE | relore review -)'],
  ['\x7fELF', 'an ELF binary'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a zip archive'],
  ['SQLite format 3', 'an SQLite database'],
];

/** Tells the form of `bytes` and finds its mails. Throws InputError for an empty or binary input and for text that is no mail. */
export async function readForm(bytes: Uint8Array, name: string): Promise<Form> {
  const source = withoutMark(await unpack(bytes, name));
  const fail = (found: string): never => {
    throw new InputError({ place: { file: name }, expected: 'a mail: mbox, .eml, archive text page or patch', found });
  };
  if (source.length === 0 || !/\S/.test(source.toString('latin1', 0, HEAD)))
    fail(source.length === 0 ? 'an empty file' : 'only blanks');
  const head = source.toString('latin1', 0, HEAD);
  const magic = MAGIC.find(([start]) => head.startsWith(start));
  if (magic !== undefined) fail(magic[1]);
  return textForm(source, head) ?? fail(describe(source, head));
}

function textForm(source: Buffer, head: string): Form | undefined {
  if (isMbox(source)) {
    const kind = /^From [0-9a-f]{40} Mon Sep 17 00:00:00 2001\r?\n/.test(head) ? 'patch' : 'mbox';
    return { kind, source, mails: splitMbox(source).flatMap((raw) => pagesWithin(source, raw)) };
  }
  const page = pageMail(source, head);
  if (page !== undefined) return { kind: 'page', source, mails: [page] };
  const start = head.length - head.replace(/^(?:[ \t]*\r?\n)+/, '').length;
  if (hasMailHeader(head.slice(start)))
    return { kind: 'eml', source, mails: [rawMail(source, start, source.length, 'none')] };
  const view = loreMails(source, head);
  if (view !== undefined) return { kind: 'page', source, mails: view };
  const kind = isFlat(source, head) ? 'flat' : isBareDiff(head) ? 'patch' : undefined;
  if (kind === undefined) return undefined;
  return { kind, source, mails: [{ start: 0, body: 0, end: source.length, quoting: 'none' }] };
}

/** A flattened mail by its signs; or one line, not longer than the head, that reads like mail. */
function isFlat(source: Buffer, head: string): boolean {
  const [first = '', ...rest] = head.split('\n');
  const line = utf8(first);
  return isFlattened(line) || (source.length < HEAD && rest.join('').trim() === '' && isSentences(line));
}

/** The header that stands before what is no mail of its own when several sources become one mbox. */
export const INSIDE = 'X-Relore-Form: text\n\n';

/** True when a source begins like a mail: what else is joined to others needs INSIDE before it. */
export function isMail(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD)).toString('latin1');
  return head.startsWith('From ') || hasMailHeader(head.replace(/^(?:[ \t]*\r?\n)+/, ''));
}

/** The mails of a page that was joined to other sources; any other mail as it is. */
function pagesWithin(source: Buffer, raw: RawMail): readonly RawMail[] {
  if (raw.body - raw.start !== INSIDE.length || source.toString('latin1', raw.start, raw.body) !== INSIDE) return [raw];
  const inside = source.subarray(raw.body, raw.end);
  const head = inside.toString('latin1', 0, HEAD);
  const page = pageMail(inside, head);
  const pages = page === undefined ? loreMails(inside, head) : [page];
  return (
    pages?.map((each) => ({
      ...each,
      start: raw.body + each.start,
      body: raw.body + each.body,
      end: raw.body + each.end,
      quoting: raw.quoting,
    })) ?? [raw]
  );
}

function withoutMark(source: Buffer): Buffer {
  return source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf ? source.subarray(3) : source;
}

function utf8(latin1: string): string {
  return decodeCharset(Buffer.from(latin1, 'latin1'), 'utf-8');
}

function hasMailHeader(head: string): boolean {
  if (!/^[!-9;-~]+[ \t]*:/.test(head)) return false;
  const block = /^(?:[^\r\n]+\r?\n?)+/.exec(head)?.[0] ?? '';
  const names = new Set([...block.matchAll(/^([!-9;-~]+)[ \t]*:/gm)].map((match) => match[1]!.toLowerCase()));
  return MAIL_FIELDS.filter((name) => names.has(name)).length >= 2;
}

function isBareDiff(head: string): boolean {
  return /^(?:diff --git \S+ \S+$|--- \S+.*\r?\n\+\+\+ \S+.*\r?\n@@ -\d)/m.test(head);
}

function describe(source: Buffer, head: string): string {
  if (controlCount(head) * 20 > head.length || head.includes('\0')) return `binary data (${source.length} bytes)`;
  const newline = source.indexOf(10);
  const length = newline < 0 ? source.length : newline;
  if (length > 1_000) return `a first line of ${length} bytes without mail headers (a mail flattened into one line?)`;
  const first = /\S[^\r\n]{0,59}/.exec(source.toString('utf8', 0, 1_000))?.[0] ?? '';
  return `text without mail headers that begins '${first.trim()}'`;
}

function controlCount(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 && (code < 9 || code > 13)) count++;
  }
  return count;
}
