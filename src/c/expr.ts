// Building Expr values, folded as they are made.

import { assert } from '../errors.ts';
import type { BinaryOp, Expr } from '../types.ts';
import { integerOp } from './integer.ts';

/** A constant in 32-bit two's complement. Throws (a bug) for a value no 32-bit word holds. */
export function constant(value: number): Expr {
  assert(Number.isInteger(value), `expected an integer constant, found ${value}`);
  return { kind: 'const', value: value | 0 };
}

export function register(reg: number): Expr {
  return { kind: 'reg', reg };
}

/** Whether a C constant can be held in 32 bits, signed or unsigned. */
export function fits(value: number): boolean {
  return value >= -(2 ** 31) && value < 2 ** 32;
}

const NEUTRAL_ZERO = new Set<string>(['+', '-', '|', '^', '<<', '>>']);
const COMPARISONS = new Set<string>(['==', '!=', '<', '<=', '>', '>=']);

/** Whether the value is known to be 0 or 1. */
export function isBoolean(expr: Expr): boolean {
  if (expr.kind === 'const') return expr.value === 0 || expr.value === 1;
  if (expr.kind === 'unary') return expr.op === '!';
  if (expr.kind === 'binary') return COMPARISONS.has(expr.op);
  if (expr.kind === 'select') return isBoolean(expr.then) && isBoolean(expr.else);
  return false;
}

/** `left op right`, folded where both are constant or one is neutral. */
export function binary(op: BinaryOp, left: Expr, right: Expr): Expr {
  if (left.kind === 'const' && right.kind === 'const') {
    const value = op === '*' ? Math.imul(left.value, right.value) : integerOp(op, left.value, right.value);
    if (value !== undefined) return constant(value | 0);
  }
  if (right.kind === 'const' && right.value === 0 && NEUTRAL_ZERO.has(op)) return left;
  if (left.kind === 'const' && left.value === 0 && (op === '+' || op === '|')) return right;
  if (
    op === '+' &&
    right.kind === 'const' &&
    left.kind === 'binary' &&
    left.op === '+' &&
    left.right.kind === 'const'
  ) {
    return binary('+', left.left, constant(left.right.value + right.value));
  }
  if (op === '&' && right.kind === 'const' && right.value === -1) return left;
  if (op === '*' && right.kind === 'const' && right.value === 1) return left;
  if (op === '!=' && right.kind === 'const' && right.value === 0 && isBoolean(left)) return left;
  return { kind: 'binary', op, left, right };
}

/** `!arg`, folded. */
export function not(arg: Expr): Expr {
  if (arg.kind === 'const') return constant(arg.value === 0 ? 1 : 0);
  if (arg.kind === 'unary' && arg.op === '!' && isBoolean(arg.arg)) return arg.arg;
  return { kind: 'unary', op: '!', arg };
}

/** The truth of a value as 0 or 1. */
export function truth(arg: Expr): Expr {
  return isBoolean(arg) ? arg : binary('!=', arg, constant(0));
}

/** Registers that an expression reads. */
export function registersOf(expr: Expr, into: Set<number> = new Set()): Set<number> {
  switch (expr.kind) {
    case 'const':
      return into;
    case 'reg':
      return into.add(expr.reg);
    case 'unary':
      return registersOf(expr.arg, into);
    case 'binary':
      registersOf(expr.left, into);
      return registersOf(expr.right, into);
    case 'select':
      registersOf(expr.cond, into);
      registersOf(expr.then, into);
      return registersOf(expr.else, into);
    default:
      return expr satisfies never;
  }
}
