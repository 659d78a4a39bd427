import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { decodedText } from '../../src/mail/parser.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Block } from '../../src/types.ts';
import { mail } from './mails.ts';

/** True when mailparser is loaded in this process. */
function isLoaded(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('/node_modules/mailparser/'));
}

async function blocks(body: Buffer | string, fields: Readonly<Record<string, string>>): Promise<readonly Block[]> {
  const bytes = Buffer.concat([Buffer.from(mail('', fields)), Buffer.from(body)]);
  return (await readThread(bytes, 'x')).messages.filter((message) => !message.virtual).flatMap((each) => each.blocks);
}

const texts = async (body: Buffer | string, fields: Readonly<Record<string, string>>) =>
  (await blocks(body, fields)).map(({ depth, text }) => `${depth} ${text}`);

const KOI8 = Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]); // six letters of Russian
const koi8 = { 'Content-Type': 'text/plain; charset=koi8-r' };
const coded = (bytes: Buffer | string) => `${Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\n')}\n`;

describe('mailparser', () => {
  it('is not loaded for ASCII and UTF-8, however encoded, and is for another charset', async () => {
    const odd = { 'Content-Type': 'text/plain; charset=iso-8859-2' };
    expect(await texts('ASCII in a charset that does not matter\n', odd)).toEqual([
      '0 ASCII in a charset that does not matter',
    ]);
    expect(await texts('caf=C3=A9\n', { 'Content-Transfer-Encoding': 'quoted-printable' })).toEqual(['0 café']);
    expect(await texts(coded('text\n'), { 'Content-Transfer-Encoding': 'base64' })).toEqual(['0 text']);
    expect(await texts(coded('naïve\n'), { 'Content-Transfer-Encoding': 'base64' })).toEqual(['0 naïve']);
    expect(isLoaded()).toBe(false);
    const latin = { 'Content-Type': 'text/plain; charset=iso-8859-2', 'Content-Transfer-Encoding': 'base64' };
    expect(await texts(coded(Buffer.from([0xe8, 10])), latin)).toEqual(['0 č']);
    expect(isLoaded()).toBe(true);
  });

  it('reads the charsets of real mail, in 8 bits, base64 and quoted-printable', async () => {
    const quoted = [...KOI8].map((byte) => `=${byte.toString(16).toUpperCase()}`).join('');
    expect(await texts(Buffer.concat([KOI8, Buffer.from('\n')]), koi8)).toEqual(['0 Привет']);
    expect(await texts(coded(KOI8), { ...koi8, 'Content-Transfer-Encoding': 'base64' })).toEqual(['0 Привет']);
    expect(await texts(quoted, { ...koi8, 'Content-Transfer-Encoding': 'quoted-printable' })).toEqual(['0 Привет']);
    const gbk = Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 10]);
    expect(await texts(gbk, { 'Content-Type': 'text/plain; charset=gbk' })).toEqual(['0 你好']);
    const escaped = Buffer.from('\x1b$B$3$s\x1b(B ok\n'); // two letters in seven bits
    expect(await texts(escaped, { 'Content-Type': 'text/plain; charset=iso-2022-jp' })).toEqual(['0 こん ok']);
  });

  it('decodes in the bundle, too, where it is a part of the program', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relore-test-'));
    const banner = { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' };
    await build({
      ...{ entryPoints: { parser: 'src/mail/parser.ts' }, outdir: folder, outExtension: { '.js': '.mjs' }, banner },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', splitting: true },
    });
    const bundled = (await import(pathToFileURL(join(folder, 'parser.mjs')).href)) as {
      decodedText: typeof decodedText;
    };
    expect(await bundled.decodedText(KOI8, { charset: 'koi8-r', encoding: '8bit' })).toBe('Привет');
    rmSync(folder, { recursive: true });
  });

  it('would join flowed lines and take quotes for text: flowed mail in base64 keeps its lines and depths', async () => {
    const flowed = {
      'Content-Type': 'text/plain; charset=utf-8; format=flowed',
      'Content-Transfer-Encoding': 'base64',
    };
    const body = '> > a long quoted \n> > line é\n>  mine \n stuffed\n';
    expect(await texts(coded(body), flowed)).toEqual(['2 a long quoted \nline é', '1  mine ', '0 stuffed']);
  });

  it('would lose bytes of an unknown charset: they are read by fallback, line by line', async () => {
    const unknown = { 'Content-Type': 'text/plain; charset=x-unknown', 'Content-Transfer-Encoding': 'base64' };
    const body = Buffer.from('Gr\xfc\xdfe\nplain\n', 'latin1');
    expect(await texts(coded(body), unknown)).toEqual(['0 Grüße\nplain']);
  });

  it('would make an attachment of a patch: in base64 with a file name it is a part like any other', async () => {
    const diff = 'diff --git a/é.c b/é.c\n--- a/é.c\n+++ b/é.c\n@@ -1 +1 @@\n-ä\n+b\n';
    const part = `Content-Type: application/octet-stream; name="0001.patch"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n${coded(diff)}`;
    const body = `--b\n\nhello\n--b\n${part}--b--\n`;
    const thread = await readThread(Buffer.from(mail(body, { 'Content-Type': 'multipart/mixed; boundary=b' })), 'x');
    expect(thread.patches[0]?.files.map((file) => [file.newPath, file.hunks[0]?.lines])).toEqual([
      ['é.c', ['-ä', '+b']],
    ]);
  });

  it('gives lines whose places are those of the source', async () => {
    const body = Array.from({ length: 40 }, (_, n) => `> строка ${n}\nответ ${n}\n`).join('');
    const source = Buffer.from(
      mail(coded(body), { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': 'base64' }),
    );
    const { messages } = await readThread(source, 'x');
    const found = messages.filter((message) => !message.virtual).flatMap((message) => message.blocks);
    expect(found.length).toBe(80);
    for (const [index, block] of found.entries()) {
      expect(block.span[0]).toBeGreaterThanOrEqual(found[index - 1]?.span[1] ?? 0);
      const bytes = Buffer.from(
        source.toString('latin1', block.span[0] - 8, block.span[1] + 8).replace(/\s/g, ''),
        'base64',
      );
      expect(bytes.length).toBeGreaterThan(10);
    }
    const last = found.at(-1)!;
    expect(source.length - last.span[1]).toBeLessThan(8);
  });

  it('reads a part above 256 KiB in a worker, with the same text', async () => {
    const line = 'a line of text, é\n';
    const large = Buffer.from(coded(line.repeat(20_000)));
    const small = Buffer.from(coded(line.repeat(200)));
    const options = { charset: 'utf-8', encoding: 'base64' };
    expect(await decodedText(small, options)).toBe(line.repeat(200));
    expect(await decodedText(large, options)).toBe(line.repeat(20_000));
  });
});

describe('a mail that was cut off', () => {
  it('inside a MIME part says so', async () => {
    const body = '--b\n\nhello\n--b\nContent-Type: text/plain\n\nmore';
    const read = async (text: string) =>
      (await readThread(Buffer.from(mail(text, { 'Content-Type': 'multipart/mixed; boundary=b' })), 'x')).lossy;
    expect(await read(`${body}\n--b--\n`)).toEqual([]);
    expect(await read(body)).toEqual(['cut off inside a MIME part: no closing boundary']);
  });
});
