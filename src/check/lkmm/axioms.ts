// The axioms of tools/memory-model/linux-kernel.cat (6.12), one function a definition, on bit rows.
// Every axiom is "no cycle" over unions and sequences: more events and edges never repair a graph, so a graph that is not
// finished may be checked too, and what fails then fails for ever. Coherence and atomicity hold by construction (place.ts).
import type { MemoryModel } from '../../types.ts';
import { add, close, isAcyclic, join, joinOver, type Rows, reflect } from './bits.ts';
import { type Event, type Graph, INIT, IS, ROW } from './event.ts';
import { hasNoPlainCycle, hasRace } from './plain.ts';
import { orderedByRcu } from './rcu.ts';

/** The derived relations of one graph. Rows are valid until the next check. */
export interface Relations {
  readonly words: number;
  readonly count: number;
  readonly marked: Rows; // one row: the set Marked
  readonly strong: Rows; // strong-fence, without rcu-fence
  readonly addr: Rows; // with carry-dep
  readonly cumulative: Rows; // cumul-fence*
  readonly prop: Rows;
  readonly hb: Rows; // hb*
  readonly pb: Rows; // pb*
  readonly external: (d: number, e: number) => boolean;
}

/** Checks graphs; keeps its memory between checks. */
export interface Axioms {
  /** False when the graph breaks an axiom of `model`, whatever is added to it. */
  readonly consistent: (graph: Graph, model: Exclude<MemoryModel, 'tso'>) => boolean;
  /** True when a finished consistent graph has a data race. Checks it again. */
  readonly races: (graph: Graph) => boolean;
}

/** A checker for graphs of `words` words a row. One check is cubic in the events, divided by the word size. */
export function createAxioms(words: number): Axioms {
  const room = words * 32;
  const rows = (): Rows => new Int32Array(room * words);
  const scratch = {
    marked: new Int32Array(words),
    carried: rows(),
    strong: rows(),
    addr: rows(),
    base: rows(),
    cumulative: rows(),
    overwritten: rows(),
    prefix: rows(),
    prop: rows(),
    hb: rows(),
    pb: rows(),
    step: rows(),
    process: new Int32Array(32 * words),
  };
  type Scratch = typeof scratch;
  const derive = (graph: Graph): Relations | undefined => {
    const count = graph.events.length;
    const s: Scratch = scratch;
    for (const part of [s.strong, s.addr, s.base, s.cumulative, s.overwritten, s.prefix, s.prop, s.hb, s.pb, s.step])
      part.fill(0, 0, count * words);
    sets(graph, s.marked, s.process);
    const carries = carry(graph, s.carried);
    strongFences(graph, s.strong);
    dependencies(graph, carries ? s.carried : undefined, s.addr, 'addr');
    const hasCumulative = cumulFences(graph, s.strong, s.marked, s.base, s.cumulative);
    if (hasCumulative) close(s.cumulative, count, words);
    reflect(s.cumulative, count, words);
    overwrites(graph, s.process, s.overwritten);
    propagate(graph, s);
    happensBefore(graph, s, carries);
    close(s.hb, count, words);
    if (!isAcyclic(s.hb, count, words)) return undefined;
    reflect(s.hb, count, words);
    const relations: Relations = {
      words,
      count,
      marked: s.marked,
      strong: s.strong,
      addr: s.addr,
      cumulative: s.cumulative,
      prop: s.prop,
      hb: s.hb,
      pb: s.pb,
      external: (d, e) => graph.events[d]!.process !== graph.events[e]!.process,
    };
    return propagatesInOrder(graph, s) ? relations : undefined;
  };

  /** pb = prop; strong-fence; hb*; [Marked]. Leaves pb* in scratch.pb. */
  const propagatesInOrder = (graph: Graph, s: Scratch): boolean => {
    const count = graph.events.length;
    let any = false;
    for (let y = 0; y < count; y++) {
      if (isEmpty(s.strong, y)) continue;
      joinOver(s.step, y, s.prop, s.strong, y, words);
      any = true;
    }
    if (any) {
      for (let e = 0; e < count; e++) if (isIn(s.marked, e)) joinOver(s.pb, e, s.step, s.hb, e, words);
      close(s.pb, count, words);
      if (!isAcyclic(s.pb, count, words)) return false;
    }
    reflect(s.pb, count, words);
    return true;
  };

  const isEmpty = (part: Rows, e: number): boolean => {
    for (let w = 0; w < words; w++) if (part[e * words + w] !== 0) return false;
    return true;
  };

  /** prop = [Marked]; (overwrite & ext)?; cumul-fence*; [Marked]; rfe?; [Marked] */
  const propagate = (graph: Graph, s: Scratch): void => {
    const count = graph.events.length;
    for (let m = 0; m < count; m++) {
      if (!isIn(s.marked, m)) continue;
      join(s.step, m, s.cumulative, m, words);
      joinOver(s.step, m, s.overwritten, s.cumulative, m, words);
      for (let w = 0; w < words; w++) s.step[m * words + w]! &= s.marked[w]!;
    }
    for (let e = 0; e < count; e++) {
      if (!isIn(s.marked, e)) continue;
      join(s.prop, e, s.step, e, words);
      const source = graph.source[e]!;
      if (source >= 0 && graph.events[source]!.process !== graph.events[e]!.process && isIn(s.marked, source))
        join(s.prop, e, s.step, source, words);
    }
    s.step.fill(0, 0, count * words);
  };

  /** hb = [Marked]; (ppo | rfe | ((prop \ id) & int)); [Marked], not closed. */
  const happensBefore = (graph: Graph, s: Scratch, carries: boolean): void => {
    const { events } = graph;
    for (const event of events) {
      const e = event.id;
      if (!isIn(s.marked, e)) continue;
      preserved(graph, event, s.hb, carries ? s.carried : undefined, s.addr, s.marked);
      const source = graph.source[e]!;
      if (source >= 0 && events[source]!.process !== event.process) add(s.hb, words, e, source);
      const own = event.process * words;
      for (let w = 0; w < words; w++) {
        let ahead = s.prop[e * words + w]! & s.process[own + w]!;
        if (e >>> 5 === w) ahead &= ~(1 << (e & 31));
        s.hb[e * words + w] = (s.hb[e * words + w]! | ahead) & s.marked[w]!;
      }
    }
  };

  const consistent = (graph: Graph, model: Exclude<MemoryModel, 'tso'>): boolean => {
    if (model === 'sc') return isSequential(graph);
    const relations = derive(graph);
    if (relations === undefined) return false;
    if (!orderedByRcu(graph, relations)) return false;
    return !hasPlain(graph) || hasNoPlainCycle(graph, relations);
  };
  const isSequential = (graph: Graph): boolean => {
    const count = graph.events.length;
    const order = scratch.hb;
    order.fill(0, 0, count * words);
    sets(graph, scratch.marked, scratch.process);
    scratch.prefix.fill(0, 0, count * words);
    scratch.overwritten.fill(0, 0, count * words);
    overwrites(graph, new Int32Array(scratch.process.length), scratch.overwritten);
    for (const event of graph.events) {
      const e = event.id;
      for (let w = 0; w < words; w++)
        order[e * words + w]! |= event.rows[ROW.po * words + w]! | scratch.overwritten[e * words + w]!;
      if (graph.source[e]! >= 0) add(order, words, e, graph.source[e]!);
    }
    close(order, count, words);
    return isAcyclic(order, count, words);
  };
  return { consistent, races: (graph) => hasPlain(graph) && raced(graph) };

  function raced(graph: Graph): boolean {
    const relations = derive(graph);
    return relations !== undefined && hasRace(graph, relations);
  }
}

function isIn(set: Rows, e: number): boolean {
  return (set[e >>> 5]! & (1 << (e & 31))) !== 0;
}

function hasPlain(graph: Graph): boolean {
  return graph.events.some((event) => (event.is & IS.plain) !== 0);
}

/** The sets Marked, and the events of each process. */
function sets(graph: Graph, marked: Rows, process: Rows): void {
  marked.fill(0);
  process.fill(0);
  for (const event of graph.events) {
    if ((event.is & IS.plain) === 0) marked[event.id >>> 5]! |= 1 << (event.id & 31);
    process[event.process * graph.words + (event.id >>> 5)]! |= 1 << (event.id & 31);
  }
}

/** carry-dep = (data; [~Srcu-unlock]; rfi)*, for reads. False when it is only the identity: rows are then not valid. */
function carry(graph: Graph, carried: Rows): boolean {
  const { events, source, words } = graph;
  let carries = false;
  for (const event of events) {
    const from = (event.is & IS.read) !== 0 ? source[event.id]! : -1;
    if (from >= 0 && carriesOver(event, events[from]!, words)) carries = true;
  }
  if (!carries) return false;
  carried.fill(0, 0, events.length * words);
  for (const event of events) {
    const e = event.id;
    add(carried, words, e, e);
    const from = source[e]!;
    if (from < 0 || !carriesOver(event, events[from]!, words)) continue;
    joinRowOver(carried, e, carried, events[from]!, ROW.data, words);
  }
  return true;
}

function carriesOver(read: Event, write: Event, words: number): boolean {
  if (write.process !== read.process || (write.is & IS.srcuUnlock) !== 0) return false;
  for (let w = 0; w < words; w++) if (write.rows[ROW.data * words + w] !== 0) return true;
  return false;
}

/** Adds to row `to` the rows of `source` for each event in row `row` of `event`. */
function joinRowOver(target: Rows, to: number, source: Rows, event: Event, row: number, words: number): void {
  for (let w = 0; w < words; w++) {
    for (let bits = event.rows[row * words + w]!; bits !== 0; bits &= bits - 1) {
      join(target, to, source, (w << 5) | (31 - Math.clz32(bits & -bits)), words);
    }
  }
}

/** Adds the dependencies of one kind of `event` to row `to`, carried ones too. */
function depend(target: Rows, to: number, event: Event, row: number, carried: Rows | undefined, words: number): void {
  if (carried !== undefined) {
    joinRowOver(target, to, carried, event, row, words);
    return;
  }
  for (let w = 0; w < words; w++) target[to * words + w]! |= event.rows[row * words + w]!;
}

function dependencies(graph: Graph, carried: Rows | undefined, target: Rows, kind: 'addr' | 'data' | 'ctrl'): void {
  for (const event of graph.events) depend(target, event.id, event, ROW[kind], carried, graph.words);
}

/** strong-fence = mb | gp, with the unlock and lock that smp_mb__after_unlock_lock() upgrades. */
function strongFences(graph: Graph, strong: Rows): void {
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
function cumulFences(graph: Graph, strong: Rows, marked: Rows, base: Rows, cumulative: Rows): boolean {
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
function overwrites(graph: Graph, process: Rows, overwritten: Rows): void {
  const { words, co, events, source, loc } = graph;
  const seen = new Int32Array(words);
  const readers = events.filter((event) => (event.is & IS.read) !== 0 && source[event.id]! >= INIT);
  for (const [cell, order] of co.entries()) {
    if (order.length < 2) continue;
    seen.fill(0);
    const here = readers.filter((event) => loc[event.id] === cell);
    for (const write of order) {
      if (write >= 0) {
        const own = events[write]!.process * words;
        for (let w = 0; w < words; w++) overwritten[write * words + w]! |= seen[w]! & ~process[own + w]!;
        seen[write >>> 5]! |= 1 << (write & 31);
      }
      for (const read of here) {
        if (source[read.id] === write) seen[read.id >>> 5]! |= 1 << (read.id & 31);
      }
    }
  }
}

/** Adds ppo to row e: to-r | to-w | (fence & int) | (po-unlock-lock-po & int). */
function preserved(graph: Graph, event: Event, hb: Rows, carried: Rows | undefined, addr: Rows, marked: Rows): void {
  const { words, events, loc } = graph;
  const { rows, is, id: e } = event;
  const isRead = (is & IS.read) !== 0;
  const isOrdered = isRead && (is & IS.noreturn) === 0;
  for (let w = 0; w < words; w++) {
    hb[e * words + w]! |=
      rows[ROW.strong * words + w]! |
      rows[ROW.gp * words + w]! |
      rows[ROW.wmb * words + w]! |
      rows[ROW.release * words + w]! |
      rows[ROW.acquire * words + w]! |
      rows[ROW.pulp * words + w]! |
      (isOrdered ? rows[ROW.rmbIn * words + w]! : 0);
  }
  if (isRead) {
    join(hb, e, addr, e, words);
    const source = graph.source[e]!;
    if (source >= 0 && events[source]!.process === event.process && isIn(marked, source)) {
      join(hb, e, addr, source, words);
      depend(hb, e, events[source]!, ROW.data, carried, words);
    }
    return;
  }
  if ((is & IS.write) === 0) return;
  join(hb, e, addr, e, words);
  depend(hb, e, event, ROW.data, carried, words);
  depend(hb, e, event, ROW.ctrl, carried, words);
  const cell = loc[e]!;
  for (let w = 0; w < words; w++) {
    for (let bits = rows[ROW.po * words + w]!; bits !== 0; bits &= bits - 1) {
      const d = (w << 5) | (31 - Math.clz32(bits & -bits));
      // overwrite & int: with coherence, every earlier access of the process to the cell
      if (cell >= 0 && loc[d] === cell && (events[d]!.is & (IS.read | IS.write)) !== 0) add(hb, words, e, d);
      // addr; [Plain]; wmb
      if ((events[d]!.is & IS.plain) !== 0 && (rows[ROW.wmb * words + w]! & (bits & -bits)) !== 0)
        join(hb, e, addr, d, words);
    }
  }
}
