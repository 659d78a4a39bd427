// Macros that stand where a statement does: those that iterate, those that guard a block, and those that declare.
import type { CExpr, CStmt } from './ast.ts';
import { resolveCallee } from './callee.ts';
import { newLabel, place } from './emit.ts';
import { sourceText } from './expression.ts';
import { argumentsOf, enterGuard, scopedGuard } from './guard.ts';
import { expandLoop } from './iterate.ts';
import type { Expansion } from './macro-call.ts';
import { expandText, macroBody } from './macro-call.ts';
import type { Macro } from './preprocess.ts';
import type { Frame, Session } from './session.ts';
import { LoweringRefusal, lineOf, lookup } from './session.ts';
import { inScope, lowerStmt } from './statement.ts';

/** Lowers an iteration macro with its body, or `scoped_guard(...)`. Refuses a macro that is not known. */
export function lowerIteration(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'iterate' }): void {
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
export function declaringMacro(session: Session, frame: Frame, expr: CExpr): boolean {
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
