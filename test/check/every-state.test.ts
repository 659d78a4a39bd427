// Properties of states on the way, each with a broken specimen, a fixed one and a near miss, with all reductions and with none.
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import type { Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, NONE, not, program, r } from './build.ts';

const [X, Y, A] = [64, 72, 128];
const x = cell(X, 'x');
const y = cell(Y, 'y');
const a = cell(A, 'a.lock', 0, { kind: 'lock' });
const end: Line = { op: 'end' };
const load = (dst: number, address: number): Line => ({ op: 'load', dst, address: c(address), order: 'once' });
const store = (address: number, value: number): Line => ({
  op: 'store',
  address: c(address),
  value: c(value),
  order: 'once',
});
const locked = (lines: readonly Line[]): Line[] => [
  { op: 'lock', address: c(A) },
  ...lines,
  { op: 'unlock', address: c(A) },
  end,
];

function violated(one: Program): readonly string[] {
  const [plain, reduced] = [NONE, {}].map((reductions) => {
    const outcome = explore(one, 'sc', { states: 10_000 }, reductions);
    return outcome.kind === 'refused' ? [] : outcome.violations.map(({ property }) => property);
  });
  expect(reduced).toEqual(plain);
  return reduced!;
}

describe('an assertion', () => {
  const busy: Line[] = [store(X, 1), store(X, 0)];
  const check: Line[] = [load(0, X), { op: 'assert', cond: not(r(0)), what: 'idle' }];

  it('fails in the middle of what another process does; not under the lock of both, and still under a lock of one', () => {
    expect(
      violated(
        program(
          [x],
          [
            [...busy, end],
            [...check, end],
          ],
        ),
      ),
    ).toEqual(['assert: idle']);
    expect(violated(program([x, a], [locked(busy), locked(check)]))).toEqual([]);
    expect(violated(program([x, a], [locked(busy), [...check, end]]))).toEqual(['assert: idle']);
  });
});

describe('an invariant of every state', () => {
  const equal = invariant('equal', 'always', [
    load(0, X),
    load(1, Y),
    { op: 'set', dst: 0, value: bin(r(0), '<=', r(1)) },
    end,
  ]);

  it('is violated between two writes in the wrong order, also when the end is right', () => {
    expect(violated(program([x, y], [[store(X, 1), store(Y, 1), end]], [equal]))).toEqual(['equal']);
    expect(violated(program([x, y], [[store(Y, 1), store(X, 1), end]], [equal]))).toEqual([]);
    // The near miss: the right order going up is the wrong one going down.
    const down: Line[] = [store(Y, 1), store(X, 1), store(Y, 0), store(X, 0), end];
    expect(violated(program([x, y], [down], [equal]))).toEqual(['equal']);
  });
});

describe('a success within three attempts', () => {
  const retry: Line[] = [
    { op: 'rmw', address: c(Y), fn: 'add', operand: c(1), order: 'mb', dst: 1 },
    load(0, X),
    { op: 'branch', cond: bin(not(r(0)), '&', bin(r(1), '<', c(2))), then: 0, else: 3 },
    { op: 'assert', cond: r(0), what: 'succeeds' },
    end,
  ];
  const after = (attempts: number): Line[] => [
    { op: 'await', address: c(Y), mask: -1, value: attempts, take: false },
    store(X, 1),
    end,
  ];

  it('depends on when the others are done: before the first, never, or some time after the second', () => {
    expect(violated(program([{ ...x, init: 1 }, y], [retry]))).toEqual([]);
    expect(violated(program([x, y], [retry]))).toEqual(['assert: succeeds']);
    expect(violated(program([x, y], [retry, after(2)]))).toContain('assert: succeeds');
  });
});
