// The executions of a program that LKMM allows, for a reader who picks one and then lets one of its reads see another store.
import type { Executions, Place, Program, Refusal, ShownExecution } from '../../types.ts';
import { fullName, valueWords } from '../words.ts';
import { createAxioms } from './axioms.ts';
import { brokenBy } from './end.ts';
import { type Event, IS } from './event.ts';
import { executionOf } from './execution.ts';
import { outcomeOf, unaskable } from './explore.ts';
import { search } from './search.ts';
import type { State } from './state.ts';
import { stepWords } from './witness.ts';

const NODES = 50_000; // steps of the search with a choice, unless said otherwise
const UNROLL = 3; // turns of a loop that are not folded

/** A graph that was found, with what ties it to the others. */
interface Found {
  readonly graph: State;
  readonly isSequential: boolean;
  readonly sees: ReadonlyMap<string, string>; // read -> the store that it sees, by names that all graphs share
}

/**
 * The consistent executions of `program` under LKMM, each once, in the order of the search; `bound` says that there are more than `most`.
 * Refuses programs that have no LKMM events for what they do, and invariants that hold always. Exponential, bounded by `most` and by
 * `nodes` steps of the search that have a choice.
 */
export function executionsOf(program: Program, most: number, nodes = NODES): Executions | Refusal {
  const refusal = unaskable(program);
  if (refusal !== undefined) return refusal;
  const found: Found[] = [];
  const budget = { graphs: most, nodes, unroll: UNROLL };
  const { bound } = search(program, 'lkmm', [], budget, {
    begin: () => {
      found.length = 0;
    },
    fault: () => true,
    finished: (graph) => {
      const isSequential = createAxioms(graph.words).consistent(graph, 'sc');
      found.push({ graph, isSequential, sees: seenIn(graph) });
      return true;
    },
  });
  const places = new Map<string, { readonly index: number; readonly place: Executions['places'][number] }>();
  const executions = found.map((one) => shown(program, one, found, places));
  return {
    model: 'lkmm',
    processes: program.processes.map(({ name, cpu, label }) => ({ name, cpu, label })),
    cells: program.cells.map((cell) => ({ name: fullName(cell), value: valueWords(program, cell, cell.init | 0) })),
    invariants: program.invariants.map(({ name, words, level }) => ({ name, words, level })),
    places: [...places.values()].map(({ place }) => place),
    executions,
    first: firstOf(executions),
    bound,
  };
}

function firstOf(executions: readonly ShownExecution[]): number {
  const weak = executions.findIndex(({ violated, isSequential }) => violated.length > 0 && !isSequential);
  if (weak >= 0) return weak;
  return Math.max(
    0,
    executions.findIndex(({ violated }) => violated.length > 0),
  );
}

function shown(
  program: Program,
  { graph, isSequential, sees }: Found,
  all: readonly Found[],
  places: Map<string, { readonly index: number; readonly place: Executions['places'][number] }>,
): ShownExecution {
  const { execution, numbers } = executionOf(graph);
  const words: string[] = [];
  const eventOf = new Map(numbers.map((number, id) => [number, graph.events[id]!]));
  const at = execution.events.map((event, number) => {
    const { at: point } = program.processes[event.process]!.code[event.pc]!;
    const node = eventOf.get(number);
    words.push(node === undefined ? wordsOf(event.kind, event.tag, event.value) : stepWords(program, graph, node));
    const [frame] = point.frames;
    const place: Place & { function: string } = frame ?? { file: '', line: 0, function: '' };
    const key = JSON.stringify([place, point.text]);
    const known = places.get(key) ?? { index: places.size, place: { ...place, text: point.text } };
    places.set(key, known);
    return known.index;
  });
  const pairs = graph.events.flatMap(({ id, is, partner }) =>
    (is & IS.pair) !== 0 && (is & IS.read) !== 0 ? [[numbers[id]!, numbers[partner]!] as const] : [],
  );
  const fr = graph.events.flatMap((read) => {
    const next = (read.is & IS.read) === 0 ? undefined : overwriterOf(graph, read);
    return next === undefined ? [] : [[numbers[read.id]!, numbers[next]!] as const];
  });
  return {
    ...execution,
    words,
    at,
    pairs,
    fr,
    outcome: outcomeOf(program, graph),
    violated: [...new Set(brokenBy(program, graph).map(({ property }) => property))].sort(),
    isSequential,
    others: othersOf(program, graph, numbers, sees, all),
  };
}

function wordsOf(kind: string, tag: string, value: number | undefined): string {
  return kind === 'fence' ? `fence ${tag}` : `choose ${value}`;
}

/** The write that comes next after the one that `read` sees; not the other half of its own pair. */
function overwriterOf(graph: State, read: Event): number | undefined {
  const source = graph.source[read.id]!;
  const next = graph.co[graph.loc[read.id]!]![(source < 0 ? 0 : graph.place[source]!) + 1];
  return next === read.partner ? undefined : next;
}

/** By read the store that it sees. An event is named by its process, its instruction, and how often that ran before. */
function seenIn(graph: State): ReadonlyMap<string, string> {
  const names = namesOf(graph);
  const reads = graph.events.filter(({ is }) => (is & IS.read) !== 0);
  return new Map(reads.map(({ id }) => [names[id]!, graph.source[id]! < 0 ? '' : names[graph.source[id]!]!]));
}

function namesOf(graph: State): readonly string[] {
  const ran = new Map<string, number>();
  return graph.events.map(({ process, pc, is }) => {
    const key = `${process}:${pc}:${(is & IS.read) !== 0 ? 'r' : 'w'}`;
    const count = ran.get(key) ?? 0;
    ran.set(key, count + 1);
    return `${key}:${count}`;
  });
}

/** For each read and each other store that it sees in some execution: the execution that differs in the fewest reads. */
function othersOf(
  program: Program,
  graph: State,
  numbers: readonly number[],
  sees: ReadonlyMap<string, string>,
  all: readonly Found[],
): ShownExecution['others'] {
  const best = new Map<string, { read: number; from: string; execution: number; differs: number }>();
  const names = namesOf(graph);
  for (const [execution, other] of all.entries()) {
    if (other.graph === graph) continue;
    const changed = [...sees].filter(([read, from]) => other.sees.has(read) && other.sees.get(read) !== from);
    const differs = [...sees].filter(([read, from]) => other.sees.get(read) !== from).length;
    for (const [read] of changed) {
      const source = other.sees.get(read)!;
      const key = `${read}<${source}`;
      if ((best.get(key)?.differs ?? Number.POSITIVE_INFINITY) <= differs) continue;
      best.set(key, { read: numbers[names.indexOf(read)]!, from: storeWords(program, source), execution, differs });
    }
  }
  return [...best.values()]
    .map(({ read, from, execution }) => ({ read, from, execution }))
    .sort((a, b) => a.read - b.read || a.execution - b.execution);
}

function storeWords(program: Program, name: string): string {
  if (name === '') return 'the initial value';
  const [process = 0, pc = 0] = name.split(':').map(Number);
  const { name: who, code } = program.processes[process]!;
  return `${who} in '${code[pc]!.at.text}'`;
}
