// Which registers are still read after a node.
import type { Instruction } from '../types.ts';
import { operands, registersOf, written } from './program.ts';

/**
 * For each node the registers that are live before it, ascending. `next` gives the nodes after a node, `at` its instruction.
 * Worst case quadratic in the size of a loop nest; linear in straight code.
 */
export function liveRegisters(
  count: number,
  at: (node: number) => Instruction,
  next: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const live: Set<number>[] = Array.from({ length: count }, () => new Set());
  const before: number[][] = Array.from({ length: count }, () => []);
  for (let node = 0; node < count; node++) for (const to of next(node)) before[to]!.push(node);
  const uses = Array.from({ length: count }, (_, node) => {
    const used = new Set<number>();
    for (const expr of operands(at(node))) registersOf(expr, used);
    return used;
  });
  const open = Array.from({ length: count }, (_, node) => node);
  const waiting = new Uint8Array(count).fill(1);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    waiting[node] = 0;
    const now = live[node]!;
    const size = now.size;
    const killed = written(at(node));
    for (const to of next(node)) for (const register of live[to]!) if (register !== killed) now.add(register);
    for (const register of uses[node]!) now.add(register);
    if (now.size === size) continue;
    for (const from of before[node]!) {
      if (waiting[from] === 1) continue;
      waiting[from] = 1;
      open.push(from);
    }
  }
  return live.map((set) => [...set].sort((a, b) => a - b));
}
