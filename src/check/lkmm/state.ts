// A node of the search: an execution graph that may still grow, and where each process stands.
import type { Instruction } from '../../types.ts';
import { type Event, type Graph, INIT } from './event.ts';
import { noEvents } from './sets.ts';
import { reduce, type Term, type Value } from './term.ts';

/** Sets of events that a process carries along; a new event takes its rows from them. */
export const SET = {
  po: 0, // everything so far
  accesses: 1, // M
  writes: 2, // W
  reads: 3, // R \ Noreturn
  counted: 4, // everything but Noreturn
  acquires: 5,
  strong: 6, // before a full fence of any kind
  gp: 7, // before the last grace period
  wmb: 8,
  rmb: 9, // reads before the last smp_rmb()
  rmbAny: 10, // all but Noreturn before it
  pulp: 11, // before an unlock that is followed by a lock
  unlocked: 12, // before the last unlock
  beforeAtomic: 13,
  atomic: 14, // up to the last RMW
  locked: 15, // up to the last LKW
  srcu: 16, // up to the last srcu_read_unlock()
} as const;
const SETS = 17;

/** A branch whose control dependency still lasts. */
interface Guard {
  readonly join: number; // instruction where it ends
  readonly reads: Int32Array;
}

/** What a process remembered at the head of a loop. */
interface Turn {
  readonly head: number;
  readonly effects: number;
  readonly values: readonly Value[]; // of the registers that are live there
}

/** A process in the middle of an execution. Arrays are replaced, not changed, unless the state owns them. */
export interface Cpu {
  readonly process: number;
  pc: number;
  ended: boolean;
  blocked: number; // the read it waits for, -1 when it runs
  registers: Value[];
  depends: Int32Array[]; // by register: the reads its value comes from
  guards: readonly Guard[];
  control: Int32Array; // union of the guards
  sets: Int32Array;
  locks: readonly number[];
  handed: number;
  sections: readonly number[]; // open rcu_read_lock() events
  effects: number; // events that are not reads
  turns: readonly Turn[];
  head: number; // the loop head noted last
  unrolled: number; // times it went back without folding
  steps: number; // instructions since its last event
  marks: readonly Mark[];
}

/** A fence, or a choice and what was chosen: no event, but a reader wants to see it. */
export interface Mark {
  readonly pc: number;
  readonly instruction: Instruction;
  readonly before: number; // events from this one on come after it
  readonly value: number | undefined;
}

/** An assertion that was false on the way. */
export interface Failure {
  readonly process: number;
  readonly pc: number;
  readonly what: string;
}

/** A condition on reads that were open when a branch was taken. */
interface Assumption {
  readonly value: Term;
  readonly holds: boolean;
}

/**
 * A read that sees the write of a read-modify-write of its own process which has no place yet, since its own read still waits. Nothing
 * orders the two reads, so the process goes on with the value. The read is pending until the write is placed.
 */
export interface Forwarded {
  readonly read: number;
  readonly write: number;
}

/** See Graph; `value` is of placed writes and of reads with a source. */
export interface State extends Graph {
  readonly words: number;
  readonly init: readonly number[]; // by cell
  readonly events: Event[];
  readonly loc: number[];
  readonly source: number[];
  readonly place: number[];
  readonly co: (readonly number[])[];
  readonly value: number[];
  readonly taken: number[]; // by write: the read of the pair that follows it, -1
  readonly firstTaken: number[]; // the same of initial values, by cell
  pending: readonly number[];
  forwarded: readonly Forwarded[];
  loose: readonly number[]; // events whose cell, value or source is not known
  assumed: readonly Assumption[];
  readonly cpus: Cpu[];
  failures: readonly Failure[];
  fault: Fault | undefined; // where a process stopped
  fresh: boolean; // grew since the axioms were checked
}

/** A pointer that names no cell, or an unlock of a lock that is not held. */
export class Fault extends Error {
  readonly instruction: Instruction;
  readonly why: string;
  readonly isNull: boolean; // an address that is NULL or near it
  constructor(instruction: Instruction, why: string, isNull = false) {
    super(why);
    this.instruction = instruction;
    this.why = why;
    this.isNull = isNull;
  }
}

/** The state before anything ran. */
export function initial(words: number, init: readonly number[], registers: readonly number[]): State {
  const none = noEvents(words);
  return {
    words,
    init,
    events: [],
    loc: [],
    source: [],
    place: [],
    co: init.map(() => [INIT]),
    value: [],
    taken: [],
    firstTaken: init.map(() => -1),
    pending: [],
    forwarded: [],
    loose: [],
    assumed: [],
    cpus: registers.map((count, process) => ({
      process,
      pc: 0,
      ended: false,
      blocked: -1,
      registers: new Array<Value>(count).fill(0),
      depends: new Array<Int32Array>(count).fill(none),
      guards: [],
      control: none,
      sets: new Int32Array(SETS * words),
      locks: [],
      handed: 0,
      sections: [],
      effects: 0,
      turns: [],
      head: -1,
      unrolled: 0,
      steps: 0,
      marks: [],
    })),
    failures: [],
    fault: undefined,
    fresh: false,
  };
}

/** An independent copy. Linear in the events. */
export function copy(state: State): State {
  return {
    words: state.words,
    init: state.init,
    events: state.events.slice(),
    loc: state.loc.slice(),
    source: state.source.slice(),
    place: state.place.slice(),
    co: state.co.slice(),
    value: state.value.slice(),
    taken: state.taken.slice(),
    firstTaken: state.firstTaken.slice(),
    pending: state.pending,
    forwarded: state.forwarded,
    loose: state.loose,
    assumed: state.assumed,
    cpus: state.cpus.map((cpu) => ({
      process: cpu.process,
      pc: cpu.pc,
      ended: cpu.ended,
      blocked: cpu.blocked,
      registers: cpu.registers.slice(),
      depends: cpu.depends.slice(),
      guards: cpu.guards,
      control: cpu.control,
      sets: cpu.sets.slice(),
      locks: cpu.locks,
      handed: cpu.handed,
      sections: cpu.sections,
      effects: cpu.effects,
      turns: cpu.turns,
      head: cpu.head,
      unrolled: cpu.unrolled,
      steps: cpu.steps,
      marks: cpu.marks,
    })),
    failures: state.failures,
    fault: state.fault,
    fresh: state.fresh,
  };
}

/** `value` with the reads that have a source put in. */
export function settle(state: State, value: Value): Value {
  if (typeof value === 'number') return value;
  return reduce(value, (event) => {
    if (state.source[event]! >= INIT) return state.value[event];
    const known = state.forwarded.length === 0 ? undefined : state.forwarded.find(({ read }) => read === event);
    const stored = known === undefined ? undefined : state.events[known.write]!.value;
    return typeof stored === 'number' ? stored : undefined;
  });
}
