// Whether a critical cycle that the axioms allow on its own can be part of an execution: all accesses of the paths that it runs along
// are given an order and values, cell by cell, and the axioms are asked again. Most cycles of kernel code end here: the bit that a process
// has to find set was cleared before, or a lock orders what the cycle has the other way round.
import type { Program } from '../../types.ts';
import { type Axioms, createAxioms } from '../lkmm/axioms.ts';
import { type Event, type Graph, INIT, IS, NO_SOURCE, PENDING, ROWS } from '../lkmm/event.ts';
import { reduce, type Value } from '../lkmm/term.ts';
import type { Leg } from './legs.ts';
import type { Path } from './paths.ts';

/** Decides about cycles, one after the other, within one budget. */
export interface Completion {
  /** False when no execution along any paths has the cycle; true also when the budget is used up. */
  readonly isPossible: (chain: readonly Leg[]) => boolean;
}

const WIDEST = 4; // words of a row: 128 accesses
const MOST_CHECKS = 6_000; // of graphs, of one program

/** A com step between two processes: from an access to one that follows it in the order of its cell. */
interface Link {
  readonly from: number;
  readonly to: number;
}

/** A graph that is being completed; its arrays change as the search goes on and back. */
interface Draft extends Graph {
  readonly source: number[];
  readonly place: number[];
  readonly co: number[][];
  readonly value: (number | undefined)[]; // by event: what it reads or writes, as far as it is known
  readonly origin: readonly number[]; // by event: its number on its path
  readonly numbers: readonly ReadonlyMap<number, number>[]; // by process: event of the path -> event here
  readonly paths: readonly Path[]; // by process
  readonly links: readonly Link[];
  readonly init: readonly number[]; // by cell
}

/** Prepares to complete cycles of `program` along `paths`, with the accesses to `relevant` cells. */
export function createCompletion(
  program: Program,
  paths: readonly (readonly Path[])[],
  relevant: readonly boolean[],
): Completion {
  const axioms: Axioms[] = [];
  const left = { checks: MOST_CHECKS };
  const isPossibleAlong = (chain: readonly Leg[], taken: readonly number[]): boolean => {
    const draft = draftOf(program, paths, taken, relevant, chain);
    if (draft === undefined) return true;
    axioms[draft.words] ??= createAxioms(draft.words);
    return complete(draft, axioms[draft.words]!, left);
  };
  return {
    isPossible: (chain) => {
      const ways = paths.map((all, process) => {
        const leg = chain.find((one) => one.process === process);
        return leg === undefined ? [...all.keys()] : [...new Set(leg.from.map(({ path }) => path))];
      });
      return left.checks <= 0 || combinations(ways).some((taken) => isPossibleAlong(chain, taken));
    },
  };
}

function combinations(ways: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return ways.reduce<number[][]>((rows, way) => rows.flatMap((row) => way.map((one) => [...row, one])), [[]]);
}

// ---------------------------------------------------------------- the graph of a choice of paths

/** All accesses of the paths to relevant cells, none of them ordered yet; undefined when they are too many. */
function draftOf(
  program: Program,
  paths: readonly (readonly Path[])[],
  taken: readonly number[],
  relevant: readonly boolean[],
  chain: readonly Leg[],
): Draft | undefined {
  const chosen = taken.map((path, process) => paths[process]![path]!);
  const kept = chosen.map(({ events, loc, quiet }) =>
    events.filter(({ id }) => relevant[loc[id] ?? -1] === true && !quiet.has(id)),
  );
  const count = kept.reduce((sum, all) => sum + all.length, 0);
  const words = Math.ceil(count / 32);
  if (words > WIDEST) return undefined;
  let next = 0;
  const numbers = kept.map((all) => new Map(all.map(({ id }) => [id, next++])));
  const events = kept.flatMap((all, process) =>
    all.map((event) => placed(event, process, numbers[process]!, chosen[process]!.words, words)),
  );
  const numberOf = (leg: Leg, which: 'entry' | 'exit'): number => {
    const origin = leg.from.find(({ path }) => path === taken[leg.process])!;
    return numbers[leg.process]!.get(origin[which])!;
  };
  return {
    words,
    events,
    loc: kept.flatMap((all, process) => all.map(({ id }) => chosen[process]!.loc[id]!)),
    source: events.map(({ is }) => ((is & IS.read) === 0 ? NO_SOURCE : PENDING)),
    place: events.map(() => 0),
    co: program.cells.map(() => [INIT]),
    value: events.map(() => undefined),
    origin: kept.flatMap((all) => all.map(({ id }) => id)),
    numbers,
    paths: chosen,
    init: program.cells.map(({ init }) => init | 0),
    links: chain.map((leg, k) => ({
      from: numberOf(leg, 'exit'),
      to: numberOf(chain[(k + 1) % chain.length]!, 'entry'),
    })),
  };
}

/** An event of a path with its number here; its rows tell the order among the events that are kept. */
function placed(
  event: Event,
  process: number,
  numbers: ReadonlyMap<number, number>,
  wide: number,
  words: number,
): Event {
  const rows = new Int32Array(ROWS * words);
  for (let row = 0; row < ROWS; row++)
    for (let w = 0; w < wide; w++)
      for (let bits = event.rows[row * wide + w]!; bits !== 0; bits &= bits - 1) {
        const to = numbers.get((w << 5) | (31 - Math.clz32(bits & -bits)));
        if (to !== undefined) rows[row * words + (to >>> 5)]! |= 1 << (to & 31);
      }
  const locks = event.locks.filter((lkr) => numbers.has(lkr));
  return {
    ...event,
    id: numbers.get(event.id)!,
    process,
    partner: numbers.get(event.partner) ?? -1,
    rows,
    locks: locks.map((lkr) => numbers.get(lkr)!),
    handed: event.locks.slice(0, event.handed).filter((lkr) => numbers.has(lkr)).length,
  };
}

// ---------------------------------------------------------------- the search

/** True when the graph can be completed to one that LKMM allows and that has the links. Exponential in the accesses of a cell. */
function complete(draft: Draft, axioms: Axioms, left: { checks: number }): boolean {
  const linked = draft.links.map(({ from }) => draft.loc[from]!);
  const uses = (cell: number): number => draft.loc.filter((one) => one === cell).length;
  const others = [...new Set(draft.loc)].filter((cell) => !linked.includes(cell)).sort((a, b) => uses(b) - uses(a));
  const cells = [...new Set([...linked, ...others])];
  const isConsistent = (): boolean => left.checks-- <= 0 || axioms.consistent(draft, 'lkmm');

  /** Orders the writes of cell `k` and gives its reads a source, then goes on to the next cell. */
  const order = (k: number): boolean => {
    if (k === cells.length || left.checks <= 0) return true;
    const cell = cells[k]!;
    const own = draft.events.filter(({ id }) => draft.loc[id] === cell);
    const writes = own.filter(({ is }) => (is & IS.write) !== 0);
    const reads = own.filter(({ is }) => (is & IS.read) !== 0 && (is & IS.pair) === 0);
    const write = (): boolean => {
      const nexts = draft.numbers.flatMap((_, process) => {
        const first = writes.find((one) => one.process === process && draft.place[one.id] === 0);
        return first === undefined ? [] : [first];
      });
      if (nexts.length === 0) return read(0);
      return nexts.some((event) => {
        const isDone = mayFollow(draft, event) && put(draft, event) && isConsistent() && write();
        if (!isDone) takeBack(draft, event);
        return isDone;
      });
    };
    const read = (at: number): boolean => {
      const event = reads[at];
      if (event === undefined) return draft.links.every((link) => isLinked(draft, cell, link)) && order(k + 1);
      return draft.co[cell]!.some((from, index) => {
        const isDone = maySee(draft, event, index) && see(draft, event, from) && isConsistent() && read(at + 1);
        if (!isDone) forget(draft, event);
        return isDone;
      });
    };
    return write();
  };
  return order(0);
}

/** False when a link has another write of the cell before `event`, or it cannot read what its pair has to read. */
function mayFollow(draft: Draft, { id, is, partner }: Event): boolean {
  const { links, place, events } = draft;
  const isPlaced = (write: number): boolean => (events[write]!.is & IS.write) === 0 || place[write]! > 0;
  return links.every(({ from, to }) => (to !== id && ((is & IS.pair) === 0 || to !== partner)) || isPlaced(from));
}

/** Puts a write behind those of its cell that are placed. False when its pair then reads what it cannot. */
function put(draft: Draft, { id, is, partner, process, value }: Event): boolean {
  const order = draft.co[draft.loc[id]!]!;
  const last = order.at(-1)!;
  draft.place[id] = order.length;
  order.push(id);
  const possible = (is & IS.pair) === 0 || see(draft, draft.events[partner]!, last);
  draft.value[id] = known(draft, process, value);
  return possible;
}

function takeBack(draft: Draft, { id, is, partner }: Event): void {
  if (draft.place[id] === 0) return;
  draft.co[draft.loc[id]!]!.pop();
  draft.place[id] = 0;
  draft.value[id] = undefined;
  if ((is & IS.pair) !== 0) forget(draft, draft.events[partner]!);
}

/** Lets a read see a write. False when that contradicts what it demands, or the conditions of its path. */
function see(draft: Draft, event: Event, from: number): boolean {
  const { id, process, demand } = event;
  draft.source[id] = from;
  draft.value[id] = from === INIT ? draft.init[draft.loc[id]!] : draft.value[from];
  const value = draft.value[id];
  if (demand !== undefined && value !== undefined) {
    const wanted = known(draft, process, demand.value);
    if (wanted !== undefined && ((value & demand.mask) === wanted) !== demand.equal) return false;
  }
  return draft.paths[process]!.cases.some((conditions) =>
    conditions.every((one) => {
      const now = known(draft, process, one.value);
      return now === undefined || (now !== 0) === one.holds;
    }),
  );
}

function forget(draft: Draft, { id }: Event): void {
  draft.source[id] = PENDING;
  draft.value[id] = undefined;
}

/** A value over the reads of a path; undefined while one of them is not known. */
function known({ numbers, value: values }: Draft, process: number, value: Value): number | undefined {
  const result = reduce(value, (read) => {
    const number = numbers[process]!.get(read);
    return number === undefined ? undefined : values[number];
  });
  return typeof result === 'number' ? result : undefined;
}

/** Coherence of a read with the accesses of its own process: index into the order of its cell. */
function maySee({ events, loc, place, source, co }: Draft, { id, process }: Event, index: number): boolean {
  const cell = loc[id]!;
  return events.every((other) => {
    if (other.process !== process || loc[other.id] !== cell || other.id === id) return true;
    const isWrite = (other.is & IS.write) !== 0;
    if (!isWrite && source[other.id]! < INIT) return true;
    const at = isWrite ? place[other.id]! : co[cell]!.indexOf(source[other.id]!);
    if (other.id < id) return at <= index;
    return isWrite ? at > index : at >= index;
  });
}

/** Whether the order of `cell` has the link, if it is one of that cell. */
function isLinked({ events, loc, place, source, co }: Draft, cell: number, { from, to }: Link): boolean {
  if (loc[from] !== cell) return true;
  const index = (event: number): number =>
    (events[event]!.is & IS.write) !== 0 ? place[event]! : co[cell]!.indexOf(source[event]!);
  if ((events[to]!.is & IS.write) !== 0) return index(from) < index(to);
  // a lock comes after an unlock, though not at once; any other read sees the write itself
  return (events[to]!.is & IS.lkr) !== 0 ? index(from) <= index(to) : source[to] === from;
}
