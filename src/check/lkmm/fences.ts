// What makes stores visible in order: strong fences, cumul-fence and overwrite of linux-kernel.cat (6.12), on bit rows.
import { add, isIn, join, type Rows } from './bits.ts';
import { type Graph, INIT, IS, ROW } from './event.ts';

/** strong-fence = mb | gp, with the unlock and lock that smp_mb__after_unlock_lock() upgrades. */
export function strongFences(graph: Graph, strong: Rows): void {
  const { events, words } = graph;
  for (const event of events) {
    const e = event.id;
    for (let w = 0; w < words; w++)
      strong[e * words + w]! |= event.rows[ROW.strong * words + w]! | event.rows[ROW.gp * words + w]!;
    if ((event.is & (IS.read | IS.write)) === 0) continue;
    for (let k = 0; k < event.handed; k++) beforeUnlock(graph, event.locks[k]!, strong, e, true);
  }
}

/** Adds what is before the unlock that lock `lkr` reads from: po; [UL]; rf; [LKR]. */
function beforeUnlock(graph: Graph, lkr: number, target: Rows, to: number, accessesOnly: boolean): void {
  const { events, words } = graph;
  const unlock = graph.source[lkr]!;
  if (unlock < 0) return;
  const { rows } = events[unlock]!;
  for (let w = 0; w < words; w++) {
    let bits = rows[ROW.po * words + w]!;
    if (accessesOnly)
      for (let left = bits; left !== 0; left &= left - 1) {
        const bit = left & -left;
        if ((events[(w << 5) | (31 - Math.clz32(bit))]!.is & (IS.read | IS.write)) === 0) bits &= ~bit;
      }
    target[to * words + w]! |= bits;
  }
}

/**
 * cumul-fence = [Marked]; (A-cumul(strong-fence | po-rel) | wmb | po-unlock-lock-po); [Marked]; rmw-sequence.
 * False when it is empty.
 */
export function cumulFences(graph: Graph, strong: Rows, marked: Rows, base: Rows, cumulative: Rows): boolean {
  const { events, source, words, co } = graph;
  let any = 0;
  for (const event of events) {
    const x = event.id;
    if (!isIn(marked, x)) continue;
    for (let w = 0; w < words; w++) {
      const fenced = strong[x * words + w]! | event.rows[ROW.release * words + w]!;
      base[x * words + w]! |= fenced;
      for (let bits = fenced & marked[w]!; bits !== 0; bits &= bits - 1) {
        const m = (w << 5) | (31 - Math.clz32(bits & -bits));
        const from = source[m]!;
        if (from >= 0 && events[from]!.process !== events[m]!.process) add(base, words, x, from);
      }
      base[x * words + w]! |= event.rows[ROW.wmb * words + w]! | event.rows[ROW.pulp * words + w]!;
    }
    for (const lkr of event.locks) beforeUnlock(graph, lkr, base, x, false);
    for (let w = 0; w < words; w++) any |= base[x * words + w]! &= marked[w]!;
  }
  if (any === 0) return false;
  cumulative.set(base.subarray(0, events.length * words));
  // rmw-sequence = (rf; rmw)*: in coherence order the source of a pair comes before its write
  for (const order of co)
    for (const write of order) {
      if (write < 0) continue;
      const event = events[write]!;
      if ((event.is & IS.pair) === 0) continue;
      const from = source[event.partner]!;
      if (from >= 0) join(cumulative, write, cumulative, from, words);
    }
  return true;
}

/** overwrite & ext = (co | fr) & ext. `process` without bits gives all of overwrite. */
export function overwrites(graph: Graph, process: Rows, overwritten: Rows): void {
  const { words, co, events, source, place, loc } = graph;
  const mark = (order: readonly number[], from: number, e: number): void => {
    const bit = 1 << (e & 31);
    for (let i = from; i < order.length; i++) {
      const write = order[i]!;
      if ((process[events[write]!.process * words + (e >>> 5)]! & bit) === 0)
        overwritten[write * words + (e >>> 5)]! |= bit;
    }
  };
  for (const { id: e, is } of events) {
    const cell = loc[e]!;
    if (cell < 0) continue;
    if ((is & IS.read) !== 0 && source[e]! >= INIT) mark(co[cell]!, source[e] === INIT ? 1 : place[source[e]!]! + 1, e);
    else if ((is & IS.write) !== 0 && place[e]! > 0) mark(co[cell]!, place[e]! + 1, e);
  }
}
