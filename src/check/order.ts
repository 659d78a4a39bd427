// Puts the instructions of one execution into the order with the fewest context switches that means the same.
import { conflicts } from './footprint.ts';
import type { Executed } from './run.ts';

const MOST_ORDERS = 20_000; // positions looked at before the order is chosen step by step

/** For each event, how many events of each process must come before it. */
function requirements(events: readonly Executed[], processes: number): readonly Int32Array[] {
  const position = new Int32Array(processes);
  const onCell = new Map<string, { readonly event: Executed; readonly position: number }[]>();
  return events.map((event) => {
    const needs = new Int32Array(processes);
    if (event.cell !== undefined) {
      for (let q = 0; q < processes; q++) {
        if (q === event.process) continue;
        const earlier = onCell.get(`${event.cell}/${q}`)?.findLast((other) => conflicts(other.event.bits, event.bits));
        if (earlier !== undefined) needs[q] = earlier.position + 1;
      }
      const key = `${event.cell}/${event.process}`;
      const own = onCell.get(key) ?? [];
      own.push({ event, position: position[event.process]! });
      onCell.set(key, own);
    }
    position[event.process]!++;
    return needs;
  });
}

/** The events that some event in `last` (indices) depends on, and these, in their order. */
export function causesOf(events: readonly Executed[], last: readonly number[], processes: number): readonly Executed[] {
  const needs = requirements(events, processes);
  const wanted = new Int32Array(processes);
  const count = new Int32Array(processes);
  const position = events.map((event) => count[event.process]!++);
  for (let index = events.length - 1; index >= 0; index--) {
    const p = events[index]!.process;
    if (last.includes(index)) wanted[p] = Math.max(wanted[p]!, position[index]! + 1);
    if (position[index]! >= wanted[p]!) continue;
    for (let q = 0; q < processes; q++) wanted[q] = Math.max(wanted[q]!, needs[index]![q]!);
  }
  return events.filter((event, index) => position[index]! < wanted[event.process]!);
}

/** One order of the same events with the fewest context switches, each process's own order and every conflict kept. */
export function reorder(events: readonly Executed[], processes: number): readonly Executed[] {
  const needs = requirements(events, processes);
  const own: { readonly event: Executed; readonly needs: Int32Array }[][] = Array.from({ length: processes }, () => []);
  for (const [index, event] of events.entries()) own[event.process]!.push({ event, needs: needs[index]! });
  const goal = own.map((list) => list.length);
  return write(own, shortest(own, goal));
}

interface Position {
  readonly done: readonly number[]; // events of each process
  readonly last: number; // process that ran last
  readonly before: Position | undefined;
}

/** Breadth-first over positions in which the running process has gone as far as it can; the last position covers all events. */
function shortest(own: readonly (readonly { readonly needs: Int32Array }[])[], goal: readonly number[]): Position {
  const start: Position = { done: goal.map(() => 0), last: -1, before: undefined };
  const seen = new Set<string>();
  let layer: Position[] = [start];
  while (layer.length > 0) {
    const next: Position[] = [];
    for (const position of layer) {
      if (position.done.every((count, p) => count === goal[p])) return position;
      for (let p = 0; p < goal.length; p++) {
        const done = runOn(own, position.done, p);
        if (done === undefined) continue;
        const key = `${done.join()}/${p}`;
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ done, last: p, before: position });
      }
    }
    // Past the limit only the position that has come furthest is followed: an order, perhaps not the best one.
    layer = seen.size > MOST_ORDERS ? [next.reduce((a, b) => (sum(b.done) > sum(a.done) ? b : a))] : next;
  }
  return start;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function runOn(
  own: readonly (readonly { readonly needs: Int32Array }[])[],
  done: readonly number[],
  p: number,
): number[] | undefined {
  const list = own[p]!;
  let count = done[p]!;
  while (count < list.length && done.every((have, q) => q === p || have >= list[count]!.needs[q]!)) count++;
  return count === done[p] ? undefined : done.with(p, count);
}

function write(own: readonly (readonly { readonly event: Executed }[])[], last: Position): readonly Executed[] {
  const runs: Executed[][] = [];
  for (let position = last; position.before !== undefined; position = position.before) {
    const p = position.last;
    runs.push(own[p]!.slice(position.before.done[p], position.done[p]).map(({ event }) => event));
  }
  return runs.reverse().flat();
}
