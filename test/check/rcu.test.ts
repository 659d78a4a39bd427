import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import type { Expr, Program } from '../../src/types.ts';
import { bin, c, cell, type Line, NONE, program, r } from './build.ts';

// An updater unlinks an object, waits for a grace period and spoils it; a reader follows the pointer inside a section.
const POINTER = 64;
const OBJECT = 72;
const cells = [cell(POINTER, 'head', OBJECT, { kind: 'pointer' }), cell(OBJECT, 'item.value', 1)];
const load = (dst: number, address: Expr): Line => ({
  op: 'load',
  dst,
  address,
  order: 'once',
});
const begin: Line = { op: 'rcu-lock' };
const leave: Line = { op: 'rcu-unlock' };
const sync: Line = { op: 'rcu-sync' };
const end: Line = { op: 'end' };
const unlink: Line = { op: 'store', address: c(POINTER), value: c(0), order: 'once' };
const spoil: Line = { op: 'store', address: c(OBJECT), value: c(0), order: 'once' };

/** Reads the pointer, and the object when there is one, which must not be spoiled. `nested`: in two sections, the inner one empty. */
function reader(nested: boolean): Line[] {
  const inner = nested ? [begin, leave] : [];
  const next = 3 + inner.length;
  return [
    begin,
    ...inner,
    load(0, c(POINTER)),
    { op: 'branch', cond: r(0), then: next, else: next + 2 },
    load(1, r(0)),
    { op: 'assert', cond: r(1), what: 'object is there' },
    leave,
    end,
  ];
}

const properties = (one: Program, reductions = {}): readonly string[] => {
  const outcome = explore(one, 'sc', { states: 100_000 }, reductions);
  if (outcome.kind === 'refused') return [outcome.refusal.why];
  for (const { property, trace } of outcome.violations) expect(replay(one, trace.path).violated).toContain(property);
  return outcome.violations.map(({ property }) => property);
};

describe('a grace period', () => {
  it('keeps an object until its readers are done; without it, or before the unlink, the object is spoiled', () => {
    for (const reductions of [NONE, {}]) {
      for (const readers of [[reader(false)], [reader(false), reader(true)]]) {
        expect(properties(program(cells, [[unlink, sync, spoil, end], ...readers]), reductions)).toEqual([]);
        expect(properties(program(cells, [[unlink, spoil, end], ...readers]), reductions)).toEqual([
          'assert: object is there',
        ]);
        expect(properties(program(cells, [[sync, unlink, spoil, end], ...readers]), reductions)).toEqual([
          'assert: object is there',
        ]);
      }
    }
  });

  it('does not wait for a section that begins later, even one that waits for the updater', () => {
    const done = 80;
    const late: Line[] = [begin, { op: 'await', address: c(done), mask: 1, value: 1, take: false }, leave, end];
    const flag = [...cells, cell(done, 'done')];
    const finish: Line = { op: 'store', address: c(done), value: c(1), order: 'once' };
    const outcome = explore(program(flag, [[sync, finish, end], late, [begin, leave, begin, leave, end]]), 'sc', {
      states: 10_000,
    });
    // The section of the second process may begin before the grace period (deadlock) or behind it (the end is reached).
    expect(outcome.kind === 'complete' && outcome.terminals).toEqual(['head=&item item.value=1 done=1']);
    expect(outcome.kind === 'complete' && outcome.violations.map(({ property }) => property)).toEqual(['deadlock']);
  });

  it('waited for inside a section is a deadlock', () => {
    expect(properties(program(cells, [[begin, sync, leave, end]]))).toEqual(['deadlock']);
    expect(properties(program(cells, [[begin, leave, sync, end]]))).toEqual([]);
  });

  it('of one srcu_struct does not wait for readers of another', () => {
    const domain = (address: number) => ({ domain: c(address) });
    const updater: Line[] = [unlink, { op: 'rcu-sync', ...domain(200) }, spoil, end];
    const inside = (address: number): Line[] =>
      reader(false).map((line) =>
        line.op === 'rcu-lock' || line.op === 'rcu-unlock' ? { ...line, ...domain(address) } : line,
      );
    expect(properties(program(cells, [updater, inside(200)]))).toEqual([]);
    expect(properties(program(cells, [updater, inside(208)]))).toEqual(['assert: object is there']);
  });
});

describe('spin_is_locked', () => {
  it('sees a lock that anyone holds', () => {
    const lock = cell(128, 'a.lock', 0, { kind: 'lock' });
    const taker: Line[] = [
      { op: 'lock', address: c(128) },
      { op: 'is-locked', dst: 0, address: c(128) },
      { op: 'assert', cond: r(0), what: 'is locked' },
      { op: 'unlock', address: c(128) },
      end,
    ];
    const looker: Line[] = [
      { op: 'is-locked', dst: 0, address: c(128) },
      { op: 'store', address: c(OBJECT), value: bin(r(0), '+', c(5)), order: 'once' },
      end,
    ];
    const outcome = explore(program([cells[1]!, lock], [taker, looker]), 'sc', { states: 1000 });
    expect(outcome.kind === 'complete' && [outcome.terminals, outcome.violations]).toEqual([
      ['item.value=5', 'item.value=6'],
      [],
    ]);
  });
});
