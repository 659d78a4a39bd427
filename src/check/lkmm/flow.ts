// Control flow of one process: where a branch ends to matter, which registers are live, which loops there are.
import type { Instruction } from '../../types.ts';
import { successors, targetOf, usedBy } from './code.ts';

/** What the search asks about the control flow of a process; arrays are indexed by instruction. */
export interface Flow {
  /** Of a branch: the first instruction that every continuation runs, where its control dependency ends; the code's length when none. */
  readonly joins: Int32Array;
  /** 1 where a jump goes back to. */
  readonly heads: Uint8Array;
  /** Of a loop head: the registers that are read before they are written, from there on. */
  readonly live: readonly (readonly number[])[];
}

/** The flow of `code`; `kept` are registers that are looked at when the process has ended. Quadratic at worst. */
export function flowOf(code: readonly Instruction[], registers: number, kept: readonly number[]): Flow {
  const heads = new Uint8Array(code.length);
  for (const [pc, instruction] of code.entries())
    for (const to of successors(instruction, pc)) if (to <= pc) heads[to] = 1;
  return { joins: joinsOf(code), heads, live: heads.includes(1) ? liveness(code, registers, kept) : [] };
}

/** Immediate post-dominators: Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", on the reversed graph. */
function joinsOf(code: readonly Instruction[]): Int32Array {
  const exit = code.length;
  const next = code.map((instruction, pc) => {
    const to = successors(instruction, pc);
    return to.length === 0 ? [exit] : to;
  });
  const order = postorder(next, exit); // position of a node counted from the exit: larger is nearer to it
  const sorted = code.map((_, pc) => pc).sort((a, b) => order[b]! - order[a]!);
  const joins = new Int32Array(exit + 1).fill(-1);
  joins[exit] = exit;
  const meet = (first: number, second: number): number => {
    let a = first;
    let b = second;
    while (a !== b) {
      while (order[a]! < order[b]!) a = joins[a]!;
      while (order[b]! < order[a]!) b = joins[b]!;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const pc of sorted) {
      if (order[pc]! < 0) continue; // an endless loop: nothing after it
      let join = -1;
      for (const to of next[pc]!) {
        if (joins[to]! < 0) continue;
        join = join < 0 ? to : meet(join, to);
      }
      if (join >= 0 && joins[pc] !== join) {
        joins[pc] = join;
        changed = true;
      }
    }
  }
  return joins.map((join) => (join < 0 ? exit : join));
}

/** Postorder numbers of the graph walked backwards from the exit; -1 where the exit is not reached. */
function postorder(next: readonly (readonly number[])[], exit: number): Int32Array {
  const before: number[][] = Array.from({ length: exit + 1 }, () => []);
  for (const [pc, to] of next.entries()) for (const one of to) before[one]!.push(pc);
  const order = new Int32Array(exit + 1).fill(-1);
  const seen = new Uint8Array(exit + 1);
  let count = 0;
  const stack: [number, number][] = [[exit, 0]];
  seen[exit] = 1;
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const to = before[top[0]]![top[1]++];
    if (to === undefined) {
      order[top[0]] = count++;
      stack.pop();
    } else if (seen[to] === 0) {
      seen[to] = 1;
      stack.push([to, 0]);
    }
  }
  return order;
}

function liveness(
  code: readonly Instruction[],
  registers: number,
  kept: readonly number[],
): readonly (readonly number[])[] {
  const live = code.map(() => new Uint8Array(registers));
  const used = code.map(usedBy);
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) {
      const instruction = code[pc]!;
      const target = targetOf(instruction);
      const mine = live[pc]!;
      const to = successors(instruction, pc);
      for (let reg = 0; reg < registers; reg++) {
        if (mine[reg] === 1) continue;
        const after = to.length === 0 ? kept.includes(reg) : to.some((one) => live[one]![reg] === 1);
        if (used[pc]!.has(reg) || (after && target !== reg)) {
          mine[reg] = 1;
          changed = true;
        }
      }
    }
  }
  return live.map((set) => [...set.keys()].filter((reg) => set[reg] === 1));
}
