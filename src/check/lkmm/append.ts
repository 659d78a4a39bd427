// A graph grows by one event: its rows are what its process carries along, and the process carries it along from there on.
import type { Instruction } from '../../types.ts';
import { type Demand, IS, NO_SOURCE, PENDING, ROW, ROWS } from './event.ts';
import { merge, replace } from './sets.ts';
import { type Cpu, SET, type State } from './state.ts';
import type { Value } from './term.ts';

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
