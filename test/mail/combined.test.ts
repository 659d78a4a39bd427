import { describe, expect, it } from 'vitest';
import { combinedLines } from '../../src/mail/combined.ts';
import { mail, read } from './mails.ts';

const ROWS = ['  {', '- \told();', ' -\told2();', '++\tnew();', '  }'];
const HEADER = '@@@ -10,3 -10,3 +10,3 @@@ static void f(void)';
const MERGE = ['diff --cc mm/x.c', 'index 1111111,2222222..3333333', '--- a/mm/x.c', '+++ b/mm/x.c', HEADER, ...ROWS];

const counts = (header: string, rows: readonly string[]) => combinedLines(header, (index) => rows[index]);

describe('a combined diff', () => {
  it('counts the lines of each parent and of the result', () => {
    expect(counts(HEADER, ROWS)).toEqual({ count: 5, complete: true });
    expect(counts(HEADER, ROWS.slice(0, 4))).toEqual({ count: 4, complete: false });
    expect(counts(HEADER, [...ROWS.slice(0, 2), 'A sentence of a reply.', ...ROWS.slice(2)])).toEqual({
      count: 2,
      complete: false,
    });
    expect(counts('@@@@ -1 -1 -1 +1,2 @@@@', ['   a', '+++b', 'not of it'])).toEqual({ count: 2, complete: true });
    expect(counts('@@ -1 +1 @@', ROWS)).toEqual({ count: 0, complete: false });
  });

  it('is shown as a diff, is no patch, and the mail says so; a plain diff of the same file is one', async () => {
    const thread = await read(mail(`A merge.\n\n${MERGE.join('\n')}\n-- \nAnn\n`, { Subject: '[PATCH] mm: merge' }));
    expect(thread.patches).toEqual([]);
    expect(thread.lossy).toEqual(['combined diff (diff --cc) shown, not taken as a patch']);
    expect(thread.messages[0]?.blocks.map((block) => `${block.kind} ${block.text.split('\n').length}`)).toEqual([
      'prose 1',
      'diff 10',
      'signature 2',
    ]);
    const plain = ['diff --git a/mm/x.c b/mm/x.c', '--- a/mm/x.c', '+++ b/mm/x.c', '@@ -1 +1 @@', '-a', '+b'];
    expect((await read(mail(`${plain.join('\n')}\n`))).patches.length).toBe(1);
    const mixed = await read(mail([...plain, ...MERGE].join('\n')));
    expect(mixed.patches).toEqual([]);
  });
});

describe('a mail that ends too early', () => {
  const DIFF = ['diff --git a/x.c b/x.c', '--- a/x.c', '+++ b/x.c', '@@ -1,3 +1,3 @@', ' a', '-b', '+c', ' d'];
  const lossy = async (lines: readonly string[]) => (await read(mail(`${lines.join('\n')}\n`))).lossy;

  it('inside a hunk, or before the first one of a file, says so; a hunk that a sender trimmed and went on from does not', async () => {
    expect(await lossy(DIFF)).toEqual([]);
    for (let cut = 5; cut < DIFF.length; cut++)
      expect([cut, await lossy(DIFF.slice(0, cut))]).toEqual([cut, ['cut off inside a hunk']]);
    expect(await lossy(DIFF.slice(0, 3))).toEqual(['cut off inside a hunk']);
    expect(await lossy([...DIFF.slice(0, 6), '', 'And so on.'])).toEqual([]);
    expect(await lossy(DIFF.map((line) => `> ${line}`).slice(0, 6))).toEqual([]);
  });
});
