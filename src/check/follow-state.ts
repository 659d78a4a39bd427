// The states of following a schedule, and the turns that lead to them.
import type { Program } from '../types.ts';
import type { CallSite } from './calls.ts';
import { FREED } from './program.ts';
import { createMachine, execute, type Machine } from './run.ts';

/** A stated call that has begun and has not returned. */
export interface Open {
  readonly step: number;
  readonly process: number;
  readonly site: CallSite;
  readonly isCrossed: boolean; // another process has begun a stated call meanwhile
  readonly holdsStep: boolean; // the same process has begun a later stated call inside
}

/** A state: the machine, and how far the schedule has come. */
export interface Node {
  readonly machine: Machine;
  readonly last: readonly number[]; // per process, the instruction that it ran last; -1: none
  readonly taken: readonly number[]; // by step begun: the process
  readonly open: readonly Open[];
  readonly parent: number; // index into turns; -1: the start
}

/** What a process ran without a break: `length` instructions, the first one with `choice`. */
export interface Turn {
  readonly process: number;
  readonly length: number;
  readonly choice: number | undefined;
  readonly begins: boolean; // a stated call, with its first instruction
  readonly parent: number;
}

const STATUS = { runs: 0, ended: 1, dead: 2 } as const;

/** A state as text, equal for equal states: words as two characters each, so that nothing is printed in decimals. `marked`: by process, where a stated call can be. */
export function keyOf({ machine, last, taken, open }: Node, marked: readonly ReadonlySet<number>[]): string {
  const text: number[] = [];
  const add = (word: number): void => {
    text.push(word & 0xffff, (word >>> 16) & 0xffff);
  };
  for (const cell of machine.cells) {
    add(cell);
    if (cell === FREED) text.push(1);
  }
  for (const [p, pc] of machine.pc.entries()) {
    for (const register of machine.registers[p]!) add(register);
    text.push(pc, STATUS[machine.status[p]!], marked[p]!.has(pc) ? last[p]! + 1 : 0);
  }
  text.push(...taken, 0xffff);
  for (const { step, process, isCrossed, holdsStep } of open)
    text.push(step, process, (isCrossed ? 1 : 0) + (holdsStep ? 2 : 0));
  return String.fromCharCode(...text);
}

/** A machine that runs on without the given one. */
export function copied(machine: Machine): Machine {
  return {
    ...machine,
    cells: machine.cells.slice(),
    registers: machine.registers.map((registers) => registers.slice()),
    pc: [...machine.pc],
    status: [...machine.status],
  };
}

/** The turns from the start to the one at `last`, an index into `turns`; -1: none. */
export function turnsTo(turns: readonly Turn[], last: number): Turn[] {
  const order: Turn[] = [];
  for (let at = last; at >= 0; at = turns[at]!.parent) order.push(turns[at]!);
  return order.reverse();
}

/** Calls of what a process is stated to call that it makes besides, before its last stated one. */
export function unstatedIn(
  program: Program,
  sites: readonly (readonly (readonly CallSite[])[])[],
  order: readonly Turn[],
  taken: readonly number[],
): number {
  const machine = createMachine(program, false);
  const last = program.processes.map(() => -1);
  const open = program.processes.map(() => 0); // since the last stated call
  let unstated = 0;
  for (const { process: p, length, choice, begins } of order) {
    for (let k = 0; k < length; k++) {
      const pc = machine.pc[p]!;
      const isStated = begins && k === 0;
      const isCall = taken.some(
        (process, step) => process === p && sites[p]![step]!.some(({ pcs }) => pcs.has(pc) && !pcs.has(last[p]!)),
      );
      if (isCall && !isStated) open[p]!++;
      if (isStated) {
        unstated += open[p]!;
        open[p] = 0;
      }
      execute(machine, p, k === 0 ? (choice ?? 0) : 0);
      last[p] = pc;
    }
  }
  return unstated;
}

/** Turns as a path for replay: '0*12/1:2/1*4'. */
export function pathOf(turns: readonly Turn[]): string {
  const parts: { process: number; length: number; choice: number | undefined }[] = [];
  const add = (process: number, length: number, choice: number | undefined): void => {
    const last = parts.at(-1);
    if (length === 0) return;
    if (choice === undefined && last?.process === process && last.choice === undefined) last.length += length;
    else parts.push({ process, length, choice });
  };
  for (const { process, length, choice } of turns) {
    if (choice !== undefined) add(process, 1, choice);
    add(process, choice === undefined ? length : length - 1, undefined);
  }
  return parts
    .map(({ process, length, choice }) =>
      choice !== undefined ? `${process}:${choice}` : length === 1 ? `${process}` : `${process}*${length}`,
    )
    .join('/');
}
