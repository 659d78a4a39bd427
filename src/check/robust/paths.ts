// The paths of each process, with the accesses that other processes can see, whatever these read. Cells that no other
// process writes are followed by value, like registers; a value that comes from elsewhere may be anything, and a pointer
// from elsewhere is one of the values that are ever stored there.
import type { Instruction, Program } from '../../types.ts';
import { Undefined } from '../arithmetic.ts';
import type { Event } from '../lkmm/event.ts';
import type { Footing } from '../lkmm/footing.ts';
import { groundOf } from '../lkmm/footing.ts';
import type { Cells } from '../lkmm/issue.ts';
import { Fault, fence, isRead, issueRead, issueWrite, valueIn, variantsOf } from '../lkmm/issue.ts';
import type { Fuel } from '../lkmm/local.ts';
import { runLocal, take } from '../lkmm/local.ts';
import type { Cpu, State } from '../lkmm/state.ts';
import { copy, Full, initial, noEvents, union } from '../lkmm/state.ts';
import type { Term, Value } from '../lkmm/term.ts';
import { combine } from '../lkmm/term.ts';
import type { Facts } from './facts.ts';
import { change, learn, Unknown, wrote } from './facts.ts';
import { addressOf, changedBits, effectsOf, inputs, isFull, nextOf } from './outcomes.ts';

/** One way through a process: its visible events in program order, and the cell of each. */
export interface Path {
  readonly events: readonly Event[];
  readonly loc: readonly number[]; // by event: cell, -1 for plain RCU
  readonly words: number; // 32-bit words of a row
}

export type Skeleton =
  | { readonly kind: 'paths'; readonly paths: readonly (readonly Path[])[] } // by process, each path once
  | { readonly kind: 'unknown'; readonly why: string };

const FUEL: Fuel = { unroll: 8, steps: 20_000 };
const MOST_PATHS = 4_000; // of one process
const MOST_WALKS = 40_000; // pieces of paths between forks, of one process
const MOST_ROUNDS = 12; // of the fixed point over who writes what
const FEW = 4; // values of a foreign cell that are told apart
const WIDEST = 8; // words of a row: 256 events a path

/** Every path of every process of `program`. Exponential in the branches that foreign values decide. */
export function skeletonOf(program: Program): Skeleton {
  const facts: Facts = {
    accessors: program.cells.map(() => new Set<number>()),
    writers: program.cells.map(() => new Set<number>()),
    values: program.cells.map((cell) => new Set([cell.init | 0])),
    isOpen: program.cells.map(() => false),
    changes: program.cells.map(() => program.processes.map(() => 0)),
    size: 0,
  };
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = facts.size;
      const paths = program.processes.map((_, process) => walkAll(program, process, facts));
      if (facts.size === before) return { kind: 'paths', paths };
    }
    return { kind: 'unknown', why: 'the cells that are written depend on one another in a ring' };
  } catch (error) {
    if (error instanceof Unknown) return { kind: 'unknown', why: error.message };
    throw error;
  }
}

function walkAll(program: Program, process: number, facts: Facts): Path[] {
  const ground = groundOf(program, []);
  for (let words = 2; words <= WIDEST; words *= 2) {
    try {
      return walk(program, process, facts, ground.processes[process]!, words, {
        cellAt: ground.cellAt,
        isLock: ground.isLock,
        code: ground.processes.map(({ code }) => code),
      });
    } catch (error) {
      if (!(error instanceof Full)) throw error;
    }
  }
  throw new Unknown(`a path of ${program.processes[process]!.name} has more than ${WIDEST * 32} accesses`);
}

interface Held {
  readonly value: Value;
  readonly depends: Int32Array;
}

interface Walk {
  readonly state: State;
  readonly memory: Map<number, Held>; // cells that it accessed; of those that others write, the bits they leave alone count
  readonly known: Map<string, boolean>; // conditions on foreign values that were taken
}

function walk(program: Program, process: number, facts: Facts, footing: Footing, words: number, cells: Cells): Path[] {
  const inits = program.cells.map((cell) => cell.init | 0);
  const registers = program.processes.map((one) => one.registers);
  const open: Walk[] = [{ state: initial(words, inits, registers), memory: new Map(), known: new Map() }];
  const found = new Map<string, Path>();
  const { name } = program.processes[process]!;
  let walks = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (++walks > MOST_WALKS || found.size > MOST_PATHS) throw new Unknown(`${name} has more than ${MOST_PATHS} paths`);
    const next = advance(program, process, facts, footing, cells, at);
    if (next === 'end') {
      const { events, loc } = at.state;
      const key = events.map((event, k) => `${event.is}@${loc[k]}:${event.rows.join()}`).join(';');
      if (!found.has(key)) found.set(key, { events, loc, words });
    } else open.push(...next);
  }
  return [...found.values()];
}

/** Runs a walk up to its next fork. */
function advance(
  program: Program,
  process: number,
  facts: Facts,
  footing: Footing,
  cells: Cells,
  at: Walk,
): 'end' | Walk[] {
  const cpu = at.state.cpus[process]!;
  try {
    for (;;) {
      const stop = runLocal(at.state, cpu, footing, cells, FUEL);
      switch (stop.kind) {
        case 'end':
          return 'end';
        case 'folded':
          return []; // the execution without that turn has a path of its own, and no more order
        case 'unrolled':
        case 'endless':
          throw new Unknown(`a loop of ${program.processes[process]!.name} has no bound`);
        case 'choose':
          return stop.instruction.values.map((value) =>
            forked(at, process, (one) => {
              one.registers[stop.instruction.dst] = value;
              one.depends[stop.instruction.dst] = noEvents(at.state.words);
              one.pc++;
            }),
          );
        case 'fork': {
          const { instruction, value } = stop;
          if (instruction.op === 'assert') {
            cpu.pc++;
            break;
          }
          return branches(at, process, footing, instruction, value);
        }
        case 'access': {
          const forks = access(program, process, facts, cells, at);
          if (forks !== undefined) return forks;
          break;
        }
        default:
          return stop satisfies never;
      }
    }
  } catch (error) {
    // A pointer that names nothing or a division by zero: the process stops there.
    if (error instanceof Fault || error instanceof Undefined) return 'end';
    throw error;
  }
}

function forked(at: Walk, process: number, change: (cpu: Cpu) => void): Walk {
  const fork = { state: copy(at.state), memory: new Map(at.memory), known: new Map(at.known) };
  change(fork.state.cpus[process]!);
  return fork;
}

/** Both ways of a branch, or the one that the same condition took before. */
function branches(
  at: Walk,
  process: number,
  footing: Footing,
  instruction: Extract<Instruction, { op: 'branch' }>,
  value: Term,
): Walk[] {
  const key = JSON.stringify(value);
  const taken = at.known.get(key);
  const ways = taken === undefined ? [true, false] : [taken];
  return ways.flatMap((holds) => {
    const fork = { state: copy(at.state), memory: new Map(at.memory), known: new Map(at.known) };
    fork.known.set(key, holds);
    const stop = take(fork.state, fork.state.cpus[process]!, footing, instruction, holds, FUEL);
    if (stop === undefined) return [fork];
    if (stop.kind === 'folded') return [];
    throw new Unknown('a loop has no bound');
  });
}

// ---------------------------------------------------------------- accesses

/** Does one access. Returns the forks when there is more than one way on; undefined when the walk itself went on. */
function access(program: Program, process: number, facts: Facts, cells: Cells, at: Walk): Walk[] | undefined {
  const { state } = at;
  const cpu = state.cpus[process]!;
  const instruction = cells.code[process]![cpu.pc]!;
  const address = valueIn(state, cpu, addressOf(instruction));
  if (typeof address !== 'number') throw new Unknown(`the address in ${instruction.at.text} is not known`);
  const cell = cells.cellAt.get(address);
  if (cell === undefined) throw new Fault(instruction, 'expected the address of an object');
  learn(facts, facts.accessors[cell]!, process);
  const isForeign = [...facts.writers[cell]!].some((one) => one !== process);
  if (isForeign) return visible(program, process, facts, cells, at, cell);
  return own(process, facts, cells, at, cell, program.cells[cell]!.init | 0);
}

/** An access to a cell that others write: what is read may be anything. */
function visible(
  program: Program,
  process: number,
  facts: Facts,
  cells: Cells,
  at: Walk,
  cell: number,
): Walk[] | undefined {
  const instruction = cells.code[process]![at.state.cpus[process]!.pc]!;
  if (!isRead(instruction)) {
    const w = issueWrite(at.state, at.state.cpus[process]!, cells);
    wrote(facts, process, cell, at.state.events[w]!.value);
    change(facts, process, cell, -1);
    remember(at, cell, at.state.events[w]!.value);
    return undefined;
  }
  const old = at.memory.get(cell)?.value ?? program.cells[cell]!.init | 0;
  const variants = variantsOf(instruction);
  if (variants.length > 1)
    return variants.map((variant) => {
      const fork = { state: copy(at.state), memory: new Map(at.memory), known: new Map(at.known) };
      const r = issueRead(fork.state, fork.state.cpus[process]!, cells, variant);
      const { partner } = fork.state.events[r]!;
      if (partner < 0) return fork;
      wrote(facts, process, cell, fork.state.events[partner]!.value);
      change(facts, process, cell, instruction.op === 'try-bits' ? instruction.mask : -1);
      remember(
        fork,
        cell,
        instruction.op === 'try-bits' ? combine('|', old, instruction.mask) : fork.state.events[partner]!.value,
      );
      return fork;
    });
  const cpu = at.state.cpus[process]!;
  const bits = changedBits(at.state, cpu, instruction);
  const next = typeof old === 'number' ? nextOf(at.state, cpu, instruction, old) : undefined;
  const r = issueRead(at.state, cpu, cells, 'only');
  const { partner } = at.state.events[r]!;
  if (partner >= 0) {
    wrote(facts, process, cell, at.state.events[partner]!.value);
    change(facts, process, cell, bits);
    remember(at, cell, next ?? at.state.events[partner]!.value);
  }
  return narrowed(process, facts, at, cell, instruction, old);
}

/** What a read of a foreign cell can give when the others leave its bits alone, or store only few values there. */
function narrowed(
  process: number,
  facts: Facts,
  at: Walk,
  cell: number,
  instruction: Instruction,
  old: Value,
): Walk[] | undefined {
  if ((instruction.op !== 'load' && instruction.op !== 'rmw') || instruction.dst === undefined) return undefined;
  const { dst } = instruction;
  const mask = instruction.mask === undefined || instruction.mask === 0 ? -1 : instruction.mask;
  const foreign = facts.changes[cell]!.reduce((all, one, other) => (other === process ? all : all | one), 0);
  const cpu = at.state.cpus[process]!;
  if ((mask & foreign) === 0 && typeof old === 'number') {
    cpu.registers[dst] = old & mask;
    return undefined;
  }
  const values = new Set([...facts.values[cell]!].map((value) => value & mask));
  if (instruction.op !== 'load' || facts.isOpen[cell] || values.size > FEW) return undefined;
  return [...values].map((value) =>
    forked(at, process, (one) => {
      one.registers[dst] = value;
    }),
  );
}

function remember(at: Walk, cell: number, value: Value): void {
  at.memory.set(cell, { value, depends: noEvents(at.state.words) });
}

/** An access to a cell that only this process writes, if any does: it reads its own last write. */
function own(process: number, facts: Facts, cells: Cells, at: Walk, cell: number, init: number): Walk[] | undefined {
  const cpu = at.state.cpus[process]!;
  const instruction = cells.code[process]![cpu.pc]!;
  const { words } = at.state;
  const held = at.memory.get(cell) ?? { value: init, depends: noEvents(words) };
  const effects = effectsOf(at.state, cpu, instruction, held.value);
  const isSeen = facts.accessors[cell]!.size > 1;
  const follow = (fork: Walk, { effect, variant }: (typeof effects)[number]): Walk => {
    const one = fork.state.cpus[process]!;
    const data = inputs(one, instruction, words);
    if (effect.next !== undefined) {
      wrote(facts, process, cell, effect.next);
      change(facts, process, cell, changedBits(fork.state, one, instruction));
    }
    // Others read the cell, so that the write is an event; what the process reads itself is known anyway.
    if (isSeen && effect.next !== undefined) {
      if (isRead(instruction)) issueRead(fork.state, one, cells, variant);
      else issueWrite(fork.state, one, cells);
    } else {
      if (isFull(instruction)) fence(one, 'mb', words);
      one.pc++;
    }
    if (effect.next !== undefined) {
      const depends = effect.result === undefined && !isRead(instruction) ? data : union(held.depends, data);
      fork.memory.set(cell, { value: effect.next, depends });
    }
    if (effect.dst !== undefined && effect.result !== undefined) {
      one.registers[effect.dst] = effect.result;
      one.depends[effect.dst] = held.depends;
    }
    return fork;
  };
  const [single] = effects;
  if (effects.length !== 1 || single === undefined)
    return effects.map((one) =>
      follow({ state: copy(at.state), memory: new Map(at.memory), known: new Map(at.known) }, one),
    );
  follow(at, single);
  return undefined;
}
