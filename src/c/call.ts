// Lowers calls: builtins, macros by name, and the inlining of every helper that is met.

import type { Expr } from '../types.ts';
import { writePlace } from './access.ts';
import { assignedNames } from './assigned.ts';
import type { CExpr, CFunction } from './ast.ts';
import { lowerBuiltin } from './builtins.ts';
import { convertFunction } from './convert.ts';
import type { CType } from './ctype.ts';
import { INT } from './ctype.ts';
import { copyLeaves } from './declaration.ts';
import { branch, emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { binary, constant, register } from './expr.ts';
import { lowerExpr, sourceText, typeOfOperand } from './expression.ts';
import type { Definition } from './file-index.ts';
import { parse, problems } from './grammar.ts';
import { localPlace } from './lvalue.ts';
import type { FoundMacro } from './macro-call.ts';
import { lowerMacro } from './macro-call.ts';
import { allocate } from './memory.ts';
import { SyntaxRefusal } from './reader.ts';
import type { Binding, Frame, Local, Session, Value } from './session.ts';
import { codePoint, lineOf, lookup, objectNamed, placeOf, putInMemory, refuse, resolveCallee } from './session.ts';
import { lowerBody } from './statement.ts';
import { convertValue, copy, scalar, scalarOf } from './value.ts';

export { expandMacro } from './macro-call.ts';

const MAX_DEPTH = 32; // calls and macros inside each other
const MAX_CODE = 30_000; // instructions of one process
const MAX_FUNCTION = 120_000; // characters

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

// ---------------------------------------------------------------- inlining

/** Inlines a function: fresh locals, parameters that are never assigned bound to the caller's operands. */
function inline(session: Session, frame: Frame, definition: Definition, args: readonly CExpr[]): Value {
  if (frame.depth > MAX_DEPTH)
    return refuse(session, frame, `${definition.name}()`, `expected at most ${MAX_DEPTH} nested calls`);
  for (let at: Frame | undefined = frame; at !== undefined; at = at.caller) {
    if (at.name === definition.name && at.file === definition.file && !at.accessor) {
      return refuse(
        session,
        frame,
        `${definition.name}()`,
        'expected no recursion; a row in rules/primitives.h or in the scenario would admit it',
      );
    }
  }
  if (session.emitter.drafts.length > MAX_CODE) {
    return refuse(session, frame, `${definition.name}()`, `expected at most ${MAX_CODE} instructions in one process`);
  }
  const fn = functionOf(session, definition, frame);
  const accessor = definition.generated || session.accessorFiles.some((pattern) => pattern.test(definition.file));
  const names = new Map<string, Binding>();
  const assigned = assignedNames(session, { ...frame, file: definition.file, macro: undefined }, fn);
  if (args.length < fn.params.length || (args.length > fn.params.length && !fn.variadic)) {
    return refuse(session, frame, `${fn.name}()`, `expected ${fn.params.length} arguments, found ${args.length}`);
  }
  const values = args.map((arg, i) => {
    const param = fn.params[i];
    const value = lowerExpr(session, frame, arg);
    if (param === undefined) return undefined;
    const type = parameterType(session.layouts.resolve(param.type));
    return { param, type, value: convertValue(session, frame, value, type) };
  });
  for (const bound of values) {
    if (bound === undefined || bound.param.name === '') continue;
    const { param, type, value } = bound;
    const key = `${definition.file} ${definition.name} ${param.name}`;
    names.set(param.name, bindParameter(session, frame, param.name, type, value, assigned.has(param.name), key));
  }
  const returns = session.layouts.resolve(fn.returns);
  const label = newLabel();
  const inner: Frame = {
    name: fn.name,
    file: definition.file,
    key: '',
    macro: undefined,
    accessor,
    caller: frame,
    depth: frame.depth + 1,
    slice: (start, end) => definition.text.slice(start, end),
    firstLine: definition.line,
    scope: { names, outer: undefined },
    jumps: { named: new Map(), labels: [], forced: new Set() },
    loops: [],
    result: { label, register: undefined, type: returns },
    site: { line: definition.line + fn.line - 1, text: fn.name },
  };
  if (!accessor) session.used.functions.set(fn.name, placeOf(session, inner, inner.site.line));
  const direct = onlyReturn(fn.body);
  if (direct !== undefined) {
    if (!accessor) inner.site = { line: lineOf(inner, direct), text: sourceText(inner, direct) };
    const value = lowerExpr(session, inner, direct);
    if (value.kind === 'void' && returns.kind !== 'void') scalarOf(session, inner, value); // refuses
    return convertValue(session, inner, value, returns);
  }
  lowerBody(session, inner, fn.body);
  place(session.emitter, label);
  if (returns.kind === 'void') return { kind: 'void' };
  const held = inner.result?.register;
  return scalar(held === undefined ? constant(0) : register(held), returns);
}

/** The expression of a function whose body is a single return. */
function onlyReturn(body: CFunction['body']): CExpr | undefined {
  const first = body.body[0];
  return body.body.length === 1 && first?.kind === 'return' ? first.value : undefined;
}

/** A parameter of array type is a pointer (C11 6.7.6.3). */
function parameterType(type: CType): CType {
  return type.kind === 'array' ? { kind: 'pointer', to: type.of } : type;
}

function bindParameter(
  session: Session,
  frame: Frame,
  name: string,
  type: CType,
  value: Value,
  assigned: boolean,
  key: string,
): Binding {
  if (value.kind === 'void') return refuse(session, frame, name, 'expected an argument with a value');
  if (value.kind === 'reference') {
    if (!assigned) return { kind: 'value', value };
    return putInMemory(
      session,
      frame,
      value.local,
      'expected a parameter that is not assigned; it holds the address of a local variable',
    );
  }
  if (value.kind === 'aggregate') return { kind: 'local', local: copyOfStruct(session, frame, name, value) };
  if (!assigned) return { kind: 'value', value: { ...value, expr: copy(session, frame, value.expr), type } };
  if (session.escaped.has(key)) {
    const { address } = allocate(session.memory, `${session.processName}.${name}`, type, session.layouts);
    const local: Local = { name, type, registers: new Map(), address, key };
    writePlace(session, frame, localPlace(local), value, 'plain');
    return { kind: 'local', local };
  }
  const dst = freshRegister(session.emitter);
  emit(session.emitter, codePoint(session, frame), { op: 'set', dst, value: value.expr });
  return { kind: 'local', local: { name, type, registers: new Map([[0, dst]]), address: undefined, key } };
}

/** A struct that is passed by value: the callee has its own. */
function copyOfStruct(
  session: Session,
  frame: Frame,
  name: string,
  value: Value & { readonly kind: 'aggregate' },
): Local {
  const local: Local = { name, type: value.type, registers: new Map(), address: undefined };
  copyLeaves(session, frame, value, local, 0);
  return local;
}

/**
 * The parsed function, cached by its text: lines and offsets are relative to it, so that a function which only moved is
 * not parsed again. Refuses a function with a syntax error, naming the line.
 */
export function functionOf(session: Session, definition: Definition, frame: Frame): CFunction {
  const cached = session.parsed.functions.get(definition.text);
  if (cached !== undefined) return cached;
  const at = (line: number): Frame => ({
    ...frame,
    file: definition.file,
    site: { line: definition.line + line - 1, text: definition.name },
  });
  if (definition.text.length > MAX_FUNCTION) {
    return refuse(session, at(1), `${definition.name}()`, `expected a function of at most ${MAX_FUNCTION} characters`);
  }
  const parsed = parse(definition.text, 0, 1);
  const node = parsed.root.namedChildren.find((child) => child?.type === 'function_definition');
  const problem = problems(parsed, parsed.root)[0];
  if (node === null || node === undefined || problem !== undefined) {
    return refuse(
      session,
      at(problem?.line ?? 1),
      `${definition.name}()`,
      `expected C that can be read, found a syntax error at ${problem?.found ?? 'its start'}`,
    );
  }
  try {
    const fn = convertFunction(parsed, node);
    session.parsed.functions.set(definition.text, fn);
    return fn;
  } catch (error) {
    if (!(error instanceof SyntaxRefusal)) throw error;
    return refuse(
      session,
      at(error.line),
      `${definition.name}()`,
      `expected C that can be lowered, found ${error.found}`,
    );
  }
}
