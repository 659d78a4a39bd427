// Cells that one process alone writes.
import type { Program } from '../types.ts';
import type { Spot } from './analyse.ts';
import { eachConstant, operands } from './program.ts';

/** Cells that a process writes which is not their owner. */
export function otherWriters(
  spots: readonly (readonly Spot[])[],
  owners: readonly (number | undefined)[],
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [p, list] of spots.entries()) {
    for (const { touches } of list) {
      for (const [cell, { writes }] of touches)
        if (writes !== 0 && owners[cell] !== undefined && owners[cell] !== p) found.add(cell);
    }
  }
  return found;
}

/** A guess: the only process that names the address of the cell, or an address below it in the same object, as a constant. */
export function firstOwners(program: Program): readonly (number | undefined)[] {
  const named = program.processes.map((process) => {
    const constants = new Set<number>();
    for (const instruction of process.code)
      for (const expr of operands(instruction)) eachConstant(expr, (value) => constants.add(value));
    return [...constants];
  });
  const starts = new Map<string, number>();
  return program.cells.map(({ kind, object, address }) => {
    const start = starts.get(object) ?? address;
    starts.set(object, start);
    if (kind === 'lock') return undefined;
    const users = named.flatMap((constants, p) =>
      constants.some((value) => value >= start && value <= address) ? [p] : [],
    );
    return users.length === 1 ? users[0] : undefined;
  });
}
