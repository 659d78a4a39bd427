// Runs a program one instruction at a time, to tell what a search found instruction by instruction.
import type { Expr, Instruction, Invariant, Process, Program } from '../types.ts';
import { Undefined } from './arithmetic.ts';
import { drains, effect, value } from './effect.ts';
import { type Bits, bitsOf, NO_BITS, wordMask } from './footprint.ts';
import { FREED, LOWEST_ADDRESS } from './program.ts';
import { FAULT } from './properties.ts';

/** The state of a program that runs. */
export interface Machine {
  readonly program: Program;
  readonly cells: Float64Array; // 32-bit words, and FREED
  readonly cellAt: ReadonlyMap<number, number>; // byte address -> cell
  readonly registers: readonly Int32Array[];
  readonly pc: number[];
  readonly status: ('runs' | 'ended' | 'dead')[];
  readonly buffers: { readonly pc: number; readonly cell: number; readonly value: number }[][] | undefined; // oldest store first
}

/** One executed instruction. */
export interface Executed {
  readonly process: number;
  readonly pc: number;
  readonly choice: number; // index of the value that a choose took, else 0
  readonly buffer?: 'enters' | 'leaves'; // of a store under TSO
  readonly cell: number | undefined;
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly read: number | undefined; // value that went into a register
  readonly bits: Bits;
  readonly taken: boolean; // of a branch or a trylock
  readonly violated: string | undefined; // the assertion that failed here, or the fault
}

/** A machine at the start of every process; with store buffers for x86-TSO. */
export function createMachine(program: Program, hasBuffers: boolean): Machine {
  return {
    program,
    cells: Float64Array.from(program.cells, (cell) => cell.init),
    cellAt: new Map(program.cells.map((cell, index) => [cell.address, index])),
    registers: program.processes.map((process) => new Int32Array(process.registers)),
    pc: program.processes.map(() => 0),
    status: program.processes.map(() => 'runs'),
    buffers: hasBuffers ? program.processes.map(() => []) : undefined,
  };
}

/** The instruction that process `p` runs next. */
export function nextInstruction(machine: Machine, p: number): Instruction {
  return machine.program.processes[p]!.code[machine.pc[p]!]!;
}

/** True when the next instruction of a running process must wait for a word or for its own store buffer. */
export function isBlocked(machine: Machine, p: number): boolean {
  const instruction = nextInstruction(machine, p);
  if (machine.status[p] !== 'runs') return false;
  if (instruction.op === 'wait-until') return !holds(machine, instruction);
  if (instruction.op !== 'lock' && instruction.op !== 'await') return false;
  const cell = machine.cellAt.get(value(instruction.address, machine.registers[p]!));
  if (cell === undefined) return false;
  const word = machine.cells[cell]!;
  return instruction.op === 'lock' ? word !== 0 : (word & instruction.mask) !== (instruction.value | 0);
}

/** Runs the next instruction of a running process that is not blocked, and says what it did. */
export function execute(machine: Machine, p: number, choice: number): Executed {
  const pc = machine.pc[p]!;
  const instruction = nextInstruction(machine, p);
  const nothing = {
    process: p,
    pc,
    choice,
    cell: undefined,
    before: undefined,
    after: undefined,
    read: undefined,
    bits: NO_BITS,
    taken: false,
    violated: undefined,
  };
  try {
    if ('address' in instruction) return access(machine, nothing, instruction);
    return { ...nothing, ...local(machine, p, instruction, choice) };
  } catch (error) {
    if (!(error instanceof Undefined)) throw error;
    machine.status[p] = 'dead';
    return { ...nothing, violated: FAULT.division };
  }
}

function local(
  machine: Machine,
  p: number,
  instruction: Exclude<Instruction, { address: Expr }>,
  choice: number,
): Partial<Executed> {
  const registers = machine.registers[p]!;
  const pc = machine.pc[p]!;
  machine.pc[p] = pc + 1;
  switch (instruction.op) {
    case 'set':
      registers[instruction.dst] = value(instruction.value, registers);
      return {};
    case 'choose':
      registers[instruction.dst] = instruction.values[choice]!;
      return { read: registers[instruction.dst]! };
    case 'branch': {
      const taken = value(instruction.cond, registers) !== 0;
      machine.pc[p] = taken ? instruction.then : instruction.else;
      return { taken };
    }
    case 'jump':
      machine.pc[p] = instruction.to;
      return {};
    case 'assert':
      return value(instruction.cond, registers) !== 0 ? {} : { violated: `assert: ${instruction.what}` };
    case 'fence':
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'rcu-sync':
    case 'spawn':
    case 'join':
      return {}; // these are words when they run: see expand.ts
    case 'wait-until':
    case 'context':
      return {};
    case 'stop':
    case 'end':
      machine.pc[p] = pc;
      machine.status[p] = 'ended';
      return {};
    default:
      return instruction satisfies never;
  }
}

function access(machine: Machine, nothing: Executed, instruction: Extract<Instruction, { address: Expr }>): Executed {
  const p = nothing.process;
  const registers = machine.registers[p]!;
  const address = value(instruction.address, registers);
  const operand =
    'value' in instruction && typeof instruction.value !== 'number' ? instruction.value : operandOf(instruction);
  const first = operand === undefined ? 0 : value(operand, registers);
  const second =
    instruction.op === 'cmpxchg'
      ? value(instruction.desired, registers)
      : instruction.op === 'add-unless'
        ? value(instruction.unless, registers)
        : instruction.op === 'store' && instruction.expects !== undefined
          ? value(instruction.expects, registers)
          : 0;
  const cell = machine.cellAt.get(address);
  if (cell === undefined && instruction.op === 'free') {
    machine.pc[p] = nothing.pc + 1;
    return nothing;
  }
  if (cell === undefined) {
    machine.status[p] = 'dead';
    return { ...nothing, violated: address >>> 0 < LOWEST_ADDRESS ? FAULT.nullPointer : FAULT.badAddress };
  }
  const own = machine.buffers?.[p]?.findLast((store) => store.cell === cell)?.value;
  const before = own ?? machine.cells[cell]!;
  const bits = own === undefined ? bitsOf(instruction, first, first) : NO_BITS;
  const done = { ...nothing, cell, before, bits };
  if (before === FREED) {
    machine.status[p] = 'dead';
    return { ...done, after: before, violated: FAULT.freed };
  }
  if (instruction.op === 'unlock' && before !== p + 1) {
    machine.status[p] = 'dead';
    return { ...done, after: before, violated: FAULT.unlock };
  }
  machine.pc[p] = nothing.pc + 1;
  const { after, read } = effect(instruction, before, first, second, p + 1);
  const isLost = instruction.op === 'store' && instruction.expects !== undefined && before !== second;
  const lost = isLost ? FAULT.lost : undefined;
  if (
    machine.buffers !== undefined &&
    (instruction.op === 'store' || instruction.op === 'unlock') &&
    !drains(instruction)
  ) {
    machine.buffers[p]!.push({ pc: nothing.pc, cell, value: after });
    return { ...nothing, cell, after, buffer: 'enters', violated: lost };
  }
  machine.cells[cell] = after;
  if ('dst' in instruction && instruction.dst !== undefined && read !== undefined) registers[instruction.dst] = read;
  const isBelow = after < 0 && after !== before && machine.program.cells[cell]!.counter === true;
  const fails = instruction.op === 'assert-held' && before !== p + 1 ? `assert: ${instruction.what}` : undefined;
  const violated = fails ?? lost ?? (isBelow ? FAULT.counter : undefined);
  return {
    ...done,
    after,
    read: 'dst' in instruction && instruction.dst !== undefined ? read : undefined,
    taken: read === 1,
    violated,
  };
}

/** The oldest store of process `p` leaves its buffer. */
export function flushOldest(machine: Machine, p: number): Executed {
  const store = machine.buffers![p]!.shift()!;
  const before = machine.cells[store.cell]!;
  machine.cells[store.cell] = store.value;
  return {
    process: p,
    pc: store.pc,
    choice: 0,
    buffer: 'leaves',
    cell: store.cell,
    before,
    after: store.value,
    read: undefined,
    bits: { reads: 0, writes: -1 },
    taken: false,
    violated: undefined,
  };
}

function operandOf(instruction: Instruction): Expr | undefined {
  if (instruction.op === 'rmw' || instruction.op === 'add-unless') return instruction.operand;
  return instruction.op === 'cmpxchg' ? instruction.expected : undefined;
}

/** The bits of each cell that an invariant reads on the current state: cell -> bits. Stops after `fuel` instructions. */
export function readsOf(machine: Machine, invariant: Invariant, fuel: number): ReadonlyMap<number, number> {
  const registers = new Int32Array(Math.max(1, invariant.registers));
  const read = new Map<number, number>();
  let pc = 0;
  for (let left = fuel; left > 0; left--) {
    const instruction = invariant.code[pc]!;
    pc++;
    if (instruction.op === 'end') return read;
    if (instruction.op === 'jump') pc = instruction.to;
    try {
      if (instruction.op === 'set') registers[instruction.dst] = value(instruction.value, registers);
      if (instruction.op === 'branch')
        pc = value(instruction.cond, registers) !== 0 ? instruction.then : instruction.else;
      if (instruction.op !== 'load') continue;
      const cell = machine.cellAt.get(value(instruction.address, registers));
      if (cell === undefined) return read;
      read.set(cell, (read.get(cell) ?? 0) | wordMask(instruction.mask));
      registers[instruction.dst] = machine.cells[cell]! & wordMask(instruction.mask);
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      return read;
    }
  }
  return read;
}

const LONGEST_CONDITION = 10_000; // instructions

/** Whether a condition over cells leaves another value than 0 in register 0. */
function holds(machine: Machine, { code, registers }: Extract<Instruction, { op: 'wait-until' }>): boolean {
  const condition: Process = { name: '', label: '', cpu: '', code, registers: Math.max(1, registers) };
  const alone = createMachine({ ...machine.program, processes: [condition] }, false);
  alone.cells.set(machine.cells);
  for (let left = LONGEST_CONDITION; left > 0 && alone.status[0] === 'runs'; left--) execute(alone, 0, 0);
  return alone.registers[0]![0] !== 0;
}
