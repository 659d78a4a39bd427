// Which cells each instruction may touch: sets of values for registers and cells, joined over all processes until
// nothing new turns up. Only the order of the code is ignored, so an answer may be too wide and is never too narrow.
import type { Expr, Instruction, Program } from '../types.ts';
import { integerOp } from './integer.ts';

/** For an instruction of a process, the indices of the cells it may touch; undefined: any cell. Empty: none. */
export type Reach = (process: number, pc: number) => readonly number[] | undefined;

/** What a register or cell may hold: these numbers, addresses inside these objects, other numbers, or anything. */
interface Value {
  readonly numbers: ReadonlySet<number>;
  readonly objects: ReadonlySet<string>;
  readonly plain: boolean; // numbers that were computed without any address
  readonly any: boolean;
}

const NOTHING: Value = { numbers: new Set(), objects: new Set(), plain: false, any: false };
const PLAIN: Value = { ...NOTHING, plain: true };
const ANYTHING: Value = { ...NOTHING, any: true };
const MOST_NUMBERS = 16;
const MOST_ROUNDS = 400; // each round that goes on makes some set larger; beyond it every cell is reached

/**
 * Returns the reach of every instruction of the processes of `program`. Pointer arithmetic stays inside its object, as C
 * has it, and what is computed without an address is none. Rounds are linear in the code, and bounded.
 */
export function reachOf(program: Program): Reach {
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const objects = objectsOf(program);
  const cells: Value[] = program.cells.map((cell) => numbers([cell.init]));
  const registers: Value[][] = program.processes.map(({ registers: count }) =>
    Array.from({ length: count }, () => numbers([0])),
  );
  const targets = (address: Value): readonly number[] | undefined => {
    if (address.any) return undefined;
    const found = new Set<number>();
    for (const number of address.numbers) {
      const cell = cellAt.get(number);
      if (cell !== undefined) found.add(cell);
    }
    for (const name of address.objects) for (const cell of objects.get(name)?.cells ?? []) found.add(cell);
    return [...found].sort((a, b) => a - b);
  };
  const grow = (list: Value[], index: number, value: Value): boolean => {
    const old = list[index] ?? NOTHING;
    const joined = join(old, value, objects);
    if (isSame(old, joined)) return false;
    list[index] = joined;
    return true;
  };
  let isSettled = false;
  for (let round = 0; round < MOST_ROUNDS && !isSettled; round++) {
    isSettled = true;
    for (const [p, process] of program.processes.entries()) {
      const own = registers[p] ?? [];
      const value = (expr: Expr): Value => evaluate(expr, own, objects);
      for (const ins of process.code) {
        if (ins.op === 'set') isSettled = !grow(own, ins.dst, value(ins.value)) && isSettled;
        else if (ins.op === 'choose') isSettled = !grow(own, ins.dst, numbers(ins.values)) && isSettled;
        else if ('address' in ins) {
          const touched = targets(value(ins.address)) ?? program.cells.map((_, index) => index);
          const read = touched.reduce((sum, cell) => join(sum, cells[cell] ?? NOTHING, objects), NOTHING);
          const dst = 'dst' in ins ? ins.dst : undefined;
          if (dst !== undefined) isSettled = !grow(own, dst, readValue(ins, read)) && isSettled;
          for (const cell of touched)
            isSettled = !grow(cells, cell, written(ins, cells[cell] ?? NOTHING, value, objects)) && isSettled;
        } else if ('dst' in ins && ins.dst !== undefined) isSettled = !grow(own, ins.dst, ANYTHING) && isSettled;
      }
    }
  }
  return (p, pc) => {
    const ins = program.processes[p]?.code[pc];
    if (ins === undefined || !('address' in ins)) return [];
    return isSettled ? targets(evaluate(ins.address, registers[p] ?? [], objects)) : undefined;
  };
}

interface ObjectRange {
  readonly from: number; // bytes
  readonly to: number;
  readonly cells: readonly number[];
}

type Objects = ReadonlyMap<string, ObjectRange>;

/** The objects, and inside them the arrays: an index stays in its array, as C has it. */
function objectsOf(program: Program): Objects {
  const found = new Map<string, { from: number; to: number; cells: number[] }>();
  for (const [index, cell] of program.cells.entries()) {
    const array = /^[^[]*\[/.exec(cell.field)?.[0];
    for (const name of array === undefined ? [cell.object] : [`${cell.object} ${array}`, cell.object]) {
      const known = found.get(name);
      const end = cell.address + cell.size;
      if (known === undefined) found.set(name, { from: cell.address, to: end, cells: [index] });
      else {
        known.from = Math.min(known.from, cell.address);
        known.to = Math.max(known.to, end);
        known.cells.push(index);
      }
    }
  }
  // Arrays first: an address in one is taken for an index into it.
  return new Map([...found].sort(([a], [b]) => Number(b.endsWith('[')) - Number(a.endsWith('['))));
}

function numbers(values: readonly number[]): Value {
  return { ...NOTHING, numbers: new Set(values.map((value) => value | 0)) };
}

function join(a: Value, b: Value, objects: Objects): Value {
  if (a.any || b.any) return ANYTHING;
  if (b === NOTHING || a === b) return a;
  const all = new Set([...a.numbers, ...b.numbers]);
  const within = new Set([...a.objects, ...b.objects]);
  return bounded(all, within, a.plain || b.plain, objects);
}

/** Many numbers become the objects they are addresses in, and plain numbers; what these take in is not listed again. */
function bounded(all: ReadonlySet<number>, within: ReadonlySet<string>, plain: boolean, objects: Objects): Value {
  if (all.size <= MOST_NUMBERS && within.size === 0 && !plain) return { ...NOTHING, numbers: all };
  const names = new Map([...all].map((number) => [number, objectAt(number, objects)]));
  if (all.size > MOST_NUMBERS) {
    const found = [...names.values()].flatMap((name) => name ?? []);
    const isPlain = plain || [...names.values()].includes(undefined);
    return { ...NOTHING, objects: new Set([...within, ...found]), plain: isPlain };
  }
  const isTaken = (name: string | undefined): boolean => (name === undefined ? plain : within.has(name));
  const left = [...names].flatMap(([number, name]) => (isTaken(name) ? [] : [number]));
  return { numbers: new Set(left), objects: within, plain, any: false };
}

// An object may begin with fields that nothing touches: its base is up to this far in front of its first cell.
const SLACK = 4096;

function objectAt(address: number, objects: Objects): string | undefined {
  if (address < SLACK) return undefined;
  let nearest: string | undefined;
  let distance = SLACK;
  for (const [name, { from, to }] of objects) {
    if (address >= from && address < to) return name;
    if (address < from && from - address < distance) {
      nearest = name;
      distance = from - address;
    }
  }
  return nearest;
}

function isSame(a: Value, b: Value): boolean {
  return (
    a.any === b.any && a.plain === b.plain && a.numbers.size === b.numbers.size && a.objects.size === b.objects.size
  );
}

function evaluate(expr: Expr, registers: readonly Value[], objects: Objects): Value {
  switch (expr.kind) {
    case 'const':
      return numbers([expr.value]);
    case 'reg':
      return registers[expr.reg] ?? ANYTHING;
    case 'unary': {
      const arg = evaluate(expr.arg, registers, objects);
      if (expr.op === '!') return numbers([0, 1]);
      if (arg.any || arg.objects.size > 0) return ANYTHING;
      if (arg.plain) return PLAIN;
      return numbers([...arg.numbers].map((value) => (expr.op === '-' ? -value : ~value)));
    }
    case 'binary':
      return combine(
        expr.op,
        evaluate(expr.left, registers, objects),
        evaluate(expr.right, registers, objects),
        objects,
      );
    case 'select':
      return join(evaluate(expr.then, registers, objects), evaluate(expr.else, registers, objects), objects);
    default:
      return expr satisfies never;
  }
}

const IS_TRUTH = /^(?:[=!]=|[<>]=?)$/;
const KEEPS_OBJECT = new Set(['+', '-', '&', '|']);

function combine(op: string, left: Value, right: Value, objects: Objects): Value {
  if (IS_TRUTH.test(op)) return numbers([0, 1]);
  if (left.any || right.any) return ANYTHING;
  const isExact = [left, right].every((side) => side.objects.size === 0 && !side.plain);
  if (isExact) {
    const results = new Set<number>();
    for (const a of left.numbers)
      for (const b of right.numbers) {
        const result = op === '*' ? Math.imul(a, b) : integerOp(op, a, b);
        if (result !== undefined) results.add(result | 0);
      }
    if (results.size <= MOST_NUMBERS) return { ...NOTHING, numbers: results };
  }
  const within = new Set([...addressesIn(left, objects), ...(op === '-' ? [] : addressesIn(right, objects))]);
  if (within.size === 0 || !KEEPS_OBJECT.has(op)) return within.size === 0 ? PLAIN : ANYTHING;
  return { ...NOTHING, objects: within, plain: [left, right].every((side) => hasNumber(side, objects)) };
}

/** The objects that a value may be an address in. */
function addressesIn(value: Value, objects: Objects): string[] {
  return [...value.objects, ...[...value.numbers].flatMap((number) => objectAt(number, objects) ?? [])];
}

function hasNumber(value: Value, objects: Objects): boolean {
  return value.plain || [...value.numbers].some((number) => objectAt(number, objects) === undefined);
}

/** What lands in the register of an instruction that reads `read`. */
function readValue(ins: Instruction, read: Value): Value {
  switch (ins.op) {
    case 'load':
    case 'rmw': {
      const mask = ins.mask ?? 0;
      if (mask === 0) return read;
      // Bits of a word: no address, unless it is a pointer with a tag.
      if (read.any || read.objects.size > 0) return read;
      return read.plain ? PLAIN : numbers([0, ...[...read.numbers].map((value) => value & mask)]);
    }
    case 'cmpxchg':
      return read;
    default:
      return numbers([0, 1]);
  }
}

/** What an instruction may leave in a cell that holds `old`. */
function written(ins: Instruction, old: Value, value: (expr: Expr) => Value, objects: Objects): Value {
  switch (ins.op) {
    case 'store':
      return value(ins.value);
    case 'cmpxchg':
      return value(ins.desired);
    case 'rmw': {
      if (ins.fn === 'xchg') return value(ins.operand);
      const op = { or: '|', andnot: '&', and: '&', xor: '^', add: '+' }[ins.fn];
      const operand = value(ins.operand);
      const right =
        ins.fn !== 'andnot' || operand.any || operand.plain || operand.objects.size > 0
          ? operand
          : numbers([...operand.numbers].map((one) => ~one));
      return combine(op, old, right, objects);
    }
    case 'add-unless':
      return combine('+', old, value(ins.operand), objects);
    case 'try-bits':
    case 'await':
      return combine('|', old, numbers([0, ins.mask]), objects);
    default:
      // Nobody reads a lock as a number.
      return NOTHING;
  }
}
