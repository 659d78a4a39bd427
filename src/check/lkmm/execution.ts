// An execution graph as data: what each process did in program order, and how reads and writes are tied.
import type { Execution, ExecutionEvent, Instruction } from '../../types.ts';
import { type Event, INIT, IS } from './event.ts';
import type { Mark, State } from './state.ts';

/** The graph of a finished execution as data, and the number of each of its events there. Linear. */
export function executionOf(graph: State): { readonly execution: Execution; readonly numbers: readonly number[] } {
  const events: ExecutionEvent[] = [];
  const numbers: number[] = [];
  for (const { process, marks } of graph.cpus) {
    let next = 0;
    const markUpTo = (id: number): void => {
      for (; next < marks.length && marks[next]!.before <= id; next++) events.push(markOf(process, marks[next]!));
    };
    for (const event of graph.events) {
      if (event.process !== process) continue;
      markUpTo(event.id);
      numbers[event.id] = events.length;
      events.push(nodeOf(graph, event));
    }
    markUpTo(graph.events.length);
  }
  const numberOf = (write: number): number => (write === INIT ? -1 : numbers[write]!);
  const reads = graph.events.filter(({ is }) => (is & IS.read) !== 0);
  return {
    execution: {
      events,
      rf: reads.map(({ id }) => [numberOf(graph.source[id]!), numbers[id]!] as const).sort((a, b) => a[1] - b[1]),
      co: graph.co.map((order) => order.slice(1).map(numberOf)),
    },
    numbers,
  };
}

/** Fences and choices are no nodes of the graph; they stand where the process ran them. */
function markOf(process: number, { pc, value, instruction }: Mark): ExecutionEvent {
  const isFence = instruction.op === 'fence';
  return {
    process,
    pc,
    kind: isFence ? 'fence' : 'choice',
    tag: isFence ? instruction.fence : '',
    cell: undefined,
    value,
  };
}

function nodeOf(graph: State, { id, process, pc, is, instruction }: Event): ExecutionEvent {
  const kind = (is & IS.read) !== 0 ? 'read' : (is & IS.write) !== 0 ? 'write' : 'rcu';
  const cell = graph.loc[id]! < 0 ? undefined : graph.loc[id]!;
  return { process, pc, kind, tag: tagOf(is, instruction), cell, value: kind === 'rcu' ? undefined : graph.value[id]! };
}

const TAGS = [
  [IS.lkr, 'LKR'],
  [IS.lkw, 'LKW'],
  [IS.unlock, 'UL'],
  [IS.srcuLock, 'srcu-lock'],
  [IS.srcuUnlock, 'srcu-unlock'],
  [IS.rcuLock, 'rcu-lock'],
  [IS.rcuUnlock, 'rcu-unlock'],
  [IS.plain, 'plain'],
  [IS.acquire, 'acquire'],
  [IS.release, 'release'],
  [IS.noreturn, 'noreturn'],
] as const;

function tagOf(is: number, instruction: Instruction): string {
  if (instruction.op === 'rcu-sync') return instruction.domain === undefined ? 'sync-rcu' : 'sync-srcu';
  return TAGS.find(([bit]) => (is & bit) !== 0)?.[1] ?? 'once';
}
