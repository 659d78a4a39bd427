// What is found out about each cell while the paths are walked: who accesses it, who writes it, which values and bits.
import type { Value } from '../lkmm/term.ts';
import type { Span } from './sums.ts';

/** What is known of each cell so far; grows until nothing is added. */
export interface Facts {
  readonly accessors: readonly Set<number>[];
  readonly writers: readonly Set<number>[];
  readonly values: readonly Set<number>[]; // ever stored, with the initial value
  readonly isOpen: boolean[]; // something not known is stored
  readonly changes: readonly number[][]; // by cell and process: the bits that it may change
  readonly isSum: boolean[]; // by cell: only ever added to, and read
  readonly spans: readonly (readonly Span[])[]; // by cell and process
  readonly needed: Set<number>; // cells whose values decide where a process goes or what it claims
  readonly sources: readonly Set<number>[]; // by cell: those that its values come from
  readonly reach: readonly (readonly Set<number>[])[]; // by process and instruction: the cells it accesses
  size: number; // of all that is known
}

/** Thrown when the paths cannot be known; the message says why. */
export class Unknown extends Error {}

/** Notes that `process` stores `value`, a term when it is not known. */
export function wrote(facts: Facts, process: number, cell: number, value: Value): void {
  learn(facts, facts.writers[cell]!, process);
  if (typeof value === 'number') learn(facts, facts.values[cell]!, value);
  else if (!facts.isOpen[cell]) {
    facts.isOpen[cell] = true;
    facts.size++;
  }
  if (facts.values[cell]!.size > 64 && !facts.isOpen[cell]) {
    facts.isOpen[cell] = true;
    facts.size++;
  }
}

/** Adds `item` to what is known. */
export function learn(facts: Facts, set: Set<number>, item: number): void {
  if (set.has(item) || set.size > 64) return;
  set.add(item);
  facts.size++;
}

/** Notes that `process` may change `bits` of the cell. */
export function change(facts: Facts, process: number, cell: number, bits: number): void {
  const of = facts.changes[cell]!;
  if ((of[process]! | bits) === of[process]!) return;
  of[process]! |= bits;
  facts.size++;
}
