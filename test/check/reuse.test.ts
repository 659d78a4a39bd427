import { describe, expect, it } from 'vitest';
import { decide } from '../../src/check/decide.ts';
import type { MemoryModel, Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, program, r } from './build.ts';

const bump: Line[] = [
  { op: 'load', dst: 0, address: c(64), order: 'once' },
  { op: 'store', address: c(64), value: bin(r(0), '+', c(1)), order: 'once' },
  { op: 'end' },
];
const two = invariant('two', 'end', [
  { op: 'load', dst: 0, address: c(64), order: 'once' },
  { op: 'set', dst: 0, value: bin(r(0), '==', c(2)) },
  { op: 'end' },
]);
const one = program([cell(64, 'x')], [bump, bump], [two]);

/** The same program as lowering gives it again: new objects around the same code. */
const again = (given: Program): Program => ({
  ...given,
  cells: given.cells.map((each) => ({ ...each })),
  processes: given.processes.map((each) => ({ ...each })),
  invariants: given.invariants.map((each) => ({ ...each })),
  observed: [...given.observed],
});

describe('the outcome of equal automata', () => {
  it.each(['sc', 'tso', 'lkmm'] as const)('is used again under %s', (model) => {
    const first = decide(one, model, { states: 1000 });
    expect(first.kind === 'complete' && first.violations.map(({ property }) => property)).toEqual(['two']);
    expect(decide(again(one), model, { states: 1000 })).toBe(first);
  });

  it('is not that of another program, model or limit', () => {
    const first = decide(one, 'sc', { states: 1000 });
    const [p0, p1] = one.processes as [Program['processes'][0], Program['processes'][0]];
    const others: readonly (readonly [Program, MemoryModel, number])[] = [
      [{ ...one, cells: [{ ...one.cells[0]!, init: 1 }] }, 'sc', 1000],
      [{ ...one, cells: [{ ...one.cells[0]!, bits: { 0: 'lru' } }] }, 'sc', 1000],
      [{ ...one, processes: [p0] }, 'sc', 1000],
      [{ ...one, processes: [p0, { ...p1, code: [...p1.code] }] }, 'sc', 1000],
      [{ ...one, processes: [p0, { ...p1, label: 'another' }] }, 'sc', 1000],
      [{ ...one, invariants: [{ ...two, level: 'information' }] }, 'sc', 1000],
      [{ ...one, observed: [] }, 'sc', 1000],
      [one, 'tso', 1000],
      [one, 'sc', 999],
    ];
    for (const [other, model, states] of others) expect(decide(other, model, { states })).not.toBe(first);
    expect(decide(one, 'sc', { states: 1000 })).toBe(first);
  });
});
