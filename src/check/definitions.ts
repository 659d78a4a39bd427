// Definitions of registers, as long as they hold: `r5 = r4` lets a test of r5 narrow r4.
import type { Expr } from '../types.ts';
import { registersOf } from './program.ts';
import type { Value } from './values.ts';

/** Gives a register a value that no longer follows from its definition. */
export function assign(
  register: number,
  value: Value,
  registers: Map<number, Value>,
  definitions: Map<number, Expr>,
): void {
  registers.set(register, value);
  forget(register, definitions);
}

/** Drops what was known through a register that changes. */
export function forget(register: number, definitions: Map<number, Expr>): void {
  for (const [defined, expr] of definitions) {
    if (defined === register || reads(expr, register)) definitions.delete(defined);
  }
}

/** Keeps that a register equals an expression, unless the expression reads it. */
export function define(register: number, expr: Expr, definitions: Map<number, Expr>): void {
  if (expr.kind !== 'const' && !reads(expr, register)) definitions.set(register, expr);
}

const registersRead = new WeakMap<Expr, ReadonlySet<number>>();

function reads(expr: Expr, register: number): boolean {
  let used = registersRead.get(expr);
  if (used === undefined) {
    const fresh = new Set<number>();
    registersOf(expr, fresh);
    registersRead.set(expr, fresh);
    used = fresh;
  }
  return used.has(register);
}
