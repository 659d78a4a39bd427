// Accesses: reading and writing a place, scalar by scalar, and noting which cells the program may touch.
import type { Order } from '../types.ts';
import type { BitRange, CType } from './ctype.ts';
import { isScalar, printType, UINT } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant, register } from './expr.ts';
import type { Touch } from './memory.ts';
import { leavesOf } from './memory.ts';
import type { Frame, Lvalue, Session, Value } from './session.ts';
import { codePoint, putInMemory, refuse } from './session.ts';
import { narrow, scalar, scalarOf } from './value.ts';

/** Reads a place as a plain access, or hands a struct or array on by value. */
export function readPlace(session: Session, frame: Frame, at: Lvalue, order: Order = 'plain'): Value {
  if (at.bits !== undefined) return readBits(session, frame, at, at.bits);
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

function readBits(session: Session, frame: Frame, at: Lvalue, { shift, width }: BitRange): Value {
  const { bits, ...whole } = at;
  const word = scalarOf(session, frame, readPlace(session, frame, { ...whole, type: integerOf(at.type) }));
  const isSigned = at.type.kind === 'int' && at.type.signed && !at.type.isBool;
  if (!isSigned || width >= 32)
    return scalar(binary('&', binary('>>', word, constant(shift)), constant(maskOf(width))), at.type);
  const top = binary('<<', word, constant(32 - shift - width));
  return scalar(binary('>>', top, constant(32 - width)), at.type);
}

/** Reads the integer and writes it back, as two accesses: what another process writes in between is lost. */
function writeBits(session: Session, frame: Frame, at: Lvalue, { shift, width }: BitRange, value: Value): void {
  const { bits, ...whole } = at;
  const type: CType = at.type.kind === 'int' && at.type.isBool ? at.type : UINT;
  const part = binary('&', narrow(scalarOf(session, frame, value), type), constant(maskOf(width)));
  const old = scalarOf(session, frame, readPlace(session, frame, { ...whole, type: integerOf(at.type) }));
  const kept = binary('&', old, constant(~(maskOf(width) << shift)));
  const stored = scalar(binary('|', kept, binary('<<', part, constant(shift))), UINT);
  writePlace(session, frame, { ...whole, type: integerOf(at.type) }, stored, 'plain');
}

/** The integer that a bit-field of this type stands in: a bool does not cut the word to 0 or 1. */
function integerOf(type: CType): CType {
  return type.kind === 'int' && type.isBool ? { ...type, isBool: false } : type;
}

function maskOf(width: number): number {
  return width >= 32 ? -1 : 2 ** width - 1;
}

/** The only scalar of a struct that wraps one (atomic_t, pte_t), when nothing else is in it. */
export function wrapperLeaf(session: Session, type: CType): CType | undefined {
  if (type.kind !== 'struct') return undefined;
  const known = session.wrapped.get(type.name);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const [leaf, ...others] = leavesOf(type, session.layouts);
  const isWrapper =
    leaf !== undefined && others.length === 0 && session.layouts.sizeOf(type) === session.layouts.sizeOf(leaf.type);
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
  const whole = leavesOf(local.type, session.layouts).find(
    (leaf) => leaf.offset === offset && session.layouts.sizeOf(leaf.type) === size,
  );
  if (whole === undefined)
    return putInMemory(
      session,
      frame,
      local,
      `expected a whole scalar of the local variable at offset ${offset}, found ${printType(at.type)}`,
    );
  if (held !== undefined) return held;
  const made = freshRegister(session.emitter);
  local.registers.set(offset, made);
  return made;
}

/** Writes a value to a place. */
export function writePlace(session: Session, frame: Frame, at: Lvalue, value: Value, order: Order): void {
  if (at.bits !== undefined) {
    writeBits(session, frame, at, at.bits, value);
    return;
  }
  const type = isScalar(at.type) ? at.type : wrapperLeaf(session, at.type);
  if (type === undefined) {
    copyAggregate(session, frame, at, value);
    return;
  }
  if (at.kind === 'local') {
    if (value.kind === 'reference') {
      putInMemory(
        session,
        frame,
        value.local,
        'expected a value; the address of a local variable is kept in a variable',
      );
    }
    const stored = narrow(scalarOf(session, frame, value), type);
    emit(session.emitter, codePoint(session, frame), {
      op: 'set',
      dst: localRegister(session, frame, { ...at, type }),
      value: stored,
    });
    return;
  }
  touch(session, at);
  const stored = narrow(scalarOf(session, frame, value), type);
  emit(session.emitter, codePoint(session, frame), { op: 'store', address: at.address, value: stored, order });
}

function copyAggregate(session: Session, frame: Frame, to: Lvalue, value: Value): void {
  knownSize(session, frame, to.type);
  if (value.kind !== 'aggregate') return void refuse(session, frame, printType(to.type), 'expected a struct value');
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
    if (leaf.offset < end)
      refuse(
        session,
        frame,
        printType(type),
        'expected a struct without unions; copying a union by value is not modelled',
      );
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

/** The size of a type in bytes. Refuses a struct or a type whose definition is not in the source. */
export function knownSize(session: Session, frame: Frame, type: CType): number {
  if (type.kind === 'opaque' || (type.kind === 'struct' && session.layouts.layout(type.name) === undefined)) {
    return refuse(
      session,
      frame,
      printType(type),
      `expected the definition of ${printType(type)}; it is not in the source`,
    );
  }
  if (type.kind === 'array') return Math.max(0, type.length) * knownSize(session, frame, type.of);
  return session.layouts.sizeOf(type);
}
