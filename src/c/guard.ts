// guard(x)(y) and scoped_guard(x, y): locks that the end of a block gives back (include/linux/cleanup.h). The rows
// guard_enter_x and guard_leave_x say what they do.
import type { CExpr, CStmt } from './ast.ts';
import { lowerCall } from './call.ts';
import { resolveCallee } from './callee.ts';
import { textExpression } from './macro-call.ts';
import type { Frame, Scope, Session } from './session.ts';
import { refuse } from './session.ts';

/** `guard(name)(args)`, or undefined for another expression. */
export function guardOf(expr: CExpr): { readonly name: string; readonly args: readonly CExpr[] } | undefined {
  if (expr.kind !== 'call' || expr.callee.kind !== 'call' || expr.callee.callee.kind !== 'name') return undefined;
  const [name] = expr.callee.args;
  return expr.callee.callee.name === 'guard' && name?.kind === 'name'
    ? { name: name.name, args: expr.args }
    : undefined;
}

/** Takes a guard; the end of the innermost block gives it back. Refuses a guard without rows. */
export function enterGuard(session: Session, frame: Frame, name: string, args: readonly CExpr[]): void {
  const { scope } = frame;
  const call = (row: string): void => {
    const span = args[0] ?? { start: 0, end: 0, line: 1 };
    const kept = frame.site;
    const callee: CExpr = { ...span, kind: 'name', name: row };
    lowerCall(session, { ...frame, accessor: true, scope }, { ...span, kind: 'call', callee, args });
    frame.site = kept;
  };
  for (const row of [`guard_enter_${name}`, `guard_leave_${name}`]) {
    if (resolveCallee(session, frame, row).kind === 'unknown')
      refuse(
        session,
        frame,
        `guard(${name})`,
        `expected a guard that is known; rows guard_enter_${name} and guard_leave_${name} in rules/primitives.h would admit it`,
      );
  }
  call(`guard_enter_${name}`);
  scope.leave?.push(() => call(`guard_leave_${name}`));
}

/** Gives back what a scope holds, last taken first. */
export function leaveScope(scope: Scope): void {
  for (const leave of scope.leave?.toReversed() ?? []) leave();
}

/** Gives back what the scopes hold from here out to `until`, which keeps its own. */
export function leaveScopes(frame: Frame, until: Scope | undefined): void {
  for (let scope: Scope | undefined = frame.scope; scope !== undefined && scope !== until; scope = scope.outer)
    leaveScope(scope);
}

/** Refuses a jump out of, or over, a guard that is held: where the label stands is not known yet. */
export function refuseHeldGuard(session: Session, frame: Frame): void {
  for (let scope: Scope | undefined = frame.scope; scope !== undefined; scope = scope.outer)
    if ((scope.leave?.length ?? 0) > 0) refuse(session, frame, 'goto', 'expected no goto while a guard is held');
}

/** The name and the arguments of `scoped_guard(name, args)`, or undefined for another iteration macro. */
export function scopedGuard(stmt: CStmt & { readonly kind: 'iterate' }): readonly string[] | undefined {
  return stmt.macro === 'scoped_guard' && stmt.args.length > 0 ? stmt.args : undefined;
}

/** The arguments of a scoped guard as expressions: they are text between the parentheses. */
export function argumentsOf(
  session: Session,
  frame: Frame,
  name: string,
  args: readonly string[],
): { readonly name: string; readonly args: readonly CExpr[] } {
  const read = args.map((arg) => textExpression(session, arg));
  const [bad] = args.filter((_, i) => read[i] === undefined);
  if (bad !== undefined) refuse(session, frame, `scoped_guard(${name})`, `expected expressions, found ${bad.trim()}`);
  return { name, args: read.filter((arg) => arg !== undefined) };
}
