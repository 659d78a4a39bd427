// Lowers C statements: control flow with gotos, loops that run in the checker (nothing is unrolled), declarations.
import type { CExpr, CStmt } from './ast.ts';
import { lowerCondition } from './condition.ts';
import { declare } from './declaration.ts';
import type { Label } from './emit.ts';
import { branch, emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { binary } from './expr.ts';
import { lowerExpr, sourceText } from './expression.ts';
import { argumentsOf, enterGuard, guardOf, leaveScope, leaveScopes, refuseHeldGuard, scopedGuard } from './guard.ts';
import { expandLoop, isLoopBody } from './iterate.ts';
import type { Expansion } from './macro-call.ts';
import { expandText, macroBody } from './macro-call.ts';
import type { Macro } from './preprocess.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, LoweringRefusal, lineOf, lookup, refuse, resolveCallee } from './session.ts';
import { convertValue, copy, promoted, scalarOf, typeOf } from './value.ts';

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
function backLabel(frame: Frame, key: string): Label {
  const label = newLabel(`${frame.key}:${key}`);
  frame.jumps.labels.push(label);
  return label;
}

function placeBack(session: Session, frame: Frame, label: Label): void {
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

function inScope<T>(frame: Frame, run: () => T): T {
  const outer = frame.scope;
  frame.scope = { names: new Map(), outer, leave: [] };
  const result = run();
  leaveScope(frame.scope);
  frame.scope = outer;
  return result;
}

/** Puts the site of what follows at an expression, unless the frame's lines are not shown. */
function at(frame: Frame, expr: { readonly start: number; readonly end: number; readonly line: number }): void {
  if (!frame.accessor) frame.site = { line: lineOf(frame, expr), text: sourceText(frame, expr) };
}

function lowerStmt(session: Session, frame: Frame, stmt: CStmt): void {
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

function lowerIteration(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'iterate' }): void {
  if (!frame.accessor) frame.site = { line: lineOf(frame, stmt), text: `${stmt.macro}(${stmt.args.join(',')})` };
  const guard = scopedGuard(stmt);
  if (guard !== undefined) {
    lowerScopedGuard(session, frame, stmt, guard);
    return;
  }
  inScope(frame, () => {
    const loop = session.emitter.live
      ? expandLoop(session, frame, stmt)
      : orDead(() => expandLoop(session, frame, stmt));
    if (loop === undefined) lowerStmt(session, frame, stmt.body);
    else lowerStmt(session, { ...loop.frame, body: { frame, stmt: stmt.body } }, loop.template);
  });
}

/** What dead text cannot be refused for. */
function orDead<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof LoweringRefusal) return undefined;
    throw error;
  }
}

/** `scoped_guard(name, args) body`: a loop that runs once, for `break`. */
function lowerScopedGuard(
  session: Session,
  frame: Frame,
  stmt: CStmt & { readonly kind: 'iterate' },
  [name = '', ...args]: readonly string[],
): void {
  const onBreak = newLabel();
  const { scope } = frame;
  inScope(frame, () => {
    const call = argumentsOf(session, frame, name.trim(), args);
    if (session.emitter.live) enterGuard(session, frame, call.name, call.args);
    frame.loops.push({ onBreak, onContinue: onBreak, scope });
    lowerStmt(session, frame, stmt.body);
    frame.loops.pop();
  });
  place(session.emitter, onBreak);
}

/** A macro that declares a variable, used as a statement: it is declared here. False when it is none. */
function declaringMacro(session: Session, frame: Frame, expr: CExpr): boolean {
  if (!isMacroCall(expr) || lookup(frame, expr.callee.name) !== undefined) return false;
  const { name } = expr.callee;
  const callee = resolveCallee(session, frame, name);
  if (callee.kind !== 'macro') return false;
  if (!frame.accessor) frame.site = { line: lineOf(frame, expr), text: sourceText(frame, expr) };
  const expand = (): Expansion => expandText(session, frame, callee, expr.args, expr.start);
  const expansion = session.emitter.live ? orDeclaresNothing(session, callee.macro, expand) : orDead(expand);
  if (expansion?.kind !== 'expression') return false;
  const inner = { ...expansion.frame, scope: frame.scope };
  if (isMacroCall(expansion.body)) {
    if (!declaringMacro(session, inner, expansion.body)) return false;
  } else {
    const { body } = expansion;
    if (body.kind !== 'block' || body.bare !== true || !body.body.some((one) => one.kind === 'decl')) return false;
    for (const one of body.body) lowerStmt(session, inner, one);
  }
  if (callee.layer === 'primitives') session.used.rows.add(name);
  if (callee.layer === 'scenario') session.used.declared.set(name, `${name}(...) is ${callee.macro.body}`);
  return true;
}

type MacroCall = CExpr & { readonly kind: 'call'; readonly callee: CExpr & { readonly kind: 'name' } };

/** A call of a name in capitals, as macros are written that declare. */
function isMacroCall(expr: CExpr | undefined): expr is MacroCall {
  return expr?.kind === 'call' && expr.callee.kind === 'name' && /^_*[A-Z][A-Z0-9_]*$/.test(expr.callee.name);
}

/** Only text that may declare is expanded here: a declaration, or one more macro call and nothing else. */
function orDeclaresNothing(session: Session, macro: Macro, expand: () => Expansion): Expansion | undefined {
  const body = macroBody(session, macro);
  if (body === 'empty') return undefined;
  return body === 'text' || (body.kind === 'block' && body.bare === true) || isMacroCall(body) ? expand() : undefined;
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

function lowerLoop(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'while' | 'do' | 'for' }): void {
  const { emitter } = session;
  inScope(frame, () => {
    const body = backLabel(frame, `body ${stmt.start}`);
    const test = backLabel(frame, `test ${stmt.start}`);
    const onContinue = newLabel();
    const onBreak = newLabel();
    const condition = (): void => {
      if (!emitter.live || stmt.cond === undefined) return;
      at(frame, stmt.cond);
      lowerCondition(session, frame, stmt.cond, body, onBreak);
    };
    if (stmt.kind === 'for' && stmt.init !== undefined) lowerStmt(session, frame, stmt.init);
    if (stmt.kind !== 'do') {
      placeBack(session, frame, test);
      condition();
    }
    placeBack(session, frame, body);
    frame.loops.push({ onBreak, onContinue, scope: frame.scope });
    lowerStmt(session, frame, stmt.body);
    frame.loops.pop();
    place(emitter, onContinue);
    if (stmt.kind === 'do') condition();
    else {
      if (emitter.live && stmt.kind === 'for' && stmt.step !== undefined) {
        at(frame, stmt.step);
        lowerExpr(session, frame, stmt.step);
      }
      jump(emitter, codePoint(session, frame), test);
    }
    place(emitter, onBreak);
  });
}

function lowerSwitch(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'switch' }): void {
  const { emitter } = session;
  if (stmt.body.kind !== 'block') refuse(session, frame, 'switch', 'expected a block after switch (...)');
  const end = newLabel();
  const cases = stmt.body.body.map((one) => ({ stmt: one, label: newLabel() }));
  if (emitter.live) dispatchSwitch(session, frame, stmt, cases, end);
  frame.loops.push({ onBreak: end, onContinue: undefined, scope: frame.scope });
  inScope(frame, () => {
    for (const { stmt: one, label } of cases) {
      if (one.kind === 'case') {
        place(emitter, label);
        for (const inner of one.body) lowerStmt(session, frame, inner);
      } else lowerStmt(session, frame, one);
    }
  });
  frame.loops.pop();
  place(emitter, end);
}

function dispatchSwitch(
  session: Session,
  frame: Frame,
  stmt: CStmt & { readonly kind: 'switch' },
  cases: readonly { readonly stmt: CStmt; readonly label: Label }[],
  end: Label,
): void {
  const { emitter } = session;
  at(frame, stmt.value);
  const value = lowerExpr(session, frame, stmt.value);
  const held = copy(session, frame, scalarOf(session, frame, value));
  const seen = new Set<number>();
  let fallback = end;
  for (const { stmt: one, label } of cases) {
    if (one.kind !== 'case') continue;
    if (one.value === undefined) {
      fallback = label;
      continue;
    }
    const constantOf = scalarOf(
      session,
      frame,
      convertValue(session, frame, lowerExpr(session, frame, one.value), promoted(typeOf(value))),
    );
    if (constantOf.kind !== 'const')
      refuse(session, frame, sourceText(frame, one.value), 'expected a constant after case');
    if (seen.has(constantOf.value)) refuse(session, frame, sourceText(frame, one.value), 'expected each case once');
    seen.add(constantOf.value);
    const next = newLabel();
    branch(emitter, codePoint(session, frame), binary('==', held, constantOf), label, next);
    place(emitter, next);
  }
  jump(emitter, codePoint(session, frame), fallback);
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
