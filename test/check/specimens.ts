// Programs that are right, one for each property and each means of order; what becomes of them when something is taken away is asked
// in mutants.test.ts.
import { family } from '../../bench/check/family.ts';
import type { Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, not, program, r } from './build.ts';

const X = 64;
const Y = 72;
const A = 128;
const B = 136;
const x = cell(X, 'x');
const y = cell(Y, 'y');
const a = cell(A, 'a.lock', 0, { kind: 'lock' });
const b = cell(B, 'b.lock', 0, { kind: 'lock' });
const end: Line = { op: 'end' };
const load = (dst: number, address: number): Line => ({ op: 'load', dst, address: c(address), order: 'once' });
const store = (address: number, value: number): Line => ({
  op: 'store',
  address: c(address),
  value: c(value),
  order: 'once',
});
const add = (address: number, value: number, dst?: number): Line => ({
  op: 'rmw',
  address: c(address),
  fn: 'add',
  operand: c(value),
  order: 'mb',
  ...(dst === undefined ? {} : { dst }),
});
const lock = (address: number): Line => ({ op: 'lock', address: c(address) });
const unlock = (address: number): Line => ({ op: 'unlock', address: c(address) });
const fence = (kind: 'mb' | 'rmb' | 'wmb'): Line => ({ op: 'fence', fence: kind });
const context = (what: 'irq' | 'preempt' | 'atomic', enters: boolean): Line => ({ op: 'context', what, enters });
const unless = (reg: number, then: number, otherwise: number): Line => ({
  op: 'branch',
  cond: r(reg),
  then,
  else: otherwise,
});
const bump: Line[] = [load(0, X), { op: 'store', address: c(X), value: bin(r(0), '+', c(1)), order: 'once' }];
const ends = (name: string, address: number, value: number): Program['invariants'][0] =>
  invariant(name, 'end', [load(0, address), { op: 'set', dst: 0, value: bin(r(0), '==', c(value)) }, end]);
/** Processes on the first processor, those beyond `kinds` on the second one. */
const together = (one: Program, kinds: readonly ('task' | 'interrupt')[]): Program => ({
  ...one,
  processes: one.processes.map((process, p) => {
    const kind = kinds[p];
    return kind === undefined ? { ...process, cpu: 'cpu2' } : { ...process, cpu: 'cpu1', kind };
  }),
});

/** What a process saw is written down in a cell of its own, so that it is part of the end. */
const saw = (address: number, reg: number): Line => ({
  op: 'store',
  address: c(address),
  value: r(reg),
  order: 'once',
});
const seen = (k: number): Program['cells'][0] => cell(200 + k * 8, `seen${k}.value`);

const tryGet: Line[] = [
  { op: 'add-unless', dst: 0, address: c(X), operand: c(1), unless: c(0), order: 'mb' },
  unless(0, 2, 4),
  saw(200, 0),
  add(X, -1),
  end,
];

/** Looks, takes the lock, and looks again: the second one to come finds that the work is done. */
const recheck = (k: number): Line[] => [
  load(0, X),
  unless(0, 8, 2),
  lock(A),
  load(0, X),
  unless(0, 7, 5),
  store(X, 1),
  add(Y, 1),
  unlock(A),
  load(1, Y),
  saw(200 + 8 * k, 1),
  end,
];

const item = [cell(X, 'item.value', 1), cell(Y, 'item.count', 2, { counter: true })];
const putLast: Line[] = [
  add(Y, -1, 1),
  { op: 'branch', cond: bin(r(1), '==', c(1)), then: 2, else: 3 },
  { op: 'free', address: c(X), bytes: 16 },
  end,
];
const readAndPut: Line[] = [
  load(0, X),
  add(Y, -1, 1),
  { op: 'branch', cond: bin(r(1), '==', c(1)), then: 3, else: 4 },
  { op: 'free', address: c(X), bytes: 16 },
  end,
];
const locked = (lines: readonly Line[]): Line[] => [lock(A), ...lines, unlock(A), end];
const setBit: Line[] = [
  { op: 'load', dst: 0, address: c(X), order: 'plain' },
  { op: 'store', address: c(X), value: bin(r(0), '|', c(4)), order: 'plain', expects: r(0) },
];
const nested: Line[] = [lock(A), lock(B), ...bump, unlock(B), unlock(A), end];
const spawned: Line[] = [load(0, X), { op: 'assert', cond: r(0), what: 'set up' }, store(Y, 1), end];

/** The specimens by name. */
export const SPECIMENS: Readonly<Record<string, Program>> = {
  'a reference taken only when there is one': program(
    [cell(X, 'folio._refcount', 1, { counter: true }), seen(0)],
    [[add(X, -1), end], tryGet],
  ),
  'the last reference frees': program(item, [putLast, readAndPut]),
  'a plain update under a lock': program([x, a], [locked(setBit), locked([{ ...add(X, 1), order: 'once' } as Line])]),
  'a look again under the lock': program([x, y, a, seen(0), seen(1)], [recheck(0), recheck(1)], [ends('once', Y, 1)]),
  'two locks in one order': program([x, a, b], [nested, nested], [ends('two', X, 2)]),
  'an interrupt kept out': together(
    program(
      [x, a],
      [[context('irq', true), lock(A), ...bump, unlock(A), context('irq', false), end], locked(bump), locked(bump)],
    ),
    ['task', 'interrupt'],
  ),
  'preemption off': together(
    program(
      [x],
      [0, 1].map(() => [context('preempt', true), ...bump, context('preempt', false), end]),
    ),
    ['task', 'task'],
  ),
  'an atomic window': program(
    [x],
    [0, 1].map(() => [context('atomic', true), ...bump, context('atomic', false), end]),
  ),
  'spawn and join': program(
    [x, y],
    [
      [
        store(X, 1),
        { op: 'spawn', process: 1 },
        { op: 'join', process: 1 },
        load(1, Y),
        { op: 'assert', cond: r(1), what: 'done' },
        end,
      ],
      spawned,
    ],
  ),
  'a free after a grace period': program(
    [x, { ...y, init: 1 }, seen(0)],
    [
      [{ op: 'rcu-lock' }, load(0, X), unless(0, 5, 3), load(1, Y), saw(200, 1), { op: 'rcu-unlock' }, end],
      [store(X, 1), { op: 'rcu-sync' }, { op: 'free', address: c(Y) }, end],
    ],
  ),
  'a loop that is let out': program(
    [x, y, seen(0)],
    [
      [load(0, X), unless(0, 2, 0), fence('rmb'), load(1, Y), saw(200, 1), end],
      [store(Y, 1), fence('wmb'), store(X, 1), end],
    ],
  ),
  'store buffering with barriers': program(
    [x, y, seen(0), seen(1)],
    [
      [store(X, 1), fence('mb'), load(0, Y), saw(200, 0), end],
      [store(Y, 1), fence('mb'), load(0, X), saw(208, 0), end],
    ],
  ),
  'message passing with barriers': program(
    [x, y, seen(0), seen(1)],
    [
      [store(X, 1), fence('wmb'), store(Y, 1), end],
      [load(0, Y), fence('rmb'), load(1, X), saw(200, 0), saw(208, 1), end],
    ],
  ),
  'exactly one winner': program(
    [x, y],
    [0, 1].map(() => [{ op: 'try-bits', dst: 0, address: c(X), mask: 1 }, unless(0, 2, 3), add(Y, 1), end]),
    [ends('one', Y, 1)],
  ),
  'a retry that is bounded': program(
    [x, y],
    [
      [
        add(Y, 1, 1),
        load(0, X),
        { op: 'branch', cond: bin(not(r(0)), '&', bin(r(1), '<', c(2))), then: 0, else: 3 },
        end,
      ],
      [store(X, 1), end],
    ],
  ),
  'munlock, one word': family('c', 2, 1, 'one word'),
  'munlock, split words': family('c', 2, 1, 'split words'),
  'munlock, stored words': family('c', 2, 1, 'stored words'),
};
