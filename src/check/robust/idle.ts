// Cells that nothing depends on: their values decide no branch, no address, no assertion, and no invariant asks for them. Accesses to
// them can be deleted (lemma 2 of docs/lkmm.md), but for the fences that they imply.
import type { Program } from '../../types.ts';
import type { Facts } from './facts.ts';

/** The cells of `program`, by index, that nothing which is asked depends on; none when an invariant holds at other times than the end. */
export function idleCells(program: Program, facts: Facts): ReadonlySet<number> {
  const asked = askedCells(program);
  if (asked === undefined) return new Set();
  const needed = new Set(facts.needed);
  // what a counter ends with is the sum of what the paths add, in whatever order
  for (const cell of asked) if (!facts.isSum[cell]) needed.add(cell);
  for (const [cell, { counter }] of program.cells.entries())
    if (counter === true && mayFallBelowZero(program, facts, cell)) needed.add(cell);
  for (const cell of needed) for (const source of facts.sources[cell]!) needed.add(source);
  return new Set([...program.cells.keys()].filter((cell) => !needed.has(cell) && program.cells[cell]!.kind !== 'lock'));
}

/** The cells that the invariants read at the end; undefined when that cannot be said. */
function askedCells(program: Program): ReadonlySet<number> | undefined {
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const asked = new Set<number>();
  for (const { when, code } of program.invariants) {
    if (when !== 'end') return undefined;
    for (const instruction of code) {
      if (instruction.op !== 'load') continue;
      const cell = instruction.address.kind === 'const' ? cellAt.get(instruction.address.value | 0) : undefined;
      if (cell === undefined) return undefined;
      asked.add(cell);
    }
  }
  // a lost update is a property of every cell that is written back after a plain read
  for (const { code } of program.processes)
    for (const instruction of code) {
      if (instruction.op !== 'store' || instruction.expects === undefined) continue;
      const cell = instruction.address.kind === 'const' ? cellAt.get(instruction.address.value | 0) : undefined;
      if (cell === undefined) return undefined;
      asked.add(cell);
    }
  return asked;
}

function mayFallBelowZero(program: Program, facts: Facts, cell: number): boolean {
  if (!facts.isSum[cell]) return true;
  const least = facts.spans[cell]!.reduce((sum, span) => sum + span.least, program.cells[cell]!.init | 0);
  return least < 0;
}
