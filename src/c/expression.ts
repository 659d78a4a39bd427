// Lowers C expressions to values: names, calls, casts, sizes. Operators are in operator.ts, places in lvalue.ts.

import { knownSize, readPlace } from './access.ts';
import type { CExpr, CTypeName } from './ast.ts';
import { lowerCall, lowerObjectMacro } from './call.ts';
import { lowerConditional } from './condition.ts';
import type { CType } from './ctype.ts';
import { INT, LONG, printType, UINT, ULONG } from './ctype.ts';
import { compoundLiteral } from './declaration.ts';
import { constant, fits } from './expr.ts';
import { localPlace, lowerPlace, objectPlace } from './lvalue.ts';
import { lowerAssign, lowerBinary, lowerUnary, lowerUpdate } from './operator.ts';
import type { Frame, Session, Value } from './session.ts';
import { functionFrame, functionId, isExpanding, lookup, objectNamed, refuse } from './session.ts';
import { lowerBlockExpression } from './statement.ts';
import { convertValue, scalar, typeOf } from './value.ts';

const MAX_NESTING = 600; // expressions inside each other, through macros and inlined calls
const MAX_WORK = 400_000; // expressions of one scenario

/** Lowers an expression to its value. Throws LoweringRefusal for what is unknown. */
export function lowerExpr(session: Session, frame: Frame, expr: CExpr): Value {
  const { limits } = session;
  if (++limits.work > MAX_WORK)
    refuse(session, frame, frame.name, `expected at most ${MAX_WORK} expressions in one scenario`);
  if (limits.depth > MAX_NESTING)
    refuse(session, frame, frame.name, `expected expressions nested at most ${MAX_NESTING} deep`);
  limits.depth++;
  const value = lower(session, frame, expr);
  limits.depth--;
  return value;
}

function lower(session: Session, frame: Frame, expr: CExpr): Value {
  switch (expr.kind) {
    case 'number':
      return lowerNumber(session, frame, expr);
    case 'string':
      return scalar(constant(0), { kind: 'pointer', to: { kind: 'int', size: 1, signed: true, isBool: false } });
    case 'name': {
      const binding = lookup(frame, expr.name);
      if (binding?.kind === 'value') return binding.value;
      if (binding?.kind === 'alias') return lowerExpr(session, withSite(binding.frame, frame), binding.expr);
      const known = binding === undefined ? lowerGlobalName(session, frame, expr) : undefined;
      return known ?? readPlace(session, frame, lowerPlace(session, frame, expr));
    }
    case 'field':
    case 'index':
      return readPlace(session, frame, lowerPlace(session, frame, expr));
    case 'unary':
      return lowerUnary(session, frame, expr);
    case 'update':
      return lowerUpdate(session, frame, expr);
    case 'binary':
      return lowerBinary(session, frame, expr);
    case 'assign':
      return lowerAssign(session, frame, expr);
    case 'conditional':
      return lowerConditional(session, frame, expr);
    case 'call':
      return lowerCall(session, frame, expr);
    case 'cast': {
      if (isAuto(expr.type))
        return refuse(
          session,
          frame,
          'typeof',
          'expected a cast to a type that is written out; a cast to typeof(expression) is not modelled',
        );
      const word = baseWord(expr.type);
      if (
        word !== undefined &&
        (lookup(frame, word) !== undefined || objectNamed(session, frame, word) !== undefined)
      ) {
        // Without types the grammar cannot tell `(x * (y)) & 3` from a cast.
        return refuse(session, frame, sourceText(frame, expr), `expected a cast to a type; ${word} is a variable`);
      }
      const type = resolveType(session, frame, expr.type);
      const value = lowerExpr(session, frame, expr.arg);
      return convertValue(session, frame, value, type);
    }
    case 'sizeof': {
      const type =
        expr.type === undefined ? typeOfOperand(session, frame, expr.arg) : resolveType(session, frame, expr.type);
      return scalar(constant(knownSize(session, frame, type)), ULONG);
    }
    case 'offsetof': {
      const type = resolveType(session, frame, expr.type);
      return scalar(constant(offsetOf(session, frame, type, expr.member)), ULONG);
    }
    case 'comma':
      lowerExpr(session, frame, expr.left);
      return lowerExpr(session, frame, expr.right);
    case 'block':
      return lowerBlockExpression(session, frame, expr.body);
    case 'init-list':
      return readPlace(session, frame, localPlace(compoundLiteral(session, frame, expr)));
    case 'type':
      return refuse(
        session,
        frame,
        printTypeName(expr.type),
        'expected a value, found a type; the callee needs a row that takes a type',
      );
    default:
      return expr satisfies never;
  }
}

function lowerNumber(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'number' }): Value {
  const { value, unsigned, long } = expr;
  const type = long ? (unsigned ? ULONG : LONG) : unsigned ? UINT : INT;
  if (value === 2 ** 64) return scalar(constant(-1), ULONG); // 0xffffffffffffffff as a double
  if (!fits(value) || (!unsigned && value >= 2 ** 31)) {
    return refuse(
      session,
      frame,
      String(value),
      'expected a constant of at most 32 bits; wider values are not modelled',
    );
  }
  return scalar(constant(value), type);
}

/** The frame of an alias, with the site of the place where the macro parameter is used. */
export function withSite(frame: Frame, user: Frame): Frame {
  return user.accessor ? frame : { ...frame, site: user.site };
}

/** A name that is no local: object, enumerator, constant macro or function. Undefined: not known as one of these. */
export function lowerGlobalName(
  session: Session,
  frame: Frame,
  expr: CExpr & { readonly kind: 'name' },
): Value | undefined {
  const { name } = expr;
  const object = objectNamed(session, frame, name);
  if (object !== undefined) return readPlace(session, frame, objectPlace(object));
  const expands = !isExpanding(frame, name);
  for (const layer of ['scenario', 'primitives'] as const) {
    const macro = expands ? session[layer].macro(name, frame.file) : undefined;
    if (macro !== undefined && macro.macro.params === undefined && macro.macro.body !== name) {
      if (layer === 'scenario') session.used.declared.set(name, macro.macro.body);
      else session.used.rows.add(name);
      return lowerObjectMacro(session, frame, macro, expr.start);
    }
  }
  if (isFunction(session, frame, name))
    return scalar(constant(functionId(session, name)), { kind: 'function', returns: INT });
  const given = session.tree.constant(name, frame.file);
  if (expands && given?.kind === 'macro' && given.macro.params === undefined && given.macro.body !== name) {
    return lowerObjectMacro(session, frame, given, expr.start);
  }
  const value = session.layouts.enumerator(name);
  if (value !== undefined) return scalar(constant(value), INT);
  // The text of a macro, and what is substituted into it, also sees what the function around it sees.
  const { file } = functionFrame(frame);
  return file === frame.file ? undefined : lowerGlobalName(session, { ...frame, file }, expr);
}

/** Constants start with capitals and functions do not: this spares a search of the whole tree for the one or the other. */
function isFunction(session: Session, frame: Frame, name: string): boolean {
  if (/^_*[A-Z]{2}/.test(name) || session.tree.ownMacro(name, frame.file) !== undefined) return false;
  return (
    session.tree.function(name, frame.file) !== undefined || session.primitives.function(name, frame.file) !== undefined
  );
}

// ---------------------------------------------------------------- types

/** A type name in the scopes of a frame. The name of a variable, as in sizeof(x) and typeof(x), gives its type. */
export function resolveType(session: Session, frame: Frame, name: CTypeName): CType {
  if (name.kind === 'pointer') return { kind: 'pointer', to: resolveType(session, frame, name.to) };
  const word = name.kind === 'base' && name.words.length === 1 ? name.words[0] : undefined;
  const of = name.kind === 'typeof' ? name.of : undefined;
  const variable = of?.kind === 'name' ? of.name : word;
  const binding = variable === undefined ? undefined : lookup(frame, variable);
  if (binding?.kind === 'local') return binding.local.type;
  if (binding?.kind === 'value') return typeOf(binding.value);
  if (binding?.kind === 'alias') {
    const inner = withSite(binding.frame, frame);
    return binding.expr.kind === 'type'
      ? resolveType(session, inner, binding.expr.type)
      : typeOfOperand(session, inner, binding.expr);
  }
  if (of !== undefined && of.kind !== 'name') return typeOfOperand(session, frame, of);
  const type = session.layouts.resolve(of === undefined ? name : { kind: 'base', words: [of.name] });
  if (type.kind === 'opaque' && variable !== undefined) {
    const object = objectNamed(session, frame, variable);
    if (object !== undefined) return object.type;
  }
  return type;
}

/** The type of an operand of sizeof or typeof, which is not evaluated: what it emits is thrown away. */
export function typeOfOperand(session: Session, frame: Frame, expr: CExpr | undefined): CType {
  if (expr === undefined) return INT;
  if (expr.kind === 'name' && lookup(frame, expr.name) === undefined) {
    const type = resolveType(session, frame, { kind: 'base', words: [expr.name] });
    if (type.kind !== 'opaque') return type;
  }
  const kept = session.emitter;
  session.emitter = { drafts: [], registers: kept.registers, live: true };
  const touches = session.touches.length;
  const { depth } = session.limits;
  try {
    return typeOf(lowerExpr(session, frame, expr));
  } finally {
    session.touches.length = touches;
    session.limits.depth = depth;
    session.emitter = kept;
  }
}

/** The one word that a type is built on: `h` of `h *` and of `h (*)(int)`. */
function baseWord(name: CTypeName): string | undefined {
  let at = name;
  while (at.kind === 'pointer' || at.kind === 'array' || at.kind === 'function')
    at = at.kind === 'pointer' ? at.to : at.kind === 'array' ? at.of : at.returns;
  return at.kind === 'base' && at.words.length === 1 ? at.words[0] : undefined;
}

/** `__auto_type x = ...`, or a typeof that the sanitiser left out. */
export function isAuto(name: CTypeName): boolean {
  return (
    name.kind === 'base' && name.words.length === 1 && (name.words[0] === '__auto_type' || name.words[0] === '__auto')
  );
}

/** Byte offset of `a.b[2].c` in a struct. */
export function offsetOf(session: Session, frame: Frame, type: CType, member: string): number {
  let offset = 0;
  let at = type;
  for (const part of member.match(/\w+|\[\s*\d+\s*\]/g) ?? []) {
    if (part.startsWith('[')) {
      if (at.kind !== 'array') return refuse(session, frame, member, 'expected an array member');
      offset += Number(part.slice(1, -1)) * session.layouts.sizeOf(at.of);
      at = at.of;
      continue;
    }
    const field = at.kind === 'struct' ? session.layouts.field(at.name, part) : undefined;
    if (field === undefined) return refuse(session, frame, member, `expected a member of ${printType(type)}`);
    offset += field.offset;
    at = field.type;
  }
  return offset;
}

const texts = new WeakMap<object, string>();

/** Source text of an expression of the text of `frame`, blanks folded, at most 100 characters. */
export function sourceText(frame: Frame, expr: { readonly start: number; readonly end: number }): string {
  const known = texts.get(expr);
  if (known !== undefined) return known;
  const whole = frame
    .slice(expr.start, Math.min(expr.end, expr.start + 1000))
    .replace(/\s+/g, ' ')
    .trim();
  const text = whole.length > 100 ? `${whole.slice(0, 97)}...` : whole;
  texts.set(expr, text);
  return text;
}

function printTypeName(name: CTypeName): string {
  return name.kind === 'tagged'
    ? `${name.tag} ${name.name ?? ''}`
    : name.kind === 'base'
      ? name.words.join(' ')
      : name.kind;
}
