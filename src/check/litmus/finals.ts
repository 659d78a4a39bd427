// Which values cells can have at the end of unfolded processes, whatever the order of steps: every statement runs at most once.
import type { Expr, Instruction, Program } from '../../types.ts';
import { registersOf } from '../lkmm/code.ts';
import type { Part } from './parts.ts';
import { simplified } from './simplify.ts';

/** A set of values; undefined: not among a few. */
type Values = ReadonlySet<number> | undefined;

/** What a statement does to the word of a cell. */
type Write = (old: number) => Values;

const MOST_VALUES = 512; // of a cell or register
const MOST_ROWS = 4_096; // combinations of what registers hold
const MOST_BITS = 9; // of a mask of which nothing else is known
const MOST_ROUNDS = 12; // a counter that grows for longer may be anything
const MOST_STATES = 20_000; // pairs of a value and of the statements that have run

interface Known {
  readonly cells: Values[];
  readonly registers: Map<number, Values>[]; // by process
  grew: boolean;
}

/** The values of each cell at the end of `processes`; undefined where they are not few. Ignores locks, and what branches ask. */
export function finalValuesOf(program: Program, processes: readonly (readonly Part[])[]): readonly Values[] {
  const known: Known = {
    cells: program.cells.map(({ init }) => new Set([init | 0])),
    registers: processes.map(() => new Map<number, Values>()),
    grew: true,
  };
  for (let round = 0; known.grew; round++) {
    known.grew = false;
    const writes = program.cells.map((): Write[] => []);
    for (const [process, parts] of processes.entries()) collect(known, process, parts, writes);
    for (const [cell, all] of writes.entries()) {
      const now = reached(program.cells[cell]!.init | 0, all);
      if (sizeOf(now) === sizeOf(known.cells[cell])) continue;
      known.cells[cell] = round < MOST_ROUNDS ? now : undefined;
      known.grew = true;
    }
  }
  return known.cells;
}

function sizeOf(values: Values): number {
  return values === undefined ? Number.POSITIVE_INFINITY : values.size;
}

/** What a cell can hold when `writes` run in any order: any number of times if that is few, else each once or not at all. */
function reached(init: number, writes: readonly Write[]): Values {
  const values = new Set([init]);
  for (const old of values)
    for (const write of writes) {
      const results = values.size > MOST_VALUES ? undefined : write(old);
      if (results === undefined) return onceEach(init, writes);
      for (const result of results) values.add(result); // which is visited too
    }
  return values;
}

function onceEach(init: number, writes: readonly Write[]): Values {
  if (writes.length > 30) return undefined;
  const values = new Set([init]);
  const seen = new Set<string>();
  const open: [number, number][] = [[init, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [old, ran] = next;
    for (const [k, write] of writes.entries()) {
      if ((ran & (1 << k)) !== 0) continue;
      const results = write(old);
      if (results === undefined) return undefined;
      for (const result of results) {
        const key = `${result}:${ran | (1 << k)}`;
        if (seen.has(key)) continue;
        seen.add(key);
        values.add(result);
        if (values.size > MOST_VALUES || seen.size > MOST_STATES) return undefined;
        open.push([result, ran | (1 << k)]);
      }
    }
  }
  return values;
}

function collect(known: Known, process: number, parts: readonly Part[], writes: readonly Write[][]): void {
  for (const part of parts) {
    if (part.kind === 'if') {
      collect(known, process, part.then, writes);
      collect(known, process, part.else, writes);
    } else if (part.kind === 'step') follow(known, process, part.instruction, part.cell, writes);
  }
}

function follow(
  known: Known,
  process: number,
  instruction: Instruction,
  cell: number | undefined,
  writes: readonly Write[][],
): void {
  const value = (expr: Expr): Values => valuesOf(expr, known.registers[process]!);
  const old = cell === undefined ? undefined : known.cells[cell];
  const write = (one: Write): void => void writes[cell!]!.push(one);
  switch (instruction.op) {
    case 'set':
      into(known, process, instruction.dst, value(instruction.value));
      return;
    case 'choose':
      into(known, process, instruction.dst, new Set(instruction.values.map((one) => one | 0)));
      return;
    case 'load':
      into(known, process, instruction.dst, masked(old, instruction.mask));
      return;
    case 'store': {
      const stored = value(instruction.value);
      write(() => stored);
      return;
    }
    case 'rmw': {
      const { fn, operand, dst, mask } = instruction;
      const operands = value(operand);
      write((word) => mapped(operands, (one) => OPERATION[fn](word, one)));
      if (dst !== undefined) into(known, process, dst, masked(old, mask));
      return;
    }
    case 'cmpxchg': {
      const desired = value(instruction.desired);
      write((word) => (desired === undefined ? undefined : new Set([word, ...desired])));
      into(known, process, instruction.dst, old);
      return;
    }
    case 'add-unless': {
      const operands = value(instruction.operand);
      write((word) => mapped(operands, (one) => (word + one) | 0));
      into(known, process, instruction.dst, TRUTH);
      return;
    }
    case 'try-bits':
    case 'await': {
      const { mask } = instruction;
      if (instruction.op === 'try-bits' || instruction.take) write((word) => new Set([word | mask]));
      if (instruction.op === 'try-bits') into(known, process, instruction.dst, TRUTH);
      return;
    }
    case 'trylock':
    case 'is-locked':
      into(known, process, instruction.dst, TRUTH);
      return;
    default:
      if ('dst' in instruction && instruction.dst !== undefined) into(known, process, instruction.dst, undefined);
  }
}

const TRUTH: Values = new Set([0, 1]);

const OPERATION = {
  xchg: (_: number, operand: number) => operand,
  add: (old: number, operand: number) => (old + operand) | 0,
  or: (old: number, operand: number) => old | operand,
  and: (old: number, operand: number) => old & operand,
  andnot: (old: number, operand: number) => old & ~operand,
  xor: (old: number, operand: number) => old ^ operand,
} as const;

function into(known: Known, process: number, register: number, more: Values): void {
  const all = known.registers[process]!;
  const before = all.has(register) ? all.get(register) : new Set([0]);
  if (before === undefined) return;
  const now = more === undefined ? undefined : new Set([...before, ...more]);
  const kept = now !== undefined && now.size > MOST_VALUES ? undefined : now;
  if (all.has(register) && sizeOf(kept) === before.size) return;
  all.set(register, kept);
  known.grew = true;
}

function mapped(values: Values, change: (one: number) => number): Values {
  return values === undefined ? undefined : new Set([...values].map(change));
}

function masked(values: Values, mask: number | undefined): Values {
  if (mask === undefined || mask === 0) return values;
  return values === undefined ? within(mask) : mapped(values, (one) => one & mask);
}

/** The values of an expression over registers: each combination of theirs, or what its operator can give at all. */
function valuesOf(expr: Expr, registers: ReadonlyMap<number, Values>): Values {
  const used = registersOf(expr);
  let rows: readonly (readonly number[])[] | undefined = [[]];
  for (const reg of used) {
    const values: Values = registers.has(reg) ? registers.get(reg) : START;
    if (values === undefined || rows === undefined || rows.length * values.size > MOST_ROWS) rows = undefined;
    else rows = rows.flatMap((row) => [...values].map((one) => [...row, one]));
  }
  if (rows === undefined) return shapeOf(expr, registers);
  const found = new Set<number>();
  for (const row of rows) {
    const known: number[] = [];
    for (const [k, reg] of used.entries()) known[reg] = row[k]!;
    const result = simplified(expr, known);
    if (result.kind !== 'const') return undefined;
    found.add(result.value);
  }
  return found.size > MOST_VALUES ? undefined : found;
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** What an expression can give whatever is in it. */
function shapeOf(expr: Expr, registers: ReadonlyMap<number, Values>): Values {
  switch (expr.kind) {
    case 'unary':
      return expr.op === '!' ? TRUTH : undefined;
    case 'binary':
      if (COMPARISONS.has(expr.op)) return TRUTH;
      return expr.op === '&' && expr.right.kind === 'const' ? within(expr.right.value) : undefined;
    case 'select': {
      const [then, other] = [valuesOf(expr.then, registers), valuesOf(expr.else, registers)];
      return then === undefined || other === undefined ? undefined : new Set([...then, ...other]);
    }
    default:
      return undefined;
  }
}

/** Every value with no bits but those of `mask`. */
function within(mask: number): Values {
  const values = new Set([0]);
  for (let bit = 0, count = 0; bit < 32; bit++) {
    if ((mask & (1 << bit)) === 0) continue;
    if (++count > MOST_BITS) return undefined;
    for (const one of [...values]) values.add(one | (1 << bit));
  }
  return values;
}

const START: Values = new Set([0]); // registers start with 0
