// Which nodes are scheduling points. An access is one when another process was seen to touch the same bits so that the order matters,
// unless both hold a lock in common. What was not seen does not count: the search is repeated until nothing new is seen, and then
// nothing was left out (see search.ts).
import type { Instruction, Program } from '../types.ts';
import { drains } from './effect.ts';
import { type Bits, bitsOf, conflicts, include, NO_BITS } from './footprint.ts';
import type { Graph, Node } from './graph.ts';
import { sharesProcessor } from './scheduling.ts';
import { createSpots, RIGHT, type Spot } from './spots.ts';

/** What happens on arriving at a node. */
export const STOP = {
  unknown: 0,
  run: 1, // goes on in the same step: no other process can tell
  soft: 2, // goes on when it is not blocked, stops when it is
  access: 3, // stops, unless the step has only taken locks or chosen, which could as well come later, and gave none back
  point: 4, // stops: other processes may run first
} as const;

// In `names`: the number of a process is written into a word, and the word is read as a number.
const NAMED = 1;
const READ = 2;

type Kind = 'owner' | 'try' | 'held' | 'other'; // lock and unlock, trylock, assert-held, the rest

/** Accesses of one process to one word with the same locks held: enough to tell who may disturb whom. */
interface Group {
  readonly owner: number;
  readonly locks: number; // number of the set
  readonly kind: Kind;
  reads: number;
  writes: number;
}

export interface Sharing {
  /** Takes note of what a new node touches. */
  readonly see: (node: Node) => void;
  /** Bits that an invariant over every state reads. */
  readonly watch: (slot: number, bits: number) => void;
  readonly stopOf: (node: number) => number;
  readonly movesRight: (node: number) => boolean;
  readonly renew: () => void; // decides all nodes again, with everything that was seen
  readonly isStale: () => boolean; // a decision since then would be another one now
  readonly hasGrown: () => boolean; // something was seen since then that was not known
  readonly link: (from: Node, to: Node) => void; // a step was found
  readonly spotOf: readonly Spot[]; // by node
  readonly isWatched: (slot: number, writes: number) => boolean;
  readonly ownedSlots: readonly number[]; // words that hold the number of a process while it holds the lock
  readonly tellsOwners: () => boolean; // somebody reads such a word as a number
}

/** What sharing goes by: `merge` and `movers` as in explore.ts, for each process all that are alike, and whether there are store buffers. */
export interface SharingOptions {
  readonly merge: boolean;
  readonly movers: boolean;
  readonly alike: readonly (readonly number[])[];
  readonly isBuffered: boolean;
}

/** Knows nothing yet. What one process was seen to do, those that are alike may do too. */
export function createSharing(program: Program, graph: () => Graph, options: SharingOptions): Sharing {
  const n = program.processes.length;
  const kindOfProcess = options.alike.map(([first]) => first!);
  const isMany = options.alike.map((group) => group.length > 1);
  const names: number[] = []; // by slot: NAMED and READ
  const ownedSlots: number[] = [];
  const groups: Group[][] = []; // by slot
  const spoiled: boolean[] = []; // by slot: written by other than lock and unlock
  const watched: number[] = []; // by slot: bits
  const lockSets = new Map<string, number>();
  const heldSlots: (readonly number[])[] = []; // by number of the set
  const lockSetOf: number[] = []; // by node
  const stop: number[] = [];
  const right: boolean[] = [];
  const spots = createSpots(
    options.alike.map(([first]) => first!),
    () => {
      grown = true;
    },
  );
  const spotOf: Spot[] = []; // by node
  const nodesAt: Node[][] = []; // by slot
  let isTelling = false;
  let stale = false;
  let grown = false;

  function instructionOf(node: Node): Instruction | undefined {
    return program.processes[node.owner]!.code[node.pc];
  }

  function see(node: Node): void {
    stop[node.id] = STOP.unknown;
    if (node.slot >= 0) readAsNumber(node);
    if (node.owner >= n) return;
    const spot = spots.at(node);
    spotOf[node.id] = spot;
    if (node.slot < 0) return;
    const bits = touchOf(node);
    const kind = kindOf(node);
    const locks = lockSet(node);
    lockSetOf[node.id] = locks;
    if (include(spot.touches, node.slot, bits)) grown = true;
    groups[node.slot] ??= [];
    nodesAt[node.slot] ??= [];
    nodesAt[node.slot]!.push(node);
    const list = groups[node.slot]!;
    if (kind === 'other' && bits.writes !== 0 && spoiled[node.slot] !== true) {
      spoiled[node.slot] = true;
      if (isHeld(node.slot)) stale = true;
    }
    const owner = kindOfProcess[node.owner]!;
    const group = list.find((one) => one.owner === owner && one.locks === locks && one.kind === kind);
    if (group === undefined) list.push({ owner, locks, kind, ...bits });
    else if (((bits.reads & ~group.reads) | (bits.writes & ~group.writes)) === 0) return;
    else {
      group.reads |= bits.reads;
      group.writes |= bits.writes;
    }
    review(node.slot);
  }

  /** Notes whether the number of a process in a lock can be told from another one. */
  function readAsNumber(node: Node): void {
    const { op } = (node.owner < n ? instructionOf(node) : undefined) ?? { op: 'load' };
    const isOwned = op === 'lock' || op === 'trylock';
    if (isOwned && !ownedSlots.includes(node.slot)) ownedSlots.push(node.slot);
    const isRead = !isOwned && op !== 'unlock' && op !== 'assert-held' && op !== 'is-locked';
    const isTold = isRead || program.observed.includes(graph().slots[node.slot]!.cell);
    const known = names[node.slot] ?? 0;
    names[node.slot] = known | (isOwned ? NAMED : 0) | (isTold ? READ : 0);
    if (names[node.slot] !== (NAMED | READ) || known === (NAMED | READ)) return;
    isTelling = true;
    if (isMany.includes(true)) stale = true;
  }

  function isHeld(slot: number): boolean {
    return heldSlots.some((set) => set.includes(slot));
  }

  /** Would a node of this slot be decided in another way now? */
  function review(slot: number): void {
    grown = true;
    if (stale) return;
    for (const node of nodesAt[slot] ?? []) {
      if (stop[node.id] === STOP.unknown) continue;
      stale ||= decide(node) !== stop[node.id] || isRightMover(node) !== right[node.id];
    }
  }

  function lockSet(node: Node): number {
    const { held } = node.isFlush ? node.state.buffer.stores[0]!.locks : node.state.locks;
    const key = held.join();
    const known = lockSets.get(key);
    if (known !== undefined) return known;
    lockSets.set(key, heldSlots.length);
    return heldSlots.push(held.map((address) => graph().slotOf(address))) - 1;
  }

  function kindOf(node: Node): Kind {
    const { op } = instructionOf(node)!;
    if (op === 'unlock' && options.isBuffered && !node.isFlush) return 'held';
    if (op === 'lock' || op === 'unlock') return 'owner';
    if (op === 'trylock') return 'try';
    return op === 'assert-held' ? 'held' : 'other';
  }

  function touchOf(node: Node): Bits {
    if (node.slot < 0) return NO_BITS;
    if (node.isFlush) return { reads: 0, writes: -1 };
    const instruction = instructionOf(node)!;
    if (isLate(node)) return { reads: -1, writes: 0 };
    return bitsOf(instruction, node.state.first, node.state.first);
  }

  /** A store that goes into the buffer. */
  function isLate(node: Node): boolean {
    if (!options.isBuffered || node.isFlush) return false;
    const instruction = instructionOf(node)!;
    return instruction.op === 'unlock' || (instruction.op === 'store' && !drains(instruction));
  }

  function watch(slot: number, bits: number): void {
    if ((bits & ~(watched[slot] ?? 0)) === 0) return;
    watched[slot] = (watched[slot] ?? 0) | bits;
    review(slot);
  }

  function isWatched(slot: number, writes: number): boolean {
    return (writes & (watched[slot] ?? 0)) !== 0;
  }

  function stopOf(id: number): number {
    const known = stop[id]!;
    if (known !== STOP.unknown) return known;
    const node = graph().nodes[id]!;
    right[id] = isRightMover(node);
    stop[id] = decide(node);
    const spot = spotOf[id];
    if (spot === undefined || node.isFlush) return stop[id];
    const flags = spot.flags | (1 << stop[id]) | (right[id] ? RIGHT : 0);
    if (flags !== spot.flags) grown = true;
    spot.flags = flags;
    return stop[id];
  }

  function decide(node: Node): number {
    const { kind, waits } = node.state;
    if (!options.merge || (kind === 'choose' && !node.isFlush)) return STOP.point;
    if (kind === 'fence' && !node.isFlush) return STOP.soft;
    if (isEntry(node)) return STOP.point;
    if (node.state.context.atomic > 0 && !node.isFlush) return STOP.soft;
    if (kind === 'wait' && !node.isFlush) return STOP.point;
    if (node.slot < 0) return STOP.run;
    const instruction = instructionOf(node)!;
    if (isLate(node) && sharesProcessor(program, node.owner)) return STOP.point;
    const blocks = !node.isFlush && (instruction.op === 'lock' || instruction.op === 'await');
    if (isOpen(node)) return options.movers && !blocks ? STOP.access : STOP.point;
    return blocks || (waits && !node.isFlush) ? STOP.soft : STOP.run;
  }

  /** Interrupts, preemption or everybody else are turned off here, and there is someone whom it concerns. */
  function isEntry(node: Node): boolean {
    const instruction = instructionOf(node);
    return !node.isFlush && instruction?.op === 'context' && instruction.enters;
  }

  function isOpen(node: Node): boolean {
    const bits = touchOf(node);
    if (isWatched(node.slot, bits.writes)) return true;
    const mine = kindOf(node);
    const locks = heldSlots[lockSetOf[node.id]!]!;
    for (const other of groups[node.slot]!) {
      if (isAnother(other, node) && conflicts(other, bits) && disturbs(other, mine, node, locks)) return true;
    }
    return false;
  }

  function isAnother(group: Group, { owner }: Node): boolean {
    return group.owner !== kindOfProcess[owner] || isMany[owner]!;
  }

  /** True when `other` may run between the step before this access and the access, and the order can be told. */
  function disturbs(other: Group, mine: Kind, node: Node, locks: readonly number[]): boolean {
    // Whether a process holds a lock cannot change by what others do to the lock as a lock.
    if ((mine === 'held' && other.kind !== 'other') || (other.kind === 'held' && mine !== 'other')) return false;
    if (!options.movers) return true;
    // While a lock is held, nobody else can take it or give it back: an unlock moves left (Lipton 1975).
    if (node.givesUp && other.kind === 'owner' && locks.includes(node.slot) && spoiled[node.slot] !== true)
      return false;
    const theirs = heldSlots[other.locks]!;
    return !theirs.some((lock) => locks.includes(lock) && spoiled[lock] !== true);
  }

  /** True for a choice, and for a lock that nobody can see being taken except by waiting for it. */
  function isRightMover(node: Node): boolean {
    if (node.isFlush || !options.merge || !options.movers) return false;
    const instruction = instructionOf(node);
    if (instruction?.op === 'choose') return true;
    if (instruction?.op !== 'lock' || node.slot < 0 || node.state.waits) return false;
    if (spoiled[node.slot] === true || (watched[node.slot] ?? 0) !== 0) return false;
    return groups[node.slot]!.every((one) => !isAnother(one, node) || one.kind === 'owner' || one.kind === 'held');
  }

  function renew(): void {
    stop.fill(STOP.unknown);
    spots.clear();
    for (const node of graph().nodes) if (node.owner < n) stopOf(node.id);
    stale = false;
    grown = false;
  }

  return {
    see,
    watch,
    stopOf,
    movesRight: (id) => right[id] === true,
    renew,
    isStale: () => stale,
    hasGrown: () => grown,
    link: (from, to) => {
      if (from.owner < n) spots.link(spotOf[from.id]!, spotOf[to.id]!);
    },
    spotOf,
    isWatched,
    ownedSlots,
    tellsOwners: () => isTelling,
  };
}
