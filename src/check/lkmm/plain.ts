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

/** Two conflicting accesses, one of them plain, that are not ordered; undefined when there are none. Only a finished graph has an answer. */
export function raceIn(graph: Graph, relations: Relations): readonly [number, number] | undefined {
  const seen = visibility(graph, relations);
  const marked = (e: number): boolean => (graph.events[e]!.is & IS.plain) === 0;
  let race: readonly [number, number] | undefined;
  const asked =
    (isOrdered: (a: number, b: number) => boolean) =>
    (a: number, b: number): boolean => {
      const holds = isOrdered(a, b);
      if (!holds) race = [a, b];
      return holds;
    };
  everyConflict(graph, {
    // wr-race takes co?; rf: every write up to the one that is read
    rf: asked((w, r) => seen.wrVis(w, r) || seen.rwXbstar(r, w)),
    fr: asked((r, w) => seen.rwXbstar(r, w)),
    co: asked((a, b) => seen.wwVis(a, b) && (marked(a) || seen.rwXbstar(a, b)) && (marked(b) || seen.wrVis(a, b))),
    coRf: asked((w, r) => seen.wrVis(w, r) || seen.rwXbstar(r, w)),
  });
  return race;
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
  let around: Around | undefined;
  const memo = (which: (around: Around, e: number) => Rows): ((first: number, second: number) => boolean) => {
    const known = new Map<number, Rows>();
    return (first, second) => {
      let set = known.get(second);
      if (set === undefined) {
        around ??= surroundings(graph, relations);
        set = which(around, second);
        known.set(second, set);
      }
      return (set[first >>> 5]! & (1 << (first & 31))) !== 0;
    };
  };
  // fence | (strong-fence; xbstar; pre) | (w-post-bounded; vis; pre)
  const vis = (by: Around, e: number, pre: Rows): Rows => {
    const set = new Int32Array(words);
    addFence(by, e, set);
    const executed = executedBefore(by, pre);
    joinOver(set, 0, by.strong, executed, 0, words);
    each(visibleBefore(by, pre, executed), (m) => addWPost(by, m, set));
    return set;
  };
  return {
    wwVis: memo((by, e) => vis(by, e, preBounded(by, e, 'w'))),
    wrVis: memo((by, e) => vis(by, e, preBounded(by, e, 'r'))),
    // fence | (r-post-bounded; xbstar; w-pre-bounded)
    rwXbstar: memo((by, e) => {
      const set = new Int32Array(words);
      addFence(by, e, set);
      each(executedBefore(by, preBounded(by, e, 'w')), (m) => addRPost(by, m, set));
      return set;
    }),
  };
}

/** A graph with what plain accesses ask of it. */
interface Around {
  readonly graph: Graph;
  readonly relations: Relations;
  readonly strong: Rows; // strong-fence, with rcu-fence
  readonly rb: Rows | undefined; // none without grace periods
  readonly processes: readonly Rows[]; // the events of each
}

function surroundings(graph: Graph, relations: Relations): Around {
  const { words, events } = graph;
  const processes: Rows[] = [];
  for (const { id, process } of events) {
    processes[process] ??= new Int32Array(words);
    processes[process][id >>> 5]! |= 1 << (id & 31);
  }
  const rcu = rcuFences(graph, relations);
  if (rcu === undefined) return { graph, relations, strong: relations.strong, rb: undefined, processes };
  const strong = relations.strong.slice(0, events.length * words);
  for (const [k, bits] of rcu.entries()) strong[k]! |= bits;
  return { graph, relations, strong, rb: rbOf(relations, rcu), processes };
}

function each(set: Rows, visit: (event: number) => void): void {
  for (let w = 0; w < set.length; w++)
    for (let bits = set[w]!; bits !== 0; bits &= bits - 1) visit((w << 5) | (31 - Math.clz32(bits & -bits)));
}

function isMarked({ relations }: Around, e: number): boolean {
  return (relations.marked[e >>> 5]! & (1 << (e & 31))) !== 0;
}

/** R4rmb: reads that smp_rmb() orders. */
function isR4rmb(event: Event): boolean {
  return (event.is & IS.read) !== 0 && (event.is & IS.noreturn) === 0;
}

/** Adds what is before `e` in nonrw-fence; its strong-fence is that without rcu-fence. */
function addNonrwFence({ graph, relations }: Around, e: number, set: Rows): void {
  const { words } = graph;
  const { rows } = graph.events[e]!;
  for (let w = 0; w < words; w++)
    set[w]! |= relations.strong[e * words + w]! | rows[ROW.release * words + w]! | rows[ROW.acquire * words + w]!;
}

/** Adds what is before `e` in fence. */
function addFence(by: Around, e: number, set: Rows): void {
  const { words } = by.graph;
  const event = by.graph.events[e]!;
  addNonrwFence(by, e, set);
  for (let w = 0; w < words; w++) {
    set[w]! |= by.strong[e * words + w]! | event.rows[ROW.wmb * words + w]!;
    if (isR4rmb(event)) set[w]! |= event.rows[ROW.rmbIn * words + w]!;
  }
}

/** w-pre-bounded or r-pre-bounded, backwards from `e`. */
function preBounded(by: Around, e: number, kind: 'w' | 'r'): Rows {
  const { words } = by.graph;
  const { rows, is } = by.graph.events[e]!;
  const set = new Int32Array(words);
  if (kind === 'w') addFence(by, e, set);
  else addNonrwFence(by, e, set);
  set[e >>> 5]! |= 1 << (e & 31);
  for (let w = 0; w < words; w++) {
    set[w]! |= by.relations.addr[e * words + w]!;
    if (kind === 'r' && (is & IS.noreturn) === 0) set[w]! |= rows[ROW.rmbIn * words + w]!;
    set[w]! &= by.relations.marked[w]!;
  }
  return set;
}

/** Adds what is before `m` in w-post-bounded = fence?; [Marked]; rmw-sequence. */
function addWPost(by: Around, m: number, set: Rows): void {
  const { events, source } = by.graph;
  for (let write = m; write >= 0; ) {
    if (isMarked(by, write)) {
      addFence(by, write, set);
      set[write >>> 5]! |= 1 << (write & 31);
    }
    const event = events[write]!;
    write = (event.is & IS.pair) !== 0 && (event.is & IS.write) !== 0 ? source[event.partner]! : -1;
  }
}

/** Adds what is before `m` in r-post-bounded = (nonrw-fence | ([~Noreturn]; fencerel(Rmb); [R4rmb]))?; [Marked]. */
function addRPost(by: Around, m: number, set: Rows): void {
  if (!isMarked(by, m)) return;
  const { words, events } = by.graph;
  addNonrwFence(by, m, set);
  set[m >>> 5]! |= 1 << (m & 31);
  if (isR4rmb(events[m]!)) for (let w = 0; w < words; w++) set[w]! |= events[m]!.rows[ROW.rmbOut * words + w]!;
}

/** The events that xbstar = (hb | pb | rb)* leads from to `pre`. */
function executedBefore({ graph, relations, rb }: Around, pre: Rows): Rows {
  const { words } = graph;
  const reached = new Int32Array(words);
  const open = pre.slice();
  const step = new Int32Array(words);
  for (let any = true; any; ) {
    step.fill(0);
    joinOver(step, 0, relations.hb, open, 0, words);
    joinOver(step, 0, relations.pb, open, 0, words);
    if (rb !== undefined) joinOver(step, 0, rb, open, 0, words);
    any = false;
    for (let w = 0; w < words; w++) {
      reached[w]! |= open[w]!;
      open[w] = step[w]! & ~reached[w]!;
      if (open[w] !== 0) any = true;
    }
  }
  return reached;
}

/** vis = cumul-fence*; rfe?; [Marked]; ((strong-fence; [Marked]; xbstar) | (xbstar & int)), backwards from `pre`. */
function visibleBefore(by: Around, pre: Rows, executed: Rows): Rows {
  const { relations } = by;
  const { words, events, source } = by.graph;
  const marked = executed.map((bits, w) => bits & relations.marked[w]!);
  const after = new Int32Array(words);
  joinOver(after, 0, by.strong, marked, 0, words);
  for (const own of by.processes) {
    const inside = pre.map((bits, w) => bits & (own?.[w] ?? 0));
    if (inside.every((bits) => bits === 0)) continue;
    const before = executedBefore(by, inside);
    for (let w = 0; w < words; w++) after[w]! |= before[w]! & own[w]!;
  }
  const seen = new Int32Array(words);
  each(
    after.map((bits, w) => bits & relations.marked[w]!),
    (m) => {
      join(seen, 0, relations.cumulative, m, words);
      const from = source[m]!;
      if (from >= 0 && events[from]!.process !== events[m]!.process) join(seen, 0, relations.cumulative, from, words);
    },
  );
  return seen;
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
