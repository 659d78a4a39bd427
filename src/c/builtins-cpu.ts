// Builtins about the CPU that a process runs on: per-CPU data, its task, local locks, and RCU, whose sections are those
// of a CPU. RCU and local locks are left out unless a process of the scenario waits for a grace period, or does the
// work of another CPU.

import type { Expr } from '../types.ts';
import { arg, memoryAddress, pointerArg, valueArg } from './argument.ts';
import type { CExpr } from './ast.ts';
import type { CType } from './ctype.ts';
import { INT } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant, register } from './expr.ts';
import { lowerExpr } from './expression.ts';
import { allocate, copyFor, leavesOf, perCpuCopies } from './memory.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, demand, refuse } from './session.ts';
import { copy, scalar, scalarOf } from './value.ts';

type Lower = (session: Session, frame: Frame, args: readonly CExpr[]) => Value;

const VOID: Value = { kind: 'void' };

/** The builtins of this file, by name. */
export const CPU_BUILTINS: readonly (readonly [string, Lower])[] = [
  /** __this_cpu(pointer): the same place in the copy that this CPU has of the object */
  ['__this_cpu', (session, frame, args) => perCpu(session, frame, args, ownCpu(session, frame))],
  /** __per_cpu(pointer, cpu): the same place in the copy of a CPU */
  ['__per_cpu', (session, frame, args) => perCpu(session, frame, args, valueArg(session, frame, args, 1))],
  /** __cpu(): the number of this CPU, from 0 in the order of the processes */
  ['__cpu', (session, frame) => scalar(ownCpu(session, frame), INT)],
  /** __cpus(): how many CPUs there are */
  ['__cpus', (session) => scalar(constant(session.cpus.length), INT)],
  /** __on_cpu(cpu, expression): what the expression does, done for another CPU */
  [
    '__on_cpu',
    (session, frame, args) => {
      demand(session, 'local-locks');
      const outer = session.onCpu;
      session.onCpu = copy(session, frame, valueArg(session, frame, args, 0));
      const value = lowerExpr(session, frame, arg(session, frame, args, 1));
      session.onCpu = outer;
      return value;
    },
  ],
  /** __current(): the task of this process, a copy of the scenario's object `current_task`, or all zero */
  ['__current', (session) => currentTask(session)],
  ['__local_lock', (session, frame, args) => localLock(session, frame, args, 'lock')],
  ['__local_unlock', (session, frame, args) => localLock(session, frame, args, 'unlock')],
  /** __rcu_lock(), __rcu_unlock(): a read-side section; __rcu_lock(pointer) gives the index of srcu_read_lock */
  ['__rcu_lock', (session, frame, args) => rcu(session, frame, args, 'rcu-lock')],
  ['__rcu_unlock', (session, frame, args) => rcu(session, frame, args, 'rcu-unlock')],
  /** __rcu_sync(), __rcu_sync(pointer): waits for the sections that have begun */
  [
    '__rcu_sync',
    (session, frame, args) => {
      demand(session, 'rcu');
      return rcu(session, frame, args, 'rcu-sync');
    },
  ],
  /** __is_locked(pointer): whether anyone holds the lock */
  [
    '__is_locked',
    (session, frame, args) => {
      const dst = freshRegister(session.emitter);
      const address = memoryAddress(session, frame, pointerArg(session, frame, args[0]));
      emit(session.emitter, codePoint(session, frame), { op: 'is-locked', dst, address });
      return scalar(register(dst), INT);
    },
  ],
];

function ownCpu(session: Session, frame: Frame): Expr {
  if (session.onCpu !== undefined) return session.onCpu;
  const cpu = session.cpuOf.get(session.processName);
  if (cpu === undefined)
    return refuse(session, frame, frame.site.text, 'expected a process; an invariant runs on no CPU');
  return constant(cpu);
}

function perCpu(session: Session, frame: Frame, args: readonly CExpr[], cpu: Expr): Value {
  const value = lowerExpr(session, frame, arg(session, frame, args, 0));
  const address = scalarOf(session, frame, value);
  if (address.kind !== 'const' || value.kind !== 'scalar')
    return refuse(session, frame, frame.site.text, 'expected the address of a per-CPU object');
  const { first, stride, offset } = perCpuCopies(session, address.value);
  const to: CType = value.type.kind === 'pointer' ? value.type.to : INT;
  // A pointer to a scalar forgets the object that it came from: what it may be used for is noted here.
  if (session.layouts.sizeOf(to) <= 16) {
    for (const leaf of leavesOf(to, session.layouts)) {
      const size = session.layouts.sizeOf(leaf.type);
      const at = (index: number): number => first + index * stride + offset + leaf.offset;
      if (cpu.kind === 'const') session.touches.push({ kind: 'address', address: at(cpu.value), size });
      else for (const index of session.cpus.keys()) session.touches.push({ kind: 'address', address: at(index), size });
    }
  }
  return { ...value, expr: binary('+', constant(first + offset), binary('*', cpu, constant(stride))) };
}

function currentTask(session: Session): Value {
  const type: CType = { kind: 'struct', name: 'task_struct' };
  const { objects } = session.memory;
  const given = objects.find((one) => one.name === 'current_task');
  const own = `${session.processName}.current_task`;
  const known = objects.find((one) => one.name === own);
  const pointer = (address: number): Value => scalar(constant(address), { kind: 'pointer', to: type });
  if (known !== undefined) return pointer(known.address);
  if (given === undefined) return pointer(allocate(session.memory, own, type, session.layouts).address);
  const cpu = session.cpus.indexOf(session.processName);
  if (cpu < 0) return pointer(copyFor(session, given, session.processName).address);
  const { first, stride } = perCpuCopies(session, given.address);
  return pointer(first + cpu * stride);
}

function localLock(session: Session, frame: Frame, args: readonly CExpr[], op: 'lock' | 'unlock'): Value {
  if (!session.needs.has('local-locks')) {
    session.used.rows.add('__local_lock_ignored');
    return VOID;
  }
  const value = perCpu(session, frame, args, ownCpu(session, frame));
  emit(session.emitter, codePoint(session, frame), { op, address: scalarOf(session, frame, value) });
  return VOID;
}

function rcu(
  session: Session,
  frame: Frame,
  args: readonly CExpr[],
  op: 'rcu-lock' | 'rcu-unlock' | 'rcu-sync',
): Value {
  const isSrcu = args.length > 0;
  if (!session.needs.has('rcu')) {
    session.used.rows.add('__rcu_ignored');
    return isSrcu && op === 'rcu-lock' ? scalar(constant(0), INT) : VOID;
  }
  const domain = isSrcu ? { domain: memoryAddress(session, frame, pointerArg(session, frame, args[0])) } : {};
  const at = codePoint(session, frame);
  if (op === 'rcu-lock' && isSrcu) {
    const dst = freshRegister(session.emitter);
    emit(session.emitter, at, { op, ...domain, dst });
    return scalar(register(dst), INT);
  }
  const index = op === 'rcu-unlock' && args.length > 1 ? { index: valueArg(session, frame, args, 1) } : {};
  emit(session.emitter, at, { op, ...domain, ...index });
  return VOID;
}
