// States from which nothing ends any more.
import type { Program } from '../types.ts';
import { successors } from './program.ts';

/** True when the code of some process runs in a circle. */
export function hasLoops(program: Program): boolean {
  return program.processes.some(({ code }) => code.some((one, pc) => successors(one, pc).some((to) => to <= pc)));
}

/**
 * The first of `count` states from which no state in `ends` can be reached over `edges` (from, to, from, to, ...); undefined: none.
 * Linear in the edges.
 */
export function endless(count: number, edges: readonly number[], ends: readonly number[]): number | undefined {
  const first = new Int32Array(count + 1);
  for (let k = 1; k < edges.length; k += 2) first[edges[k]!]!++;
  for (let state = 1; state <= count; state++) first[state]! += first[state - 1]!;
  const before = new Int32Array(edges.length / 2); // states with an edge into a state lie between its `first` and the next one
  for (let k = 0; k < edges.length; k += 2) before[--first[edges[k + 1]!]!] = edges[k]!;
  const reaches = new Uint8Array(count);
  const open = [...ends];
  for (const state of ends) reaches[state] = 1;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (let k = first[state]!; k < first[state + 1]!; k++) {
      const from = before[k]!;
      if (reaches[from] === 1) continue;
      reaches[from] = 1;
      open.push(from);
    }
  }
  const found = reaches.indexOf(0);
  return found < 0 ? undefined : found;
}
