// The rcu axiom of linux-kernel.cat: an execution needs at least as many grace periods as read-side critical sections on every
// cycle of rcu-link. The relations are worked out between grace periods and sections only, of which a test has few.
import type { Relations } from './axioms.ts';
import { has, joinOver } from './bits.ts';
import { type Event, type Graph, IS, ROW } from './event.ts';

/** A grace period (enter and leave are the synchronize call) or a section, read from its unlock to its lock: rcu-rscsi. */
interface Interval {
  readonly isGrace: boolean;
  readonly domain: number; // cell of the srcu_struct, -1 for plain RCU
  readonly enter: number;
  readonly leave: number;
}

/** False when rb = prop; rcu-fence; hb*; pb*; [Marked] relates an event to itself. */
export function orderedByRcu(graph: Graph, relations: Relations): boolean {
  const intervals = intervalsOf(graph);
  if (!intervals.some((one) => one.isGrace) || intervals.every((one) => one.isGrace)) return true;
  const link = links(graph, relations, intervals);
  const order = rcuOrder(intervals, link);
  // rb is reflexive when the end of a piece of rcu-order links to its own start
  return !order.some((row, i) => row.some((ordered, j) => ordered && link[j]![i]));
}

/** rcu-fence = po; rcu-order; po?, as rows. Undefined when there are no sections: grace periods alone are in strong-fence. */
export function rcuFences(graph: Graph, relations: Relations): Int32Array | undefined {
  const intervals = intervalsOf(graph);
  if (!intervals.some((one) => one.isGrace)) return undefined;
  const order = rcuOrder(intervals, links(graph, relations, intervals));
  const { words, events } = graph;
  const fences = new Int32Array(events.length * words);
  for (const [i, row] of order.entries())
    for (const [j, ordered] of row.entries()) {
      if (!ordered) continue;
      const before = events[intervals[i]!.enter]!.rows;
      const { leave } = intervals[j]!;
      for (const event of events) {
        if (event.id !== leave && !isBefore(event, leave, words)) continue;
        for (let w = 0; w < words; w++) fences[event.id * words + w]! |= before[ROW.po * words + w]!;
      }
    }
  return fences;
}

function isBefore(event: Event, d: number, words: number): boolean {
  return (event.rows[ROW.po * words + (d >>> 5)]! & (1 << (d & 31))) !== 0;
}

function intervalsOf(graph: Graph): readonly Interval[] {
  const found: Interval[] = [];
  for (const event of graph.events) {
    const { id, is } = event;
    if ((is & IS.sync) !== 0) found.push({ isGrace: true, domain: graph.loc[id]!, enter: id, leave: id });
    else if ((is & IS.rcuUnlock) !== 0 && event.partner >= 0)
      found.push({ isGrace: false, domain: -1, enter: id, leave: event.partner });
    else if ((is & IS.srcuUnlock) !== 0)
      for (const lock of srcuLocks(graph, event))
        found.push({ isGrace: false, domain: graph.loc[id]!, enter: id, leave: lock });
  }
  return found;
}

/** srcu-rscs = ([Srcu-lock]; (data; [~Srcu-unlock]; rf)*; data; [Srcu-unlock]) & loc, seen from the unlock. */
function srcuLocks(graph: Graph, unlock: Event): readonly number[] {
  const { words, events, source, loc } = graph;
  const seen = new Int32Array(words);
  const open = [unlock];
  for (let write = open.pop(); write !== undefined; write = open.pop()) {
    for (let w = 0; w < words; w++) {
      const fresh = write.rows[ROW.data * words + w]! & ~seen[w]!;
      seen[w]! |= fresh;
      for (let bits = fresh; bits !== 0; bits &= bits - 1) {
        const from = source[(w << 5) | (31 - Math.clz32(bits & -bits))]!;
        if (from >= 0 && (events[from]!.is & IS.srcuUnlock) === 0) open.push(events[from]!);
      }
    }
  }
  return events
    .filter(
      ({ id, is }) =>
        (is & IS.srcuLock) !== 0 &&
        (seen[id >>> 5]! & (1 << (id & 31))) !== 0 &&
        loc[id] === loc[unlock.id] &&
        loc[id]! >= 0,
    )
    .map(({ id }) => id);
}

/** link[i][j]: rcu-link = po?; hb*; pb*; prop; po from the end of interval i to the start of interval j. */
function links(graph: Graph, relations: Relations, intervals: readonly Interval[]): boolean[][] {
  const { words, events } = graph;
  const reach = new Int32Array(4 * words);
  const link: boolean[][] = intervals.map(() => []);
  for (const [j, to] of intervals.entries()) {
    reach.fill(0);
    const start = events[to.enter]!;
    for (let w = 0; w < words; w++) reach[w] = start.rows[ROW.po * words + w]!;
    joinOver(reach, 1, relations.prop, reach, 0, words);
    joinOver(reach, 2, relations.pb, reach, 1, words);
    joinOver(reach, 3, relations.hb, reach, 2, words);
    for (const [i, from] of intervals.entries()) {
      link[i]![j] =
        has(reach, words, 3, from.leave) ||
        events.some(({ id }) => has(reach, words, 3, id) && isBefore(events[id]!, from.leave, words));
    }
  }
  return link;
}

/** rcu-order between intervals: sequences joined by rcu-link with at least as many grace periods as sections. */
function rcuOrder(intervals: readonly Interval[], link: readonly (readonly boolean[])[]): boolean[][] {
  const n = intervals.length;
  const order = intervals.map((one, i) => intervals.map((_, j) => i === j && one.isGrace));
  const matches = (a: Interval, b: Interval): boolean => a.isGrace !== b.isGrace && a.domain === b.domain;
  // steps[i][j]: an ordered piece, or nothing, lies between i and j: link, or link; rcu-order; link
  for (let changed = true; changed; ) {
    changed = false;
    const inside = (i: number, j: number): boolean => {
      if (link[i]![j]) return true;
      for (let a = 0; a < n; a++) {
        if (!link[i]![a]) continue;
        for (let b = 0; b < n; b++) if (order[a]![b] && link[b]![j]) return true;
      }
      return false;
    };
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        if (order[i]![j]) continue;
        let isOrdered = matches(intervals[i]!, intervals[j]!) && inside(i, j);
        for (let a = 0; a < n && !isOrdered; a++) {
          if (!order[i]![a]) continue;
          for (let b = 0; b < n && !isOrdered; b++) isOrdered = link[a]![b]! && order[b]![j]!;
        }
        if (isOrdered) {
          order[i]![j] = true;
          changed = true;
        }
      }
  }
  return order;
}
