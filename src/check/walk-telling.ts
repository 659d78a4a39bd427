// Which executed instructions a reader of a graph of choices should see: those that another process or an invariant can tell.
import type { Program, TraceStep } from '../types.ts';
import { wordMask } from './footprint.ts';
import { createMachine, type Executed, readsOf } from './run.ts';

const LOCAL_STEPS = 10_000;

/** What an executed instruction did, and how it is told. */
export interface Seen {
  readonly step: TraceStep;
  readonly event: Executed;
}

/** True when an event changed what the others see in its word. */
export function changes({ before, after, buffer }: Executed): boolean {
  return buffer !== 'enters' && after !== undefined && after !== before;
}

/** The bits of each cell that the invariants read where everything is as it was at the start, and constants tell the rest. */
export function judgedBits(program: Program): ReadonlyMap<number, number> {
  const machine = createMachine(program, false);
  const all = new Map<number, number>();
  for (const invariant of program.invariants) {
    for (const [cell, bits] of readsOf(machine, invariant, LOCAL_STEPS)) all.set(cell, (all.get(cell) ?? 0) | bits);
    for (const one of invariant.code) {
      if (one.op !== 'load' || one.address.kind !== 'const') continue;
      const cell = machine.cellAt.get(one.address.value);
      if (cell !== undefined) all.set(cell, (all.get(cell) ?? 0) | wordMask(one.mask));
    }
  }
  return all;
}

/** Whether another process can tell a step: it reads bits that they change, changes bits that they read, or that an invariant reads. */
export function tellingOf(seen: readonly Seen[], judged: ReadonlyMap<number, number>): (one: Seen) => boolean {
  const touched = new Map<number, Map<number, { reads: number; changes: number }>>(); // cell -> process -> bits
  for (const { event } of seen) {
    if (event.cell === undefined) continue;
    const byProcess = touched.get(event.cell) ?? new Map<number, { reads: number; changes: number }>();
    const old = byProcess.get(event.process) ?? { reads: 0, changes: 0 };
    byProcess.set(event.process, {
      reads: old.reads | event.bits.reads,
      changes: old.changes | changedBits(event),
    });
    touched.set(event.cell, byProcess);
  }
  return ({ event }) => {
    if (event.cell === undefined) return true; // a fence, a choice, a context: told by its words
    const changed = changedBits(event);
    if ((changed & (judged.get(event.cell) ?? 0)) !== 0) return true;
    return [...(touched.get(event.cell) ?? [])].some(
      ([process, { reads, changes: theirs }]) =>
        process !== event.process && ((theirs & (event.bits.reads | changed)) !== 0 || (reads & changed) !== 0),
    );
  };
}

/** The bits that an event changes for the others: a store that waits in its buffer changes none yet, and is told with them. */
function changedBits({ before, after, buffer, bits }: Executed): number {
  if (buffer === 'enters') return bits.writes;
  return before === undefined || after === undefined ? 0 : before ^ after;
}
