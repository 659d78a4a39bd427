// Which instructions are scheduling points. An access is one when another process may, from somewhere in its code, touch the same
// bits so that the order matters, unless both hold a lock in common. The rest of the code belongs to the step before it.
import type { Instruction, Program } from '../types.ts';
import type { Analysis, Spot } from './analyse.ts';
import { type Bits, conflicts, wordMask } from './footprint.ts';
import type { Stop } from './plan.ts';
import { evaluate } from './values.ts';

/** Accesses of one process to one cell with the same locks held: enough to tell who may disturb whom. */
interface Group {
  readonly cell: number;
  readonly locks: readonly number[];
  readonly kind: 'owner' | 'try' | 'held' | 'other'; // lock and unlock, trylock, assert-held, the rest
  bits: Bits;
}

/** Bits of each cell that some invariant over every state reads. */
export type Watched = ReadonlyMap<number, number>;

/** For each process and spot, what a process does on arriving there and whether a step may run on from there: see plan.ts. */
export interface Stops {
  readonly stop: readonly Stop[];
  readonly movesRight: readonly boolean[];
}

/** Finds the scheduling points. With `hasMovers`, locks take part (Lipton 1975): a step is locks taken, one access, locks given back. */
export function findStops(
  program: Program,
  analysis: Analysis,
  watched: Watched,
  hasMovers: boolean,
): readonly Stops[] {
  const groups = analysis.spots.map((spots, p) => groupsOf(program.processes[p]!.code, spots));
  const pure = pureLocks(program, analysis);
  return analysis.spots.map((spots, p) => {
    const others = groups.flatMap((list, q) => (q === p ? [] : list));
    const stop = spots.map((spot): Stop => {
      const instruction = program.processes[p]!.code[spot.pc]!;
      const blocks = instruction.op === 'lock' || instruction.op === 'await';
      if (instruction.op === 'choose') return instruction.values.length > 1 ? 'point' : 'run';
      const isOpen = [...spot.touches].some(([cell, bits]) => {
        if ((bits.writes & (watched.get(cell) ?? 0)) !== 0) return true;
        return others.some((other) => disturbs(other, instruction, cell, bits, spot.locks));
      });
      if (isOpen) return hasMovers && !blocks ? 'access' : 'point';
      return blocks ? 'soft' : 'run';
    });
    const movesRight = spots.map(
      (spot) => hasMovers && isRightMover(program.processes[p]!.code[spot.pc]!, spot, others),
    );
    return { stop, movesRight };
  });

  /** True for a choice, and for a lock that nobody can see being taken except by waiting for it. */
  function isRightMover(instruction: Instruction, spot: Spot, others: readonly Group[]): boolean {
    if (instruction.op === 'choose') return true;
    if (instruction.op !== 'lock') return false;
    return [...spot.touches.keys()].every(
      (cell) =>
        pure.has(cell) &&
        !watched.has(cell) &&
        others.every(({ cell: theirs, kind }) => theirs !== cell || kind === 'owner' || kind === 'held'),
    );
  }

  /** True when `other` may run between the step before this access and the access, and the order can be told. */
  function disturbs(
    other: Group,
    instruction: Instruction,
    cell: number,
    bits: Bits,
    locks: readonly number[],
  ): boolean {
    if (other.cell !== cell || !conflicts(other.bits, bits)) return false;
    const mine = kindOf(instruction);
    // Whether a process holds a lock cannot change by what others do to the lock as a lock.
    if ((mine === 'held' && other.kind !== 'other') || (other.kind === 'held' && mine !== 'other')) return false;
    if (!hasMovers) return true;
    // While a lock is held, nobody else can take it or give it back: an unlock moves left (Lipton 1975).
    if (instruction.op === 'unlock' && other.kind === 'owner' && locks.includes(cell) && pure.has(cell)) return false;
    return !other.locks.some((lock) => locks.includes(lock) && pure.has(lock));
  }
}

function kindOf({ op }: Instruction): Group['kind'] {
  if (op === 'lock' || op === 'unlock') return 'owner';
  if (op === 'trylock') return 'try';
  return op === 'assert-held' ? 'held' : 'other';
}

function groupsOf(code: readonly Instruction[], spots: readonly Spot[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const spot of spots) {
    const kind = kindOf(code[spot.pc]!);
    for (const [cell, bits] of spot.touches) {
      const key = `${cell}/${kind}/${spot.locks.join()}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { cell, locks: spot.locks, kind, bits });
      else known.bits = { reads: known.bits.reads | bits.reads, writes: known.bits.writes | bits.writes };
    }
  }
  return [...groups.values()];
}

/** Cells that are written by lock, trylock and unlock alone: holding one keeps the others out. */
function pureLocks(program: Program, analysis: Analysis): ReadonlySet<number> {
  const spoiled = new Set<number>();
  for (const [p, spots] of analysis.spots.entries()) {
    for (const spot of spots) {
      const { op } = program.processes[p]!.code[spot.pc]!;
      if (op === 'lock' || op === 'trylock' || op === 'unlock') continue;
      for (const [cell, bits] of spot.touches) if (bits.writes !== 0) spoiled.add(cell);
    }
  }
  return new Set(program.cells.flatMap((_, cell) => (spoiled.has(cell) ? [] : [cell])));
}

/** Bits that the invariants of kind `always` may read. An address that is not a constant is taken to be any cell. */
export function watchedBits(program: Program): Watched {
  const watched = new Map<number, number>();
  for (const invariant of program.invariants) {
    if (invariant.when !== 'always') continue;
    for (const instruction of invariant.code) {
      if (instruction.op !== 'load') continue;
      const address = evaluate(instruction.address, new Map());
      for (const [index, cell] of program.cells.entries()) {
        if (address.kind === 'set' && !address.values.includes(cell.address)) continue;
        watched.set(index, (watched.get(index) ?? 0) | wordMask(instruction.mask));
      }
    }
  }
  return watched;
}
