// What instructions do to words and registers: expressions, and the effect of one access.
import type { Expr, Instruction } from '../types.ts';
import { binary, unary } from './arithmetic.ts';
import { wordMask } from './footprint.ts';
import { FREED } from './program.ts';

/** Value of an expression; throws `Undefined` on a division by zero. */
export function value(expr: Expr, registers: Int32Array): number {
  switch (expr.kind) {
    case 'const':
      return expr.value | 0;
    case 'reg':
      return registers[expr.reg]!;
    case 'unary':
      return unary(expr.op, value(expr.arg, registers));
    case 'binary':
      return binary(expr.op, value(expr.left, registers), value(expr.right, registers));
    case 'select':
      return value(value(expr.cond, registers) !== 0 ? expr.then : expr.else, registers);
    default:
      return expr satisfies never;
  }
}

/** True for instructions that x86 runs only with an empty store buffer: LOCK-prefixed ones, and a store that is followed by a barrier. */
export function drains(instruction: Instruction): boolean {
  switch (instruction.op) {
    case 'rmw':
    case 'cmpxchg':
    case 'add-unless':
    case 'try-bits':
    case 'lock':
    case 'trylock':
    case 'free':
      return true;
    case 'await':
      return instruction.take;
    case 'store':
      return instruction.order === 'mb';
    default:
      return false;
  }
}

/** New word and register value of an access to a word `old` by the lock owner number `me`. */
export function effect(
  instruction: Extract<Instruction, { address: Expr }>,
  old: number,
  first: number,
  second: number,
  me: number,
): { after: number; read?: number } {
  switch (instruction.op) {
    case 'load':
      return { after: old, read: old & wordMask(instruction.mask) };
    case 'store':
      return { after: first };
    case 'rmw':
      return { after: rmw(instruction.fn, old, first), read: old & wordMask(instruction.mask) };
    case 'cmpxchg':
      return { after: old === first ? second : old, read: old };
    case 'add-unless':
      return old === second ? { after: old, read: 0 } : { after: (old + first) | 0, read: 1 };
    case 'try-bits':
      return (old & instruction.mask) === 0 ? { after: old | instruction.mask, read: 1 } : { after: old, read: 0 };
    case 'await':
      return { after: instruction.take ? old | instruction.mask : old };
    case 'lock':
      return { after: me };
    case 'trylock':
      return old === 0 ? { after: me, read: 1 } : { after: old, read: 0 };
    case 'is-locked':
      return { after: old, read: old === 0 ? 0 : 1 };
    case 'free':
      return { after: FREED };
    case 'unlock':
      return { after: 0 };
    case 'assert-held':
      return { after: old };
    default:
      return instruction satisfies never;
  }
}

function rmw(fn: Extract<Instruction, { op: 'rmw' }>['fn'], old: number, operand: number): number {
  switch (fn) {
    case 'or':
      return old | operand;
    case 'andnot':
      return old & ~operand;
    case 'and':
      return old & operand;
    case 'xor':
      return old ^ operand;
    case 'add':
      return (old + operand) | 0;
    case 'xchg':
      return operand;
    default:
      return fn satisfies never;
  }
}

/** True for an access that leaves its word as it is. */
export function onlyReads(instruction: Instruction): boolean {
  const { op } = instruction;
  if (op === 'await') return !instruction.take;
  return op === 'load' || op === 'is-locked' || op === 'assert-held';
}

/** True when the access cannot go on with this word. */
export function isWaiting(instruction: Instruction, word: number): boolean {
  if (instruction.op === 'lock') return word !== 0;
  return instruction.op === 'await' && (word & instruction.mask) !== (instruction.value | 0);
}
