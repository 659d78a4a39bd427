// States from which nothing ends any more.
import type { Program } from '../types.ts';
import { successors } from './program.ts';

/** True when the code of some process runs in a circle. */
export function hasLoops(program: Program): boolean {
  return program.processes.some(({ code }) => code.some((one, pc) => successors(one, pc).some((to) => to <= pc)));
}

const CHUNK = 1 << 16; // numbers

/** Edges between states, in chunks, so that no array is ever copied. */
export interface Edges {
  readonly add: (from: number, to: number) => void;
  readonly each: (visit: (from: number, to: number) => void) => void;
  readonly count: () => number;
  readonly bytes: () => number; // with what `endless` needs besides
}

/** No edges yet. */
export function createEdges(): Edges {
  const chunks: Int32Array[] = [];
  let used = CHUNK; // of the last chunk
  return { add, each, count, bytes: () => chunks.length * CHUNK * 6 };

  function add(from: number, to: number): void {
    if (used === CHUNK) {
      chunks.push(new Int32Array(CHUNK));
      used = 0;
    }
    const last = chunks[chunks.length - 1]!;
    last[used++] = from;
    last[used++] = to;
  }

  function each(visit: (from: number, to: number) => void): void {
    for (const [index, chunk] of chunks.entries()) {
      const end = index === chunks.length - 1 ? used : CHUNK;
      for (let k = 0; k < end; k += 2) visit(chunk[k]!, chunk[k + 1]!);
    }
  }

  function count(): number {
    return chunks.length === 0 ? 0 : ((chunks.length - 1) * CHUNK + used) / 2;
  }
}

/** The first of `count` states from which no state in `ends` can be reached over `edges`; undefined: none. Linear in the edges. */
export function endless(count: number, edges: Edges, ends: readonly number[]): number | undefined {
  const first = new Int32Array(count + 1);
  edges.each((_, to) => {
    first[to]!++;
  });
  for (let state = 1; state <= count; state++) first[state]! += first[state - 1]!;
  const before = new Int32Array(edges.count()); // states with an edge into a state lie between its `first` and the next one
  edges.each((from, to) => {
    before[--first[to]!] = from;
  });
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
