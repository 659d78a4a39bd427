// Every schedule of a program as a graph of choices, for a reader who steps through it and takes another turn.
import { assert } from '../errors.ts';
import type { Limit, Program, Refusal, TraceStep, Walk, WalkChoice, WalkState, WalkStep } from '../types.ts';
import { createEngine, type Engine, type Passed } from './engine.ts';
import { asGiven, type Expanded, expand } from './expand.ts';
import { hasLoops } from './livelock.ts';
import { validate } from './program.ts';
import { propertyName } from './properties.ts';
import { createMachine, type Executed, execute, flushOldest, type Machine, nextInstruction } from './run.ts';
import { hasConditions, isScheduled } from './scheduling.ts';
import { type Finding, type Found, search, type Witness } from './search.ts';
import { isShown, recorded, toStep } from './trace.ts';
import { worstPath } from './walk-path.ts';
import { changes, judgedBits, type Seen, tellingOf } from './walk-telling.ts';
import { fullName, valueWords } from './words.ts';

const LOCAL_STEPS = 10_000;
const STORE_BUFFER = 8; // stores
const MOST_BYTES = 4e9;
const MOST_SEARCHED = 200_000; // states, to learn what is shared and to find a violation

/** One step of a process from a state. */
interface Edge {
  readonly process: number;
  readonly seen: readonly Seen[];
  readonly to: number;
  readonly violated: readonly string[];
}

interface Node {
  readonly edges: readonly Edge[];
  readonly end: WalkState['end'];
  readonly violated: readonly string[];
}

interface Graph {
  readonly first: readonly Seen[];
  readonly nodes: ReadonlyMap<number, Node>;
  readonly isCut: boolean;
  readonly result: Found;
}

/**
 * Returns the choices of `program` under `model`: the states nearest to the start, at most `limit.states` of them, and those of one
 * violation. Instructions that no other process can tell from each other's order are joined to one step. Refuses what `explore`
 * refuses. Exponential in the program, bounded by the limit.
 */
export function walkOf(program: Program, model: 'sc' | 'tso', limit: Limit): Walk | Refusal {
  const refusal = validate(program);
  if (refusal !== undefined) return refusal;
  const expanded = expand(program);
  if ('what' in expanded) return expanded;
  return toWalk(program, expanded, model, graphOf(expanded.program, model, limit), limit);
}

function graphOf(program: Program, model: 'sc' | 'tso', limit: Limit): Graph {
  const fuel = limit.localSteps ?? LOCAL_STEPS;
  const buffer = model === 'tso' ? STORE_BUFFER : 0;
  const found: Finding[] = [];
  const isPlain = !isScheduled(program, buffer > 0);
  const persistent = isPlain && !hasConditions(program);
  const reductions = { merge: true, deadRegisters: true, movers: isPlain, persistent, symmetry: false };
  const engine = createEngine(program, { reductions, fuel, buffer }, (process, property) =>
    found.push({ process, property }),
  );
  const wanted = {
    limit: { states: MOST_SEARCHED },
    fuel,
    persistent,
    cycles: hasLoops(program),
    bytes: MOST_BYTES,
    repeats: true,
  };
  const result = search(program, engine, found, wanted);
  assert(result !== undefined, 'expected a search that tells processes apart');
  const way = wayTo(program, engine, result);
  return { ...unfold(program, engine, { fuel, hasBuffers: buffer > 0, found, most: limit.states, way }), result };
}

/** One step of a schedule: a process, and which of its ways. */
interface Turn {
  readonly process: number;
  readonly way: number;
}

/** The steps to the state before a violation, errors before information. */
function wayTo(program: Program, { space }: Engine, { witnesses }: Found): readonly Turn[] {
  const n = program.processes.length;
  const worst: Witness | undefined = witnesses.find((one) => one.level === 'error') ?? witnesses[0];
  const turns: Turn[] = [];
  for (let state = worst?.state ?? 0; state > 0; state = space.parent[state]!)
    turns.push({ process: space.how[state]! % n, way: Math.floor(space.how[state]! / n) });
  return turns.reverse();
}

interface Unfolding {
  readonly fuel: number;
  readonly hasBuffers: boolean;
  readonly found: Finding[]; // the engine adds to it
  readonly most: number; // states
  readonly way: readonly Turn[]; // is always unfolded
}

/** Breadth first from the start, after the states on the way to the violation. */
function unfold(
  program: Program,
  engine: Engine,
  { fuel, hasBuffers, found, most, way }: Unfolding,
): Omit<Graph, 'result'> {
  const { space, sharing } = engine;
  const n = program.processes.length;
  const machines: Machine[] = [];
  const nodes = new Map<number, Node>();
  const first: Seen[] = [];
  sharing.renew();
  space.clear();
  found.length = 0;
  const machine = createMachine(program, hasBuffers);
  let process = -1;
  for (const passed of recorded(engine, () => engine.start())) {
    if (passed.node < 0) process++;
    first.push(...rerun(engine, machine, process, passed, 0));
  }
  machines[space.keep(-1, 0)] = machine;
  let state = 0;
  for (const turn of way) {
    const edge = nodeAt(state).edges.filter((one) => one.process === turn.process)[turn.way];
    if (edge === undefined) break;
    state = edge.to;
  }
  nodeAt(state);
  for (let next = 0; next < space.count && nodes.size < most; next++) nodeAt(next);
  return { first, nodes, isCut: nodes.size < space.count };

  function nodeAt(id: number): Node {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    space.load(id);
    const at = Int32Array.from(program.processes, (_, p) => engine.nodeAt(p));
    const able = at.reduce((set, node, p) => (engine.ways(node) > 0 ? set | (1 << p) : set), 0);
    const enabled = engine.allowed(able, at);
    const end = enabled === 0 ? endOf(at) : 'no';
    const violated = violatedAt(end);
    const edges: Edge[] = [];
    for (let p = 0; p < n; p++) {
      space.load(id);
      const ways = (enabled & (1 << p)) === 0 ? 0 : engine.ways(at[p]!);
      for (let k = 0; k < ways; k++) edges.push(edgeOf(id, p, at[p]!, k));
    }
    const node = { edges, end, violated };
    nodes.set(id, node);
    return node;
  }

  function endOf(at: Int32Array): WalkState['end'] {
    const kinds = Array.from(at, (node) => engine.graph.nodes[node]!.state.kind);
    if (kinds.includes('dead')) return 'fault';
    return kinds.every((kind) => kind === 'ended') ? 'whole' : 'deadlock';
  }

  function violatedAt(end: WalkState['end']): readonly string[] {
    return program.invariants.flatMap(({ name, when }, k) => {
      const isAsked = when === 'always' || (when === 'end' && end === 'whole');
      return isAsked && engine.invariant(k) !== 1 ? [name] : [];
    });
  }

  function edgeOf(from: number, p: number, node: number, way: number): Edge {
    space.load(from);
    found.length = 0;
    const copy = copied(machines[from]!);
    const passes = recorded(engine, () => engine.step(p, node, way));
    const seen = passes.flatMap((passed, k) => rerun(engine, copy, p, passed, k === 0 ? way : 0));
    const violated = found.map((one) => propertyName(one.property, program.processes[one.process]!, fuel));
    const to = space.keep(from, 0);
    machines[to] ??= copy;
    return { process: p, seen, to, violated: [...new Set(violated)].sort() };
  }
}

function copied(machine: Machine): Machine {
  return {
    ...machine,
    cells: machine.cells.slice(),
    registers: machine.registers.map((registers) => registers.slice()),
    pc: [...machine.pc],
    status: [...machine.status],
    buffers: machine.buffers?.map((stores) => [...stores]),
  };
}

/** Runs the instructions that the engine ran through, and tells those that a trace shows. */
function rerun(engine: Engine, machine: Machine, p: number, passed: Passed, choice: number): Seen[] {
  const { program } = machine;
  const events: Executed[] = [];
  if (passed.node >= 0 && engine.graph.nodes[passed.node]!.isFlush) events.push(flushOldest(machine, p));
  for (let k = 0; k < passed.length && machine.status[p] === 'runs'; k++)
    events.push(execute(machine, p, k === 0 ? choice : 0));
  const { op } = nextInstruction(machine, p);
  if (machine.status[p] === 'runs' && (op === 'end' || op === 'stop')) events.push(execute(machine, p, 0));
  return events.flatMap((event) =>
    isShown(program, event) ? [{ event, step: toStep(program, event, event.violated !== undefined) }] : [],
  );
}

/** What a graph looks like from outside: steps once each, cells and places in words, states in the order they are met. */
function toWalk(given: Program, expanded: Expanded, model: 'sc' | 'tso', graph: Graph, limit: Limit): Walk {
  const { program } = expanded;
  const seen = [
    ...graph.first,
    ...[...graph.nodes.values()].flatMap(({ edges }) => edges.flatMap((edge) => edge.seen)),
  ];
  const judged = judgedBits(program);
  const tells = tellingOf(seen, judged);
  const cells = [...new Set(given.cells.keys())].filter(
    (cell) => judged.has(cell) || seen.some(({ event }) => event.cell === cell && changes(event)),
  );
  const place = new Map(cells.map((cell, index) => [cell, index]));
  const steps: WalkStep[] = [];
  const numbers = new Map<string, number>();
  const numbered = (list: readonly Seen[]): number[] =>
    list.flatMap((one) =>
      asGiven({ path: '', steps: [one.step], switches: 0, violated: '', end: [] }, given, expanded.origin).steps.map(
        (step) => {
          const told = walkStep(given, step, one.event, place, step.matters || tells(one));
          const key = JSON.stringify(told);
          const known = numbers.get(key) ?? steps.push(told) - 1;
          numbers.set(key, known);
          return known;
        },
      ),
    );
  const order = [...graph.nodes.keys()].sort((a, b) => a - b);
  const renumbered = new Map(order.map((state, index) => [state, index]));
  const first = numbered(graph.first);
  const states = order.map((state): WalkState => {
    const { edges, end, violated } = graph.nodes.get(state)!;
    const choices = edges.map(
      ({ process, seen: list, to, violated: broken }): WalkChoice => ({
        process,
        steps: numbered(list),
        to: renumbered.get(to) ?? -1,
        violated: broken,
      }),
    );
    return { choices, end, violated };
  });
  const invariants = given.invariants.map(({ name, words, level }) => ({ name, words, level }));
  return {
    model,
    processes: given.processes.map(({ name, cpu, label }) => ({ name, cpu, label })),
    cells: cells.map((cell) => ({
      name: fullName(given.cells[cell]!),
      value: valueWords(given, given.cells[cell]!, given.cells[cell]!.init),
    })),
    invariants,
    first,
    steps,
    states,
    path: worstPath(states, invariants),
    violated: graph.result.witnesses.map(({ property }) => property),
    searched: graph.result.states,
    bound: graph.result.bound,
    cut: graph.isCut ? `the ${limit.states.toLocaleString('en-US')} nearest states` : undefined,
  };
}

function walkStep(
  given: Program,
  step: TraceStep,
  event: Executed,
  place: ReadonlyMap<number, number>,
  matters: boolean,
): WalkStep {
  const frame = step.at.frames[0];
  const cell = step.cell === undefined ? undefined : given.cells[step.cell];
  const isChanged = cell !== undefined && changes(event);
  return {
    process: step.process,
    function: frame?.function ?? '',
    file: frame?.file ?? '',
    line: frame?.line ?? 0,
    ...(frame?.added === true ? { added: true as const } : {}),
    text: step.at.text,
    event: step.event,
    cell: step.cell === undefined ? undefined : place.get(step.cell),
    value: isChanged ? valueWords(given, cell, event.after ?? 0) : undefined,
    matters,
  };
}
