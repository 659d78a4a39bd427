import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openArchive, openStdin } from '../../src/cli/archive.ts';
import { cellsExit } from '../../src/cli/rules.ts';
import { replayCommandLine } from '../../src/cli/run.ts';
import { joined } from '../../src/cli/source.ts';
import { streamThreads } from '../../src/mail/archive.ts';
import { readThread } from '../../src/mail/read.ts';
import type { CellResult } from '../../src/report/rules.ts';

const source = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });

describe('several sources', () => {
  it('become one mbox: mails get a separator, and lines that look like one are quoted', () => {
    const { bytes, name } = joined([
      source('a', 'From: a\nDate: 1\n\nFrom x\n>From y\n'),
      source('b', 'From b@x Thu\nB: 2\n\n>From z\n'),
    ]);
    expect(name).toBe('a, b');
    expect(Buffer.from(bytes).toString()).toBe(
      'From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: a\nDate: 1\n\n>From x\n>>From y\n\nFrom b@x Thu\nB: 2\n\n>From z\n\n',
    );
  });

  it('keep their bytes whatever the character set, and one source is left as it is', () => {
    const bytes = Buffer.from([0xe9, 0xff, 0x0a]);
    const one = { name: 'a', bytes };
    expect(joined([one])).toBe(one);
    expect(Buffer.from(joined([one, one]).bytes).indexOf(bytes)).toBe(60);
  });
});

const page = (day: number, who: string, body: string) =>
  `Re: mm: q\n\nFrom: ${who}\nDate: Tue Jan 0${day} 2024 - 03:04:05 EST\n\n\n${body}\n`;

describe('several pages, diffs and mails', () => {
  it('become one thread: each page is read as a page, with what pages lose', async () => {
    const { bytes } = joined([
      source('1', page(2, 'Ann', 'a line that tells this page from all others')),
      source(
        '2',
        page(
          3,
          'Bo',
          'On Tue, 2 Jan 2024, Ann wrote:\n> a line that tells this page from all others\nFrom here on, no.',
        ),
      ),
    ]);
    const thread = await readThread(bytes, 'x');
    expect(thread.messages.map(({ from, parent }) => [from, parent?.how])).toEqual([
      ['Ann', undefined],
      ['Bo', 'quote'],
    ]);
    expect(thread.messages[1]?.blocks.at(-1)?.text).toBe('From here on, no.');
    expect(thread.lossy).toContain('no Message-ID');
  });

  it('a bare diff beside a mail is a patch beside a message', async () => {
    const diff = 'diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    const mail = 'From: Ann <ann@x>\nSubject: q\n\nhello\n';
    const thread = await readThread(joined([source('1', mail), source('2', diff)]).bytes, 'x');
    expect([thread.messages.length, thread.patches.length]).toEqual([2, 1]);
    expect(thread.patches[0]?.files[0]?.hunks[0]?.complete).toBe(true);
  });
});

describe('a large mbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relore-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const box = ['one', 'two']
    .map((title) => `From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: A <a@x>\nSubject: ${title}\n\ntext\n\n`)
    .join('');
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const least = { plain: 100, packed: 50 };

  it('is opened for reading thread by thread, packed or not, and leaves nothing behind', async () => {
    vi.stubEnv('TMPDIR', folder);
    for (const path of [file('a.mbox', box), file('b.mbox.gz', gzipSync(box))]) {
      const opened = await openArchive([path], least);
      const titles: string[] = [];
      for await (const { thread } of streamThreads(opened!.archive)) titles.push(thread.subject);
      await opened!.close();
      expect(titles).toEqual(['one', 'two']);
    }
    vi.unstubAllEnvs();
    expect(readdirSync(folder).sort()).toEqual(['a.mbox', 'b.mbox.gz']);
  });

  it('is told from small files, several files, and files that are no mbox', async () => {
    const path = file('c.mbox', box);
    expect(await openArchive([path])).toBeUndefined();
    expect(await openArchive([path, path], least)).toBeUndefined();
    expect(await openArchive([file('d.txt', 'x'.repeat(500))], least)).toBeUndefined();
    expect(await openArchive([file('e.gz', gzipSync(Buffer.alloc(200_000)))], least)).toBeUndefined();
    expect(await openArchive([], least)).toBeUndefined();
  });
});

describe('standard input', () => {
  const entry = (title: string) =>
    `From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: A <a@x>\nSubject: ${title}\n\ntext\n\n`;
  async function* pieces(bytes: Buffer) {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }

  it('is an archive when it is a large mbox, packed or not, and leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relore-test-'));
    vi.stubEnv('TMPDIR', folder);
    for (const bytes of [Buffer.from(entry('one') + entry('two')), gzipSync(entry('one') + entry('two'))]) {
      const opened = await openStdin(pieces(bytes), 50);
      if (!('archive' in opened)) throw new Error('expected an archive');
      const titles: string[] = [];
      for await (const { thread } of streamThreads(opened.archive)) titles.push(thread.subject);
      await opened.close();
      expect(titles).toEqual(['one', 'two']);
    }
    vi.unstubAllEnvs();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('is one source when it is small or no mbox', async () => {
    const small = Buffer.from(entry('one'));
    expect(await openStdin(pieces(small), 500)).toEqual({ name: '(stdin)', bytes: small });
    const page = Buffer.from('text '.repeat(30));
    expect(await openStdin(pieces(page), 50)).toEqual({ name: '(stdin)', bytes: page });
    expect(await openStdin(pieces(Buffer.alloc(0)), 50)).toEqual({ name: '(stdin)', bytes: Buffer.alloc(0) });
  });
});

describe('the replay line', () => {
  it('is the command line that made the review, quoted for a shell', () => {
    const options = { model: ['sc'], bound: 2_000_000 } as const;
    expect(replayCommandLine(['a.mbox'], options)).toBe('relore replay a.mbox');
    expect(replayCommandLine([], options)).toBe('relore replay -');
    expect(replayCommandLine(["it's; rm"], { ...options, tree: '../linux', kernel: 'v6.12', bound: 10 })).toBe(
      `relore replay 'it'\\''s; rm' --tree ../linux --kernel v6.12 --bound 10`,
    );
  });
});

describe('the exit code of a rules test', () => {
  const cell: CellResult = {
    rule: 'r',
    row: 'v6.12',
    scenario: 'S1',
    model: 'sc',
    expected: 'holds',
    computed: 'holds',
    states: 1,
  };

  it('is 0 only when every expected cell was computed as expected', () => {
    expect(cellsExit([cell, { ...cell, expected: undefined, computed: 'violated' }])).toBe(0);
    expect(cellsExit([cell, { ...cell, computed: 'violated' }])).toBe(1);
    expect(cellsExit([cell, { ...cell, computed: 'bounded' }])).toBe(3);
    expect(
      cellsExit([
        { ...cell, computed: 'refused' },
        { ...cell, computed: 'violated' },
      ]),
    ).toBe(1);
  });

  it('is 3 when there is nothing to test', () => {
    expect(cellsExit([])).toBe(3);
    expect(cellsExit([{ ...cell, expected: undefined }])).toBe(3);
    expect(cellsExit([{ ...cell, model: 'tso', computed: 'refused', notRun: true }])).toBe(3);
    expect(cellsExit([cell, { ...cell, model: 'tso', computed: 'refused', notRun: true }])).toBe(0);
  });
});
