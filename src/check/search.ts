// Breadth-first search over packed states. The search goes on after a violation: it keeps the first witness of each property.
//
// What processes touch is not known before they have run. The search begins as if nobody disturbed anybody, takes note of every
// access it meets, and is repeated with that knowledge until a search meets nothing new. Then nothing was left out: take the shortest
// execution of the whole program that ends in an access which was not met. All accesses before it were met, so that their order
// against those of other processes was tried wherever it matters, and the search has run into the last one too.
import type { Invariant, Limit, Program } from '../types.ts';
import { type Choose, count, persistentSets } from './ample.ts';
import type { Engine } from './engine.ts';
import { createEdges, endless } from './livelock.ts';
import { FAULT, propertyName } from './properties.ts';

/** How a violation is reached: the state before it, and the step (process and way) that runs into it, if it takes one. */
export interface Witness {
  readonly property: string;
  readonly kind: 'invariant' | 'assert' | 'deadlock' | 'fault';
  readonly level: 'error' | 'information';
  readonly state: number; // -1: before the first stop of any process
  readonly process: number | undefined;
  readonly way: number;
}

/** What a finished or bounded search knows. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly witnesses: readonly Witness[]; // sorted by property
  readonly terminals: readonly (readonly number[])[]; // distinct final values of the observed cells
  readonly bound: string | undefined; // undefined: complete
}

/** What the search is asked for. */
export interface Wanted {
  readonly limit: Limit;
  readonly fuel: number;
  readonly persistent: boolean;
  readonly cycles: boolean; // some code runs in a circle: look for states from which no end can be reached
  readonly bytes: number; // of states, and of steps between them where these are kept
  readonly repeats: boolean; // until nothing new is met; needed when some accesses are not scheduling points
}

const PATIENCE = 256; // states that are searched on after something new was met, before the search begins again
const QUIET_RUNS = 24; // executions in a row that met nothing new
const MOST_RUNS = 400;
const LONGEST_RUN = 2_000; // steps
const FEW_STATES = 2_000; // searches without persistent sets, to see what is touched, are no larger

/**
 * Searches every state that matters. Linear in states times processes, a few times over for the first few states. Undefined when
 * processes that are alike can be told apart after all, by the number that one of them leaves in a lock.
 */
export function search(program: Program, engine: Engine, found: Finding[], wanted: Wanted): Found | undefined {
  const { sharing, space } = engine;
  const most = wanted.limit.states;
  const once = (choose: Choose | undefined, isSpoiled: () => boolean, states: number): Found | undefined => {
    space.clear();
    return searchOnce(program, engine, found, { ...wanted, limit: { states } }, choose, isSpoiled);
  };
  const isStale = (): boolean => wanted.repeats && sharing.isStale();
  const hasAlike = engine.alike.some((group) => group.length > 1);
  const isTold = (): boolean => hasAlike && sharing.tellsOwners();
  const size = wanted.persistent ? Math.min(most, FEW_STATES) : most;
  for (let isSettled = false; !isSettled; ) {
    sharing.renew();
    const result = once(undefined, isStale, size);
    if (isTold()) return undefined;
    isSettled = !isStale();
    if (isSettled && !wanted.persistent) return result!;
  }
  if (wanted.persistent && space.count > FEW_STATES) sample(program, engine);
  found.length = 0;
  const isNew = (): boolean => sharing.hasGrown() || isStale();
  for (;;) {
    sharing.renew();
    const result = once(persistentSets(program.processes.length, sharing), isNew, most);
    if (isTold()) return undefined;
    if (!isNew()) return result!;
  }
}

/** Runs whole executions in orders that are mixed up, so that what happens late in a large program is met before the search. */
function sample({ processes }: Program, engine: Engine): void {
  const { sharing, space } = engine;
  const at = new Int32Array(processes.length);
  let seed = 1;
  const below = (end: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; // Numerical Recipes
    return Math.floor((seed / 2 ** 32) * end);
  };
  for (let quiet = 0, round = 0; quiet < QUIET_RUNS && round < MOST_RUNS; round++) {
    if (quiet === 0) sharing.renew();
    space.clear();
    engine.start();
    for (let steps = 0; steps < LONGEST_RUN; steps++) {
      const able = enabledIn(engine, at);
      if (able === 0) break;
      const p = nth(able, below(count(able)));
      engine.step(p, at[p]!, below(engine.ways(at[p]!)));
    }
    quiet = sharing.hasGrown() ? 0 : quiet + 1;
  }
}

/** The processes that can step in the current state, as bits; `at` gets the nodes where they stand. */
function enabledIn(engine: Engine, at: Int32Array): number {
  let able = 0;
  for (let p = 0; p < at.length; p++) {
    at[p] = engine.nodeAt(p);
    if (engine.ways(at[p]!) > 0) able |= 1 << p;
  }
  return engine.allowed(able, at);
}

/** The place of the bit in `set` below which `index` others are set. */
function nth(set: number, index: number): number {
  let rest = set;
  for (let k = 0; k < index; k++) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

/** A violation inside a step, as the engine reports it. */
export interface Finding {
  readonly process: number;
  readonly property: number; // see properties.ts
}

/** One search; undefined when it was given up because it met something new. */
function searchOnce(
  program: Program,
  engine: Engine,
  found: Finding[],
  wanted: Wanted,
  choose: Choose | undefined,
  isNew: () => boolean,
): Found | undefined {
  const n = program.processes.length;
  const { space } = engine;
  space.most = wanted.bytes;
  const witnesses = new Map<string, Witness>();
  const terminals = new Map<string, readonly number[]>();
  const always = invariantsOf('always');
  const atEnd = invariantsOf('end');
  const most = wanted.limit.states;
  let transitions = 0;
  let isOver = false;
  let hasCycle = false; // perhaps: a step to a state that is not later
  const edges = createEdges();
  const ends: number[] = []; // states without a step
  const goals = new Set(invariantsOf('reachable'));
  let firstEnd = -1;
  let bound: string | undefined;

  engine.start();
  report(-1, 0);
  engine.sort(undefined);
  space.keep(-1, 0);
  if (always.length > 0) evaluate(always, 0);

  const nodes = new Int32Array(n);
  const ways = new Int32Array(n);
  let newAt = -1;
  for (let state = 0; state < space.count && !isOver; state++) {
    if (newAt < 0 && isNew()) newAt = space.count;
    if (newAt >= 0 && space.count > newAt * 2 + PATIENCE) return undefined;
    space.load(state);
    let enabled = 0;
    for (let p = 0; p < n; p++) {
      nodes[p] = engine.nodeAt(p);
      ways[p] = engine.ways(nodes[p]!);
      if (ways[p]! > 0) enabled |= 1 << p;
    }
    enabled = engine.allowed(enabled, nodes);
    if (enabled === 0) {
      finish(state);
      continue;
    }
    const chosen = choose === undefined ? enabled : choose(enabled, nodes);
    const leadsOn = expand(state, chosen);
    // Cycle proviso (Bosnacki and Holzmann, SPIN 2005): a reduced set must lead to a state that is yet to be expanded.
    if (chosen !== enabled && !leadsOn) expand(state, enabled & ~chosen);
  }
  if (bound === undefined) judgeWhole();
  const sorted = [...witnesses.values()].sort((a, b) => (a.property < b.property ? -1 : 1));
  const states = Math.min(space.count, most);
  return { states, transitions, witnesses: sorted, terminals: [...terminals.values()], bound };

  function invariantsOf(when: Invariant['when']): readonly number[] {
    return program.invariants.flatMap((invariant, k) => (invariant.when === when ? [k] : []));
  }

  /** Takes every step of the processes in `set` (bits); true when one leads to a state that is yet to be expanded. */
  function expand(state: number, set: number): boolean {
    let leadsOn = false;
    for (let p = 0; p < n; p++) {
      if ((set & (1 << p)) === 0) continue;
      for (let way = 0; way < ways[p]!; way++) {
        space.load(state);
        engine.step(p, nodes[p]!, way);
        transitions++;
        if (found.length > 0) report(state, way);
        engine.sort(p);
        const before = space.count;
        const next = space.keep(state, p + way * n);
        if (next > state) leadsOn = true;
        else hasCycle = true;
        if (wanted.cycles) edges.add(state, next);
        if (next < before) continue;
        if (always.length > 0) evaluate(always, next);
        if (isWithin()) continue;
        isOver = true;
        return true;
      }
    }
    return leadsOn;
  }

  function isWithin(): boolean {
    if (space.count > most) bound = `${most.toLocaleString('en-US')} states`;
    if (wanted.cycles && (space.count & 0xfff) === 0) space.most = wanted.bytes - edges.bytes();
    if (space.isFull) bound = `${space.count.toLocaleString('en-US')} states in ${sizeWords(wanted.bytes)}`;
    return bound === undefined;
  }

  function report(state: number, way: number): void {
    for (const { process, property: code } of found) {
      const property = propertyName(code, program.processes[process]!, wanted.fuel);
      const kind = property.startsWith('fault') ? 'fault' : 'assert';
      if (!witnesses.has(property)) witnesses.set(property, { property, kind, level: 'error', state, process, way });
    }
    found.length = 0;
  }

  function evaluate(which: readonly number[], state: number): void {
    for (const k of which) {
      const { name, level } = program.invariants[k]!;
      const value = engine.invariant(k);
      if (value === 1) continue;
      const property = value === 0 ? name : `${FAULT.invariant} ${name}`;
      const kind = value === 0 ? 'invariant' : 'fault';
      if (!witnesses.has(property))
        witnesses.set(property, { property, kind, level, state, process: undefined, way: 0 });
    }
  }

  /** A state in which no process can step. A run in which a process died says nothing about ends and deadlocks. */
  function finish(state: number): void {
    ends.push(state);
    const kinds = Array.from(nodes, (node) => engine.graph.nodes[node]!.state.kind);
    if (kinds.includes('dead')) return;
    if (kinds.some((kind) => kind !== 'ended')) {
      const property = 'deadlock';
      if (!witnesses.has(property))
        witnesses.set(property, { property, kind: property, level: 'error', state, process: undefined, way: 0 });
      return;
    }
    const values = program.observed.map((index) => engine.value(index));
    terminals.set(values.join(), values);
    evaluate(atEnd, state);
    if (firstEnd < 0) firstEnd = state;
    for (const goal of goals) if (engine.invariant(goal) === 1) goals.delete(goal);
  }

  /** What can only be said of all states together. */
  function judgeWhole(): void {
    for (const goal of goals) {
      const { name, level } = program.invariants[goal]!;
      const state = Math.max(0, firstEnd);
      witnesses.set(name, { property: name, kind: 'invariant', level, state, process: undefined, way: 0 });
    }
    const state = hasCycle && wanted.cycles ? endless(space.count, edges, ends) : undefined;
    if (state === undefined) return;
    const property = 'livelock';
    witnesses.set(property, { property, kind: 'deadlock', level: 'error', state, process: undefined, way: 0 });
  }
}

function sizeWords(bytes: number): string {
  return bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`;
}
