// Processes as graphs of nodes.
import type { Process } from '../types.ts';
import type { Automaton } from './plan.ts';
import { successors } from './program.ts';

/** Reductions of the search. Each keeps the violated properties, the terminal outcomes, the deadlocks and the coverage. */
export interface Reductions {
  readonly merge: boolean; // steps that no other process can tell belong to the step before
  readonly deadRegisters: boolean; // a register that is not read any more is 0
  readonly movers: boolean; // accesses under a lock that everybody takes for them are not scheduling points
  readonly persistent: boolean; // where the order cannot matter, only some processes step
}

/** A process as it is written: one node an instruction, and a stop at each. */
export function plainAutomaton(process: Process): Automaton {
  const all = Array.from({ length: process.registers }, (_, index) => ({ index, width: 32, shift: 0 }));
  return {
    nodes: process.code.map((instruction, pc) => ({
      pc,
      edges: successors(instruction, pc).map((to) => ({ to, address: undefined })),
    })),
    stop: process.code.map(() => 'point'),
    kept: process.code.map(() => all),
  };
}
