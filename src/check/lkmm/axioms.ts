// The axioms of tools/memory-model/linux-kernel.cat (6.12), one function a definition, on bit rows.
// Every axiom is "no cycle" over unions and sequences: more events and edges never repair a graph, so a graph that is not
// finished may be checked too, and what fails then fails for ever. Coherence and atomicity hold by construction (place.ts).
import type { MemoryModel } from '../../types.ts';
import { add, close, closeAcyclic, isIn, join, joinOver, type Rows, reflect } from './bits.ts';
import { type Event, type Graph, IS, ROW } from './event.ts';
import { cumulFences, overwrites, strongFences } from './fences.ts';
import { hasNoPlainCycle, raceIn } from './plain.ts';
import { carry, dependencies, preserved } from './ppo.ts';
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
}

/** Checks graphs; keeps its memory between checks. */
export interface Axioms {
  /** False when the graph breaks an axiom of `model`, whatever is added to it. */
  readonly consistent: (graph: Graph, model: Exclude<MemoryModel, 'tso'>) => boolean;
  /** True when a finished consistent graph has a data race. Checks it again. */
  readonly races: (graph: Graph) => boolean;
  /** The two events of a data race of a finished consistent graph; undefined when it has none. Checks it again. */
  readonly raceIn: (graph: Graph) => readonly [number, number] | undefined;
}

interface Scratch {
  readonly marked: Rows;
  readonly process: Rows; // by process: the set of its events
  readonly carried: Rows;
  readonly strong: Rows;
  readonly addr: Rows;
  readonly base: Rows;
  readonly cumulative: Rows;
  readonly overwritten: Rows;
  readonly prop: Rows;
  readonly step: Rows;
  readonly direct: Rows; // hb, not closed
  readonly hb: Rows;
  readonly pb: Rows;
}

function scratchOf(words: number): Scratch {
  const rows = (): Rows => new Int32Array(words * 32 * words);
  return {
    marked: new Int32Array(words),
    process: new Int32Array(32 * words),
    carried: rows(),
    strong: rows(),
    addr: rows(),
    base: rows(),
    cumulative: rows(),
    overwritten: rows(),
    prop: rows(),
    step: rows(),
    direct: rows(),
    hb: rows(),
    pb: rows(),
  };
}

/** A checker for graphs of `words` words a row. One check is cubic in the events, divided by the word size. */
export function createAxioms(words: number): Axioms {
  const scratch = scratchOf(words);
  const race = (graph: Graph): readonly [number, number] | undefined => {
    const relations = hasPlain(graph) ? derive(graph, scratch) : undefined;
    return relations === undefined ? undefined : raceIn(graph, relations);
  };
  return {
    consistent: (graph, model) => {
      if (model === 'sc') return isSequential(graph, scratch);
      const relations = derive(graph, scratch);
      if (relations === undefined) return false;
      if (!orderedByRcu(graph, relations)) return false;
      return !hasPlain(graph) || hasNoPlainCycle(graph, relations);
    },
    races: (graph) => race(graph) !== undefined,
    raceIn: race,
  };
}

/** The relations of `graph` in `s`; undefined when happens-before or propagation fails. */
function derive(graph: Graph, s: Scratch): Relations | undefined {
  const { words } = graph;
  const count = graph.events.length;
  const used = [s.strong, s.addr, s.base, s.cumulative, s.overwritten, s.prop, s.step, s.direct, s.hb, s.pb];
  for (const part of used) part.fill(0, 0, count * words);
  sets(graph, s.marked, s.process);
  const carried = carry(graph, s.carried) ? s.carried : undefined;
  strongFences(graph, s.strong);
  dependencies(graph, carried, s.addr, 'addr');
  if (cumulFences(graph, s.strong, s.marked, s.base, s.step)) {
    if (!closeAcyclic(s.step, s.cumulative, undefined, count, words)) {
      s.cumulative.set(s.step.subarray(0, count * words));
      close(s.cumulative, count, words);
    }
    s.step.fill(0, 0, count * words);
  }
  reflect(s.cumulative, count, words);
  overwrites(graph, s.process, s.overwritten);
  propagate(graph, s);
  happensBefore(graph, s, carried);
  const hasStrong = fencedPropagation(graph, s);
  if (!closeAcyclic(s.direct, s.hb, hasStrong ? s.step : undefined, count, words)) return undefined;
  reflect(s.hb, count, words);
  if (hasStrong && !propagatesInOrder(graph, s)) return undefined;
  reflect(s.pb, count, words);
  const { marked, strong, addr, cumulative, prop, hb, pb } = s;
  return { words, count, marked, strong, addr, cumulative, prop, hb, pb };
}

/** prop = [Marked]; (overwrite & ext)?; cumul-fence*; [Marked]; rfe?; [Marked] */
function propagate(graph: Graph, s: Scratch): void {
  const { events, source, words } = graph;
  for (let m = 0; m < events.length; m++) {
    if (!isIn(s.marked, m)) continue;
    join(s.step, m, s.cumulative, m, words);
    joinOver(s.step, m, s.overwritten, s.cumulative, m, words);
    for (let w = 0; w < words; w++) s.step[m * words + w]! &= s.marked[w]!;
  }
  for (let e = 0; e < events.length; e++) {
    if (!isIn(s.marked, e)) continue;
    join(s.prop, e, s.step, e, words);
    const from = source[e]!;
    if (from >= 0 && events[from]!.process !== events[e]!.process && isIn(s.marked, from))
      join(s.prop, e, s.step, from, words);
  }
  s.step.fill(0, 0, events.length * words);
}

/** hb = [Marked]; (ppo | rfe | ((prop \ id) & int)); [Marked], not closed. */
function happensBefore(graph: Graph, s: Scratch, carried: Rows | undefined): void {
  const { events, source, words } = graph;
  for (const event of events) {
    const e = event.id;
    if (!isIn(s.marked, e)) continue;
    preserved(graph, event, s.direct, carried, s.addr, s.marked);
    const from = source[e]!;
    if (from >= 0 && events[from]!.process !== event.process) add(s.direct, words, e, from);
    const own = event.process * words;
    for (let w = 0; w < words; w++) {
      let ahead = s.prop[e * words + w]! & s.process[own + w]!;
      if (e >>> 5 === w) ahead &= ~(1 << (e & 31));
      s.direct[e * words + w] = (s.direct[e * words + w]! | ahead) & s.marked[w]!;
    }
  }
}

/** prop; strong-fence into scratch.step. False when it is empty. Rows of a process grow along program order. */
function fencedPropagation(graph: Graph, s: Scratch): boolean {
  const { words, events } = graph;
  const last: number[] = []; // by process: the row worked out last
  let any = false;
  for (let y = 0; y < events.length; y++) {
    if (isEmpty(s.strong, y, words)) continue;
    any = true;
    const { process } = events[y]!;
    const before = last[process];
    const grows = before !== undefined && contains(s.strong, y, before, words);
    if (grows) join(s.step, y, s.step, before, words);
    for (let w = 0; w < words; w++) {
      const known = grows ? s.strong[before * words + w]! : 0;
      for (let bits = s.strong[y * words + w]! & ~known; bits !== 0; bits &= bits - 1)
        join(s.step, y, s.prop, (w << 5) | (31 - Math.clz32(bits & -bits)), words);
    }
    last[process] = y;
  }
  return any;
}

/** pb = prop; strong-fence; hb*; [Marked] has no cycle. Takes it from scratch.step and leaves pb*, without id, in scratch.pb. */
function propagatesInOrder(graph: Graph, s: Scratch): boolean {
  const { words, events } = graph;
  for (let e = 0; e < events.length; e++) if (!isIn(s.marked, e)) s.step.fill(0, e * words, (e + 1) * words);
  return closeAcyclic(s.step, s.pb, undefined, events.length, words);
}

/** po | rf | co | fr has no cycle. */
function isSequential(graph: Graph, s: Scratch): boolean {
  const { words, events } = graph;
  const count = events.length;
  for (const part of [s.direct, s.hb]) part.fill(0, 0, count * words);
  s.process.fill(0); // not only what comes from other processes
  overwrites(graph, s.process, s.direct);
  for (const { id: e, rows } of events) {
    for (let w = 0; w < words; w++) s.direct[e * words + w]! |= rows[ROW.po * words + w]!;
    if (graph.source[e]! >= 0) add(s.direct, words, e, graph.source[e]!);
  }
  return closeAcyclic(s.direct, s.hb, undefined, count, words);
}

function isEmpty(part: Rows, e: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (part[e * words + w] !== 0) return false;
  return true;
}

function contains(part: Rows, large: number, small: number, words: number): boolean {
  for (let w = 0; w < words; w++) if ((part[small * words + w]! & ~part[large * words + w]!) !== 0) return false;
  return true;
}

function hasPlain(graph: Graph): boolean {
  return graph.events.some((event: Event) => (event.is & IS.plain) !== 0);
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
