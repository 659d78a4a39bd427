// Lowers calls: builtins, macros by name, and the inlining of every helper that is met.
import type { Expr } from '../types.ts';
import type { CExpr } from './ast.ts';
import { lowerBuiltin } from './builtins.ts';
import { resolveCallee } from './callee.ts';
import type { CType } from './ctype.ts';
import { INT } from './ctype.ts';
import { branch, emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { binary, constant, register } from './expr.ts';
import { lowerExpr, sourceText, typeOfOperand } from './expression.ts';
import { functionOf, inline } from './inline.ts';
import type { FoundMacro } from './macro-call.ts';
import { lowerMacro } from './macro-call.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, lineOf, lookup, objectNamed, refuse } from './session.ts';
import { convertValue, copy, scalar, scalarOf } from './value.ts';

export { expandMacro } from './macro-call.ts';

const MAX_DEPTH = 32; // calls and macros inside each other

/** Lowers a call to its value. */
export function lowerCall(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'call' }): Value {
  const kept = frame.site;
  if (!frame.accessor) frame.site = { line: lineOf(frame, expr), text: sourceText(frame, expr) };
  const value = dispatch(session, frame, expr);
  frame.site = kept;
  return value;
}

/** Lowers an object-like macro, used at offset `start` of its text. */
export function lowerObjectMacro(session: Session, frame: Frame, macro: FoundMacro, start: number): Value {
  return lowerMacro(session, frame, macro, [], start);
}

function dispatch(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'call' }): Value {
  const target = calleeOf(session, frame, expr.callee);
  return typeof target === 'string'
    ? callNamed(session, frame, expr, target, 0)
    : callThrough(session, frame, expr, target);
}

/**
 * A call through a pointer that is known only when it runs: one branch for each function of such parameters whose address
 * was taken so far. Another value of the pointer fails an assert, and the process stops.
 */
function callThrough(
  session: Session,
  frame: Frame,
  expr: CExpr & { readonly kind: 'call' },
  target: { readonly expr: Expr; readonly words: string },
): Value {
  const types = expr.args.map((arg) => typeOfOperand(session, frame, arg));
  const candidates = [...session.functionNames].filter(([, name]) => takes(session, frame, name, types));
  const { emitter } = session;
  const held = copy(session, frame, target.expr);
  const result = freshRegister(emitter);
  const end = newLabel();
  let type: CType | undefined;
  for (const [id, name] of candidates) {
    const then = newLabel();
    const next = newLabel();
    branch(emitter, codePoint(session, frame), binary('==', held, constant(id)), then, next);
    place(emitter, then);
    const value = callNamed(session, frame, expr, name, 0);
    if (value.kind === 'scalar') {
      type = value.type;
      emit(emitter, codePoint(session, frame), { op: 'set', dst: result, value: value.expr });
    } else if (value.kind !== 'void') {
      return refuse(session, frame, target.words, 'expected a function that gives a scalar or nothing');
    }
    jump(emitter, codePoint(session, frame), end);
    place(emitter, next);
  }
  const names = candidates.map(([, name]) => name).join(', ') || 'whose address the scenario takes';
  const what = `${target.words} is one of the functions ${names}`;
  emit(emitter, codePoint(session, frame), { op: 'assert', cond: constant(0), what });
  emit(emitter, codePoint(session, frame), { op: 'stop', why: what });
  place(emitter, end);
  if (candidates.length === 0) return scalar(constant(0), INT); // never reached
  return type === undefined ? { kind: 'void' } : scalar(register(result), type);
}

/** Whether `name` is a function that is not being inlined already, and arguments of these types are passed to it. */
function takes(session: Session, frame: Frame, name: string, types: readonly CType[]): boolean {
  const callee = resolveCallee(session, frame, name);
  if (callee.kind !== 'function') return false;
  for (let at: Frame | undefined = frame; at !== undefined; at = at.caller) if (at.name === name) return false;
  const { params } = functionOf(session, callee.definition, frame);
  return (
    params.length === types.length &&
    params.every((param, i) => mayPass(types[i] ?? INT, session.layouts.resolve(param.type)))
  );
}

/** False for pointers to two different structs: the other function is of another type then. */
function mayPass(given: CType, wanted: CType): boolean {
  if (given.kind !== 'pointer' || wanted.kind !== 'pointer') return true;
  return given.to.kind !== 'struct' || wanted.to.kind !== 'struct' || given.to.name === wanted.to.name;
}

function callNamed(
  session: Session,
  frame: Frame,
  expr: CExpr & { readonly kind: 'call' },
  name: string,
  renamed: number,
): Value {
  const builtin = lowerBuiltin(session, frame, name, expr.args);
  if (builtin !== undefined) return builtin;
  const callee = resolveCallee(session, frame, name);
  switch (callee.kind) {
    case 'macro': {
      if (callee.layer === 'scenario') session.used.declared.set(name, `${name}(...) is ${callee.macro.body}`);
      if (callee.layer === 'primitives') session.used.rows.add(name);
      return lowerMacro(session, frame, callee, expr.args, expr.start);
    }
    case 'function':
      if (callee.layer === 'primitives') session.used.rows.add(name);
      return inline(session, frame, callee.definition, expr.args);
    case 'ignored':
      session.used.rows.add(name);
      for (const arg of expr.args) if (hasEffect(arg)) lowerExpr(session, frame, arg);
      return { kind: 'void' };
    case 'renamed':
      if (renamed > 8)
        return refuse(session, frame, `${name}()`, 'expected a function, found names that stand for each other');
      if (callee.layer === 'primitives') session.used.rows.add(name);
      if (callee.layer === 'scenario') session.used.declared.set(name, callee.name);
      return callNamed(session, frame, expr, callee.name, renamed + 1);
    case 'ambiguous':
      return refuse(
        session,
        frame,
        `${name}()`,
        `expected one definition, found static functions of that name in ${callee.files.join(', ')}`,
      );
    case 'unknown': {
      // `(byte)(x)` reads as a call of byte; only the definitions know that it is a type.
      const [arg, ...others] = expr.args;
      const type =
        arg !== undefined && others.length === 0 ? session.layouts.resolve({ kind: 'base', words: [name] }) : undefined;
      if (arg !== undefined && type !== undefined && type.kind !== 'opaque')
        return convertValue(session, frame, lowerExpr(session, frame, arg), type);
      return refuseUnknown(session, frame, name);
    }
    default:
      return callee satisfies never;
  }
}

const LEFT_OUT = /^(\w+)_is_not_modelled$/; // how a row of primitives.h says that its callee is left out on purpose

function refuseUnknown(session: Session, frame: Frame, name: string): never {
  const leftOut = LEFT_OUT.exec(name)?.[1];
  const callee = leftOut ?? name;
  const why =
    leftOut === undefined
      ? `expected a definition in the source, found none; a row \`#define ${callee}(...)\` in rules/primitives.h or in the scenario would admit it`
      : `expected a row, found that rules/primitives.h leaves it out on purpose; a row \`#define ${callee}(...)\` in the scenario would admit it`;
  refuse(session, frame, `${callee}()`, why);
}

/** The function a callee expression names: directly, through macro parameters, or by a pointer; else the pointer. */
function calleeOf(
  session: Session,
  frame: Frame,
  callee: CExpr,
): string | { readonly expr: Expr; readonly words: string } {
  let at = callee;
  let owner = frame;
  for (let i = 0; i < MAX_DEPTH && at.kind === 'name'; i++) {
    const binding = lookup(owner, at.name);
    if (binding?.kind === 'alias') {
      at = binding.expr;
      owner = binding.frame;
      continue;
    }
    if (binding !== undefined || objectNamed(session, owner, at.name) !== undefined) break;
    return at.name;
  }
  const target = scalarOf(session, frame, lowerExpr(session, owner, at));
  const name = target.kind === 'const' ? session.functionNames.get(target.value) : undefined;
  if (name !== undefined) return name;
  if (target.kind !== 'const') return { expr: target, words: sourceText(owner, at) };
  return refuse(
    session,
    frame,
    sourceText(owner, at),
    'expected a function pointer with a known value; the scenario must bind it',
  );
}

/** Whether evaluating an expression may do more than read. */
function hasEffect(node: unknown): boolean {
  if (node === null || typeof node !== 'object') return false;
  if (Array.isArray(node)) return node.some(hasEffect);
  const { kind } = node as { readonly kind?: string };
  if (kind === 'call' || kind === 'assign' || kind === 'update' || kind === 'block') return true;
  if (kind === 'sizeof') return false;
  return Object.values(node).some((value) => typeof value === 'object' && hasEffect(value));
}
