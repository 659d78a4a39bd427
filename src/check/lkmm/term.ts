// Values that may depend on reads which do not have their value yet: a read that committed to a later write.
import type { BinaryOp, Expr, UnaryOp } from '../../types.ts';
import { binary, unary } from '../arithmetic.ts';

/** An expression over reads of the graph, by event. */
export type Term =
  | { readonly kind: 'read'; readonly event: number }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly arg: Value }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Value; readonly right: Value }
  | { readonly kind: 'select'; readonly cond: Value; readonly then: Value; readonly else: Value };

/** A 32-bit number, or an expression over reads. */
export type Value = number | Term;

/** `op` on values; stays an expression while a read is open. */
export function combine(op: BinaryOp, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return binary(op, left, right);
  return { kind: 'binary', op, left, right };
}

/** Value of an expression over registers. */
export function evaluate(expr: Expr, registers: readonly Value[]): Value {
  switch (expr.kind) {
    case 'const':
      return expr.value | 0;
    case 'reg':
      return registers[expr.reg]!;
    case 'unary': {
      const arg = evaluate(expr.arg, registers);
      return typeof arg === 'number' ? unary(expr.op, arg) : { kind: 'unary', op: expr.op, arg };
    }
    case 'binary':
      return combine(expr.op, evaluate(expr.left, registers), evaluate(expr.right, registers));
    case 'select': {
      const cond = evaluate(expr.cond, registers);
      if (typeof cond === 'number') return evaluate(cond !== 0 ? expr.then : expr.else, registers);
      return { kind: 'select', cond, then: evaluate(expr.then, registers), else: evaluate(expr.else, registers) };
    }
    default:
      return expr satisfies never;
  }
}

/** `value` with what is known of its reads put in: a number when all of them are. `known` answers undefined for an open read. */
export function reduce(value: Value, known: (event: number) => number | undefined): Value {
  if (typeof value === 'number') return value;
  switch (value.kind) {
    case 'read':
      return known(value.event) ?? value;
    case 'unary': {
      const arg = reduce(value.arg, known);
      return typeof arg === 'number' ? unary(value.op, arg) : value;
    }
    case 'binary': {
      const left = reduce(value.left, known);
      const right = reduce(value.right, known);
      return typeof left === 'number' && typeof right === 'number' ? binary(value.op, left, right) : value;
    }
    case 'select': {
      const cond = reduce(value.cond, known);
      return typeof cond === 'number' ? reduce(cond !== 0 ? value.then : value.else, known) : value;
    }
    default:
      return value satisfies never;
  }
}
