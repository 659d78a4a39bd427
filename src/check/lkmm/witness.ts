// An execution graph as a list of steps that a person can follow: program order and reads-from are respected where that is
// possible, and a read that does not see the last write above it says so.
import type { Program, Trace, TraceStep } from '../../types.ts';
import { changeWords, type Effect, endOf, eventWords, valueWords } from '../words.ts';
import { finalValue } from './engine.ts';
import { type Event, INIT, IS } from './event.ts';
import { executionOf } from './execution.ts';
import type { State } from './state.ts';

/** The events of one executed instruction: a read, a write, or both halves of a pair. */
interface Step {
  readonly process: number;
  readonly events: readonly Event[];
}

/**
 * The trace of an execution that violates `violated`. The order of the steps is an interleaving when there is one; else it keeps
 * program order and reads-from, and steps that read an older value name its writer; else (load buffering) a read names the
 * later step whose value it sees. `path` is the reads-from relation: it names the execution, and no interleaving replays it.
 */
export function traceOf(program: Program, graph: State, violated: string): Trace {
  const steps = order(graph);
  const position = new Map<number, number>();
  for (const [k, { events }] of steps.entries()) for (const { id } of events) position.set(id, k);
  const shown = steps.map((step, k) => toStep(program, graph, step, k, position));
  return {
    path: graph.source
      .flatMap((source, read) => (source >= INIT ? [`${read}<${source < 0 ? 'init' : source}`] : []))
      .join('/'),
    steps: shown,
    switches: steps.filter((step, k) => k > 0 && steps[k - 1]!.process !== step.process).length,
    violated,
    end: program.observed.map((cell) => endOf(program, cell, finalValue(graph, cell))),
    // a process that faults leaves an execution that is not finished
    ...(graph.cpus.some(({ ended }) => !ended) || graph.pending.length + graph.loose.length > 0
      ? {}
      : { execution: executionOf(graph).execution }),
  };
}

function stepsOf(graph: State): readonly Step[] {
  const steps: Step[] = [];
  for (const event of graph.events) {
    if ((event.is & IS.pair) !== 0 && (event.is & IS.write) !== 0) continue; // with its read
    const isPair = (event.is & IS.pair) !== 0;
    steps.push({ process: event.process, events: isPair ? [event, graph.events[event.partner]!] : [event] });
  }
  return steps;
}

/** The steps in the strictest order that has no cycle: po | rf | co | fr, po | rf | co, po | rf, po. */
function order(graph: State): readonly Step[] {
  const steps = stepsOf(graph);
  const stepOf = new Map<number, number>();
  for (const [k, { events }] of steps.entries()) for (const { id } of events) stepOf.set(id, k);
  for (const level of [3, 2, 1, 0]) {
    const sorted = sort(steps, before(graph, steps, stepOf, level));
    if (sorted !== undefined) return sorted;
  }
  return steps;
}

/** For each step the steps that must stand before it. */
function before(
  graph: State,
  steps: readonly Step[],
  stepOf: ReadonlyMap<number, number>,
  level: number,
): readonly ReadonlySet<number>[] {
  const result = steps.map(() => new Set<number>());
  const add = (first: number, second: number): void => {
    const [a, b] = [stepOf.get(first)!, stepOf.get(second)!];
    if (a !== b) result[b]!.add(a);
  };
  const last = new Map<number, number>();
  for (const [k, { process }] of steps.entries()) {
    const previous = last.get(process);
    if (previous !== undefined) result[k]!.add(previous);
    last.set(process, k);
  }
  for (const { id, is } of graph.events) {
    const source = graph.source[id]!;
    if (level >= 1 && (is & IS.read) !== 0 && source >= 0) add(source, id);
    if (level < 3 || (is & IS.read) === 0 || source < INIT) continue;
    const next = graph.co[graph.loc[id]!]![(source < 0 ? 0 : graph.place[source]!) + 1];
    if (next !== undefined) add(id, next);
  }
  if (level >= 2) for (const order of graph.co) for (let k = 2; k < order.length; k++) add(order[k - 1]!, order[k]!);
  return result;
}

/** A topological order that stays with one process as long as it can; undefined when there is a cycle. */
function sort(steps: readonly Step[], before: readonly ReadonlySet<number>[]): readonly Step[] | undefined {
  const done = new Set<number>();
  const result: Step[] = [];
  const isReady = (k: number): boolean => !done.has(k) && [...before[k]!].every((one) => done.has(one));
  for (let process = steps[0]?.process; result.length < steps.length; process = result.at(-1)?.process) {
    let next = steps.findIndex((step, k) => step.process === process && isReady(k));
    if (next < 0) next = steps.findIndex((_, k) => isReady(k));
    if (next < 0) return undefined;
    done.add(next);
    result.push(steps[next]!);
  }
  return result;
}

function toStep(
  program: Program,
  graph: State,
  step: Step,
  k: number,
  position: ReadonlyMap<number, number>,
): TraceStep {
  const first = step.events[0]!;
  const { instruction, process, pc } = first;
  const isRead = (first.is & IS.read) !== 0;
  const { cell, before, after, read } = effectOf(graph, first);
  const words = eventWords(program, instruction, { process, cell, before, after, read });
  const values = changeWords(program, { process, cell, before, after, read });
  return {
    process,
    pc,
    at: instruction.at,
    event: `${words}${isRead && cell !== undefined ? remark(program, graph, first, k, position) : ''}`,
    cell,
    before,
    after,
    read,
    ...(values === undefined ? {} : { values }),
    matters: cell !== undefined && tells(program, graph, cell),
    ...(isRead && cell !== undefined ? { sees: storeSeen(program, graph, first) } : {}),
  };
}

/** What an event did to memory; a read of a pair did what both of them do. */
function effectOf(graph: State, event: Event): Omit<Effect, 'process'> {
  const cell = graph.loc[event.id]! < 0 ? undefined : graph.loc[event.id]!;
  const isRead = (event.is & IS.read) !== 0;
  const write =
    (event.is & IS.write) !== 0 ? event : (event.is & IS.pair) !== 0 ? graph.events[event.partner]! : undefined;
  const before = cell === undefined ? undefined : isRead ? graph.value[event.id]! : previous(graph, event.id, cell);
  return {
    cell,
    before,
    after: write === undefined ? before : graph.value[write.id]!,
    read: isRead && before !== undefined ? registerValue(event, before) : undefined,
  };
}

/** Words for one event: those of its instruction, and for the write of a pair what is written. */
export function stepWords(program: Program, graph: State, event: Event): string {
  const { instruction, process, is } = event;
  const effect = effectOf(graph, event);
  const isSecond = (is & IS.pair) !== 0 && (is & IS.write) !== 0;
  if (isSecond) return `writes ${valueWords(program, program.cells[effect.cell!]!, effect.after!)}`;
  return eventWords(program, instruction, { process, ...effect });
}

/** What went into the register, as far as the words of a step ask. */
function registerValue(event: Event, old: number): number {
  const { instruction, demand } = event;
  switch (instruction.op) {
    case 'load':
    case 'rmw':
      return instruction.mask === undefined || instruction.mask === 0 ? old : old & instruction.mask;
    case 'trylock':
    case 'try-bits':
      return demand?.equal === true ? 1 : 0;
    case 'add-unless':
    case 'is-locked':
      return demand?.equal === false ? 1 : 0;
    default:
      return old;
  }
}

function previous(graph: State, write: number, cell: number): number {
  const at = graph.place[write]!;
  const before = at > 1 ? graph.co[cell]![at - 1]! : INIT;
  return before === INIT ? graph.init[cell]! : graph.value[before]!;
}

/** Words for a read that does not see the last write above it in the list. */
function remark(program: Program, graph: State, read: Event, k: number, position: ReadonlyMap<number, number>): string {
  const source = graph.source[read.id]!;
  if (source < INIT) return '';
  const cell = graph.loc[read.id]!;
  const writer = source === INIT ? undefined : graph.events[source]!;
  if (writer !== undefined && position.get(writer.id)! > k)
    return `, the value that ${nameOf(program, writer)} writes later in this list: loads and stores overlap`;
  const from = source === INIT ? 0 : graph.place[source]!;
  const newer = graph.co[cell]!.slice(from + 1).find((w) => position.get(w)! < k && w !== read.partner);
  if (newer === undefined) return '';
  const older = writer === undefined ? 'the initial value' : `the older value written by ${nameOf(program, writer)}`;
  return `, ${older}: the write of ${nameOf(program, graph.events[newer]!)} is not visible here yet`;
}

/** True for a cell that one process writes and another accesses, and for one that an invariant reads. */
function tells(program: Program, graph: State, cell: number): boolean {
  const here = graph.events.filter(({ id }) => graph.loc[id] === cell);
  const isShared = here.some(({ process }) => process !== here[0]!.process);
  if (isShared && here.some(({ is }) => (is & IS.write) !== 0)) return true;
  const { address } = program.cells[cell]!;
  const asks = ({ code }: Program['invariants'][number]): boolean =>
    code.some((one) => one.op === 'load' && one.address.kind === 'const' && (one.address.value | 0) === address);
  return program.invariants.some(asks);
}

/** The store whose value a read gives. */
function storeSeen(program: Program, graph: State, read: Event): string {
  const source = graph.source[read.id]!;
  return source < 0 ? 'the initial value' : nameOf(program, graph.events[source]!);
}

function nameOf(program: Program, event: Event): string {
  return `${program.processes[event.process]!.name} in '${event.instruction.at.text}'`;
}
