// Where everything lies: the unpacked state vector that generated code works on, and the bits of a packed state.
import type { Field, Plan } from './plan.ts';

/** A value inside the words of a packed state or of a process region. */
export interface Place {
  readonly field: Field;
  readonly word: number;
  readonly offset: number; // bits
}

/** The part of a state that belongs to one process: a number of the place where it stopped, and its registers there. */
export interface Region {
  readonly slot: number; // first word in the vector
  readonly widths: readonly number[]; // bits used of each word
  readonly mask: number; // of the stop number in the first word
  readonly stops: readonly number[]; // nodes where the process can stop; stop number k + 2
  readonly idOf: Readonly<Record<number, number>>; // node -> stop number; 0 is ended, 1 is dead
  readonly places: Readonly<Record<number, readonly Place[]>>; // node -> registers stored there
}

/** Layout of the vector and of packed states. */
export interface Layout {
  readonly slots: number; // words of the vector: regions, then one word a cell
  readonly regions: readonly Region[];
  readonly firstCell: number; // slot of cell 0
  readonly cellAt: Int32Array; // byte address -> slot of the cell that starts there, -1 when none does
  readonly words: number; // of a packed state
  readonly packed: readonly (Place & { readonly slot: number })[];
}

/** Lays out the states of a plan. Linear in the size of the program, plus its highest address. */
export function layOut(plan: Plan): Layout {
  let slot = 0;
  const regions = plan.automata.map((_, p) => {
    const region = layOutRegion(plan, p, slot);
    slot += region.widths.length;
    return region;
  });
  const firstCell = slot;
  const { cells } = plan.program;
  const cellAt = new Int32Array((cells.at(-1)?.address ?? -1) + 1).fill(-1);
  for (const [index, cell] of cells.entries()) cellAt[cell.address] = firstCell + index;
  const fields = regions.flatMap((region) =>
    region.widths.map((width, k) => ({ slot: region.slot + k, field: { index: -1, width, shift: 0, base: 0 } })),
  );
  for (const field of plan.cells) fields.push({ slot: firstCell + field.index, field });
  const { places, words } = fill(fields);
  return { slots: firstCell + cells.length, regions, firstCell, cellAt, words, packed: places };
}

function layOutRegion(plan: Plan, p: number, slot: number): Region {
  const automaton = plan.automata[p]!;
  const code = plan.program.processes[p]!.code;
  const stops: number[] = [];
  const last: number[] = [];
  for (const [node, { pc }] of automaton.nodes.entries()) {
    const op = code[pc]!.op;
    if (op === 'end' || op === 'stop') last.push(node);
    else if (automaton.stop[node] !== 'run') stops.push(node);
  }
  const bits = Math.max(1, 32 - Math.clz32(stops.length + 1));
  const idOf: Record<number, number> = {};
  for (const [k, node] of stops.entries()) idOf[node] = k + 2;
  const widths: number[] = [bits];
  const places: Record<number, Place[]> = {};
  for (const node of [...stops, ...last]) {
    const used = [bits];
    places[node] = automaton.kept[node]!.map((field) => {
      let word = used.findIndex((taken) => taken + field.width <= 32);
      if (word < 0) word = used.push(0) - 1;
      const offset = used[word]!;
      used[word] = offset + field.width;
      return { field, word, offset };
    });
    for (const [word, taken] of used.entries()) widths[word] = Math.max(widths[word] ?? 0, taken);
  }
  return { slot, widths, mask: 2 ** bits - 1, stops, idOf, places };
}

/** Packs fields into words, widest first, each into the first word with room. */
function fill<T extends { readonly field: Field }>(fields: readonly T[]): { places: (T & Place)[]; words: number } {
  const room: number[] = [];
  const places = fields
    .toSorted((a, b) => b.field.width - a.field.width)
    .filter((item) => item.field.width > 0)
    .map((item) => {
      let word = room.findIndex((taken) => taken + item.field.width <= 32);
      if (word < 0) word = room.push(0) - 1;
      const offset = room[word]!;
      room[word] = offset + item.field.width;
      return { ...item, word, offset };
    });
  return { places, words: Math.max(1, room.length) };
}
