// The arguments of builtins: values, places, plain words and constants.
import type { Expr, Order } from '../types.ts';
import { touch, wrapperLeaf } from './access.ts';
import type { CExpr } from './ast.ts';
import type { CType } from './ctype.ts';
import { VOID } from './ctype.ts';
import { lowerExpr, sourceText } from './expression.ts';
import { deref } from './lvalue.ts';
import type { Frame, Lvalue, Session } from './session.ts';
import { putInMemory, refuse, writtenAs } from './session.ts';
import { scalarOf } from './value.ts';

const ORDERS = new Set(['plain', 'once', 'relaxed', 'acquire', 'release', 'mb']);

/** The argument at `index`. Refuses a call without it. */
export function arg(session: Session, frame: Frame, args: readonly CExpr[], index: number): CExpr {
  const found = args[index];
  if (found === undefined) return refuse(session, frame, frame.site.text, `expected at least ${index + 1} arguments`);
  return found;
}

/** The scalar value of the argument at `index`. */
export function valueArg(session: Session, frame: Frame, args: readonly CExpr[], index: number): Expr {
  return scalarOf(session, frame, lowerExpr(session, frame, arg(session, frame, args, index)));
}

/** An argument that is a plain word, also through macro parameters: an order, a fence, a type. */
export function nameArg(session: Session, frame: Frame, expr: CExpr | undefined): string {
  const found = expr === undefined ? undefined : writtenAs(frame, expr).expr;
  if (found?.kind === 'name') return found.name;
  return refuse(session, frame, frame.site.text, 'expected a plain word as argument');
}

/** An argument that names a member, `a.b[2]`, also through macro parameters. */
export function memberArg(session: Session, frame: Frame, args: readonly CExpr[], index: number): string {
  const { expr, owner } = writtenAs(frame, arg(session, frame, args, index));
  return sourceText(owner, expr).replace(/\s/g, '');
}

/** An LKMM order tag. */
export function orderArg(session: Session, frame: Frame, expr: CExpr | undefined): Order {
  const word = nameArg(session, frame, expr);
  if (!ORDERS.has(word)) return refuse(session, frame, word, `expected an order (${[...ORDERS].join(', ')})`);
  return word as Order;
}

/** An argument whose value is known while lowering: a mask, a bit number. */
export function constantArg(session: Session, frame: Frame, expr: CExpr | undefined): number {
  if (expr === undefined) return refuse(session, frame, frame.site.text, 'expected a constant argument');
  const value = scalarOf(session, frame, lowerExpr(session, frame, expr));
  if (value.kind !== 'const')
    return refuse(
      session,
      frame,
      sourceText(frame, expr),
      'expected a constant; a bit number that is computed is not modelled',
    );
  return value.value;
}

/** The place that a pointer argument points to. */
export function pointerArg(session: Session, frame: Frame, expr: CExpr | undefined): Lvalue {
  if (expr === undefined) return refuse(session, frame, frame.site.text, 'expected a pointer argument');
  return deref(session, frame, lowerExpr(session, frame, expr), sourceText(frame, expr));
}

/** The address of a place that other processes can see; a local has none. */
export function memoryAddress(session: Session, frame: Frame, at: Lvalue): Expr {
  if (at.kind === 'local')
    return putInMemory(session, frame, at.local, 'expected memory; the operation is applied to a local variable');
  touch(session, at);
  return at.address;
}

/** The scalar that an operation on a place of this type gives. */
export function scalarType(session: Session, type: CType): CType {
  return wrapperLeaf(session, type) ?? (type.kind === 'void' ? VOID : type);
}
