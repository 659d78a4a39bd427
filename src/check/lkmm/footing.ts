// What is known of a program before any execution: its cells by address, and what each process may still write from each place on.
import type { Expr, Instruction, Program } from '../../types.ts';
import { successors } from './code.ts';
import { type Flow, flowOf } from './flow.ts';
import { type Reach, reachOf } from './values.ts';

/** A process, prepared for the search. */
export interface Footing {
  readonly code: readonly Instruction[];
  readonly registers: number;
  readonly flow: Flow;
  /** Feeds (see feedOf) that may still be written from instruction pc on. */
  readonly mayWrite: readonly Uint8Array[];
  /** By instruction: what its marked write feeds, unless it is a release, which nothing overtakes. */
  readonly ownFeeds: readonly Uint8Array[];
  /** 1 for full fences: what stands behind one is ordered behind every earlier read. */
  readonly stops: Uint8Array;
  /** The same by plain stores, wherever they stand. */
  readonly mayWritePlain: readonly Uint8Array[];
}

/** A program, prepared for the search. */
export interface Ground {
  readonly program: Program;
  readonly cellAt: ReadonlyMap<number, number>; // byte address -> cell
  readonly isLock: readonly boolean[]; // by cell
  readonly processes: readonly Footing[];
  readonly events: number; // most events of one execution, when no loop runs twice
}

/** Index of what feeds reads of a cell. The words of a lock have two kinds of writers: who takes it (1) and who frees it (0). */
export function feedOf(cell: number, takes: boolean): number {
  return 2 * cell + (takes ? 1 : 0);
}

/**
 * Prepares a program; `kept` are the registers, by process, that are looked at when it has ended, `reach` the cells that an
 * execution can access by each instruction, when that is known.
 */
export function groundOf(
  program: Program,
  kept: readonly (readonly number[])[],
  reach: Reach = reachOf(program),
): Ground {
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const isLock = program.cells.map((cell) => cell.kind === 'lock');
  const processes = program.processes.map((process, p): Footing => {
    const { code, registers } = process;
    const own = (which: Writes): readonly Uint8Array[] =>
      code.map((instruction, pc) => written(instruction, isLock, which, reach[p]![pc]));
    return {
      code,
      registers,
      flow: flowOf(code, registers, kept[p] ?? []),
      mayWrite: feeds(code, own('all')),
      ownFeeds: own('ahead'),
      stops: Uint8Array.from(code, (one) => (isFull(one) ? 1 : 0)),
      mayWritePlain: feeds(code, own('plain')),
    };
  });
  const events = processes.reduce((sum, { code }) => sum + longest(code), 0);
  return { program, cellAt, isLock, processes, events };
}

/** Every write, the marked ones that may overtake an earlier read, or the plain ones. */
type Writes = 'all' | 'ahead' | 'plain';

/** Backward data flow of feeds. */
function feeds(code: readonly Instruction[], own: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = own[0]!.length;
  const result = code.map(() => new Uint8Array(size));
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) {
      const instruction = code[pc]!;
      const set = result[pc]!;
      for (let k = 0; k < size; k++) {
        if (set[k] === 1) continue;
        const isWritten = own[pc]![k] === 1 || successors(instruction, pc).some((to) => result[to]![k] === 1);
        if (!isWritten) continue;
        set[k] = 1;
        changed = true;
      }
    }
  }
  return result;
}

/** True for an instruction that orders everything before it before everything after it, whatever path it takes. */
function isFull(instruction: Instruction): boolean {
  if (instruction.op === 'fence') return instruction.fence === 'mb';
  if (instruction.op === 'rmw') return instruction.order === 'mb';
  return instruction.op === 'rcu-sync';
}

function written(
  instruction: Instruction,
  isLock: readonly boolean[],
  which: Writes,
  reach: readonly number[] | undefined,
): Uint8Array {
  const set = new Uint8Array(2 * isLock.length);
  if (writesTo(instruction, which) === undefined) return set;
  const takes = instruction.op === 'lock' || instruction.op === 'trylock';
  const locks = takes || instruction.op === 'unlock';
  // an address that is not known names every lock, or every other cell
  const cells = reach ?? isLock.flatMap((one, cell) => (one === locks ? [cell] : []));
  for (const cell of cells) set[feedOf(cell, takes)] = 1;
  return set;
}

function writesTo(instruction: Instruction, which: Writes): Expr | undefined {
  const ahead = which === 'ahead';
  if (which === 'plain')
    return instruction.op === 'store' && instruction.order === 'plain' ? instruction.address : undefined;
  switch (instruction.op) {
    case 'store':
      return ahead && (instruction.order === 'release' || instruction.order === 'plain')
        ? undefined
        : instruction.address;
    case 'rmw':
    case 'cmpxchg':
    case 'add-unless':
      return ahead && (instruction.order === 'release' || instruction.order === 'mb') ? undefined : instruction.address;
    case 'await':
      return instruction.take ? instruction.address : undefined;
    case 'try-bits':
    case 'lock':
    case 'trylock':
      return instruction.address;
    case 'unlock':
      return ahead ? undefined : instruction.address;
    case 'rcu-unlock':
      return instruction.domain;
    default:
      return undefined;
  }
}

/** Most events on one path that runs no instruction twice. */
function longest(code: readonly Instruction[]): number {
  const memo = new Int32Array(code.length + 1);
  for (let pc = code.length - 1; pc >= 0; pc--) {
    let most = 0;
    for (const to of successors(code[pc]!, pc)) if (to > pc) most = Math.max(most, memo[to]!);
    memo[pc] = most + eventsOf(code[pc]!);
  }
  // a jump back before a jump forward: count every instruction once
  const back = code.some((instruction, pc) => successors(instruction, pc).some((to) => to <= pc));
  return back ? 2 * code.reduce((sum, one) => sum + eventsOf(one), 0) : memo[0]!;
}

function eventsOf(instruction: Instruction): number {
  switch (instruction.op) {
    case 'rmw':
    case 'cmpxchg':
    case 'add-unless':
    case 'try-bits':
    case 'lock':
    case 'trylock':
      return 2;
    case 'await':
      return instruction.take ? 2 : 1;
    case 'load':
    case 'store':
    case 'unlock':
    case 'is-locked':
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'rcu-sync':
      return 1;
    default:
      return 0;
  }
}
