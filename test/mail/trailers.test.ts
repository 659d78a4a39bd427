import { describe, expect, it } from 'vitest';
import type { Thread } from '../../src/types.ts';
import { mail, read } from './mails.ts';

const mbox = (mails: readonly string[]) =>
  mails.map((each) => `From a@x Mon Jan  1 00:00:00 2024\n${each}\n\n`).join('');
const DIFF = (word: string) =>
  `diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,3 +1,3 @@ static void f(void)\n the first line;\n-old_name();\n+${word}();\n the last line;\n`;
const BO = { From: 'Bo Reader <bo@example.org>' };

function reply(id: string, to: string, body: string, fields: Readonly<Record<string, string>> = BO): string {
  return mail(body, { 'Message-ID': `<${id}>`, 'In-Reply-To': `<${to}>`, Subject: 'Re: [PATCH] mm: x', ...fields });
}

function patch(id: string, subject: string, word: string, fields: Readonly<Record<string, string>> = {}): string {
  const body = `Why.\n\nSigned-off-by: Ann Author <ann@example.org>\n---\n${DIFF(word)}`;
  return mail(body, { 'Message-ID': `<${id}>`, Subject: subject, ...fields });
}

/** `name by speaker -> target` of the trailers that replies give. */
function given(thread: Thread): string[] {
  return (thread.trailers ?? [])
    .filter((trailer) => !trailer.own)
    .map(
      ({ name, speaker, to, series }) =>
        `${name} by ${speaker} -> ${to ?? (series === undefined ? 'nothing' : `series ${series}`)}`,
    );
}

describe('trailers', () => {
  const root = patch('p@x', '[PATCH] mm: x', 'one');

  it('a reply gives its trailers to the patch above it, through replies in between; quoted ones are given once', async () => {
    const thread = await read(
      mbox([
        root,
        reply('a@x', 'p@x', '> Why.\n\nReviewed-by: Bo Reader <bo@example.org>\n'),
        reply('b@x', 'a@x', '> Reviewed-by: Bo Reader <bo@example.org>\n\nAcked-by: Cy Writer <cy@x>\n', {
          From: 'Cy Writer <cy@x>',
        }),
      ]),
    );
    expect(given(thread)).toEqual(['Reviewed-by by Bo Reader -> p@x', 'Acked-by by Cy Writer -> p@x']);
    expect(thread.trailers?.[0]).toEqual({
      ...{ name: 'Signed-off-by', value: 'Ann Author <ann@example.org>' },
      ...{ messageId: 'p@x', speaker: 'Ann Author', to: 'p@x', own: true },
    });
  });

  it('a counter-patch keeps its Signed-off-by, and an ack of it is not one of the posted patch', async () => {
    const counter = reply(
      'c@x',
      'p@x',
      `Rather this:\n\nSigned-off-by: Bo Reader <bo@example.org>\n---\n${DIFF('two')}`,
    );
    const ack = reply('d@x', 'c@x', 'Acked-by: Ann Author <ann@example.org>\n', {});
    const thread = await read(mbox([root, counter, ack]));
    expect(given(thread)).toEqual(['Acked-by by Ann Author -> c@x']);
    expect(thread.trailers?.find((trailer) => trailer.messageId === 'c@x')).toMatchObject({ to: 'c@x', own: true });
  });

  it('a Signed-off-by next to loose changes is given to no patch; alone it is given to the patch', async () => {
    const sob = 'Signed-off-by: Bo Reader <bo@example.org>\n';
    const loose = reply('c@x', 'p@x', `Or so:\n\n+\tone();\n+\ttwo();\n\n${sob}`);
    expect(given(await read(mbox([root, loose])))).toEqual(['Signed-off-by by Bo Reader -> nothing']);
    expect(given(await read(mbox([root, reply('c@x', 'p@x', sob)])))).toEqual(['Signed-off-by by Bo Reader -> p@x']);
  });

  it('what is given to a cover letter is given to the series, but never a Signed-off-by', async () => {
    const cover = mail('all of it\n', { 'Message-ID': '<c@x>', Subject: '[PATCH 0/1] mm: all' });
    const one = patch('p1@x', '[PATCH 1/1] mm: part', 'one', { 'In-Reply-To': '<c@x>' });
    const body = 'Acked-by: Bo Reader <bo@example.org>\nSigned-off-by: Bo Reader <bo@example.org>\n';
    expect(given(await read(mbox([cover, one, reply('a@x', 'c@x', body)])))).toEqual([
      'Acked-by by Bo Reader -> series 0',
      'Signed-off-by by Bo Reader -> nothing',
    ]);
  });

  it('a trailer between the ruler and the diff is no trailer of the patch', async () => {
    const below = `Why.\n---\nAcked-by: Bo Reader <bo@example.org>\n\n${DIFF('one')}`;
    expect((await read(mail(below, { Subject: '[PATCH] mm: x' }))).trailers).toEqual([]);
  });

  it('a trailer in another name is marked; an obfuscated address of the right length is the sender', async () => {
    const by = async (value: string) =>
      (await read(mbox([root, reply('a@x', 'p@x', `Reviewed-by: ${value}\n`)]))).trailers?.at(-1)?.mismatch;
    expect([
      await by('Cy Writer <cy@example.org>'),
      await by('B. Reader <bo@xxxxxxxxxxx>'),
      await by('B. Reader <bo@xxxx>'),
    ]).toEqual([true, undefined, true]);
  });
});

describe('patches among each other', () => {
  it('the same change posted again is told, and an unlabelled re-send is a series of its own', async () => {
    const again = patch('q@x', '[PATCH] mm: x', 'one', { Date: 'Fri, 5 Jan 2024 03:04:05 +0100' });
    const thread = await read(mbox([patch('p@x', '[PATCH] mm: x', 'one'), again]));
    expect(thread.patches.map(({ id, repeats }) => [id, repeats])).toEqual([
      ['p@x', undefined],
      ['q@x', 'p@x'],
    ]);
    expect(thread.postings?.map(({ resends }) => resends)).toEqual([undefined, 0]);
  });

  it('the same change on another context is the same; another change of the same lines is not', async () => {
    const moved = DIFF('one').replace('-1,3 +1,3', '-11,3 +11,3').replace('the last line', 'another last line');
    const body = (diff: string, id: string) => mail(diff, { 'Message-ID': `<${id}>`, Subject: '[PATCH] mm: x' });
    const thread = await read(mbox([body(DIFF('one'), 'p@x'), body(moved, 'q@x'), body(DIFF('two'), 'r@x')]));
    expect(thread.patches.map(({ repeats }) => repeats)).toEqual([undefined, 'p@x', undefined]);
  });

  it('an older version that comes later replaces nothing', async () => {
    const late = { Date: 'Fri, 5 Jan 2024 03:04:05 +0100' };
    const thread = await read(
      mbox([patch('p@x', '[PATCH v2] mm: x', 'one'), patch('q@x', '[PATCH v1] mm: x', 'two', late)]),
    );
    expect(thread.postings?.map(({ rerolls }) => rerolls)).toEqual([undefined, undefined]);
  });

  it('a -fix patch amends the one it is named after', async () => {
    const fix = patch('q@x', '[PATCH] mm-do-it-fix', 'two', { 'In-Reply-To': '<p@x>' });
    const other = patch('r@x', '[PATCH] mm: prefix', 'three', { 'In-Reply-To': '<p@x>' });
    const thread = await read(mbox([patch('p@x', '[PATCH] mm: do it', 'one'), fix, other]));
    expect(thread.patches.map(({ amends }) => amends)).toEqual([undefined, 'p@x', undefined]);
  });

  it('a later version replaces the earlier one, in part when patches are missing', async () => {
    const one = (n: number, mark: string, to: string) =>
      patch(`p${n}${mark}@x`, `[PATCH ${mark} ${n}/2] mm: part ${n}`, `w${n}${mark}`, { 'In-Reply-To': `<${to}>` });
    const thread = await read(mbox([one(1, 'v1', 'c@x'), one(2, 'v1', 'c@x'), one(2, 'v2', 'p2v1@x')]));
    expect(thread.series.map(({ version, missing }) => [version, missing])).toEqual([
      [1, []],
      [2, [1]],
    ]);
    expect(thread.postings?.map(({ rerolls }) => rerolls)).toEqual([undefined, 0]);
  });

  it('patches without a version have the version of their cover letter', async () => {
    const cover = mail('all of it\n', { 'Message-ID': '<c@x>', Subject: '[RFC PATCH v3 0/1] mm: all' });
    const thread = await read(mbox([cover, patch('p1@x', '[PATCH 1/1] mm: part', 'one', { 'In-Reply-To': '<c@x>' })]));
    expect(thread.series).toEqual([{ subject: 'mm: all', version: 3, patches: ['p1@x'], missing: [] }]);
    expect(thread.postings).toEqual([{ cover: 'c@x', labels: ['RFC'] }]);
  });

  it.each([
    ['[PATCHv3 2/5] mm: x', 2, 5, 3],
    ['[PATCH 11/10] mm: x', 11, 10, 1],
    ['[RFC v2] mm: x', undefined, undefined, 2],
    ['[PATCH] cgroup v2: x', undefined, undefined, 1],
  ])('%s', async (subject, index, total, version) => {
    expect((await read(patch('p@x', subject, 'one'))).patches[0]).toMatchObject({ index, total, version });
  });

  it('change-id, prerequisites, labels and the in-body date are kept', async () => {
    const id = 'b'.repeat(40);
    const body = `From: Cy Writer <cy@x>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\nWhy.\n---\n${DIFF('one')}-- \n2.40.0\n\nchange-id: 20240101-x-1\nprerequisite-patch-id: ${id}\n`;
    expect((await read(mail(body, { Subject: '[RESEND RFC PATCH] mm: x' }))).patches[0]).toMatchObject({
      ...{ author: 'Cy Writer', date: 'Mon, 1 Jan 2024 00:00:00 +0000', changeId: '20240101-x-1' },
      ...{ prerequisites: [id], labels: ['RESEND', 'RFC'] },
    });
  });
});

describe('quoted hunks', () => {
  const root = patch('p@x', '[PATCH] mm: x', 'one');
  const quote = (lines: readonly string[]) => lines.map((line) => `> ${line}\n`).join('');
  const quoted = async (body: string) => (await read(mbox([root, reply('a@x', 'p@x', body)]))).quoted ?? [];

  it('a trimmed hunk is led back by its range, with the comment behind its last line', async () => {
    const body = `${quote(['@@ -1,3 +1,3 @@ static void f(void)', ' the first line;', '-old_name();'])}\nWhy this?\n`;
    expect(await quoted(body)).toMatchObject([
      {
        ...{ messageId: 'a@x', depth: 1, path: undefined, hunk: { complete: false } },
        comments: [{ after: 2, speaker: 'Bo Reader', depth: 0 }],
        anchor: { patch: 'p@x', path: 'mm/x.c', hunk: 0, offset: 0, matched: 2, how: 'range' },
      },
    ]);
  });

  it('lines without a header are led back by two telling lines, never by one', async () => {
    const two = quote(['-old_name();', '+one();']);
    expect((await quoted(two)).map(({ anchor }) => anchor?.offset)).toEqual([1]);
    const other = quote(['-old_name();', '+something_else();']);
    expect((await quoted(quote(['+\told_call();', '+one();']))).map(({ anchor }) => anchor)).toEqual([undefined]);
    expect((await quoted(other)).map(({ anchor }) => anchor)).toEqual([undefined]);
  });
});

describe('programs', () => {
  it.each([
    ['kernel test robot <lkp@intel.com>', 'bot'],
    ['syzbot <syzbot+0123@syzkaller.appspotmail.com>', 'bot'],
    ['Abbott Reader <abbott@example.org>', undefined],
  ])('%s', async (From, origin) => {
    expect((await read(mail('text\n', { From }))).messages[0]?.origin).toBe(origin);
  });
});
