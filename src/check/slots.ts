// The words that some process has touched, and the values that each has held. A state has the number of a value, not the value.
import type { Program } from '../types.ts';

/** A word that some process has touched. */
export interface Slot {
  readonly cell: number; // index into Program.cells
  readonly field: number; // of the packed state
  readonly values: number[]; // that it has held; the first is the initial one
}

export interface Slots {
  readonly all: readonly Slot[];
  readonly at: (address: number) => number; // -1: no cell starts there. Expected constant time.
  readonly numberOf: (slot: number, value: number) => number; // a value that was never there gets the next number
}

/** No words yet; `newField` gives the field of a new one. */
export function createSlots({ cells }: Program, newField: () => number): Slots {
  const all: Slot[] = [];
  const known = new Map<number, number>(); // by address
  return { all, at, numberOf };

  function at(address: number): number {
    const before = known.get(address);
    if (before !== undefined) return before;
    const cell = cellAt(address);
    if (cell >= 0) all.push({ cell, field: newField(), values: [cells[cell]!.init | 0] });
    const slot = cell < 0 ? -1 : all.length - 1;
    known.set(address, slot);
    return slot;
  }

  function numberOf(slot: number, value: number): number {
    const { values } = all[slot]!;
    const before = values.indexOf(value);
    return before >= 0 ? before : values.push(value) - 1;
  }

  /** Index of the cell that starts at `address`, -1 when none does. Logarithmic. */
  function cellAt(address: number): number {
    let low = 0;
    let high = cells.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = cells[middle]!.address;
      if (found === address) return middle;
      if (found < address) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
