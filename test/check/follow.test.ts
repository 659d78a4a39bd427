import { describe, expect, it } from 'vitest';
import { callSites } from '../../src/check/calls.ts';
import { type FollowOptions, follow, type StatedCall } from '../../src/check/follow.ts';
import { scheduleOf, violatedBy } from '../../src/check/followed.ts';
import type { Expr, Instruction, Process, Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, program, r } from './build.ts';

/** A line inside the calls `way`, innermost first; its text is `text`. */
type Called = Line & { readonly text?: string; readonly way?: readonly string[] };

function process(index: number, lines: readonly Called[]): Process {
  const code = lines.map(({ text = '', way = [], ...line }, pc): Instruction => {
    const frames = [...way, `P${index}`].map((name) => ({
      file: 'mm/test.c',
      line: name === way[0] ? pc : 1,
      function: name,
    }));
    return {
      ...line,
      at: { frames: frames.length === 1 ? [{ ...frames[0]!, line: pc }] : frames, text },
    };
  });
  return { name: `P${index}`, label: `p${index}`, cpu: `cpu${index + 1}`, code, registers: 8 };
}

const ADDRESS: Expr = c(64);
const setA: Called = { op: 'rmw', address: ADDRESS, fn: 'or', operand: c(1), order: 'mb', text: 'set_a(w)' };
const clearA: Called = {
  op: 'rmw',
  dst: 0,
  address: ADDRESS,
  fn: 'andnot',
  operand: c(1),
  order: 'mb',
  mask: 1,
  text: 'clear_a(w)',
};
const testB = (way: readonly string[] = []): Called => ({
  op: 'load',
  dst: 1,
  address: ADDRESS,
  order: 'once',
  mask: 2,
  text: 'test_b(w)',
  way,
});
const clearB: Called = {
  op: 'rmw',
  dst: 2,
  address: ADDRESS,
  fn: 'andnot',
  operand: c(2),
  order: 'mb',
  mask: 2,
  text: 'clear_b(w)',
};
const end: Called = { op: 'end' };

/** The adder looks at b and then sets a; the taker takes a and then clears b: both can miss, whatever the words are called. */
function race(taker: readonly Called[] = [clearA, clearB, end]): Program {
  const adder: Called[] = [
    testB(['evictable', 'add']),
    { op: 'set', dst: 3, value: bin(r(1), '==', c(0)), text: 'ok = !test_b(w)', way: ['evictable', 'add'] },
    { op: 'branch', cond: r(3), then: 3, else: 4, text: 'evictable(w)', way: ['add'] },
    { op: 'set', dst: 4, value: c(1), way: ['add'] },
    setA,
    end,
  ];
  const lost = invariant('I-lost', 'end', [
    { op: 'load', dst: 1, address: ADDRESS, order: 'plain', mask: 3 },
    { op: 'set', dst: 0, value: bin(r(1), '!=', c(1)) },
    { op: 'end' },
  ]);
  const shell = program([cell(64, 'w', 2)], [], [lost]);
  return { ...shell, processes: [process(0, taker), process(1, adder)] };
}

const call = (name: string, more: Partial<StatedCall> = {}): StatedCall => ({
  isCall: (other) => other === name,
  column: undefined,
  ...more,
});

function followed(of: Program, calls: readonly StatedCall[], options: Partial<FollowOptions> = {}) {
  const isBad = (path: string): boolean => violatedBy(of, path).length > 0;
  const result = follow(of, calls, { states: 10_000, columns: 2, isSerial: true, isBad, ...options });
  if (result.kind === 'refused') throw new Error(result.refusal.why);
  return result;
}

describe('the calls in code', () => {
  it('are the frames of inlined functions and the text of primitives, each with the register of its value', () => {
    const sites = callSites(race().processes[1]!).map(({ name, pcs, result }) => [name, [...pcs].join(), result]);
    expect(sites).toEqual([
      ['add', '0,1,2,3', 4],
      ['evictable', '0,1', 3],
      ['test_b', '0', 1],
      ['set_a', '4', undefined],
    ]);
  });
});

describe('a schedule whose columns were lost', () => {
  it('is given to processes in the one way that the code can run', () => {
    const { found } = followed(race(), [call('clear_a', { result: 0 }), call('set_a'), call('clear_b')]);
    expect(found.map(({ processes }) => processes)).toEqual([[0, 1, 0]]);
    expect(violatedBy(race(), found[0]!.path)).toEqual(['I-lost']);
  });

  it('ends in the violation that it can end in', () => {
    const { found } = followed(race(), [
      call('evictable', { result: false }),
      call('clear_a', { result: 0 }),
      call('clear_b'),
      call('set_a'),
    ]);
    expect(found.map(({ processes }) => processes)).toEqual([[1, 0, 0, 1]]);
    expect(violatedBy(race(), found[0]!.path)).toEqual(['I-lost']);
    const trace = scheduleOf(race(), found[0]!, 'I-lost');
    expect(trace.steps.filter(({ matters }) => matters).map(({ process: p, at }) => `P${p} ${at.text}`)).toEqual([
      'P1 test_b(w)',
      'P0 clear_a(w)',
      'P0 clear_b(w)',
      'P1 set_a(w)',
    ]);
  });

  it('has two ways when both processes can make a call, and none with more processes than columns', () => {
    const twice = race([clearA, clearB, setA, end]);
    const calls = [call('clear_a'), call('clear_b'), call('set_a')];
    expect(followed(twice, calls).found.map(({ processes }) => processes)).toEqual([[0, 0, 1]]);
    expect(followed(twice, [...calls, call('set_a')]).found.map(({ processes }) => processes)).toEqual([
      [0, 0, 0, 1],
      [0, 0, 1, 0],
    ]);
    expect(followed(twice, calls, { columns: 1 }).found.map(({ processes }) => processes)).toEqual([[0, 0, 0]]);
  });
});

describe('a schedule that no execution takes', () => {
  it('names the call whose order is wrong: after the other order of the taker it can be taken', () => {
    const calls = [
      call('evictable', { result: false }),
      call('clear_b'),
      call('clear_a', { result: 0 }),
      call('set_a'),
    ];
    expect(followed(race(), calls)).toMatchObject({ found: [], obstacle: { step: 2, why: 'not in this order' } });
    const other = race([clearB, clearA, end]);
    expect(followed(other, calls).found.map(({ processes }) => processes)).toEqual([[1, 0, 0, 1]]);
  });

  it('names the call that gives another value', () => {
    const calls = [call('set_a'), call('clear_a', { result: 0 })];
    expect(followed(race(), calls).obstacle).toEqual({ step: 1, why: 'other value', value: 1 });
  });

  it('tells true from false', () => {
    const before = [call('evictable', { result: true }), call('clear_b')];
    expect(followed(race(), before).found).toEqual([]);
    const after = [call('clear_b'), call('evictable', { result: true })];
    expect(followed(race(), after).found.map(({ processes }) => processes)).toEqual([[0, 1]]);
  });

  it('names the call that nobody makes', () => {
    expect(followed(race(), [call('set_a'), call('set_c')]).obstacle).toEqual({ step: 1, why: 'no such call' });
  });

  it('keeps two columns apart', () => {
    const calls = [call('clear_a', { column: 0 }), call('clear_b', { column: 1 }), call('set_a', { column: 1 })];
    expect(followed(race(), calls).obstacle).toEqual({ step: 1, why: 'not in this order' });
  });
});

describe('calls that overlap', () => {
  /** `evictable` computes something before it looks at b, so that b can change in between. */
  const slow: Program = {
    ...race(),
    processes: [
      race().processes[0]!,
      process(1, [
        { op: 'set', dst: 6, value: c(1), way: ['add'] },
        { op: 'set', dst: 5, value: c(1), way: ['evictable', 'add'] },
        testB(['evictable', 'add']),
        { op: 'set', dst: 3, value: bin(r(1), '==', c(0)), way: ['evictable', 'add'] },
        { op: 'branch', cond: r(3), then: 5, else: 6, text: 'evictable(w)', way: ['add'] },
        { op: 'set', dst: 4, value: c(1), way: ['add'] },
        setA,
        end,
      ]),
    ],
  };
  const calls = [call('evictable', { result: true }), call('clear_b')];

  it('are found only where they may overlap', () => {
    expect(followed(slow, calls, { isSerial: false }).found.map(({ processes }) => processes)).toEqual([[1, 0]]);
    expect(followed(slow, calls).found).toEqual([]);
  });

  it('may overlap where one holds a later stated call', () => {
    const inside = [call('add'), call('clear_b'), call('evictable', { result: true })];
    expect(followed(slow, inside).found.map(({ processes }) => processes)).toEqual([[1, 0, 1]]);
  });
});

it('a limit is said, and a program with interrupts turned off is refused', () => {
  expect(followed(race(), [call('clear_a'), call('set_a')], { states: 2 })).toMatchObject({ bounded: true, states: 2 });
  const quiet = race([{ op: 'context', what: 'irq', enters: true }, clearA, end]);
  expect(follow(quiet, [call('clear_a')], { states: 10, columns: 1, isSerial: true })).toMatchObject({
    kind: 'refused',
    refusal: { why: 'expected processes that never turn off interrupts, preemption or each other' },
  });
});
