import { describe, expect, it } from 'vitest';
import type { Patch } from '../../src/types.ts';
import { blocksOf, mail, read } from './mails.ts';

const HEAD = ['diff --git a/mm/x.c b/mm/x.c', 'index 1111111..2222222 100644', '--- a/mm/x.c', '+++ b/mm/x.c'];
const HUNK = ['@@ -10,4 +10,5 @@ static void f(void)', ' {', '-\told();', '+\tnew();', '+\tmore();', ' ', ' }'];

async function patchOf(lines: readonly string[], subject = '[PATCH] mm: do it'): Promise<Patch | undefined> {
  return (await read(mail(`${lines.join('\n')}\n`, { Subject: subject }))).patches[0];
}

describe('hunks', () => {
  it('a whole hunk is complete, with its first columns, blobs and section', async () => {
    const file = (await patchOf(['Text.', '---', ...HEAD, ...HUNK, '-- ', '2.40.0']))?.files[0];
    expect(file).toEqual({
      oldPath: 'mm/x.c',
      newPath: 'mm/x.c',
      oldBlob: '1111111',
      newBlob: '2222222',
      hunks: [
        {
          oldStart: 10,
          oldLines: 4,
          newStart: 10,
          newLines: 5,
          section: 'static void f(void)',
          lines: HUNK.slice(1),
          complete: true,
        },
      ],
    });
  });

  it('a trimmed hunk is incomplete and swallows no prose', async () => {
    const hunk = (await patchOf([...HEAD, ...HUNK.slice(0, 4), '', 'Here I stopped.', '- first point']))?.files[0]
      ?.hunks[0];
    expect([hunk?.complete, hunk?.lines]).toEqual([false, [...HUNK.slice(1, 4), ' ']]);
  });

  it('a hunk lengthened by hand is incomplete; a signature right behind a whole one is not', async () => {
    expect((await patchOf([...HEAD, ...HUNK, '+\textra();']))?.files[0]?.hunks[0]?.complete).toBe(false);
    expect((await patchOf([...HEAD, ...HUNK, '-- ']))?.files[0]?.hunks[0]?.complete).toBe(true);
  });

  it('a wrapped line ends its hunk', async () => {
    const wrapped = [...HUNK.slice(0, 3), '+\tnew(and a long', 'tail);', ...HUNK.slice(4)];
    expect((await patchOf([...HEAD, ...wrapped]))?.files[0]?.hunks[0]?.complete).toBe(false);
  });

  it('a removed line that looks like a signature or a file header is a removed line', async () => {
    const hunk = ['@@ -1,4 +1,2 @@', ' a', '-- ', '--- b/mm/y.c', '+++ i;', '-c'];
    expect((await patchOf([...HEAD, ...hunk]))?.files[0]?.hunks[0]).toMatchObject({
      complete: true,
      lines: hunk.slice(1),
    });
  });

  it('a note that begins with three dashes is no file', async () => {
    expect(await patchOf(['--- a short note', '+++ and another', 'text'])).toBeUndefined();
  });

  it('two hunks and two files keep apart', async () => {
    const second = ['@@ -30 +31 @@', '-\ta();', '+\tb();'];
    const other = [
      'diff --git a/mm/y.c b/mm/y.c',
      'new file mode 100644',
      'index 0000000..3333333',
      '--- /dev/null',
      '+++ b/mm/y.c',
      '@@ -0,0 +1 @@',
      '+x',
    ];
    const files = (await patchOf([...HEAD, ...HUNK, ...second, ...other]))?.files ?? [];
    expect(files.map((file) => [file.oldPath, file.newPath, file.hunks.length])).toEqual([
      ['mm/x.c', 'mm/x.c', 2],
      [undefined, 'mm/y.c', 1],
    ]);
    expect(files.flatMap((file) => file.hunks.map((hunk) => hunk.complete))).toEqual([true, true, true]);
  });

  it('a rename alone and a mode alone are files without hunks', async () => {
    const rename = ['diff --git a/mm/a.c b/mm/b.c', 'similarity index 100%', 'rename from mm/a.c', 'rename to mm/b.c'];
    const mode = ['diff --git a/run b/run', 'old mode 100644', 'new mode 100755'];
    expect((await patchOf([...rename, ...mode]))?.files.map((file) => file.modes)).toEqual([
      undefined,
      ['100644', '100755'],
    ]);
    expect(
      (await patchOf([...rename, ...mode]))?.files.map((file) => [file.oldPath, file.newPath, file.hunks.length]),
    ).toEqual([
      ['mm/a.c', 'mm/b.c', 0],
      ['run', 'run', 0],
    ]);
  });

  it('a quilt diff and one without a/ b/ give the same path', async () => {
    const quilt = [
      'Index: linux/mm/x.c',
      '='.repeat(67),
      '--- linux.orig/mm/x.c\t2010-01-01 00:00:00',
      '+++ linux/mm/x.c\t2010-01-02 00:00:00',
      ...HUNK,
    ];
    const bare = ['--- mm/x.c', '+++ mm/x.c', ...HUNK];
    for (const lines of [quilt, bare]) {
      expect((await patchOf(lines))?.files.map((file) => [file.oldPath, file.newPath])).toEqual([['mm/x.c', 'mm/x.c']]);
    }
  });

  it('a combined diff is not read as a patch', async () => {
    expect(
      await patchOf([
        'diff --cc mm/x.c',
        'index 111111,222222..333333',
        '--- a/mm/x.c',
        '+++ b/mm/x.c',
        '@@@ -1,1 -1,1 +1,1 @@@',
        '++x',
      ]),
    ).toBeUndefined();
  });

  it('a quoted hunk with comments inside is whole when its lines add up, a fragment when they do not', async () => {
    const quote = (lines: readonly string[]) => lines.map((line) => `> ${line}`);
    const attribution = 'On 7/19/23 09:52, Bo Reader wrote:';
    const commented = [
      attribution,
      ...quote([...HEAD, ...HUNK.slice(0, 4)]),
      '',
      'Why?',
      '',
      ...quote(HUNK.slice(4)),
      'Ok.',
    ];
    const trimmed = [
      attribution,
      ...quote([...HEAD, ...HUNK.slice(0, 4)]),
      '',
      'Why?',
      '',
      ...quote(HUNK.slice(5)),
      'Ok.',
    ];
    const kinds = async (lines: readonly string[]) => [
      ...new Set((await blocksOf(lines.join('\n'))).filter((block) => block.depth === 1).map((block) => block.kind)),
    ];
    expect(await kinds(commented)).toEqual(['diff']);
    expect(await kinds(trimmed)).toEqual(['diff', 'hunk-fragment']);
    expect((await read(mail(commented.join('\n')))).patches).toEqual([]);
  });
});

describe('patches', () => {
  it('number, version, in-body author, notes and base commit are read', async () => {
    const base = 'a'.repeat(40);
    const body = [
      'From: Bo Writer <bo@example.org>',
      '',
      'Why.',
      '',
      '---',
      'v3: answered Cy.',
      ' mm/x.c | 3 ++-',
      ' 1 file changed, 2 insertions(+), 1 deletion(-)',
      '',
      ...HEAD,
      ...HUNK,
      '',
      `base-commit: ${base}`,
    ];
    expect(await patchOf(body, '[PATCH mm v3 2/5] mm: do it')).toMatchObject({
      kind: 'posted',
      title: 'mm: do it',
      author: 'Bo Writer',
      index: 2,
      total: 5,
      version: 3,
      notes: 'v3: answered Cy.',
      baseCommit: base,
    });
  });

  it.each([
    ['[PATCH1/8] mm: x', 1, 8, 1],
    ['[PATCH v6,19/24] mm: x', 19, 24, 6],
    ['[RFC PATCH v2 3/3] mm: x', 3, 3, 2],
    ['[PATCH 3/n] mm: x', 3, undefined, 1],
    ['[PATCH 1 of 2] mm: x', 1, 2, 1],
    ['[PATCH] mm: x (v2)', undefined, undefined, 2],
  ])('%s', async (subject, index, total, version) => {
    expect(await patchOf([...HEAD, ...HUNK], subject)).toMatchObject({ index, total, version, kind: 'posted' });
  });

  it('a diff in a reply is a patch of its own, by the one who replied', async () => {
    expect(await patchOf(['Try this:', '', ...HEAD, ...HUNK], 'Re: [PATCH] mm: do it')).toMatchObject({
      kind: 'reply',
      author: 'Ann Author',
    });
  });

  it('a bare diff is read', async () => {
    const thread = await read([...HEAD, ...HUNK].join('\n'));
    expect([thread.kind, thread.patches[0]?.files[0]?.newPath, thread.messages[0]?.synthetic]).toEqual([
      'patch',
      'mm/x.c',
      true,
    ]);
  });
});
