// Whether every execution that LKMM allows is sequentially consistent: theorem 3 of docs/lkmm.md. A consistent execution
// that is not SC has a critical cycle: through some processes once each, by at most two accesses of each, with a conflict
// between one process and the next. When no such cycle is consistent with LKMM, there is none.
import type { Program } from '../../types.ts';
import type { Axioms } from '../lkmm/axioms.ts';
import { createAxioms } from '../lkmm/axioms.ts';
import type { Event, Graph } from '../lkmm/event.ts';
import { INIT, IS, NO_SOURCE, PENDING, ROWS } from '../lkmm/event.ts';
import { type Completion, createCompletion } from './complete.ts';
import type { Leg, Section } from './legs.ts';
import { conflicting, legsOf } from './legs.ts';
import type { Path, Skeleton } from './paths.ts';

/** One access of a cycle, for a reader. */
export interface Spot {
  readonly process: number;
  readonly pc: number;
  readonly cell: number;
}

export type Robustness =
  | { readonly kind: 'robust'; readonly cycles: number } // cycles that were found inconsistent
  | { readonly kind: 'cycle'; readonly spots: readonly Spot[] } // a cycle that LKMM allows, as far as this test sees
  | { readonly kind: 'unknown'; readonly why: string };

const MOST_CYCLES = 300_000;
const MOST_PROCESSES = 4;

/** Tests all critical cycles of `program`, whose paths are `skeleton`. Exponential in processes and branches, so it has a limit: then `unknown`. */
export function robustness(program: Program, skeleton: Skeleton): Robustness {
  if (program.processes.length > MOST_PROCESSES)
    return { kind: 'unknown', why: `more than ${MOST_PROCESSES} processes` };
  if (skeleton.kind === 'unknown') return skeleton;
  const { paths } = skeleton;
  if (paths.some((all) => all.some(({ events }) => events.some((event) => (event.is & IS.sync) !== 0))))
    return { kind: 'unknown', why: 'grace periods are left to the search' };
  const conflicts = conflicting(program, paths);
  const whole = testCells(program, paths, conflicts);
  if (whole.kind !== 'cycle' || !conflicts.some((one, cell) => one && skeleton.idle.has(cell))) return whole;
  const part = testCells(
    program,
    paths,
    conflicts.map((one, cell) => one && !skeleton.idle.has(cell)),
  );
  return part.kind === 'unknown' ? whole : part;
}

/** The same for the accesses to `relevant` cells alone. */
function testCells(program: Program, paths: readonly (readonly Path[])[], relevant: readonly boolean[]): Robustness {
  const tests = (path: Path): boolean =>
    path.events.some(
      (event, k) =>
        relevant[path.loc[k] ?? -1] === true &&
        program.cells[path.loc[k]!]!.kind === 'lock' &&
        (event.is & IS.read) !== 0 &&
        (event.is & IS.lkr) === 0,
    );
  if (paths.some((all) => all.some(tests))) return { kind: 'unknown', why: 'a lock is tested without taking it' };
  const legs = paths.map((all, process) => legsOf(all, process, relevant));
  return testCycles(program, legs, createCompletion(program, paths, relevant));
}

// ---------------------------------------------------------------- cycles

interface Walk {
  readonly program: Program;
  readonly byEntry: readonly (readonly (readonly Leg[])[])[]; // process, cell
  readonly axioms: readonly Axioms[]; // for one word and for two
  readonly completion: Completion;
  cycles: number;
  failure: Robustness | undefined;
}

function testCycles(program: Program, legs: readonly (readonly Leg[])[], completion: Completion): Robustness {
  const byEntry = legs.map((all) => {
    const cells: Leg[][] = program.cells.map(() => []);
    for (const leg of all) cells[leg.loc[leg.entry]!]!.push(leg);
    return cells;
  });
  const walk: Walk = {
    program,
    byEntry,
    axioms: [createAxioms(1), createAxioms(2)],
    completion,
    cycles: 0,
    failure: undefined,
  };
  for (const [process, all] of legs.entries()) {
    for (const leg of all) {
      // A cycle starts at its lowest process; the order of the others is free.
      extend(walk, [leg], process);
      if (walk.failure !== undefined) return walk.failure;
    }
  }
  return { kind: 'robust', cycles: walk.cycles };
}

function extend(walk: Walk, chain: Leg[], lowest: number): void {
  const last = chain.at(-1)!;
  const cell = last.loc[last.exit]!;
  if (chain.length > 1 && links(last, chain[0]!) && isCritical(chain)) judge(walk, chain);
  if (walk.failure !== undefined) return;
  for (let process = lowest + 1; process < walk.byEntry.length; process++) {
    if (chain.some((leg) => leg.process === process)) continue;
    for (const next of walk.byEntry[process]![cell]!) {
      if (!links(last, next)) continue;
      extend(walk, [...chain, next], lowest);
      if (walk.failure !== undefined) return;
    }
  }
}

/** Whether the exit of one leg conflicts with the entry of the next: same cell, one of them writing. */
function links(from: Leg, to: Leg): boolean {
  if (from.loc[from.exit] !== to.loc[to.entry]) return false;
  const [b, a] = [from.events[from.exit]!.is, to.events[to.entry]!.is];
  // Critical sections follow one another from an unlock to a lock.
  if (((a | b) & (IS.lkr | IS.lkw | IS.unlock)) !== 0) return (b & IS.unlock) !== 0 && (a & IS.lkr) !== 0;
  return ((a | b) & IS.write) !== 0;
}

/** At least two cells, none of them used by more than two consecutive links, which then share a write. */
function isCritical(chain: readonly Leg[]): boolean {
  const cells = chain.map((leg) => leg.loc[leg.exit]!); // of the link behind each leg
  if (new Set(cells).size < 2) return false;
  for (const [k, cell] of cells.entries()) {
    const uses = cells.filter((one) => one === cell).length;
    if (uses > 2) return false;
    if (uses === 1) continue;
    const next = (k + 1) % chain.length;
    const before = (k + chain.length - 1) % chain.length;
    const shared = cells[next] === cell ? chain[next]! : cells[before] === cell ? chain[k]! : undefined;
    if (shared === undefined || shared.entry !== shared.exit) return false;
    if ((shared.events[shared.entry]!.is & IS.write) === 0) return false;
  }
  return true;
}

function judge(walk: Walk, chain: readonly Leg[]): void {
  if (++walk.cycles > MOST_CYCLES) {
    walk.failure = { kind: 'unknown', why: `more than ${MOST_CYCLES.toLocaleString('en')} cycles of accesses` };
    return;
  }
  if (!isPossible(walk, chain) || !walk.completion.isPossible(chain)) return;
  const spots = chain.flatMap((leg) =>
    [...new Set([leg.entry, leg.exit])].map((k) => ({
      process: leg.process,
      pc: leg.events[k]!.pc,
      cell: leg.loc[k]!,
    })),
  );
  walk.failure = { kind: 'cycle', spots };
}

/** Whether some order of the critical sections around the accesses makes the cycle consistent. */
function isPossible(walk: Walk, chain: readonly Leg[]): boolean {
  const offsets: number[] = [];
  let count = 0;
  for (const leg of chain) {
    offsets.push(count);
    count += leg.events.length;
  }
  const words = count > 32 ? 2 : 1;
  if (count > 64) return true;
  const axioms = walk.axioms[words - 1]!;
  const sections = chain.flatMap((leg, k) => leg.sections.map((section) => ({ section, at: offsets[k]! })));
  const locks = [...new Set(sections.map(({ section }) => section.cell))];
  const orders = locks.map((cell) => permutations(sections.filter(({ section }) => section.cell === cell)));
  return product(orders).some((choice) => {
    const graph = graphOf(walk.program, chain, offsets, count, words);
    for (const order of choice) if (!lay(graph, order)) return false;
    return link(graph, chain, offsets) && axioms.consistent(graph, 'lkmm');
  });
}

interface Draft extends Graph {
  readonly source: number[];
  readonly place: number[];
  readonly co: number[][];
}

function graphOf(
  program: Program,
  chain: readonly Leg[],
  offsets: readonly number[],
  count: number,
  words: number,
): Draft {
  const events: Event[] = [];
  const loc: number[] = [];
  for (const [k, leg] of chain.entries()) {
    const by = offsets[k]!;
    for (const event of leg.events) {
      const rows = new Int32Array(ROWS * words);
      for (let row = 0; row < ROWS; row++) shift(rows, row * words, event.rows[row]!, by, words);
      events.push({
        ...event,
        id: event.id + by,
        process: leg.process,
        partner: event.partner < 0 ? -1 : event.partner + by,
        rows,
        locks: event.locks.map((lkr) => lkr + by),
      });
    }
    loc.push(...leg.loc);
  }
  return {
    words,
    events,
    loc,
    source: events.map((event) => ((event.is & IS.read) === 0 ? NO_SOURCE : PENDING)),
    place: new Array<number>(count).fill(0),
    co: program.cells.map(() => [INIT]),
  };
}

function shift(rows: Int32Array, at: number, bits: number, by: number, words: number): void {
  for (let left = bits; left !== 0; left &= left - 1) {
    const bit = 31 - Math.clz32(left & -left) + by;
    if (bit >>> 5 < words) rows[at + (bit >>> 5)]! |= 1 << (bit & 31);
  }
}

/** Puts critical sections of one lock in an order. False when one that never ends is not the last. */
function lay(graph: Draft, order: readonly { readonly section: Section; readonly at: number }[]): boolean {
  let before = INIT;
  for (const { section, at } of order) {
    if (before === NO_SOURCE) return false;
    graph.source[section.lkr + at] = before;
    append(graph, section.lkw + at);
    before = section.unlock < 0 ? NO_SOURCE : section.unlock + at;
    if (before >= 0) append(graph, before);
  }
  return true;
}

function append(graph: Draft, write: number): void {
  const order = graph.co[graph.loc[write]!]!;
  if (order.includes(write)) return;
  graph.place[write] = order.length;
  order.push(write);
}

/** Adds the conflicts of the cycle. False when they contradict the order of the critical sections. */
function link(graph: Draft, chain: readonly Leg[], offsets: readonly number[]): boolean {
  const cells = chain.map((leg) => leg.loc[leg.exit]!);
  const follows = (k: number): boolean => cells[(k + chain.length - 1) % chain.length] === cells[k];
  // Of two conflicts in one cell the earlier comes first, so that the write between them gets its place in between.
  const order = [...chain.keys()].sort((x, y) => Number(follows(x)) - Number(follows(y)));
  for (const k of order) {
    const leg = chain[k]!;
    const next = (k + 1) % chain.length;
    const to = chain[next]!;
    const b = leg.exit + offsets[k]!;
    const a = to.entry + offsets[next]!;
    const [from, into] = [graph.events[b]!.is, graph.events[a]!.is];
    if ((into & IS.lkr) !== 0) {
      if (graph.source[a]! === PENDING) graph.source[a] = b;
      else if (!precedes(graph, b, a)) return false;
    } else if ((from & IS.write) === 0) {
      // fr: the read has the initial value, or that of the write before
      if (graph.source[b] === PENDING) graph.source[b] = INIT;
      append(graph, a);
    } else {
      append(graph, b);
      if ((into & IS.write) !== 0) append(graph, a);
      else graph.source[a] = b;
    }
  }
  return true;
}

/** Whether unlock `b` comes before lock `a` in the order that was laid. */
function precedes(graph: Draft, b: number, a: number): boolean {
  const order = graph.co[graph.loc[b]!]!;
  if (!order.includes(b)) return true;
  const source = graph.source[a]!;
  return source !== INIT && order.indexOf(b) <= order.indexOf(source);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, k) =>
    permutations(items.filter((_, other) => other !== k)).map((rest) => [item, ...rest]),
  );
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((rows, list) => rows.flatMap((row) => list.map((one) => [...row, one])), [[]]);
}
