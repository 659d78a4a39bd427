// Plain accesses: the axiom plain-coherence and the flag data-race of linux-kernel.cat. Rows are made anew: few graphs get here.
import type { Relations } from './axioms.ts';
import { close, has, join, joinOver, type Rows } from './bits.ts';
import { type Event, type Graph, IS, ROW } from './event.ts';
import { rcuFences } from './rcu.ts';

/** False when plain-coherence fails: a plain access would go against the order that is visible to it. Monotone, like the axioms. */
export function hasNoPlainCycle(graph: Graph, relations: Relations): boolean {
  const seen = visibility(graph, relations);
  const { words } = graph;
  return everyConflict(graph, {
    rf: (w, r) => !has(seen.rwXbstar, words, w, r),
    fr: (r, w) => !has(seen.wrVis, words, r, w),
    co: (a, b) => !has(seen.wwVis, words, a, b),
  });
}

/** True when two conflicting accesses, one of them plain, are not ordered. Only a finished graph has an answer. */
export function hasRace(graph: Graph, relations: Relations): boolean {
  const seen = visibility(graph, relations);
  const { words } = graph;
  const marked = (e: number): boolean => (graph.events[e]!.is & IS.plain) === 0;
  const ordered = everyConflict(graph, {
    // wr-race takes co?; rf: every write up to the one that is read
    rf: (w, r) => has(seen.wrVis, words, r, w) || has(seen.rwXbstar, words, w, r),
    fr: (r, w) => has(seen.rwXbstar, words, w, r),
    co: (a, b) =>
      has(seen.wwVis, words, b, a) &&
      (marked(a) || has(seen.rwXbstar, words, b, a)) &&
      (marked(b) || has(seen.wrVis, words, b, a)),
    coRf: (w, r) => has(seen.wrVis, words, r, w) || has(seen.rwXbstar, words, w, r),
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

interface Visibility {
  readonly wwVis: Rows;
  readonly wrVis: Rows;
  readonly rwXbstar: Rows;
}

/** ww-vis, wr-vis and rw-xbstar, from the definitions of the cat file read from right to left. */
function visibility(graph: Graph, relations: Relations): Visibility {
  const { words, events } = graph;
  const n = events.length;
  const rows = (): Rows => new Int32Array(n * words);
  const row = (event: Event, which: number, w: number): number => event.rows[which * words + w]!;
  const markedOnly = (target: Rows): Rows => {
    for (let e = 0; e < n; e++) for (let w = 0; w < words; w++) target[e * words + w]! &= relations.marked[w]!;
    return target;
  };
  const isMarked = (e: number): boolean => (relations.marked[e >>> 5]! & (1 << (e & 31))) !== 0;
  const sequence = (first: Rows, second: Rows): Rows => {
    const result = rows();
    for (let e = 0; e < n; e++) joinOver(result, e, first, second, e, words);
    return result;
  };

  // fence and strong-fence with rcu-fence; nonrw-fence keeps the strong-fence from before
  const strong = relations.strong.slice(0, n * words);
  const rcu = rcuFences(graph, relations);
  if (rcu !== undefined) for (const [k, bits] of rcu.entries()) strong[k]! |= bits;
  const nonrw = rows();
  const fence = rows();
  const wPre = rows();
  const rPre = rows();
  const rPostBase = rows();
  for (const event of events) {
    const e = event.id;
    const isR4rmb = (event.is & IS.read) !== 0 && (event.is & IS.noreturn) === 0;
    for (let w = 0; w < words; w++) {
      const k = e * words + w;
      nonrw[k] = relations.strong[k]! | row(event, ROW.release, w) | row(event, ROW.acquire, w);
      fence[k] = nonrw[k] | strong[k]! | row(event, ROW.wmb, w) | (isR4rmb ? row(event, ROW.rmbIn, w) : 0);
      wPre[k] = relations.addr[k]! | fence[k];
      rPre[k] = relations.addr[k]! | nonrw[k] | ((event.is & IS.noreturn) === 0 ? row(event, ROW.rmbIn, w) : 0);
      rPostBase[k] = nonrw[k] | (isR4rmb ? row(event, ROW.rmbOut, w) : 0);
    }
    const bit = 1 << (e & 31);
    wPre[e * words + (e >>> 5)]! |= bit;
    rPre[e * words + (e >>> 5)]! |= bit;
    rPostBase[e * words + (e >>> 5)]! |= bit;
  }
  markedOnly(wPre);
  markedOnly(rPre);
  // r-post-bounded = (...)?; [Marked]
  for (let e = 0; e < n; e++) if (!isMarked(e)) rPostBase.fill(0, e * words, (e + 1) * words);
  // w-post-bounded = fence?; [Marked]; rmw-sequence
  const wPost = rows();
  for (let e = 0; e < n; e++) {
    if (!isMarked(e)) continue;
    join(wPost, e, fence, e, words);
    wPost[e * words + (e >>> 5)]! |= 1 << (e & 31);
  }
  for (const order of graph.co)
    for (const write of order) {
      if (write < 0 || (events[write]!.is & IS.pair) === 0) continue;
      const from = graph.source[events[write]!.partner]!;
      if (from >= 0) join(wPost, write, wPost, from, words);
    }

  const xbstar = executesBefore(relations, rcu);
  // vis = cumul-fence*; rfe?; [Marked]; ((strong-fence; [Marked]; xbstar) | (xbstar & int))
  const toMarked = rows();
  for (let e = 0; e < n; e++) {
    if (!isMarked(e)) continue;
    join(toMarked, e, relations.cumulative, e, words);
    const source = graph.source[e]!;
    if (source >= 0 && relations.external(source, e)) join(toMarked, e, relations.cumulative, source, words);
  }
  const strongToMarked = rows();
  for (let e = 0; e < n; e++) if (isMarked(e)) join(strongToMarked, e, strong, e, words);
  const after = sequence(strongToMarked, xbstar);
  for (let e = 0; e < n; e++)
    for (let d = 0; d < n; d++)
      if (has(xbstar, words, e, d) && !relations.external(d, e)) after[e * words + (d >>> 5)]! |= 1 << (d & 31);
  const vis = sequence(toMarked, after);
  const strongXb = sequence(strong, xbstar);
  const postVis = sequence(wPost, vis);
  for (const [k, bits] of postVis.entries()) strongXb[k]! |= bits;
  const withFence = (target: Rows): Rows => {
    for (let k = 0; k < n * words; k++) target[k]! |= fence[k]!;
    return target;
  };
  return {
    wwVis: withFence(sequence(strongXb, wPre)),
    wrVis: withFence(sequence(strongXb, rPre)),
    rwXbstar: withFence(sequence(sequence(rPostBase, xbstar), wPre)),
  };
}

/** xbstar = (hb | pb | rb)* */
function executesBefore(relations: Relations, rcu: Rows | undefined): Rows {
  const { words, count } = relations;
  const base = new Int32Array(count * words);
  for (let e = 0; e < count; e++) {
    join(base, e, relations.hb, e, words);
    join(base, e, relations.pb, e, words);
  }
  if (rcu !== undefined) {
    // rb = prop; rcu-fence; hb*; pb*; [Marked]
    const tail = new Int32Array(count * words);
    for (let e = 0; e < count; e++) joinOver(tail, e, relations.hb, relations.pb, e, words);
    const fenced = new Int32Array(count * words);
    for (let e = 0; e < count; e++) joinOver(fenced, e, relations.prop, rcu, e, words);
    for (let e = 0; e < count; e++) {
      if ((relations.marked[e >>> 5]! & (1 << (e & 31))) !== 0) joinOver(base, e, fenced, tail, e, words);
    }
  }
  close(base, count, words);
  return base;
}
