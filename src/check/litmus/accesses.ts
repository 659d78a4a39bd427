// Which accesses to memory an expression makes.
import type { CExpr } from './ast.ts';
import { type Builder, refuse, words } from './builder.ts';
import { macroOf } from './macros.ts';

/**
 * C leaves the order of accesses inside one expression open, and so does herd: only reads without order of their own may stand
 * side by side. Throws Unsupported for the others.
 */
export function oneAccess(builder: Builder, expr: CExpr): void {
  const found: ('load' | 'other')[] = [];
  accesses(expr, found, 0);
  if (found.length > 1 && found.includes('other'))
    refuse(builder, expr.line, words(expr), 'expected one access with order in an expression, found several');
}

/** Whether an expression that stands inside another one touches memory. */
export function accessesMemory(expr: CExpr): boolean {
  const found: ('load' | 'other')[] = [];
  accesses(expr, found, 1);
  return found.length > 0;
}

function accesses(expr: CExpr, into: ('load' | 'other')[], depth: number): void {
  switch (expr.kind) {
    case 'number':
    case 'name':
      return;
    case 'deref':
    case 'index':
      into.push('load');
      accesses(expr.kind === 'deref' ? expr.arg : expr.index, into, depth + 1);
      return;
    case 'address':
      return;
    case 'unary':
      accesses(expr.arg, into, depth + 1);
      return;
    case 'binary':
      accesses(expr.left, into, depth + 1);
      accesses(expr.right, into, depth + 1);
      return;
    case 'select':
      for (const part of [expr.cond, expr.then, expr.else]) accesses(part, into, depth + 1);
      return;
    case 'call': {
      const macro = macroOf(expr.name);
      const isStore = depth === 0 && expr.args.length === 2 && macro?.access === 'other' && STORES.has(expr.name);
      if (macro !== undefined && macro.access !== 'none' && !isStore) into.push(macro.access);
      for (const arg of expr.args) {
        // READ_ONCE(*x) reads x once, not twice
        const inner = arg.kind === 'deref' ? arg.arg : arg.kind === 'index' ? arg.index : arg;
        accesses(inner, into, depth + 1);
      }
      return;
    }
    default:
      expr satisfies never;
  }
}
const STORES = new Set(['WRITE_ONCE', 'smp_store_release', 'rcu_assign_pointer', 'atomic_set', 'atomic_set_release']);
