import { describe, expect, it } from 'vitest';
import { replay } from '../../src/check/replay.ts';
import { InputError } from '../../src/errors.ts';
import type { Expr } from '../../src/types.ts';
import { bin, c, cell, type Line, program, r } from './build.ts';

const one = program(
  [cell(64, 'x'), cell(72, 'a.lock', 0, { kind: 'lock' })],
  [
    [
      { op: 'lock', address: c(72) },
      { op: 'store', address: c(64), value: c(1), order: 'once' },
      { op: 'unlock', address: c(72) },
      { op: 'end' },
    ],
    [
      { op: 'lock', address: c(72) },
      { op: 'choose', dst: 0, values: [0, 7], why: 'either' },
      { op: 'unlock', address: c(72) },
      { op: 'end' },
    ],
  ],
);

describe('replay', () => {
  it('runs a schedule and says what it did', () => {
    const { steps, violated, memory } = replay(one, '0*4/1/1:1/1*2');
    expect(violated).toEqual([]);
    expect(steps.map(({ process, pc, cell, before, after }) => [process, pc, cell, before, after])).toEqual([
      [0, 0, 1, 0, 1],
      [0, 1, 0, 0, 1],
      [0, 2, 1, 1, 0],
      [1, 0, 1, 0, 2],
      [1, 2, 1, 2, 0],
    ]);
    expect(memory).toEqual([1, 0]);
  });

  it('refuses a schedule that the program cannot take', () => {
    for (const path of ['2', '0*5', '0/1', '1/1', '1/1:2', '0:0', 'x', '0**2', '0//1', '-1']) {
      expect(() => replay(one, path), path).toThrow(InputError);
    }
  });

  it('evaluates every argument, also one that is not stored', () => {
    const divides: Expr = bin(c(1), '/', r(0));
    const cas: Line = { op: 'cmpxchg', dst: 1, address: c(64), expected: c(5), desired: divides, order: 'mb' };
    const add: Line = { op: 'add-unless', dst: 1, address: c(64), operand: divides, unless: c(0), order: 'mb' };
    for (const line of [cas, add])
      expect(replay(program([cell(64, 'x')], [[line, { op: 'end' }]]), '0').violated).toEqual([
        'fault: division by zero',
      ]);
  });
});
