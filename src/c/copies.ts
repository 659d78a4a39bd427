// Copy propagation over the instructions of one process: a register that holds a constant or another register is
// replaced where that is so on every way to the instruction, loops included (available copies, a forward must-analysis).
import type { Expr, Instruction } from '../types.ts';
import { binary, not, register } from './expr.ts';

type Copy = Instruction & { readonly op: 'set'; readonly value: Expr & { readonly kind: 'const' | 'reg' } };

const MAX_WORK = 8_000_000; // words of the bit sets; beyond it the code is left as it is

/** The code with copies propagated, constants folded, and jumps to a decided branch sent on. Same length and order. */
export function propagateCopies(code: readonly Instruction[]): Instruction[] {
  const copies = code.flatMap((ins, at) => (isCopy(ins) ? [{ at, ins }] : []));
  const words = (copies.length + 31) >>> 5;
  if (copies.length === 0 || words * code.length > MAX_WORK) return [...code];
  const touching = new Map<number, number[]>(); // register -> copies that it is the source or the target of
  const note = (reg: number, index: number): void => {
    const list = touching.get(reg);
    if (list === undefined) touching.set(reg, [index]);
    else list.push(index);
  };
  for (const [index, { ins }] of copies.entries()) {
    note(ins.dst, index);
    if (ins.value.kind === 'reg') note(ins.value.reg, index);
  }
  const byTarget = new Map<number, number[]>();
  for (const [index, { ins }] of copies.entries()) {
    const list = byTarget.get(ins.dst);
    if (list === undefined) byTarget.set(ins.dst, [index]);
    else list.push(index);
  }
  const before = available(code, new Map(copies.map(({ at }, index) => [at, index])), touching, words);
  return code.map((ins, at) => {
    const state = before[at];
    if (state === undefined) return ins;
    const held = (reg: number): Copy['value'] | undefined => {
      const index = byTarget.get(reg)?.find((one) => (((state[one >>> 5] ?? 0) >>> (one & 31)) & 1) === 1);
      return index === undefined ? undefined : copies[index]?.ins.value;
    };
    // A copy of a copy is followed to its source: both hold here.
    const known: Known = (reg) => {
      let value = held(reg);
      for (let hops = 0; hops < 8 && value?.kind === 'reg'; hops++) {
        const next = held(value.reg);
        if (next === undefined) break;
        value = next;
      }
      return value;
    };
    return rewritten(code, ins, known);
  });
}

/** What a register is known to hold: a constant or another register. */
type Known = (reg: number) => Expr | undefined;

function isCopy(ins: Instruction): ins is Copy {
  return ins.op === 'set' && (ins.value.kind === 'const' || (ins.value.kind === 'reg' && ins.value.reg !== ins.dst));
}

/** For each instruction the copies that hold on every way to it; undefined where nothing arrives. */
function available(
  code: readonly Instruction[],
  made: ReadonlyMap<number, number>,
  touching: ReadonlyMap<number, readonly number[]>,
  words: number,
): (Uint32Array | undefined)[] {
  const before: (Uint32Array | undefined)[] = new Array(code.length).fill(undefined);
  before[0] = new Uint32Array(words);
  const queue = [0];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const ins = code[at];
    const state = before[at];
    if (ins === undefined || state === undefined) continue;
    const after = state.slice();
    if ('dst' in ins && ins.dst !== undefined) {
      for (const index of touching.get(ins.dst) ?? [])
        after[index >>> 5] = (after[index >>> 5] ?? 0) & ~(1 << (index & 31));
    }
    const index = made.get(at);
    if (index !== undefined) after[index >>> 5] = (after[index >>> 5] ?? 0) | (1 << (index & 31));
    for (const next of successors(ins, at)) {
      const old = before[next];
      if (old === undefined) before[next] = after.slice();
      else if (!meet(old, after)) continue;
      queue.push(next);
    }
  }
  return before;
}

/** Where control goes from an instruction. */
export function successors(ins: Instruction, at: number): readonly number[] {
  if (ins.op === 'jump') return [ins.to];
  if (ins.op === 'branch') return [ins.then, ins.else];
  return ins.op === 'end' || ins.op === 'stop' ? [] : [at + 1];
}

/** Keeps in `into` what both have; whether anything was lost. */
function meet(into: Uint32Array, other: Uint32Array): boolean {
  let lost = false;
  for (let i = 0; i < into.length; i++) {
    const both = (into[i] ?? 0) & (other[i] ?? 0);
    if (both >>> 0 !== into[i]) lost = true;
    into[i] = both;
  }
  return lost;
}

function rewritten(code: readonly Instruction[], ins: Instruction, known: Known): Instruction {
  switch (ins.op) {
    case 'jump': {
      const to = decided(code, ins.to, known);
      return to === ins.to ? ins : { ...ins, to };
    }
    case 'branch': {
      const cond = replace(ins.cond, known);
      if (cond === ins.cond) return ins;
      if (cond.kind !== 'const') return { ...ins, cond };
      return { op: 'jump', at: ins.at, to: cond.value !== 0 ? ins.then : ins.else };
    }
    default:
      return mapExprs(ins, (expr) => replace(expr, known));
  }
}

/** Where a jump ends up when the branches it meets are decided by what is known. */
function decided(code: readonly Instruction[], start: number, known: Known): number {
  let to = start;
  for (let hops = 0; hops < 100; hops++) {
    const ins = code[to];
    if (ins?.op !== 'branch') return to;
    const cond = replace(ins.cond, known);
    if (cond.kind !== 'const') return to;
    to = cond.value !== 0 ? ins.then : ins.else;
  }
  return start;
}

/** An expression with known registers replaced, folded again; the same object when nothing in it is known. */
function replace(expr: Expr, known: Known): Expr {
  switch (expr.kind) {
    case 'const':
      return expr;
    case 'reg':
      return known(expr.reg) ?? expr;
    case 'unary': {
      const arg = replace(expr.arg, known);
      if (arg === expr.arg) return expr;
      if (expr.op === '!') return not(arg);
      if (arg.kind === 'const') return { kind: 'const', value: (expr.op === '-' ? -arg.value : ~arg.value) | 0 };
      return { ...expr, arg };
    }
    case 'binary': {
      const left = replace(expr.left, known);
      const right = replace(expr.right, known);
      return left === expr.left && right === expr.right ? expr : binary(expr.op, left, right);
    }
    case 'select':
      return {
        ...expr,
        cond: replace(expr.cond, known),
        then: replace(expr.then, known),
        else: replace(expr.else, known),
      };
    default:
      return expr satisfies never;
  }
}

const EXPRESSIONS = [
  'address',
  'value',
  'operand',
  'cond',
  'expected',
  'desired',
  'unless',
  'domain',
  'index',
] as const;

/** An instruction with every expression in it mapped; the same object when nothing changed. */
function mapExprs<I extends Instruction>(ins: I, map: (expr: Expr) => Expr): I {
  let out: Record<string, unknown> | undefined;
  for (const key of EXPRESSIONS) {
    const expr = (ins as unknown as Record<string, unknown>)[key];
    if (expr === undefined || typeof expr !== 'object') continue;
    const mapped = map(expr as Expr);
    if (mapped === expr) continue;
    out ??= { ...ins };
    out[key] = mapped;
  }
  return (out ?? ins) as I;
}

/** The code with its registers numbered 0, 1, ... in the order of the text, and how many there are. `result` stays 0. */
export function renumber(
  code: readonly Instruction[],
  result: number | undefined,
): { readonly code: Instruction[]; readonly registers: number } {
  const numbers = new Map<number, number>(result === undefined ? [] : [[result, 0]]);
  const number = (reg: number): number => {
    const known = numbers.get(reg) ?? numbers.size;
    numbers.set(reg, known);
    return known;
  };
  const rename = (expr: Expr): Expr => {
    switch (expr.kind) {
      case 'const':
        return expr;
      case 'reg':
        return register(number(expr.reg));
      case 'unary':
        return { ...expr, arg: rename(expr.arg) };
      case 'binary':
        return { ...expr, left: rename(expr.left), right: rename(expr.right) };
      case 'select':
        return { ...expr, cond: rename(expr.cond), then: rename(expr.then), else: rename(expr.else) };
      default:
        return expr satisfies never;
    }
  };
  const renamed = code.map((ins) => {
    const mapped = mapExprs(ins, rename);
    return 'dst' in mapped && mapped.dst !== undefined ? { ...mapped, dst: number(mapped.dst) } : mapped;
  });
  return { code: renamed, registers: numbers.size };
}
