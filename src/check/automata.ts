// Automata of processes and invariants, kept as long as the code they were built from.
import type { Invariant, Program } from '../types.ts';
import { type Automaton, createAutomaton } from './automaton.ts';
import { isLock } from './program.ts';
import { sharesProcessor } from './scheduling.ts';

/** Reductions of the search. Each keeps the violated properties, the terminal outcomes, the deadlocks and the coverage. */
export interface Reductions {
  readonly merge: boolean; // steps that no other process can tell belong to the step before
  readonly deadRegisters: boolean; // a register that is not read any more is 0
  readonly movers: boolean; // accesses under a lock that everybody takes for them are not scheduling points; needs merge
  readonly persistent: boolean; // where the order cannot matter, only some processes step
  readonly symmetry: boolean; // who of the processes that run the same code stands where does not tell states apart
}

/** What an engine is made for. */
export interface EngineOptions {
  readonly reductions: Reductions;
  readonly fuel: number; // instructions in one step; more is a fault
  readonly buffer: number; // stores that a store buffer holds; 0: SC
}

type Cached = Map<string, Automaton>;
const automataOf = new WeakMap<object, Cached>();

/** The automaton of a process; for SC the one that was built for the same code before, if there is one. */
export function automatonOf(program: Program, p: number, { reductions, fuel, buffer }: EngineOptions): Automaton {
  const { code, registers } = program.processes[p]!;
  const held = program.cells.flatMap((cell) => (isLock(cell) && cell.init === p + 1 ? [cell.address] : []));
  const make = (): Automaton =>
    createAutomaton(code, registers, p + 1, held, {
      everyStep: !reductions.merge,
      keepDead: !reductions.deadRegisters,
      fuel,
      buffer,
      isAlone: !sharesProcessor(program, p),
      isCell: (address) => program.cells.some((cell) => cell.address === address),
    });
  if (buffer > 0) return make();
  const key = [p, reductions.merge, reductions.deadRegisters, fuel, registers, ...held].join();
  return cached(code, key, make);
}

/** The automaton of an invariant or a condition: its result is register 0 of its end. */
export function invariantAutomaton(
  { code, registers }: Pick<Invariant, 'code' | 'registers'>,
  fuel: number,
): Automaton {
  const options = { everyStep: false, keepDead: false, fuel, buffer: 0, isAlone: true, isCell: () => true };
  return cached(code, `${registers} ${fuel}`, () => createAutomaton(code, Math.max(1, registers), 0, [], options));
}

function cached(code: object, key: string, make: () => Automaton): Automaton {
  const known: Cached = automataOf.get(code) ?? new Map<string, Automaton>();
  automataOf.set(code, known);
  const automaton = known.get(key) ?? make();
  known.set(key, automaton);
  return automaton;
}
