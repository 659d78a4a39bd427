import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/check/decide.ts';
import { remediesFor } from '../../../src/check/remedies.ts';
import type { Program, Violation } from '../../../src/types.ts';
import { bin, c, cell, type Line, not, program, r } from '../build.ts';

const X = 64;
const Y = 72;
const CELLS = [cell(X, 'a.x'), cell(Y, 'a.y')];
const load = (dst: number, at: number, order: 'once' | 'acquire' = 'once'): Line => ({
  op: 'load',
  dst,
  address: c(at),
  order,
});
const store = (at: number, order: 'once' | 'release' = 'once'): Line => ({
  op: 'store',
  address: c(at),
  value: c(1),
  order,
});
const STALE: Line = {
  op: 'assert',
  cond: not(bin(bin(r(0), '==', c(1)), '&', bin(r(1), '==', c(0)))),
  what: 'who sees y sees x',
};

/** A message: x is written before y, and read after it. */
function message(last: 'once' | 'release', first: 'once' | 'acquire'): Program {
  return program(CELLS, [
    [store(X), store(Y, last), { op: 'end' }],
    [load(0, Y, first), load(1, X), STALE, { op: 'end' }],
  ]);
}

function violationOf(one: Program): Violation {
  const outcome = decide(one, 'lkmm', { states: 1000 });
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
  expect(outcome.violations.map(({ property }) => property)).toEqual(['assert: who sees y sees x']);
  return outcome.violations[0]!;
}

describe('what would order an execution that no interleaving gives', () => {
  it('a message whose store is a release needs an acquire', () => {
    const one = message('release', 'once');
    expect(remediesFor(one, violationOf(one))).toEqual([
      'P1: load as acquire (test.c:1)',
      'P1: smp_rmb() before load (test.c:2)',
    ]);
  });

  it('a message whose load is an acquire needs a release', () => {
    const one = message('once', 'acquire');
    expect(remediesFor(one, violationOf(one))).toEqual(['P0: store as release (test.c:2)']);
  });

  it('without any order on either side no single change is enough', () => {
    const one = message('once', 'once');
    expect(remediesFor(one, violationOf(one))).toEqual([]);
  });

  it('when an interleaving does it too, no fence is asked for', () => {
    const late = program(CELLS, [
      [store(Y), store(X), { op: 'end' }],
      [load(0, Y), load(1, X), STALE, { op: 'end' }],
    ]);
    expect(remediesFor(late, violationOf(late))).toBeUndefined();
  });

  it('a step says which store it sees', () => {
    const { steps } = violationOf(message('once', 'once')).trace;
    const sees = steps.filter(({ event }) => event.startsWith('read')).map((step) => step.sees);
    expect(sees).toEqual(["P0 in 'store'", 'the initial value']);
  });
});
