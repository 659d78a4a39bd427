// The builtins that touch memory: loads, stores, read-modify-writes, fences, and what waits for a word or a lock.
import type { Expr, FenceKind } from '../types.ts';
import { readPlace, writePlace } from './access.ts';
import { arg, constantArg, memoryAddress, nameArg, orderArg, pointerArg, scalarType, valueArg } from './argument.ts';
import type { CExpr } from './ast.ts';
import type { CType } from './ctype.ts';
import { BOOL, INT } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, register } from './expr.ts';
import { lowerExpr } from './expression.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, refuse } from './session.ts';
import { convertValue, scalar } from './value.ts';

const RMW = new Set(['or', 'andnot', 'and', 'xor', 'add', 'xchg']);
const FENCES: Readonly<Record<string, FenceKind>> = {
  mb: 'mb',
  rmb: 'rmb',
  wmb: 'wmb',
  before_atomic: 'before-atomic',
  after_atomic: 'after-atomic',
  after_spinlock: 'after-spinlock',
  after_unlock_lock: 'after-unlock-lock',
  after_srcu_read_unlock: 'after-srcu-read-unlock',
  barrier: 'barrier',
};

type Lower = (session: Session, frame: Frame, args: readonly CExpr[]) => Value;

/** The builtins of this file, by name. */
export const ACCESS_BUILTINS: readonly (readonly [string, Lower])[] = [
  /** __load(order, pointer) */
  [
    '__load',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[1]);
      return readPlace(session, frame, at, orderArg(session, frame, args[0]));
    },
  ],
  /** __store(order, pointer, value) */
  [
    '__store',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[1]);
      const value = lowerExpr(session, frame, arg(session, frame, args, 2));
      writePlace(session, frame, at, value, orderArg(session, frame, args[0]));
      return value.kind === 'scalar' ? convertValue(session, frame, value, at.type) : value;
    },
  ],
  /** __load_bits(order, pointer, mask): the word & mask */
  [
    '__load_bits',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[1]);
      const order = orderArg(session, frame, args[0]);
      const mask = valueArg(session, frame, args, 2);
      const dst = freshRegister(session.emitter);
      const address = memoryAddress(session, frame, at);
      const only = mask.kind === 'const' ? { mask: mask.value } : {};
      emit(session.emitter, codePoint(session, frame), { op: 'load', dst, address, order, ...only });
      return bitsOf(register(dst), mask, at.type.kind === 'int' ? at.type : INT);
    },
  ],
  /** __rmw(order, function, pointer, operand): the old word */
  ['__rmw', (session, frame, args) => lowerRmw(session, frame, args, undefined)],
  /** __rmw_bits(order, function, pointer, operand, mask): the old word & mask */
  [
    '__rmw_bits',
    (session, frame, args) => {
      const mask = valueArg(session, frame, args, 4);
      const old = lowerRmw(session, frame, args, mask.kind === 'const' ? mask.value : undefined);
      return old.kind === 'scalar' ? bitsOf(old.expr, mask, old.type) : old;
    },
  ],
  /** __rmw_void(order, function, pointer, operand) */
  [
    '__rmw_void',
    (session, frame, args) => {
      lowerRmw(session, frame, args, undefined, true);
      return { kind: 'void' };
    },
  ],
  /** __cmpxchg(order, pointer, expected, desired): the old value */
  [
    '__cmpxchg',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[1]);
      const expected = valueArg(session, frame, args, 2);
      const desired = valueArg(session, frame, args, 3);
      const dst = freshRegister(session.emitter);
      const address = memoryAddress(session, frame, at);
      emit(session.emitter, codePoint(session, frame), {
        op: 'cmpxchg',
        dst,
        address,
        expected,
        desired,
        order: orderArg(session, frame, args[0]),
      });
      return scalar(register(dst), at.type);
    },
  ],
  /** __add_unless(order, pointer, operand, unless): whether it added */
  [
    '__add_unless',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[1]);
      const operand = valueArg(session, frame, args, 2);
      const unless = valueArg(session, frame, args, 3);
      const dst = freshRegister(session.emitter);
      const address = memoryAddress(session, frame, at);
      emit(session.emitter, codePoint(session, frame), {
        op: 'add-unless',
        dst,
        address,
        operand,
        unless,
        order: orderArg(session, frame, args[0]),
      });
      return scalar(register(dst), BOOL);
    },
  ],
  /** __try_bits(pointer, mask): test-and-set-lock of bits */
  [
    '__try_bits',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[0]);
      const dst = freshRegister(session.emitter);
      const address = memoryAddress(session, frame, at);
      emit(session.emitter, codePoint(session, frame), {
        op: 'try-bits',
        dst,
        address,
        mask: constantArg(session, frame, args[1]),
      });
      return scalar(register(dst), BOOL);
    },
  ],
  /** __await(pointer, mask, value): blocks until (word & mask) == value; __await_take sets the bits in the same step */
  ['__await', (session, frame, args) => lowerAwait(session, frame, args, false)],
  ['__await_take', (session, frame, args) => lowerAwait(session, frame, args, true)],
  /** __fence(kind) */
  [
    '__fence',
    (session, frame, args) => {
      const fence = FENCES[nameArg(session, frame, args[0])];
      if (fence === undefined)
        return refuse(session, frame, frame.site.text, `expected a fence (${Object.keys(FENCES).join(', ')})`);
      emit(session.emitter, codePoint(session, frame), { op: 'fence', fence });
      return { kind: 'void' };
    },
  ],
  ['__lock', (session, frame, args) => lowerLock(session, frame, args, 'lock')],
  ['__unlock', (session, frame, args) => lowerLock(session, frame, args, 'unlock')],
  [
    '__trylock',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[0]);
      const dst = freshRegister(session.emitter);
      emit(session.emitter, codePoint(session, frame), {
        op: 'trylock',
        dst,
        address: memoryAddress(session, frame, at),
      });
      return scalar(register(dst), BOOL);
    },
  ],
];

/** The bits of a word that was read: of a known mask they are all that the access gives. */
function bitsOf(word: Expr, mask: Expr, type: CType): Value {
  return scalar(mask.kind === 'const' ? word : binary('&', word, mask), type);
}

function lowerRmw(
  session: Session,
  frame: Frame,
  args: readonly CExpr[],
  mask: number | undefined,
  isVoid = false,
): Value {
  const fn = nameArg(session, frame, args[1]);
  if (!RMW.has(fn)) return refuse(session, frame, fn, `expected a read-modify-write function (${[...RMW].join(', ')})`);
  const at = pointerArg(session, frame, args[2]);
  const operand = valueArg(session, frame, args, 3);
  const order = orderArg(session, frame, args[0]);
  const address = memoryAddress(session, frame, at);
  const dst = isVoid ? undefined : freshRegister(session.emitter);
  emit(session.emitter, codePoint(session, frame), {
    op: 'rmw',
    ...(dst === undefined ? {} : { dst }),
    address,
    fn: fn as 'or' | 'andnot' | 'and' | 'xor' | 'add' | 'xchg',
    operand,
    order,
    ...(mask === undefined ? {} : { mask }),
  });
  return dst === undefined ? { kind: 'void' } : scalar(register(dst), scalarType(session, at.type));
}

function lowerAwait(session: Session, frame: Frame, args: readonly CExpr[], take: boolean): Value {
  const at = pointerArg(session, frame, args[0]);
  const mask = constantArg(session, frame, args[1]);
  const value = args[2] === undefined ? 0 : constantArg(session, frame, args[2]);
  emit(session.emitter, codePoint(session, frame), {
    op: 'await',
    address: memoryAddress(session, frame, at),
    mask,
    value,
    take,
  });
  return { kind: 'void' };
}

function lowerLock(session: Session, frame: Frame, args: readonly CExpr[], op: 'lock' | 'unlock'): Value {
  const at = pointerArg(session, frame, args[0]);
  emit(session.emitter, codePoint(session, frame), { op, address: memoryAddress(session, frame, at) });
  return { kind: 'void' };
}
