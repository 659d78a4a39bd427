import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSamples, trySeries } from '../../bench/c/series.ts';
import { readPatchFile } from '../../src/c/diff.ts';
import { applySeries } from '../../src/c/series.ts';
import { openTree } from '../../src/c/tree.ts';
import { sourceOf } from './specimen.ts';

const diff = (text: string) => readPatchFile(text, 'x.patch');
const ADD_FIELD = diff(
  '--- a/include/linux/box.h\n+++ b/include/linux/box.h\n@@ -1,3 +1,5 @@\n struct box {\n \tint lid;\n+\tint seals;\n };\n+void seal(struct box *box);\n',
);
const ADD_FILE = diff(
  '--- /dev/null\n+++ b/mm/seal.c\n@@ -0,0 +1,4 @@\n+void seal(struct box *box)\n+{\n+\tbox->seals++;\n+}\n',
);
const USE = diff(
  '--- a/mm/box.c\n+++ b/mm/box.c\n@@ -1,4 +1,5 @@\n void shut(struct box *box)\n {\n \tbox->lid = 1;\n+\tseal(box);\n }\n',
);
const RENAME = diff(
  '--- a/mm/seal.c\n+++ b/mm/wax.c\n@@ -1,4 +1,4 @@\n void seal(struct box *box)\n {\n-\tbox->seals++;\n+\tbox->seals += 2;\n }\n',
);
const DELETE = diff(
  '--- a/mm/wax.c\n+++ /dev/null\n@@ -1,4 +0,0 @@\n-void seal(struct box *box)\n-{\n-\tbox->seals += 2;\n-}\n',
);

const base = sourceOf({
  'include/linux/box.h': 'struct box {\n\tint lid;\n};\n',
  'mm/box.c': 'void shut(struct box *box)\n{\n\tbox->lid = 1;\n}\n',
});

describe('a series', () => {
  it('is applied in order: a field, a new file, a use of it, a renamed file, a deleted one', () => {
    const { source, patches } = applySeries(base, [ADD_FIELD, ADD_FILE, USE, RENAME, DELETE]);
    expect(
      patches.map(({ applied }) => (applied.kind === 'applied' ? applied.functions : applied.refusal.why)),
    ).toEqual([[], ['seal'], ['shut'], ['seal'], ['seal']]);
    expect(source.paths).toEqual(['include/linux/box.h', 'mm/box.c']);
    expect(source.read('mm/box.c')?.text).toBe('void shut(struct box *box)\n{\n\tbox->lid = 1;\n\tseal(box);\n}\n');
    expect(patches[3]?.before.paths).toContain('mm/seal.c');
    expect(base.read('include/linux/box.h')?.text).toBe('struct box {\n\tint lid;\n};\n');
  });

  it('goes on without a patch that is refused, and says which one that is', () => {
    const { source, patches } = applySeries(base, [USE, ADD_FIELD]);
    expect(patches.map(({ applied }) => applied.kind)).toEqual(['refused', 'applied']);
    expect(patches[0]?.applied).toMatchObject({ refusal: { why: expect.stringContaining('it uses seal') as string } });
    expect(source.read('mm/box.c')?.text).toBe(base.read('mm/box.c')?.text);
    expect(
      applySeries(base, [USE], [{ path: 'include/linux/rows.h', text: '#define seal(b) (b)\n' }]).patches[0]?.applied
        .kind,
    ).toBe('applied');
  });
});

const root = join(import.meta.dirname, '../..');
const samples = join(root, '../shared/mail-samples/mm-patches');
// On 6.1 the first patch of mm-lru is refused: it takes the warning out of page_memcg_rcu(), which is folio_memcg_rcu() there.
// Read by a person that is the place; but page_memcg() stands beside it with the same body without the warning, and fits
// the words of the hunk better than the renamed function does. On 6.12 page_memcg() is gone, and the place is told.
const trees = [
  { name: '6.1', dir: process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1', applied: 1, git: 1 },
  { name: '6.12', dir: process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12', applied: 1, git: 0 },
];

describe.each(trees)('the patches of distributions on $name (skipped where tree or patches are absent)', (tree) => {
  it.skipIf(!existsSync(join(tree.dir, 'mm')) || !existsSync(samples))(
    'apply where git applies them, with the same text, and nowhere else but by tokens',
    { timeout: 120_000 },
    async () => {
      const source = openTree(tree.dir);
      const tried = [...(await readSamples(samples)).values()].flatMap((patches) => trySeries(source, patches));
      expect(tried.filter((one) => one.relore === 'applied')).toHaveLength(tree.applied);
      const real = tried.filter((one) => one.relore !== 'nothing');
      expect(real.filter((one) => one.gitApply)).toHaveLength(tree.git);
      expect(real.filter((one) => one.gitApply && one.relore !== 'applied')).toEqual([]);
      expect(real.flatMap((one) => one.differs)).toEqual([]);
    },
  );
});
