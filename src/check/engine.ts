// Steps of processes on the current state of a space.
import type { Instruction, Program } from '../types.ts';
import { alikeOf, sorter } from './alike.ts';
import { automatonOf, type EngineOptions, invariantAutomaton } from './automata.ts';
import { wordMask } from './footprint.ts';
import { createGraph, type Graph } from './graph.ts';
import { schedulingRules } from './scheduling.ts';
import { createSharing, type Sharing, STOP } from './sharing.ts';
import { createSpace, type Space } from './space.ts';
import { BLOCKED, STEP, TRAIT } from './steps.ts';

const LONGEST_STEP = 2_000; // instructions

/** One node that a step ran through. */
export interface Passed {
  readonly node: number;
  readonly length: number; // instructions
}

export interface Engine {
  readonly graph: Graph;
  readonly space: Space;
  readonly sharing: Sharing;
  readonly alike: readonly (readonly number[])[]; // process -> those that are not told apart from it
  /** Puts the current state into the order in which processes that are alike are kept. `moved`: who has stepped; undefined: all. */
  readonly sort: (moved: number | undefined) => void;
  readonly nodeAt: (process: number) => number; // in the current state
  /** Number of ways the node can step now: ways of its own, and one more, the last, when a store can leave its buffer. */
  readonly ways: (node: number) => number;
  /** Runs one step of a process from the node where it stands. `onFound` hears of violations. */
  readonly step: (process: number, node: number, way: number) => void;
  /** The processes of `enabled` (bits) that contexts and interrupts let run when the processes stand at `at`. */
  readonly allowed: (enabled: number, at: Int32Array) => number;
  readonly start: () => void; // all processes at their first stop, in the current state
  readonly value: (cell: number) => number; // of a cell in the current state
  /** 1 when the invariant holds in the current state, 0 when not, -1 when it cannot be evaluated. */
  readonly invariant: (index: number) => number;
  readonly wasFull: () => boolean; // a store had to wait for room in its buffer
  record: Passed[] | undefined; // when set, the nodes of each step are added
}

/** An engine for one program. Nothing is computed before it is needed. */
export function createEngine(
  program: Program,
  options: EngineOptions,
  onFound: (process: number, property: number) => void,
): Engine {
  const n = program.processes.length;
  const { merge, movers, symmetry } = options.reductions;
  const alike = symmetry ? alikeOf(program) : program.processes.map((_, p) => [p]);
  const stopNumber: number[] = []; // node -> number in the field of its process
  const stopNodes: number[][] = program.processes.map(() => []);
  const space = createSpace((field) => (field < n ? stopNodes[field]!.length : graph.slots[field - n]!.values.length));
  for (let p = 0; p < n; p++) space.addField();
  const sharing = createSharing(program, () => graph, { merge, movers, alike, isBuffered: options.buffer > 0 });
  const conditions = program.processes.flatMap(({ code }, p) =>
    code.flatMap((one, pc) => (one.op === 'wait-until' ? [{ p, pc, one }] : [])),
  );
  const ofFirst = alike.map(([first], p) => (first === p ? automatonOf(program, p, options) : undefined));
  const automata = [
    ...alike.map(([first]) => ofFirst[first!]!),
    ...program.invariants.map((invariant) => invariantAutomaton(invariant, options.fuel)),
    ...conditions.map((condition) => invariantAutomaton(condition.one, options.fuel)),
  ];
  const early: Parameters<Sharing['see']>[0][] = []; // nodes made before the graph is
  let isReady = false;
  const graph: Graph = createGraph(
    program,
    automata,
    automata.map((_, owner) => (alike[owner]?.[0] ?? owner) + 1),
    (node) => (isReady ? sharing.see(node) : void early.push(node)),
    (from, to) => sharing.link(from, to),
    () => space.addField(),
  );
  isReady = true;
  for (const node of early) sharing.see(node);
  const { nodes, slots, steps } = graph;
  const firstCondition = n + program.invariants.length;
  const rules = schedulingRules(program, options.buffer > 0);
  const initial = new Int32Array(n).fill(-1);
  const sort = sorter(alike, { space, graph, ownedSlots: sharing.ownedSlots });

  function numberAt(slot: number): number {
    return space.get(slots[slot]!.field);
  }

  function nodeAt(p: number): number {
    return stopNodes[p]![space.get(p)]!;
  }

  function isBlocked(node: number): boolean {
    const { slot, state, owner, pc } = nodes[node]!;
    if (state.kind === 'wait') {
      const k = conditions.findIndex((one) => one.p === owner && one.pc === pc);
      return condition(firstCondition + k, conditions[k]!.one.code, true) !== 1;
    }
    return graph.after(node, slot < 0 ? 0 : numberAt(slot)) === BLOCKED;
  }

  function ways(id: number): number {
    const node = nodes[id]!;
    const own = node.ways === 1 && isBlocked(id) ? 0 : node.ways;
    return node.flush < 0 ? own : own + 1;
  }

  function step(p: number, first: number, way: number): void {
    const start = nodes[first]!;
    const isFlush = start.flush >= 0 && way === ways(first) - 1;
    run(p, isFlush ? start.flush : first, way, !isFlush && sharing.movesRight(first), 0);
  }

  function run(p: number, first: number, choice: number, right: boolean, burnt: number): void {
    let id = first;
    let fuel = burnt;
    let movesRight = right;
    for (let value = choice; ; ) {
      const field = steps.field[id]!;
      if (field >= 0) value = space.get(field);
      const place = graph.step(id, value);
      const { done } = steps;
      if (done[place + STEP.finds] !== 0) for (const property of graph.foundBy(place)) onFound(p, property);
      if (field >= 0 && done[place + STEP.leaves] !== value) space.set(field, done[place + STEP.leaves]!);
      if ((steps.traits[id]! & TRAIT.givesUp) !== 0) movesRight = false;
      const length = done[place + STEP.length]!;
      engine.record?.push({ node: id, length });
      fuel += length;
      const to = done[place + STEP.to]!;
      const next = arrive(to, movesRight);
      // A step that goes on and on is cut, so that the search sees when it comes back to where it was.
      if (next < 0 || fuel > LONGEST_STEP) {
        stand(p, next < 0 ? to : next);
        return;
      }
      if (sharing.stopOf(next) === STOP.access) movesRight = false;
      id = next;
      value = 0;
    }
  }

  /** The node that the step runs on through, after arriving at `id`; -1 when it stops there. */
  function arrive(id: number, movesRight: boolean): number {
    const traits = steps.traits[id]!;
    const isPending = (traits & TRAIT.pending) !== 0;
    if (isPending && sharing.stopOf(nodes[id]!.flush) === STOP.run) return nodes[id]!.flush;
    if ((traits & TRAIT.ends) !== 0) return -1;
    const stop = sharing.stopOf(id);
    if (stop === STOP.run) return id;
    if (stop === STOP.soft) return isBlocked(id) ? -1 : id;
    // A store that waits may leave its buffer between the lock and the access.
    return stop === STOP.access && movesRight && !isPending && !isBlocked(id) ? id : -1;
  }

  function stand(p: number, node: number): void {
    space.set(p, stopNumber[node] ?? newStop(p, node));
  }

  /** The number of a node, which those of processes that are alike share. */
  function newStop(p: number, node: number): number {
    for (const q of alike[p]!) {
      const twin = q === p ? node : graph.nodeOf(q, nodes[node]!.state);
      stopNumber[twin] = stopNodes[q]!.push(twin) - 1;
    }
    return stopNumber[node]!;
  }

  function begin(): void {
    for (let p = 0; p < n; p++) {
      const first = automata[p]!.start;
      for (const property of first.found) onFound(p, property);
      engine.record?.push({ node: -1, length: first.length });
      const next = arrive(graph.starts[p]!, false);
      if (next < 0) stand(p, graph.starts[p]!);
      else run(p, next, 0, false, first.length);
      initial[p] = nodeAt(p);
    }
  }

  function value(cell: number): number {
    const slot = graph.slotOf(program.cells[cell]!.address);
    return slots[slot]!.values[numberAt(slot)]!;
  }

  function invariant(k: number): number {
    const { code, when } = program.invariants[k]!;
    return condition(n + k, code, when === 'always');
  }

  /** Runs a condition on the current state. `isWatched`: the order against writes of what it reads matters. */
  function condition(owner: number, code: readonly Instruction[], isWatched: boolean): number {
    let id = graph.starts[owner]!;
    for (let fuel = options.fuel; fuel > 0; fuel--) {
      const { slot, state, pc } = nodes[id]!;
      if (state.kind === 'dead') return -1;
      if (state.kind === 'ended') return state.values[0] !== 0 ? 1 : 0;
      const instruction = code[pc]!;
      if (isWatched && slot >= 0 && instruction.op === 'load') sharing.watch(slot, wordMask(instruction.mask));
      id = graph.after(id, slot < 0 ? 0 : numberAt(slot));
    }
    return -1;
  }

  const engine: Engine = {
    graph,
    space,
    sharing,
    alike,
    sort: (moved) => sort?.(moved),
    nodeAt,
    ways,
    step,
    allowed: (enabled, at) => (rules === undefined ? enabled : rules(enabled, at, initial, nodes)),
    start: begin,
    value,
    invariant,
    wasFull: () => automata.some((automaton) => automaton.wasFull()),
    record: undefined,
  };
  return engine;
}
