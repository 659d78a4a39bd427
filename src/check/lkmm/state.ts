// A node of the search: an execution graph that may still grow, and where each process stands.
import type { Instruction } from '../../types.ts';
import { type Demand, type Event, type Graph, INIT, IS, NO_SOURCE, PENDING, ROW, ROWS } from './event.ts';
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

/** The empty set of events. */
export function noEvents(words: number): Int32Array {
  return new Int32Array(words);
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
    })),
    failures: state.failures,
    fault: state.fault,
    fresh: state.fresh,
  };
}

/** Thrown when a graph needs more events than its rows have bits: the search starts again with wider rows. */
export class Full extends Error {}

/** What a new event is. */
export interface Draft {
  readonly instruction: Instruction;
  readonly is: number;
  readonly address: Value;
  readonly cell: number; // -1 while it is not known
  readonly addr: Int32Array; // reads the address depends on
  readonly data: Int32Array; // reads the value depends on
  readonly value?: Value;
  readonly partner?: number;
  readonly demand?: Demand | undefined;
}

/** Adds an event of `cpu` to the graph, with the rows that its place in the program gives it. Returns its id. */
export function append(state: State, cpu: Cpu, draft: Draft): number {
  const { words } = state;
  const id = state.events.length;
  if (id >= words * 32) throw new Full();
  const { sets } = cpu;
  const { is } = draft;
  if ((is & IS.rmw) !== 0) merge(sets, SET.strong, sets, SET.beforeAtomic, words);
  const rows = new Int32Array(ROWS * words);
  const take = (row: number, set: number): void => {
    for (let w = 0; w < words; w++) rows[row * words + w] = sets[set * words + w]!;
  };
  const isRead = (is & IS.read) !== 0;
  const isAccess = (is & (IS.read | IS.write)) !== 0;
  const isCounted = (is & IS.noreturn) === 0;
  take(ROW.po, SET.po);
  take(ROW.pulp, SET.pulp);
  take(ROW.gp, (is & IS.sync) !== 0 ? SET.po : SET.gp);
  if (isAccess) take(ROW.strong, SET.strong);
  if (isAccess) take(ROW.acquire, SET.acquires);
  if ((is & IS.write) !== 0) take(ROW.wmb, SET.wmb);
  if ((is & IS.release) !== 0) take(ROW.release, SET.accesses);
  if (isCounted) take(ROW.rmbIn, SET.rmb);
  if (isRead && isCounted) take(ROW.rmbOut, SET.rmbAny);
  rows.set(draft.addr, ROW.addr * words);
  rows.set(draft.data, ROW.data * words);
  rows.set(cpu.control, ROW.ctrl * words);
  state.events.push({
    id,
    process: cpu.process,
    pc: cpu.pc,
    instruction: draft.instruction,
    is,
    address: draft.address,
    value: draft.value ?? 0,
    partner: draft.partner ?? -1,
    demand: draft.demand,
    rows,
    locks: cpu.locks,
    handed: cpu.handed,
  });
  state.loc.push(draft.cell);
  state.source.push(isRead ? PENDING : NO_SOURCE);
  state.place.push(0);
  state.value.push(0);
  state.taken.push(-1);
  state.fresh = true;
  enter(cpu, id, is, words, isAccess, isCounted);
  return id;
}

/** Puts event `id` into the sets of its process. */
function enter(cpu: Cpu, id: number, is: number, words: number, isAccess: boolean, isCounted: boolean): void {
  const { sets } = cpu;
  const into = (set: number): void => {
    sets[set * words + (id >>> 5)]! |= 1 << (id & 31);
  };
  if ((is & IS.unlock) !== 0) replace(sets, SET.unlocked, sets, SET.po, words);
  if ((is & IS.sync) !== 0) replace(sets, SET.gp, sets, SET.po, words);
  into(SET.po);
  if (isAccess) into(SET.accesses);
  if ((is & IS.write) !== 0) into(SET.writes);
  if ((is & IS.read) !== 0 && isCounted) into(SET.reads);
  if (isCounted) into(SET.counted);
  if ((is & IS.acquire) !== 0) into(SET.acquires);
  if ((is & IS.rmw) !== 0) replace(sets, SET.atomic, sets, SET.accesses, words);
  if ((is & IS.lkw) !== 0) replace(sets, SET.locked, sets, SET.accesses, words);
  if ((is & IS.srcuUnlock) !== 0) replace(sets, SET.srcu, sets, SET.accesses, words);
  if ((is & IS.lkr) !== 0) {
    merge(sets, SET.pulp, sets, SET.unlocked, words);
    cpu.locks = [...cpu.locks, id];
  }
  if ((is & IS.read) === 0) cpu.effects++;
  cpu.steps = 0;
}

/** Adds set `from` to set `to`. */
export function merge(target: Int32Array, to: number, source: Int32Array, from: number, words: number): void {
  for (let w = 0; w < words; w++) target[to * words + w]! |= source[from * words + w]!;
}

/** Makes set `to` a copy of set `from`. */
export function replace(target: Int32Array, to: number, source: Int32Array, from: number, words: number): void {
  for (let w = 0; w < words; w++) target[to * words + w] = source[from * words + w]!;
}

/** `value` with the reads that have a source put in. */
export function settle(state: State, value: Value): Value {
  if (typeof value === 'number') return value;
  return reduce(value, (event) => (state.source[event]! >= INIT ? state.value[event] : undefined));
}

/** The set of the one event `id`. */
export function only(id: number, words: number): Int32Array {
  const set = noEvents(words);
  set[id >>> 5] = 1 << (id & 31);
  return set;
}

/** Union of two sets; one of them when the other adds nothing. */
export function union(a: Int32Array, b: Int32Array): Int32Array {
  let adds = 0;
  for (let w = 0; w < a.length; w++) adds |= b[w]! & ~a[w]!;
  return adds === 0 ? a : a.map((bits, w) => bits | b[w]!);
}
