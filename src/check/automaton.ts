// Processes as graphs of nodes, with the stops and the stored registers that the reductions leave.
import type { Process, Program } from '../types.ts';
import { type Analysis, analyse } from './analyse.ts';
import { liveRegisters } from './live.ts';
import type { Automaton, Field, Node, Plan, Stop } from './plan.ts';
import { successors } from './program.ts';
import { findStops, type Watched, watchedBits } from './sharing.ts';
import { maybeOne, type Value } from './values.ts';

/** Reductions of the search. Each keeps the violated properties, the terminal outcomes, the deadlocks and the coverage. */
export interface Reductions {
  readonly merge: boolean; // steps that no other process can tell belong to the step before
  readonly deadRegisters: boolean; // a register that is not read any more is 0
  readonly movers: boolean; // accesses under a lock that everybody takes for them are not scheduling points; needs merge
  readonly persistent: boolean; // where the order cannot matter, only some processes step
}

/** A plan with what was found out on the way to it. */
export interface Reduced {
  readonly plan: Plan;
  readonly analysis: Analysis;
  readonly watched: Watched;
}

/** The plan of a search without reductions: one node an instruction, a stop at each, all registers kept in 32 bits. */
export function plainPlan(program: Program, fuel: number): Plan {
  const cells = program.cells.map((_, index) => whole(index));
  return { program, automata: program.processes.map(plainAutomaton), cells, fuel, visibleSteps: true };
}

/** The plan of a search with some reductions. */
export function reducedPlan(program: Program, fuel: number, reductions: Reductions): Reduced {
  const analysis = analyse(program);
  const watched = watchedBits(program);
  const stops = reductions.merge ? findStops(program, analysis, watched, reductions.movers) : undefined;
  const automata = program.processes.map((process, p): Automaton => {
    const spots = analysis.spots[p]!;
    const nodes: Node[] = spots.map(({ pc, edges }) => ({ pc, edges }));
    const stop = stops?.[p]?.stop ?? spots.map((): Stop => 'point');
    const movesRight = stops?.[p]?.movesRight ?? spots.map(() => false);
    return { nodes, stop, movesRight, kept: keptRegisters(process, analysis, p, reductions.deadRegisters) };
  });
  const written = writtenCells(analysis);
  const cells = program.cells.flatMap((_, index) =>
    written.has(index) ? [fieldOf(index, analysis.cells[index]!)] : [],
  );
  return { plan: { program, automata, cells, fuel, visibleSteps: !reductions.merge }, analysis, watched };
}

function plainAutomaton(process: Process): Automaton {
  const all = Array.from({ length: process.registers }, (_, index) => whole(index));
  return {
    nodes: process.code.map((instruction, pc) => ({
      pc,
      edges: successors(instruction, pc).map((to) => ({ to, address: undefined })),
    })),
    stop: process.code.map(() => 'point'),
    movesRight: process.code.map(() => false),
    kept: process.code.map(() => all),
  };
}

function keptRegisters(
  process: Process,
  analysis: Analysis,
  p: number,
  onlyLive: boolean,
): readonly (readonly Field[])[] {
  const spots = analysis.spots[p]!;
  const all = Array.from({ length: process.registers }, (_, index) => whole(index));
  if (!onlyLive) return spots.map(() => all);
  const at = (spot: number) => process.code[spots[spot]!.pc]!;
  const next = (spot: number) => spots[spot]!.edges.flatMap(({ to }) => (to < 0 ? [] : [to]));
  const live = liveRegisters(spots.length, at, next);
  return live.map((registers, spot) =>
    registers.map((register) => {
      const value = spots[spot]!.registers.get(register);
      return value === undefined ? whole(register) : fieldOf(register, value);
    }),
  );
}

function whole(index: number): Field {
  return { index, width: 32, shift: 0, base: 0 };
}

/** As many bits as the possible values need: none for a constant. */
function fieldOf(index: number, value: Value): Field {
  if (value.kind === 'set' && value.values.length === 1) return { index, width: 0, shift: 0, base: value.values[0]! };
  const ones = maybeOne(value);
  if (ones < 0) return whole(index);
  const shift = ones === 0 ? 0 : 31 - Math.clz32(ones & -ones);
  return { index, width: Math.max(1, 32 - Math.clz32(ones) - shift), shift, base: 0 };
}

function writtenCells(analysis: Analysis): ReadonlySet<number> {
  const written = new Set<number>();
  for (const spots of analysis.spots) {
    for (const { touches } of spots) for (const [cell, { writes }] of touches) if (writes !== 0) written.add(cell);
  }
  return written;
}
