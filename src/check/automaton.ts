// One process as a graph of local states, built as it is walked: a place in the code with the values of the registers that are still
// read. Between two local states lies one access to shared memory and what the process computes after it. Nothing here depends on
// the other processes, so that the graph of code that did not change is used again.
import type { Instruction } from '../types.ts';
import { Undefined } from './arithmetic.ts';
import { drains, effect, isWaiting, onlyReads, value } from './effect.ts';
import { liveRegisters } from './live.ts';
import { type LocalKind, type LocalState, type Move, NO_CONTEXT } from './local.ts';
import { createLocalTable } from './local-table.ts';
import { FREED, operands } from './program.ts';
import { PROPERTY } from './properties.ts';

export interface Automaton {
  readonly code: readonly Instruction[];
  readonly start: Move;
  readonly step: (state: LocalState, word: number) => Move | undefined; // undefined: must wait
  readonly fault: (state: LocalState, property: number) => Move;
  readonly flush: (state: LocalState) => Move; // the oldest store leaves the buffer
  readonly wasFull: () => boolean; // a store had to wait for room in the buffer
}

export interface AutomatonOptions {
  readonly everyStep: boolean; // each instruction is a step of its own
  readonly keepDead: boolean; // registers that are not read any more keep their values
  readonly fuel: number; // instructions without an access; more is a fault
  readonly buffer: number; // stores that a store buffer holds; 0: none, SC
  readonly isAlone: boolean; // on its processor; otherwise others tell whether a store waits
  readonly isCell: (address: number) => boolean; // asked for stores that are buffered
}

const NOTHING: readonly number[] = [];

/** The automaton of `code` run by the process whose number in a lock is `me`, holding `held` at the start. States are built on demand. */
export function createAutomaton(
  code: readonly Instruction[],
  registers: number,
  me: number,
  held: readonly number[],
  options: AutomatonOptions,
): Automaton {
  const live = liveRegisters(code, registers);
  const all = Array.from({ length: registers }, (_, register) => register);
  const keptAt = (at: number): readonly number[] => (options.keepDead ? all : (live[at] ?? NOTHING));
  const table = createLocalTable();
  const { locksOf, bufferOf } = table;
  const isBuffered = options.buffer > 0;
  let isFull = false;
  // The process that runs.
  const now = new Int32Array(Math.max(1, registers));
  let pc = 0;
  let locks = locksOf(held);
  let buffer = bufferOf([]);
  let context = NO_CONTEXT;
  let found: number[] = [];
  let covered: number[] = [];
  let length = 0;

  function load(state: LocalState): void {
    ({ pc, locks, buffer, context } = state);
    now.fill(0);
    const kept = keptAt(pc);
    for (let k = 0; k < kept.length; k++) now[kept[k]!] = state.values[k]!;
    found = [];
    covered = [];
    length = 0;
  }

  function step(state: LocalState, given: number): Move | undefined {
    if (state.waits) return undefined;
    const word = given === FREED && me === 0 ? 0 : given; // an invariant reads 0 where nothing is any more
    load(state);
    if (state.kind === 'local') return once(word);
    const instruction = code[pc]!;
    if (instruction.op === 'choose' || instruction.op === 'wait-until') {
      if (instruction.op === 'choose') now[instruction.dst] = instruction.values[word]!;
      pc++;
      length++;
      return settle(word, false);
    }
    if (state.divides) return die(PROPERTY.division, word);
    if (!('address' in instruction)) return undefined;
    // A word that its own buffer holds is seen there; that it may have left the buffer before is another way to go on.
    const seen =
      onlyReads(instruction) || instruction.op === 'unlock' || instruction.op === 'store'
        ? (ownWord(instruction) ?? word)
        : word;
    return isWaiting(instruction, seen) ? undefined : access(instruction, state, seen, word);
  }

  function access(
    instruction: Extract<Instruction, { address: unknown }>,
    state: LocalState,
    word: number,
    inMemory: number,
  ): Move {
    const { op } = instruction;
    if (op !== 'assert-held') covered.push(pc);
    if (word === FREED && me !== 0) return die(PROPERTY.freed, inMemory);
    if (op === 'unlock' && word !== me) return die(PROPERTY.unlock, inMemory);
    if (op === 'store' && instruction.expects !== undefined && word !== state.second) found.push(PROPERTY.lost);
    if (op === 'assert-held' && word !== me) found.push(PROPERTY.assert + pc);
    const { after, read } = effect(instruction, word, state.first, state.second, me);
    if ('dst' in instruction && instruction.dst !== undefined && read !== undefined) now[instruction.dst] = read;
    const isLate = isBuffered && (op === 'unlock' || op === 'store') && !drains(instruction);
    if (isLate) put(state.address, after);
    if (op === 'lock' || (op === 'trylock' && read === 1)) take(state.address);
    if (op === 'unlock') give(state.address);
    pc++;
    length++;
    return settle(onlyReads(instruction) || isLate ? inMemory : after, false);
  }

  function take(address: number): void {
    if (!locks.held.includes(address)) locks = locksOf([...locks.held, address].sort((a, b) => a - b));
  }

  function give(address: number): void {
    locks = locksOf(locks.held.filter((lock) => lock !== address));
  }

  function put(address: number, word: number): void {
    buffer = bufferOf([...buffer.stores, { pc, address, value: word, locks }]);
  }

  function flush(state: LocalState): Move {
    load(state);
    const [oldest, ...rest] = state.buffer.stores;
    buffer = bufferOf(rest);
    if (state.kind === 'dead' || state.kind === 'ended') return { ...move(oldest!.value), to: over(state.kind) };
    return settle(oldest!.value, options.everyStep);
  }

  /** Runs one instruction that touches nothing shared. */
  function once(word: number): Move {
    try {
      runLocal(true);
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      return die(PROPERTY.division, word);
    }
    return settle(word, options.everyStep);
  }

  /** Runs on to the next local state. With `stay` it is where the process is. */
  function settle(word: number, stay: boolean): Move {
    try {
      while (!stay && !options.everyStep && runLocal()) if (length > options.fuel) return die(PROPERTY.fuel, word);
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      return die(PROPERTY.division, word);
    }
    return { ...move(word), to: arrive() };
  }

  function move(word: number): Omit<Move, 'to'> {
    return { word, length, found: found.length === 0 ? NOTHING : found, covered };
  }

  function die(property: number, word: number): Move {
    found.push(property);
    length++;
    return { ...move(word), to: over('dead') };
  }

  function over(kind: 'dead' | 'ended'): LocalState {
    pc = -1;
    locks = locksOf([]);
    context = NO_CONTEXT;
    if (kind === 'dead') return intern(kind, [], 0, 0, 0, false, false);
    // A process that has ended is in the same state whatever its registers hold; an invariant (nobody) has its result in register 0.
    return intern(kind, options.keepDead ? all : me === 0 ? [0] : [], 0, 0, 0, false, false);
  }

  function arrive(): LocalState {
    const instruction = code[pc]!;
    if (instruction.op === 'end' || instruction.op === 'stop') return over('ended');
    const kept = keptAt(pc);
    const kind = kindOf(instruction);
    const isDrained = buffer.stores.length === 0;
    if (!('address' in instruction) || kind === 'local') return intern(kind, kept, 0, 0, 0, false, kind === 'fence');
    const waits = !isDrained && (drains(instruction) || isRoomless(instruction) || isOwnWait(instruction));
    const [a, b, c] = operands(instruction);
    try {
      const address = value(a!, now);
      const first = b === undefined ? 0 : value(b, now);
      return intern(kind, kept, address, first, c === undefined ? 0 : value(c, now), false, waits);
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      return intern(kind, kept, 0, 0, 0, true, waits);
    }
  }

  function kindOf(instruction: Instruction): LocalKind {
    if (instruction.op === 'choose' && instruction.values.length > 1) return 'choose';
    if (instruction.op === 'fence' && instruction.fence === 'mb' && buffer.stores.length > 0) return 'fence';
    if (instruction.op === 'wait-until') return 'wait';
    if (!('address' in instruction)) return 'local';
    return isPut(instruction) ? 'local' : 'access';
  }

  function enter({ what, enters }: Extract<Instruction, { op: 'context' }>): void {
    context = table.contextOf({ ...context, [what]: Math.max(0, context[what] + (enters ? 1 : -1)) });
  }

  /** Runs the instruction at `pc` when it touches nothing that others see; false when it does, or there is none. `isAlone`: it is a step. */
  function runLocal(isAlone = false): boolean {
    const instruction = code[pc]!;
    switch (instruction.op) {
      case 'set':
        now[instruction.dst] = value(instruction.value, now);
        break;
      case 'branch':
        pc = (value(instruction.cond, now) !== 0 ? instruction.then : instruction.else) - 1;
        break;
      case 'jump':
        pc = instruction.to - 1;
        break;
      case 'assert':
        if (value(instruction.cond, now) === 0) found.push(PROPERTY.assert + pc);
        break;
      case 'end':
      case 'stop':
        return false;
      case 'context':
        // The scheduler must see the state before: an interrupt may come first.
        if (instruction.enters && !isAlone) return false;
        enter(instruction);
        break;
      default:
        if (kindOf(instruction) !== 'local') return false;
        if (instruction.op === 'choose') now[instruction.dst] = instruction.values[0]!;
        if (instruction.op === 'store') putInBuffer(instruction);
    }
    pc++;
    length++;
    return true;
  }

  /** A store into the buffer. */
  function putInBuffer(instruction: Extract<Instruction, { op: 'store' }>): void {
    covered.push(pc);
    put(value(instruction.address, now), value(instruction.value, now));
  }

  function isPut(instruction: Instruction): boolean {
    if (!isBuffered || !options.isAlone || instruction.op !== 'store' || instruction.expects !== undefined)
      return false;
    if (drains(instruction) || isRoomless(instruction)) return false;
    try {
      value(instruction.value, now);
      return options.isCell(value(instruction.address, now));
    } catch (error) {
      if (error instanceof Undefined) return false;
      throw error;
    }
  }

  function isRoomless(instruction: Instruction): boolean {
    if (!isBuffered || buffer.stores.length < options.buffer) return false;
    if (instruction.op !== 'store' && instruction.op !== 'unlock') return false;
    isFull = true;
    return true;
  }

  /** Waits for a word that its own buffer holds with another value. */
  function isOwnWait(instruction: Extract<Instruction, { address: unknown }>): boolean {
    const own = onlyReads(instruction) ? ownWord(instruction) : undefined;
    return own !== undefined && isWaiting(instruction, own);
  }

  function ownWord(instruction: Extract<Instruction, { address: unknown }>): number | undefined {
    try {
      const address = value(instruction.address, now);
      return buffer.stores.findLast((one) => one.address === address)?.value;
    } catch (error) {
      if (error instanceof Undefined) return undefined;
      throw error;
    }
  }

  function intern(
    kind: LocalKind,
    kept: readonly number[],
    address: number,
    first: number,
    second: number,
    divides: boolean,
    waits: boolean,
  ): LocalState {
    const values = kept.map((register) => now[register]!);
    return table.stateOf({ kind, pc, values, locks, context, buffer, address, first, second, divides, waits });
  }

  function fault(state: LocalState, property: number): Move {
    load(state);
    return die(property, 0);
  }

  const start = settle(0, options.everyStep);
  return { code, start, step, fault, flush, wasFull: () => isFull };
}
