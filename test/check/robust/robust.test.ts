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

/** Whether every execution is SC, not only what is asked about: stale words too of which the bits that are looked at are the same. */
function isRobustThroughout(program: Program): boolean {
  const skeleton = skeletonOf(program);
  if (skeleton.kind !== 'paths') return false;
  const paths = skeleton.paths.map((all) => all.map((path) => ({ ...path, quiet: new Set<number>() })));
  return robustness(program, { ...skeleton, paths, idle: new Set() }).kind === 'robust';
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
  // By enumeration: robust exactly where LKMM has as many executions as SC. In split words a loses it with the third process.
  it.each([
    ['a', 2, 'split words', 'robust'],
    ['a', 3, 'split words', 'cycle'],
    ['b', 2, 'split words', 'robust'],
    ['c', 2, 'split words', 'robust'],
    ['c', 3, 'split words', 'robust'],
    ['b', 3, 'split words', 'robust'],
    ['a', 2, 'one word', 'robust'],
    ['b', 2, 'one word', 'robust'],
    ['c', 2, 'one word', 'robust'],
    ['a', 3, 'one word', 'robust'],
    ['b', 3, 'one word', 'robust'],
    ['c', 3, 'one word', 'robust'],
  ] as const)('%s with %i processes in %s: %s', (variant, cpus, words, expected) => {
    const program = family(variant, cpus, 1, words);
    expect(robust(program).kind).toBe(expected);
    const question = { observables: [], holds: () => true };
    const [lkmm, sc] = (['lkmm', 'sc'] as const).map((model) => checkLkmm(program, question, undefined, model));
    if (lkmm?.kind !== 'complete' || sc?.kind !== 'complete') throw new Error('expected an enumeration that ends');
    expect(lkmm.positive === sc.positive).toBe(expected === 'robust');
  });

  it('without its barrier c is robust in one word and not in split words', () => {
    expect(robust(withoutBarrier(family('c', 2, 1, 'one word'))).kind).toBe('robust');
    expect(robust(withoutBarrier(family('c', 2, 1, 'split words'))).kind).toBe('cycle');
  });
});

/** Whether the program of a litmus test is robust. */
function robustText(body: string): string {
  const test = litmus(`C token\n\n{ t=1; }\n\n${body}\nexists (0:r1=1)\n`, 'token.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  return robust(test.program).kind;
}

describe('a cycle that the values on its paths forbid', () => {
  /** A process takes the token t, changes x, and gives the token back. */
  const taking = (p: number, take: string, give: string): string => `
P${p}(int *x, int *t)
{
\tint r1;
\tint r2;
\tr1 = ${take};
\tif (r1 == 1) {
\t\tr2 = READ_ONCE(*x);
\t\tWRITE_ONCE(*x, r2 + ${p + 1});
\t\t${give}
\t}
}
`;
  const both = (take: string, give: string): string => taking(0, take, give) + taking(1, take, give);

  it('who takes the token is alone, and gives it back after what was done with it', () => {
    expect(robustText(both('xchg(t, 0)', 'smp_store_release(t, 1);'))).toBe('robust');
  });

  it('a token that is given back too early, or taken without order, orders nothing', () => {
    expect(robustText(both('xchg(t, 0)', 'WRITE_ONCE(*t, 1);'))).toBe('cycle');
    expect(robustText(both('xchg_relaxed(t, 0)', 'smp_store_release(t, 1);'))).toBe('cycle');
  });

  it('a token that is never given back needs no order: only one process is let in', () => {
    expect(robustText(both('xchg_relaxed(t, 0)', 'r2 = 0;'))).toBe('robust');
  });
});

describe('reads of bits that no other process changes', () => {
  const body = `
P0(int *x, int *t)
{
\tint r1;
\tint r2;
\tr1 = READ_ONCE(*x);
\tr2 = READ_ONCE(*t);
}

P1(int *x, int *t)
{
\tatomic_or(2, t);
\tsmp_wmb();
\tWRITE_ONCE(*x, 1);
}
`;
  const kindOf = (mask: number): string => {
    const test = litmus(`C bits\n\n{ t=1; }\n\n${body}\nexists (0:r1=1)\n`, 'bits.litmus');
    if (test.kind === 'refused') throw new Error(test.refusal.why);
    const { program } = test;
    const second = program.processes[0]!.code.findLastIndex(({ op }) => op === 'load');
    const code = program.processes[0]!.code.map((one, pc) =>
      pc === second && one.op === 'load' ? { ...one, mask } : one,
    );
    return robust({ ...program, processes: [{ ...program.processes[0]!, code }, program.processes[1]!] }).kind;
  };

  it('may be stale: the word is another one, its bits are the same', () => {
    expect(kindOf(1)).toBe('robust');
  });

  it('a read of the bit that is set may not', () => {
    expect(kindOf(2)).toBe('cycle');
    expect(kindOf(3)).toBe('cycle');
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
      }
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
