// What one step from a node does for each value of its word, in flat tables: the search reads little else.

/** In `Steps.done`: four numbers a step. */
export const STEP = {
  to: 0, // node, or BLOCKED
  leaves: 1, // number of the value that is left in the word
  length: 2, // instructions
  finds: 3, // 1: it found a violation
  size: 4,
} as const;

export const BLOCKED = -1;

/** In `Steps.traits`: bits of a node. */
export const TRAIT = {
  ends: 1, // nothing of its own to do
  givesUp: 2, // releases a lock
  pending: 4, // a store waits in the buffer
} as const;

export interface Steps {
  field: Int32Array; // node -> field of the packed state that its step depends on; -1: none
  traits: Uint8Array; // node -> bits, see TRAIT
  done: Int32Array; // step * STEP.size + one of STEP
  readonly addNode: (field: number, traits: number) => void; // the next one
  /** The step of a node for a value (or a choice): its place in `done`; -1: not known yet. Constant time. */
  readonly find: (node: number, value: number) => number;
  /** Adds a step that `find` does not know; its place in `done`. */
  readonly add: (node: number, value: number) => number;
}

/** Empty tables. */
export function createSteps(): Steps {
  let nodes = 0;
  let end = 0; // of the entries in use
  let count = 0; // of steps
  let entries = new Int32Array(256); // node's base + value -> place in `done` + 1
  let base = new Int32Array(64);
  let room = new Int32Array(64); // entries of a node
  const steps: Steps = {
    field: new Int32Array(64),
    traits: new Uint8Array(64),
    done: new Int32Array(256 * STEP.size),
    addNode,
    find,
    add,
  };
  return steps;

  function addNode(field: number, traits: number): void {
    if (nodes === base.length) {
      base = extended(base);
      room = extended(room);
      steps.field = extended(steps.field);
      const longer = new Uint8Array(nodes * 2);
      longer.set(steps.traits);
      steps.traits = longer;
    }
    base[nodes] = end;
    steps.field[nodes] = field;
    steps.traits[nodes++] = traits;
  }

  function find(node: number, value: number): number {
    return value < room[node]! ? entries[base[node]! + value]! - 1 : -1;
  }

  function add(node: number, value: number): number {
    if (value >= room[node]!) makeRoom(node, value);
    const place = count++ * STEP.size;
    if (place === steps.done.length) steps.done = extended(steps.done);
    entries[base[node]! + value] = place + 1;
    steps.done[place + STEP.to] = BLOCKED;
    steps.done[place + STEP.leaves] = value;
    return place;
  }

  function makeRoom(node: number, value: number): void {
    let wanted = Math.max(2, room[node]! * 2);
    while (wanted <= value) wanted *= 2;
    while (end + wanted > entries.length) entries = extended(entries);
    entries.copyWithin(end, base[node]!, base[node]! + room[node]!);
    base[node] = end;
    room[node] = wanted;
    end += wanted;
  }
}

function extended(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2);
  longer.set(array);
  return longer;
}
