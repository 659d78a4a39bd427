// Every patch of fixtures/patches through the whole review, against the table beside them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExpected } from '../../bench/review/expected.ts';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { Change, MemoryModel, Review } from '../../src/types.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'fixtures', 'patches');

async function reviewOf(file: string, models: readonly MemoryModel[] = ['sc']): Promise<Review> {
  const thread = await readThread(readFileSync(join(folder, `${file}.patch`)), file);
  return review(thread, { rulesDir: join(root, 'rules'), models: [...models], states: 2_000_000, version: '0.0.0' });
}

function says(found: Review, id: string): string {
  const scenarios = (change: Change): string => {
    const turned = found.checks.filter((one) => one.patch === id && one.level === 'error' && one.change === change);
    return [...new Set(turned.map(({ scenario }) => scenario))].sort().join(', ') || '-';
  };
  const patch = found.patches.find((one) => one.id === id);
  return `${found.base.name} ${patch?.verdict}; opens ${scenarios('opens')}; closes ${scenarios('closes')}`;
}

const rows = readExpected(folder);
const files = [...new Set(rows.map(({ file }) => file))];

describe('patches of our own', () => {
  it('there are sixty files, and each has its rows in the table', () => {
    expect([...files].sort()).toEqual(
      readdirSync(folder)
        .filter((name) => name.endsWith('.patch'))
        .map((name) => name.slice(0, -'.patch'.length))
        .sort(),
    );
    expect(files).toHaveLength(60);
    const harmless = rows.filter(({ section }) => section === 'Harmless').map((row) => row.says);
    expect(harmless.filter((words) => !/ (?:keeps|not-reviewed); opens -; closes -$/.test(words))).toEqual([]);
  });

  it.each(files)(
    '%s',
    async (file) => {
      const expected = rows.filter((row) => row.file === file);
      const found = await reviewOf(file);
      expect(found.patches.map(({ id }) => id)).toEqual(expected.map(({ patch }) => patch));
      expect(found.patches.map(({ id }) => says(found, id))).toEqual(expected.map((row) => row.says));
      expect(found.checks.filter(({ change }) => change === 'unknown')).toEqual([]);
    },
    60_000,
  );

  it('drain-barrier-weaker opens S9g under x86-TSO, where a store may pass a load', async () => {
    const found = await reviewOf('drain-barrier-weaker', ['sc', 'tso']);
    const opened = found.checks.filter(({ patch, change }) => patch === 'patch-1' && change === 'opens');
    expect(opened.map(({ scenario, model }) => [scenario, model])).toEqual([['S9g', 'tso']]);
    expect(says(found, 'patch-1')).toBe('v6.12 opens; opens S9g; closes -');
  }, 60_000);
});
