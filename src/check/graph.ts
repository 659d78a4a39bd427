// The local states of all processes as numbered nodes, and what one step from a node does for each value of the word it touches.
// Values are numbers in the list of values that their cell has held. All of it is found on demand and kept.
import type { Cell, Program } from '../types.ts';
import type { Automaton } from './automaton.ts';
import type { LocalState, Move } from './local.ts';
import { FREED, LOWEST_ADDRESS } from './program.ts';
import { PROPERTY } from './properties.ts';

/** A word that some process has touched. */
export interface Slot {
  readonly cell: number; // index into Program.cells
  readonly field: number; // of the packed state
  readonly values: number[]; // that it has held; the first is the initial one
}

/** What a process can do next: its own instruction, or (`isFlush`) the oldest store that leaves its buffer. */
export interface Node {
  readonly id: number;
  readonly owner: number; // process; from the number of processes on: invariants
  readonly state: LocalState;
  readonly isFlush: boolean;
  readonly pc: number; // of the access; of a flush, of its store
  readonly slot: number; // -1: touches no word
  readonly flush: number; // node of the oldest store in the buffer; -1: none
  readonly ways: number; // of its own instruction: values of a choice; 0 when there is none
  readonly givesUp: boolean; // releases a lock
}

export const BLOCKED = -1;

export interface Graph {
  readonly nodes: readonly Node[];
  readonly slots: readonly Slot[];
  readonly starts: readonly number[]; // node of each automaton at its start
  /** The transition of a node for a value of its slot (or a choice): an index into the lists below, kept for ever. */
  readonly step: (node: number, value: number) => number;
  readonly to: readonly number[]; // node, or BLOCKED
  readonly leaves: readonly number[]; // number of the value that is left in the slot
  readonly moves: readonly Move[];
  readonly finds: readonly boolean[]; // the move found a violation
  readonly covered: readonly Uint8Array[]; // owner -> index in the code -> 1 when an access there was run
  readonly slotOf: (address: number) => number; // -1: no cell starts there
  readonly nodeOf: (owner: number, state: LocalState) => number;
  readonly numberOf: (slot: number, value: number) => number; // of a value that the slot holds or may come to hold
}

/**
 * An empty graph over `automata`, of which one may serve several processes: in locks it writes `names[owner]` for the process itself.
 * `onNode` and `onStep` hear of each new node and step, `newField` gives the field of a new word.
 */
export function createGraph(
  program: Program,
  automata: readonly Automaton[],
  names: readonly number[],
  onNode: (node: Node) => void,
  onStep: (from: Node, to: Node) => void,
  newField: () => number,
): Graph {
  const nodes: Node[] = [];
  const known: number[][] = automata.map(() => []); // by LocalState.id
  const slots: Slot[] = [];
  const slotAt = new Map<number, number>();
  const base: number[] = [];
  const room: number[] = [];
  let flat = new Int32Array(256); // node's base + value -> transition + 1
  let end = 0;
  const to: number[] = [];
  const leaves: number[] = [];
  const moves: Move[] = [];
  const finds: boolean[] = [];
  const coveredBy = new Map(automata.map((automaton) => [automaton, new Uint8Array(automaton.code.length)]));
  const covered = automata.map((automaton) => coveredBy.get(automaton)!);

  function slotOf(address: number): number {
    const known = slotAt.get(address);
    if (known !== undefined) return known;
    const cell = cellAt(program, address);
    if (cell >= 0) slots.push({ cell, field: newField(), values: [program.cells[cell]!.init | 0] });
    const slot = cell < 0 ? -1 : slots.length - 1;
    slotAt.set(address, slot);
    return slot;
  }

  function nodeFor(owner: number, state: LocalState): number {
    return known[owner]![state.id] ?? addNode(owner, state);
  }

  function addNode(owner: number, state: LocalState): number {
    const oldest = state.buffer.stores[0];
    const flush =
      oldest === undefined
        ? -1
        : push(owner, state, { isFlush: true, pc: oldest.pc, address: oldest.address, flush: -1 });
    const isAccess = state.kind === 'access' && !state.divides;
    const address = isAccess ? state.address : undefined;
    const node = push(owner, state, { isFlush: false, pc: state.pc, address, flush });
    known[owner]![state.id] = node;
    return node;
  }

  function push(
    owner: number,
    state: LocalState,
    what: { isFlush: boolean; pc: number; address: number | undefined; flush: number },
  ): number {
    const instruction = automata[owner]!.code[what.pc];
    const ways =
      what.isFlush || instruction === undefined ? 0 : instruction.op === 'choose' ? instruction.values.length : 1;
    const isOver = state.kind === 'ended' || state.kind === 'dead';
    const node: Node = {
      id: nodes.length,
      owner,
      state,
      isFlush: what.isFlush,
      pc: what.pc,
      slot: what.address === undefined ? -1 : slotOf(what.address),
      flush: what.flush,
      ways: isOver ? 0 : ways,
      givesUp: instruction?.op === 'unlock',
    };
    nodes.push(node);
    base.push(end);
    room.push(0);
    onNode(node);
    return node.id;
  }

  function step(node: number, value: number): number {
    if (value >= room[node]!) makeRoom(node, value);
    const known = flat[base[node]! + value]!;
    return known > 0 ? known - 1 : addStep(node, value);
  }

  function makeRoom(node: number, value: number): void {
    let wanted = Math.max(2, room[node]! * 2);
    while (wanted <= value) wanted *= 2;
    if (end + wanted > flat.length) {
      const longer = new Int32Array(Math.max(flat.length * 2, end + wanted));
      longer.set(flat);
      flat = longer;
    }
    flat.copyWithin(end, base[node]!, base[node]! + room[node]!);
    base[node] = end;
    room[node] = wanted;
    end += wanted;
  }

  function addStep(node: number, value: number): number {
    const { owner, state, isFlush, slot } = nodes[node]!;
    const automaton = automata[owner]!;
    const word = slot < 0 ? value : slots[slot]!.values[value]!;
    const isLost =
      slot < 0 &&
      state.kind === 'access' &&
      !state.divides &&
      !isFlush &&
      !state.waits &&
      automaton.code[state.pc]!.op !== 'free';
    const done = isFlush
      ? automaton.flush(state)
      : isLost
        ? automaton.fault(state, state.address >>> 0 < LOWEST_ADDRESS ? PROPERTY.nullPointer : PROPERTY.badAddress)
        : ownStep(owner, state, word);
    const move = done === undefined || slot < 0 ? done : checked(done, word, program.cells[slots[slot]!.cell]!);
    const step = to.length;
    flat[base[node]! + value] = step + 1;
    to.push(BLOCKED);
    leaves.push(value);
    finds.push(false);
    moves.push(move ?? NO_MOVE);
    if (move === undefined) return step;
    for (const pc of move.covered) covered[owner]![pc] = 1;
    finds[step] = move.found.length > 0;
    if (slot >= 0) leaves[step] = numberOf(slots[slot]!.values, move.word);
    to[step] = nodeFor(owner, move.to);
    onStep(nodes[node]!, nodes[to[step]]!);
    return step;
  }

  /** A step of the automaton, to which a process that holds a lock has the name that the automaton gives itself. */
  function ownStep(owner: number, state: LocalState, word: number): Move | undefined {
    const { code, step: take } = automata[owner]!;
    const name = names[owner]!;
    if (name === owner + 1 || !NAMING.includes(code[state.pc]!.op)) return take(state, word);
    const exchanged = (one: number): number => (one === name ? owner + 1 : one === owner + 1 ? name : one);
    const move = take(state, exchanged(word));
    return move === undefined ? undefined : { ...move, word: exchanged(move.word) };
  }

  const starts = automata.map(({ start }, owner) => {
    for (const pc of start.covered) covered[owner]![pc] = 1;
    return nodeFor(owner, start.to);
  });
  return {
    nodes,
    slots,
    starts,
    step,
    to,
    leaves,
    moves,
    finds,
    covered,
    slotOf,
    nodeOf: nodeFor,
    numberOf: (slot, value) => numberOf(slots[slot]!.values, value),
  };
}

const NAMING: readonly string[] = ['lock', 'trylock', 'unlock', 'assert-held']; // write or ask for the number of a process

/** A move with what is wrong about the word that it leaves. */
function checked(move: Move, before: number, cell: Cell): Move {
  if (cell.counter === true && move.word < 0 && move.word !== before)
    return { ...move, found: [...move.found, PROPERTY.counter] };
  return before === FREED && move.word !== FREED
    ? { ...move, word: FREED, found: [...move.found, PROPERTY.freed] }
    : move;
}

const NO_MOVE: Move = {
  to: undefined as unknown as LocalState,
  word: 0,
  found: [],
  length: 0,
  covered: [],
};

function numberOf(values: number[], value: number): number {
  const known = values.indexOf(value);
  return known >= 0 ? known : values.push(value) - 1;
}

/** Index of the cell that starts at `address`, -1 when none does. Logarithmic. */
function cellAt({ cells }: Program, address: number): number {
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
