import { describe, expect, it } from 'vitest';
import { compareOutcomes, difference } from '../../src/check/difference.ts';
import { explore } from '../../src/check/explore.ts';
import type { Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, program, r } from './build.ts';

const two = invariant('two', 'end', [
  { op: 'load', dst: 0, address: c(64), order: 'once' },
  { op: 'set', dst: 0, value: bin(r(0), '==', c(2)) },
  { op: 'end' },
]);
const plain: Line[] = [
  { op: 'load', dst: 0, address: c(64), order: 'once' },
  { op: 'store', address: c(64), value: bin(r(0), '+', c(1)), order: 'once' },
  { op: 'end' },
];
const atomic: Line[] = [{ op: 'rmw', address: c(64), fn: 'add', operand: c(1), order: 'mb' }, { op: 'end' }];
const of = (...bodies: Line[][]): Program => program([cell(64, 'x')], bodies, [two]);
const search = (one: Program) => explore(one, 'sc', { states: 1000 });

describe('before and after', () => {
  it('of equal programs is one verdict', () => {
    const old = search(of(plain, plain));
    expect(difference(of(plain, plain), of(plain, plain), old)).toEqual({
      isSame: true,
      changed: [],
      stillFails: ['two'],
    });
  });

  it('names the process that changed, and takes the old counterexample when it still works', () => {
    const renamed = plain.map((line): Line => (line.op === 'load' ? { ...line, dst: 0, mask: 255 } : line));
    const old = search(of(plain, plain));
    expect(difference(of(plain, plain), of(plain, renamed), old)).toEqual({
      isSame: false,
      changed: [1],
      stillFails: ['two'],
    });
    expect(difference(of(plain, plain), of(atomic, atomic), old).stillFails).toEqual([]);
  });

  it('compares violated properties and ends', () => {
    expect(compareOutcomes(search(of(plain, plain)), search(of(atomic, atomic)))).toEqual({
      opened: [],
      closed: ['two'],
      kept: [],
      newEnds: [],
      lostEnds: ['x=1'],
    });
    expect(compareOutcomes(search(of(atomic, atomic)), search(of(plain, atomic)))?.opened).toEqual(['two']);
  });
});
