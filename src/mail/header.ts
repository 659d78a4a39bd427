// Header fields of one mail: unfolding, encoded words, addresses, ids.

/** Header fields by lower-case name, each with its unfolded raw values in order. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** A display name and an address; either may be missing. */
export interface Mailbox {
  readonly name: string; // display name, or the local part when there is none; '' when nothing is left
  readonly address: string | undefined;
}

const FEW_IDS = 10; // so few are compared one by one
const MAX_ID = 998; // characters: a line of RFC 5322
const MAX_FIELD = 65_536; // characters of one unfolded field; the rest is dropped

/** The fields that are read; the others are passed over: they are most of a header. */
const READ = new Set([
  'auto-submitted',
  'content-disposition',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'in-reply-to',
  'message-id',
  'references',
  'subject',
  'x-ai-review',
  'x-syzkaller-dashboard',
]);

const LONGEST = Math.max(...[...READ].map((name) => name.length));
const MAY_READ = new Uint8Array(128 * (LONGEST + 1)); // by code of the first letter and length: 1 when READ may have it
for (const name of READ) {
  for (const first of [name, name.toUpperCase()]) MAY_READ[first.charCodeAt(0) * (LONGEST + 1) + name.length] = 1;
}

/** Returns the fields of a header block that anything reads. Lines that are no field are skipped; linear in the text. */
export function parseHeaders(text: string): Headers {
  const fields = new Map<string, string[]>();
  for (let at = 0; at < text.length; ) {
    let end = lineEnd(text, at);
    const name = fieldName(text, at, end);
    const start = at;
    at = end + 1;
    if (name === undefined) {
      while (isFold(text, at)) at = lineEnd(text, at) + 1;
      continue;
    }
    let value = text.slice(text.indexOf(':', start) + 1, end).trim();
    for (; isFold(text, at); at = end + 1) {
      end = lineEnd(text, at);
      if (value.length < MAX_FIELD) value = `${value} ${text.slice(at, end).trim()}`;
    }
    const values = fields.get(name);
    if (value.length > MAX_FIELD) value = value.slice(0, MAX_FIELD);
    value = value.trim();
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** The lower-case name of the field on a line, undefined when it is none that is read. */
function fieldName(text: string, start: number, end: number): string | undefined {
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon >= end || colon - start > 40 || isFold(text, start)) return undefined;
  const blank = isFold(text, colon - 1);
  if (!blank && MAY_READ[text.charCodeAt(start) * (LONGEST + 1) + colon - start] !== 1) return undefined;
  const name = text.slice(start, colon).trimEnd().toLowerCase();
  return READ.has(name) ? name : undefined;
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

function isFold(text: string, at: number): boolean {
  const code = at < text.length ? text.charCodeAt(at) : 0;
  return code === 32 || code === 9;
}

/** Returns the first value of a field, undefined when it is absent. */
export function field(headers: Headers, name: string): string | undefined {
  return headers.get(name)?.[0];
}

/** Returns the text of a field with RFC 2047 encoded words decoded; an unknown charset is read as UTF-8. */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value;
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=/gi, (_whole, charset: string, encoding: string, data: string) => {
      const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(data, 'base64') : quotedWord(data);
      return decodeCharset(bytes, charset.replace(/\*.*$/, ''));
    });
}

/** Decodes bytes by a charset label; an unknown label is read as UTF-8, and bad UTF-8 as windows-1252. */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  const label = charset.toLowerCase();
  const known = label === '' || label === 'us-ascii' || label === 'ascii' ? 'utf-8' : label;
  try {
    return new TextDecoder(known, { fatal: known === 'utf-8' }).decode(bytes);
  } catch {
    return decodeLoose(bytes);
  }
}

function decodeLoose(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function quotedWord(data: string): Buffer {
  const text = data
    .replace(/_/g, ' ')
    .replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

const mailboxes = new Map<string, Mailbox>(); // few people write many mails
const MOST_MAILBOXES = 2_000;

/** Returns the first mailbox of a From field, as written: `"Reader, Bo" <b@x>` gives the name `Reader, Bo`. */
export function parseMailbox(value: string): Mailbox {
  const known = mailboxes.get(value);
  if (known !== undefined) return known;
  const mailbox = readMailbox(value);
  if (mailboxes.size >= MOST_MAILBOXES) mailboxes.clear();
  if (value.length < 500) mailboxes.set(Buffer.from(value).toString(), mailbox); // a copy: a slice would keep its header
  return mailbox;
}

function readMailbox(value: string): Mailbox {
  const decoded = decodeWords(value).slice(0, 2_000).replace(/\s+/g, ' ').trim();
  const angle = /<([^<>]*)>/.exec(decoded);
  if (angle !== null) {
    const address = angle[1]?.trim() ?? '';
    const behind = /\(([^()]*)\)/.exec(decoded.slice(angle.index))?.[1]?.trim(); // `<a@b> (N)`
    return {
      name: cleanName(decoded.slice(0, angle.index)) || behind || localPart(address),
      address: address || undefined,
    };
  }
  const bare = /[^\s()<>",;:]+@[^\s()<>",;:]+/.exec(decoded)?.[0];
  if (bare === undefined) return { name: /[\p{L}\d]/u.test(decoded) ? cleanName(decoded) : '', address: undefined };
  const comment = /\(([^()]*)\)/.exec(decoded)?.[1];
  return { name: comment?.trim() || localPart(bare), address: bare };
}

/** Returns a display name without quotes, escapes and edge punctuation; inner punctuation stays as written. */
export function cleanName(name: string): string {
  const plain = name.includes('\\') ? name.replace(/\\(.)/g, '$1') : name;
  const bare = plain.includes(',') ? plain.replace(/^[\s,]+|[\s,]+$/g, '') : plain.trim();
  const quoted = bare.length > 1 && (bare[0] === '"' || bare[0] === "'") && bare.at(-1) === bare[0];
  return quoted ? bare.slice(1, -1).trim() : bare;
}

function localPart(address: string): string {
  return address.split('@')[0] ?? address;
}

/** Returns the `<...>` tokens of References, In-Reply-To or Message-ID without the angles, in order, without repeats. */
export function messageIds(value: string | undefined): string[] {
  const ids: string[] = [];
  if (value === undefined) return ids;
  for (let close = value.indexOf('>'); close >= 0; close = value.indexOf('>', close + 1)) {
    const open = value.lastIndexOf('<', close);
    const id = open < 0 ? '' : value.slice(open + 1, close);
    if (id === '' || id.length > MAX_ID || /[\s>]/.test(id)) continue;
    if (ids.length > FEW_IDS || !ids.includes(id)) ids.push(id);
  }
  return ids.length > FEW_IDS ? [...new Set(ids)] : ids;
}
