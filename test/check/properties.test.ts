// Each property with a broken specimen, a fixed one and a near miss, without reductions and with all of them.
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import type { Outcome, Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, NONE, not, program, r } from './build.ts';

type Decided = Exclude<Outcome, { kind: 'refused' }>;
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
const is = (address: number, value: number): readonly Line[] => [
  load(0, address),
  { op: 'set', dst: 0, value: bin(r(0), '==', c(value)) },
  end,
];

function run(one: Program, reductions = {}, model: 'sc' | 'tso' = 'sc'): Decided {
  const outcome = explore(one, model, { states: 100_000 }, reductions);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
  return outcome;
}

/** The properties that are violated, equal without and with reductions; the replayer must agree with each trace. */
function violated(one: Program): readonly string[] {
  const [plain, reduced] = [run(one, NONE), run(one)].map((outcome) => {
    for (const { property, trace } of outcome.violations)
      if (property !== 'livelock') expect(replay(one, trace.path).violated, trace.path).toContain(property);
    return { properties: outcome.violations.map(({ property }) => property), terminals: outcome.terminals };
  });
  expect(reduced).toEqual(plain);
  return reduced!.properties;
}

describe('a reference count', () => {
  const count = cell(X, 'folio._refcount', 1, { counter: true });
  const put: Line[] = [add(X, -1), end];

  it('that is dropped twice goes below zero; with a reference each, or with one that is only taken when there is one, it does not', () => {
    expect(violated(program([count], [put, put]))).toEqual(['fault: counter below zero']);
    expect(violated(program([{ ...count, init: 2 }], [put, put]))).toEqual([]);
    const tryGet: Line[] = [
      { op: 'add-unless', dst: 0, address: c(X), operand: c(1), unless: c(0), order: 'mb' },
      { op: 'branch', cond: r(0), then: 2, else: 3 },
      add(X, -1),
      end,
    ];
    expect(violated(program([count], [put, tryGet]))).toEqual([]);
  });
});

describe('an object that is freed', () => {
  const item = [cell(X, 'item.value', 1), cell(Y, 'item.count', 2, { counter: true }), cell(80, 'item.seen')];
  const free: Line = { op: 'free', address: c(X), bytes: 16 };
  const use: Line[] = [load(0, X), end];
  /** Drops a reference; the last one frees. */
  const put: Line[] = [add(Y, -1, 1), { op: 'branch', cond: bin(r(1), '==', c(1)), then: 2, else: 3 }, free, end];

  it('is not used afterwards when everybody holds a reference', () => {
    expect(violated(program(item, [[free, end], use]))).toEqual(['fault: use after free']);
    expect(
      violated(
        program(item, [
          put,
          [load(0, X), ...put.map((line) => (line.op === 'branch' ? { ...line, then: 3, else: 4 } : line))],
        ]),
      ),
    ).toEqual([]);
    // The near miss reads after it has given its reference back.
    const late: Line[] = [
      add(Y, -1, 1),
      { op: 'branch', cond: bin(r(1), '==', c(1)), then: 3, else: 2 },
      load(0, X),
      end,
    ];
    expect(violated(program(item, [put, late]))).toEqual(['fault: use after free']);
  });

  it('is gone cell by cell, and what lies behind it stays', () => {
    expect(violated(program(item, [[free, load(0, 80), end]]))).toEqual([]);
    expect(violated(program(item, [[free, free, end]]))).toEqual(['fault: use after free']);
    expect(run(program(item, [[free, end]])).terminals).toEqual(['item.value=gone item.count=gone item.seen=0']);
  });
});

describe('a plain read-modify-write', () => {
  const plain: Line[] = [
    { op: 'load', dst: 0, address: c(X), order: 'plain' },
    { op: 'store', address: c(X), value: bin(r(0), '|', c(4)), order: 'plain', expects: r(0) },
    end,
  ];
  const atomic = (bit: number): Line[] => [{ op: 'rmw', address: c(X), fn: 'or', operand: c(bit), order: 'once' }, end];

  it('loses the bit that another process sets meanwhile; under a lock of both, or before the folio is shared, it does not', () => {
    expect(violated(program([x], [plain, atomic(1)]))).toEqual(['fault: lost update']);
    const locked = (lines: readonly Line[]): Line[] => [lock(A), ...lines.slice(0, -1), unlock(A), end];
    expect(violated(program([x, a], [locked(plain), locked(atomic(1))]))).toEqual([]);
    const published: Line[] = [{ op: 'await', address: c(Y), mask: 1, value: 1, take: false }, ...atomic(1)];
    expect(violated(program([x, y], [[...plain.slice(0, -1), store(Y, 1), end], published]))).toEqual([]);
  });
});

describe('two locks in opposite order', () => {
  const nested = (first: number, second: number): Line[] => [
    lock(first),
    lock(second),
    unlock(second),
    unlock(first),
    end,
  ];
  const cycles = (one: Program): readonly string[] => {
    const found = [run(one, NONE), run(one)].map(({ lockOrder }) =>
      (lockOrder ?? []).map(({ locks, taken }) => `${locks.join()} by ${taken.map(({ process }) => process).join()}`),
    );
    expect(found[0]).toEqual(found[1]);
    return found[1]!;
  };

  it('are a warning and a deadlock; in one order neither', () => {
    expect(cycles(program([a, b], [nested(A, B), nested(B, A)]))).toEqual(['0,1 by 0,1']);
    expect(violated(program([a, b], [nested(A, B), nested(B, A)]))).toEqual(['deadlock']);
    expect(cycles(program([a, b], [nested(A, B), nested(A, B)]))).toEqual([]);
  });

  it('are a warning alone when the second process starts when the first has ended, and nothing under a third lock', () => {
    const after: Line[] = [{ op: 'await', address: c(X), mask: 1, value: 1, take: false }, ...nested(B, A)];
    const one = program([x, a, b], [[...nested(A, B).slice(0, -1), store(X, 1), end], after]);
    expect(cycles(one)).toEqual(['1,2 by 0,1']);
    expect(violated(one)).toEqual([]);
    const gate = cell(144, 'gate.lock', 0, { kind: 'lock' });
    const gated = (lines: Line[]): Line[] => [lock(144), ...lines.slice(0, -1), unlock(144), end];
    expect(cycles(program([a, b, gate], [gated(nested(A, B)), gated(nested(B, A))]))).toEqual([]);
  });
});

describe('a goal', () => {
  const goal = invariant('migrated', 'end', is(X, 1));
  const reachable = { ...goal, when: 'reachable' as const };
  const migrate: Line[] = [load(0, Y), { op: 'branch', cond: r(0), then: 3, else: 2 }, store(X, 1), end];

  it('is met when one execution ends with it, and violated when a fix lets none', () => {
    expect(violated(program([x, y], [migrate, [store(Y, 1), end]], [reachable]))).toEqual([]);
    expect(violated(program([x, { ...y, init: 1 }], [migrate, [store(Y, 1), end]], [reachable]))).toEqual(['migrated']);
    expect(violated(program([x, y], [migrate, [store(Y, 1), end]], [goal]))).toEqual(['migrated']);
  });
});

describe('a loop without an end', () => {
  const spin: Line[] = [load(0, X), { op: 'branch', cond: r(0), then: 2, else: 0 }, end];

  it('is a livelock when nobody will ever let it out, also when it got lucky in another execution', () => {
    expect(violated(program([x], [spin]))).toEqual(['livelock']);
    expect(violated(program([x], [spin, [store(X, 1), end]]))).toEqual([]);
    const takesBack: Line[] = [store(X, 1), store(X, 0), end];
    expect(violated(program([x], [spin, takesBack]))).toEqual(['livelock']);
  });

  it('of a retry that gives up after three attempts is none, and the attempts can be asked about', () => {
    const retry: Line[] = [
      add(Y, 1, 1),
      load(0, X),
      { op: 'branch', cond: bin(not(r(0)), '&', bin(r(1), '<', c(2))), then: 0, else: 3 },
      end,
    ];
    const gaveUp = invariant('within three attempts', 'end', [
      load(1, Y),
      load(2, X),
      { op: 'set', dst: 0, value: not(bin(bin(r(1), '==', c(3)), '&', not(r(2)))) },
      end,
    ]);
    expect(violated(program([x, y], [retry], [gaveUp]))).toEqual(['within three attempts']);
    expect(violated(program([{ ...x, init: 1 }, y], [retry], [gaveUp]))).toEqual([]);
  });
});

describe('processes on one processor', () => {
  const on = (one: Program, cpus: readonly string[], kinds: readonly ('task' | 'interrupt')[]): Program => ({
    ...one,
    processes: one.processes.map((process, p) => ({ ...process, cpu: cpus[p]!, kind: kinds[p]! })),
  });
  const irq = (enters: boolean): Line => ({ op: 'context', what: 'irq', enters });
  const preempt = (enters: boolean): Line => ({ op: 'context', what: 'preempt', enters });
  const body = [lock(A), load(0, X), unlock(A)];
  const task: Line[] = [...body, end];
  const safe: Line[] = [irq(true), ...body, irq(false), end];

  it('deadlock when an interrupt takes a lock that its processor holds; not with interrupts off, nor on another processor', () => {
    const same = ['cpu1', 'cpu1'];
    expect(violated(on(program([x, a], [task, task]), same, ['task', 'interrupt']))).toEqual(['deadlock']);
    expect(violated(on(program([x, a], [safe, task]), same, ['task', 'interrupt']))).toEqual([]);
    expect(violated(on(program([x, a], [task, task]), ['cpu1', 'cpu2'], ['task', 'interrupt']))).toEqual([]);
  });

  it('see an interrupt as a whole, between any two steps', () => {
    const two: Line[] = [
      load(0, X),
      load(1, X),
      { op: 'store', address: c(Y), value: bin(bin(r(0), '*', c(10)), '+', r(1)), order: 'once' },
      end,
    ];
    const handler: Line[] = [store(X, 1), store(X, 2), end];
    const result = (cpus: readonly string[]): readonly string[] =>
      run(on(program([x, y], [two, handler]), cpus, ['task', 'interrupt'])).terminals;
    expect(result(['cpu1', 'cpu1'])).toEqual(['x=2 y=0', 'x=2 y=2', 'x=2 y=22']);
    expect(result(['cpu1', 'cpu2'])).toEqual(['x=2 y=0', 'x=2 y=1', 'x=2 y=11', 'x=2 y=12', 'x=2 y=2', 'x=2 y=22']);
  });

  it('do not run into each other with preemption off', () => {
    const bump = (off: boolean): Line[] => [
      ...(off ? [preempt(true)] : []),
      load(0, X),
      { op: 'store', address: c(X), value: bin(r(0), '+', c(1)), order: 'once' },
      ...(off ? [preempt(false)] : []),
      end,
    ];
    const two = invariant('two', 'end', is(X, 2));
    const tasks = ['task', 'task'] as const;
    expect(violated(on(program([x], [bump(true), bump(true)], [two]), ['cpu1', 'cpu1'], tasks))).toEqual([]);
    expect(violated(on(program([x], [bump(true), bump(true)], [two]), ['cpu1', 'cpu2'], tasks))).toEqual(['two']);
    expect(violated(on(program([x], [bump(false), bump(true)], [two]), ['cpu1', 'cpu1'], tasks))).toEqual(['two']);
  });
});

describe('an atomic window', () => {
  const atomic = (enters: boolean): Line => ({ op: 'context', what: 'atomic', enters });
  const bump = [load(0, X), { op: 'store', address: c(X), value: bin(r(0), '+', c(1)), order: 'once' } as Line];
  const two = invariant('two', 'end', is(X, 2));

  it('keeps everybody out, and lets others run while it waits', () => {
    const inside: Line[] = [atomic(true), ...bump, atomic(false), end];
    expect(violated(program([x], [inside, inside], [two]))).toEqual([]);
    expect(violated(program([x], [inside, [...bump, end]], [two]))).toEqual(['two']);
    const waits: Line[] = [
      atomic(true),
      { op: 'await', address: c(Y), mask: 1, value: 1, take: false },
      ...bump,
      atomic(false),
      end,
    ];
    expect(violated(program([x, y], [waits, [store(Y, 1), ...bump.slice(0, 0), end]]))).toEqual([]);
  });
});

describe('a condition to start', () => {
  const when = (address: number, value: number): Line => ({
    op: 'wait-until',
    code: invariant('', 'end', is(address, value)).code,
    registers: 1,
    why: 'the folio is locked',
  });

  it('lets a process begin in some states only', () => {
    const late: Line[] = [when(X, 1), load(0, Y), { op: 'assert', cond: r(0), what: 'seen' }, end];
    expect(violated(program([x, y], [[store(Y, 1), store(X, 1), end], late]))).toEqual([]);
    expect(violated(program([x, y], [[store(X, 1), store(Y, 1), end], late]))).toEqual(['assert: seen']);
    // The state goes by: whoever has not begun then never does.
    expect(violated(program([x, y], [[store(Y, 1), store(X, 1), store(X, 2), end], late]))).toEqual(['deadlock']);
  });
});

describe('a process that is spawned', () => {
  const child: Line[] = [load(0, X), { op: 'assert', cond: r(0), what: 'set up' }, store(Y, 1), end];

  it('begins after that, and join waits for its end', () => {
    const parent = (lines: readonly Line[]): Line[] => [
      ...lines,
      { op: 'join', process: 1 },
      load(1, Y),
      { op: 'assert', cond: r(1), what: 'done' },
      end,
    ];
    const spawn: Line = { op: 'spawn', process: 1 };
    expect(violated(program([x, y], [parent([store(X, 1), spawn]), child]))).toEqual([]);
    expect(violated(program([x, y], [parent([spawn, store(X, 1)]), child]))).toEqual(['assert: set up']);
    expect(
      violated(
        program([x, y], [[store(X, 1), spawn, load(1, Y), { op: 'assert', cond: r(1), what: 'done' }, end], child]),
      ),
    ).toEqual(['assert: done']);
    const trace = run(program([x, y], [parent([spawn, store(X, 1)]), child])).violations[0]!.trace;
    expect(trace.steps.map(({ process, event }) => `P${process} ${event}`)).toEqual([
      'P0 spawn P1',
      'P1 read x: 0',
      'P1 assertion fails: set up',
    ]);
  });
});
