// The plan of one search: which nodes each process runs through, where it stops, and how a state is laid out in bits.
import type { Program } from '../types.ts';

/** What a process does on arriving at a node. */
export type Stop =
  | 'run' // goes on in the same step: no other process can tell
  | 'soft' // goes on when it is not blocked, stops when it is
  | 'access' // stops, unless the step has done nothing but take locks or choose, which could as well come later, and gave none back
  | 'point'; // stops: other processes may run first

/** A way on from a node; of a lock or unlock with several possible addresses, the one for `address`. */
export interface Edge {
  readonly to: number; // node, -1: never taken
  readonly address: number | undefined; // bytes
}

/** A place in the code together with what is known there. One instruction may have several nodes. */
export interface Node {
  readonly pc: number;
  readonly edges: readonly Edge[]; // [then, else] of a branch
}

/** One process as a graph of nodes; node 0 is the start. */
export interface Automaton {
  readonly nodes: readonly Node[];
  readonly stop: readonly Stop[]; // node -> what happens on arrival
  readonly movesRight: readonly boolean[]; // node -> a step that starts here may run on through one `access`
  readonly kept: readonly (readonly Field[])[]; // node -> registers that are stored while a process is stopped there
}

/** A value in a packed state: `width` bits, the value shifted right by `shift` without loss. Width 32 keeps any value, 0 none but `base`. */
export interface Field {
  readonly index: number; // register or cell
  readonly width: number; // bits
  readonly shift: number; // bits
  readonly base: number; // the value, when width is 0
}

/** Everything the code generator needs. */
export interface Plan {
  readonly program: Program;
  readonly automata: readonly Automaton[]; // one a process
  readonly cells: readonly Field[]; // the cells that can change
  readonly fuel: number; // instructions in one step; more is a fault
  readonly visibleSteps: boolean; // true: every instruction is a step of its own, and fuel is never used up
}
