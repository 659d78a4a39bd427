import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import type { Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, not, program, r } from './build.ts';

// A step may run from a lock through one access and on to the unlock, not beyond: between the unlock and the next
// access another process may take the lock (Lipton 1975: right movers, one action, left movers).
const LOCK = c(1024);
const TOKEN = c(1088);
const FLAG = c(1092);
const SEEN = c(1096);

const cells = [
  cell(1024, 'lock', 0, { kind: 'lock' }),
  cell(1088, 'folio.token'),
  cell(1092, 'folio.flag', 1),
  cell(1096, 'folio.seen', 9),
];

/** Takes the lock, looks at the token, gives the lock back, and clears the flag: before that, or behind it. */
function munlock(where: 'inside' | 'behind'): Line[] {
  const clear: Line = { op: 'store', address: FLAG, value: c(0), order: 'once' };
  return [
    { op: 'lock', address: LOCK },
    { op: 'load', dst: 0, address: TOKEN, order: 'once' },
    ...(where === 'inside' ? [clear] : []),
    { op: 'unlock', address: LOCK },
    ...(where === 'behind' ? [clear] : []),
    { op: 'store', address: c(1100), value: r(0), order: 'once' },
    { op: 'end' },
  ];
}

/** Under the lock: sets the token, keeps what it sees of the flag. */
const drain: Line[] = [
  { op: 'lock', address: LOCK },
  { op: 'load', dst: 0, address: FLAG, order: 'once' },
  { op: 'store', address: TOKEN, value: c(1), order: 'once' },
  { op: 'store', address: SEEN, value: r(0), order: 'once' },
  { op: 'unlock', address: LOCK },
  { op: 'end' },
];

/** Bad when the token was not there for munlock and the drain saw the flag set. */
const bothMissed = invariant('I-missed', 'end', [
  { op: 'load', dst: 1, address: c(1100), order: 'once' },
  { op: 'load', dst: 2, address: SEEN, order: 'once' },
  { op: 'set', dst: 0, value: not(bin(bin(r(1), '==', c(0)), '&', bin(r(2), '==', c(1)))) },
  { op: 'end' },
]);

function pair(where: 'inside' | 'behind'): Program {
  return program([...cells, cell(1100, 'p0.token', 7)], [munlock(where), drain], [bothMissed]);
}

function violated(where: 'inside' | 'behind', movers: boolean): string[] {
  const outcome = explore(pair(where), 'sc', { states: 10_000 }, { movers });
  return outcome.kind === 'refused' ? [outcome.refusal.why] : outcome.violations.map((one) => one.property);
}

describe('a step that runs from a lock', () => {
  it('ends where the lock is given back: the drain may come before the clear', () => {
    expect(violated('behind', false)).toEqual(['I-missed']);
    expect(violated('behind', true)).toEqual(['I-missed']);
  });

  it('keeps a clear inside the lock inside', () => {
    expect(violated('inside', false)).toEqual([]);
    expect(violated('inside', true)).toEqual([]);
  });
});
