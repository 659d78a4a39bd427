// The rules on zapping, fault-around and migration, on the functions of real trees. Expected are the columns 5.18+ and
// 5.19+ of the domain file zap-fault-around.md, and rows F (after), G (no reference) and I (hold).
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTree, withFiles } from '../../src/c/tree.ts';
import { judge } from '../../src/judge.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { KernelSource } from '../../src/types.ts';
import { trees } from '../c/trees.ts';

/** By rule and scenario, what is violated; in 6.1 a marker of anonymous memory stays with everybody but munmap(). */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'zap-pte-kinds': { K: [] },
  'zap-against-migration': { B1: [], B4: [], B6: [] },
  'zap-private-copies': { C1: [], C2: [], D1: [], D2: [], T: [] },
  'fault-around-locked': { F: ['I-migrated'], FL: [], FA: [] },
  'fault-around-truncation': { KS: [], KO: [] },
  'migration-references': { G: [], GA: [], I: ['I-migrated'], IA: ['I-migrated'], H1: ['I-migrated'], H4: [] },
  'migration-wait-queue': { Q: [] },
};
const IN_61: Readonly<Record<string, readonly string[]>> = { K: ['D-anon-marker', 'P-anon-marker', 'T-anon-marker'] };

const CASES = Object.entries(EXPECTED).flatMap(([rule, scenarios]) =>
  Object.entries(scenarios).map(([scenario, violated]) => ({ rule, scenario, violated })),
);

let knowledge: Knowledge;
beforeAll(async () => {
  knowledge = await loadKnowledge(join(import.meta.dirname, '..', '..', 'rules'));
});

/** What a scenario violates on a source, or why it was not decided. */
function violated(source: KernelSource, ruleName: string, scenarioName: string): readonly string[] {
  const rule = knowledge.rules.find((one) => one.name === ruleName);
  const scenario = rule?.scenarios.find((one) => one.name === scenarioName);
  if (rule === undefined || scenario === undefined) throw new Error(`expected ${ruleName} ${scenarioName}`);
  const judged = judge(knowledge, source, rule, scenario, 'sc', 2_000_000);
  if (judged.kind === 'refused') return [`refused ${judged.refusal.what}: ${judged.refusal.why}`];
  if (judged.outcome.kind !== 'complete') return ['not decided'];
  return judged.outcome.violations.map((violation) => violation.property);
}

/** `source` with one piece of a file in other words. */
function changed(source: KernelSource, path: string, from: RegExp, to: string): KernelSource {
  const file = source.read(path);
  if (file === undefined || !from.test(file.text)) throw new Error(`expected ${from} in ${path}`);
  return withFiles(source, [{ path, text: file.text.replace(from, to) }]);
}

describe.each(trees)('zapping, fault-around and waiting in $name (skipped where the tree is not unpacked)', (tree) => {
  let opened: KernelSource | undefined;
  const source = (): KernelSource => (opened ??= openTree(tree.dir));

  it.skipIf(!tree.here).each(CASES)(
    '$rule $scenario',
    { timeout: 120_000 },
    ({ rule, scenario, violated: expected }) => {
      const here = tree.name === '6.1' ? (IN_61[scenario] ?? expected) : expected;
      expect(violated(source(), rule, scenario)).toEqual(here);
    },
  );

  it.skipIf(!tree.here)('a hole punch that takes swap entries loses private data', { timeout: 120_000 }, () => {
    const test = /(Genuine swap entr[^\n]*\n)\t\t\tif \(!should_zap_cows\(details\)\)\n\t\t\t\tcontinue;\n/;
    const broken = changed(source(), 'mm/memory.c', test, '$1');
    expect(violated(broken, 'zap-private-copies', 'C1')).toEqual(['I-private']);
    expect(violated(broken, 'zap-pte-kinds', 'K')).toEqual(
      ['P-swap', ...(IN_61['K'] ?? [])].filter((one) => tree.name === '6.1' || one === 'P-swap').sort(),
    );
  });

  it.skipIf(!tree.here)('a truncation that leaves swap entries leaves private data', { timeout: 120_000 }, () => {
    const test = /(\t\tif \(is_device_private_entry\(entry\) \|\|\n)/;
    const broken = changed(
      source(),
      'mm/memory.c',
      test,
      '\t\tif (details && !non_swap_entry(entry))\n\t\t\tcontinue;\n$1',
    );
    expect(violated(broken, 'zap-private-copies', 'D1')).toEqual(['I-private']);
    expect(violated(broken, 'zap-private-copies', 'C1')).toEqual([]);
  });

  it.skipIf(!tree.here)('fault-around that does not look at PG_locked first', { timeout: 120_000 }, () => {
    const test = /\t\tif \(folio_test_locked\(folio\)\)\n\t\t\tcontinue;\n(\t\tif \(!folio_try_get)/;
    const broken = changed(source(), 'mm/filemap.c', test, '$1');
    expect(violated(broken, 'fault-around-locked', 'FL')).toEqual(['I-migrated']);
    expect(violated(broken, 'fault-around-locked', 'FA')).toEqual([]);
  });

  it.skipIf(!tree.here)('a fault that lets the table go before it is on the queue', { timeout: 120_000 }, () => {
    const early =
      /(?=\tspin_lock_irq\(&q->lock\);\n\tfolio_set_waiters\(folio\);\n\tif \(!folio_trylock_flag\(folio, PG_locked)/;
    const unlock =
      tree.name === '6.12'
        ? /\tspin_unlock\(ptl\);\n(?=\n\tfor )/
        : /\tif \(ptep\)\n\t\tpte_unmap_unlock\(ptep, ptl\);\n\telse\n\t\tspin_unlock\(ptl\);\n(?=\n\tfor )/;
    const twice = changed(source(), 'mm/filemap.c', early, '\tspin_unlock(ptl);\n');
    const broken = changed(twice, 'mm/filemap.c', unlock, '');
    expect(violated(broken, 'migration-wait-queue', 'Q').some((one) => one.startsWith('assert: '))).toBe(true);
  });

  it.skipIf(!tree.here)('compaction that locks a page before it has seen PG_lru', { timeout: 120_000 }, () => {
    const test =
      tree.name === '6.12'
        ? /(folio_get_nontail_page\(page\)[\s\S]*?)\n\t\tif \(!folio_test_lru\(folio\)\)\n\t\t\tgoto isolate_fail_put;/
        : /(get_page_unless_zero\(page\)[\s\S]*?)\n\t\tif \(!PageLRU\(page\)\)\n\t\t\tgoto isolate_fail_put;/;
    const broken = changed(source(), 'mm/compaction.c', test, '$1');
    expect(violated(broken, 'flags-of-new-page', 'S6')).toContain('I-owner');
  });

  it.skipIf(!tree.here)('a move of charges that takes its references at the end', { timeout: 120_000 }, () => {
    const path = tree.name === '6.12' ? 'mm/memcontrol-v1.c' : 'mm/memcontrol.c';
    const without = changed(source(), path, /\n\t\t\t\tmem_cgroup_id_get_many\(mc\.to, 1\);/, '');
    const put = /(\n\t\tmem_cgroup_id_put_many\(mc\.from, mc\.moved_swap\);)/;
    const broken = changed(without, path, put, '\n\t\tmem_cgroup_id_get_many(mc.to, mc.moved_swap);$1');
    expect(violated(broken, 'memcg-id', 'S8')).toEqual(['I-id']);
  });
});
