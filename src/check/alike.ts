// Processes that run the same code. Their local states are numbered alike, and of all states that differ only in who of them stands
// where, the search keeps one: the one in which their numbers ascend (Ip and Dill 1996).
import type { Program } from '../types.ts';
import type { Graph } from './graph.ts';
import { isLock } from './program.ts';
import type { Space } from './space.ts';

/** For each process all that run the same code, itself among them, ascending. Linear in the code, once more for each pair as long. */
export function alikeOf(program: Program): readonly (readonly number[])[] {
  const { processes, cells } = program;
  const holders = new Set(cells.flatMap((cell) => (isLock(cell) ? [cell.init - 1] : [])));
  const groups: number[][] = [];
  return processes.map((process, p) => {
    const known = groups.find(
      ([first]) => !holders.has(p) && !holders.has(first!) && isSame(process, processes[first!]!),
    );
    known?.push(p);
    const group = known ?? [p];
    if (known === undefined) groups.push(group);
    return group;
  });
}

function isSame(a: Program['processes'][number], b: Program['processes'][number]): boolean {
  if (a.code.length !== b.code.length || a.registers !== b.registers || a.kind !== b.kind) return false;
  return a.code === b.code || a.code.every((one, pc) => isEqual(one, b.code[pc]));
}

/** Equal data, places in the source apart. As deep as expressions are, see program.ts. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a).filter((key) => key !== 'at');
  if (keys.length !== Object.keys(b).filter((key) => key !== 'at').length) return false;
  return keys.every((key) => isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

/**
 * Puts the current state of `space` into the order that the search keeps: of processes that are alike the one with the lower number
 * first. A lock goes with who holds it. `moved`: only this process may be out of order; undefined: all may be.
 */
export type Sort = (moved: number | undefined) => void;

/** Sorts states. Undefined when no two processes are alike. */
export function sorter(
  alike: readonly (readonly number[])[],
  {
    space,
    graph,
    ownedSlots,
  }: { readonly space: Space; readonly graph: Graph; readonly ownedSlots: readonly number[] },
): Sort | undefined {
  if (alike.every((group) => group.length === 1)) return undefined;
  const left = alike.map((group, p) => group[group.indexOf(p) - 1] ?? -1);
  const right = alike.map((group, p) => group[group.indexOf(p) + 1] ?? -1);

  /** The process at `start` to the left, until the one there has no higher number. */
  function rise(start: number): void {
    for (let p = start, q = left[p]!; q >= 0 && space.get(q) > space.get(p); q = left[p]!) {
      swap(q, p);
      p = q;
    }
  }

  function fall(start: number): void {
    for (let p = start, q = right[p]!; q >= 0 && space.get(q) < space.get(p); q = right[p]!) {
      swap(p, q);
      p = q;
    }
  }

  function swap(p: number, q: number): void {
    const number = space.get(p);
    space.set(p, space.get(q));
    space.set(q, number);
    for (const slot of ownedSlots) {
      const { field, values } = graph.slots[slot]!;
      const word = values[space.get(field)]!;
      if (word === p + 1) space.set(field, graph.numberOf(slot, q + 1));
      else if (word === q + 1) space.set(field, graph.numberOf(slot, p + 1));
    }
  }

  return (moved) => {
    if (moved === undefined) for (const p of left.keys()) rise(p);
    else {
      rise(moved);
      fall(moved);
    }
  };
}
