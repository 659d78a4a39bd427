// Values: what an expression is worth, and the conversions of C between integer and pointer types.
import type { Expr } from '../types.ts';
import { readPlace, touch, wrapperLeaf } from './access.ts';
import type { CType } from './ctype.ts';
import { INT, isScalar, printType } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant, register, truth } from './expr.ts';
import type { Frame, Lvalue, Session, Value } from './session.ts';
import { codePoint, putInMemory, refuse } from './session.ts';

/** A scalar value. */
export function scalar(expr: Expr, type: CType): Value {
  return { kind: 'scalar', expr, type };
}

/** The type of a value; void for none. */
export function typeOf(value: Value): CType {
  return value.kind === 'void' ? { kind: 'void' } : value.type;
}

/** The scalar of a value; an array in memory is its address. Refuses what is no scalar, or of a type nobody could read. */
export function scalarOf(session: Session, frame: Frame, value: Value): Expr {
  if (value.kind === 'void')
    return refuse(session, frame, frame.site.text, 'expected a value, found a call that returns none');
  if (value.type.kind === 'opaque')
    return refuse(
      session,
      frame,
      value.type.name,
      `expected the definition of type ${value.type.name}; it is not in the source`,
    );
  if (value.kind === 'scalar') return value.expr;
  if (value.kind === 'reference') {
    return putInMemory(
      session,
      frame,
      value.local,
      'expected a value; the address of a local variable is used as a number',
    );
  }
  if (value.type.kind === 'array' && value.place.kind === 'memory') {
    noteElements(session, value.place, value.type);
    return value.place.address;
  }
  const leaf = wrapperLeaf(session, value.type);
  if (leaf !== undefined) return scalarOf(session, frame, readPlace(session, frame, { ...value.place, type: leaf }));
  return refuse(session, frame, frame.site.text, `expected a scalar, found ${printType(value.type)}`);
}

/** A pointer to a scalar forgets the array that it came from: what it may be used for is noted here. */
function noteElements(
  session: Session,
  place: Lvalue & { readonly kind: 'memory' },
  array: CType & { readonly kind: 'array' },
): void {
  if (!isScalar(array.of)) return;
  const size = session.layouts.sizeOf(array.of);
  if (place.touch?.kind === 'field') {
    touch(session, { ...place, type: array.of, touch: { ...place.touch, length: array.length * size } });
    return;
  }
  for (let i = 0; i < Math.min(64, array.length); i++) {
    const address = binary('+', place.address, constant(i * size));
    if (address.kind === 'const') touch(session, { ...place, address, type: array.of });
  }
}

/** A copy in a fresh register, so that a later write to a variable does not change it. */
export function copy(session: Session, frame: Frame, expr: Expr): Expr {
  if (expr.kind === 'const') return expr;
  const dst = freshRegister(session.emitter);
  emit(session.emitter, codePoint(session, frame), { op: 'set', dst, value: expr });
  return register(dst);
}

/** Cuts a value to the width of its type, as storing it does. Values of 4 and 8 bytes are one 32-bit word. */
export function narrow(expr: Expr, type: CType): Expr {
  if (type.kind !== 'int') return expr;
  if (type.isBool) return truth(expr);
  if (type.size >= 4) return expr;
  const bits = type.size * 8;
  if (type.signed) return binary('>>', binary('<<', expr, constant(32 - bits)), constant(32 - bits));
  return binary('&', expr, constant(2 ** bits - 1));
}

/** Converts a value to a type, as a cast or an assignment does. */
export function convertValue(session: Session, frame: Frame, value: Value, type: CType): Value {
  if (type.kind === 'void') return { kind: 'void' };
  if (value.kind === 'void') return value;
  if (value.kind === 'reference') return { ...value, type };
  if (value.kind === 'aggregate') {
    return isScalar(type)
      ? convertValue(session, frame, scalar(scalarOf(session, frame, value), decayed(value.type)), type)
      : value;
  }
  if (type.kind === 'int') {
    if (value.type.kind === 'opaque') scalarOf(session, frame, value);
    return scalar(narrow(value.expr, type), type);
  }
  if (type.kind === 'pointer' && value.type.kind === 'pointer') refusePunning(session, frame, value.type.to, type.to);
  return { ...value, type };
}

/** A pointer to a part of a word would read the whole word: memory is modelled in whole scalars. */
function refusePunning(session: Session, frame: Frame, from: CType, to: CType): void {
  if (to.kind !== 'int' || to.size >= 4) return;
  if (from.kind === 'void' || from.kind === 'opaque' || (from.kind === 'int' && from.size === to.size)) return;
  refuse(
    session,
    frame,
    `${printType(to)} *`,
    `expected a pointer to a whole ${printType(from)}; parts of a word are not modelled`,
  );
}

/** The type of a value in an expression: an array is a pointer to its first element. */
export function decayed(type: CType): CType {
  return type.kind === 'array' ? { kind: 'pointer', to: type.of } : type;
}

/** What a pointer or an array points to. */
export function pointee(type: CType): CType | undefined {
  if (type.kind === 'pointer') return type.to;
  return type.kind === 'array' ? type.of : undefined;
}

/** Integer promotion (C11 6.3.1.1): what is narrower than int becomes int. */
export function promoted(type: CType): CType {
  return type.kind === 'int' && type.size < 4 ? INT : type;
}

/** The usual arithmetic conversions (C11 6.3.1.8); a pointer wins over an integer. */
export function commonType(left: CType, right: CType): CType {
  const a = promoted(left);
  const b = promoted(right);
  if (a.kind !== 'int' || b.kind !== 'int') return a.kind === 'int' ? b : a;
  if (a.size !== b.size) return a.size > b.size ? a : b;
  return a.signed ? b : a;
}
