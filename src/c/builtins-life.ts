// Builtins about the life of objects and processes, and about who may run: free, spawn and join, waiting for a
// condition, interrupts and preemption. The last two are lowered only in a scenario where they can be told.
import type { Instruction } from '../types.ts';
import { arg, nameArg, pointerArg } from './argument.ts';
import type { CExpr } from './ast.ts';
import { conditionValue, lowerCondition } from './condition.ts';
import { emit, finish, freshRegister, jump, newEmitter, newLabel, onlyReads, place } from './emit.ts';
import { lowerExpr, sourceText } from './expression.ts';
import type { Frame, Need, Session, Value } from './session.ts';
import { codePoint, demand, refuse } from './session.ts';
import { scalarOf } from './value.ts';

type Lower = (session: Session, frame: Frame, args: readonly CExpr[]) => Value;

const VOID: Value = { kind: 'void' };

/** The builtins of this file, by name. */
export const LIFE_BUILTINS: readonly (readonly [string, Lower])[] = [
  /** __free(pointer): the object it points to is gone; an access to it is a fault */
  [
    '__free',
    (session, frame, args) => {
      const at = pointerArg(session, frame, args[0]);
      const bytes = session.layouts.sizeOf(at.type);
      if (at.kind === 'local')
        return refuse(session, frame, sourceText(frame, arg(session, frame, args, 0)), 'expected memory');
      emit(session.emitter, codePoint(session, frame), { op: 'free', address: at.address, bytes });
      return VOID;
    },
  ],
  /** __spawn(P1): the process begins, and not before; __join(P1): waits for its end */
  ['__spawn', (session, frame, args) => life(session, frame, args, 'spawn')],
  ['__join', (session, frame, args) => life(session, frame, args, 'join')],
  /** __wait_until(condition): blocks until the condition holds */
  ['__wait_until', (session, frame, args) => waitUntil(session, frame, arg(session, frame, args, 0))],
  /** __enters(kind), __leaves(kind) of irq, preempt, atomic: interrupts, other tasks of the CPU, or nobody else run */
  ['__enters', (session, frame, args) => context(session, frame, args, true)],
  ['__leaves', (session, frame, args) => context(session, frame, args, false)],
  /** __demands(writers): some process makes a need; __needs(writers, x): x, which nobody can tell without it */
  [
    '__demands',
    (session, frame, args) => {
      demand(session, needArg(session, frame, args));
      return VOID;
    },
  ],
  [
    '__needs',
    (session, frame, args) => {
      const need = needArg(session, frame, args);
      if (session.needs.has(need)) return lowerExpr(session, frame, arg(session, frame, args, 1));
      session.used.rows.add(`__${need}_ignored`);
      return VOID;
    },
  ],
];

function needArg(session: Session, frame: Frame, args: readonly CExpr[]): Need {
  const word = nameArg(session, frame, args[0]);
  return word === 'writers' ? word : refuse(session, frame, word, 'expected writers');
}

function life(session: Session, frame: Frame, args: readonly CExpr[], op: 'spawn' | 'join'): Value {
  const name = nameArg(session, frame, args[0]);
  const process = session.processes.indexOf(name);
  if (process < 0)
    return refuse(session, frame, name, `expected a process of the scenario (${session.processes.join(', ')})`);
  emit(session.emitter, codePoint(session, frame), { op, process });
  return VOID;
}

function context(session: Session, frame: Frame, args: readonly CExpr[], enters: boolean): Value {
  const what = nameArg(session, frame, args[0]);
  if (what !== 'irq' && what !== 'preempt' && what !== 'atomic')
    return refuse(session, frame, what, 'expected irq, preempt or atomic');
  // With interrupts off nothing preempts a task either.
  const kinds: readonly ('irq' | 'preempt' | 'atomic')[] = what === 'irq' ? ['preempt', 'irq'] : [what];
  const told = kinds.filter((kind) => kind === 'atomic' || session.needs.has(kind === 'irq' ? 'interrupts' : 'tasks'));
  if (what === 'irq' && !session.needs.has('interrupts')) session.used.rows.add('__irq_ignored');
  for (const kind of enters ? told : told.toReversed())
    emit(session.emitter, codePoint(session, frame), { op: 'context', what: kind, enters });
  return VOID;
}

/**
 * The condition becomes code of its own, which the search runs where the process stands. One that needs a register of
 * the process, or does more than read, becomes a loop instead: it waits just as long, but a wait without end is no deadlock.
 */
function waitUntil(session: Session, frame: Frame, condition: CExpr): Value {
  const { emitter } = session;
  if (!emitter.live) return VOID;
  const why = sourceText(frame, condition);
  const at = codePoint(session, frame);
  const body = conditionCode(session, frame, condition);
  if (body !== undefined) {
    emit(emitter, at, { op: 'wait-until', ...body, why });
    return VOID;
  }
  const again = newLabel();
  const out = newLabel();
  again.used = true;
  place(emitter, again);
  const wait = newLabel();
  lowerCondition(session, frame, condition, out, wait);
  place(emitter, wait);
  jump(emitter, codePoint(session, frame), again);
  place(emitter, out);
  return VOID;
}

/** The condition as the code of an invariant; undefined when it needs what only the process has. */
function conditionCode(
  session: Session,
  frame: Frame,
  condition: CExpr,
): { readonly code: readonly Instruction[]; readonly registers: number } | undefined {
  const outer = session.emitter;
  const touches = session.touches.length;
  const inner = { ...newEmitter(), registers: outer.registers };
  session.emitter = inner;
  try {
    const value = scalarOf(session, frame, conditionValue(session, frame, condition));
    const result = freshRegister(inner);
    const at = codePoint(session, frame);
    emit(inner, at, { op: 'set', dst: result, value });
    if (onlyReads(inner, outer.registers)) return finish(inner, at, result);
    session.touches.length = touches;
    return undefined;
  } finally {
    session.emitter = outer;
  }
}
