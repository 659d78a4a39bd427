// The local states of all processes as numbered nodes, and what one step from a node does for each value of the word it touches.
// Values are numbers in the list of values that their cell has held. All of it is found on demand and kept.
import type { Cell, Program } from '../types.ts';
import type { Automaton } from './automaton.ts';
import type { LocalState, Move } from './local.ts';
import { FREED, LOWEST_ADDRESS } from './program.ts';
import { PROPERTY } from './properties.ts';
import { createSlots, type Slot } from './slots.ts';
import { createSteps, STEP, type Steps, TRAIT } from './steps.ts';

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

export interface Graph {
  readonly nodes: readonly Node[];
  readonly slots: readonly Slot[];
  readonly starts: readonly number[]; // node of each automaton at its start
  readonly steps: Steps;
  /** The step of a node for a value of its slot (or a choice): its place in `steps.done`, kept for ever. */
  readonly step: (node: number, value: number) => number;
  readonly after: (node: number, value: number) => number; // the node that the step leads to, or BLOCKED
  readonly foundBy: (place: number) => readonly number[]; // violations in a step, see properties.ts
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
  const { all: slots, at: slotOf, numberOf } = createSlots(program, newField);
  const steps = createSteps();
  const violations = new Map<number, readonly number[]>(); // by place of the step
  const coveredBy = new Map(automata.map((automaton) => [automaton, new Uint8Array(automaton.code.length)]));
  const covered = automata.map((automaton) => coveredBy.get(automaton)!);

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
    const slot = what.address === undefined ? -1 : slotOf(what.address);
    const node: Node = {
      id: nodes.length,
      owner,
      state,
      isFlush: what.isFlush,
      pc: what.pc,
      slot,
      flush: what.flush,
      ways: isOver ? 0 : ways,
      givesUp: instruction?.op === 'unlock',
    };
    nodes.push(node);
    steps.addNode(slot < 0 ? -1 : slots[slot]!.field, traitsOf(node));
    onNode(node);
    return node.id;
  }

  function step(node: number, value: number): number {
    const known = steps.find(node, value);
    return known >= 0 ? known : addStep(node, value);
  }

  function after(node: number, value: number): number {
    const place = step(node, value); // may make the table anew
    return steps.done[place + STEP.to]!;
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
    const place = steps.add(node, value);
    if (move === undefined) return place;
    for (const pc of move.covered) covered[owner]![pc] = 1;
    const to = nodeFor(owner, move.to);
    steps.done[place + STEP.to] = to;
    if (slot >= 0) steps.done[place + STEP.leaves] = numberOf(slot, move.word);
    steps.done[place + STEP.length] = move.length;
    steps.done[place + STEP.finds] = move.found.length > 0 ? 1 : 0;
    if (move.found.length > 0) violations.set(place, move.found);
    onStep(nodes[node]!, nodes[to]!);
    return place;
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
    steps,
    step,
    after,
    foundBy: (place) => violations.get(place) ?? [],
    covered,
    slotOf,
    nodeOf: nodeFor,
    numberOf,
  };
}

function traitsOf({ ways, givesUp, flush }: Node): number {
  return (ways === 0 ? TRAIT.ends : 0) | (givesUp ? TRAIT.givesUp : 0) | (flush >= 0 ? TRAIT.pending : 0);
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
