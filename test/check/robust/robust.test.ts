import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { explore } from '../../../src/check/explore.ts';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { forExplorer } from '../../../src/check/litmus/tso.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';
import { exploreLkmm } from '../../../src/check/lkmm/explore.ts';
import { robustness } from '../../../src/check/robust/cycles.ts';
import { skeletonOf } from '../../../src/check/robust/paths.ts';
import type { Program } from '../../../src/types.ts';
import { type Flavour, litmusText } from '../lkmm/generate.ts';

function robust(program: Program) {
  return robustness(program, skeletonOf(program));
}

/** Whether every execution is SC, not only what is asked about. */
function isRobustThroughout(program: Program): boolean {
  const skeleton = skeletonOf(program);
  return robustness(program, skeleton.kind === 'paths' ? { ...skeleton, idle: new Set() } : skeleton).kind === 'robust';
}

/** Variant n of c: without the barrier between setting LRU and testing MLOCKED. */
function withoutBarrier(program: Program): Program {
  return {
    ...program,
    processes: program.processes.map((process) => ({
      ...process,
      code: process.code.map((ins) => (ins.op === 'fence' ? { ...ins, fence: 'barrier' as const } : ins)),
    })),
  };
}

describe('robustness of the munlock family', () => {
  // Worked out with herd7 and by enumeration: in split words only c keeps SC with three processes, in one word all do.
  it.each([
    ['a', 2, 'split words', 'cycle'],
    ['b', 2, 'split words', 'robust'],
    ['c', 2, 'split words', 'robust'],
    ['c', 3, 'split words', 'robust'],
    ['b', 3, 'split words', 'cycle'],
    ['a', 2, 'one word', 'robust'],
    ['b', 2, 'one word', 'robust'],
    ['c', 2, 'one word', 'robust'],
    ['a', 3, 'one word', 'robust'],
    ['b', 3, 'one word', 'robust'],
    ['c', 3, 'one word', 'robust'],
  ] as const)('%s with %i processes in %s: %s', (variant, cpus, words, expected) => {
    expect(robust(family(variant, cpus, 1, words)).kind).toBe(expected);
  });

  it('without its barrier c is robust in one word and not in split words', () => {
    expect(robust(withoutBarrier(family('c', 2, 1, 'one word'))).kind).toBe('robust');
    expect(robust(withoutBarrier(family('c', 2, 1, 'split words'))).kind).toBe('cycle');
  });
});

// A proof of robustness says that LKMM has no execution that SC lacks: the search by graphs counts both.
const FLAVOURS: readonly [string, Flavour, number][] = [
  ['locks and atomics', { locks: true, rmw: true, plain: false, rcu: false, srcu: false }, 2],
  ['locks and atomics of three processes', { locks: true, rmw: true, plain: false, rcu: false, srcu: false }, 3],
  ['plain accesses', { locks: true, rmw: false, plain: true, rcu: false, srcu: false }, 2],
];

describe('robust programs have the executions of SC and no others', () => {
  it.each(FLAVOURS)(
    'random programs with %s',
    (_, flavour, processes) => {
      let robust = 0;
      let imprecise = 0;
      const decided = 0;
      for (const text of fc.sample(litmusText(flavour, processes, processes === 2 ? 7 : 4), {
        numRuns: 400,
        seed: 11,
      })) {
        const test = litmus(text, 'random.litmus');
        if ('refusal' in test) continue;
        const budget = { graphs: 20_000, nodes: 40_000, unroll: 3 };
        const question = { observables: [], holds: () => true };
        const [lkmm, sc] = (['lkmm', 'sc'] as const).map((model) => checkLkmm(test.program, question, budget, model));
        if (lkmm?.kind !== 'complete' || sc?.kind !== 'complete') continue;
        const isRobust = isRobustThroughout(test.program);
        if (isRobust) expect(lkmm.positive, text).toBe(sc.positive);
        if (isRobust) robust++;
        else if (lkmm.positive === sc.positive) imprecise++;
      }
      console.log({ decided, robust, imprecise });
      expect(robust).toBeGreaterThan(50);
    },
    120_000,
  );
});

it('a program with an instruction that LKMM has no event for is not called robust', () => {
  const [first, ...others] = family('c', 2, 1, 'one word').processes;
  const code = [{ op: 'context', what: 'irq', enters: true, at: first!.code[0]!.at } as const, ...first!.code];
  const shifted = code.map((ins) =>
    ins.op === 'branch'
      ? { ...ins, then: ins.then + 1, else: ins.else + 1 }
      : ins.op === 'jump'
        ? { ...ins, to: ins.to + 1 }
        : ins,
  );
  const program = { ...family('c', 2, 1, 'one word'), processes: [{ ...first!, code: shifted }, ...others] };
  expect(robust(program).kind).toBe('unknown');
});

const COUNTER: Flavour = { locks: false, rmw: false, plain: false, rcu: false, srcu: false, counter: true };

describe('cells that nothing depends on', () => {
  it.each([
    ['counters', COUNTER, 2],
    ['counters of three processes', COUNTER, 3],
    ['counters and locks', { ...COUNTER, locks: true }, 2],
    ['atomics', { ...COUNTER, rmw: true, counter: false }, 2],
  ] as const)('%s: where the rest is robust, LKMM violates what SC violates', (_, flavour, processes) => {
    let robustOnly = 0;
    for (const text of fc.sample(litmusText(flavour, processes, processes === 2 ? 7 : 4), { numRuns: 300, seed: 12 })) {
      const read = litmus(text.replace('1:r1=0)', '1:r1=0 /\\ k=3)').replace('{}', '{ k=2; }'), 'random.litmus');
      if ('refusal' in read) continue;
      const program = forExplorer(read);
      const skeleton = skeletonOf(program);
      if (robustness(program, skeleton).kind !== 'robust') continue;
      const sc = explore(program, 'sc', { states: 100_000 });
      const lkmm = exploreLkmm(program, { graphs: 20_000, nodes: 40_000, unroll: 3 });
      if (sc.kind !== 'complete' || lkmm.kind !== 'complete') continue;
      const names = (all: typeof sc.violations): string[] => all.map(({ property }) => property);
      expect(names(lkmm.violations), text).toEqual(names(sc.violations));
      if (!isRobustThroughout(program)) robustOnly++;
    }
    if (flavour.counter) expect(robustOnly).toBeGreaterThan(5);
  });
});
