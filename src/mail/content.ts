// What the header of a mail or of a part says about its content (RFC 2045, 2046, 2183, 3676).

import type { Headers } from './header.ts';
import { decodeWords, field } from './header.ts';

/** The content of a mail or of a part. */
export interface Content {
  readonly type: string; // lower case: `text/plain`
  readonly charset: string | undefined; // lower case; undefined for ASCII, UTF-8 and none
  readonly encoding: string; // lower case; '' when the field is missing
  readonly flowed: boolean;
  readonly boundary: string | undefined;
  readonly file: string; // name of an attachment, '' without one
  readonly attached: boolean;
}

const contents = new Map<string, Content>(); // mailers are few
const MOST_CONTENTS = 500;

/** Returns what the header fields say. Nonsense is read as plain text. */
export function contentOf(headers: Headers): Content {
  const type = field(headers, 'content-type') ?? '';
  const disposition = field(headers, 'content-disposition') ?? '';
  const encoding = field(headers, 'content-transfer-encoding') ?? '';
  const key = disposition === '' && encoding === '' ? type : `${type}\n${disposition}\n${encoding}`;
  const known = contents.get(key);
  if (known !== undefined) return known;
  const content = readContent(type, disposition, encoding);
  if (contents.size >= MOST_CONTENTS) contents.clear();
  if (key.length < 500) contents.set(Buffer.from(key).toString(), content); // a copy: a slice would keep its header
  return content;
}

function readContent(type: string, disposition: string, encoding: string): Content {
  const media = /^\s*([\w.+-]+\/[\w.+-]+)/.exec(type)?.[1]?.toLowerCase();
  return {
    type: media ?? 'text/plain',
    charset: charsetOf(type),
    encoding: encoding.toLowerCase().trim(),
    flowed: /format\s*=\s*"?flowed/i.test(type),
    boundary: parameter(type, BOUNDARY),
    file: decodeWords(parameter(disposition, FILE_NAME) ?? parameter(type, NAME) ?? ''),
    attached: /^\s*attachment/i.test(disposition),
  };
}

const [BOUNDARY, FILE_NAME, NAME] = ['boundary', 'filename', 'name'].map(
  (name) => new RegExp(`;\\s*${name}(?:\\*\\d?\\*?)?\\s*=\\s*(?:"([^"]{0,500})"|([^\\s;"]{1,500}))`, 'i'),
) as [RegExp, RegExp, RegExp];

/** A parameter of a structured field; the RFC 2231 form `name*=` counts, too. */
function parameter(value: string, form: RegExp): string | undefined {
  const match = form.exec(value);
  return match?.[1] ?? match?.[2];
}

function charsetOf(type: string): string | undefined {
  const label = /charset\s*=\s*["']?([\w.:-]{1,60})/i.exec(type)?.[1]?.toLowerCase();
  return label === 'us-ascii' || label === 'utf-8' || label === 'utf8' ? undefined : label;
}
