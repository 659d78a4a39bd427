// The paths of each process, with the accesses that other processes can see, whatever these read. Cells that no other
// process writes are followed by value, like registers; a value that comes from elsewhere may be anything, and a pointer
// from elsewhere is one of the values that are ever stored there.
import type { Instruction, Program } from '../../types.ts';
import { Undefined } from '../arithmetic.ts';
import { Full } from '../lkmm/append.ts';
import { unmodelled } from '../lkmm/code.ts';
import type { Event } from '../lkmm/event.ts';
import type { Footing, Ground } from '../lkmm/footing.ts';
import { groundOf } from '../lkmm/footing.ts';
import type { Cells } from '../lkmm/issue.ts';
import type { Fuel } from '../lkmm/local.ts';
import { runLocal, take } from '../lkmm/local.ts';
import { noEvents } from '../lkmm/sets.ts';
import { Fault, initial } from '../lkmm/state.ts';
import type { Term, Value } from '../lkmm/term.ts';
import type { Reach } from '../lkmm/values.ts';
import { access } from './access.ts';
import type { Facts } from './facts.ts';
import { Unknown } from './facts.ts';
import { idleCells } from './idle.ts';
import { decides, sameThroughout } from './sums.ts';
import type { Walk } from './walk.ts';
import { copyOf, forked } from './walk.ts';

/** One way through a process: its visible events in program order, and the cell of each. */
export interface Path {
  readonly events: readonly Event[];
  readonly loc: readonly number[]; // by event: cell, -1 for plain RCU
  readonly words: number; // 32-bit words of a row
  readonly quiet: ReadonlySet<number>; // reads whose value follows from the process's own writes: of bits that no other changes
  readonly cases: readonly (readonly Condition[])[]; // what its reads give: all conditions of one of the cases hold
}

/** A condition on what the reads of a path give, by event. */
export interface Condition {
  readonly value: Value;
  readonly holds: boolean;
}

export type Skeleton =
  | {
      readonly kind: 'paths';
      readonly paths: readonly (readonly Path[])[]; // by process, each path once
      readonly reach: Reach;
      readonly idle: ReadonlySet<number>; // cells that nothing which is asked depends on
    }
  | { readonly kind: 'unknown'; readonly why: string };

const FUEL: Fuel = { unroll: 8, steps: 20_000 };
const MOST_PATHS = 4_000; // of one process
const MOST_WALKS = 40_000; // pieces of paths between forks, of one process
const MOST_ROUNDS = 12; // of the fixed point over who writes what
const WIDEST = 8; // words of a row: 256 events a path

/** Every path of every process of `program`. Exponential in the branches that foreign values decide. */
export function skeletonOf(program: Program): Skeleton {
  const refusal = unmodelled(program);
  if (refusal !== undefined) return { kind: 'unknown', why: `${refusal.what}: ${refusal.why}` };
  const facts: Facts = {
    accessors: program.cells.map(() => new Set<number>()),
    writers: program.cells.map(() => new Set<number>()),
    values: program.cells.map(() => program.processes.map(() => new Set<number>())),
    isOpen: program.cells.map(() => program.processes.map(() => false)),
    bits: program.cells.map(() => program.processes.map(() => ({ sets: 0, clears: 0, copies: 0 }))),
    isSum: program.cells.map(({ kind }) => kind !== 'lock'),
    spans: program.cells.map(() => program.processes.map(() => ({ least: 0, most: 0 }))),
    needed: new Set(),
    sources: program.cells.map(() => new Set<number>()),
    reach: program.processes.map(({ code }) => code.map(() => new Set<number>())),
    size: 0,
  };
  const ground = groundOf(program, []);
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = facts.size;
      const paths = program.processes.map((_, process) => walkAll(program, process, facts, ground));
      if (facts.size !== before) continue;
      const reach = facts.reach.map((code) => code.map((cells) => [...cells].sort((a, b) => a - b)));
      return { kind: 'paths', paths, reach, idle: idleCells(program, facts) };
    }
    return { kind: 'unknown', why: 'the cells that are written depend on one another in a ring' };
  } catch (error) {
    if (error instanceof Unknown) return { kind: 'unknown', why: error.message };
    throw error;
  }
}

function walkAll(program: Program, process: number, facts: Facts, ground: Ground): Path[] {
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

function walk(program: Program, process: number, facts: Facts, footing: Footing, words: number, cells: Cells): Path[] {
  const inits = program.cells.map((cell) => cell.init | 0);
  const registers = program.processes.map((one) => one.registers);
  const open: Walk[] = [
    {
      state: initial(words, inits, registers),
      memory: new Map(),
      known: new Map(),
      sums: new Map(),
      ranges: new Map(),
      quiet: new Set(),
    },
  ];
  const found = new Map<string, Path>();
  const { name } = program.processes[process]!;
  let walks = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (++walks > MOST_WALKS || found.size > MOST_PATHS) throw new Unknown(`${name} has more than ${MOST_PATHS} paths`);
    const next = advance(program, process, facts, footing, cells, at);
    if (next === 'end') {
      const { events, loc } = at.state;
      const key = events
        .map((event, k) => `${event.is}@${loc[k]}${at.quiet.has(k) ? '-' : ''}:${event.rows.join()}:${valueKey(event)}`)
        .join(';');
      const taken = [...at.known].map(([value, holds]): Condition => ({ value: JSON.parse(value) as Value, holds }));
      const known = found.get(key);
      found.set(key, { events, loc, words, quiet: at.quiet, cases: [...(known?.cases ?? []), taken] });
    } else open.push(...next);
  }
  return [...found.values()];
}

/** What an event stores, and what it has to read: paths that differ there are told apart. */
function valueKey({ value, demand }: Event): string {
  return JSON.stringify([value, demand]);
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
            if (sameThroughout(value, (read) => at.ranges.get(read)) === undefined) decides(facts, value, at.state.loc);
            cpu.pc++;
            break;
          }
          return branches(at, process, facts, footing, instruction, value);
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

/** Both ways of a branch, or the one that the same condition took before. */
function branches(
  at: Walk,
  process: number,
  facts: Facts,
  footing: Footing,
  instruction: Extract<Instruction, { op: 'branch' }>,
  value: Term,
): Walk[] {
  const key = JSON.stringify(value);
  const taken = at.known.get(key) ?? sameThroughout(value, (read) => at.ranges.get(read));
  if (taken === undefined) decides(facts, value, at.state.loc);
  const ways = taken === undefined ? [true, false] : [taken];
  return ways.flatMap((holds) => {
    const fork = copyOf(at);
    fork.known.set(key, holds);
    const stop = take(fork.state, fork.state.cpus[process]!, footing, instruction, holds, FUEL);
    if (stop === undefined) return [fork];
    if (stop.kind === 'folded') return [];
    throw new Unknown('a loop has no bound');
  });
}
