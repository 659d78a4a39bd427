// Places: memory that a process may share, and locals in registers. Reading, writing, taking addresses.
import type { Expr, Order } from '../types.ts';
import type { CExpr } from './ast.ts';
import { expandMacro } from './call.ts';
import type { CType } from './ctype.ts';
import { isScalar, printType } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { lowerExpr, lowerGlobalName, resolveType, sourceText, withSite } from './expression.ts';
import { binary, constant, register } from './expr.ts';
import type { MemoryObject, Touch } from './memory.ts';
import { allocate, leavesOf } from './memory.ts';
import type { Frame, Local, Lvalue, Session, Value } from './session.ts';
import { codePoint, lookup, objectNamed, refuse, resolveCallee } from './session.ts';
import { narrow, scalar, scalarOf } from './value.ts';

/** Lowers an expression that names a place in memory or a local. */
export function lowerPlace(session: Session, frame: Frame, expr: CExpr): Lvalue {
  switch (expr.kind) {
    case 'name':
      return namedPlace(session, frame, expr);
    case 'field': {
      const base = expr.arrow ? deref(session, frame, lowerExpr(session, frame, expr.object), sourceText(frame, expr.object)) : lowerPlace(session, frame, expr.object);
      return fieldPlace(session, frame, base, expr.name);
    }
    case 'index': {
      const object = lowerExpr(session, frame, expr.object);
      const at = scalarOf(session, frame, lowerExpr(session, frame, expr.index));
      return elementPlace(session, frame, object, at, sourceText(frame, expr.object));
    }
    case 'unary':
      if (expr.op === '*') return deref(session, frame, lowerExpr(session, frame, expr.arg), sourceText(frame, expr.arg));
      break;
    case 'cast':
      return { ...lowerPlace(session, frame, expr.arg), type: resolveType(session, frame, expr.type) };
    case 'call': {
      const macro = macroPlace(session, frame, expr);
      if (macro !== undefined) return macro;
      break;
    }
    default:
      break;
  }
  if (expr.kind === 'call' || expr.kind === 'block' || expr.kind === 'conditional' || expr.kind === 'comma' || expr.kind === 'assign') {
    const value = lowerExpr(session, frame, expr);
    if (value.kind === 'aggregate') return value.place;
    if (value.kind === 'scalar' && value.type.kind === 'struct') return temporary(session, frame, value);
  }
  return refuse(session, frame, sourceText(frame, expr), 'expected a place in memory or a local variable');
}

function namedPlace(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'name' }): Lvalue {
  const { name } = expr;
  const binding = lookup(frame, name);
  if (binding?.kind === 'local') return localPlace(binding.local);
  if (binding?.kind === 'alias') return lowerPlace(session, withSite(binding.frame, frame), binding.expr);
  if (binding?.kind === 'value') {
    if (binding.value.kind === 'aggregate') return binding.value.place;
    if (binding.value.kind === 'scalar' && binding.value.type.kind === 'struct') return temporary(session, frame, binding.value);
    return refuse(session, frame, name, 'expected a place; the parameter is bound to a value');
  }
  const object = objectNamed(session, frame, name) ?? perCpuObject(session, frame, name);
  if (object !== undefined) return objectPlace(object);
  const macro = session.primitives.macro(name, frame.file) ?? session.tree.macro(name, frame.file);
  if (macro !== undefined && macro.macro.params === undefined) {
    const inner = expandMacro(session, frame, macro, [], expr.start);
    if (inner.kind === 'expression') return lowerPlace(session, inner.frame, inner.body);
  }
  return refuse(session, frame, name, `expected a known name; add a row for \`${name}\` to rules/primitives.h, or an object of that name to the scenario`);
}

/** The place that a function-like macro stands for: `per_cpu(x, cpu).nr`. Undefined when the callee is no macro. */
function macroPlace(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'call' }): Lvalue | undefined {
  if (expr.callee.kind !== 'name' || lookup(frame, expr.callee.name) !== undefined) return undefined;
  const callee = resolveCallee(session, frame, expr.callee.name);
  if (callee.kind !== 'macro') return undefined;
  const inner = expandMacro(session, frame, callee, expr.args, expr.start);
  if (inner.kind !== 'expression' || !['name', 'field', 'index', 'unary', 'call'].includes(inner.body.kind)) return undefined;
  if (inner.body.kind === 'unary' && inner.body.op !== '*') return undefined;
  if (callee.layer === 'primitives') session.used.rows.add(expr.callee.name);
  if (callee.layer === 'scenario') session.used.declared.set(expr.callee.name, `${expr.callee.name}(...) is ${callee.macro.body}`);
  return lowerPlace(session, inner.frame, inner.body);
}

/** The place of an object of the scenario. */
export function objectPlace(object: MemoryObject): Lvalue {
  return addressPlace(object.address, object.type);
}

function addressPlace(address: number, type: CType): Lvalue {
  return { kind: 'memory', address: constant(address), type, touch: { kind: 'address', address } };
}

/** A per-CPU variable of the file that is lowered: all zero at the start, which is an empty batch. */
function perCpuObject(session: Session, frame: Frame, name: string): MemoryObject | undefined {
  const text = session.tree.file(frame.file)?.text ?? '';
  if (!text.includes('DEFINE_PER_CPU')) return undefined;
  const definition = new RegExp(`\\bDEFINE_PER_CPU(?:_\\w+)?\\(\\s*(?:struct\\s+)?(\\w+)\\s*,\\s*${name}\\s*\\)`).exec(text);
  if (definition === null) return undefined;
  const type: CType = { kind: 'struct', name: definition[1] ?? '' };
  if (session.layouts.layout(type.name) === undefined) return undefined;
  return allocate(session.memory, name, type, session.layouts);
}

/** The place of a local variable. */
export function localPlace(local: Local): Lvalue {
  if (local.address !== undefined) return addressPlace(local.address, local.type);
  return { kind: 'local', local, offset: 0, type: local.type };
}

/** A struct that wraps one scalar and is held in a register, as a place to select from. */
function temporary(session: Session, frame: Frame, value: Value & { readonly kind: 'scalar' }): Lvalue {
  const dst = freshRegister(session.emitter);
  emit(session.emitter, codePoint(session, frame), { op: 'set', dst, value: value.expr });
  return localPlace({ name: frame.site.text, type: value.type, registers: new Map([[0, dst]]), address: undefined });
}

/** The place behind a pointer value. `words` is the pointer as written. */
export function deref(session: Session, frame: Frame, value: Value, words: string): Lvalue {
  if (value.kind === 'reference') {
    const type = value.type.kind === 'pointer' ? value.type.to : value.local.type;
    return { kind: 'local', local: value.local, offset: value.offset, type };
  }
  if (value.kind === 'aggregate' && value.type.kind === 'array') {
    return elementPlace(session, frame, value, constant(0), words);
  }
  if (value.kind !== 'scalar') return refuse(session, frame, words, 'expected a pointer');
  const to: CType = value.type.kind === 'pointer' ? value.type.to : value.type.kind === 'array' ? value.type.of : { kind: 'void' };
  return { kind: 'memory', address: value.expr, type: to, touch: touchOf(value.expr, to) };
}

/** What an access at a constant address, or through a pointer to a struct, may touch. */
function touchOf(address: Expr, type: CType): Touch | undefined {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (type.kind === 'struct') return { kind: 'field', struct: type.name, offset: 0, length: 0 };
  return undefined;
}

/** The place of field `name` of the struct at `base`. Refuses bit-fields and names that the struct does not have. */
export function fieldPlace(session: Session, frame: Frame, base: Lvalue, name: string): Lvalue {
  const struct = base.type;
  if (struct.kind !== 'struct') return refuse(session, frame, `.${name}`, `expected a struct, found ${printType(struct)}`);
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

function elementPlace(session: Session, frame: Frame, value: Value, at: Expr, words: string): Lvalue {
  const type = value.kind === 'void' ? undefined : value.type;
  const of = type?.kind === 'array' ? type.of : type?.kind === 'pointer' ? type.to : undefined;
  if (of === undefined || type === undefined) return refuse(session, frame, words, 'expected an array or a pointer before [');
  const size = knownSize(session, frame, of);
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
  if (value.kind !== 'scalar') return refuse(session, frame, words, 'expected an array in memory; a local array needs a constant index here');
  const address = binary('+', value.expr, step);
  return { kind: 'memory', address, type: of, touch: touchOf(address, of) };
}

function elementTouch(base: Touch | undefined, address: Expr, length: number): Touch | undefined {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (base === undefined) return undefined;
  if (base.kind === 'field') return { ...base, length };
  return { kind: 'field', struct: '', offset: base.address, length };
}

/** The size of a type in bytes. Refuses a struct or a type whose definition is not in the source. */
export function knownSize(session: Session, frame: Frame, type: CType): number {
  if (type.kind === 'opaque' || (type.kind === 'struct' && session.layouts.layout(type.name) === undefined)) {
    return refuse(session, frame, printType(type), `expected the definition of ${printType(type)}; it is not in the source`);
  }
  if (type.kind === 'array') return Math.max(0, type.length) * knownSize(session, frame, type.of);
  return session.layouts.sizeOf(type);
}

// ---------------------------------------------------------------- reading and writing

/** Reads a place as a plain access, or hands a struct or array on by value. */
export function readPlace(session: Session, frame: Frame, at: Lvalue, order: Order = 'plain'): Value {
  if (at.type.kind === 'function') return scalar(at.kind === 'memory' ? at.address : constant(0), at.type);
  if (!isScalar(at.type)) {
    const inner = wrapperLeaf(session, at.type);
    if (inner === undefined || at.type.kind === 'array') return { kind: 'aggregate', place: at, type: at.type };
    const value = readPlace(session, frame, { ...at, type: inner }, order);
    return value.kind === 'scalar' ? { ...value, type: at.type } : value;
  }
  if (at.kind === 'local') return scalar(register(localRegister(session, frame, at)), at.type);
  const dst = freshRegister(session.emitter);
  touch(session, at);
  emit(session.emitter, codePoint(session, frame), { op: 'load', dst, address: at.address, order });
  return scalar(register(dst), at.type);
}

/** The only scalar of a struct that wraps one (atomic_t, pte_t), when nothing else is in it. */
export function wrapperLeaf(session: Session, type: CType): CType | undefined {
  if (type.kind !== 'struct') return undefined;
  const known = session.wrapped.get(type.name);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const [leaf, ...others] = leavesOf(type, session.layouts);
  const isWrapper = leaf !== undefined && others.length === 0 && session.layouts.sizeOf(type) === session.layouts.sizeOf(leaf.type);
  session.wrapped.set(type.name, isWrapper ? leaf.type : 'none');
  return isWrapper ? leaf.type : undefined;
}

/**
 * The register of a local's scalar. Registers start at 0: C calls a read before a write indeterminate. Refuses a place
 * that is no whole scalar of the local, because registers do not overlap.
 */
function localRegister(session: Session, frame: Frame, at: Lvalue & { readonly kind: 'local' }): number {
  const { local, offset } = at;
  const held = local.registers.get(offset);
  const size = session.layouts.sizeOf(at.type);
  if (held !== undefined && isScalar(local.type) && session.layouts.sizeOf(local.type) === size) return held;
  const whole = leavesOf(local.type, session.layouts).find((leaf) => leaf.offset === offset && session.layouts.sizeOf(leaf.type) === size);
  if (whole === undefined) return refuse(session, frame, local.name, `expected a whole scalar of the local variable at offset ${offset}, found ${printType(at.type)}`);
  if (held !== undefined) return held;
  const made = freshRegister(session.emitter);
  local.registers.set(offset, made);
  return made;
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
    emit(session.emitter, codePoint(session, frame), { op: 'set', dst: localRegister(session, frame, { ...at, type }), value: stored });
    return;
  }
  touch(session, at);
  const stored = narrow(scalarOf(session, frame, value), type);
  emit(session.emitter, codePoint(session, frame), { op: 'store', address: at.address, value: stored, order });
}

function copyAggregate(session: Session, frame: Frame, to: Lvalue, value: Value): void {
  if (value.kind !== 'aggregate') return void refuse(session, frame, printType(to.type), 'expected a struct value');
  knownSize(session, frame, to.type);
  const leaves = leavesOf(to.type, session.layouts);
  refuseOverlap(session, frame, to.type);
  // All is read before anything is written: source and destination may be the same object.
  const read = leaves.map((leaf) => readPlace(session, frame, moved(value.place, leaf.offset, leaf.type)));
  for (const [i, leaf] of leaves.entries()) {
    const from = read[i];
    if (from !== undefined) writePlace(session, frame, moved(to, leaf.offset, leaf.type), from, 'plain');
  }
}

/** A struct with a union in it is not copied or initialised scalar by scalar: the arms would overwrite each other. */
export function refuseOverlap(session: Session, frame: Frame, type: CType): void {
  let end = 0;
  for (const leaf of leavesOf(type, session.layouts).toSorted((a, b) => a.offset - b.offset)) {
    if (leaf.offset < end) refuse(session, frame, printType(type), 'expected a struct without unions; copying a union by value is not modelled');
    end = leaf.offset + session.layouts.sizeOf(leaf.type);
  }
}

/** The scalar at `offset` inside the struct at `at`. */
export function moved(at: Lvalue, offset: number, type: CType): Lvalue {
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
  if (at.kind !== 'memory' || !session.emitter.live) return;
  const size = Math.max(1, session.layouts.sizeOf(at.type));
  if (at.address.kind === 'const') {
    session.touches.push({ kind: 'address', address: at.address.value, size });
    return;
  }
  if (at.touch === undefined) return;
  if (at.touch.kind === 'field' && at.touch.struct === '') {
    for (let offset = 0; offset < at.touch.length; offset += size) {
      session.touches.push({ kind: 'address', address: at.touch.offset + offset, size });
    }
    return;
  }
  session.touches.push(at.touch.kind === 'field' ? { ...at.touch, length: Math.max(at.touch.length, size) } : at.touch);
}

/** `&expr`: the address in memory, or a reference to a local. */
export function addressOf(session: Session, frame: Frame, expr: CExpr): Value {
  if (expr.kind === 'name' && lookup(frame, expr.name) === undefined && objectNamed(session, frame, expr.name) === undefined) {
    const id = session.tree.function(expr.name, frame.file) === undefined ? undefined : lowerGlobalName(session, frame, expr);
    if (id?.kind === 'scalar' && id.type.kind === 'function') return id;
  }
  const at = lowerPlace(session, frame, expr);
  const type: CType = { kind: 'pointer', to: at.type };
  if (at.kind === 'local') return { kind: 'reference', local: at.local, offset: at.offset, type };
  // A pointer to a scalar or a list_head forgets its struct: what it may be used for is noted here.
  const size = session.layouts.sizeOf(at.type);
  if (at.touch?.kind === 'field' && size <= 16) session.touches.push({ ...at.touch, length: Math.max(at.touch.length, size) });
  else if (at.touch?.kind === 'address' && size <= 16) {
    for (const leaf of leavesOf(at.type, session.layouts)) {
      session.touches.push({ kind: 'address', address: at.touch.address + leaf.offset, size: session.layouts.sizeOf(leaf.type) });
    }
  }
  return scalar(at.address, type);
}
