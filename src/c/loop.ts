// Loops and switches. Loops run in the checker: nothing is unrolled.
import type { CStmt } from './ast.ts';
import { lowerCondition } from './condition.ts';
import type { Label } from './emit.ts';
import { branch, jump, newLabel, place } from './emit.ts';
import { binary } from './expr.ts';
import { lowerExpr, sourceText } from './expression.ts';
import type { Frame, Session } from './session.ts';
import { codePoint, refuse } from './session.ts';
import { at, backLabel, inScope, lowerStmt, placeBack } from './statement.ts';
import { convertValue, copy, promoted, scalarOf, typeOf } from './value.ts';

/** Lowers `while`, `do` and `for`: a jump back to the test, with `break` and `continue` as labels. */
export function lowerLoop(
  session: Session,
  frame: Frame,
  stmt: CStmt & { readonly kind: 'while' | 'do' | 'for' },
): void {
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

/** Lowers `switch`: a chain of tests, then the cases as they fall through. Refuses labels in inner blocks. */
export function lowerSwitch(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'switch' }): void {
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
