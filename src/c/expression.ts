// Lowers C expressions: values, places, and conditions with their short circuits.
import type { BinaryOp, Expr, Order } from '../types.ts';
import type { CExpr, CTypeName } from './ast.ts';
import { lowerCall } from './call.ts';
import type { CType } from './ctype.ts';
import { BOOL, INT, isScalar, printType, ULONG } from './ctype.ts';
import type { Label } from './emit.ts';
import { branch, emit, freshRegister, jump, newLabel, place } from './emit.ts';
import { binary, constant, fits, not, register, truth } from './expr.ts';
import { functionId, lookup, refuse, codePoint } from './session.ts';
import type { Frame, Local, Lvalue, Session, Value } from './session.ts';
import { allocate, leavesOf } from './memory.ts';
import type { MemoryObject, Touch } from './memory.ts';
import { lowerBlockExpression } from './statement.ts';

const INTEGER_OPS = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=', '>', '>=']);

/** Lowers an expression to its value. Throws LoweringRefusal for what is unknown. */
export function lowerExpr(session: Session, frame: Frame, expr: CExpr): Value {
  switch (expr.kind) {
    case 'number':
      if (!fits(expr.value)) return wide(session, frame, expr);
      return scalar(constant(expr.value | 0), Math.abs(expr.value) >= 2 ** 31 ? ULONG : INT);
    case 'string':
      return scalar(constant(0), { kind: 'pointer', to: { kind: 'int', size: 1, signed: true, isBool: false } });
    case 'name': {
      const binding = lookup(frame, expr.name);
      if (binding?.kind === 'value') return binding.value;
      if (binding?.kind === 'alias') return lowerExpr(session, withSite(binding.frame, frame), binding.expr);
      if (binding === undefined) {
        const known = lowerGlobalName(session, frame, expr.name);
        if (known !== undefined) return known;
      }
      return readPlace(session, frame, lowerPlace(session, frame, expr));
    }
    case 'field': {
      if (!expr.arrow) {
        const wrapped = fieldOfValue(session, frame, expr);
        if (wrapped !== undefined) return wrapped;
      }
      return readPlace(session, frame, lowerPlace(session, frame, expr));
    }
    case 'index':
      return readPlace(session, frame, lowerPlace(session, frame, expr));
    case 'unary':
      return lowerUnary(session, frame, expr);
    case 'update': {
      const target = lowerPlace(session, frame, expr.arg);
      const old = scalarOf(session, frame, readPlace(session, frame, target));
      const kept = target.kind === 'local' ? copy(session, frame, old) : old;
      const step = target.type.kind === 'pointer' ? session.layouts.sizeOf(target.type.to) : 1;
      const changed = binary(expr.op === '++' ? '+' : '-', kept, constant(step));
      writePlace(session, frame, target, scalar(changed, target.type), 'plain');
      return scalar(expr.prefix ? changed : kept, target.type);
    }
    case 'binary':
      return lowerBinary(session, frame, expr);
    case 'assign':
      return lowerAssign(session, frame, expr);
    case 'conditional':
      return lowerConditional(session, frame, expr);
    case 'call':
      return lowerCall(session, frame, expr);
    case 'cast':
      return convertValue(session, frame, lowerExpr(session, frame, expr.arg), resolveType(session, frame, expr.type));
    case 'sizeof': {
      const type = expr.type === undefined ? undefined : sizeofType(session, frame, expr.type);
      const size = session.layouts.sizeOf(type ?? typeOfOperand(session, frame, expr.arg));
      return scalar(constant(size), ULONG);
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
      return refuse(session, frame, 'a compound literal', 'expected a scalar expression; compound literals are lowered only as initialisers');
    case 'type':
      return refuse(session, frame, printTypeName(expr.type), 'expected a value, found a type; the callee needs a row that takes a type');
    default:
      return expr satisfies never;
  }
}

/** A constant beyond 32 bits: only all-ones masks have a meaning here. */
function wide(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'number' }): Value {
  if (expr.value === 2 ** 64 || expr.value === 2 ** 64 - 1) return scalar(constant(-1), ULONG);
  return refuse(session, frame, String(expr.value), 'expected a constant of at most 32 bits; wider values are not modelled');
}

/** A scalar value. */
export function scalar(expr: Expr, type: CType): Value {
  return { kind: 'scalar', expr, type };
}

/** The frame of an alias, with the site of the place where the macro parameter is used. */
function withSite(frame: Frame, user: Frame): Frame {
  return user.accessor ? frame : { ...frame, site: user.site };
}

/** A name that is no local: object, enumerator, constant macro or function. Undefined: not known at all. */
function lowerGlobalName(session: Session, frame: Frame, name: string): Value | undefined {
  const object = session.memory.objects.find((one) => one.name === name);
  if (object !== undefined) {
    const place: Lvalue = {
      kind: 'memory',
      address: constant(object.address),
      type: object.type,
      touch: { kind: 'address', address: object.address },
    };
    return readPlace(session, frame, place);
  }
  for (const layer of ['scenario', 'primitives', 'tree'] as const) {
    const macro = session[layer].macro(name, frame.file);
    if (macro !== undefined && macro.macro.params === undefined && macro.macro.body !== name) {
      if (layer === 'scenario') session.used.declared.set(name, macro.macro.body);
      return lowerCall(session, frame, undefined, macro);
    }
    const value = session.layouts.enumerator(name);
    if (layer === 'primitives' && value !== undefined) return scalar(constant(value), INT);
  }
  if (session.tree.function(name, frame.file) !== undefined || session.primitives.function(name, frame.file) !== undefined) {
    return scalar(constant(functionId(session, name)), { kind: 'function', returns: INT });
  }
  return undefined;
}

// ---------------------------------------------------------------- places

/** Lowers an expression that names a place in memory or a local. */
export function lowerPlace(session: Session, frame: Frame, expr: CExpr): Lvalue {
  switch (expr.kind) {
    case 'name': {
      const binding = lookup(frame, expr.name);
      if (binding?.kind === 'local') return localPlace(binding.local);
      if (binding?.kind === 'alias') return lowerPlace(session, withSite(binding.frame, frame), binding.expr);
      if (binding?.kind === 'value') return valuePlace(session, frame, expr.name, binding.value);
      const object = session.memory.objects.find((one) => one.name === expr.name);
      if (object !== undefined) {
        const address = constant(object.address);
        return { kind: 'memory', address, type: object.type, touch: { kind: 'address', address: object.address } };
      }
      const perCpu = perCpuObject(session, frame, expr.name);
      if (perCpu !== undefined) {
        return { kind: 'memory', address: constant(perCpu.address), type: perCpu.type, touch: { kind: 'address', address: perCpu.address } };
      }
      const macro = session.primitives.macro(expr.name, frame.file) ?? session.tree.macro(expr.name, frame.file);
      if (macro !== undefined && macro.macro.params === undefined) {
        const inner = lowerCall(session, frame, undefined, macro);
        if (inner.kind === 'aggregate') return inner.place;
      }
      return refuse(session, frame, expr.name, `expected a known name; add a row for \`${expr.name}\` to rules/primitives.h, or an object of that name to the scenario`);
    }
    case 'field': {
      const base = expr.arrow ? derefPlace(session, frame, expr.object) : lowerPlace(session, frame, expr.object);
      return fieldPlace(session, frame, base, expr.name);
    }
    case 'index': {
      const at = scalarOf(session, frame, lowerExpr(session, frame, expr.index));
      return elementPlace(session, frame, expr.object, at);
    }
    case 'unary':
      if (expr.op === '*') return derefPlace(session, frame, expr.arg);
      break;
    case 'cast':
      return { ...lowerPlace(session, frame, expr.arg), type: resolveType(session, frame, expr.type) };
    case 'call':
    case 'block':
    case 'conditional':
    case 'comma': {
      const value = lowerExpr(session, frame, expr);
      if (value.kind === 'aggregate') return value.place;
      break;
    }
    default:
      break;
  }
  return refuse(session, frame, sourceText(frame, expr), 'expected a place in memory or a local variable');
}

/** A per-CPU variable of the file that is lowered: all zero at the start, which is an empty batch. */
function perCpuObject(session: Session, frame: Frame, name: string): MemoryObject | undefined {
  const text = session.tree.file(frame.file)?.text ?? '';
  const definition = new RegExp(`\\bDEFINE_PER_CPU(?:_\\w+)?\\(\\s*(?:struct\\s+)?(\\w+)\\s*,\\s*${name}\\s*\\)`).exec(text);
  if (definition === null) return undefined;
  const type: CType = { kind: 'struct', name: definition[1] ?? '' };
  if (session.layouts.layout(type.name) === undefined) return undefined;
  return allocate(session.memory, name, type, session.layouts);
}

function localPlace(local: Local): Lvalue {
  if (local.address !== undefined) {
    return { kind: 'memory', address: constant(local.address), type: local.type, touch: { kind: 'address', address: local.address } };
  }
  return { kind: 'local', local, offset: 0, type: local.type };
}

function valuePlace(session: Session, frame: Frame, name: string, value: Value): Lvalue {
  if (value.kind === 'aggregate') return value.place;
  return refuse(session, frame, name, 'expected a place; the parameter is bound to a value');
}

/** The place that a pointer expression points to. */
function derefPlace(session: Session, frame: Frame, pointer: CExpr): Lvalue {
  return deref(session, frame, lowerExpr(session, frame, pointer), sourceText(frame, pointer));
}

/** The place behind a pointer value. */
export function deref(session: Session, frame: Frame, value: Value, words: string): Lvalue {
  if (value.kind === 'reference') {
    const type = value.type.kind === 'pointer' ? value.type.to : value.local.type;
    return { kind: 'local', local: value.local, offset: value.offset, type };
  }
  if (value.kind === 'aggregate' && value.type.kind === 'array') {
    return { ...value.place, type: value.type.of };
  }
  if (value.kind !== 'scalar') return refuse(session, frame, words, 'expected a pointer');
  const to: CType = value.type.kind === 'pointer' ? value.type.to : value.type.kind === 'array' ? value.type.of : { kind: 'void' };
  return { kind: 'memory', address: value.expr, type: to, touch: touchOf(value.expr, to, 0) };
}

/** What an access at a constant address, or through a pointer to a struct, may touch. */
function touchOf(address: Expr, type: CType, offset: number): Touch | undefined {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (type.kind === 'struct') return { kind: 'field', struct: type.name, offset, length: 0 };
  return undefined;
}

function fieldPlace(session: Session, frame: Frame, base: Lvalue, name: string): Lvalue {
  const struct = base.type;
  if (struct.kind !== 'struct') {
    return refuse(session, frame, `.${name}`, `expected a struct, found ${printType(struct)}`);
  }
  const field = session.layouts.field(struct.name, name);
  if (field === undefined) {
    const known = session.layouts.layout(struct.name) !== undefined;
    return refuse(session, frame, `${struct.name}.${name}`, known ? `expected a field of struct ${struct.name}; none is called ${name}` : `expected the definition of struct ${struct.name}; it is not in the source`);
  }
  if (field.bits !== undefined) {
    return refuse(session, frame, `${struct.name}.${name}`, 'expected a field of whole bytes; bit-fields are not modelled');
  }
  if (base.kind === 'local') return { ...base, offset: base.offset + field.offset, type: field.type };
  const address = binary('+', base.address, constant(field.offset));
  return { kind: 'memory', address, type: field.type, touch: shift(base, struct.name, field.offset, address) };
}

/** The touch of a field: by address where that is known, else by the struct the pointer was declared to point to. */
function shift(base: Lvalue & { readonly kind: 'memory' }, struct: string, offset: number, address: Expr): Touch {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (base.touch?.kind === 'field' && base.touch.struct !== struct) {
    return { ...base.touch, offset: base.touch.offset + offset };
  }
  return { kind: 'field', struct, offset, length: 0 };
}

function elementPlace(session: Session, frame: Frame, object: CExpr, at: Expr): Lvalue {
  const value = lowerExpr(session, frame, object);
  const type = value.kind === 'void' ? undefined : value.type;
  const of = type?.kind === 'array' ? type.of : type?.kind === 'pointer' ? type.to : undefined;
  if (of === undefined || type === undefined) return refuse(session, frame, sourceText(frame, object), 'expected an array or a pointer before [');
  const size = session.layouts.sizeOf(of);
  const step = binary('*', at, constant(size));
  if (value.kind === 'aggregate' && value.place.kind === 'memory') {
    const address = binary('+', value.place.address, step);
    const length = type.kind === 'array' ? Math.max(1, type.length) * size : size;
    return { kind: 'memory', address, type: of, touch: elementTouch(value.place.touch, address, length) };
  }
  if (value.kind === 'aggregate' && value.place.kind === 'local' && at.kind === 'const') {
    return { ...value.place, offset: value.place.offset + at.value * size, type: of };
  }
  if (value.kind === 'reference' && at.kind === 'const') {
    return { kind: 'local', local: value.local, offset: value.offset + at.value * size, type: of };
  }
  if (value.kind !== 'scalar') return refuse(session, frame, sourceText(frame, object), 'expected an array in memory; a local array needs a constant index here');
  const address = binary('+', value.expr, step);
  return { kind: 'memory', address, type: of, touch: touchOf(address, of, 0) };
}

function elementTouch(base: Touch | undefined, address: Expr, length: number): Touch | undefined {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (base === undefined) return undefined;
  if (base.kind === 'field') return { ...base, length };
  return { kind: 'field', struct: '', offset: base.address, length };
}

// ---------------------------------------------------------------- reading and writing places

/** Reads a place as a plain access, or hands a struct or array on by value. */
export function readPlace(session: Session, frame: Frame, at: Lvalue, order: Order = 'plain'): Value {
  if (at.type.kind === 'function') return scalar(at.kind === 'memory' ? at.address : constant(0), at.type);
  if (!isScalar(at.type)) {
    const inner = wrapperLeaf(session, at.type);
    if (inner === undefined || at.type.kind === 'array') return { kind: 'aggregate', place: at, type: at.type };
    const value = readPlace(session, frame, { ...at, type: inner }, order);
    return value.kind === 'scalar' ? { ...value, type: at.type } : value;
  }
  if (at.kind === 'local') {
    return scalar(register(localRegister(session, at.local, at.offset)), at.type);
  }
  const dst = freshRegister(session.emitter);
  touch(session, at);
  emit(session.emitter, codePoint(session, frame), { op: 'load', dst, address: at.address, order });
  return scalar(register(dst), at.type);
}

/** The only scalar of a struct that wraps one (atomic_t, pte_t), when nothing else is in it. */
export function wrapperLeaf(session: Session, type: CType): CType | undefined {
  if (type.kind !== 'struct') return undefined;
  const leaves = leavesOf(type, session.layouts);
  const leaf = leaves[0];
  if (leaves.length !== 1 || leaf === undefined) return undefined;
  return session.layouts.sizeOf(type) === session.layouts.sizeOf(leaf.type) ? leaf.type : undefined;
}

/** The register of a local's scalar at `offset`. Registers start at 0: C calls a read before a write indeterminate. */
function localRegister(session: Session, local: Local, offset: number): number {
  let held = local.registers.get(offset);
  if (held === undefined) {
    held = freshRegister(session.emitter);
    local.registers.set(offset, held);
  }
  return held;
}

/** Writes a value to a place. */
export function writePlace(session: Session, frame: Frame, at: Lvalue, value: Value, order: Order): void {
  const type = isScalar(at.type) ? at.type : wrapperLeaf(session, at.type);
  if (type === undefined) return copyAggregate(session, frame, at, value);
  if (at.kind === 'local') {
    if (value.kind === 'reference') {
      refuse(session, frame, at.local.name, 'expected a value; the address of a local variable is kept in a variable');
    }
    const stored = narrow(scalarOf(session, frame, value), type);
    const dst = localRegister(session, at.local, at.offset);
    emit(session.emitter, codePoint(session, frame), { op: 'set', dst, value: stored });
    return;
  }
  touch(session, at);
  const stored = narrow(scalarOf(session, frame, value), type);
  emit(session.emitter, codePoint(session, frame), { op: 'store', address: at.address, value: stored, order });
}

function copyAggregate(session: Session, frame: Frame, to: Lvalue, value: Value): void {
  if (value.kind !== 'aggregate') return void refuse(session, frame, printType(to.type), 'expected a struct value');
  for (const leaf of leavesOf(to.type, session.layouts)) {
    const read = readPlace(session, frame, moved(value.place, leaf.offset, leaf.type));
    writePlace(session, frame, moved(to, leaf.offset, leaf.type), read, 'plain');
  }
}

function moved(at: Lvalue, offset: number, type: CType): Lvalue {
  if (at.kind === 'local') return { ...at, offset: at.offset + offset, type };
  const address = binary('+', at.address, constant(offset));
  const shifted: Touch | undefined =
    address.kind === 'const'
      ? { kind: 'address', address: address.value }
      : at.touch?.kind === 'field'
        ? { ...at.touch, offset: at.touch.offset + offset }
        : undefined;
  return { kind: 'memory', address, type, touch: shifted };
}

/** Notes which cells an access may need. A pointer to a scalar was noted where its address was taken. */
export function touch(session: Session, at: Lvalue): void {
  if (at.kind !== 'memory') return;
  if (at.address.kind === 'const') {
    session.touches.push({ kind: 'address', address: at.address.value });
    return;
  }
  const size = Math.max(1, session.layouts.sizeOf(at.type));
  if (at.touch === undefined) return;
  if (at.touch.kind === 'field' && at.touch.struct === '') {
    for (let offset = 0; offset < at.touch.length; offset += size) {
      session.touches.push({ kind: 'address', address: at.touch.offset + offset });
    }
    return;
  }
  session.touches.push(at.touch.kind === 'field' ? { ...at.touch, length: Math.max(at.touch.length, size) } : at.touch);
}

/** Cuts a value to the width of its type, as storing it does. */
function narrow(expr: Expr, type: CType): Expr {
  if (type.kind !== 'int') return expr;
  if (type.isBool) return truth(expr);
  if (type.size >= 4) return expr;
  const bits = type.size * 8;
  if (type.signed) return binary('>>', binary('<<', expr, constant(32 - bits)), constant(32 - bits));
  return binary('&', expr, constant(2 ** bits - 1));
}

/** The scalar of a value; a struct that wraps one scalar is read. */
export function scalarOf(session: Session, frame: Frame, value: Value): Expr {
  if (value.kind === 'scalar') return value.expr;
  if (value.kind === 'aggregate' && value.type.kind === 'array' && value.place.kind === 'memory') return value.place.address;
  if (value.kind === 'reference') return refuse(session, frame, value.local.name, 'expected a value; the address of a local variable is used as a number');
  return refuse(session, frame, frame.site.text, value.kind === 'void' ? 'expected a value, found a call that returns none' : 'expected a scalar, found a struct');
}

/** A copy in a fresh register, so that a later write to a variable does not change it. */
export function copy(session: Session, frame: Frame, expr: Expr): Expr {
  if (expr.kind === 'const') return expr;
  const dst = freshRegister(session.emitter);
  emit(session.emitter, codePoint(session, frame), { op: 'set', dst, value: expr });
  return register(dst);
}

/** `x.field` where x is a value and not a place: the scalar of a wrapper struct. */
function fieldOfValue(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'field' }): Value | undefined {
  if (expr.object.kind !== 'call' && expr.object.kind !== 'name') return undefined;
  if (expr.object.kind === 'name') {
    const binding = lookup(frame, expr.object.name);
    if (binding?.kind !== 'value' || binding.value.kind !== 'scalar') return undefined;
  }
  const value = lowerExpr(session, frame, expr.object);
  if (value.kind === 'aggregate') return readPlace(session, frame, fieldPlace(session, frame, value.place, expr.name));
  if (value.kind !== 'scalar' || value.type.kind !== 'struct') return undefined;
  const field = session.layouts.field(value.type.name, expr.name);
  if (field === undefined || field.offset !== 0) return undefined;
  return { ...value, type: field.type };
}

// ---------------------------------------------------------------- operators

function lowerUnary(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'unary' }): Value {
  switch (expr.op) {
    case '&':
      return addressOf(session, frame, expr.arg);
    case '*':
      return readPlace(session, frame, derefPlace(session, frame, expr.arg));
    case '!':
      if (hasShortCircuit(expr.arg)) return conditionValue(session, frame, expr);
      return scalar(not(scalarOf(session, frame, lowerExpr(session, frame, expr.arg))), INT);
    case '-':
    case '~': {
      const value = lowerExpr(session, frame, expr.arg);
      const arg = scalarOf(session, frame, value);
      if (arg.kind === 'const') return scalar(constant(expr.op === '-' ? -arg.value : ~arg.value), typeOf(value));
      return scalar({ kind: 'unary', op: expr.op, arg }, typeOf(value));
    }
    case '+':
      return lowerExpr(session, frame, expr.arg);
    default:
      return refuse(session, frame, expr.op, 'expected a unary operator of C');
  }
}

function addressOf(session: Session, frame: Frame, expr: CExpr): Value {
  if (expr.kind === 'name' && lookup(frame, expr.name) === undefined) {
    const id = session.memory.objects.some((one) => one.name === expr.name) ? undefined : lowerGlobalName(session, frame, expr.name);
    if (id?.kind === 'scalar' && id.type.kind === 'function') return id;
  }
  const at = lowerPlace(session, frame, expr);
  const type: CType = { kind: 'pointer', to: at.type };
  if (at.kind === 'local') return { kind: 'reference', local: at.local, offset: at.offset, type };
  // A pointer to a scalar or a list_head forgets its struct: what it may be used for is noted here.
  const size = session.layouts.sizeOf(at.type);
  if (at.touch?.kind === 'field' && size <= 16) session.touches.push({ ...at.touch, length: Math.max(at.touch.length, size) });
  else if (at.touch?.kind === 'address' && size <= 16) {
    for (const leaf of leavesOf(at.type, session.layouts)) session.touches.push({ kind: 'address', address: at.touch.address + leaf.offset });
  }
  return scalar(at.address, type);
}

function hasShortCircuit(expr: CExpr): boolean {
  if (expr.kind === 'binary') return expr.op === '&&' || expr.op === '||';
  return expr.kind === 'unary' && expr.op === '!' && hasShortCircuit(expr.arg);
}

function lowerBinary(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'binary' }): Value {
  if (expr.op === '&&' || expr.op === '||') return conditionValue(session, frame, expr);
  if (!INTEGER_OPS.has(expr.op)) return refuse(session, frame, expr.op, 'expected a binary operator of C');
  const left = lowerExpr(session, frame, expr.left);
  const right = lowerExpr(session, frame, expr.right);
  return arithmetic(session, frame, expr.op as BinaryOp, left, right);
}

/** `left op right` with C's pointer scaling. */
function arithmetic(session: Session, frame: Frame, op: BinaryOp, left: Value, right: Value): Value {
  if (left.kind === 'reference' && right.kind === 'reference' && (op === '==' || op === '!=')) {
    const same = left.local === right.local && left.offset === right.offset;
    return scalar(constant(Number(same === (op === '=='))), INT);
  }
  if ((left.kind === 'reference' || right.kind === 'reference') && (op === '==' || op === '!=')) {
    return scalar(constant(op === '==' ? 0 : 1), INT); // the address of a local is nobody else's
  }
  const a = scalarOf(session, frame, left);
  const b = scalarOf(session, frame, right);
  const from = pointee(typeOf(left));
  const to = pointee(typeOf(right));
  const size = (type: CType): Expr => constant(Math.max(1, session.layouts.sizeOf(type)));
  if (op === '-' && from !== undefined && to !== undefined) return scalar(binary('/', binary('-', a, b), size(from)), INT);
  if ((op === '+' || op === '-') && from !== undefined) {
    return scalar(binary(op, a, binary('*', b, size(from))), { kind: 'pointer', to: from });
  }
  if (op === '+' && to !== undefined) return scalar(binary('+', binary('*', a, size(to)), b), typeOf(right));
  const compares = op === '==' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>=';
  return scalar(binary(op, a, b), compares ? INT : wider(typeOf(left), typeOf(right)));
}

function pointee(type: CType): CType | undefined {
  if (type.kind === 'pointer') return type.to;
  return type.kind === 'array' ? type.of : undefined;
}

function wider(a: CType, b: CType): CType {
  if (a.kind !== 'int' || b.kind !== 'int') return a.kind === 'int' ? b : a;
  if (a.size !== b.size) return a.size > b.size ? a : b;
  return a.signed ? b : a;
}

function typeOf(value: Value): CType {
  return value.kind === 'void' ? { kind: 'void' } : value.type;
}

function lowerAssign(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'assign' }): Value {
  if (expr.op === '=') {
    const value = expr.right.kind === 'init-list' ? undefined : lowerExpr(session, frame, expr.right);
    const target = lowerPlace(session, frame, expr.left);
    if (value === undefined) {
      return refuse(session, frame, sourceText(frame, expr), 'expected a scalar on the right; compound literals are not assigned');
    }
    writePlace(session, frame, target, value, 'plain');
    return target.kind === 'local' ? readPlace(session, frame, target) : value;
  }
  const target = lowerPlace(session, frame, expr.left);
  const old = readPlace(session, frame, target);
  const right = lowerExpr(session, frame, expr.right);
  const changed = arithmetic(session, frame, expr.op as BinaryOp, old, right);
  writePlace(session, frame, target, changed, 'plain');
  return changed;
}

function lowerConditional(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'conditional' }): Value {
  const then = newLabel();
  const otherwise = newLabel();
  const end = newLabel();
  const first = expr.then === undefined ? lowerExpr(session, frame, expr.cond) : undefined;
  if (first === undefined) lowerCondition(session, frame, expr.cond, then, otherwise);
  else branch(session.emitter, codePoint(session, frame), truth(scalarOf(session, frame, first)), then, otherwise);
  const arms: { value: Value; at: number }[] = [];
  const result = freshRegister(session.emitter);
  const finishArm = (value: Value): void => {
    if (value.kind === 'scalar' || value.kind === 'aggregate') {
      if (value.kind === 'scalar' || wrapperLeaf(session, value.type) !== undefined) {
        emit(session.emitter, codePoint(session, frame), { op: 'set', dst: result, value: scalarOf(session, frame, value) });
      }
    }
    arms.push({ value, at: session.emitter.drafts.length });
    jump(session.emitter, codePoint(session, frame), end);
  };
  place(session.emitter, then);
  if (session.emitter.live) finishArm(first ?? lowerExpr(session, frame, expr.then ?? expr.cond));
  place(session.emitter, otherwise);
  if (session.emitter.live) finishArm(lowerExpr(session, frame, expr.else));
  place(session.emitter, end);
  const only = arms.length === 1 ? arms[0]?.value : undefined;
  if (only !== undefined && (only.kind !== 'scalar' || only.expr.kind === 'const')) return only;
  const typed = arms.find((arm) => arm.value.kind === 'scalar' && arm.value.type.kind === 'pointer') ?? arms[0];
  if (arms.some((arm) => arm.value.kind === 'reference')) {
    return refuse(session, frame, sourceText(frame, expr), 'expected values in both arms; one is the address of a local variable');
  }
  if (typed === undefined || typed.value.kind === 'void') return { kind: 'void' };
  return scalar(register(result), typed.value.type);
}

// ---------------------------------------------------------------- conditions

/** Lowers a condition with its short circuits: control goes to `then` or `otherwise`. */
export function lowerCondition(session: Session, frame: Frame, expr: CExpr, then: Label, otherwise: Label): void {
  const { emitter } = session;
  if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) {
    const middle = newLabel();
    if (expr.op === '&&') lowerCondition(session, frame, expr.left, middle, otherwise);
    else lowerCondition(session, frame, expr.left, then, middle);
    place(emitter, middle);
    if (emitter.live) lowerCondition(session, frame, expr.right, then, otherwise);
    return;
  }
  if (expr.kind === 'unary' && expr.op === '!') {
    lowerCondition(session, frame, expr.arg, otherwise, then);
    return;
  }
  const value = lowerExpr(session, frame, expr);
  const cond = value.kind === 'reference' ? constant(1) : truth(scalarOf(session, frame, value));
  branch(emitter, codePoint(session, frame), cond, then, otherwise);
}

/** A condition as a value 0 or 1. */
function conditionValue(session: Session, frame: Frame, expr: CExpr): Value {
  const { emitter } = session;
  const then = newLabel();
  const otherwise = newLabel();
  const end = newLabel();
  lowerCondition(session, frame, expr, then, otherwise);
  if (!otherwise.used) {
    place(emitter, then);
    return scalar(constant(1), INT);
  }
  if (!then.used) {
    place(emitter, otherwise);
    return scalar(constant(0), INT);
  }
  const result = freshRegister(emitter);
  place(emitter, then);
  emit(emitter, codePoint(session, frame), { op: 'set', dst: result, value: constant(1) });
  jump(emitter, codePoint(session, frame), end);
  place(emitter, otherwise);
  emit(emitter, codePoint(session, frame), { op: 'set', dst: result, value: constant(0) });
  place(emitter, end);
  return scalar(register(result), INT);
}

// ---------------------------------------------------------------- types

/** A type name in the scopes of a frame. */
export function resolveType(session: Session, frame: Frame, name: CTypeName): CType {
  if (name.kind === 'typeof') return typeOfOperand(session, frame, name.of);
  return session.layouts.resolve(name);
}

/** sizeof(x) where the parser cannot tell a variable from a type. */
function sizeofType(session: Session, frame: Frame, name: CTypeName): CType {
  const word = name.kind === 'base' && name.words.length === 1 ? name.words[0] : undefined;
  const binding = word === undefined ? undefined : lookup(frame, word);
  if (binding?.kind === 'local') return binding.local.type;
  return resolveType(session, frame, name);
}

/** The type of an operand of sizeof or typeof, which is not evaluated: what it emits is thrown away. */
function typeOfOperand(session: Session, frame: Frame, expr: CExpr | undefined): CType {
  if (expr === undefined) return INT;
  const kept = session.emitter;
  session.emitter = { drafts: [], registers: kept.registers, live: true };
  const touches = session.touches.length;
  const value = lowerExpr(session, frame, expr);
  session.touches.length = touches;
  session.emitter = kept;
  return typeOf(value);
}

/** Converts a value to a type, as a cast or an assignment does. */
export function convertValue(session: Session, frame: Frame, value: Value, type: CType): Value {
  if (type.kind === 'void') return { kind: 'void' };
  if (value.kind === 'reference') return { ...value, type };
  if (value.kind === 'void') return value;
  if (value.kind === 'aggregate') {
    if (value.type.kind === 'array' && type.kind === 'pointer') return scalar(scalarOf(session, frame, value), type);
    return isScalar(type) ? scalar(scalarOf(session, frame, value), type) : value;
  }
  if (type.kind === 'int') return scalar(type === BOOL || type.isBool ? truth(value.expr) : narrow(value.expr, type), type);
  return { ...value, type };
}

/** Byte offset of `a.b[2].c` in a struct. */
export function offsetOf(session: Session, frame: Frame, type: CType, member: string): number {
  let offset = 0;
  let at = type;
  for (const part of member.match(/\w+|\[\s*\d+\s*\]/g) ?? []) {
    if (part.startsWith('[')) {
      if (at.kind !== 'array') refuse(session, frame, member, 'expected an array member');
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

/** Source text of an expression, blanks folded, at most 100 characters. */
export function sourceText(frame: Frame, expr: { readonly start: number; readonly end: number }): string {
  const text = frame.slice(expr.start, expr.end).replace(/\s+/g, ' ').trim();
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

function printTypeName(name: CTypeName): string {
  return name.kind === 'tagged' ? `${name.tag} ${name.name ?? ''}` : name.kind === 'base' ? name.words.join(' ') : name.kind;
}
