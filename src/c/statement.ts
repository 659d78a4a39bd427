// Lowers C statements: control flow with gotos, loops that run in the checker (nothing is unrolled), declarations.
import type { CExpr, CInitItem, CStmt } from './ast.ts';
import type { CType } from './ctype.ts';
import { isScalar } from './ctype.ts';
import type { Label } from './emit.ts';
import { branch, emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { binary, constant } from './expr.ts';
import { convertValue, copy, lowerCondition, lowerExpr, resolveType, scalar, scalarOf, sourceText, wrapperLeaf, writePlace } from './expression.ts';
import { allocate, leavesOf } from './memory.ts';
import type { Frame, Local, Lvalue, Session, Value } from './session.ts';
import { codePoint, refuse } from './session.ts';

/** Lowers a function body in its frame. Returns jump to the frame's result label. */
export function lowerBody(session: Session, frame: Frame, body: CStmt): void {
  lowerStmt(session, frame, body);
}

/** A GNU statement expression: its value is that of the last expression. */
export function lowerBlockExpression(session: Session, frame: Frame, body: readonly CStmt[]): Value {
  return inScope(frame, () => {
    let value: Value = { kind: 'void' };
    for (const [i, stmt] of body.entries()) {
      if (i === body.length - 1 && stmt.kind === 'expr' && stmt.expr !== undefined) value = lowerExpr(session, frame, stmt.expr);
      else lowerStmt(session, frame, stmt);
    }
    return value;
  });
}

function inScope<T>(frame: Frame, run: () => T): T {
  const outer = frame.scope;
  frame.scope = { names: new Map(), outer };
  const result = run();
  frame.scope = outer;
  return result;
}

/** Puts the site of what follows at an expression, unless the frame's lines are not shown. */
function at(frame: Frame, expr: { readonly start: number; readonly end: number; readonly line: number }): void {
  if (!frame.accessor) frame.site = { line: expr.line, text: sourceText(frame, expr) };
}

function lowerStmt(session: Session, frame: Frame, stmt: CStmt): void {
  const { emitter } = session;
  switch (stmt.kind) {
    case 'block':
      inScope(frame, () => {
        for (const inner of stmt.body) lowerStmt(session, frame, inner);
      });
      return;
    case 'expr':
      if (!emitter.live || stmt.expr === undefined) return;
      at(frame, stmt.expr);
      lowerExpr(session, frame, stmt.expr);
      return;
    case 'decl':
      for (const declared of stmt.vars) declare(session, frame, stmt, declared.name, resolveType(session, frame, declared.type), declared.init);
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
    case 'label':
      place(emitter, labelOf(frame, stmt.name), true);
      if (stmt.body !== undefined) lowerStmt(session, frame, stmt.body);
      return;
    case 'goto':
      at(frame, stmt);
      jump(emitter, codePoint(session, frame), labelOf(frame, stmt.label));
      return;
    case 'return':
      lowerReturn(session, frame, stmt);
      return;
    case 'break':
    case 'continue': {
      const loop =
        stmt.kind === 'break'
          ? frame.loops[frame.loops.length - 1]?.onBreak
          : frame.loops.findLast((one) => one.onContinue !== undefined)?.onContinue;
      if (loop === undefined) return void refuse(session, frame, stmt.kind, 'expected a loop around it');
      jump(emitter, codePoint(session, frame), loop);
      return;
    }
    default:
      return stmt satisfies never;
  }
}

/**
 * A label of the function. It is taken as reachable wherever it stands: a goto may follow in the text.
 * Over-approximates: text after a label that no reachable goto names is lowered too (it may be refused needlessly).
 */
function labelOf(frame: Frame, name: string): Label {
  let label = frame.labels.get(name);
  if (label === undefined) {
    label = newLabel();
    frame.labels.set(name, label);
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
    const body = newLabel();
    const onContinue = newLabel();
    const test = newLabel();
    const onBreak = newLabel();
    if (stmt.kind === 'for' && stmt.init !== undefined) lowerStmt(session, frame, stmt.init);
    const reachable = emitter.live;
    if (stmt.kind !== 'do') place(emitter, test);
    const cond = stmt.cond;
    if (stmt.kind !== 'do' && emitter.live) {
      if (cond !== undefined) {
        at(frame, cond);
        lowerCondition(session, frame, cond, body, onBreak);
      }
    }
    place(emitter, body, cond === undefined || stmt.kind === 'do' ? reachable : false);
    frame.loops.push({ onBreak, onContinue });
    lowerStmt(session, frame, stmt.body);
    frame.loops.pop();
    place(emitter, onContinue);
    if (stmt.kind === 'do') {
      if (emitter.live && cond !== undefined) {
        at(frame, cond);
        lowerCondition(session, frame, cond, body, onBreak);
      }
    } else if (emitter.live) {
      if (stmt.kind === 'for' && stmt.step !== undefined) {
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
  if (stmt.body.kind !== 'block') return void refuse(session, frame, 'switch', 'expected a block after switch (...)');
  if (!emitter.live) return;
  at(frame, stmt.value);
  const value = copy(session, frame, scalarOf(session, frame, lowerExpr(session, frame, stmt.value)));
  const end = newLabel();
  const cases = stmt.body.body.map((one) => ({ stmt: one, label: newLabel() }));
  let fallback = end;
  for (const { stmt: one, label } of cases) {
    if (one.kind !== 'case') continue;
    if (one.value === undefined) {
      fallback = label;
      continue;
    }
    const next = newLabel();
    const match = binary('==', value, scalarOf(session, frame, lowerExpr(session, frame, one.value)));
    branch(emitter, codePoint(session, frame), match, label, next);
    place(emitter, next);
  }
  jump(emitter, codePoint(session, frame), fallback);
  frame.loops.push({ onBreak: end, onContinue: undefined });
  inScope(frame, () => {
    for (const { stmt: one, label } of cases) {
      place(emitter, label);
      if (one.kind === 'case') for (const inner of one.body) lowerStmt(session, frame, inner);
      else lowerStmt(session, frame, one);
    }
  });
  frame.loops.pop();
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
      emit(emitter, codePoint(session, frame), { op: 'set', dst: result.register, value: scalarOf(session, frame, converted) });
    }
  }
  if (result === undefined) emit(emitter, codePoint(session, frame), { op: 'end' });
  else jump(emitter, codePoint(session, frame), result.label);
}

// ---------------------------------------------------------------- declarations

function declare(session: Session, frame: Frame, stmt: CStmt, name: string, type: CType, init: CExpr | undefined): void {
  const { emitter } = session;
  if (stmt.kind === 'decl' && stmt.isStatic) refuse(session, frame, name, 'expected a local of automatic storage; static locals are not modelled');
  const length = type.kind === 'array' && type.length === 0 && init?.kind === 'init-list' ? init.items.length : undefined;
  const full: CType = type.kind === 'array' && length !== undefined ? { ...type, length } : type;
  const address = full.kind === 'array' ? allocate(session.memory, `${session.processName}.${name}`, full, session.layouts).address : undefined;
  const registers = new Map<number, number>();
  const scalarLocal = isScalar(full) || wrapperLeaf(session, full) !== undefined;
  if (scalarLocal) registers.set(0, freshRegister(emitter));
  const local: Local = { name, type: full, registers, address };
  frame.scope.names.set(name, { kind: 'local', local });
  if (init === undefined || !emitter.live) return;
  if (!frame.accessor) frame.site = { line: stmt.line, text: `${name} = ${sourceText(frame, init)}` };
  if (init.kind === 'init-list') {
    initialise(session, frame, local, init.items);
    return;
  }
  if (!frame.accessor) frame.site = { line: init.line, text: frame.site.text };
  const value = lowerExpr(session, frame, init);
  if (value.kind === 'reference') {
    frame.scope.names.set(name, { kind: 'value', value: { ...value, type: full } });
    return;
  }
  writePlace(session, frame, whole(local), convertValue(session, frame, value, full), 'plain');
}

function whole(local: Local): Lvalue {
  if (local.address !== undefined) {
    return { kind: 'memory', address: constant(local.address), type: local.type, touch: { kind: 'address', address: local.address } };
  }
  return { kind: 'local', local, offset: 0, type: local.type };
}

/** `= { ... }` on a local: named fields get their values, everything else 0. */
function initialise(session: Session, frame: Frame, local: Local, items: readonly CInitItem[]): void {
  const given = new Map<number, CExpr>();
  collect(session, frame, local.type, items, 0, given);
  for (const leaf of leavesOf(local.type, session.layouts)) {
    const expr = given.get(leaf.offset);
    const value = expr === undefined ? scalar(constant(0), leaf.type) : lowerExpr(session, frame, expr);
    const base = whole(local);
    const target: Lvalue =
      base.kind === 'local'
        ? { ...base, offset: leaf.offset, type: leaf.type }
        : { kind: 'memory', address: binary('+', base.address, constant(leaf.offset)), type: leaf.type, touch: undefined };
    writePlace(session, frame, target, convertValue(session, frame, value, leaf.type), 'plain');
  }
}

/** Offsets and expressions of an initialiser list, designators followed (C11 6.7.9). */
export function collect(session: Session, frame: Frame, type: CType, items: readonly CInitItem[], base: number, into: Map<number, CExpr>): void {
  const fields = type.kind === 'struct' ? (session.layouts.layout(type.name)?.fields ?? []) : [];
  let next = 0;
  for (const item of items) {
    let target = type;
    let offset = base;
    if (item.designators.length === 0) {
      if (type.kind === 'array') {
        offset += next * session.layouts.sizeOf(type.of);
        target = type.of;
      } else if (type.kind === 'struct') {
        const field = fields[next];
        if (field === undefined) refuse(session, frame, frame.site.text, 'expected no more initialisers than fields');
        offset += field.offset;
        target = field.type;
      }
      next++;
    }
    for (const designator of item.designators) {
      if ('field' in designator) {
        const field = target.kind === 'struct' ? session.layouts.field(target.name, designator.field) : undefined;
        if (field === undefined) return void refuse(session, frame, `.${designator.field}`, 'expected a field of the object that is initialised');
        if (target === type) next = fields.indexOf(field) + 1;
        offset += field.offset;
        target = field.type;
      } else {
        const index = scalarOf(session, frame, lowerExpr(session, frame, designator.index));
        if (index.kind !== 'const' || target.kind !== 'array') return void refuse(session, frame, frame.site.text, 'expected a constant index of an array');
        offset += index.value * session.layouts.sizeOf(target.of);
        if (target === type) next = index.value + 1;
        target = target.of;
      }
    }
    if (item.value.kind === 'init-list') collect(session, frame, target, item.value.items, offset, into);
    else into.set(offset, item.value);
  }
}
