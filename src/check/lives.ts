// The beginning and the end of processes, and of objects, in terms of words.
import type { Cell, Expr, Instruction, Program, TraceStep } from '../types.ts';

type Bare<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Processes that others spawn or wait for, each with a hidden word. */
export interface Lives {
  readonly cells: readonly Cell[];
  readonly addressOf: ReadonlyMap<number, number>; // process -> its word
  readonly spawned: ReadonlySet<number>;
  readonly joined: ReadonlySet<number>;
  readonly offsets: readonly number[]; // bytes: at which cells stand behind the start of their object
}

/** Bits of the word of a process. */
export const SPAWNED = 1;
const ENDED = 2;

/** The hidden words of the processes that are spawned or joined, behind `last`. */
export function livesOf(program: Program, last: number): Lives {
  const spawned = new Set<number>();
  const joined = new Set<number>();
  for (const { code } of program.processes) {
    for (const one of code) {
      if (one.op === 'spawn') spawned.add(one.process);
      if (one.op === 'join') joined.add(one.process);
    }
  }
  const addressOf = new Map<number, number>();
  const cells = [...new Set([...spawned, ...joined])]
    .sort((a, b) => a - b)
    .map((process, k): Cell => {
      const address = ((last + 15) & ~7) + k * 8;
      addressOf.set(process, address);
      const object = program.processes[process]?.name ?? `process ${process}`;
      return { address, size: 4, object, field: 'life', init: 0, kind: 'word', signed: false };
    });
  return { cells, addressOf, spawned, joined, offsets: offsetsOf(program) };
}

function offsetsOf(program: Program): readonly number[] {
  const starts = new Map<string, number>();
  const offsets = new Set<number>();
  for (const { object, address } of program.cells) {
    const start = starts.get(object) ?? address;
    starts.set(object, start);
    offsets.add(address - start);
  }
  return [...offsets].sort((a, b) => a - b);
}

/** What stands in the place of an instruction: itself, or accesses to the words of processes, or one free a cell. */
export function lifeBlock(instruction: Instruction, p: number, lives: Lives): readonly Bare<Instruction>[] {
  switch (instruction.op) {
    case 'spawn':
      return [mark(lives, instruction.process, SPAWNED)];
    case 'join':
      return [awaitLife(lives, instruction.process, ENDED)];
    case 'end':
    case 'stop':
      return lives.joined.has(p) ? [mark(lives, p, ENDED), instruction] : [instruction];
    case 'free': {
      const { bytes, address } = instruction;
      if (bytes === undefined) return [instruction];
      const inside = lives.offsets.filter((offset) => offset < bytes);
      return inside.map((offset) => ({ op: 'free', address: behind(address, offset) }));
    }
    default:
      return [instruction];
  }
}

/** Waits for a bit in the word of a process. */
export function awaitLife(lives: Lives, process: number, bit: number): Bare<Instruction> {
  return { op: 'await', address: wordOf(lives, process), mask: bit, value: bit, take: false };
}

function mark(lives: Lives, process: number, bit: number): Bare<Instruction> {
  return { op: 'rmw', address: wordOf(lives, process), fn: 'or', operand: { kind: 'const', value: bit }, order: 'mb' };
}

function wordOf(lives: Lives, process: number): Expr {
  return { kind: 'const', value: lives.addressOf.get(process)! };
}

function behind(address: Expr, offset: number): Expr {
  return { kind: 'binary', op: '+', left: address, right: { kind: 'const', value: offset } };
}

/** The step of a trace that stands for an access to the word of a process: none where nothing was written down. */
export function lifeStep(program: Program, given: Instruction, step: TraceStep, pc: number): readonly TraceStep[] {
  if (step.event.includes(' waits for ')) return [{ ...step, pc, cell: undefined }];
  if (given.op !== 'spawn' && given.op !== 'join') return [];
  const name = program.processes[given.process]?.name ?? '';
  const event = given.op === 'spawn' ? `spawn ${name}` : `${name} has ended`;
  return [{ ...step, pc, event, cell: undefined, before: undefined, after: undefined, read: undefined }];
}
