// What processes touch while a schedule is followed, and what they read.
import type { Instruction, Program } from '../types.ts';
import { value } from './effect.ts';
import { createMachine, execute, isBlocked, type Machine } from './run.ts';

const MOST_LOCAL = 10_000; // instructions of a process that runs alone

/** Who was seen to touch what. */
export interface Sharing {
  readonly touched: Int32Array; // by cell: the processes that touched it, as bits
  isStale: boolean;
}

/** Notes what processes touch that run one after the other, from `first` on: most of what they ever share. */
export function touchInTurn(program: Program, first: number, { touched }: Sharing): void {
  const n = program.processes.length;
  const machine = createMachine(program, false);
  for (let k = 0; k < n; k++) {
    const p = (first + k) % n;
    for (let left = MOST_LOCAL; left > 0 && machine.status[p] === 'runs' && !isBlocked(machine, p); left--) {
      const { cell } = execute(machine, p, 0);
      if (cell !== undefined) touched[cell] = touched[cell]! | (1 << p);
    }
  }
}

/** Notes that `p` touched a cell; stale when that makes a place to switch of one that was none. */
export function touch(sharing: Sharing, cell: number, p: number): void {
  const before = sharing.touched[cell]!;
  const after = before | (1 << p);
  sharing.touched[cell] = after;
  if (before !== 0 && before !== after && (before & (before - 1)) === 0) sharing.isStale = true;
}

/** A stated value: true and false are any value but 0, and 0. */
export function isAs(stated: boolean | number, given: number): boolean {
  if (typeof stated === 'boolean') return (given !== 0) === stated;
  // A test of a bit gives the bit where the drawing says 1.
  return stated === 1 ? given !== 0 : given === stated;
}

/** The cell that an instruction is about to touch; undefined: none, or an address that is none. */
export function cellOf(instruction: Instruction, machine: Machine, p: number): number | undefined {
  if (!('address' in instruction)) return undefined;
  return machine.cellAt.get(value(instruction.address, machine.registers[p]!));
}
