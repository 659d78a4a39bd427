// Lowers C statements: control flow with gotos, loops that run in the checker (nothing is unrolled), declarations.
import type { CExpr, CStmt } from './ast.ts';
import { lowerCondition } from './condition.ts';
import { declare } from './declaration.ts';
import type { Label } from './emit.ts';
import { emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { lowerExpr, sourceText } from './expression.ts';
import { enterGuard, guardOf, leaveScope, leaveScopes, refuseHeldGuard } from './guard.ts';
import { isLoopBody } from './iterate.ts';
import { lowerLoop, lowerSwitch } from './loop.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, lineOf, refuse } from './session.ts';
import { declaringMacro, lowerIteration } from './statement-macro.ts';
import { convertValue, scalarOf } from './value.ts';

const MAX_CODE = 30_000; // instructions of one process

/**
 * Lowers a function body in its frame. Returns jump to the frame's result label. Text that nothing reaches is left out;
 * when a later goto turns out to reach it, the body is lowered once more with that label known to be reached. Ends
 * after at most as many rounds as the function has labels, because what is reached only grows.
 */
export function lowerBody(session: Session, frame: Frame, body: CStmt): void {
  const { emitter, touches } = session;
  const before = {
    drafts: emitter.drafts.length,
    touches: touches.length,
    live: emitter.live,
    result: frame.result?.register,
  };
  for (;;) {
    lowerStmt(session, frame, body);
    const late = frame.jumps.labels.filter((label) => label.used && label.dead);
    const missing = [...frame.jumps.named].find(([, label]) => label.used && label.at < 0);
    if (missing !== undefined) refuse(session, frame, missing[0], `expected a label ${missing[0]} in the function`);
    if (late.length === 0) return;
    for (const label of late) frame.jumps.forced.add(label.key);
    frame.jumps.named.clear();
    frame.jumps.labels.length = 0;
    emitter.drafts.length = before.drafts;
    emitter.live = before.live;
    touches.length = before.touches;
    if (frame.result !== undefined) frame.result.register = before.result;
  }
}

/** A label that a later jump may go back to. */
export function backLabel(frame: Frame, key: string): Label {
  const label = newLabel(`${frame.key}:${key}`);
  frame.jumps.labels.push(label);
  return label;
}

/** Places a label that a later jump may go back to: reached text is lowered after it. */
export function placeBack(session: Session, frame: Frame, label: Label): void {
  place(session.emitter, label, frame.jumps.forced.has(label.key));
}

/** A GNU statement expression: its value is that of the last expression. */
export function lowerBlockExpression(session: Session, frame: Frame, body: readonly CStmt[]): Value {
  return inScope(frame, () => {
    let value: Value = { kind: 'void' };
    for (const [i, stmt] of body.entries()) {
      if (i === body.length - 1 && stmt.kind === 'expr' && stmt.expr !== undefined)
        value = lowerExpr(session, frame, stmt.expr);
      else lowerStmt(session, frame, stmt);
    }
    return value;
  });
}

/** Runs `run` in a block of its own; at its end the guards of the block are given back. */
export function inScope<T>(frame: Frame, run: () => T): T {
  const outer = frame.scope;
  frame.scope = { names: new Map(), outer, leave: [] };
  const result = run();
  leaveScope(frame.scope);
  frame.scope = outer;
  return result;
}

/** Puts the site of what follows at an expression, unless the frame's lines are not shown. */
export function at(frame: Frame, expr: { readonly start: number; readonly end: number; readonly line: number }): void {
  if (!frame.accessor) frame.site = { line: lineOf(frame, expr), text: sourceText(frame, expr) };
}

/** Lowers one statement. Throws LoweringRefusal for what is unknown. */
export function lowerStmt(session: Session, frame: Frame, stmt: CStmt): void {
  const { emitter } = session;
  if (emitter.drafts.length > MAX_CODE)
    refuse(session, frame, frame.name, `expected at most ${MAX_CODE} instructions in one process`);
  switch (stmt.kind) {
    case 'block':
      inScope(frame, () => {
        for (const inner of stmt.body) lowerStmt(session, frame, inner);
      });
      return;
    case 'expr':
      if (frame.body !== undefined && isLoopBody(stmt)) {
        const { site } = frame.body.frame;
        lowerIn(session, frame.body.frame, frame.scope, frame.body.stmt);
        frame.body.frame.site = site;
        return;
      }
      if (stmt.expr === undefined) return;
      if (declaringMacro(session, frame, stmt.expr)) return;
      if (!emitter.live) return;
      at(frame, stmt.expr);
      lowerExpression(session, frame, stmt.expr);
      return;
    case 'iterate':
      lowerIteration(session, frame, stmt);
      return;
    case 'decl':
      for (const declared of stmt.vars) declare(session, frame, stmt, declared);
      return;
    case 'if':
      lowerIf(session, frame, stmt);
      return;
    case 'while':
    case 'do':
    case 'for':
      lowerLoop(session, frame, stmt);
      return;
    case 'switch':
      lowerSwitch(session, frame, stmt);
      return;
    case 'case':
      refuse(session, frame, 'case', 'expected case labels directly inside their switch');
      return;
    case 'label': {
      const label = labelOf(frame, stmt.name);
      if (label.at >= 0) refuse(session, frame, stmt.name, `expected one label ${stmt.name} in the function`);
      placeBack(session, frame, label);
      if (stmt.body !== undefined) lowerStmt(session, frame, stmt.body);
      return;
    }
    case 'goto':
      at(frame, stmt);
      refuseHeldGuard(session, frame);
      jump(emitter, codePoint(session, frame), labelOf(frame, stmt.label));
      return;
    case 'return':
      lowerReturn(session, frame, stmt);
      return;
    case 'break':
    case 'continue': {
      const loop =
        stmt.kind === 'break'
          ? frame.loops[frame.loops.length - 1]
          : frame.loops.findLast((one) => one.onContinue !== undefined);
      const to = stmt.kind === 'break' ? loop?.onBreak : loop?.onContinue;
      if (loop === undefined || to === undefined) refuse(session, frame, stmt.kind, 'expected a loop around it');
      leaveScopes(frame, loop.scope);
      jump(emitter, codePoint(session, frame), to);
      return;
    }
    default:
      stmt satisfies never;
  }
}

/** Lowers a statement in `frame` as if it stood in `scope`. */
function lowerIn(session: Session, frame: Frame, scope: Frame['scope'], stmt: CStmt): void {
  const outer = frame.scope;
  frame.scope = scope;
  inScope(frame, () => lowerStmt(session, frame, stmt));
  frame.scope = outer;
}

/** An expression whose value is not used; `guard(...)(...)` holds a lock until the block ends. */
function lowerExpression(session: Session, frame: Frame, expr: CExpr): void {
  const guard = guardOf(expr);
  if (guard === undefined) lowerExpr(session, frame, expr);
  else enterGuard(session, frame, guard.name, guard.args);
}

function labelOf(frame: Frame, name: string): Label {
  let label = frame.jumps.named.get(name);
  if (label === undefined) {
    label = backLabel(frame, `goto ${name}`);
    frame.jumps.named.set(name, label);
  }
  return label;
}

function lowerIf(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'if' }): void {
  const { emitter } = session;
  const then = newLabel();
  const otherwise = newLabel();
  const end = newLabel();
  if (emitter.live) {
    at(frame, stmt.cond);
    lowerCondition(session, frame, stmt.cond, then, otherwise);
  }
  place(emitter, then);
  lowerStmt(session, frame, stmt.then);
  if (stmt.else === undefined) {
    place(emitter, otherwise);
    return;
  }
  jump(emitter, codePoint(session, frame), end);
  place(emitter, otherwise);
  lowerStmt(session, frame, stmt.else);
  place(emitter, end);
}

function lowerReturn(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'return' }): void {
  const { emitter } = session;
  if (!emitter.live) return;
  at(frame, stmt.value ?? stmt);
  const result = frame.result;
  if (stmt.value !== undefined) {
    const value = lowerExpr(session, frame, stmt.value);
    if (result !== undefined && result.type.kind !== 'void') {
      const converted = convertValue(session, frame, value, result.type);
      result.register ??= freshRegister(emitter);
      emit(emitter, codePoint(session, frame), {
        op: 'set',
        dst: result.register,
        value: scalarOf(session, frame, converted),
      });
    }
  }
  leaveScopes(frame, undefined);
  if (result === undefined) emit(emitter, codePoint(session, frame), { op: 'end' });
  else jump(emitter, codePoint(session, frame), result.label);
}
