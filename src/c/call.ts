// Lowers calls: builtins, macros by name, and the inlining of every helper that is met.
import type { CExpr, CFunction, CStmt } from './ast.ts';
import { lowerBuiltin } from './builtins.ts';
import { convertExpression, convertFunction, SyntaxRefusal } from './convert.ts';
import type { CType } from './ctype.ts';
import { INT } from './ctype.ts';
import type { Definition } from './definitions.ts';
import { freshRegister, newLabel, place } from './emit.ts';
import { constant, register } from './expr.ts';
import { convertValue, copy, lowerExpr, scalar, scalarOf, sourceText } from './expression.ts';
import { parse, problems } from './grammar.ts';
import { substitute } from './macro.ts';
import type { Macro } from './preprocess.ts';
import type { Binding, Frame, Local, Scope, Session, Value } from './session.ts';
import { LoweringRefusal, placeOf, refuse, resolveCallee } from './session.ts';
import { lowerBody } from './statement.ts';

const MAX_DEPTH = 24; // inlined calls inside each other
const MAX_CODE = 60_000; // instructions of one process

type FoundMacro = { readonly macro: Macro; readonly file: string };

/** Lowers a call, or (with `expr` undefined) the object-like macro `object`. */
export function lowerCall(
  session: Session,
  frame: Frame,
  expr: (CExpr & { readonly kind: 'call' }) | undefined,
  object?: FoundMacro,
): Value {
  if (expr === undefined) {
    if (object === undefined) return { kind: 'void' };
    return lowerMacro(session, frame, object, []);
  }
  const site = { line: expr.line, text: sourceText(frame, expr) };
  const kept = frame.site;
  if (!frame.accessor) frame.site = site;
  const value = dispatch(session, frame, expr);
  frame.site = kept;
  return value;
}

function dispatch(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'call' }): Value {
  const name = calleeName(session, frame, expr.callee);
  const builtin = lowerBuiltin(session, frame, name, expr.args);
  if (builtin !== undefined) return builtin;
  const callee = resolveCallee(session, name, frame.file);
  switch (callee.kind) {
    case 'macro': {
      if (callee.layer === 'scenario') session.used.declared.set(name, `${name}(...) is ${callee.macro.body}`);
      if (callee.layer === 'primitives') session.used.rows.add(name);
      return lowerMacro(session, frame, callee, expr.args);
    }
    case 'function':
      if (callee.layer === 'primitives') session.used.rows.add(name);
      return inline(session, frame, callee.definition, expr.args);
    case 'ignored':
      session.used.rows.add(name);
      for (const arg of expr.args) if (callsSomething(arg)) lowerExpr(session, frame, arg);
      return scalar(constant(0), INT);
    case 'ambiguous':
      return refuse(session, frame, `${name}()`, `expected one definition, found static functions of that name in ${callee.files.join(', ')}`);
    case 'unknown':
      return refuse(session, frame, `${name}()`, `expected a definition in the source, found none; a row \`#define ${name}(...)\` in rules/primitives.h or in the scenario would admit it`);
    default:
      return callee satisfies never;
  }
}

/** The function a callee expression names: directly, or through a pointer whose value is known. */
function calleeName(session: Session, frame: Frame, callee: CExpr): string {
  if (callee.kind === 'name') {
    let scope: Scope | undefined = frame.scope;
    let bound: Binding | undefined;
    for (; scope !== undefined && bound === undefined; scope = scope.outer) bound = scope.names.get(callee.name);
    if (bound === undefined) return callee.name;
  }
  const target = scalarOf(session, frame, lowerExpr(session, frame, callee));
  const name = target.kind === 'const' ? session.functionNames.get(target.value) : undefined;
  if (name === undefined) {
    return refuse(session, frame, sourceText(frame, callee), 'expected a function pointer with a known value; the scenario must bind it');
  }
  return name;
}

function callsSomething(expr: CExpr): boolean {
  switch (expr.kind) {
    case 'call':
      return true;
    case 'unary':
    case 'update':
    case 'cast':
      return callsSomething(expr.arg);
    case 'binary':
    case 'assign':
    case 'comma':
      return callsSomething(expr.left) || callsSomething(expr.right);
    case 'field':
    case 'index':
      return callsSomething(expr.object);
    default:
      return false;
  }
}

// ---------------------------------------------------------------- macros

/** A macro: its body with the parameters bound by name, or by text where it uses # or ## or takes a type. */
function lowerMacro(session: Session, frame: Frame, found: FoundMacro, args: readonly CExpr[]): Value {
  const { macro, file } = found;
  if (frame.depth > MAX_DEPTH) return refuse(session, frame, macro.name, `expected at most ${MAX_DEPTH} nested calls`);
  const body = macroBody(session, macro);
  if (body === 'empty') return { kind: 'void' };
  if (body === 'text') return lowerMacroText(session, frame, found, args);
  const params = macro.params ?? [];
  const names = new Map<string, Binding>();
  const variadic = params[params.length - 1] === '...';
  const fixed = variadic ? params.slice(0, -1) : params;
  if (variadic ? args.length < fixed.length : args.length !== params.length) {
    return refuse(session, frame, macro.name, `expected ${params.length} arguments, found ${args.length}`);
  }
  for (const [i, param] of fixed.entries()) {
    const arg = args[i];
    if (arg !== undefined) names.set(param, { kind: 'alias', expr: arg, frame });
  }
  const inner: Frame = {
    name: macro.name,
    file: file,
    accessor: true,
    caller: frame,
    depth: frame.depth + 1,
    slice: (start, end) => macro.body.slice(start - BODY_OFFSET, end - BODY_OFFSET),
    scope: { names, outer: undefined },
    labels: new Map(),
    loops: [],
    result: undefined,
    site: frame.site,
  };
  return lowerExpr(session, inner, body);
}

const PROLOGUE = 'void f(void){(';
const BODY_OFFSET = 0;

/** The parsed body of a macro, cached by its text: an expression, or 'text' when it must be substituted as text. */
function macroBody(session: Session, macro: Macro): CExpr | 'text' | 'empty' {
  if (macro.body === '') return 'empty';
  const cached = session.parsed.macros.get(macro.body);
  if (cached !== undefined) return cached;
  let body: CExpr | 'text' = 'text';
  if (!/#|__VA_ARGS__|\btypeof\b|__auto_type/.test(macro.body)) body = parseExpression(macro.body, macro.line) ?? 'text';
  session.parsed.macros.set(macro.body, body);
  return body;
}

/** Parses text as one expression. Undefined when it is none. */
function parseExpression(text: string, line: number): CExpr | undefined {
  const parsed = parse(`${PROLOGUE}${text});}`, BODY_OFFSET - PROLOGUE.length, line);
  if (parsed.root.hasError) return undefined;
  const statement = parsed.root.descendantsOfType('expression_statement')[0];
  const node = statement?.namedChildren[0];
  if (node === null || node === undefined) return undefined;
  try {
    return convertExpression(parsed, node);
  } catch (error) {
    if (error instanceof SyntaxRefusal) return undefined;
    throw error;
  }
}

/** A macro whose body pastes or takes types: substitute text, parse, lower in the caller's scope. */
function lowerMacroText(session: Session, frame: Frame, found: FoundMacro, args: readonly CExpr[]): Value {
  const { macro } = found;
  const texts = args.map((arg) => frame.slice(arg.start, arg.end));
  const text = macro.params === undefined ? macro.body : substitute(macro, texts);
  const body = text === undefined ? undefined : parseExpression(text.replace(/^do\s*(\{[\s\S]*\})\s*while\s*\(\s*0\s*\)$/, '($1)'), macro.line);
  if (text === undefined || body === undefined) {
    return refuse(session, frame, macro.name, `expected a macro that reads as an expression; a row \`#define ${macro.name}(...)\` in rules/primitives.h would admit it`);
  }
  const expanded = text.replace(/^do\s*(\{[\s\S]*\})\s*while\s*\(\s*0\s*\)$/, '($1)');
  const inner: Frame = {
    ...frame,
    name: macro.name,
    accessor: true,
    caller: frame,
    depth: frame.depth + 1,
    slice: (start, end) => expanded.slice(start, end),
    scope: { names: new Map(), outer: frame.scope },
  };
  return lowerExpr(session, inner, body);
}

// ---------------------------------------------------------------- inlining

/** Inlines a function: fresh locals, parameters that are never assigned bound to the caller's operands. */
function inline(session: Session, frame: Frame, definition: Definition, args: readonly CExpr[]): Value {
  if (frame.depth > MAX_DEPTH) return refuse(session, frame, `${definition.name}()`, `expected at most ${MAX_DEPTH} nested calls`);
  for (let at: Frame | undefined = frame; at !== undefined; at = at.caller) {
    if (at.name === definition.name && at.file === definition.file && !at.accessor) {
      return refuse(session, frame, `${definition.name}()`, 'expected no recursion; a row in rules/primitives.h or in the scenario would admit it');
    }
  }
  if (session.emitter.drafts.length > MAX_CODE) {
    return refuse(session, frame, `${definition.name}()`, `expected at most ${MAX_CODE} instructions in one process`);
  }
  const fn = functionOf(session, definition, frame);
  const accessor = definition.generated || session.accessorFiles.some((pattern) => pattern.test(definition.file));
  const names = new Map<string, Binding>();
  const assigned = assignedNames(fn);
  if (args.length < fn.params.length) {
    return refuse(session, frame, `${fn.name}()`, `expected ${fn.params.length} arguments, found ${args.length}`);
  }
  const values = fn.params.map((param, i) => {
    const type = session.layouts.resolve(param.type);
    const arg = args[i];
    return { param, type, value: arg === undefined ? scalar(constant(0), type) : convertValue(session, frame, lowerExpr(session, frame, arg), type) };
  });
  for (const { param, type, value } of values) {
    names.set(param.name, bindParameter(session, frame, param.name, type, value, assigned.has(param.name)));
  }
  const returns = session.layouts.resolve(fn.returns);
  const label = newLabel();
  const inner: Frame = {
    name: fn.name,
    file: definition.file,
    accessor,
    caller: frame,
    depth: frame.depth + 1,
    slice: (start, end) => definition.text.slice(start - definition.start, end - definition.start),
    scope: { names, outer: undefined },
    labels: new Map(),
    loops: [],
    result: { label, register: undefined, type: returns },
    site: { line: fn.line, text: fn.name },
  };
  if (!accessor) session.used.functions.set(fn.name, placeOf(session, inner, fn.line));
  const direct = onlyReturn(fn.body);
  if (direct !== undefined) {
    if (!accessor) inner.site = { line: direct.line, text: sourceText(inner, direct) };
    return convertValue(session, inner, lowerExpr(session, inner, direct), returns);
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

function bindParameter(session: Session, frame: Frame, name: string, type: CType, value: Value, assigned: boolean): Binding {
  if (value.kind === 'reference' || value.kind === 'aggregate' || value.kind === 'void') {
    if (assigned && value.kind === 'reference') {
      return refuse(session, frame, name, 'expected a parameter that is not assigned; it holds the address of a local variable');
    }
    return { kind: 'value', value };
  }
  if (!assigned) return { kind: 'value', value: { ...value, expr: copy(session, frame, value.expr), type } };
  const dst = freshRegister(session.emitter);
  const local: Local = { name, type, registers: new Map([[0, dst]]), address: undefined };
  session.emitter.drafts.push({ kind: 'plain', ins: { op: 'set', dst, value: value.expr, at: { frames: [], text: name } } });
  return { kind: 'local', local };
}

/** The parsed function, cached by its text and line. Refuses a function with a syntax error, naming the line. */
export function functionOf(session: Session, definition: Definition, frame: Frame): CFunction {
  const key = `${definition.file}:${definition.line}:${definition.start}\n${definition.text}`;
  const cached = session.parsed.functions.get(key);
  if (cached !== undefined) return cached;
  const parsed = parse(definition.text, definition.start, definition.line);
  const node = parsed.root.namedChildren.find((child) => child?.type === 'function_definition');
  const problem = problems(parsed, parsed.root)[0];
  const line = problem?.line ?? definition.line;
  const where = (at: number): Frame => ({ ...frame, file: definition.file, site: { line: at, text: definition.name } });
  if (node === null || node === undefined || problem !== undefined) {
    return refuse(session, where(line), `${definition.name}()`, `expected C that can be read, found a syntax error at ${problem?.found ?? 'its start'}`);
  }
  try {
    const fn = convertFunction(parsed, node);
    session.parsed.functions.set(key, fn);
    return fn;
  } catch (error) {
    if (!(error instanceof SyntaxRefusal)) throw error;
    throw new LoweringRefusal({ what: `${definition.name}()`, why: `expected C that can be lowered, found ${error.found}`, place: placeOf(session, where(error.line), error.line) });
  }
}

const assignedCache = new WeakMap<CFunction, ReadonlySet<string>>();

/** Names that are assigned, updated or have their address taken in a function body. */
function assignedNames(fn: CFunction): ReadonlySet<string> {
  const cached = assignedCache.get(fn);
  if (cached !== undefined) return cached;
  const names = new Set<string>();
  const target = (expr: CExpr): void => {
    if (expr.kind === 'name') names.add(expr.name);
    else if (expr.kind === 'field' && !expr.arrow) target(expr.object);
  };
  walk(fn.body, (expr) => {
    if (expr.kind === 'assign') target(expr.left);
    else if (expr.kind === 'update') target(expr.arg);
    else if (expr.kind === 'unary' && expr.op === '&') target(expr.arg);
  });
  assignedCache.set(fn, names);
  return names;
}

/** Visits every expression below a statement. The depth is bounded by the conversion. */
function walk(stmt: CStmt | undefined, visit: (expr: CExpr) => void): void {
  if (stmt === undefined) return;
  const inside = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const one of node) inside(one);
      return;
    }
    if ('kind' in node && 'start' in node) visit(node as CExpr);
    for (const value of Object.values(node)) if (typeof value === 'object') inside(value);
  };
  inside(stmt);
}
