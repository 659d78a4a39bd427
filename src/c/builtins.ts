import { arg, constantArg, memberArg, memoryAddress, nameArg, pointerArg, valueArg } from './argument.ts';
import type { CExpr } from './ast.ts';
import { ACCESS_BUILTINS } from './builtins-access.ts';
import { CPU_BUILTINS } from './builtins-cpu.ts';
import { LIFE_BUILTINS } from './builtins-life.ts';
import { LIST_BUILTINS } from './builtins-list.ts';
import type { CType } from './ctype.ts';
import { INT, ULONG } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant, register, truth } from './expr.ts';
import { lowerExpr, offsetOf, sourceText } from './expression.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint } from './session.ts';
import { scalar, scalarOf } from './value.ts';

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
  ...ACCESS_BUILTINS,
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
      const names = args.map((one) => sourceText(frame, one));
      emit(session.emitter, codePoint(session, frame), { op: 'choose', dst, values, names, why: frame.site.text });
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

function option(session: Session, frame: Frame, args: readonly CExpr[], is: (value: number) => boolean): Value {
  return scalar(constant(Number(is(session.config.get(nameArg(session, frame, args[0])) ?? 0))), INT);
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
