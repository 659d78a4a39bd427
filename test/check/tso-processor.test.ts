// x86 has one store buffer a processor: interrupts and tasks that take turns there do not see each other's stores late.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import { outcomeWords } from '../../src/check/words.ts';
import type { Program } from '../../src/types.ts';
import { c, cell, type Line, NONE, program, r } from './build.ts';
import { naive } from './naive.ts';
import { randomProgram } from './random.ts';

const RUNS = Number(process.env['RELORE_RANDOM_PROGRAMS'] ?? 100);
const [X, Y] = [64, 72];
const seen = (k: number): number => 80 + k * 8;
const store = (address: number, value: number): Line => ({
  op: 'store',
  address: c(address),
  value: c(value),
  order: 'once',
});
const load = (dst: number, address: number): Line => ({ op: 'load', dst, address: c(address), order: 'once' });
const saw = (k: number): Line => ({ op: 'store', address: c(seen(k)), value: r(0), order: 'once' });
const end: Line = { op: 'end' };
const half = (k: number, writes: number, reads: number, ...between: Line[]): Line[] => [
  store(writes, 1),
  ...between,
  load(0, reads),
  saw(k),
  end,
];

/** Processes on the processors that are named, the last one an interrupt where `kind` says so. */
function on(cpus: readonly string[], bodies: readonly (readonly Line[])[], kind: 'task' | 'interrupt'): Program {
  const cells = [cell(X, 'x'), cell(Y, 'y'), ...bodies.map((_, k) => cell(seen(k), `r${k}`, 9))];
  const one = program(cells, bodies);
  const last = bodies.length - 1;
  const processes = one.processes.map((process, p) => ({
    ...process,
    cpu: cpus[p]!,
    ...(p === last ? { kind } : {}),
  }));
  return { ...one, processes };
}

/** What the processes read, one digit each; the same with and without reductions. */
function reads(one: Program, model: 'sc' | 'tso' = 'tso'): readonly string[] {
  const ends = [NONE, {}].map((reductions) => {
    const outcome = explore(one, model, { states: 100_000 }, reductions);
    if (outcome.kind !== 'complete' || outcome.violations.length > 0)
      throw new Error(`expected ends, got ${outcome.kind}`);
    return [
      ...new Set(outcome.terminals.map((words) => [...words.matchAll(/r\d=(\d)/g)].map(([, digit]) => digit).join(''))),
    ];
  });
  expect(ends[1]).toEqual(ends[0]);
  return ends[0]!.sort();
}

describe('store buffering on x86-TSO', () => {
  const bodies = [half(0, X, Y), half(1, Y, X)];

  it('is not seen between a task and an interrupt of its processor, and is seen from another processor', () => {
    expect(reads(on(['cpu1', 'cpu1'], bodies, 'interrupt'))).toEqual(['01', '10', '11']);
    expect(reads(on(['cpu1', 'cpu2'], bodies, 'interrupt'))).toEqual(['00', '01', '10', '11']);
  });

  it('is not seen between tasks that take turns on one processor', () => {
    expect(reads(on(['cpu1', 'cpu1'], bodies, 'task'))).toEqual(['01', '10', '11']);
    expect(reads(on(['cpu1', 'cpu2'], bodies, 'task'))).toEqual(['00', '01', '10', '11']);
  });

  it('is seen by a third process of another processor, whatever runs beside the writer', () => {
    // P0 and its interrupt share cpu1; P1 alone can find both of its own store and of x late.
    const three = [half(0, X, Y), half(1, Y, X), [load(0, X), saw(2), end]];
    const ends = reads(on(['cpu1', 'cpu2', 'cpu1'], three, 'interrupt'));
    expect(ends).toContain('000');
    // The interrupt finds the store of the task it interrupts in memory, and so does everybody after that.
    expect(reads(on(['cpu1', 'cpu2', 'cpu2'], three, 'interrupt'))).toContain('000');
    const order = [
      [store(X, 1), end],
      [load(0, Y), load(1, X), { ...saw(1), value: r(1) } as Line, end],
      [store(Y, 1), end],
    ];
    expect(reads(on(['cpu1', 'cpu2', 'cpu1'], order, 'interrupt'))).toEqual(
      reads(on(['cpu1', 'cpu2', 'cpu1'], order, 'interrupt'), 'sc'),
    );
  });

  it('drains the buffer when an interrupt is delivered and when it returns, and a replay insists on it', () => {
    const one = on(['cpu1', 'cpu1'], bodies, 'interrupt');
    // The interrupt begins while x waits in the buffer of its processor.
    expect(() => replay(one, '0/1*2', undefined, 'tso')).toThrow('expected P1 to be able to step');
    expect(replay(one, '0/0f/1*2/1f', undefined, 'tso').memory.slice(0, 2)).toEqual([1, 1]);
    // The task goes on while y of the interrupt that has ended waits.
    expect(() => replay(one, '1*5/0', undefined, 'tso')).toThrow('expected P0 to be able to step');
    expect(replay(on(['cpu1', 'cpu2'], bodies, 'interrupt'), '0/1*2', undefined, 'tso').memory[0]).toBe(0);
  });
});

describe('random programs', () => {
  const placed = (one: Program, cpus: readonly string[]): Program => ({
    ...one,
    processes: one.processes.map((process, p) => ({ ...process, cpu: cpus[p % cpus.length]! })),
  });

  it('mean the same under every reduction as by brute force when two processes share a processor', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomProgram, (given) => {
        const one = placed(given, ['cpu1', 'cpu2', 'cpu1']);
        const truth = naive(one, 3_000, true);
        if (truth === undefined) return;
        compared++;
        const terminals = truth.terminals.map((values) => outcomeWords(one, values)).sort();
        for (const reductions of [NONE, { ...NONE, merge: true }, {}]) {
          const outcome = explore(one, 'tso', { states: 400_000 }, reductions);
          if (outcome.kind !== 'complete') throw new Error(`expected a complete search, got ${outcome.kind}`);
          expect(
            outcome.violations.map(({ property }) => property),
            JSON.stringify(reductions),
          ).toEqual(truth.properties);
          expect(outcome.terminals, JSON.stringify(reductions)).toEqual(terminals);
          for (const { property, trace } of outcome.violations)
            expect(replay(one, trace.path, undefined, 'tso').violated).toContain(property);
        }
      }),
      { numRuns: RUNS, seed: 11 },
    );
    expect(compared).toBeGreaterThan(RUNS * 0.4);
  }, 240_000);

  it('on one processor mean the same under x86-TSO as under SC', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomProgram, (given) => {
        const one = placed(given, ['cpu1']);
        const [sc, tso] = (['sc', 'tso'] as const).map((model) => explore(one, model, { states: 20_000 }));
        if (sc?.kind !== 'complete' || tso?.kind !== 'complete') return;
        compared++;
        expect(tso.terminals).toEqual(sc.terminals);
        expect(tso.violations.map(({ property }) => property)).toEqual(sc.violations.map(({ property }) => property));
      }),
      { numRuns: RUNS, seed: 12 },
    );
    expect(compared).toBeGreaterThan(RUNS * 0.6);
  }, 240_000);
});
