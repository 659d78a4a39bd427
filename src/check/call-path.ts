// Whether stated calls can follow each other in the code at all, whatever the state: the cheap half of following a schedule.
import type { Process, Program } from '../types.ts';
import type { CallSite } from './calls.ts';
import { successors } from './program.ts';

const MOST_STATES = 4_000;

/**
 * Returns how many of `calls`, from the first on, can be given to processes such that in each process one leads to the next in its
 * control flow: all of them when the number is `calls.length`. Every execution that makes the calls is counted, and more. `sites`:
 * per process and call, where it can be. Linear in calls times code in practice; past 4,000 states all are said to be possible.
 */
export function pathOfCalls(
  program: Program,
  calls: readonly { readonly column: number | undefined }[],
  sites: readonly (readonly (readonly CallSite[])[])[],
  columns: number,
): number {
  const flows = program.processes.map((process, p) => flowOf(process, sites[p]!));
  const seen = new Set<string>();
  const stack: State[] = [{ taken: [], at: program.processes.map(() => undefined) }];
  let most = 0;
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const { taken, at } = state;
    most = Math.max(most, taken.length);
    if (taken.length === calls.length) return most;
    if (seen.size > MOST_STATES) return calls.length;
    for (const [p, flow] of flows.entries()) {
      if (!fits(calls, taken, p, columns)) continue;
      const next = flow.after(at[p], taken.length);
      if (next.length === 0) continue;
      const key = [taken.length, p, ...at.map((own, q) => (q === p ? next.join() : own?.join())), kinds(taken)].join(
        ';',
      );
      if (seen.has(key)) continue;
      seen.add(key);
      stack.push({ taken: [...taken, p], at: at.map((own, q) => (q === p ? next : own)) });
    }
  }
  return most;
}

interface State {
  readonly taken: readonly number[]; // by call: the process
  readonly at: readonly (readonly number[] | undefined)[]; // by process: where its last call may have begun
}

function kinds(taken: readonly number[]): string {
  return [...new Set(taken)].join('.');
}

/** Whether the next call may be of process `p`: one process a column, and no more processes than columns. */
export function fits(
  calls: readonly { readonly column: number | undefined }[],
  taken: readonly number[],
  p: number,
  columns: number,
): boolean {
  const { column } = calls[taken.length]!;
  if (column === undefined) return taken.includes(p) || new Set(taken).size < columns;
  return taken.every((other, step) => (calls[step]!.column === column) === (other === p));
}

interface Flow {
  /** Where call `step` can begin after one that began at any of `from`; from the start of the process when undefined. */
  after(from: readonly number[] | undefined, step: number): readonly number[];
}

function flowOf({ code }: Process, sites: readonly (readonly CallSite[])[]): Flow {
  const before: number[][] = code.map(() => []);
  for (const [pc, instruction] of code.entries()) for (const to of successors(instruction, pc)) before[to]!.push(pc);
  // A call begins where control comes in from outside.
  const entries = sites.map((list) =>
    list.flatMap(({ pcs }) => [...pcs].filter((pc) => pc === 0 || before[pc]!.some((from) => !pcs.has(from)))),
  );
  const reach = new Map<number, Uint8Array>();
  const reachedFrom = (start: number): Uint8Array => {
    const known = reach.get(start);
    if (known !== undefined) return known;
    const reached = new Uint8Array(code.length);
    const queue = [...successors(code[start]!, start)];
    for (let pc = queue.pop(); pc !== undefined; pc = queue.pop()) {
      if (reached[pc] === 1) continue;
      reached[pc] = 1;
      queue.push(...successors(code[pc]!, pc));
    }
    reach.set(start, reached);
    return reached;
  };
  return {
    after(from, step) {
      if (from === undefined) return entries[step]!;
      // Of two calls, one inside the other, the first instruction may begin both.
      return entries[step]!.filter((pc) => from.some((start) => start === pc || reachedFrom(start)[pc] === 1));
    },
  };
}
