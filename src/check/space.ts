// The visited states, packed into as few words as the values seen so far need. A field is the number of a value in a list that its
// owner keeps, so that a field grows only when a value turns up that was not seen before; then every state is packed anew.

/** Packed states by number, in the order they were found, and one unpacked out of them: the current state. */
export interface Space {
  count: number; // states
  words: number; // 32-bit words a state
  current: Int32Array;
  word: Int32Array; // field -> word
  shift: Int32Array; // field -> bits
  mask: Int32Array; // field -> mask after the shift; 0 for a field that was never anything but 0
  parent: Int32Array; // state -> state it was first reached from; -1 for the first
  how: Uint16Array; // state -> process + choice * processes
  readonly addField: () => number; // 0 in all states
  readonly get: (field: number) => number; // of the current state
  readonly set: (field: number, value: number) => void;
  readonly load: (state: number) => void; // makes it current
  /** Number of the current state: an old number when it was seen before, else `count` before the call. Expected constant time. */
  readonly keep: (parent: number, how: number) => number;
  readonly clear: () => void; // no states; fields keep their widths
  readonly bytes: () => number;
  most: number; // bytes that it may take
  isFull: boolean; // the last state fitted, the next one does not
}

const FIRST_STATES = 64;
const FIRST_WORDS = 3;
const FIRST_WIDTH = 2; // bits of a field that was always 0
const MANY_STATES = 50_000; // from here on fields are as narrow as they can be

/** An empty space. `used` gives how many values a field has taken so far. */
export function createSpace(used: (field: number) => number): Space {
  let fields = 0;
  let width: Int32Array = new Int32Array(32);
  let arena: Int32Array = new Int32Array(FIRST_STATES * FIRST_WORDS);
  let taken: number[] = [0, 0, 0]; // bits of each word
  let slots = new Int32Array(FIRST_STATES * 2);
  let capacity = FIRST_STATES;
  const space: Space = {
    count: 0,
    words: FIRST_WORDS,
    current: new Int32Array(FIRST_WORDS),
    word: new Int32Array(32),
    shift: new Int32Array(32),
    mask: new Int32Array(32),
    parent: new Int32Array(FIRST_STATES),
    how: new Uint16Array(FIRST_STATES),
    addField,
    get,
    set,
    load,
    keep,
    clear,
    bytes,
    most: Number.POSITIVE_INFINITY,
    isFull: false,
  };
  return space;

  function bytes(): number {
    return arena.byteLength + slots.byteLength + space.parent.byteLength + space.how.byteLength;
  }

  function addField(): number {
    if (fields === width.length) {
      width = extended(width, fields * 2);
      space.word = extended(space.word, fields * 2);
      space.shift = extended(space.shift, fields * 2);
      space.mask = extended(space.mask, fields * 2);
    }
    return fields++;
  }

  function get(field: number): number {
    return (space.current[space.word[field]!]! >>> space.shift[field]!) & space.mask[field]!;
  }

  function set(field: number, value: number): void {
    if ((value & ~space.mask[field]!) !== 0) widen(field, value);
    const at = space.word[field]!;
    const shift = space.shift[field]!;
    space.current[at] = (space.current[at]! & ~(space.mask[field]! << shift)) | (value << shift);
  }

  function widen(field: number, value: number): void {
    if (width[field] === 0 && space.count < MANY_STATES && isPlaced(field, value)) return;
    const slack = space.count < MANY_STATES ? 1 : 0;
    width[field] = Math.min(32, bitsOf(value) + slack);
    pack();
  }

  /** Puts a field that is 0 in all states into bits that no other field has. */
  function isPlaced(field: number, value: number): boolean {
    const bits = Math.max(FIRST_WIDTH, bitsOf(value));
    const at = taken.findIndex((used) => used + bits <= 31);
    if (at < 0) return false;
    width[field] = bits;
    space.word[field] = at;
    space.shift[field] = taken[at]!;
    space.mask[field] = (1 << bits) - 1;
    taken[at]! += bits;
    return true;
  }

  /** Gives each field its place, widest first, and moves all states there. */
  function pack(): void {
    const old = { word: space.word, shift: space.shift, mask: space.mask, words: space.words };
    space.word = new Int32Array(width.length);
    space.shift = new Int32Array(width.length);
    space.mask = new Int32Array(width.length);
    taken = placed(width, (field, at, shift) => {
      space.word[field] = at;
      space.shift[field] = shift;
      space.mask[field] = width[field] === 32 ? -1 : (1 << width[field]!) - 1;
    });
    const order = [...width.keys()].filter((field) => width[field]! > 0);
    space.words = Math.max(1, taken.length);
    const moved = new Int32Array(capacity * space.words);
    for (let state = 0; state < space.count; state++)
      move(order, old, arena, state * old.words, moved, state * space.words);
    arena = moved;
    const current = new Int32Array(space.words);
    move(order, old, space.current, 0, current, 0);
    space.current = current;
    index(slots.length);
  }

  function move(
    order: readonly number[],
    old: Pick<Space, 'word' | 'shift' | 'mask'>,
    from: Int32Array,
    at: number,
    into: Int32Array,
    to: number,
  ): void {
    for (const field of order) {
      const value = (from[at + old.word[field]!]! >>> old.shift[field]!) & old.mask[field]!;
      into[to + space.word[field]!]! |= value << space.shift[field]!;
    }
  }

  function load(state: number): void {
    const { words, current } = space;
    const at = state * words;
    for (let k = 0; k < words; k++) current[k] = arena[at + k]!;
  }

  function keep(parent: number, how: number): number {
    const { words, current } = space;
    const last = slots.length - 1;
    let slot = hashOf(current, 0, words) & last;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const at = (found - 1) * words;
      let k = 0;
      while (k < words && arena[at + k] === current[k]) k++;
      if (k === words) return found - 1;
      slot = (slot + 1) & last;
    }
    const state = space.count;
    const at = state * words;
    for (let k = 0; k < words; k++) arena[at + k] = current[k]!;
    slots[slot] = state + 1;
    space.parent[state] = parent;
    space.how[state] = how;
    space.count = state + 1;
    if (space.count === capacity) grow();
    return state;
  }

  function grow(): void {
    if (space.count >= MANY_STATES) tighten();
    const wanted = Math.ceil(capacity * (capacity < 4096 ? 4 : 1.5));
    const room = roomFor();
    space.isFull = room < capacity + 1;
    if (space.isFull) return;
    capacity = Math.min(wanted, room);
    arena = extended(arena, capacity * space.words);
    space.parent = extended(space.parent, capacity);
    const how = new Uint16Array(capacity);
    how.set(space.how);
    space.how = how;
    let size = slots.length;
    while (size * 3 < capacity * 4) size *= 2;
    if (size > slots.length) index(size);
  }

  /** How many states there may be at most: while arrays grow, the old one is there too. */
  function roomFor(): number {
    const { words, most } = space;
    const grown = Math.floor((most - bytes()) / (words * 4));
    const each = words * 4 + space.parent.BYTES_PER_ELEMENT + space.how.BYTES_PER_ELEMENT;
    const indexed = Math.floor((slots.length * 3) / 4); // by the table as it is
    const kept = Math.floor((most - slots.byteLength) / each);
    const doubled = Math.floor((most - slots.byteLength * 3) / each);
    return Math.min(grown, kept > indexed ? Math.max(indexed, doubled) : kept);
  }

  /** Packs states into fewer words where fields were given more bits than they have come to need. */
  function tighten(): void {
    const needed = width.map((bits, field) => (bits === 0 ? 0 : Math.max(1, bitsOf(used(field) - 1))));
    if (placed(needed).length >= space.words) return;
    width = needed;
    pack();
  }

  function index(size: number): void {
    slots = new Int32Array(size);
    const last = size - 1;
    for (let state = 0; state < space.count; state++) {
      let slot = hashOf(arena, state * space.words, space.words) & last;
      while (slots[slot] !== 0) slot = (slot + 1) & last;
      slots[slot] = state + 1;
    }
  }

  function clear(): void {
    space.count = 0;
    space.isFull = false;
    space.current.fill(0);
    slots.fill(0);
  }
}

/** Words that fields of these widths take, widest first, each in the first word with room: the bits of each that are taken. */
function placed(width: Int32Array, onField?: (field: number, at: number, shift: number) => void): number[] {
  const taken: number[] = [];
  const order = [...width.keys()].filter((field) => width[field]! > 0);
  for (const field of order.sort((a, b) => width[b]! - width[a]! || a - b)) {
    let at = taken.findIndex((bits) => bits + width[field]! <= 32);
    if (at < 0) at = taken.push(0) - 1;
    onField?.(field, at, taken[at]!);
    taken[at]! += width[field]!;
  }
  return taken;
}

function bitsOf(value: number): number {
  return 32 - Math.clz32(value);
}

function extended(array: Int32Array, length: number): Int32Array {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}

/** Mixes the words of a state; the constants are those of MurmurHash3's 32-bit finaliser. */
function hashOf(words: Int32Array, at: number, count: number): number {
  let h = 0;
  for (let k = 0; k < count; k++) {
    h = Math.imul(h ^ words[at + k]!, 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
