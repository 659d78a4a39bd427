import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openStack } from '../../src/c/stack.ts';
import { InputError } from '../../src/errors.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

const BASE = 'void add(struct folio *folio)\n{\n\tset_lru(folio);\n\tsmp_mb();\n\ttest(folio);\n}\n';
const NO_BARRIER = `Commit: 2262ace60713
Subject: drop the barrier between the flag and the test
Release: v5.18
Confidence: seen
Revert-reading: with the barrier: insert "smp_mb();" before test in add; move test after set_lru

--- a/mm/swap.c
+++ b/mm/swap.c
@@ -1,6 +1,5 @@
 void add(struct folio *folio)
 {
 \tset_lru(folio);
-\tsmp_mb();
 \ttest(folio);
 }
`;
const NEW_FILE = `Subject: a second file
--- /dev/null
+++ b/mm/mlock.c
@@ -0,0 +1,3 @@
+void unlock(void)
+{
+}
`;

function stack(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'relore-stack-'));
  made.push(dir);
  mkdirSync(join(dir, 'base/mm'), { recursive: true });
  mkdirSync(join(dir, 'patches'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

const WHOLE = {
  'base/mm/swap.c': BASE,
  series: '# our patches\n# tag v4.16\n\nno-barrier.patch\nsecond.patch\n# tag v5.18\n',
  'patches/no-barrier.patch': NO_BARRIER,
  'patches/second.patch': NEW_FILE,
};

describe('the stack of model sources', () => {
  it('builds every version between the tags, and the steps between them', () => {
    const opened = openStack(stack(WHOLE));
    expect(opened.tags).toEqual(['v4.16', 'v5.18']);
    expect(opened.at('v4.16').read('mm/swap.c')?.text).toBe(BASE);
    const later = opened.at('v5.18');
    expect([later.kind, later.name, later.paths]).toEqual(['model', 'v5.18', ['mm/mlock.c', 'mm/swap.c']]);
    expect(later.read('mm/swap.c')?.text).toBe(BASE.replace('\tsmp_mb();\n', ''));
    expect(opened.after(1).name).toBe('v4.16+1');
    expect(opened.after(1).paths).toEqual(['mm/swap.c']);
    expect(opened.after(2).name).toBe('v5.18');
  });

  it('tells the header of each patch and the version that first has it', () => {
    const [first, second] = openStack(stack(WHOLE)).patches;
    expect(first).toEqual({
      file: 'no-barrier.patch',
      commit: '2262ace60713',
      subject: 'drop the barrier between the flag and the test',
      release: 'v5.18',
      confidence: 'seen',
      tagAfter: 'v5.18',
    });
    expect(second?.commit).toBe('');
  });

  it('gives the readings of a revert by any abbreviation of at least 7 digits', () => {
    const opened = openStack(stack(WHOLE));
    const readings = opened.revertReadings('2262ace60713abcdef');
    expect(readings?.map((reading) => [reading.words, reading.edits.map((edit) => edit.kind)])).toEqual([
      ['with the barrier', ['insert', 'move']],
    ]);
    expect(opened.revertReadings('2262ace')).toEqual(readings);
    expect(opened.revertReadings('2262ac')).toBeUndefined();
    expect(opened.revertReadings('9c4e6b1a7027')).toBeUndefined();
  });

  it('a patch that does not apply is an error at the line of its hunk', () => {
    const wrong = NO_BARRIER.replace(' \tset_lru(folio);', ' \tset_lru(page);');
    const opened = openStack(stack({ ...WHOLE, 'patches/no-barrier.patch': wrong }));
    expect(() => opened.at('v5.18')).toThrow(
      /no-barrier\.patch:9: expected a hunk whose old lines stand in mm\/swap\.c/,
    );
    expect(opened.at('v4.16').paths).toEqual(['mm/swap.c']);
  });

  it.each([
    [
      'a count that is wrong',
      { 'patches/no-barrier.patch': NO_BARRIER.replace('1,6', '1,7') },
      /no-barrier\.patch:9: expected 7 old/,
    ],
    [
      'a reading that is no edit',
      { 'patches/no-barrier.patch': NO_BARRIER.replace('move test', 'shift test') },
      /no-barrier\.patch:5: expected move A/,
    ],
    [
      'a patch without subject',
      { 'patches/second.patch': NEW_FILE.replace('Subject:', 'About:') },
      /second\.patch:1: expected a line Subject/,
    ],
    ['a series without tags', { series: 'second.patch\n' }, /series: expected a line # tag VERSION, found none/],
    ['a path in the series', { series: '# tag v1\n../x.patch\n' }, /series:2: expected the name of one patch file/],
    [
      'a patch file that is not there',
      { series: '# tag v1\nthird.patch\n' },
      /third\.patch: expected a file that can be read/,
    ],
  ])('refuses %s', (_what, files, message) => {
    const dir = stack({ ...WHOLE, ...files });
    expect(() => openStack(dir)).toThrow(message);
    expect(() => openStack(dir)).toThrow(InputError);
  });

  it('refuses an unknown version by naming the known ones', () => {
    expect(() => openStack(stack(WHOLE)).at('v6.0')).toThrow(/one of the versions v4\.16, v5\.18, found v6\.0/);
  });
});
