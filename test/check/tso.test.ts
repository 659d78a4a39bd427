import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { family, type Words } from '../../bench/check/family.ts';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import { outcomeWords } from '../../src/check/words.ts';
import type { Program } from '../../src/types.ts';
import { accessesOf, bin, c, cell, isTold, type Line, NONE, program, r } from './build.ts';
import { naive } from './naive.ts';
import { randomProgram } from './random.ts';

const RUNS = Number(process.env['RELORE_RANDOM_PROGRAMS'] ?? 100);

// Litmus shapes with the words of the x86-TSO papers (Sewell et al., CACM 2010; Owens, Sarkar, Sewell, TPHOLs 2009).
const NAMES = ['x', 'y', 'z'] as const;
const at = (name: string): number => 64 + NAMES.indexOf(name as 'x') * 8;

/** One process a string: `x=1` writes, `x` reads into the next register, `mb` is a full fence, `x?2` exchanges. */
function shape(...bodies: readonly string[]): { one: Program; reads: readonly number[] } {
  const cells = NAMES.map((name) => cell(at(name), name));
  const reads: number[] = [];
  const processes = bodies.map((body, p): Line[] => {
    const lines: Line[] = [];
    let count = 0;
    for (const word of body.split(' ')) {
      const [name, value] = word.split('=');
      if (word === 'mb') lines.push({ op: 'fence', fence: 'mb' });
      else if (word === 'wmb') lines.push({ op: 'fence', fence: 'wmb' });
      else if (word.includes('?'))
        lines.push({
          op: 'rmw',
          dst: count++,
          address: c(at(word[0]!)),
          fn: 'xchg',
          operand: c(Number(word[2])),
          order: 'mb',
        });
      else if (value === undefined) lines.push({ op: 'load', dst: count++, address: c(at(name!)), order: 'once' });
      else lines.push({ op: 'store', address: c(at(name!)), value: c(Number(value)), order: 'once' });
    }
    for (let k = 0; k < count; k++) {
      const address = 128 + (p * 4 + k) * 8;
      cells.push(cell(address, `r${p}.${k}`));
      reads.push(cells.length - 1);
      lines.push({ op: 'store', address: c(address), value: r(k), order: 'once' });
    }
    lines.push({ op: 'end' });
    return lines;
  });
  return { one: { ...program(cells, processes), observed: cells.map((_, k) => k) }, reads };
}

/** The results that can be seen: what was read in order, then x and y. */
function results(model: 'sc' | 'tso', bodies: readonly string[], reductions = {}): readonly string[] {
  const { one } = shape(...bodies);
  const outcome = explore(one, model, { states: 1_000_000 }, reductions);
  if (outcome.kind !== 'complete') throw new Error(`expected ${bodies.join(' | ')} to be complete`);
  const seen = outcome.terminals.map((words) => {
    const value = (name: string): string => new RegExp(`(?:^| )${name.replace('.', '\\.')}=(\\S+)`).exec(words)![1]!;
    const reads = [...words.matchAll(/ (r\d\.\d)=/g)].map((match) => value(match[1]!)).join('');
    return `${reads} ${value('x')}${value('y')}`;
  });
  return [...new Set(seen)].sort();
}

const SHAPES: readonly (readonly [string, readonly string[], string, 'allowed' | 'forbidden'])[] = [
  ['SB', ['x=1 y', 'y=1 x'], '00 11', 'allowed'],
  ['SB with both fences', ['x=1 mb y', 'y=1 mb x'], '00 11', 'forbidden'],
  ['SB with one fence', ['x=1 mb y', 'y=1 x'], '00 11', 'allowed'],
  ['SB with write barriers', ['x=1 wmb y', 'y=1 wmb x'], '00 11', 'allowed'],
  ['SB with exchanges', ['x?1 y', 'y?1 x'], '0000 11', 'forbidden'],
  ['SB that reads its own store first (n6)', ['x=1 x y', 'y=2 x=2'], '10 12', 'allowed'],
  ['SB with own reads (n5, amd10)', ['x=1 x y', 'y=1 y x'], '1010 11', 'allowed'],
  ['MP', ['x=1 y=1', 'y x'], '10 11', 'forbidden'],
  ['LB', ['x y=1', 'y x=1'], '11 11', 'forbidden'],
  ['R', ['x=1 y=1', 'y=2 x'], '0 12', 'allowed'],
  ['R with fences', ['x=1 mb y=1', 'y=2 mb x'], '0 12', 'forbidden'],
  ['S', ['x=2 y=1', 'y x=1'], '1 21', 'forbidden'],
  ['2+2W', ['x=1 y=2', 'y=1 x=2'], ' 11', 'forbidden'],
  ['IRIW', ['x=1', 'y=1', 'x y', 'y x'], '1010 11', 'forbidden'],
  ['WRC', ['x=1', 'x y=1', 'y x'], '110 11', 'forbidden'],
  ['CoRR', ['x=1', 'x x'], '10 10', 'forbidden'],
];

describe('x86-TSO', () => {
  it.each(SHAPES)('%s is as in the papers', (_, bodies, result, word) => {
    for (const reductions of [NONE, {}]) {
      const tso = results('tso', bodies, reductions);
      const sc = results('sc', bodies, reductions);
      const isSeen = tso.some((one) => one === result);
      expect(isSeen ? 'allowed' : 'forbidden').toBe(word);
      expect(sc).not.toContain(result);
      for (const one of sc) expect(tso).toContain(one);
    }
  });

  it('keeps what random programs mean under every reduction, as brute force finds it', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomProgram, (one) => {
        const truth = naive(one, 3_000, true);
        if (truth === undefined) return;
        compared++;
        const terminals = truth.terminals.map((values) => outcomeWords(one, values)).sort();
        const expected = { properties: truth.properties, terminals, unreached: truth.unreached };
        for (const reductions of [NONE, { ...NONE, merge: true }, { movers: false }, { persistent: false }, {}]) {
          const outcome = explore(one, 'tso', { states: 400_000 }, reductions);
          if (outcome.kind !== 'complete') throw new Error(`expected a complete search, got ${outcome.kind}`);
          for (const { property, trace } of outcome.violations) {
            const again = replay(one, trace.path, undefined, 'tso');
            expect(again.violated, `${property} by ${trace.path}`).toContain(property);
            expect(accessesOf(trace)).toEqual(again.steps.filter((access) => isTold(one, access)));
          }
          const found = {
            properties: outcome.violations.map(({ property }) => property),
            terminals: outcome.terminals,
            unreached: outcome.unreached.map(({ process, at: point }) => `${process}/${point.frames[0]!.line - 1}`),
          };
          expect(found, JSON.stringify(reductions)).toEqual(expected);
        }
      }),
      { numRuns: RUNS, seed: Number(process.env['RELORE_RANDOM_SEED'] ?? 7) },
    );
    expect(compared).toBeGreaterThan(RUNS * 0.4);
  }, 240_000);

  it('that fills a store buffer is bounded and says so', () => {
    const many: Line[] = [1, 2, 3].map((k): Line => ({ op: 'store', address: c(64), value: c(k), order: 'once' }));
    const reader: Line[] = [{ op: 'load', dst: 0, address: c(64), order: 'once' }, { op: 'end' }];
    const one = program([cell(64, 'x')], [[...many, { op: 'end' }], reader]);
    const outcome = explore(one, 'tso', { states: 1000 }, { buffer: 2 });
    expect([outcome.kind, outcome.kind === 'bounded' && outcome.bound]).toEqual([
      'bounded',
      'store buffers of 2 stores',
    ]);
    expect(explore(one, 'tso', { states: 1000 }, { buffer: 3 }).kind).toBe('complete');
  });

  it('keeps a store inside its critical section, and a store before the lock may be late', () => {
    const lock = cell(256, 'a.lock', 0, { kind: 'lock' });
    const body: Line[] = [
      { op: 'lock', address: c(256) },
      { op: 'load', dst: 0, address: c(64), order: 'once' },
      { op: 'store', address: c(64), value: bin(r(0), '+', c(1)), order: 'once' },
      { op: 'unlock', address: c(256) },
      { op: 'end' },
    ];
    const outcome = explore(program([cell(64, 'x'), lock], [body, body, body]), 'tso', { states: 1000 });
    expect(outcome.kind === 'complete' && [outcome.terminals, outcome.violations]).toEqual([['x=3'], []]);
  });

  it('strands a folio when the barrier is missing and flags are stored; c holds', () => {
    const stranded = (variant: 'c' | 'n', words: Words, model: 'sc' | 'tso', reductions = {}): number => {
      const outcome = explore(family(variant, 3, 1, words), model, { states: 100_000 }, reductions);
      return outcome.kind === 'complete' ? outcome.violations.length : -1;
    };
    for (const reductions of [NONE, {}]) {
      expect(stranded('n', 'stored words', 'sc', reductions)).toBe(0);
      expect(stranded('n', 'stored words', 'tso', reductions)).toBe(1);
      expect(stranded('c', 'stored words', 'tso', reductions)).toBe(0);
      // set_bit has a LOCK prefix on x86: a barrier by itself.
      expect(stranded('n', 'one word', 'tso', reductions)).toBe(0);
    }
  });

  it('tells which store left its buffer late', () => {
    const outcome = explore(family('n', 2, 1, 'stored words'), 'tso', { states: 100_000 });
    const [violation] = outcome.kind === 'complete' ? outcome.violations : [];
    expect(
      violation?.trace.steps.filter(({ matters }) => matters).map(({ process, event }) => `P${process} ${event}`),
    ).toEqual([
      'P0 lock lruvec.lru_lock',
      'P0 write lru: 1 waits in the store buffer',
      'P0 read bit 0 of folio0.mlocked: 1',
      'P0 write unevictable: 1 waits in the store buffer',
      'P0 unlock lruvec.lru_lock: waits in the store buffer',
      'P1 write mlocked: 0 waits in the store buffer',
      'P1 write mlocked: 1 -> 0 leaves the store buffer',
      'P1 test and clear bit 0 of folio0.lru: was 0',
      'P0 write lru: 0 -> 1 leaves the store buffer',
      'P0 write unevictable: 0 -> 1 leaves the store buffer',
      'P0 unlock lruvec.lru_lock: leaves the store buffer',
    ]);
    expect(replay(family('n', 2, 1, 'stored words'), violation!.trace.path).violated).toEqual(['I-strand folio0']);
  });

  it('needs states of the order of SC', () => {
    const states = (['c', 'n'] as const).map((variant) =>
      [1, 2, 3].map((folios) => {
        const outcome = explore(family(variant, 4, folios, 'stored words'), 'tso', { states: 1_000_000 });
        return outcome.kind === 'complete' ? outcome.states : -1;
      }),
    );
    expect(states).toEqual([
      [132, 1294, 5711],
      [176, 2258, 13214],
    ]);
  });
});
