// A walk along one path of one process: where it stands, and what it knows.
import type { Cpu, State } from '../lkmm/state.ts';
import { copy } from '../lkmm/state.ts';
import type { Value } from '../lkmm/term.ts';
import type { Span } from './sums.ts';

/** What a process knows of a cell, and the reads that this rests on. */
export interface Held {
  readonly value: Value;
  readonly depends: Int32Array;
}

/** A path, so far. */
export interface Walk {
  readonly state: State;
  readonly memory: Map<number, Held>; // cells that it accessed; of those that others write, the bits they leave alone count
  readonly known: Map<string, boolean>; // conditions on foreign values that were taken
  readonly sums: Map<number, number>; // by cell: what the process added
  readonly ranges: Map<number, Span>; // by read of a counter
  readonly quiet: Set<number>; // reads of bits that no other process changes
}

/** An independent copy. */
export function copyOf(at: Walk): Walk {
  const { state, memory, known, sums, ranges, quiet } = at;
  return {
    state: copy(state),
    memory: new Map(memory),
    known: new Map(known),
    sums: new Map(sums),
    ranges: new Map(ranges),
    quiet: new Set(quiet),
  };
}

/** A copy in which `process` has gone on by `change`. */
export function forked(at: Walk, process: number, change: (cpu: Cpu) => void): Walk {
  const fork = copyOf(at);
  change(fork.state.cpus[process]!);
  return fork;
}
