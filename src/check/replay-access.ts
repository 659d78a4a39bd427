// What one instruction of a schedule does to a word, for replay.ts: values of expressions and accesses. Nothing of the engines is used.
import type { Expr, Instruction } from '../types.ts';

export type Access = Extract<Instruction, { address: Expr }>;

/** What a cell holds that was freed: no 32-bit word. */
export const GONE = 2 ** 32 + 1;

/** Value of an expression over registers; undefined when a division by zero is met. */
export function evaluate(e: Expr, regs: readonly number[]): number | undefined {
  if (e.kind === 'const') return e.value | 0;
  if (e.kind === 'reg') return regs[e.reg]!;
  if (e.kind === 'select') {
    const cond = evaluate(e.cond, regs);
    return cond === undefined ? undefined : evaluate(cond !== 0 ? e.then : e.else, regs);
  }
  const x = evaluate(e.kind === 'unary' ? e.arg : e.left, regs);
  if (x === undefined) return undefined;
  if (e.kind === 'unary') return e.op === '!' ? Number(x === 0) : e.op === '-' ? (0 - x) | 0 : ~x;
  const y = evaluate(e.right, regs);
  if (y === undefined || ((e.op === '/' || e.op === '%') && y === 0)) return undefined;
  const sums = { '+': x + y, '-': x - y, '*': Math.imul(x, y), '/': Math.trunc(x / y), '%': x % y };
  const bits = { '&': x & y, '|': x | y, '^': x ^ y, '<<': x << y, '>>': x >> y };
  const tests = { '==': x === y, '!=': x !== y, '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y };
  return Number({ ...sums, ...bits, ...tests }[e.op]) | 0;
}

/** The word after an access to a word `old` by the lock owner number `me`, and what a register gets from it. */
export function wordAfter(i: Access, old: number, me: number, arg: (e: Expr) => number): [number, number?] {
  const bits = 'mask' in i && i.mask !== undefined && i.mask !== 0 ? i.mask : -1;
  if (i.op === 'load') return [old, old & bits];
  if (i.op === 'store') return [arg(i.value)];
  if (i.op === 'is-locked') return [old, Number(old !== 0)];
  if (i.op === 'cmpxchg') return [old === arg(i.expected) ? arg(i.desired) : old, old];
  if (i.op === 'add-unless') return old === arg(i.unless) ? [old, 0] : [(old + arg(i.operand)) | 0, 1];
  if (i.op === 'try-bits') return (old & i.mask) === 0 ? [old | i.mask, 1] : [old, 0];
  if (i.op === 'trylock') return old === 0 ? [me, 1] : [old, 0];
  if (i.op === 'await') return [i.take ? old | i.mask : old];
  if (i.op === 'free') return [GONE];
  if (i.op !== 'rmw') return [i.op === 'lock' ? me : i.op === 'unlock' ? 0 : old];
  const x = arg(i.operand);
  const words = { or: old | x, andnot: old & ~x, and: old & x, xor: old ^ x, add: (old + x) | 0, xchg: x };
  return [words[i.fn], old & bits];
}
