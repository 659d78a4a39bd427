// The set of visited states: packed states in one arena, an open-addressed index over it. States are compared word by word.

/** Packed states by number, in the order they were found. */
export interface StateTable {
  /** Room for the state that is being built: words [offset, offset + words) of `arena`. */
  arena: Int32Array;
  count: number; // states
  parent: Int32Array; // state -> state it was first reached from; -1 for the first
  how: Uint16Array; // state -> process + choice * processes
  readonly words: number; // 32-bit words a state
  slots: Int32Array; // open addressing: state + 1, 0 when free
}

const FIRST_STATES = 1024;

/** An empty table for states of `words` 32-bit words. */
export function createTable(words: number): StateTable {
  return {
    arena: new Int32Array(FIRST_STATES * words),
    count: 0,
    parent: new Int32Array(FIRST_STATES),
    how: new Uint16Array(FIRST_STATES),
    words,
    slots: new Int32Array(FIRST_STATES * 2),
  };
}

/**
 * Number of the state that lies at the end of the arena: an old number when it was seen before, else `table.count` before the call,
 * and the state is kept. Expected constant time.
 */
export function keep(table: StateTable, parent: number, how: number): number {
  const { arena, words } = table;
  const fresh = table.count * words;
  const slots = table.slots;
  const last = slots.length - 1;
  let slot = hash(arena, fresh, words) & last;
  for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
    const at = (found - 1) * words;
    let k = 0;
    while (k < words && arena[at + k] === arena[fresh + k]) k++;
    if (k === words) return found - 1;
    slot = (slot + 1) & last;
  }
  const state = table.count;
  slots[slot] = state + 1;
  table.parent[state] = parent;
  table.how[state] = how;
  table.count = state + 1;
  if (table.count === table.parent.length) grow(table);
  return state;
}

/** Mixes the words of a state; the constants are those of MurmurHash3's 32-bit finaliser. */
function hash(arena: Int32Array, at: number, words: number): number {
  let h = 0;
  for (let k = 0; k < words; k++) {
    h = Math.imul(h ^ arena[at + k]!, 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Doubles the room; there is always room for one more state after it. */
function grow(table: StateTable): void {
  const size = table.parent.length * 2;
  const arena = new Int32Array(size * table.words);
  arena.set(table.arena);
  const parent = new Int32Array(size);
  parent.set(table.parent);
  const how = new Uint16Array(size);
  how.set(table.how);
  const slots = new Int32Array(size * 2);
  const last = slots.length - 1;
  for (let state = 0; state < table.count; state++) {
    let slot = hash(arena, state * table.words, table.words) & last;
    while (slots[slot] !== 0) slot = (slot + 1) & last;
    slots[slot] = state + 1;
  }
  table.arena = arena;
  table.parent = parent;
  table.how = how;
  table.slots = slots;
}
