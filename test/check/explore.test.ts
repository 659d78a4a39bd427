import { describe, expect, it } from 'vitest';
import { family, type Variant } from '../../bench/check/family.ts';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import type { Limit, Outcome, Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, NONE, not, program, r } from './build.ts';
import { naive } from './naive.ts';

type Decided = Exclude<Outcome, { kind: 'refused' }>;
const X = 64;
const LOCK_A = 128;
const LOCK_B = 136;
const x = cell(X, 'x');
const a = cell(LOCK_A, 'a.lock', 0, { kind: 'lock' });
const b = cell(LOCK_B, 'b.lock', 0, { kind: 'lock' });

const load = (dst: number, address: number): Line => ({ op: 'load', dst, address: c(address), order: 'once' });
const store = (address: number, value: number): Line => ({
  op: 'store',
  address: c(address),
  value: c(value),
  order: 'once',
});
const lock = (address: number): Line => ({ op: 'lock', address: c(address) });
const unlock = (address: number): Line => ({ op: 'unlock', address: c(address) });
const branch = (cond: ReturnType<typeof r>, then: number, otherwise: number): Line => ({
  op: 'branch',
  cond,
  then,
  else: otherwise,
});
const end: Line = { op: 'end' };
const bump: Line = { op: 'store', address: c(X), value: bin(r(0), '+', c(1)), order: 'once' };

function run(
  one: Program,
  reductions: Parameters<typeof explore>[3] = {},
  limit: Limit = { states: 1_000_000 },
): Decided {
  const outcome = explore(one, 'sc', limit, reductions);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
  return outcome;
}

const properties = (outcome: Decided): string[] => outcome.violations.map(({ property }) => property);
const eventsOf = (outcome: Decided): string[] =>
  outcome.violations[0]!.trace.steps.filter(({ matters }) => matters).map((step) => `P${step.process} ${step.event}`);

describe('two processes that increment a counter', () => {
  const isTwo = invariant('I-two', 'end', [load(0, X), { op: 'set', dst: 0, value: bin(r(0), '==', c(2)) }, end]);

  it('lose an update when they read and write apart: 13 states, counted by hand', () => {
    const outcome = run(
      program(
        [x],
        [
          [load(0, X), bump, end],
          [load(0, X), bump, end],
        ],
        [isTwo],
      ),
      NONE,
    );
    expect([outcome.kind, outcome.states, outcome.transitions]).toEqual(['complete', 13, 14]);
    expect(outcome.terminals).toEqual(['x=1', 'x=2']);
    expect(properties(outcome)).toEqual(['I-two']);
    expect(outcome.violations[0]!.trace.switches).toBe(2);
    expect(eventsOf(outcome)).toEqual(['P1 read x: 0', 'P0 write x: 0 -> 1', 'P1 write x: 1 -> 1']);
  });

  it('lose none under a lock: one scheduling point each, and it does not matter who comes first', () => {
    const body = [lock(LOCK_A), load(0, X), bump, unlock(LOCK_A), end];
    const outcome = run(program([x, a], [body, body], [isTwo]));
    expect([outcome.states, outcome.terminals, properties(outcome)]).toEqual([3, ['x=2'], []]);
  });

  it('are not alone under a lock that a third process initialises again', () => {
    const alone: Line = { op: 'assert', cond: bin(r(1), '==', bin(r(0), '+', c(1))), what: 'alone' };
    const body = [lock(LOCK_A), load(0, X), bump, load(1, X), alone, unlock(LOCK_A), end];
    for (const reductions of [NONE, {}]) {
      const broken = run(program([x, a], [body, body, [store(LOCK_A, 0), end]]), reductions);
      expect(properties(broken)).toEqual(['assert: alone', 'fault: unlock of a lock that the process does not hold']);
      expect(properties(run(program([x, a], [body, body]), reductions))).toEqual([]);
    }
  });

  it('still lose one when only one of them takes the lock', () => {
    const outcome = run(
      program(
        [x, a],
        [
          [lock(LOCK_A), load(0, X), bump, unlock(LOCK_A), end],
          [load(0, X), bump, end],
        ],
        [isTwo],
      ),
    );
    expect(properties(outcome)).toEqual(['I-two']);
  });
});

describe('deadlock', () => {
  const order = (first: number, second: number): Line[] => [
    lock(first),
    lock(second),
    unlock(second),
    unlock(first),
    end,
  ];

  it('of two locks in opposite order is found in 19 states, and says who waits for what', () => {
    const outcome = run(program([a, b], [order(LOCK_A, LOCK_B), order(LOCK_B, LOCK_A)]), NONE);
    expect([outcome.states, properties(outcome)]).toEqual([19, ['deadlock']]);
    const waits = outcome.violations[0]!.trace.steps.map(({ event }) => event).filter((event) =>
      event.includes('waits'),
    );
    expect(waits).toEqual(['P0 waits for b.lock, held by P1 (p1)', 'P1 waits for a.lock, held by P0 (p0)']);
    expect(properties(run(program([a, b], [order(LOCK_A, LOCK_B), order(LOCK_B, LOCK_A)])))).toEqual(['deadlock']);
  });

  it('is not there in one order, nor when the second lock is only tried', () => {
    expect(properties(run(program([a, b], [order(LOCK_A, LOCK_B), order(LOCK_A, LOCK_B)])))).toEqual([]);
    const tries: Line[] = [
      lock(LOCK_B),
      { op: 'trylock', dst: 0, address: c(LOCK_A) },
      branch(r(0), 3, 4),
      unlock(LOCK_A),
      unlock(LOCK_B),
      end,
    ];
    expect(properties(run(program([a, b], [order(LOCK_A, LOCK_B), tries])))).toEqual([]);
  });

  it('of one process that takes a lock twice is found', () => {
    expect(properties(run(program([a], [[lock(LOCK_A), lock(LOCK_A), end]])))).toEqual(['deadlock']);
  });

  it('of three philosophers is found, and not when the last one reaches the other way', () => {
    const forks = [0, 1, 2].map((k) => cell(128 + k * 8, `fork${k}.lock`, 0, { kind: 'lock' }));
    const left = [0, 1, 2].map((k) => order(128 + k * 8, 128 + ((k + 1) % 3) * 8));
    const outcome = run(program(forks, left));
    expect(properties(outcome)).toEqual(['deadlock']);
    expect(outcome.violations[0]!.trace.steps.filter(({ event }) => event.includes('waits'))).toHaveLength(3);
    expect(properties(run(program(forks, [left[0]!, left[1]!, order(128, 144)])))).toEqual([]);
  });
});

describe('a spinlock made by hand', () => {
  const INSIDE = 72;
  const inside = cell(INSIDE, 'inside');
  const enter: Line = { op: 'rmw', address: c(INSIDE), fn: 'add', operand: c(1), order: 'once' };
  const leave: Line = { op: 'rmw', address: c(INSIDE), fn: 'add', operand: c(-1), order: 'once' };
  const alone = invariant('mutual exclusion', 'always', [
    load(0, INSIDE),
    { op: 'set', dst: 0, value: bin(r(0), '<', c(2)) },
    end,
  ]);
  const twice = (lines: Line[]): Program => program([x, inside], [lines, lines], [alone]);
  const broken: Line[] = [load(0, X), branch(r(0), 0, 2), store(X, 1), enter, leave, store(X, 0), end];
  const fixed: Line[] = [
    { op: 'rmw', dst: 0, address: c(X), fn: 'xchg', operand: c(1), order: 'mb' },
    branch(r(0), 0, 2),
    enter,
    leave,
    store(X, 0),
    end,
  ];
  const nearMiss: Line[] = [
    load(0, X),
    branch(r(0), 0, 2),
    { op: 'cmpxchg', dst: 0, address: c(X), expected: c(0), desired: c(1), order: 'mb' },
    branch(r(0), 0, 4),
    enter,
    leave,
    store(X, 0),
    end,
  ];

  it('does not exclude when it tests and sets in two steps', () => {
    for (const reductions of [NONE, {}])
      expect(properties(run(twice(broken), reductions))).toEqual(['mutual exclusion']);
  });

  it('excludes when it exchanges, and when it tests first and then compares and exchanges', () => {
    for (const reductions of [NONE, {}]) {
      expect(properties(run(twice(fixed), reductions))).toEqual([]);
      expect(properties(run(twice(nearMiss), reductions))).toEqual([]);
      expect(run(twice(fixed), reductions).terminals).toEqual(['x=0 inside=0']);
    }
  });
});

describe('an invariant over every state', () => {
  const Y = 72;
  const never = (first: number, second: number) =>
    invariant('order', 'always', [
      load(0, first),
      load(1, second),
      { op: 'set', dst: 0, value: not(bin(r(0), '&', not(r(1)))) },
      end,
    ]);

  it('sees every order of two writes that do not disturb each other', () => {
    const writes: Line[][] = [
      [store(X, 1), end],
      [store(Y, 1), end],
    ];
    for (const reductions of [NONE, {}]) {
      expect(properties(run(program([x, cell(Y, 'y')], writes, [never(X, Y)]), reductions))).toEqual(['order']);
      expect(properties(run(program([x, cell(Y, 'y')], writes, [never(Y, X)]), reductions))).toEqual(['order']);
    }
  });

  it('sees a state between two writes of one process, and none when they are the other way round', () => {
    for (const reductions of [NONE, {}]) {
      expect(
        properties(run(program([x, cell(Y, 'y')], [[store(X, 1), store(Y, 1), end]], [never(X, Y)]), reductions)),
      ).toEqual(['order']);
      expect(
        properties(run(program([x, cell(Y, 'y')], [[store(Y, 1), store(X, 1), end]], [never(X, Y)]), reductions)),
      ).toEqual([]);
    }
  });
});

describe('munlock, put back and isolate', () => {
  const stranded = (
    variant: Variant,
    cpus: number,
    folios: number,
    words: 'one word' | 'split words',
    reductions = {},
  ): string[] => properties(run(family(variant, cpus, folios, words), reductions));

  it('strands a folio in variants a and b and not in c, with the flags in one word and in three', () => {
    for (const words of ['one word', 'split words'] as const) {
      for (const reductions of [NONE, {}]) {
        expect(stranded('a', 2, 1, words, reductions)).toEqual(['I-strand folio0']);
        expect(stranded('b', 2, 1, words, reductions)).toEqual(['I-strand folio0']);
        expect(stranded('c', 2, 1, words, reductions)).toEqual([]);
        expect(stranded('a', 3, 2, words, reductions)).toEqual(['I-strand folio0', 'I-strand folio1']);
        expect(stranded('b', 3, 2, words, reductions)).toEqual(['I-strand folio0', 'I-strand folio1']);
        expect(stranded('c', 3, 2, words, reductions)).toEqual([]);
      }
    }
  });

  it('has as many states as brute force counts without reductions', () => {
    for (const [cpus, folios, states] of [
      [2, 1, 90],
      [2, 2, 347],
      [3, 1, 582],
      [3, 2, 5135],
    ] as const) {
      const one = family('c', cpus, folios, 'one word');
      expect(run(one, NONE).states).toBe(states);
      expect(naive(one, 10_000)?.states).toBe(states);
    }
  });

  it('needs few states with all reductions', () => {
    const states = [
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
      [4, 1],
      [4, 3],
    ].map(([cpus, folios]) => run(family('c', cpus!, folios!, 'one word')).states);
    expect(states).toEqual([12, 31, 44, 221, 103, 3517]);
  });

  it('tells the race in few lines: the token is lost, the test is late, the bit is gone', () => {
    const outcome = run(family('a', 2, 1, 'one word'));
    expect(eventsOf(outcome)).toEqual([
      'P0 lock lruvec.lru_lock',
      'P0 read mlocked: 1',
      'P0 set unevictable',
      'P1 test and clear lru: was 0',
      'P1 clear mlocked',
      'P0 set lru',
      'P0 unlock lruvec.lru_lock',
    ]);
  });
});

describe('loops', () => {
  it('that wait for another process run until it has written', () => {
    const spin: Line[] = [load(0, X), branch(r(0), 2, 0), end];
    for (const reductions of [NONE, {}]) {
      const outcome = run(program([x], [spin, [store(X, 1), end]]), reductions);
      expect([outcome.kind, outcome.terminals, properties(outcome)]).toEqual(['complete', ['x=1'], []]);
    }
  });

  it('without a step that others see are a fault after the fuel, and the trace is accepted', () => {
    const one = program(
      [x],
      [
        [store(X, 1), { op: 'jump', to: 1 }, end],
        [load(0, X), { op: 'assert', cond: not(r(0)), what: 'not yet' }, end],
      ],
    );
    const outcome = run(one, {}, { states: 1000, localSteps: 50 });
    expect(properties(outcome)).toEqual(['assert: not yet', 'fault: no visible step in 50 instructions']);
    expect(replay(one, outcome.violations[1]!.trace.path, 50).violated).toContain(
      'fault: no visible step in 50 instructions',
    );
    expect(outcome.terminals).toEqual([]);
  });
});

describe('faults', () => {
  const P = 80;
  const pointer = cell(P, 'p', 0, { kind: 'pointer' });
  const follow = (then: Line[] = []): Line[] => [
    load(0, P),
    { op: 'load', dst: 1, address: r(0), order: 'once' },
    ...then,
    end,
  ];

  it('of one process stop it alone, and its run has no outcome and no deadlock', () => {
    const outcome = run(program([x, pointer], [follow(), [store(P, X), store(X, 3), end]]));
    expect(properties(outcome)).toEqual(['fault: NULL pointer dereference']);
    expect(outcome.terminals).toEqual([`x=3 p=&x`]);
    expect(outcome.violations[0]!.trace.steps.at(-1)!.event).toBe('load: NULL pointer dereference');
  });

  it('tell a bad address, a foreign unlock and a division by zero', () => {
    const outcome = run(
      program(
        [x, a],
        [
          [store(68, 1), end],
          [unlock(LOCK_A), end],
          [{ op: 'set', dst: 0, value: bin(c(1), '/', c(0)) }, end],
        ],
      ),
    );
    expect(properties(outcome)).toEqual([
      'fault: bad address',
      'fault: division by zero',
      'fault: unlock of a lock that the process does not hold',
    ]);
  });
});

describe('an outcome', () => {
  it('beyond the state limit is bounded and says so', () => {
    const outcome = run(family('c', 3, 2, 'one word'), {}, { states: 100 });
    expect([outcome.kind, outcome.states, outcome.bound]).toEqual(['bounded', 100, '100 states']);
    expect(run(family('c', 2, 1, 'one word'), {}, { states: 12 }).kind).toBe('complete');
    expect(run(family('c', 2, 1, 'one word'), {}, { states: 11 }).kind).toBe('bounded');
  });

  it('of a model that is not explored is a refusal', () => {
    const outcome = explore(program([x], [[end]]), 'lkmm', { states: 1 });
    expect(outcome.kind === 'refused' && outcome.refusal.what).toBe('LKMM');
  });

  it('lists accesses that never ran', () => {
    const outcome = run(
      program(
        [x],
        [
          [load(0, X), branch(r(0), 2, 3), store(X, 2), end],
          [{ op: 'stop', why: 'BUG' }, end],
        ],
      ),
    );
    expect(outcome.unreached.map(({ process, at }) => `${process} ${at.text} ${at.frames[0]!.line}`)).toEqual([
      'P0 store 3',
    ]);
  });

  it('records a failed assertion and goes on, over every value of a choice', () => {
    const chooses: Line[] = [
      { op: 'choose', dst: 0, values: [3, 5], why: 'batch full' },
      { op: 'assert', cond: bin(r(0), '==', c(3)), what: 'three' },
      { op: 'store', address: c(X), value: r(0), order: 'once' },
      end,
    ];
    const outcome = run(program([x], [chooses]));
    expect([properties(outcome), outcome.terminals]).toEqual([['assert: three'], ['x=3', 'x=5']]);
    expect(outcome.violations[0]!.trace.path).toBe('0:1/0');
  });

  it('waits for bits and takes them in one step', () => {
    const flags = cell(X, 'folio.flags', 1, { bits: { 0: 'locked' } });
    const taker: Line[] = [{ op: 'await', address: c(X), mask: 1, value: 0, take: true }, end];
    const outcome = run(
      program(
        [flags],
        [taker, taker, [{ op: 'rmw', address: c(X), fn: 'andnot', operand: c(1), order: 'release' }, end]],
      ),
    );
    expect(properties(outcome)).toEqual(['deadlock']);
    expect(outcome.terminals).toEqual([]);
  });

  it('is the same, byte for byte, in two runs', () => {
    const one = family('b', 3, 2, 'one word');
    expect(JSON.stringify(run(one))).toBe(JSON.stringify(run(one)));
  });
});
