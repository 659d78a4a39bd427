// What one instruction of a schedule does to a word, for replay.ts: values of expressions and accesses. Nothing of the engines is used.
import type { Expr, Instruction } from '../types.ts';

export type Access = Extract<Instruction, { address: Expr }>;

/** What a cell holds that was freed: no 32-bit word. */
export const GONE = 2 ** 32 + 1;

/** Value of an expression over registers; throws RangeError on a division by zero. */
export function evaluate(e: Expr, regs: readonly number[]): number {
  if (e.kind === 'const') return e.value | 0;
  if (e.kind === 'reg') return regs[e.reg]!;
  if (e.kind === 'select') return evaluate(evaluate(e.cond, regs) !== 0 ? e.then : e.else, regs);
  const x = evaluate(e.kind === 'unary' ? e.arg : e.left, regs);
  if (e.kind === 'unary') return e.op === '!' ? Number(x === 0) : e.op === '-' ? (0 - x) | 0 : ~x;
  const y = evaluate(e.right, regs);
  if ((e.op === '/' || e.op === '%') && y === 0) throw new RangeError('division by zero');
  const sums = { '+': x + y, '-': x - y, '*': Math.imul(x, y), '/': Math.trunc(x / y), '%': x % y };
  const bits = { '&': x & y, '|': x | y, '^': x ^ y, '<<': x << y, '>>': x >> y };
  const tests = { '==': x === y, '!=': x !== y, '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y };
  return Number({ ...sums, ...bits, ...tests }[e.op]) | 0;
}

/** The word after an access to a word `old` by the lock owner number `me`, and what a register gets from it. */
export function wordAfter(i: Access, old: number, me: number, regs: readonly number[]): [number, number?] {
  const bits = 'mask' in i && i.mask !== undefined && i.mask !== 0 ? i.mask : -1;
  const arg = (e: Expr): number => evaluate(e, regs);
  if (i.op === 'load') return [old, old & bits];
  if (i.op === 'store') return [arg(i.value)];
  if (i.op === 'is-locked') return [old, Number(old !== 0)];
  if (i.op === 'cmpxchg') {
    const desired = arg(i.desired); // also where it is not stored: C evaluates all arguments
    return [old === arg(i.expected) ? desired : old, old];
  }
  if (i.op === 'add-unless') {
    const sum = (old + arg(i.operand)) | 0;
    return old === arg(i.unless) ? [old, 0] : [sum, 1];
  }
  if (i.op === 'try-bits') return (old & i.mask) === 0 ? [old | i.mask, 1] : [old, 0];
  if (i.op === 'trylock') return old === 0 ? [me, 1] : [old, 0];
  if (i.op === 'await') return [i.take ? old | i.mask : old];
  if (i.op === 'free') return [GONE];
  if (i.op !== 'rmw') return [i.op === 'lock' ? me : i.op === 'unlock' ? 0 : old];
  const x = arg(i.operand);
  const words = { or: old | x, andnot: old & ~x, and: old & x, xor: old ^ x, add: (old + x) | 0, xchg: x };
  return [words[i.fn], old & bits];
}
