// Expressions with what is known of their registers put in.
import type { Expr } from '../../types.ts';
import { binary, Undefined, unary } from '../arithmetic.ts';
import { constant } from './builder.ts';

/**
 * `expr` with the known registers replaced: a constant when all of them are known. A division by zero is left as it stands.
 * Nothing that was read is dropped, so that dependencies stay.
 */
export function simplified(expr: Expr, known: readonly (number | undefined)[]): Expr {
  switch (expr.kind) {
    case 'const':
      return constant(expr.value);
    case 'reg': {
      const value = known[expr.reg];
      return value === undefined ? expr : constant(value);
    }
    case 'unary': {
      const arg = simplified(expr.arg, known);
      return arg.kind === 'const' ? constant(unary(expr.op, arg.value)) : { ...expr, arg };
    }
    case 'binary': {
      const left = simplified(expr.left, known);
      const right = simplified(expr.right, known);
      if (left.kind !== 'const' || right.kind !== 'const') return { ...expr, left, right };
      return quotient(() => constant(binary(expr.op, left.value, right.value)), { ...expr, left, right });
    }
    case 'select': {
      const cond = simplified(expr.cond, known);
      if (cond.kind === 'const') return simplified(cond.value === 0 ? expr.else : expr.then, known);
      return { ...expr, cond, then: simplified(expr.then, known), else: simplified(expr.else, known) };
    }
    default:
      return expr satisfies never;
  }
}

function quotient(value: () => Expr, otherwise: Expr): Expr {
  try {
    return value();
  } catch (error) {
    if (error instanceof Undefined) return otherwise;
    throw error;
  }
}
