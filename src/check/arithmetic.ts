// 32-bit arithmetic of C, as the instructions of a Program have it.
import type { BinaryOp, UnaryOp } from '../types.ts';

/** Thrown when a value divides by zero: that execution is undefined in C. */
export class Undefined extends Error {}

/** `op` applied to 32-bit values; comparisons are signed. Throws Undefined on a division by zero. */
export function binary(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case '+':
      return (a + b) | 0;
    case '-':
      return (a - b) | 0;
    case '*':
      return Math.imul(a, b);
    case '/':
      return (a / nonZero(b)) | 0;
    case '%':
      return (a % nonZero(b)) | 0;
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
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '<':
      return a < b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    default:
      return op satisfies never;
  }
}

function nonZero(value: number): number {
  if (value === 0) throw new Undefined();
  return value;
}

/** `op` applied to a 32-bit value. */
export function unary(op: UnaryOp, a: number): number {
  if (op === '!') return a === 0 ? 1 : 0;
  return op === '-' ? -a | 0 : ~a;
}
