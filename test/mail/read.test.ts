import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { statedDay } from '../../src/mail/date.ts';
import { readThread } from '../../src/mail/read.ts';
import { mail, outline, read } from './mails.ts';

const SEPARATOR = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n';

function mbox(mails: readonly string[]): string {
  return mails
    .map((each) => `${SEPARATOR}${each.replace(/^(>*From )/gm, '>$1')}\n\n`)
    .join('')
    .replace(/>From: /g, 'From: ');
}

describe('forms', () => {
  it('an mbox, a mail, a page and a format-patch file are told apart by content', async () => {
    const page = 'Re: mm: a question\n\nFrom: Ann Author\nDate: Tue Jul 18 2023 - 21:57:49 EST\n\n\nhello there\n';
    const patch = `From ${'1'.repeat(40)} Mon Sep 17 00:00:00 2001\n${mail('text')}`;
    expect(
      (await Promise.all([mbox([mail('a')]), mail('a'), page, patch].map(read))).map((thread) => thread.kind),
    ).toEqual(['mbox', 'eml', 'page', 'patch']);
  });

  it('a gzip-packed mbox, CRLF and a byte order mark pass', async () => {
    expect((await readThread(gzipSync(mbox([mail('a')])), 'x')).messages.length).toBe(1);
    expect((await read(`\ufeff${mail('one\ntwo\n')}`.replace(/\n/g, '\r\n'))).messages[0]?.blocks[0]?.text).toBe(
      'one\ntwo',
    );
  });

  it('a page has one synthetic message, no date in UTC, and says what it lost', async () => {
    const thread = await read(
      'Re: mm: q\n\nFrom: Ann Author\nDate: Tue Jul 18 2023 - 21:57:49 EST\n\n\nhello a@xxxxx\n',
    );
    const [message] = thread.messages;
    expect(message).toMatchObject({
      synthetic: true,
      from: 'Ann Author',
      date: undefined,
      rawDate: 'Tue Jul 18 2023 - 21:57:49 EST',
      subject: 'mm: q',
    });
    expect(thread.lossy).toEqual(['addresses obfuscated', 'columns collapsed', 'no Message-ID', 'time zone unknown']);
    expect(statedDay(message?.rawDate)).toBe('2023-07-18');
  });

  it.each([
    ['an empty file', '', 'an empty file'],
    ['blanks', ' \n\n', 'only blanks'],
    ['a binary', '\x7fELF\x02\x01\0\0', 'an ELF binary'],
    ['unknown bytes', '\x01\x02\x03\x04\0\0\0', 'binary data'],
    ['text', 'Hello\nthis is no mail\n', "begins 'Hello'"],
    ['a README', '# relore\n\nName: x\n', "begins '# relore'"],
  ])('%s is refused with what was found', async (_what, text, found) => {
    await expect(readThread(Buffer.from(text, 'latin1'), 'in.txt')).rejects.toThrow(InputError);
    await expect(readThread(Buffer.from(text, 'latin1'), 'in.txt')).rejects.toThrow(found);
  });

  it('a line of 50 MB ends at once: refused alone, cut inside a mail', async () => {
    const line = Buffer.alloc(50_000_000, '> x(');
    await expect(readThread(line, 'long')).rejects.toThrow('a first line of 50000000 bytes');
    const thread = await readThread(Buffer.concat([Buffer.from(mail('')), line]), 'long');
    expect(thread.lossy).toEqual(['line longer than 64 KiB cut']);
  });

  it('NUL bytes inside a mail pass', async () => {
    expect((await read(mail('a \0 b\n'))).messages[0]?.blocks[0]?.text).toBe('a \0 b');
  });

  it('50,000 quoted lines, 1,000 depths and 50,000 mails in a row are read', async () => {
    await read(mail('> - quoted (text);\n'.repeat(50_000)));
    const deep = await read(mail(Array.from({ length: 1_000 }, (_, depth) => `${'>'.repeat(depth)} text`).join('\n')));
    expect(deep.messages[0]?.blocks.length).toBe(1_000);
    const chain = Array.from({ length: 50_000 }, (_, n) =>
      mail('x', { 'Message-ID': `<${n}@x>`, 'In-Reply-To': `<${n - 1}@x>` }),
    );
    expect((await read(mbox(chain))).messages.length).toBe(50_000);
  });
});

describe('encodings', () => {
  it('quoted-printable lines are joined, and keep their bytes', async () => {
    const text = mail('Gr=C3=BC=C3=9Fe, a long =\nline\nnext\n', { 'Content-Transfer-Encoding': 'quoted-printable' });
    const [block] = (await read(text)).messages[0]?.blocks ?? [];
    expect(block?.text).toBe('Grüße, a long line\nnext');
    expect(text.slice(...(block?.span ?? [0, 0]))).toBe('Gr=C3=BC=C3=9Fe, a long =\nline\nnext');
  });

  it('base64 and multipart mail is decoded; a quote in flowed text keeps its marks', async () => {
    const quoted = 'On 7/19/23 09:52, Bo Reader wrote: \n> > a long quoted \n> > line\n';
    const base64 = mail(Buffer.from(quoted).toString('base64'), {
      'Content-Transfer-Encoding': 'base64',
      'Content-Type': 'text/plain; charset=utf-8; format=flowed',
    });
    expect(outline((await read(base64)).messages[0]?.blocks ?? [])).toEqual(['0 Ann Author attribution', '2 ? prose']);
    const part = `--b\nContent-Type: text/plain\n\n${quoted}--b\nContent-Type: text/x-patch; name=a.patch\nContent-Disposition: attachment; filename=a.patch\n\ndiff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n--b--\n`;
    const multipart = await read(mail(part, { 'Content-Type': 'multipart/mixed; boundary=b', 'MIME-Version': '1.0' }));
    expect(multipart.patches[0]?.files[0]?.hunks[0]?.complete).toBe(true);
  });

  it('flowed text loses its stuffing, and a stuffed quote is a quote', async () => {
    const flowed = { 'Content-Type': 'text/plain; format=flowed' };
    const body = 'On 7/19/23 09:52, Bo Reader wrote:\n>> deep\n >> deeper still\n From here on\n';
    const blocks = (await read(mail(body, flowed))).messages[0]?.blocks ?? [];
    expect(blocks.map((block) => [block.depth, block.text]).slice(1)).toEqual([
      [2, 'deep\ndeeper still'],
      [0, 'From here on'],
    ]);
  });

  it('bytes that are no UTF-8 are read as windows-1252, or as the charset says', async () => {
    const latin = Buffer.from(mail('Gr\xfc\xdfe\n'), 'latin1');
    expect((await readThread(latin, 'x')).messages[0]?.blocks[0]?.text).toBe('Grüße');
    const koi = Buffer.from(mail('\xf0\xf2\n', { 'Content-Type': 'text/plain; charset=koi8-r' }), 'latin1');
    expect((await readThread(koi, 'x')).messages[0]?.blocks[0]?.text).toBe('ПР');
  });

  it('encoded words in From and Subject are decoded', async () => {
    const thread = await read(
      mail('x', { From: '=?utf-8?q?Bj=C3=B6rn_Writer?= <b@x.org>', Subject: '=?utf-8?b?R3LDvMOf?= =?utf-8?q?e?=' }),
    );
    expect([thread.messages[0]?.from, thread.subject]).toEqual(['Björn Writer', 'Grüße']);
  });
});

describe('threads', () => {
  const root = mail('the root says something', { 'Message-ID': '<r@x>', Date: 'Tue, 2 Jan 2024 00:00:00 +0000' });
  const reply = (id: string, fields: Readonly<Record<string, string>>) =>
    mail('reply', {
      'Message-ID': `<${id}@x>`,
      Subject: 'Re: mm: a question',
      Date: 'Tue, 2 Jan 2024 01:00:00 +0000',
      ...fields,
    });

  it('parents come before children whatever the file order and the clocks say', async () => {
    const early = reply('a', { 'In-Reply-To': '<r@x>', Date: 'Mon, 1 Jan 2024 00:00:00 +0000' });
    const late = reply('b', { 'In-Reply-To': '<a@x> "from" <z@x>' });
    expect((await read(mbox([late, early, root]))).messages.map((message) => message.id)).toEqual([
      'r@x',
      'a@x',
      'b@x',
    ]);
  });

  it('In-Reply-To, then the nearest present reference, then the subject as a guess', async () => {
    const thread = await read(
      mbox([
        root,
        reply('a', { 'In-Reply-To': '<r@x>' }),
        reply('b', { 'In-Reply-To': '<gone@x>', References: '<r@x> <gone@x>' }),
        reply('c', {}),
        reply('d', { 'In-Reply-To': '<gone@x>', Date: 'Tue, 2 Jan 2024 02:00:00 +0000' }),
      ]),
    );
    expect(thread.messages.map((message) => message.parent)).toEqual([
      undefined,
      { id: 'r@x', how: 'in-reply-to', guessed: false },
      { id: 'r@x', how: 'references', guessed: true },
      { id: 'r@x', how: 'subject', guessed: true },
      { id: 'gone@x', how: 'in-reply-to', guessed: false },
    ]);
  });

  it('a loop is broken and every mail is kept once', async () => {
    const thread = await read(mbox([0, 1, 2].map((n) => reply(String(n), { 'In-Reply-To': `<${(n + 1) % 3}@x>` }))));
    expect(thread.messages.length).toBe(3);
    expect(thread.messages.filter((message) => message.parent === undefined).length).toBe(1);
  });

  it('two copies of one mail are one, with the longer References', async () => {
    const thread = await read(mbox([root, reply('a', {}), reply('a', { References: '<r@x>' })]));
    expect(thread.messages.map((message) => message.parent?.how)).toEqual([undefined, 'references']);
  });

  it('a mail without Message-ID has the same made-up id in every run', async () => {
    const bare = 'From: Ann <a@x>\nSubject: mm: q\n\ntext\n';
    const ids = [await read(bare), await read(bare), await read(`${bare}.`)].map((thread) => thread.messages[0]?.id);
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
  });

  it('a bogus Date stays unknown, an odd zone is honoured', async () => {
    const dates = ['bogus', 'Tue, 32 Jan 2024 00:00:00 +0000', 'Tue, 2 Jan 2024 00:30:00 +0530', '2 Jan 24 00:30 EST'];
    const found = await Promise.all(dates.map(async (raw) => (await read(mail('x', { Date: raw }))).messages[0]?.date));
    expect(found).toEqual([undefined, undefined, '2024-01-01T19:00:00Z', '2024-01-02T05:30:00Z']);
  });

  it('a From line inside a body is no new mail, and an escaped one is restored', async () => {
    const thread = await read(
      `${SEPARATOR}${mail('one\n\nFrom here on it is text.\nNote: no header.\n\n>From the start\n')}`,
    );
    expect(thread.messages.length).toBe(1);
    expect(thread.messages[0]?.blocks.map((block) => block.text)).toEqual([
      'one\n\nFrom here on it is text.\nNote: no header.\n\nFrom the start',
    ]);
  });

  it('a quote without attribution is spoken by the parent when its text is there, else by nobody known', async () => {
    const answer = (quote: string) =>
      mail(`> ${quote}\n\nreply`, { From: 'Bo <b@x>', 'Message-ID': '<a@x>', 'In-Reply-To': '<r@x>' });
    const speakers = async (quote: string) => (await read(mbox([root, answer(quote)]))).messages[1]?.blocks[0]?.speaker;
    expect([await speakers('the root says something'), await speakers('something else altogether')]).toEqual([
      'Ann Author',
      undefined,
    ]);
  });

  it('a quote of a quote without attribution is named by the mail that said it, never by a later one', async () => {
    const answer = mail('> > the root says something\n> and more\n', {
      From: 'Bo <b@x>',
      'Message-ID': '<a@x>',
      'In-Reply-To': '<gone@x>',
    });
    const speakers = async (mails: readonly string[]) => {
      const message = (await read(mbox(mails))).messages.find((each) => each.id === 'a@x');
      return message?.blocks.map((block) => block.speaker);
    };
    expect(await speakers([root, answer])).toEqual(['Ann Author', undefined]);
    expect(await speakers([answer, root.replace('Tue, 2 Jan 2024', 'Fri, 5 Jan 2024')])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('one known line among others does not name a quote', async () => {
    const quote = '> the root says something\n> another line that nobody said\n> and one more of the same kind\n';
    const answer = mail(quote, { From: 'Bo <b@x>', 'Message-ID': '<a@x>', 'In-Reply-To': '<r@x>' });
    expect((await read(mbox([root, answer]))).messages[1]?.blocks[0]?.speaker).toBeUndefined();
  });

  it('patches without References are one series within 20 minutes, two when an hour apart', async () => {
    const diff = 'diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    const patch = (n: number, time: string) =>
      mail(diff, {
        'Message-ID': `<p${n}@x>`,
        Subject: `[PATCH ${n}/2] mm: part ${n}`,
        Date: `Tue, 2 Jan 2024 ${time} +0000`,
      });
    const sizes = async (second: string) =>
      (await read(mbox([patch(1, '10:00:00'), patch(2, second)]))).series.map((series) => series.patches.length);
    expect([await sizes('10:19:00'), await sizes('11:00:00')]).toEqual([[2], [1, 1]]);
  });

  it('a series knows its cover, its order and what is missing', async () => {
    const diff = 'diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    const cover = mail('cover', { 'Message-ID': '<c@x>', Subject: '[PATCH v2 0/3] mm: all of it' });
    const patch = (n: number) =>
      mail(diff, { 'Message-ID': `<p${n}@x>`, 'In-Reply-To': '<c@x>', Subject: `[PATCH v2 ${n}/3] mm: part ${n}` });
    expect((await read(mbox([patch(3), cover, patch(1)]))).series).toEqual([
      { subject: 'mm: all of it', version: 2, patches: ['p1@x', 'p3@x'], missing: [2] },
    ]);
  });
});
