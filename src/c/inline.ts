// Inlines the functions that are met: fresh locals for each instance, and parameters that are never assigned bound to what
// the caller passes.
import { writePlace } from './access.ts';
import { assignedNames } from './assigned.ts';
import type { CExpr, CFunction } from './ast.ts';
import { convertFunction } from './convert.ts';
import type { CType } from './ctype.ts';
import { copyLeaves } from './declaration.ts';
import { emit, freshRegister, newLabel, place } from './emit.ts';
import { constant, register } from './expr.ts';
import { lowerExpr, sourceText } from './expression.ts';
import type { Definition } from './file-index.ts';
import { parse, problems } from './grammar.ts';
import { localPlace } from './lvalue.ts';
import { allocate } from './memory.ts';
import { SyntaxRefusal } from './reader.ts';
import type { Binding, Frame, Local, Session, Value } from './session.ts';
import { codePoint, lineOf, placeOf, putInMemory, refuse } from './session.ts';
import { lowerBody } from './statement.ts';
import { convertValue, copy, scalar, scalarOf } from './value.ts';

const MAX_DEPTH = 32; // calls and macros inside each other
const MAX_CODE = 30_000; // instructions of one process
const MAX_FUNCTION = 120_000; // characters

/** Inlines a function: fresh locals, parameters that are never assigned bound to the caller's operands. */
export function inline(session: Session, frame: Frame, definition: Definition, args: readonly CExpr[]): Value {
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
