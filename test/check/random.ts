// Random small programs: flags, words, a pointer, two locks; structured and broken critical sections, loops, choices.
import fc from 'fast-check';
import type { Cell, Expr, Program } from '../../src/types.ts';
import { bin, c, cell, invariant, type Line, not, process, r } from './build.ts';

const FLAGS = 64;
const WORD = 72;
const OTHER = 80;
const POINTER = 88;
const LOCKS = [96, 104] as const;
const WHICH_LOCK = 112;
const OWN = 1; // stands for the address of a cell of the process's own
const ownCell = (index: number): number => 120 + index * 8;
const VALUES = 4; // registers 0..3 for values, 4.. for counters and pointers
const CELLS: readonly Cell[] = [
  cell(FLAGS, 'folio.flags', 1, { bits: { 0: 'lru', 1: 'mlocked', 2: 'unevictable', 3: 'busy' } }),
  cell(WORD, 'folio.count', 0),
  cell(OTHER, 'folio.other', 0),
  cell(POINTER, 'folio.mapping', WORD, { kind: 'pointer' }),
  cell(LOCKS[0], 'a.lock', 0, { kind: 'lock' }),
  cell(LOCKS[1], 'b.lock', 0, { kind: 'lock' }),
  cell(WHICH_LOCK, 'folio.which', LOCKS[0], { kind: 'pointer' }),
  ...[0, 1, 2].map((index) => cell(ownCell(index), `own${index}.count`)),
];

type Block = readonly Statement[];
type Statement =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'if'; readonly cond: Expr; readonly then: Block; readonly else: Block }
  | { readonly kind: 'locked'; readonly lock: number; readonly body: Block; readonly unless: Expr | undefined }
  | { readonly kind: 'try'; readonly lock: number; readonly dst: number; readonly body: Block }
  | { readonly kind: 'locked by pointer'; readonly body: Block; readonly reload: boolean }
  | { readonly kind: 'loop'; readonly times: number; readonly body: Block }
  | { readonly kind: 'follow'; readonly dst: number; readonly store: boolean };

const register = fc.nat(VALUES - 1);
const word = fc.constantFrom(FLAGS, WORD, WORD, OTHER, OWN);
const bit = fc.constantFrom(1, 2, 4, 8);
const small = fc.integer({ min: -1, max: 3 });
const order = fc.constantFrom('once' as const, 'mb' as const);
const operand: fc.Arbitrary<Expr> = fc.oneof(
  { weight: 3, arbitrary: small.map(c) },
  { weight: 2, arbitrary: register.map(r) },
);
const op = fc.constantFrom('+', '-', '&', '|', '==', '!=', '<', '/', '<<', '>>') as fc.Arbitrary<
  Extract<Expr, { kind: 'binary' }>['op']
>;
const value: fc.Arbitrary<Expr> = fc.oneof(
  { weight: 3, arbitrary: operand },
  { weight: 2, arbitrary: fc.tuple(operand, op, operand).map(([a, o, b]) => bin(a, o, b)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(operand, operand, operand)
      .map(([a, b, d]) => ({ kind: 'select' as const, cond: a, then: b, else: d })),
  },
);
const cond: fc.Arbitrary<Expr> = fc.oneof(
  register.map(r),
  register.map((k) => not(r(k))),
  fc.tuple(register, small).map(([k, v]) => bin(r(k), '==', c(v))),
);

const line: fc.Arbitrary<Line> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(register, word).map(([dst, a]): Line => ({ op: 'load', dst, address: c(a), order: 'once' })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(register, bit)
      .map(([dst, mask]): Line => ({ op: 'load', dst, address: c(FLAGS), order: 'once', mask })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(word, value).map(([a, v]): Line => ({ op: 'store', address: c(a), value: v, order: 'once' })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(register, fc.constantFrom('or' as const, 'andnot' as const), bit, order)
      .map(([dst, fn, mask, o]): Line => ({ op: 'rmw', dst, address: c(FLAGS), fn, operand: c(mask), mask, order: o })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('or' as const, 'andnot' as const, 'xor' as const), bit)
      .map(([fn, mask]): Line => ({ op: 'rmw', address: c(FLAGS), fn, operand: c(mask), order: 'once' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(register, word, fc.constantFrom('add' as const, 'xchg' as const, 'and' as const), operand)
      .map(([dst, a, fn, v]): Line => ({ op: 'rmw', dst, address: c(a), fn, operand: v, order: 'mb' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(register, word, operand, operand)
      .map(([dst, a, x, y]): Line => ({ op: 'cmpxchg', dst, address: c(a), expected: x, desired: y, order: 'mb' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(register, word, small)
      .map(([dst, a, u]): Line => ({ op: 'add-unless', dst, address: c(a), operand: c(1), unless: c(u), order: 'mb' })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(register, bit).map(([dst, mask]): Line => ({ op: 'try-bits', dst, address: c(FLAGS), mask })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(bit, fc.boolean(), fc.boolean())
      .map(
        ([mask, set, take]): Line => ({ op: 'await', address: c(FLAGS), mask, value: set && !take ? mask : 0, take }),
      ),
  },
  { weight: 1, arbitrary: fc.tuple(register, value).map(([dst, v]): Line => ({ op: 'set', dst, value: v })) },
  { weight: 1, arbitrary: register.map((dst): Line => ({ op: 'choose', dst, values: [0, 1], why: 'either' })) },
  { weight: 1, arbitrary: fc.tuple(cond, fc.nat(2)).map(([e, k]): Line => ({ op: 'assert', cond: e, what: `A${k}` })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...LOCKS).map((a): Line => ({ op: 'assert-held', address: c(a), what: 'held' })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Line>(
      { op: 'fence', fence: 'mb' },
      { op: 'stop', why: 'BUG' },
      { op: 'unlock', address: c(LOCKS[0]) },
      { op: 'lock', address: c(LOCKS[1]) },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Line>({ op: 'store', address: c(LOCKS[1]), value: c(0), order: 'once' }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...LOCKS)
      .map((v): Line => ({ op: 'store', address: c(WHICH_LOCK), value: c(v), order: 'once' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(WORD, OTHER, 0, 68, ownCell(0))
      .map((v): Line => ({ op: 'store', address: c(POINTER), value: c(v), order: 'once' })),
  },
);

const { block } = fc.letrec<{ block: Block; statement: Statement }>((tie) => ({
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 3, depthIdentifier: 'block' }),
  statement: fc.oneof(
    { depthIdentifier: 'block', maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: line.map((one) => ({ kind: 'line' as const, line: one })) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('if' as const), cond, then: tie('block'), else: tie('block') }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('locked' as const),
        lock: fc.constantFrom(0, 0, 1),
        body: tie('block'),
        unless: fc.option(cond, { nil: undefined }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('try' as const), lock: fc.nat(1), dst: register, body: tie('block') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('locked by pointer' as const),
        body: tie('block'),
        reload: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('loop' as const),
        times: fc.integer({ min: 1, max: 2 }),
        body: tie('block'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('follow' as const), dst: register, store: fc.boolean() }) },
  ),
}));

function emit(body: Block, lines: Line[], depth: number): void {
  for (const one of body) emitOne(one, lines, depth);
}

function emitOne(one: Statement, lines: Line[], depth: number): void {
  const scratch = VALUES + depth;
  switch (one.kind) {
    case 'line':
      lines.push(one.line);
      return;
    case 'if':
      emitIf(
        one.cond,
        () => emit(one.then, lines, depth + 1),
        () => emit(one.else, lines, depth + 1),
        lines,
      );
      return;
    case 'locked': {
      const { unless } = one;
      const address = c(LOCKS[one.lock]!);
      const nothing = (): void => {};
      if (unless === undefined) lines.push({ op: 'lock', address });
      else {
        lines.push({ op: 'set', dst: scratch, value: unless });
        emitIf(r(scratch), nothing, () => lines.push({ op: 'lock', address }), lines);
      }
      emit(one.body, lines, depth + 1);
      if (unless === undefined) lines.push({ op: 'unlock', address });
      else emitIf(r(scratch), nothing, () => lines.push({ op: 'unlock', address }), lines);
      return;
    }
    case 'try': {
      const address = c(LOCKS[one.lock]!);
      lines.push({ op: 'trylock', dst: one.dst, address });
      emitIf(
        r(one.dst),
        () => {
          emit(one.body, lines, depth + 1);
          lines.push({ op: 'unlock', address });
        },
        () => {},
        lines,
      );
      return;
    }
    case 'locked by pointer': {
      const which: Line = { op: 'load', dst: scratch, address: c(WHICH_LOCK), order: 'once' };
      lines.push(which, { op: 'lock', address: r(scratch) });
      emit(one.body, lines, depth + 1);
      if (one.reload) lines.push(which);
      lines.push({ op: 'unlock', address: r(scratch) });
      return;
    }
    case 'loop': {
      lines.push({ op: 'set', dst: scratch, value: c(0) });
      const top = lines.length;
      emit(one.body, lines, depth + 1);
      lines.push({ op: 'set', dst: scratch, value: bin(r(scratch), '+', c(1)) });
      lines.push({ op: 'branch', cond: bin(r(scratch), '<', c(one.times)), then: top, else: lines.length + 1 });
      return;
    }
    case 'follow':
      lines.push({ op: 'load', dst: scratch, address: c(POINTER), order: 'once' });
      lines.push(
        one.store
          ? { op: 'store', address: r(scratch), value: r(one.dst), order: 'once' }
          : { op: 'load', dst: one.dst, address: r(scratch), order: 'once' },
      );
      return;
    default:
      one satisfies never;
  }
}

function emitIf(test: Expr, then: () => void, otherwise: () => void, lines: Line[]): void {
  const branch = lines.push({ op: 'end' }) - 1;
  then();
  const jump = lines.push({ op: 'end' }) - 1;
  lines[branch] = { op: 'branch', cond: test, then: branch + 1, else: lines.length };
  otherwise();
  lines[jump] = { op: 'jump', to: lines.length };
}

const load = (dst: number, a: number, mask?: number): Line => ({
  op: 'load',
  dst,
  address: c(a),
  order: 'once',
  ...(mask === undefined ? {} : { mask }),
});

/** A program of two or three processes with an invariant at the end and, in half of them, one over every state. */
export const randomProgram: fc.Arbitrary<Program> = fc
  .record({
    bodies: fc.array(block, { minLength: 2, maxLength: 3 }),
    bits: fc.tuple(bit, bit),
    hasAlways: fc.boolean(),
    count: small,
  })
  .map(({ bodies, bits, hasAlways, count }): Program => {
    const processes = bodies.map((body, index) => {
      const lines: Line[] = [];
      emit(body, lines, 0);
      // What a process has read becomes part of the outcome.
      const seen = [0, 1, 2, 3]
        .map((k) => bin(bin(r(k), '&', c(255)), '<<', c(8 * k)))
        .reduce((a, b) => bin(a, '|', b));
      lines.push({ op: 'store', address: c(OWN), value: seen, order: 'once' }, { op: 'end' });
      const own = JSON.parse(JSON.stringify(lines), (key, field: { kind?: string; value?: number }) =>
        key === 'address' && field.kind === 'const' && field.value === OWN ? c(ownCell(index)) : field,
      ) as Line[];
      return process(index, own);
    });
    const atEnd = invariant('I-end', 'end', [
      load(0, FLAGS, bits[0]),
      { op: 'set', dst: 0, value: not(r(0)) },
      { op: 'end' },
    ]);
    const always = invariant('I-always', 'always', [
      load(0, FLAGS, bits[1]),
      load(1, OTHER),
      { op: 'set', dst: 0, value: not(bin(not(r(0)), '&', bin(r(1), '==', c(count)))) },
      { op: 'end' },
    ]);
    return {
      name: 'random',
      cells: CELLS,
      processes,
      invariants: hasAlways ? [atEnd, always] : [atEnd],
      observed: [0, 1, 2, 3, 6, 7, 8, 9],
    };
  });
