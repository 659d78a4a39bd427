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

/** Returns what the header fields say. Nonsense is read as plain text. */
export function contentOf(headers: Headers): Content {
  const type = field(headers, 'content-type') ?? '';
  const disposition = field(headers, 'content-disposition') ?? '';
  const media = /^\s*([\w.+-]+\/[\w.+-]+)/.exec(type)?.[1]?.toLowerCase();
  return {
    type: media ?? 'text/plain',
    charset: charsetOf(type),
    encoding: (field(headers, 'content-transfer-encoding') ?? '').toLowerCase().trim(),
    flowed: /format\s*=\s*"?flowed/i.test(type),
    boundary: parameter(type, 'boundary'),
    file: decodeWords(parameter(disposition, 'filename') ?? parameter(type, 'name') ?? ''),
    attached: /^\s*attachment/i.test(disposition),
  };
}

/** A parameter of a structured field; the RFC 2231 form `name*=` counts, too. */
function parameter(value: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}(?:\\*\\d?\\*?)?\\s*=\\s*(?:"([^"]{0,500})"|([^\\s;"]{1,500}))`, 'i').exec(
    value,
  );
  return match?.[1] ?? match?.[2];
}

function charsetOf(type: string): string | undefined {
  const label = /charset\s*=\s*["']?([\w.:-]{1,60})/i.exec(type)?.[1]?.toLowerCase();
  return label === 'us-ascii' || label === 'utf-8' || label === 'utf8' ? undefined : label;
}
