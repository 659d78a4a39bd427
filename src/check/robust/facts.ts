// What is found out about each cell while the paths are walked: who accesses it, who writes it, which values and bits.
import type { Value } from '../lkmm/term.ts';
import type { Span } from './sums.ts';

/** What is known of each cell so far; grows until nothing is added. */
export interface Facts {
  readonly accessors: readonly Set<number>[];
  readonly writers: readonly Set<number>[];
  readonly values: readonly (readonly Set<number>[])[]; // by cell and process: what it ever stores
  readonly isOpen: readonly boolean[][]; // by cell and process: it stores something that is not known
  readonly bits: readonly Bits[][]; // by cell and process: what it may do to the word
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
  const values = facts.values[cell]![process]!;
  if (typeof value === 'number') learn(facts, values, value);
  if ((typeof value === 'number' && values.size <= 64) || facts.isOpen[cell]![process]!) return;
  facts.isOpen[cell]![process] = true;
  facts.size++;
}

/** What others than `process` ever store in the cell; undefined when that is not known. */
export function foreignValues(facts: Facts, process: number, cell: number): readonly number[] | undefined {
  if (facts.isOpen[cell]!.some((one, other) => one && other !== process)) return undefined;
  return facts.values[cell]!.flatMap((values, other) => (other === process ? [] : [...values]));
}

/** Adds `item` to what is known. */
export function learn(facts: Facts, set: Set<number>, item: number): void {
  if (set.has(item) || set.size > 64) return;
  set.add(item);
  facts.size++;
}

/** What an access may do to the bits of a word: set, clear, or store as the process read them there before. */
export interface Bits {
  readonly sets: number;
  readonly clears: number;
  readonly copies: number; // undoes what others changed meanwhile
}

/** Anything may become of the word. */
export const EVERY_BIT: Bits = { sets: -1, clears: -1, copies: 0 };

/** Notes that `process` may change bits of the cell. */
export function change(facts: Facts, process: number, cell: number, { sets, clears, copies }: Bits): void {
  const of = facts.bits[cell]![process]!;
  const now = { sets: of.sets | sets, clears: of.clears | clears, copies: of.copies | copies };
  if (now.sets === of.sets && now.clears === of.clears && now.copies === of.copies) return;
  facts.bits[cell]![process] = now;
  facts.size++;
}

/** The bits of the cell that others than `process` may change. One that is only ever cleared, and is 0 at first, does not change. */
export function foreignBits(facts: Facts, process: number, cell: number, init: number): number {
  const all = facts.bits[cell]!;
  const ever = { on: init, off: ~init };
  for (const { sets, clears } of all) {
    ever.on |= sets;
    ever.off |= clears;
  }
  const changed = (one: Bits): number => (one.sets & ever.off) | (one.clears & ever.on);
  const any = all.reduce((bits, one) => bits | changed(one), 0);
  return all.reduce((bits, one, other) => (other === process ? bits : bits | changed(one) | (one.copies & any)), 0);
}
