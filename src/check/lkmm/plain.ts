// Plain accesses: the axiom plain-coherence and the flag data-race of linux-kernel.cat. Both ask about single pairs of conflicting
// accesses, so what is visible to an access is worked out backwards from it, one set of events at a time.
import type { Relations } from './axioms.ts';
import { join, joinOver, type Rows } from './bits.ts';
import { type Event, type Graph, IS, ROW } from './event.ts';
import { rcuFences } from './rcu.ts';

/** False when plain-coherence fails: a plain access would go against the order that is visible to it. Monotone, like the axioms. */
export function hasNoPlainCycle(graph: Graph, relations: Relations): boolean {
  const seen = visibility(graph, relations);
  return everyConflict(graph, {
    rf: (w, r) => !seen.rwXbstar(r, w),
    fr: (r, w) => !seen.wrVis(w, r),
    co: (a, b) => !seen.wwVis(b, a),
  });
}

/** True when two conflicting accesses, one of them plain, are not ordered. Only a finished graph has an answer. */
export function hasRace(graph: Graph, relations: Relations): boolean {
  const seen = visibility(graph, relations);
  const marked = (e: number): boolean => (graph.events[e]!.is & IS.plain) === 0;
  const ordered = everyConflict(graph, {
    // wr-race takes co?; rf: every write up to the one that is read
    rf: (w, r) => seen.wrVis(w, r) || seen.rwXbstar(r, w),
    fr: (r, w) => seen.rwXbstar(r, w),
    co: (a, b) => seen.wwVis(a, b) && (marked(a) || seen.rwXbstar(a, b)) && (marked(b) || seen.wrVis(a, b)),
    coRf: (w, r) => seen.wrVis(w, r) || seen.rwXbstar(r, w),
  });
  return !ordered;
}

interface Conflicts {
  readonly rf: (write: number, read: number) => boolean;
  readonly fr: (read: number, write: number) => boolean;
  readonly co: (first: number, second: number) => boolean;
  readonly coRf?: (write: number, read: number) => boolean;
}

/** True when `ask` holds for each pair of pre-race: related by communication, of two processes, one of them plain. */
function everyConflict(graph: Graph, ask: Conflicts): boolean {
  const { events, source, co, loc } = graph;
  const races = (a: number, b: number): boolean =>
    events[a]!.process !== events[b]!.process && ((events[a]!.is | events[b]!.is) & IS.plain) !== 0;
  for (const [cell, order] of co.entries()) {
    for (let i = 1; i < order.length; i++)
      for (let j = i + 1; j < order.length; j++)
        if (races(order[i]!, order[j]!) && !ask.co(order[i]!, order[j]!)) return false;
    for (const { id: r, is } of events) {
      if ((is & IS.read) === 0 || loc[r] !== cell || source[r]! < -1) continue;
      const from = order.indexOf(source[r]!);
      for (let i = 1; i < order.length; i++) {
        const w = order[i]!;
        if (!races(w, r)) continue;
        const holds = i > from ? ask.fr(r, w) : i === from ? ask.rf(w, r) : (ask.coRf?.(w, r) ?? true);
        if (!holds) return false;
      }
    }
  }
  return true;
}

/** Each answers for a pair (first, second); what comes before `second` is worked out once. */
interface Visibility {
  readonly wwVis: (first: number, second: number) => boolean;
  readonly wrVis: (first: number, second: number) => boolean;
  readonly rwXbstar: (first: number, second: number) => boolean;
}

/** ww-vis, wr-vis and rw-xbstar, from the definitions of the cat file read from right to left. */
function visibility(graph: Graph, relations: Relations): Visibility {
  const { words } = graph;
  let bounds: Bounds | undefined;
  const memo = (which: (bounds: Bounds, e: number) => Rows): ((first: number, second: number) => boolean) => {
    const known = new Map<number, Rows>();
    return (first, second) => {
      let set = known.get(second);
      if (set === undefined) {
        bounds ??= boundsOf(graph, relations);
        set = which(bounds, second);
        known.set(second, set);
      }
      return (set[first >>> 5]! & (1 << (first & 31))) !== 0;
    };
  };
  // fence | (strong-fence; xbstar; pre) | (w-post-bounded; vis; pre)
  const vis = (bounds: Bounds, e: number, pre: Rows): Rows => {
    const set = bounds.fence.slice(e * words, (e + 1) * words);
    const executed = executedBefore(graph, relations, bounds, pre, e);
    joinOver(set, 0, bounds.strong, executed, 0, words);
    joinOver(set, 0, bounds.wPost, visibleBefore(graph, relations, bounds, pre, e, executed), 0, words);
    return set;
  };
  return {
    wwVis: memo((b, e) => vis(b, e, b.wPre)),
    wrVis: memo((b, e) => vis(b, e, b.rPre)),
    // fence | (r-post-bounded; xbstar; w-pre-bounded)
    rwXbstar: memo((b, e) => {
      const set = b.fence.slice(e * words, (e + 1) * words);
      joinOver(set, 0, b.rPost, executedBefore(graph, relations, b, b.wPre, e), 0, words);
      return set;
    }),
  };
}

/** What stands directly around plain accesses: rows of the bounds of linux-kernel.cat, and the sets of each process. */
interface Bounds {
  readonly strong: Rows; // strong-fence, with rcu-fence
  readonly fence: Rows;
  readonly wPre: Rows; // w-pre-bounded
  readonly rPre: Rows; // r-pre-bounded
  readonly wPost: Rows; // w-post-bounded
  readonly rPost: Rows; // r-post-bounded
  readonly rb: Rows | undefined; // none without grace periods
  readonly processes: readonly Rows[];
}

function boundsOf(graph: Graph, relations: Relations): Bounds {
  const { words, events } = graph;
  const n = events.length;
  const rows = (): Rows => new Int32Array(n * words);
  const row = (event: Event, which: number, w: number): number => event.rows[which * words + w]!;
  // fence and strong-fence with rcu-fence; nonrw-fence keeps the strong-fence from before
  const strong = relations.strong.slice(0, n * words);
  const rcu = rcuFences(graph, relations);
  if (rcu !== undefined) for (const [k, bits] of rcu.entries()) strong[k]! |= bits;
  const [fence, wPre, rPre, wPost, rPost] = [rows(), rows(), rows(), rows(), rows()];
  const processes: Rows[] = [];
  for (const event of events) {
    const e = event.id;
    const isMarked = (relations.marked[e >>> 5]! & (1 << (e & 31))) !== 0;
    const isR4rmb = (event.is & IS.read) !== 0 && (event.is & IS.noreturn) === 0;
    for (let w = 0; w < words; w++) {
      const k = e * words + w;
      const marked = relations.marked[w]!;
      const own = w === e >>> 5 ? 1 << (e & 31) : 0; // the question mark of each bound
      const nonrw = relations.strong[k]! | row(event, ROW.release, w) | row(event, ROW.acquire, w);
      fence[k] = nonrw | strong[k]! | row(event, ROW.wmb, w) | (isR4rmb ? row(event, ROW.rmbIn, w) : 0);
      wPre[k] = (relations.addr[k]! | fence[k]! | own) & marked;
      rPre[k] =
        (relations.addr[k]! | nonrw | ((event.is & IS.noreturn) === 0 ? row(event, ROW.rmbIn, w) : 0) | own) & marked;
      if (!isMarked) continue;
      wPost[k] = fence[k]! | own;
      rPost[k] = nonrw | (isR4rmb ? row(event, ROW.rmbOut, w) : 0) | own;
    }
    processes[event.process] ??= new Int32Array(words);
    processes[event.process]![e >>> 5]! |= 1 << (e & 31);
  }
  // w-post-bounded = fence?; [Marked]; rmw-sequence
  for (const order of graph.co)
    for (const write of order) {
      if (write < 0 || (events[write]!.is & IS.pair) === 0) continue;
      const from = graph.source[events[write]!.partner]!;
      if (from >= 0) join(wPost, write, wPost, from, words);
    }
  const rb = rcu === undefined ? undefined : rbOf(relations, rcu);
  return { strong, fence, wPre, rPre, wPost, rPost, rb, processes };
}

/** The events that xbstar leads from to row `e` of `pre`: xbstar = (hb | pb | rb)*, walked backwards. */
function executedBefore(graph: Graph, relations: Relations, bounds: Bounds, pre: Rows, e: number, own?: Rows): Rows {
  const { words } = graph;
  const reached = new Int32Array(words);
  const open = new Int32Array(words);
  for (let w = 0; w < words; w++) open[w] = pre[e * words + w]! & (own === undefined ? -1 : own[w]!);
  const step = new Int32Array(words);
  for (let any = true; any; ) {
    step.fill(0);
    joinOver(step, 0, relations.hb, open, 0, words);
    joinOver(step, 0, relations.pb, open, 0, words);
    if (bounds.rb !== undefined) joinOver(step, 0, bounds.rb, open, 0, words);
    any = false;
    for (let w = 0; w < words; w++) {
      reached[w]! |= open[w]!;
      open[w] = step[w]! & ~reached[w]!;
      if (open[w] !== 0) any = true;
    }
  }
  return reached;
}

/** vis = cumul-fence*; rfe?; [Marked]; ((strong-fence; [Marked]; xbstar) | (xbstar & int)), backwards from row `e` of `pre`. */
function visibleBefore(graph: Graph, relations: Relations, bounds: Bounds, pre: Rows, e: number, executed: Rows): Rows {
  const { words, events, source } = graph;
  const marked = new Int32Array(words);
  for (let w = 0; w < words; w++) marked[w] = executed[w]! & relations.marked[w]!;
  const after = new Int32Array(words);
  joinOver(after, 0, bounds.strong, marked, 0, words);
  for (const own of bounds.processes) {
    if (own === undefined || !meets(pre, e, own, words)) continue;
    const inside = executedBefore(graph, relations, bounds, pre, e, own);
    for (let w = 0; w < words; w++) after[w]! |= inside[w]! & own[w]!;
  }
  const seen = new Int32Array(words);
  for (let w = 0; w < words; w++)
    for (let bits = after[w]! & relations.marked[w]!; bits !== 0; bits &= bits - 1) {
      const m = (w << 5) | (31 - Math.clz32(bits & -bits));
      join(seen, 0, relations.cumulative, m, words);
      const from = source[m]!;
      if (from >= 0 && events[from]!.process !== events[m]!.process) join(seen, 0, relations.cumulative, from, words);
    }
  return seen;
}

function meets(pre: Rows, e: number, own: Rows, words: number): boolean {
  for (let w = 0; w < words; w++) if ((pre[e * words + w]! & own[w]!) !== 0) return true;
  return false;
}

/** rb = prop; rcu-fence; hb*; pb*; [Marked] */
function rbOf(relations: Relations, rcu: Rows): Rows {
  const { words, count } = relations;
  const tail = new Int32Array(count * words);
  for (let e = 0; e < count; e++) joinOver(tail, e, relations.hb, relations.pb, e, words);
  const fenced = new Int32Array(count * words);
  for (let e = 0; e < count; e++) joinOver(fenced, e, relations.prop, rcu, e, words);
  const rb = new Int32Array(count * words);
  for (let e = 0; e < count; e++) {
    if ((relations.marked[e >>> 5]! & (1 << (e & 31))) !== 0) joinOver(rb, e, fenced, tail, e, words);
  }
  return rb;
}
