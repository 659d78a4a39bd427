// Which steps of an execution a reader needs.
import type { Program } from '../types.ts';
import { conflicts } from './footprint.ts';
import type { Executed } from './run.ts';

/** Indices of the events after which the bits in `reads` do not change any more. */
export function lastWrites(events: readonly Executed[], reads: ReadonlyMap<number, number>): number[] {
  const last: number[] = [];
  for (const [cell, bits] of reads) {
    let open = bits;
    for (let index = events.length - 1; index >= 0 && open !== 0; index--) {
      const event = events[index]!;
      if (event.cell !== cell || (event.bits.writes & open) === 0) continue;
      last.push(index);
      open &= ~event.bits.writes;
    }
  }
  return last;
}

/**
 * Indices of the events that a reader needs: where one process sees or spoils what another did, tests of bits that fail,
 * changes of what the violated invariant reads, the violation itself, what the environment chose, and the locks around these or still held
 * at the end. Where no other process runs, what it reads of the invariant's words says why it did what it did.
 */
export function matters(
  program: Program,
  order: readonly Executed[],
  reads: ReadonlyMap<number, number>,
): ReadonlySet<number> {
  const marks = new Set<number>();
  const isAlone = program.processes.length === 1;
  for (const [index, event] of order.entries()) {
    const { op } = program.processes[event.process]!.code[event.pc]!;
    if (event.violated !== undefined || op === 'choose') marks.add(index);
    if (event.cell === undefined || isLocking(program, event)) continue;
    const written = op === 'store' ? event.bits.writes : changedBits(event);
    const bits = isAlone ? written | event.bits.reads : written;
    if ((bits & (reads.get(event.cell) ?? 0)) !== 0) marks.add(index);
    const earlier = lastConflict(order, index);
    if (earlier === undefined) continue;
    marks.add(index);
    marks.add(earlier);
  }
  for (const index of locksAround(program, order, marks)) marks.add(index);
  for (const [enters, leaves] of buffered(program, order)) if (marks.has(leaves)) marks.add(enters);
  return marks;
}

/** Stores that waited while their process did something else: where they entered the buffer, and where they left it. */
function buffered(program: Program, order: readonly Executed[]): readonly (readonly [number, number])[] {
  const waiting: number[][] = program.processes.map(() => []);
  const pairs: [number, number][] = [];
  for (const [index, { process, buffer }] of order.entries()) {
    if (buffer === 'enters') waiting[process]!.push(index);
    if (buffer === 'leaves') pairs.push([waiting[process]!.shift()!, index]);
  }
  return pairs;
}

/** Locks taken and given back around a marked event of the same process, failed tries, and locks that are never given back. */
function locksAround(program: Program, order: readonly Executed[], marks: ReadonlySet<number>): readonly number[] {
  const around: number[] = [];
  const taken = new Map<string, number>(); // process/lock -> index of the event that took it
  for (const [index, event] of order.entries()) {
    if (event.buffer === 'enters') continue;
    if (!isLocking(program, event) || event.before === event.after) {
      if (isLocking(program, event) && event.read === 0) around.push(index);
      continue;
    }
    const key = `${event.process}/${event.cell}`;
    const start = taken.get(key);
    if (start === undefined) {
      taken.set(key, index);
      continue;
    }
    taken.delete(key);
    const isMarked = order.some(
      (other, k) => k > start && k < index && other.process === event.process && marks.has(k),
    );
    if (isMarked) around.push(start, index);
  }
  return [...around, ...taken.values()];
}

function isLocking(program: Program, event: Executed): boolean {
  const { op } = program.processes[event.process]!.code[event.pc]!;
  return op === 'lock' || op === 'unlock' || op === 'trylock';
}

function changedBits(event: Executed): number {
  return (event.before ?? 0) ^ (event.after ?? 0);
}

/**
 * The last earlier access of another process whose order against `order[index]` changed something: it changed bits that this one
 * reads, or read bits that this one changed. Undefined when the process itself wrote those bits in between.
 */
function lastConflict(order: readonly Executed[], index: number): number | undefined {
  const event = order[index]!;
  const changed = changedBits(event);
  let open = event.bits.reads | changed;
  for (let k = index - 1; k >= 0 && open !== 0; k--) {
    const other = order[k]!;
    if (other.cell !== event.cell) continue;
    const theirs = changedBits(other);
    const clash = ((theirs & (event.bits.reads | changed)) | (other.bits.reads & changed)) & open;
    if (other.process !== event.process && clash !== 0 && conflicts(other.bits, event.bits)) return k;
    open &= ~other.bits.writes;
  }
  return undefined;
}
