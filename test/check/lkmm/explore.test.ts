import { describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';
import { exploreLkmm } from '../../../src/check/lkmm/explore.ts';
import { bin, c, cell, invariant, type Line, not, program, r } from '../build.ts';

const X = 64;
const Y = 72;
const L = 80;
const CELLS = [cell(X, 'a.x'), cell(Y, 'a.y'), cell(L, 'a.lock', 0, { kind: 'lock' })];
const load = (dst: number, at: number, order: 'once' | 'plain' | 'acquire' = 'once'): Line => ({
  op: 'load',
  dst,
  address: c(at),
  order,
});
const store = (at: number, value: number, order: 'once' | 'release' = 'once'): Line => ({
  op: 'store',
  address: c(at),
  value: c(value),
  order,
});
const END: Line = { op: 'end' };

describe('scenario programs under LKMM', () => {
  // counts of GenMC 0.10 and Nidhugg for c, which is robust; a, b and c as herd7 judges them
  it.each([
    ['a', 2, 1, 3, true],
    ['b', 2, 1, 4, true],
    ['c', 2, 1, 3, false],
    ['c', 2, 2, 11, false],
    ['c', 2, 3, 43, false],
    ['c', 3, 1, 14, false],
  ] as const)(
    'variant %s with %i CPUs and %i folios in split words: %i executions',
    (variant, cpus, folios, states, violated) => {
      const outcome = exploreLkmm(family(variant, cpus, folios, 'split words'));
      if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
      expect([outcome.kind, outcome.states, outcome.violations.length > 0]).toEqual(['complete', states, violated]);
    },
  );

  it('a stale read names the older value and the write that is not visible', () => {
    const one = program(CELLS, [
      [store(X, 1), store(Y, 1), END],
      [
        load(0, Y),
        load(1, X),
        { op: 'assert', cond: not(bin(bin(r(0), '==', c(1)), '&', bin(r(1), '==', c(0)))), what: 'x before y' },
        END,
      ],
    ]);
    const outcome = exploreLkmm(one);
    if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
    expect(outcome.states).toBe(4);
    expect(outcome.violations.map(({ property }) => property)).toEqual(['assert: x before y']);
    const events = outcome.violations[0]!.trace.steps.map(({ process, event }) => `P${process} ${event}`);
    expect(events.at(-1)).toBe("P1 read x: 0, the initial value: the write of P0 in 'store' is not visible here yet");
  });

  it('load buffering says that loads and stores overlap', () => {
    const both = not(bin(bin(r(0), '==', c(1)), '&', bin(r(1), '==', c(1))));
    const one = program(
      CELLS,
      [
        [load(0, X), store(Y, 1), END],
        [load(0, Y), store(X, 1), END],
      ],
      [invariant('I', 'end', [load(0, X), load(1, Y), { op: 'set', dst: 0, value: both }, END])],
    );
    const outcome = exploreLkmm(one);
    if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
    expect([outcome.states, outcome.violations[0]?.property]).toEqual([4, 'I']);
  });

  it('a NULL pointer that some execution follows is a fault, its near miss is not', () => {
    const follow = (checked: boolean): Line[] => [
      load(0, X, 'acquire'),
      { op: 'branch', cond: checked ? r(0) : c(1), then: 2, else: 3 },
      { op: 'load', dst: 1, address: r(0), order: 'once' },
      END,
    ];
    const publish: Line[] = [store(Y, 7), store(X, Y, 'release'), END];
    const faults = [false, true].map((checked) => {
      const outcome = exploreLkmm(program(CELLS, [publish, follow(checked)]));
      return outcome.kind === 'refused' ? outcome.refusal : outcome.violations.map(({ property }) => property);
    });
    expect(faults).toEqual([['fault: NULL pointer dereference'], []]);
  });

  it('an invariant of all times is refused', () => {
    const outcome = exploreLkmm(
      program(CELLS, [[END]], [invariant('I', 'always', [{ op: 'set', dst: 0, value: c(1) }, END])]),
    );
    expect(outcome.kind === 'refused' && outcome.refusal.why).toMatch(/invariants of the end/);
  });

  it('a search that is given up says how far it came', () => {
    const one = family('c', 3, 2, 'split words');
    const answer = checkLkmm(one, { observables: [], holds: () => true }, { graphs: 10, nodes: 1_000_000, unroll: 1 });
    expect(answer).toMatchObject({ kind: 'bounded', positive: 10, bound: '10 executions' });
  });
});
