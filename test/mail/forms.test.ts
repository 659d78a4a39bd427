import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { splitChunks, splitMbox } from '../../src/mail/mbox.ts';
import { readThread } from '../../src/mail/read.ts';
import { mail, read } from './mails.ts';

const RD = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n';
const OLD = 'From ann@example.org Tue Jan  2 03:04:05 2024\n';

/** Texts of the blocks of each mail. */
async function texts(input: string | Buffer): Promise<string[]> {
  const thread = typeof input === 'string' ? await read(input) : await readThread(input, 'x');
  return thread.messages.map((message) => message.blocks.map((block) => block.text).join('|'));
}

function numbered(count: number, body: (n: number) => string): string[] {
  return Array.from({ length: count }, (_, n) =>
    mail(body(n), { 'Message-ID': `<${n}@x>`, Date: `Tue, 2 Jan 2024 03:0${n}:05 +0000` }),
  );
}

describe('mbox variants', () => {
  it('mboxrd loses one mark of any number, mboxo its one, and says so', async () => {
    const [one = ''] = numbered(1, () => 'a\n\n>From x\n>>From y\n');
    expect(await texts(`${RD}${one}`)).toEqual(['a\n\nFrom x|From y']);
    const old = await read(`${OLD}${mail('a\n\n>From x\n')}`);
    expect(old.messages[0]?.blocks.map((block) => block.text)).toEqual(['a\n\nFrom x']);
    expect(old.lossy).toEqual(['mboxo: `>From ` read as `From `']);
    expect((await read(`${RD}${mail('a\n\n>From x\n')}`)).lossy).toEqual([]);
  });

  it('format-patch output is not escaped: a quoted From stays a quote', async () => {
    const head = `From ${'1a'.repeat(20)} Mon Sep 17 00:00:00 2001\n`;
    const thread = await read(`${head}${mail('a\n>From x\n')}\n${head}${mail('b\n', { 'Message-ID': '<2@x>' })}`);
    expect(thread.kind).toBe('patch');
    expect(thread.messages.map((message) => message.blocks.map((block) => block.depth))).toEqual([[0, 1], [0]]);
  });

  it('a Content-Length that lands on a separator or the end is believed, any other is not', async () => {
    const inner = `one\n\n${OLD}Fake: header\nX: y\n\n>From z\n`;
    const counted = (length: number) =>
      `${OLD}${mail(inner, { 'Message-ID': '<1@x>', 'Content-Length': String(length) })}\n${OLD}${mail('two\n', { 'Message-ID': '<2@x>', 'Content-Length': '4' })}`;
    // mboxcl2: nothing was escaped, so `>From z` is a quote
    expect(await texts(counted(inner.length))).toEqual([`one\n\n${OLD}Fake: header\nX: y|From z`, 'two']);
    expect((await texts(counted(inner.length - 9))).length).toBe(3);
    expect((await texts(counted(999_999_999))).length).toBe(3);
  });

  it('CRLF, a byte order mark, NUL bytes and a missing last line end pass', async () => {
    const mails = numbered(2, (n) => `text ${n} \0 end`);
    const box = mails.map((each) => `${RD}${each}`).join('\n\n');
    const expected = ['text 0 \0 end', 'text 1 \0 end'];
    expect(await texts(box)).toEqual(expected);
    expect(await texts(`\ufeff${box.replace(/\n/g, '\r\n')}`)).toEqual(expected);
  });

  it('an mbox in chunks of any size gives the mails of the whole, at their places', async () => {
    const long = 'a line of text that goes on for a while\n'.repeat(9_000);
    const source = Buffer.from(
      numbered(9, (n) => (n % 3 === 0 ? long : `text ${n}\n`))
        .map((each) => `${RD}${each}\n`)
        .join(''),
    );
    const whole = splitMbox(source).map((raw) => source.toString('latin1', raw.start, raw.end));
    for (const size of [1_000, 65_536, source.length]) {
      const pieces = Array.from({ length: Math.ceil(source.length / size) }, (_, n) =>
        source.subarray(n * size, (n + 1) * size),
      );
      const found: string[] = [];
      for await (const mails of splitChunks(iterate(pieces), 'x'))
        for (const { source: part, raw, from, to } of mails) {
          found.push(part.toString('latin1', raw.start, raw.end));
          expect(source.toString('latin1', from, to)).toBe(`${RD}${found.at(-1)}\n`);
        }
      expect(found).toEqual(whole);
    }
  });
});

async function* iterate(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

describe('packed input', () => {
  const box = `${RD}${mail('packed\n')}`;

  it('gzip is told by its first bytes, and damaged gzip is refused', async () => {
    expect(await texts(gzipSync(box))).toEqual(['packed']);
    await expect(readThread(gzipSync(box).subarray(0, 40), 'x')).rejects.toThrow(
      'x: expected whole gzip data, found damaged',
    );
  });

  const xz = hasXz() ? '' : ' (skipped: the program xz is not there to pack)';
  it.skipIf(xz !== '')(`xz is told by its first bytes, and damaged xz is refused${xz}`, async () => {
    const packed = execFileSync('xz', ['-c'], { input: box });
    expect(await texts(packed)).toEqual(['packed']);
    await expect(readThread(packed.subarray(0, 40), 'x')).rejects.toThrow('x: expected whole xz data, found damaged');
  });
});

function hasXz(): boolean {
  try {
    execFileSync('xz', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('pages of archives as text', () => {
  it('marc.info: addresses and ids are put together again', async () => {
    const thread = await read(
      '[prev in list] [next in list] [prev in thread] [next in thread]\n\nList:       linux-mm\nSubject:    Re: mm: q\nFrom:       Ann Author <ann () example ! org>\nDate:       2024-01-02 3:04:05\nMessage-ID: 17 () example ! org\n[Download RAW message or body]\n\nOn 1/1/24 1:00, Bo Reader wrote:\n> quoted\n\nanswer\n',
    );
    expect(thread).toMatchObject({ kind: 'page', subject: 'mm: q' });
    const real = thread.messages.find((message) => !message.virtual);
    expect(real).toMatchObject({ id: '17@example.org', from: 'Ann Author', address: 'ann@example.org' });
    expect(real?.blocks.map((block) => block.speaker)).toEqual(['Ann Author', 'Bo Reader', 'Ann Author']);
  });

  it('mail-archive.com: the subject, then a name with a date', async () => {
    const thread = await read('Re: mm: q\n\nAnn Author Tue, 02 Jan 2024 03:04:05 +0100\n\nhello there\n');
    expect(thread.messages[0]).toMatchObject({ from: 'Ann Author', date: '2024-01-02T02:04:05Z' });
    expect(thread.messages[0]?.blocks.map((block) => block.text)).toEqual(['hello there']);
  });

  it('a thread view of lore: every mail by its head, up to its permalink line', async () => {
    const one = (n: number, who: string, body: string) =>
      `* ${n === 1 ? '' : 'Re: '}[PATCH] mm: q\n@ 2024-01-0${n}  3:04 ${who}\n  0 siblings, 0 replies; 2+ messages in thread\nFrom: ${who} @ 2024-01-0${n}  3:04 UTC (permalink / raw)\n  To: linux-mm\n  Cc: someone,\n      another\n\n${body}\n\n^ permalink raw reply\t[flat|nested] 2+ messages in thread\n`;
    const thread = await read(`${one(1, 'Ann Author', 'the text')}${one(2, 'Bo Reader', '> the text\n\nmy answer')}`);
    expect(thread.messages.map(({ from, date, subject }) => [from, date, subject])).toEqual([
      ['Ann Author', '2024-01-01T03:04:00Z', '[PATCH] mm: q'],
      ['Bo Reader', '2024-01-02T03:04:00Z', '[PATCH] mm: q'],
    ]);
    expect(thread.messages.map((message) => message.blocks.map((block) => block.text))).toEqual([
      ['the text'],
      ['the text', 'my answer'],
    ]);
  });
});

const DIFF = 'diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n';

function multipart(parts: readonly string[], kind = 'mixed'): string {
  return mail(`preamble\n${parts.map((part) => `--=b\n${part}\n`).join('')}--=b--\nepilogue\n`, {
    'Content-Type': `multipart/${kind}; boundary="=b"`,
    Subject: '[PATCH] mm: x',
  });
}

describe('mail in parts', () => {
  it.each([
    ['text/x-patch', ''],
    ['application/x-diff', ''],
    ['application/octet-stream', '; name="fix.patch"'],
    ['text/plain', '; name="fix.diff"'],
  ])('an attached %s%s is the patch of its mail, in 8 bits and in base64', async (type, name) => {
    const coded = Buffer.from(DIFF).toString('base64');
    for (const [encoding, body] of [
      ['8bit', DIFF],
      ['base64', coded],
    ] as const) {
      const part = `Content-Type: ${type}${name}\nContent-Disposition: attachment\nContent-Transfer-Encoding: ${encoding}\n\n${body}`;
      const thread = await read(multipart(['Content-Type: text/plain\n\nhello\n', part]));
      expect(thread.patches.map((patch) => patch.files.map((file) => file.hunks.map((hunk) => hunk.complete)))).toEqual(
        [[[true]]],
      );
      expect(thread.messages[0]?.blocks[0]?.text).toBe('hello');
    }
  });

  it('other attachments are not read; of two alternatives the text is', async () => {
    const bin = 'Content-Type: application/octet-stream; name="x.ko"\n\nbinary';
    const log = 'Content-Type: text/plain\nContent-Disposition: attachment; filename="dmesg"\n\nlog';
    expect(await texts(multipart(['\nhello', bin, log]))).toEqual(['hello']);
    expect(
      await texts(
        multipart(['Content-Type: text/html\n\n<p>markup', 'Content-Type: text/plain\n\ntext'], 'alternative'),
      ),
    ).toEqual(['text']);
  });

  it('a mail inside a mail is a mail of its own, to four levels', async () => {
    const inner = (n: number): string =>
      n === 0
        ? mail('innermost\n', { 'Message-ID': '<0@x>' })
        : mail(`--b${n}\n\nlevel ${n}\n--b${n}\nContent-Type: message/rfc822\n\n${inner(n - 1)}\n--b${n}--\n`, {
            'Message-ID': `<${n}@x>`,
            'Content-Type': `multipart/mixed; boundary=b${n}`,
          });
    expect((await read(inner(2))).messages.map(({ id }) => id).sort()).toEqual(['0@x', '1@x', '2@x']);
    expect((await read(inner(9))).messages.length).toBe(5);
  });

  it('HTML alone is read and marked lossy; its quotes are quotes', async () => {
    const thread = await read(
      mail(
        '<html><head><style>p { x }</style></head><p>one &amp; two<br>three</p><blockquote>said &lt;before&gt;</blockquote>',
        { 'Content-Type': 'text/html' },
      ),
    );
    expect(thread.messages[0]?.blocks.map(({ depth, text }) => `${depth} ${text}`)).toEqual([
      '0 one & two\nthree',
      '1 said <before>',
    ]);
    expect(thread.lossy).toEqual(['HTML only: text made from markup']);
  });

  it('a base64 part above 16 MiB is refused with a note', async () => {
    const thread = await read(
      mail(`${'QUFB'.repeat(18)}\n`.repeat(240_000), { 'Content-Transfer-Encoding': 'base64' }),
    );
    expect(thread.lossy).toEqual(['base64 part larger than 16 MiB: not read']);
    expect(thread.messages[0]?.blocks).toEqual([]);
  });

  it('spans of a decoded part point at its bytes', async () => {
    const body = 'first line of the text\nsecond line of the text\n'.repeat(40);
    const coded = Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\n');
    const source = mail(`${coded}\n`, { 'Content-Transfer-Encoding': 'base64' });
    const [from, to] = (await read(source)).messages[0]?.blocks[0]?.span ?? [0, 0];
    expect(Buffer.from(source.slice(from, to + 4), 'base64').toString()).toContain(body.trim());
  });

  it('hostile parts end at once', async () => {
    await read(multipart(Array.from({ length: 20_000 }, () => '\nx')));
    const nested = Array.from(
      { length: 500 },
      (_, n) => `--b${n}\nContent-Type: multipart/mixed; boundary=b${n + 1}\n\n`,
    ).join('');
    await read(mail(nested, { 'Content-Type': 'multipart/mixed; boundary=b0' }));
    await read(mail('<div>'.repeat(400_000), { 'Content-Type': 'text/html' }));
    await read(mail('<style>'.repeat(400_000), { 'Content-Type': 'text/html' }));
    await read(mail('long words without end \n'.repeat(90_000), { 'Content-Type': 'text/plain; format=flowed' }));
  });

  it('an unknown charset: UTF-8 when it is, else Chinese in pairs, else windows-1252', async () => {
    const odd = async (bytes: Buffer) =>
      (await texts(Buffer.concat([Buffer.from(mail('', { 'Content-Type': 'text/plain; charset=ud' })), bytes])))[0];
    expect(await odd(Buffer.from('Grüße\n'))).toBe('Grüße');
    expect(await odd(Buffer.from('Gr\xfc\xdfe\n', 'latin1'))).toBe('Grüße');
    expect(await odd(Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0x0a]))).toBe('你好');
  });
});
