import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../src/mail/content.ts';
import { readForm } from '../../src/mail/form.ts';
import { parseHeaders } from '../../src/mail/header.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Thread } from '../../src/types.ts';
import { filesBelow, missing, shared } from './mails.ts';

const absent = missing('mail-samples');

/** Depth, speaker and text of each line, and every hunk: what may not depend on how a mail was carried. */
function said(thread: Thread): string[] {
  const blocks = thread.messages.filter((message) => !message.virtual).flatMap((message) => message.blocks);
  const hunks = thread.patches.flatMap((patch) => patch.files.flatMap((file) => file.hunks));
  return [
    ...blocks.map(({ depth, speaker, kind, text }) => `${depth} ${speaker ?? '?'} ${kind}: ${text}`),
    ...hunks.map(
      ({ oldStart, newStart, lines, complete }) => `${oldStart} ${newStart} ${complete}\n${lines.join('\n')}`,
    ),
  ];
}

interface Carried {
  readonly header: string; // without Content-Transfer-Encoding
  readonly type: string;
  readonly body: Buffer;
}

/** A mail in one part that no transfer encoding was done to; undefined for any other. */
function carried(raw: Buffer): Carried | undefined {
  const text = raw.toString('latin1');
  const end = text.indexOf('\n\n');
  const content = contentOf(parseHeaders(text.slice(0, end + 1)));
  if (end < 0 || !/^text\/plain$/.test(content.type) || !/^(?:|[78]bit)$/.test(content.encoding)) return undefined;
  const folded = text.slice(0, end + 1);
  const header = folded.replace(/^Content-Transfer-Encoding:.*\n(?:[ \t].*\n)*/gim, '');
  const type = /^Content-Type:.*\n(?:[ \t].*\n)*/im.exec(header)?.[0] ?? 'Content-Type: text/plain\n';
  return { header, type, body: raw.subarray(end + 2) };
}

/** RFC 2045 section 6.7. */
function quotedPrintable(body: Buffer): string {
  const lines = body.toString('latin1').split('\n');
  return lines.map((line) => soft(line.replace(/[^ -<>-~\t]|[ \t]$/g, escaped))).join('\n');
}

function escaped(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function soft(line: string): string {
  return (line.match(/(?:=..|[^=]){1,24}/g) ?? ['']).join('=\n');
}

const WAYS: Readonly<Record<string, (mail: Carried) => string>> = {
  'line ends of two bytes': ({ header, body }) => `${header}\n${body.toString('latin1')}`.replaceAll('\n', '\r\n'),
  'quoted-printable': ({ header, body }) =>
    `${header}Content-Transfer-Encoding: quoted-printable\n\n${quotedPrintable(body)}`,
  base64: ({ header, body }) =>
    `${header}Content-Transfer-Encoding: base64\n\n${body.toString('base64').replace(/.{76}/g, '$&\n')}\n`,
  'a part of a multipart mail': ({ header, type, body }) =>
    `${header.replace(type, '')}Content-Type: multipart/mixed; boundary="b-o-u-n-d"\n\n--b-o-u-n-d\n${type}\n${body.toString('latin1')}\n--b-o-u-n-d--\n`,
};

describe.skipIf(absent !== '')(`a real mail${absent}`, () => {
  it.each(Object.keys(WAYS))('says the same when it is carried as %s', async (way) => {
    const files = [...filesBelow('special', /\.eml$/), ...filesBelow('seed-threads', /\.mbox$/)];
    let count = 0;
    for (const file of files) {
      const form = await readForm(readFileSync(shared(file)), file);
      for (const { start, end } of form.mails) {
        const raw = form.source.subarray(start, end);
        const mail = carried(raw);
        if (mail === undefined) continue;
        const again = await readThread(Buffer.from(WAYS[way]!(mail), 'latin1'), file);
        expect([file, said(again)]).toEqual([file, said(await readThread(raw, file))]);
        count++;
      }
    }
    expect(count).toBe(91);
  });
});
