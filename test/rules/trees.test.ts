import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTree } from '../../src/c/tree.ts';
import { judge } from '../../src/judge.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { KernelSource } from '../../src/types.ts';

// Every rule on the functions of real trees. A scenario says what is violated there, as "NAME: what | what"; nothing after
// the colon is "holds". The model sources of the nearest version have to say the same, or the rule's text says why not.
const TREES = {
  '6.1': {
    dir: process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1',
    model: 'v6.0',
  },
  '6.12': {
    dir: process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12',
    model: 'v6.12',
  },
};

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'stranded-unevictable': ['S1: I-strand', 'S2: I-strand', 'S1i: I-strand'],
  'shm-unlock': ['S3: I-strand'],
  'lruvec-stability': ['S5:', 'S5m:', 'S5p:'],
  'stranded-by-mover': ['S4: I-strand', 'S4m: I-strand'],
  'nr-mlock': ['S10:', 'S10b:'],
  'wait-for-lru': ['S11:', 'S11n:'],
  'lru-before-put': ['S12:'],
  'flags-of-new-page': ['S6:'],
  'isolation-given-up': ['S13:'],
  'mlock-visibility': ['S9:', 'S9l:', 'S9m:', 'S9y:', 'S9a:'],
  'memcg-id': ['S8:', 'S8s: I-id'],
  'memcg-lock-order': ['S7:', 'S7m:'],
  'drain-generation': ['S9g:'],
  'write-to-private-copy': ['S1:'],
  'deferred-split': ['S14:'],
};

/** Rules whose functions the model sources have from a later version on. */
const NEAREST: Readonly<Record<string, string>> = { 'deferred-split on v6.0': 'v6.3' };

let knowledge: Knowledge;
beforeAll(async () => {
  knowledge = await loadKnowledge(join(import.meta.dirname, '..', '..', 'rules'));
});

/** What a rule finds on a source, in the form of EXPECTED; information is left out. */
function found(source: KernelSource, name: string): string[] {
  const rule = knowledge.rules.find((one) => one.name === name)!;
  return rule.scenarios.map((scenario) => {
    const judged = judge(knowledge, source, rule, scenario, 'sc', 2_000_000);
    const refusal = judged.kind === 'refused' ? judged.refusal : undefined;
    if (refusal !== undefined) return `${scenario.name}: refused ${refusal.what}`;
    if (judged.kind !== 'judged' || judged.outcome.kind !== 'complete') return `${scenario.name}: not decided`;
    const errors = judged.outcome.violations.filter((violation) => violation.level === 'error');
    return `${scenario.name}: ${errors.map((violation) => violation.property).join(' | ')}`.trim();
  });
}

describe.each(Object.entries(TREES))('the rules on %s', (_tree, { dir, model }) => {
  const why = existsSync(join(dir, 'mm')) ? '' : ` (skipped: needs the kernel tree ${dir})`;

  it.skipIf(why !== '').each(Object.entries(EXPECTED))(
    `%s finds on real functions what it finds on the model sources${why}`,
    (name, expected) => {
      expect(found(openTree(dir), name)).toEqual(expected);
      expect(found(knowledge.stack.at(NEAREST[`${name} on ${model}`] ?? model), name)).toEqual(expected);
    },
    120_000,
  );
});
