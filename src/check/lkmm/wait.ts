// Waiting: a read that committed to a write which is not in the graph yet. Who may still feed it, and who may run ahead of its own
// open reads to do so.
import { type Event, INIT, IS, ROW, ROWS } from './event.ts';
import { feedOf, type Ground } from './footing.ts';
import { mayOvertake } from './overtake.ts';
import { type Cpu, SET, type State } from './state.ts';

/** True when a write to `cell` may still come: from another process, or from one of its own before event `r`. */
export function mayBeWritten(state: State, ground: Ground, process: number, cell: number, r: number): boolean {
  for (const cpu of state.cpus)
    if (cpu.process !== process && !cpu.ended && writesAny(ground.processes[cpu.process]!.mayWrite[cpu.pc]!, cell))
      return true;
  return state.loose.some((w) => isLooseWriter(state, w, cell, process, r));
}

function writesAny(feeds: Uint8Array, cell: number): boolean {
  return feeds[feedOf(cell, false)] === 1 || feeds[feedOf(cell, true)] === 1;
}

function isLooseWriter(state: State, w: number, cell: number, process: number, r: number): boolean {
  const event = state.events[w]!;
  if ((event.is & IS.write) === 0 || (state.loc[w] !== cell && state.loc[w]! >= 0)) return false;
  return event.process !== process || w < r;
}

/** What feeds read `r`: reads of a lock wait for who takes it or for who frees it. */
function feedFor(state: State, ground: Ground, r: number): number {
  const cell = state.loc[r]!;
  return feedOf(cell, ground.isLock[cell]! && state.events[r]!.demand?.equal === false);
}

/**
 * True when a write that is in the graph, but has no place or value yet, may feed the pending read; one that is ordered behind an
 * `open` read of its own process may not.
 */
function isFedByLoose(state: State, ground: Ground, r: number, open: readonly number[]): boolean {
  const cell = state.loc[r]!;
  const { process, demand } = state.events[r]!;
  const takes = ground.isLock[cell]! && demand?.equal === false;
  return state.loose.some((w) => {
    if (!isLooseWriter(state, w, cell, process, r) || w === forwardable(state, r)) return false;
    const write = state.events[w]!;
    if (ground.isLock[cell]! && ((write.is & IS.lkw) !== 0) !== takes) return false;
    return !open.some((one) => (write.process === process ? hands(write, one) : isBehind(write, one)));
  });
}

/**
 * The write of a read-modify-write of its own process that read `r` may see although it has no place yet; -1 when there is none. One whose
 * value comes from what it read orders `r` behind that, so that nothing is gained by going on.
 */
export function forwardable(state: State, r: number): number {
  const w = exchangedBefore(state, r);
  return w >= 0 && state.source[state.events[w]!.partner]! < INIT ? w : -1;
}

/** The last write of its own process to the cell of read `r`, when it is that of a read-modify-write and stores a known value; else -1. */
export function exchangedBefore(state: State, r: number): number {
  const { events, loc } = state;
  const { process } = events[r]!;
  for (let w = r - 1; w >= 0; w--) {
    const event = events[w]!;
    if (event.process !== process || (event.is & IS.write) === 0 || (loc[w] !== loc[r] && loc[w]! >= 0)) continue;
    const isExchange = loc[w] === loc[r] && (event.is & IS.pair) !== 0;
    return isExchange && typeof event.value === 'number' ? w : -1;
  }
  return -1;
}

const ORDERING = [ROW.strong, ROW.gp, ROW.release, ROW.acquire, ROW.addr, ROW.data, ROW.ctrl];
const HANDED = [ROW.addr, ROW.data];

/** True when write `w` is ordered behind read `r` by a fence, a dependency, or because both are halves of a pair. */
function isBehind(w: Event, r: number): boolean {
  return ((w.is & IS.pair) !== 0 && w.partner === r) || dependsOn(w, r, ORDERING);
}

/** True when whoever reads `w` in its own process is ordered behind read `r` too: dep; rfi. */
function hands(w: Event, r: number): boolean {
  return dependsOn(w, r, HANDED);
}

function dependsOn(w: Event, r: number, rows: readonly number[]): boolean {
  const words = w.rows.length / ROWS;
  return rows.some((row) => (w.rows[row * words + (r >>> 5)]! & (1 << (r & 31))) !== 0);
}

/** True when some write may still feed the pending read, as far as the code of the other processes goes. */
export function isFed(state: State, ground: Ground, r: number): boolean {
  const feed = feedFor(state, ground, r);
  const { process } = state.events[r]!;
  for (const cpu of state.cpus)
    if (cpu.process !== process && !cpu.ended && ground.processes[cpu.process]!.mayWrite[cpu.pc]![feed] === 1)
      return true;
  return isFedByLoose(state, ground, r, []);
}

/**
 * True when no execution fulfils what the pending reads commit to. The reads that starve are the largest set in which every write
 * that may feed one is ordered behind another of the set, in its own process: hb would then have a cycle among them.
 * The argument needs marked accesses: a plain write feeds wherever it stands, and while a plain access is open every write does.
 */
export function starves(state: State, ground: Ground): boolean {
  if (state.pending.length === 0) return false;
  const isPlain = isPlainOpen(state);
  let starving = waiting(state);
  if (starving.length === 0) return false;
  for (;;) {
    const behind = isPlain ? [] : starving;
    const left = starving.filter(
      (r) =>
        !isFedByLoose(state, ground, r, behind) &&
        !state.cpus.some((cpu) => mayFeed(state, ground, cpu, r, starving, isPlain)),
    );
    if (left.length === 0) return false;
    if (left.length === starving.length) return true;
    starving = left;
  }
}

/** True when `cpu` may write what `r` waits for before those of its own reads that are in `open` have a source. */
function mayFeed(
  state: State,
  ground: Ground,
  cpu: Cpu,
  r: number,
  open: readonly number[],
  isPlain: boolean,
): boolean {
  if (cpu.ended || cpu.process === state.events[r]!.process) return false;
  const footing = ground.processes[cpu.process]!;
  const feed = feedFor(state, ground, r);
  if (footing.mayWrite[cpu.pc]![feed] !== 1) return false;
  const own = open.filter((one) => state.events[one]!.process === cpu.process);
  if (own.length === 0 || isPlain || footing.mayWritePlain[cpu.pc]![feed] === 1) return true;
  return !own.some((one) => isOrderedAfter(cpu, one)) && mayOvertake(cpu, footing, own)[feed] === 1;
}

/**
 * Lets a process that waits go on although its read is open. Were every pending read fed by a write that is ordered behind a
 * pending read of its own process, hb would have a cycle: so in an execution that can be finished some process may overtake.
 */
export function runAhead(state: State, ground: Ground): boolean {
  const isPlain = isPlainOpen(state);
  for (const cpu of state.cpus) {
    if (cpu.ended || cpu.blocked < 0) continue;
    const marked = waiting(state).filter((r) => state.events[r]!.process !== cpu.process || isMarked(state, r));
    if (!waiting(state).some((r) => mayFeed(state, ground, cpu, r, marked, isPlain))) continue;
    cpu.blocked = -1;
    return true;
  }
  return false;
}

/** The pending reads without those that have their value already. */
function waiting({ pending, forwarded }: State): readonly number[] {
  return forwarded.length === 0 ? pending : pending.filter((r) => !forwarded.some(({ read }) => read === r));
}

function isPlainOpen(state: State): boolean {
  return state.pending.some((e) => !isMarked(state, e)) || state.loose.some((e) => !isMarked(state, e));
}

function isMarked(state: State, e: number): boolean {
  return (state.events[e]!.is & IS.plain) === 0;
}

/** True when everything the process does next is ordered behind its read `r`, by a fence or an acquire. */
function isOrderedAfter(cpu: Cpu, r: number): boolean {
  const word = r >>> 5;
  const words = cpu.control.length;
  const fenced =
    cpu.sets[SET.strong * words + word]! | cpu.sets[SET.acquires * words + word]! | cpu.sets[SET.gp * words + word]!;
  return (fenced & (1 << (r & 31))) !== 0;
}
