// The builtins that rules/primitives.h is written in: one event each, with its LKMM order tag. The tags are those of
// tools/memory-model/linux-kernel.def; a reader of that file will know them.
import type { Expr, FenceKind } from '../types.ts';
import { readPlace, writePlace } from './access.ts';
import {
  arg,
  constantArg,
  memberArg,
  memoryAddress,
  nameArg,
  orderArg,
  pointerArg,
  scalarType,
  valueArg,
} from './argument.ts';
import type { CExpr } from './ast.ts';
import { CPU_BUILTINS } from './builtins-cpu.ts';
import { LIFE_BUILTINS } from './builtins-life.ts';
import { LIST_BUILTINS } from './builtins-list.ts';
import type { CType } from './ctype.ts';
import { BOOL, INT, ULONG } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant, register, truth } from './expr.ts';
import { lowerExpr, offsetOf } from './expression.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, refuse } from './session.ts';
import { convertValue, scalar, scalarOf } from './value.ts';

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

/** Lowers a call of builtin `name`. Undefined when there is no such builtin. */
export function lowerBuiltin(session: Session, frame: Frame, name: string, args: readonly CExpr[]): Value | undefined {
  return BUILTINS.get(name)?.(session, frame, args);
}

/** Whether `name` is a builtin, which nothing redefines. */
export function isBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

const BUILTINS: ReadonlyMap<string, Lower> = new Map<string, Lower>([
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
  /** __assert(condition): recorded when it is 0, the run goes on */
  [
    '__assert',
    (session, frame, args) => {
      const cond = truth(valueArg(session, frame, args, 0));
      if (cond.kind === 'const' && cond.value !== 0) return { kind: 'void' };
      const at = codePoint(session, frame);
      emit(session.emitter, at, { op: 'assert', cond, what: at.text });
      return { kind: 'void' };
    },
  ],
  [
    '__assert_held',
    (session, frame, args) => {
      const address = memoryAddress(session, frame, pointerArg(session, frame, args[0]));
      const at = codePoint(session, frame);
      emit(session.emitter, at, { op: 'assert-held', address, what: at.text });
      return { kind: 'void' };
    },
  ],
  /** __choose(a, b, ...): any of the constants, a scheduling point */
  [
    '__choose',
    (session, frame, args) => {
      const dst = freshRegister(session.emitter);
      const values = args.map((one) => constantArg(session, frame, one));
      emit(session.emitter, codePoint(session, frame), { op: 'choose', dst, values, why: frame.site.text });
      return scalar(register(dst), INT);
    },
  ],
  /** __stop(): this process goes no further */
  [
    '__stop',
    (session, frame) => {
      emit(session.emitter, codePoint(session, frame), { op: 'stop', why: frame.site.text });
      return { kind: 'void' };
    },
  ],
  ...CPU_BUILTINS,
  ...LIFE_BUILTINS,
  ...LIST_BUILTINS,
  /** __ignore(...): no effect; the arguments are not evaluated */
  ['__ignore', () => ({ kind: 'void' })],
  /** IS_ENABLED(option): whether the configuration has it; IS_BUILTIN and IS_MODULE tell how */
  ['IS_ENABLED', (session, frame, args) => option(session, frame, args, (value) => value > 0)],
  ['IS_REACHABLE', (session, frame, args) => option(session, frame, args, (value) => value > 0)],
  ['IS_BUILTIN', (session, frame, args) => option(session, frame, args, (value) => value === 1)],
  ['IS_MODULE', (session, frame, args) => option(session, frame, args, (value) => value === 2)],
  ['__builtin_expect', (session, frame, args) => lowerExpr(session, frame, arg(session, frame, args, 0))],
  ['__builtin_constant_p', () => scalar(constant(0), INT)],
  /** __builtin_offsetof(type, member) */
  [
    '__builtin_offsetof',
    (session, frame, args) => {
      const member = memberArg(session, frame, args, 1);
      return scalar(
        constant(offsetOf(session, frame, { kind: 'struct', name: nameArg(session, frame, args[0]) }, member)),
        ULONG,
      );
    },
  ],
  /** container_of(pointer, type, member) */
  ['container_of', (session, frame, args) => containerOf(session, frame, args)],
  ['container_of_const', (session, frame, args) => containerOf(session, frame, args)],
]);

/** The bits of a word that was read: of a known mask they are all that the access gives. */
function bitsOf(word: Expr, mask: Expr, type: CType): Value {
  return scalar(mask.kind === 'const' ? word : binary('&', word, mask), type);
}

function option(session: Session, frame: Frame, args: readonly CExpr[], is: (value: number) => boolean): Value {
  return scalar(constant(Number(is(session.config.get(nameArg(session, frame, args[0])) ?? 0))), INT);
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

/** container_of: the pointer minus the offset of the member, typed as the struct. The type reads as a plain name. */
function containerOf(session: Session, frame: Frame, args: readonly CExpr[]): Value {
  const pointer = lowerExpr(session, frame, arg(session, frame, args, 0));
  const struct = nameArg(session, frame, args[1]);
  const member = memberArg(session, frame, args, 2);
  const type: CType = { kind: 'struct', name: struct };
  const offset = offsetOf(session, frame, type, member);
  return scalar(binary('-', scalarOf(session, frame, pointer), constant(offset)), { kind: 'pointer', to: type });
}
