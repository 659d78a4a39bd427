// Conditions: short circuits as control flow, conditions as values, and the conditional operator.

import { wrapperLeaf } from './access.ts';
import type { CExpr } from './ast.ts';
import type { CType } from './ctype.ts';
import { INT, printType } from './ctype.ts';
import type { Label } from './emit.ts';
import { branch, emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { constant, register, truth } from './expr.ts';
import { lowerExpr, sourceText, typeOfOperand } from './expression.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, LoweringRefusal, putInMemory, refuse } from './session.ts';
import { commonType, convertValue, decayed, scalar, scalarOf, typeOf } from './value.ts';

/** Lowers a condition with its short circuits: control goes to `then` or `otherwise`. */
export function lowerCondition(session: Session, frame: Frame, expr: CExpr, then: Label, otherwise: Label): void {
  const { emitter } = session;
  if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) {
    const middle = newLabel();
    if (expr.op === '&&') lowerCondition(session, frame, expr.left, middle, otherwise);
    else lowerCondition(session, frame, expr.left, then, middle);
    place(emitter, middle);
    if (emitter.live) lowerCondition(session, frame, expr.right, then, otherwise);
    return;
  }
  if (expr.kind === 'unary' && expr.op === '!') {
    lowerCondition(session, frame, expr.arg, otherwise, then);
    return;
  }
  const value = lowerExpr(session, frame, expr);
  const cond = value.kind === 'reference' ? constant(1) : truth(scalarOf(session, frame, value));
  branch(emitter, codePoint(session, frame), cond, then, otherwise);
}

/** A condition as a value 0 or 1. */
export function conditionValue(session: Session, frame: Frame, expr: CExpr): Value {
  const { emitter } = session;
  const then = newLabel();
  const otherwise = newLabel();
  const end = newLabel();
  lowerCondition(session, frame, expr, then, otherwise);
  if (!otherwise.used) {
    place(emitter, then);
    return scalar(constant(1), INT);
  }
  if (!then.used) {
    place(emitter, otherwise);
    return scalar(constant(0), INT);
  }
  const result = freshRegister(emitter);
  place(emitter, then);
  emit(emitter, codePoint(session, frame), { op: 'set', dst: result, value: constant(1) });
  jump(emitter, codePoint(session, frame), end);
  place(emitter, otherwise);
  emit(emitter, codePoint(session, frame), { op: 'set', dst: result, value: constant(0) });
  place(emitter, end);
  return scalar(register(result), INT);
}

/** `cond ? a : b`, and the GNU form `a ?: b`, which evaluates a once. */
export function lowerConditional(
  session: Session,
  frame: Frame,
  expr: CExpr & { readonly kind: 'conditional' },
): Value {
  const { emitter } = session;
  const then = newLabel();
  const otherwise = newLabel();
  const end = newLabel();
  const first = expr.then === undefined ? lowerExpr(session, frame, expr.cond) : undefined;
  if (first === undefined) lowerCondition(session, frame, expr.cond, then, otherwise);
  else
    branch(
      emitter,
      codePoint(session, frame),
      first.kind === 'reference' ? constant(1) : truth(scalarOf(session, frame, first)),
      then,
      otherwise,
    );
  const arms: Value[] = [];
  const result = freshRegister(emitter);
  const arm = (label: Label, lower: () => Value): void => {
    place(emitter, label);
    if (!emitter.live) return;
    const value = lower();
    if (value.kind === 'scalar' || (value.kind === 'aggregate' && isOneWord(session, value))) {
      emit(emitter, codePoint(session, frame), { op: 'set', dst: result, value: scalarOf(session, frame, value) });
    }
    arms.push(value);
    jump(emitter, codePoint(session, frame), end);
  };
  arm(then, () => first ?? lowerExpr(session, frame, expr.then ?? expr.cond));
  arm(otherwise, () => lowerExpr(session, frame, expr.else));
  const missing = arms.length !== 1 ? undefined : then.used ? expr.else : (expr.then ?? expr.cond);
  place(emitter, end);
  return joined(
    session,
    frame,
    expr,
    arms,
    result,
    missing === undefined ? undefined : typeOfUnreached(session, frame, missing),
  );
}

/**
 * The type of the arm that is never taken: it takes part in the type of the whole. Undefined when it cannot be read.
 * Misses: an arm with a call, because what an arm calls that is never taken must not count as lowered.
 */
function typeOfUnreached(session: Session, frame: Frame, expr: CExpr): CType | undefined {
  if (hasCall(expr)) return undefined;
  try {
    const type = decayed(typeOfOperand(session, frame, expr));
    return type.kind === 'int' ? type : undefined;
  } catch (error) {
    if (error instanceof LoweringRefusal) return undefined;
    throw error;
  }
}

function hasCall(node: unknown): boolean {
  if (node === null || typeof node !== 'object') return false;
  if (Array.isArray(node)) return node.some(hasCall);
  const { kind } = node as { readonly kind?: string };
  return (
    kind === 'call' ||
    kind === 'block' ||
    Object.values(node).some((value) => typeof value === 'object' && hasCall(value))
  );
}

function isOneWord(session: Session, value: Value & { readonly kind: 'aggregate' }): boolean {
  return value.type.kind === 'array' || wrapperLeaf(session, value.type) !== undefined;
}

/** The value behind both arms. One reachable arm gives its own value, so a constant choice stays constant. */
function joined(
  session: Session,
  frame: Frame,
  expr: CExpr,
  arms: readonly Value[],
  result: number,
  unreached: CType | undefined,
): Value {
  const [one, other] = arms;
  if (one === undefined) return scalar(constant(0), INT); // nothing arrives here
  if (other === undefined && one.kind !== 'scalar') return one;
  if (one.kind === 'void' || other?.kind === 'void') return { kind: 'void' };
  for (const arm of arms) {
    if (arm.kind === 'reference') {
      return putInMemory(
        session,
        frame,
        arm.local,
        'expected values in both arms; one is the address of a local variable',
      );
    }
    if (arm.kind === 'aggregate' && !isOneWord(session, arm)) {
      return refuse(
        session,
        frame,
        sourceText(frame, expr),
        `expected scalars in both arms, found ${printType(arm.type)}`,
      );
    }
  }
  const a = decayed(typeOf(one));
  const b = other === undefined ? unreached : decayed(typeOf(other));
  const type = b === undefined || a.kind === 'struct' ? a : commonType(a, b);
  return convertValue(
    session,
    frame,
    scalar(other === undefined && one.kind === 'scalar' ? one.expr : register(result), type),
    type,
  );
}
