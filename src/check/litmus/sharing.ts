// Which cells of a program more than one process sees, and which no process writes.
import type { Instruction, Program } from '../../types.ts';
import type { Reach } from '../lkmm/values.ts';

/** Which cells stay in memory. */
export interface Sharing {
  readonly shared: readonly boolean[]; // others access it, a condition asks for it, or it is more than loaded, stored and updated
  readonly fixed: readonly boolean[]; // no process writes it
}

/** What `program` does to its cells; `reach` says which ones an access names, `asked` are looked at in the end. */
export function sharingOf(program: Program, reach: Reach, asked: readonly number[]): Sharing {
  const shared = program.cells.map(({ kind }, cell) => kind === 'lock' || asked.includes(cell));
  const fixed = program.cells.map(({ kind }) => kind !== 'lock');
  const owner = program.cells.map(() => -1);
  for (const [process, { code }] of program.processes.entries())
    for (const [pc, instruction] of code.entries()) {
      if (!('address' in instruction) && !('domain' in instruction)) continue;
      for (const cell of reach[process]![pc] ?? program.cells.keys()) {
        if (instruction.op !== 'load' && instruction.op !== 'assert-held') fixed[cell] = false;
        if ((owner[cell]! >= 0 && owner[cell] !== process) || !isSimple(instruction)) shared[cell] = true;
        owner[cell] = process;
      }
    }
  return { shared, fixed };
}

/** An access that can be an assignment between registers when no one else sees the cell. */
function isSimple(instruction: Instruction): boolean {
  if (instruction.op === 'assert-held') return true;
  if (instruction.op !== 'load' && instruction.op !== 'store' && instruction.op !== 'rmw') return false;
  return (
    instruction.order !== 'acquire' &&
    instruction.order !== 'release' &&
    (instruction.order !== 'mb' || instruction.op === 'rmw')
  );
}
