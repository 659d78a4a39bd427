// Which values registers and cells can have at all, whatever the order of steps: an over-approximation that says which cells an
// address can name. Flow-insensitive; a set that grows past a few values becomes "anything".
import type { Expr, Instruction, Program } from '../../types.ts';
import { binary, Undefined, unary } from '../arithmetic.ts';

/** A set of values; undefined: anything. */
export type Values = ReadonlySet<number> | undefined;

const MOST = 16; // values of a set

/** What is known so far; grows until nothing is added. */
interface Known {
  readonly program: Program;
  readonly cellAt: ReadonlyMap<number, number>;
  readonly registers: Values[][]; // by process
  readonly cells: Values[];
  grew: boolean;
}

/** By process and instruction: the cells that its address can name; undefined when any. */
export type Reach = readonly (readonly (readonly number[] | undefined)[])[];

/** The cells that each access of `program` can reach. Linear in the code times the height of the sets. */
export function reachOf(program: Program): Reach {
  const known = knownOf(program);
  return program.processes.map(({ code }, process) =>
    code.map((instruction) => ('address' in instruction ? cellsOf(known, process, instruction.address) : undefined)),
  );
}

/** The values that each cell can ever have; undefined where they are not few. */
export function valuesOfCells(program: Program): readonly Values[] {
  return knownOf(program).cells;
}

function knownOf(program: Program): Known {
  const known: Known = {
    program,
    cellAt: new Map(program.cells.map((cell, index) => [cell.address, index])),
    registers: program.processes.map(({ registers }) => new Array<Values>(registers).fill(new Set([0]))),
    cells: program.cells.map(({ init }) => new Set([init | 0])),
    grew: true,
  };
  while (known.grew) {
    known.grew = false;
    for (const [process, { code }] of program.processes.entries())
      for (const instruction of code) follow(known, process, instruction);
  }
  return known;
}

/** Adds what one instruction puts into its register and its cell. */
function follow(known: Known, process: number, instruction: Instruction): void {
  const value = (expr: Expr): Values => valuesOf(known, process, expr);
  switch (instruction.op) {
    case 'set':
      into(known, process, instruction.dst, value(instruction.value));
      return;
    case 'choose':
      into(known, process, instruction.dst, new Set(instruction.values.map((one) => one | 0)));
      return;
    case 'load':
      into(known, process, instruction.dst, read(known, process, instruction.address, instruction.mask));
      return;
    case 'store':
      store(known, process, instruction.address, value(instruction.value));
      return;
    case 'rmw': {
      const { dst, address, fn, operand, mask } = instruction;
      const old = read(known, process, address, undefined);
      if (dst !== undefined) into(known, process, dst, read(known, process, address, mask));
      store(known, process, address, fn === 'xchg' ? value(operand) : product(old, value(operand), OPERATION[fn]));
      return;
    }
    case 'cmpxchg':
      into(known, process, instruction.dst, read(known, process, instruction.address, undefined));
      store(known, process, instruction.address, value(instruction.desired));
      return;
    case 'add-unless':
      into(known, process, instruction.dst, TRUTH);
      store(
        known,
        process,
        instruction.address,
        product(read(known, process, instruction.address, undefined), value(instruction.operand), OPERATION.add),
      );
      return;
    case 'try-bits':
      into(known, process, instruction.dst, TRUTH);
      store(known, process, instruction.address, undefined);
      return;
    case 'await':
      if (instruction.take) store(known, process, instruction.address, undefined);
      return;
    case 'trylock':
    case 'is-locked':
      into(known, process, instruction.dst, TRUTH);
      return;
    default:
      // an index of srcu_read_lock()
      if ('dst' in instruction && instruction.dst !== undefined) into(known, process, instruction.dst, undefined);
  }
}

const TRUTH: Values = new Set([0, 1]);

const OPERATION = {
  or: (a: number, b: number) => a | b,
  and: (a: number, b: number) => a & b,
  andnot: (a: number, b: number) => a & ~b,
  xor: (a: number, b: number) => a ^ b,
  add: (a: number, b: number) => (a + b) | 0,
} as const;

/** The two sets as one; the first of them when nothing is added. */
function union(a: Values, b: Values): Values {
  if (a === undefined || b === undefined) return undefined;
  let all: Set<number> | undefined;
  for (const one of b) {
    if (a.has(one)) continue;
    all ??= new Set(a);
    all.add(one);
  }
  if (all === undefined) return a;
  return all.size > MOST ? undefined : all;
}

function product(a: Values, b: Values, by: (a: number, b: number) => number): Values {
  if (a === undefined || b === undefined) return undefined;
  const all = new Set<number>();
  for (const one of a)
    for (const other of b) {
      try {
        all.add(by(one, other));
      } catch (error) {
        if (!(error instanceof Undefined)) throw error;
      }
      if (all.size > MOST) return undefined;
    }
  return all;
}

function valuesOf(known: Known, process: number, expr: Expr): Values {
  switch (expr.kind) {
    case 'const':
      return new Set([expr.value | 0]);
    case 'reg':
      return known.registers[process]![expr.reg];
    case 'unary': {
      const arg = valuesOf(known, process, expr.arg);
      return arg === undefined ? undefined : new Set([...arg].map((one) => unary(expr.op, one)));
    }
    case 'binary':
      return product(valuesOf(known, process, expr.left), valuesOf(known, process, expr.right), (a, b) =>
        binary(expr.op, a, b),
      );
    case 'select':
      return union(valuesOf(known, process, expr.then), valuesOf(known, process, expr.else));
    default:
      return expr satisfies never;
  }
}

function cellsOf(known: Known, process: number, address: Expr): readonly number[] | undefined {
  const addresses = valuesOf(known, process, address);
  if (addresses === undefined) return undefined;
  return [...addresses].flatMap((one) => known.cellAt.get(one) ?? []).sort((a, b) => a - b);
}

function into(known: Known, process: number, register: number, values: Values): void {
  const before = known.registers[process]![register];
  const after = union(before, values);
  if (after === before) return;
  known.registers[process]![register] = after;
  known.grew = true;
}

function store(known: Known, process: number, address: Expr, values: Values): void {
  for (const cell of cellsOf(known, process, address) ?? known.cells.keys()) {
    const after = union(known.cells[cell], values);
    if (after === known.cells[cell]) continue;
    known.cells[cell] = after;
    known.grew = true;
  }
}

function read(known: Known, process: number, address: Expr, mask: number | undefined): Values {
  let all: Values = new Set();
  for (const cell of cellsOf(known, process, address) ?? known.cells.keys()) all = union(all, known.cells[cell]);
  return mask === undefined || mask === 0 ? all : product(all, new Set([mask]), OPERATION.and);
}
