// Runs one process of a program alone, step by step: the second road beside gcc for what the lowering gives.
import type { Expr, Instruction, Program } from '../../src/types.ts';

/** What a run left behind. */
export interface Run {
  readonly memory: ReadonlyMap<string, number>; // 'object.field' -> value
  readonly asserts: readonly string[]; // those that failed, in order
  readonly end: 'end' | 'stop' | 'fault' | 'fuel';
}

/** Runs process `index` of `program` from its initial cells, with `inputs` ('object' or 'object.field') laid over them. */
export function run(program: Program, inputs: Readonly<Record<string, number>> = {}, index = 0): Run {
  const code = program.processes[index]?.code ?? [];
  const nameOf = (cell: { object: string; field: string }) =>
    cell.field === '' ? cell.object : `${cell.object}.${cell.field}`;
  const memory = new Map(program.cells.map((cell) => [cell.address, inputs[nameOf(cell)] ?? cell.init]));
  const registers = new Int32Array(program.processes[index]?.registers ?? 0);
  const asserts: string[] = [];
  let end: Run['end'] = 'fuel';
  let pc = 0;
  for (let steps = 0; steps < 100_000; steps++) {
    const ins = code[pc];
    if (ins === undefined || ins.op === 'end' || ins.op === 'stop') {
      end = ins?.op === 'stop' ? 'stop' : 'end';
      break;
    }
    const next = step(ins, pc, memory, registers, asserts);
    if (next === undefined) {
      end = 'fault';
      break;
    }
    pc = next;
  }
  return { memory: new Map(program.cells.map((cell) => [nameOf(cell), memory.get(cell.address) ?? 0])), asserts, end };
}

/** Executes one instruction; the next pc, or undefined for an access to no cell. */
function step(
  ins: Instruction,
  pc: number,
  memory: Map<number, number>,
  regs: Int32Array,
  asserts: string[],
): number | undefined {
  const value = (expr: Expr): number => evaluate(expr, regs);
  if ('address' in ins && !memory.has(value(ins.address))) return undefined;
  const address = 'address' in ins ? value(ins.address) : 0;
  const old = memory.get(address) ?? 0;
  switch (ins.op) {
    case 'set':
      regs[ins.dst] = value(ins.value);
      break;
    case 'load':
      regs[ins.dst] = (ins.mask ?? 0) === 0 ? old : old & (ins.mask ?? 0);
      break;
    case 'store':
      memory.set(address, value(ins.value));
      break;
    case 'rmw': {
      memory.set(address, modified(ins.fn, old, value(ins.operand)));
      if (ins.dst !== undefined) regs[ins.dst] = (ins.mask ?? 0) === 0 ? old : old & (ins.mask ?? 0);
      break;
    }
    case 'cmpxchg':
      if (old === value(ins.expected)) memory.set(address, value(ins.desired));
      regs[ins.dst] = old;
      break;
    case 'add-unless':
      regs[ins.dst] = old === value(ins.unless) ? 0 : 1;
      if (old !== value(ins.unless)) memory.set(address, (old + value(ins.operand)) | 0);
      break;
    case 'try-bits':
      regs[ins.dst] = (old & ins.mask) === 0 ? 1 : 0;
      if ((old & ins.mask) === 0) memory.set(address, old | ins.mask);
      break;
    case 'trylock':
      regs[ins.dst] = old === 0 ? 1 : 0;
      if (old === 0) memory.set(address, 1);
      break;
    case 'lock':
      memory.set(address, 1);
      break;
    case 'unlock':
      memory.set(address, 0);
      break;
    case 'await':
      if (ins.take) memory.set(address, old | ins.mask);
      break;
    case 'choose':
      regs[ins.dst] = ins.values[0] ?? 0;
      break;
    case 'assert':
      if (value(ins.cond) === 0) asserts.push(ins.what);
      break;
    case 'branch':
      return value(ins.cond) === 0 ? ins.else : ins.then;
    case 'jump':
      return ins.to;
    default:
      break;
  }
  return pc + 1;
}

function modified(fn: string, old: number, operand: number): number {
  if (fn === 'or') return old | operand;
  if (fn === 'andnot') return old & ~operand;
  if (fn === 'and') return old & operand;
  if (fn === 'xor') return old ^ operand;
  return fn === 'add' ? (old + operand) | 0 : operand;
}

/** The value of an expression over registers, in 32-bit two's complement. */
export function evaluate(expr: Expr, regs: Int32Array): number {
  switch (expr.kind) {
    case 'const':
      return expr.value | 0;
    case 'reg':
      return regs[expr.reg] ?? 0;
    case 'unary': {
      const arg = evaluate(expr.arg, regs);
      return expr.op === '!' ? Number(arg === 0) : expr.op === '-' ? -arg | 0 : ~arg;
    }
    case 'select':
      return evaluate(expr.cond, regs) === 0 ? evaluate(expr.else, regs) : evaluate(expr.then, regs);
    case 'binary':
      return compute(expr.op, evaluate(expr.left, regs), evaluate(expr.right, regs));
    default:
      return expr satisfies never;
  }
}

function compute(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return (a + b) | 0;
    case '-':
      return (a - b) | 0;
    case '*':
      return Math.imul(a, b);
    case '/':
      return b === 0 ? 0 : (a / b) | 0;
    case '%':
      return b === 0 ? 0 : (a % b) | 0;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '<=':
      return Number(a <= b);
    case '>':
      return Number(a > b);
    default:
      return Number(a >= b);
  }
}
