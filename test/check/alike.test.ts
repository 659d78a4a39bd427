// Processes that run the same code: who of them stands where does not tell states apart.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { family } from '../../bench/check/family.ts';
import { alikeOf } from '../../src/check/alike.ts';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import { outcomeWords } from '../../src/check/words.ts';
import type { Outcome, Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, NONE, program, r } from './build.ts';
import { naive } from './naive.ts';
import { randomProgram } from './random.ts';

const RUNS = Number(process.env['RELORE_RANDOM_PROGRAMS'] ?? 100);
const [X, A, B] = [64, 80, 88];
const x = cell(X, 'x');
const a = cell(A, 'a.lock', 0, { kind: 'lock' });
const b = cell(B, 'b.lock', 0, { kind: 'lock' });
const end: Line = { op: 'end' };
const lock = (address: number): Line => ({ op: 'lock', address: c(address) });
const unlock = (address: number): Line => ({ op: 'unlock', address: c(address) });
const load = (dst: number, address: number): Line => ({ op: 'load', dst, address: c(address), order: 'once' });
const bump: Line[] = [load(0, X), { op: 'store', address: c(X), value: bin(r(0), '+', c(1)), order: 'once' }];
const three = invariant('three', 'end', [load(0, X), { op: 'set', dst: 0, value: bin(r(0), '==', c(3)) }, end]);

/** `count` processes that all run `lines`. */
function team(count: number, cells: Program['cells'], lines: readonly Line[]): Program {
  return program(cells, new Array<readonly Line[]>(count).fill(lines), [three]);
}

/** What is found with and without symmetry, which must be the same but for the states. */
function both(one: Program, others = {}): { readonly states: readonly number[]; readonly found: readonly string[] } {
  const outcomes = [true, false].map((symmetry) => explore(one, 'sc', { states: 100_000 }, { ...others, symmetry }));
  const told = outcomes.map((outcome) => {
    if (outcome.kind !== 'complete') throw new Error(`expected a complete search, got ${outcome.kind}`);
    for (const { property, trace } of outcome.violations)
      expect(replay(one, trace.path).violated, trace.path).toContain(property);
    return meaningOf(outcome);
  });
  expect(told[0]).toEqual(told[1]);
  return {
    states: outcomes.map((outcome) => (outcome.kind === 'refused' ? 0 : outcome.states)),
    found: told[0]!.properties,
  };
}

function meaningOf(outcome: Exclude<Outcome, { kind: 'refused' }>) {
  return {
    properties: outcome.violations.map(({ property }) => property),
    terminals: outcome.terminals,
    unreached: outcome.unreached.map(({ process, at: { frames } }) => `${process}/${frames[0]!.line - 1}`),
    lockOrder: outcome.lockOrder?.map(({ locks }) => locks),
  };
}

describe('processes that run the same code', () => {
  it('lose updates without a lock, not with it, and with a lock that is given back too early', () => {
    const early: Line[] = [lock(A), bump[0]!, unlock(A), lock(A), bump[1]!, unlock(A), end];
    expect(both(team(3, [x], [...bump, end]))).toEqual({ states: [20, 59], found: ['three'] });
    expect(both(team(3, [x, a], [lock(A), ...bump, unlock(A), end])).found).toEqual([]);
    expect(both(team(3, [x, a], early)).found).toEqual(['three']);
  });

  it('of three, each order of the same places is one state: at most six times fewer', () => {
    const walk: Line[] = [...bump, ...bump, ...bump, end];
    const { states } = both(team(3, [x], walk));
    expect(states[1]! / states[0]!).toBeGreaterThan(5);
    expect(states[1]! / states[0]!).toBeLessThanOrEqual(6);
  });

  it('deadlock over two locks in an order that each chooses, and the warning about the order names both', () => {
    const chooses: Line[] = [
      { op: 'choose', dst: 0, values: [0, 1], why: 'order' },
      { op: 'branch', cond: r(0), then: 2, else: 7 },
      lock(A),
      lock(B),
      unlock(B),
      unlock(A),
      end,
      lock(B),
      lock(A),
      unlock(A),
      unlock(B),
      end,
    ];
    const one = { ...team(2, [x, a, b], chooses), invariants: [] };
    expect(both(one).found).toEqual(['deadlock']);
    const outcome = explore(one, 'sc', { states: 1000 });
    expect(outcome.kind === 'complete' && outcome.lockOrder?.[0]?.taken.map(({ process }) => process)).toEqual([0, 1]);
  });

  it('are told apart by a number that one of them leaves in a lock and another one reads', () => {
    const reads: Line[] = [
      lock(A),
      load(1, A),
      { op: 'store', address: c(X), value: r(1), order: 'once' },
      unlock(A),
      end,
    ];
    const one = { ...team(3, [x, a], reads), invariants: [] };
    const { states } = both(one);
    expect(states[0]).toBe(states[1]);
    const outcome = explore(one, 'sc', { states: 1000 });
    expect(outcome.kind === 'complete' && outcome.terminals).toEqual(['x=1', 'x=2', 'x=3']);
    // So does a lock whose last holder is part of the outcome.
    const kept = { ...team(2, [x, a], [lock(A), end]), invariants: [], observed: [0, 1] };
    expect(both(kept).states[0]).toBe(both(kept).states[1]);
  });

  it('are alike by their code alone: not by its place, and not when one of them holds a lock from the start', () => {
    const one = team(3, [x, a], [lock(A), ...bump, unlock(A), end]);
    expect(alikeOf(one)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
    const held = { ...one, cells: [x, { ...a, init: 2 }] };
    expect(alikeOf(held)).toEqual([[0, 2], [1], [0, 2]]);
    expect(alikeOf(family('c', 4, 2, 'one word'))).toEqual([[0], [1, 3], [2], [1, 3]]);
  });
});

describe('random programs whose processes run the same code', () => {
  const repeated = (one: Program, order: readonly number[]): Program => ({
    ...one,
    processes: order.map((from, p) => ({
      ...one.processes[from % one.processes.length]!,
      name: `P${p}`,
      cpu: `cpu${p}`,
    })),
  });
  const SETTINGS = [
    { ...NONE, symmetry: true },
    { ...NONE, symmetry: true, merge: true },
    { ...NONE, symmetry: true, merge: true, movers: true },
    { ...NONE, symmetry: true, persistent: true },
    { symmetry: false },
    {},
  ];

  it.each(['sc', 'tso'] as const)(
    'mean what brute force says under %s',
    (model) => {
      let compared = 0;
      let fewer = 0;
      fc.assert(
        fc.property(randomProgram, fc.constantFrom([0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]), (given, order) => {
          const one = repeated(given, order);
          const truth = naive(one, 6_000, model === 'tso');
          if (truth === undefined) return;
          compared++;
          const terminals = truth.terminals.map((values) => outcomeWords(one, values)).sort();
          const expected = { properties: truth.properties, terminals, unreached: truth.unreached };
          for (const reductions of SETTINGS) {
            const outcome = explore(one, model, { states: 400_000 }, reductions);
            if (outcome.kind !== 'complete') throw new Error(`expected a complete search, got ${outcome.kind}`);
            const { lockOrder: _, ...found } = meaningOf(outcome);
            expect(found, JSON.stringify(reductions)).toEqual(expected);
            for (const { property, trace } of outcome.violations)
              expect(replay(one, trace.path, undefined, model).violated, trace.path).toContain(property);
            if (reductions === SETTINGS[0] && outcome.states < truth.states) fewer++;
          }
        }),
        { numRuns: RUNS, seed: 21 },
      );
      expect(compared).toBeGreaterThan(RUNS * 0.4);
      expect(fewer).toBeGreaterThan(RUNS * 0.3);
    },
    240_000,
  );
});
