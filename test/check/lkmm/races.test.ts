import { describe, expect, it } from 'vitest';
import { racesOf } from '../../../src/check/lkmm/races.ts';
import { judgeExecution } from '../../../src/check/replay-lkmm.ts';
import type { Order, Program } from '../../../src/types.ts';
import { c, cell, type Line, program } from '../build.ts';

const X = 64;
const L = 72;
const CELLS = [cell(X, 'folio.x'), cell(L, 'folio.lock', 0, { kind: 'lock' })];
const END: Line = { op: 'end' };
const store = (value: number, order: Order): Line => ({ op: 'store', address: c(X), value: c(value), order });
const locked = (line: Line): readonly Line[] => [
  { op: 'lock', address: c(L) },
  line,
  { op: 'unlock', address: c(L) },
  END,
];

function racesIn(one: Program): readonly string[] {
  const found = racesOf(one);
  if ('what' in found) throw new Error(found.why);
  expect(found.bound).toBeUndefined();
  for (const { trace } of found.races) expect(() => judgeExecution(one, trace.execution!)).not.toThrow();
  return found.races.map(({ property }) => property);
}

describe('data races', () => {
  it('two plain stores to one word race', () => {
    const one = program(CELLS, [
      [store(1, 'plain'), END],
      [store(2, 'plain'), END],
    ]);
    expect(racesIn(one)).toEqual(['data race: folio.x: P0 store and P1 store']);
  });

  it('fixed: marked stores, or a lock around both', () => {
    expect(
      racesIn(
        program(CELLS, [
          [store(1, 'once'), END],
          [store(2, 'once'), END],
        ]),
      ),
    ).toEqual([]);
    expect(racesIn(program(CELLS, [locked(store(1, 'plain')), locked(store(2, 'plain'))]))).toEqual([]);
  });

  it('a near miss: one of them marked, or one of them locked, race all the same', () => {
    const race = ['data race: folio.x: P0 store and P1 store'];
    expect(
      racesIn(
        program(CELLS, [
          [store(1, 'once'), END],
          [store(2, 'plain'), END],
        ]),
      ),
    ).toEqual(race);
    expect(racesIn(program(CELLS, [locked(store(1, 'plain')), [store(2, 'plain'), END]]))).toEqual(race);
  });

  it('a plain store that nobody else touches races with nothing', () => {
    const apart = program(
      [...CELLS, cell(80, 'folio.y')],
      [
        [store(1, 'plain'), END],
        [{ op: 'store', address: c(80), value: c(1), order: 'plain' }, END],
      ],
    );
    expect(racesIn(apart)).toEqual([]);
  });
});
