import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { Review } from '../../src/types.ts';

// The discussion that the project began with, as an archive page. Verdicts: domain/lru-mlock-memcg.md, tables
// S1/S2, S3, and the last row of S5: a lock without PG_lru may be that of another group, so fix-3 opens
// that race while it closes this one. fix-2/a with fix-3/a leaves S3: the barrier alone does not mend the order of v6.0.
const root = join(import.meta.dirname, '..', '..');
const seed = join(root, '..', 'shared', 'seeds', '003_a1b80ebfd62945eb.txt');
const trees = {
  'the model sources': undefined,
  '6.12': process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12',
  '6.1': process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1',
};
const missing = (tree: string | undefined): string =>
  [existsSync(seed) ? '' : '../shared', tree === undefined || existsSync(join(tree, 'mm')) ? '' : `kernel tree ${tree}`]
    .filter((one) => one !== '')
    .join(' and ');

async function reviewed(tree: string | undefined): Promise<Review> {
  const thread = await readThread(readFileSync(seed), 'seed');
  const options = { rulesDir: join(root, 'rules'), models: ['sc' as const], states: 2_000_000, version: '0.0.0' };
  return review(thread, tree === undefined ? options : { ...options, tree });
}

describe.each(Object.entries(trees))('seed 003 on %s', (name, tree) => {
  const needs = missing(tree);
  const why = needs === '' ? '' : ` (skipped: needs ${needs})`;

  it.skipIf(needs !== '')(
    `finds the speakers, the three fixes and their verdicts${why}`,
    async () => {
      const found = await reviewed(tree);
      expect(found.thread.speakers).toEqual([
        { name: 'Yin Fengwei', depths: [0, 3, 5] },
        { name: 'Yin, Fengwei', depths: [7] },
        { name: 'Yosry Ahmed', depths: [1, 2, 4] },
        { name: 'Yu Zhao', depths: [6, 8] },
      ]);
      expect(
        found.claims
          .filter(({ id }) => id.startsWith('fix-'))
          .map(({ id, speaker, depth, status, verdict }) => ({ id, speaker, depth, status, verdict })),
      ).toEqual([
        { id: 'fix-1', speaker: 'Yosry Ahmed', depth: 2, status: 'withdrawn', verdict: 'refuted' },
        { id: 'fix-2', speaker: 'Yosry Ahmed', depth: 1, status: 'stands', verdict: 'refuted' },
        { id: 'fix-3', speaker: 'Yin Fengwei', depth: 0, status: 'stands', verdict: 'ambiguous' },
      ]);
      const verdicts = Object.fromEntries(found.patches.map((patch) => [patch.id, patch.verdict]));
      expect(verdicts).toEqual({
        'fix-1': 'does-not-close',
        'fix-2/a': 'does-not-close',
        'fix-2/b': 'does-not-close',
        'fix-3/a': 'closes',
        'fix-3/b': 'does-not-close',
        'fix-1+fix-2/a': 'does-not-close',
        'fix-1+fix-2/b': 'closes',
        'fix-1+fix-3/a': 'closes',
        'fix-1+fix-3/b': 'closes',
        'fix-2/a+fix-3/a': 'does-not-close',
        'fix-2/a+fix-3/b': 'does-not-close',
        'fix-2/b+fix-3/a': 'closes',
        'fix-2/b+fix-3/b': 'does-not-close',
      });
      expect(found.patches.find((patch) => patch.id === 'fix-2/b')?.reading).toMatch(
        /order that the barrier was written for/,
      );
      for (const check of found.checks.filter((one) => one.level === 'error')) {
        expect(['holds', 'violated'], `${check.patch} ${check.scenario}`).toContain(check.after.verdict);
        if (check.after.verdict !== 'violated') continue;
        const trace = found.traces[check.after.trace ?? ''];
        const shown = trace?.steps.filter((step) => step.matters) ?? [];
        expect(shown.length, `${check.patch} ${check.scenario}`).toBeGreaterThanOrEqual(6);
        expect(shown.length, `${check.patch} ${check.scenario}`).toBeLessThanOrEqual(
          check.scenario === 'S5m' ? 24 : 16,
        );
        expect(shown.every((step) => /^(?:mm|include)\/\S+\.[ch]$/.test(step.file) && step.line > 0)).toBe(true);
      }
      // The movers are the other side of munlock: what both fixes together leave there is told, and no verdict.
      const left = found.checks.filter(({ rule, patch }) => rule === 'stranded-by-mover' && patch === 'fix-1+fix-2/b');
      const told = left.filter(({ invariant }) => invariant === 'I-strand').map((one) => [one.scenario, one.level]);
      expect(told).toEqual([
        ['S4', 'information'],
        ['S4m', 'information'],
      ]);
      expect(left.some(({ after }) => after.verdict === 'violated')).toBe(true);
      expect(found.base.kind).toBe(name === 'the model sources' ? 'model' : 'tree');
      expect(found.diagrams.map(({ columns, steps }) => [columns, steps.length])).toEqual([
        ['collapsed', 4],
        ['collapsed', 4],
      ]);
    },
    180_000,
  );
});
