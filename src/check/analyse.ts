// What each process may do, found by running it on sets of values until nothing new turns up: which ways it can go, which cells and
// bits each access may touch, and which locks are surely held. Where the answer is not known, it errs towards more.
import type { Expr, Instruction, Process, Program } from '../types.ts';
import { assign, define, forget } from './definitions.ts';
import { type Bits, bitsOf } from './footprint.ts';
import { liveRegisters } from './live.ts';
import { firstOwners, otherWriters } from './owners.ts';
import type { Edge } from './plan.ts';
import { successors, written } from './program.ts';
import {
  ANYTHING,
  binaryValue,
  type Environment,
  evaluate,
  exactly,
  join,
  maskedValue,
  maybeOne,
  modified,
  narrow,
  surelyOne,
  type Value,
} from './values.ts';

/** One instruction with one set of locks held: what a process may do there. */
export interface Spot {
  readonly pc: number;
  readonly locks: readonly number[]; // cells of locks surely held before it, ascending
  readonly edges: Edge[];
  readonly touches: Map<number, Bits>; // cell -> bits
  readonly registers: Map<number, Value>; // live before it; kept for instructions that may be stops
  isWide: boolean; // a lock that may be too many to tell apart
}

/** The spots of each process, spot 0 first, and what each cell may hold at any time. */
export interface Analysis {
  readonly spots: readonly (readonly Spot[])[];
  readonly cells: readonly Value[];
}

interface Head {
  readonly spot: number;
  registers: Map<number, Value>;
  definitions: Map<number, Expr>;
  isOpen: boolean;
  readonly reads: Set<number>; // cells that the block from here may read
  ranAt: number; // Shared.clock when it ran last
}

interface Shared {
  readonly program: Program;
  readonly cells: Value[]; // what each cell may hold at any time
  readonly growths: Uint8Array; // how often that grew
  readonly owners: readonly (number | undefined)[]; // cell -> the only process that may write it
  readonly cellAt: ReadonlyMap<number, number>; // byte address -> cell
  readonly changedAt: Int32Array; // Shared.clock when the values of a cell last grew
  clock: number;
}

const PATIENCE = 16; // growths of one cell after which only its bits are followed
const PATIENCE_WITH_SUMS = 3; // the same for a cell that is added to: a counter grows without end
const MOST_LOCKS = 6; // locks that one instruction may be about and still be told apart
const MOST_SPOTS = 24; // spots an instruction, on average, before locks are not told apart any more
const CELL = 1 << 20; // a cell of its own is followed like a register: this plus the index of the cell

/**
 * Analyses all processes together. A cell that only one process writes is followed through that process exactly; that nobody else
 * writes it is assumed first and then checked, until it is true. Each round is linear in the code; values grow a bounded number of times.
 */
export function analyse(program: Program): Analysis {
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  for (let owners = firstOwners(program); ; ) {
    const shared: Shared = {
      program,
      cells: program.cells.map((cell) => exactly(cell.init)),
      growths: new Uint8Array(program.cells.length),
      owners,
      cellAt,
      changedAt: new Int32Array(program.cells.length),
      clock: 1,
    };
    const walkers = program.processes.map((process, p) => createWalker(shared, process, p));
    for (let before = 0; before !== shared.clock; ) {
      before = shared.clock;
      for (const walker of walkers) walker.settle();
    }
    const spots = walkers.map((walker) => walker.spots);
    const others = otherWriters(spots, owners);
    if (others.size === 0) return { spots, cells: shared.cells };
    owners = owners.map((owner, cell) => (others.has(cell) ? undefined : owner));
  }
}

interface Walker {
  readonly spots: Spot[];
  /** Runs until nothing changes for the values that the cells have now. */
  readonly settle: () => void;
}

function createWalker(shared: Shared, process: Process, p: number): Walker {
  const { code } = process;
  const { cells: layout } = shared.program;
  const spots: Spot[] = [];
  const spotAt: (number | undefined)[][] = []; // by number of the set of locks, then by pc
  const lockSets = new Map<string, { readonly locks: readonly number[]; readonly id: number }>();
  const heads = new Map<number, Head>(); // spot -> what is known on arrival
  const open: number[] = [];
  let reading = new Set<number>(); // Head.reads of the block that runs
  const isHead = blockHeads(code);
  const live = liveRegisters(
    code.length,
    (pc) => code[pc]!,
    (pc) => successors(code[pc]!, pc),
  );
  const liveSets = live.map((list) => new Set(list));

  function spotOf(pc: number, locks: readonly number[]): number {
    const key = locks.join();
    let set = lockSets.get(key);
    if (set === undefined) {
      set = { locks, id: lockSets.size };
      lockSets.set(key, set);
      spotAt.push([]);
    }
    const known = spotAt[set.id]![pc];
    if (known !== undefined) return known;
    const edges = code[pc]!.op === 'branch' ? [0, 1].map(() => ({ to: -1, address: undefined })) : [];
    spots.push({ pc, locks: set.locks, edges, touches: new Map(), registers: new Map(), isWide: false });
    spotAt[set.id]![pc] = spots.length - 1;
    return spots.length - 1;
  }

  function arrive(spot: number, registers: ReadonlyMap<number, Value>, definitions: ReadonlyMap<number, Expr>): void {
    const wanted = liveSets[spots[spot]!.pc]!;
    const head = heads.get(spot);
    if (head === undefined) {
      const kept = new Map([...registers].filter(([register]) => register >= CELL || wanted.has(register)));
      heads.set(spot, {
        spot,
        registers: kept,
        definitions: new Map(definitions),
        isOpen: true,
        reads: new Set(),
        ranAt: 0,
      });
      open.push(spot);
      return;
    }
    let changed = false;
    for (const [register, value] of head.registers) {
      const joined = join(value, registers.get(register) ?? ANYTHING);
      if (joined === value) continue;
      head.registers.set(register, joined);
      changed = true;
    }
    for (const [register, expr] of head.definitions) {
      if (definitions.get(register) === expr) continue;
      head.definitions.delete(register);
      changed = true;
    }
    if (!changed || head.isOpen) return;
    head.isOpen = true;
    open.push(spot);
  }

  function settle(): void {
    if (heads.size === 0) {
      const zero = exactly(0);
      const start = new Map(Array.from({ length: process.registers }, (_, register) => [register, zero]));
      for (const [cell, owner] of shared.owners.entries())
        if (owner === p) start.set(CELL + cell, exactly(layout[cell]!.init));
      arrive(spotOf(0, initialLocks(shared.program, p)), start, new Map());
    }
    for (const head of heads.values()) {
      if (head.isOpen || !hasChangedSince(head)) continue;
      head.isOpen = true;
      open.push(head.spot);
    }
    for (let spot = takeFirst(); spot !== undefined; spot = takeFirst()) {
      const head = heads.get(spot)!;
      head.isOpen = false;
      head.ranAt = shared.clock;
      reading = head.reads;
      runBlock(spot, new Map(head.registers), new Map(head.definitions));
    }
  }

  /** The open head that comes first in the code: where ways meet, all of them have arrived before the block runs. */
  function takeFirst(): number | undefined {
    let first = 0;
    for (let k = 1; k < open.length; k++) if (spots[open[k]!]!.pc < spots[open[first]!]!.pc) first = k;
    const [spot] = open.splice(first, 1);
    return spot;
  }

  function hasChangedSince(head: Head): boolean {
    for (const cell of head.reads) if (shared.changedAt[cell]! > head.ranAt) return true;
    return false;
  }

  /** Runs from a head to the next one. `registers` and `definitions` are changed on the way. */
  function runBlock(first: number, registers: Map<number, Value>, definitions: Map<number, Expr>): void {
    for (let spot = first; ; ) {
      const here = spots[spot]!;
      const instruction = code[here.pc]!;
      remember(here, registers);
      const ways = step(here, instruction, registers, definitions);
      const [only] = ways;
      if (only === undefined) return;
      for (const way of ways) {
        const to = spotOf(way.pc, way.locks);
        link(here.edges, { to, address: way.address }, way.edge);
        if (ways.length > 1 || isHead[way.pc] === true) arrive(to, way.registers, definitions);
      }
      if (ways.length > 1 || isHead[only.pc] === true) return;
      registers = only.registers as Map<number, Value>; // with one way on, it is the map of this block or a copy of it
      spot = spotOf(only.pc, only.locks);
    }
  }

  /** Only accesses and choices can be scheduling points where registers are stored in few bits. */
  function remember(here: Spot, registers: ReadonlyMap<number, Value>): void {
    const instruction = code[here.pc]!;
    if (!('address' in instruction) && instruction.op !== 'choose') return;
    for (const register of live[here.pc]!) {
      const value = registers.get(register) ?? ANYTHING;
      const known = here.registers.get(register);
      here.registers.set(register, known === undefined ? value : join(known, value));
    }
  }

  interface Way {
    readonly pc: number;
    readonly locks: readonly number[];
    readonly registers: Environment;
    readonly address: number | undefined;
    readonly edge?: 0 | 1; // then or else of a branch
  }

  function step(
    here: Spot,
    instruction: Instruction,
    registers: Map<number, Value>,
    definitions: Map<number, Expr>,
  ): readonly Way[] {
    const on = (known: Environment, locks = here.locks, address?: number): Way => ({
      pc: here.pc + 1,
      locks,
      registers: known,
      address,
    });
    switch (instruction.op) {
      case 'end':
      case 'stop':
        return [];
      case 'jump':
        return [{ ...on(registers), pc: instruction.to }];
      case 'branch': {
        const ways: Way[] = [];
        const yes = narrow(instruction.cond, (value) => value !== 0, registers, definitions);
        const no = narrow(instruction.cond, (value) => value === 0, registers, definitions);
        if (yes !== undefined) ways.push({ ...on(yes), pc: instruction.then, edge: 0 });
        if (no !== undefined) ways.push({ ...on(no), pc: instruction.else, edge: 1 });
        return ways;
      }
      case 'set': {
        assign(instruction.dst, evaluate(instruction.value, registers), registers, definitions);
        define(instruction.dst, instruction.value, definitions);
        return [on(registers)];
      }
      case 'choose':
        assign(instruction.dst, instruction.values.map(exactly).reduce(join), registers, definitions);
        return [on(registers)];
      case 'fence':
      case 'assert':
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'rcu-sync':
        return [on(registers)];
      default:
        return accessStep(here, instruction, registers, definitions, on);
    }
  }

  function accessStep(
    here: Spot,
    instruction: Extract<Instruction, { address: Expr }>,
    registers: Map<number, Value>,
    definitions: Map<number, Expr>,
    on: (known: Environment, locks?: readonly number[], address?: number) => Way,
  ): readonly Way[] {
    const address = evaluate(instruction.address, registers);
    const targets = targetsOf(address);
    const operand = instruction.op === 'rmw' ? evaluate(instruction.operand, registers) : exactly(0);
    const bits = bitsOf(instruction, maybeOne(operand), surelyOne(operand));
    for (const cell of targets) {
      touch(here, cell, bits);
      reading.add(cell);
    }
    if (targets.length === 0) return [];
    const isValid = (value: number): boolean => targets.some((cell) => layout[cell]!.address === value);
    const known = narrow(instruction.address, isValid, registers, definitions);
    if (known === undefined) return [];
    const after = known === registers ? registers : new Map(known);
    if (instruction.op === 'lock' || instruction.op === 'unlock' || instruction.op === 'trylock') {
      return lockStep(here, instruction, targets, after, definitions, on);
    }
    const isSure = targets.length === 1;
    const read = targets.map((cell) => effect(instruction, cell, after, isSure)).reduce(join);
    const target = written(instruction);
    if (target !== undefined) assign(target, read, after, definitions);
    return [on(after)];
  }

  /** Cells that start at an address that `value` may be. */
  function targetsOf(value: Value): readonly number[] {
    if (value.kind === 'bits')
      return layout.flatMap((cell, index) => ((cell.address & ~value.ones) === 0 ? [index] : []));
    return value.values.flatMap((address) => shared.cellAt.get(address) ?? []);
  }

  /** One way for each lock that it may be; what is known about the address is kept on the way. */
  function lockStep(
    here: Spot,
    instruction: Extract<Instruction, { op: 'lock' | 'unlock' | 'trylock' }>,
    targets: readonly number[],
    registers: Map<number, Value>,
    definitions: Map<number, Expr>,
    on: (known: Environment, locks?: readonly number[], address?: number) => Way,
  ): readonly Way[] {
    if (isTooWide(here, targets)) return wideLockStep(here, instruction, targets, registers, definitions, on);
    const ways: Way[] = [];
    for (const cell of targets) {
      write(cell, exactly(instruction.op === 'unlock' ? 0 : p + 1), false, registers);
      const { address } = layout[cell]!;
      const known = narrow(instruction.address, (value) => value === address, registers, definitions);
      if (known === undefined) continue;
      const after = new Map(known);
      if (instruction.op === 'trylock') after.set(instruction.dst, exactly(1));
      const others = here.locks.filter((lock) => lock !== cell);
      const locks = instruction.op === 'unlock' ? others : [...others, cell].sort((a, b) => a - b);
      ways.push(on(after, locks, address));
    }
    if (instruction.op === 'trylock') {
      const failed = new Map(registers);
      failed.set(instruction.dst, exactly(0));
      ways.push(on(failed));
      forget(instruction.dst, definitions);
    }
    return ways;
  }

  function isTooWide(here: Spot, targets: readonly number[]): boolean {
    if (here.isWide || (targets.length <= MOST_LOCKS && spots.length <= code.length * MOST_SPOTS)) return here.isWide;
    here.isWide = true;
    here.edges.length = 0;
    return true;
  }

  /** A lock that is not told apart is not known to be held after it, and any of its kind may be given back. */
  function wideLockStep(
    here: Spot,
    instruction: Extract<Instruction, { op: 'lock' | 'unlock' | 'trylock' }>,
    targets: readonly number[],
    registers: Map<number, Value>,
    definitions: Map<number, Expr>,
    on: (known: Environment, locks?: readonly number[]) => Way,
  ): readonly Way[] {
    for (const cell of targets) write(cell, exactly(instruction.op === 'unlock' ? 0 : p + 1), false, registers);
    if (instruction.op === 'trylock') assign(instruction.dst, { kind: 'set', values: [0, 1] }, registers, definitions);
    return [
      on(registers, instruction.op === 'unlock' ? here.locks.filter((lock) => !targets.includes(lock)) : here.locks),
    ];
  }

  /** Writes what the access may leave in the cell; gives what a register may get from it. */
  function effect(
    instruction: Extract<Instruction, { address: Expr }>,
    cell: number,
    registers: Map<number, Value>,
    isSure: boolean,
  ): Value {
    const old = registers.get(CELL + cell) ?? shared.cells[cell]!;
    const flag: Value = { kind: 'set', values: [0, 1] };
    const isSum = instruction.op === 'add-unless' || (instruction.op === 'rmw' && instruction.fn === 'add');
    const put = (value: Value, always: boolean): void => write(cell, value, isSure && always, registers, isSum);
    switch (instruction.op) {
      case 'load':
        return maskedValue(old, instruction.mask);
      case 'store':
        put(evaluate(instruction.value, registers), true);
        return old;
      case 'rmw':
        put(modified(instruction.fn, old, evaluate(instruction.operand, registers)), true);
        return maskedValue(old, instruction.mask);
      case 'cmpxchg':
        put(evaluate(instruction.desired, registers), false);
        return old;
      case 'add-unless':
        put(binaryValue('+', old, evaluate(instruction.operand, registers)), false);
        return flag;
      case 'is-locked':
        return flag;
      case 'try-bits':
        put(binaryValue('|', old, exactly(instruction.mask)), true);
        return flag;
      case 'await':
        if (instruction.take) put(binaryValue('|', old, exactly(instruction.mask)), true);
        return old;
      default:
        return old;
    }
  }

  /** `isSure`: the write surely goes to this cell, so that its old value is gone. */
  function write(cell: number, value: Value, isSure: boolean, registers: Map<number, Value>, isSum = false): void {
    const own = registers.get(CELL + cell);
    if (own !== undefined) registers.set(CELL + cell, isSure ? value : join(own, value));
    const joined = join(shared.cells[cell]!, value);
    if (joined === shared.cells[cell]) return;
    shared.growths[cell]!++;
    const isTooMuch = shared.growths[cell]! > (isSum ? PATIENCE_WITH_SUMS : PATIENCE) && joined.kind === 'set';
    shared.cells[cell] = isTooMuch ? (isSum ? ANYTHING : { kind: 'bits', ones: maybeOne(joined) }) : joined;
    shared.clock++;
    shared.changedAt[cell] = shared.clock;
  }

  return { spots, settle };
}

/** Instructions at which several ways may meet, or that follow a lock: what is known there is stored. */
function blockHeads(code: readonly Instruction[]): readonly boolean[] {
  const heads = code.map((_, pc) => pc === 0);
  for (const [pc, instruction] of code.entries()) {
    const isSplit = instruction.op === 'lock' || instruction.op === 'unlock' || instruction.op === 'trylock';
    if (instruction.op === 'branch' || instruction.op === 'jump' || isSplit) {
      for (const to of successors(instruction, pc)) heads[to] = true;
    }
  }
  return heads;
}

function initialLocks(program: Program, p: number): readonly number[] {
  return program.cells.flatMap((cell, index) => (cell.kind === 'lock' && cell.init === p + 1 ? [index] : []));
}

/** Adds or renews an edge. Edges by address come first, the one without an address last: see codegen.ts. */
function link(edges: Edge[], edge: Edge, index: 0 | 1 | undefined): void {
  const same = index ?? edges.findIndex((known) => known.address === edge.address);
  if (same >= 0) edges[same] = edge;
  else if (edge.address === undefined || edges.at(-1)?.address !== undefined) edges.push(edge);
  else edges.splice(edges.length - 1, 0, edge);
}

function touch(here: Spot, cell: number, bits: Bits): void {
  const known = here.touches.get(cell);
  here.touches.set(
    cell,
    known === undefined ? bits : { reads: known.reads | bits.reads, writes: known.writes | bits.writes },
  );
}
