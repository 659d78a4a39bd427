// Scenario programs under LKMM: end-state invariants, assertions and faults, with an execution for each that is violated.
import type { Instruction, Invariant, Outcome, Program, Violation } from '../../types.ts';
import { binary } from '../arithmetic.ts';
import { validate } from '../program.ts';
import { FAULT } from '../properties.ts';
import { outcomeWords } from '../words.ts';
import { unmodelled } from './code.ts';
import { finalValue } from './engine.ts';
import { type Budget, search } from './search.ts';
import type { Fault, State } from './state.ts';
import { evaluate, type Value } from './term.ts';
import type { Reach } from './values.ts';
import { traceOf } from './witness.ts';

/** A budget for one scenario: seconds. */
export const SCENARIO_BUDGET: Budget = { graphs: 200_000, nodes: 1_000_000, unroll: 3 };

/**
 * Explores every execution of `program` that LKMM allows. `states` counts execution graphs, `transitions` the choices of the search.
 * `bounded` when the budget is used up. Refused: invariants that hold always, which has no meaning without a common clock, and
 * instructions without LKMM events. Misses deadlocks: an execution that does not end is none (explore them under SC).
 * Exponential in the conflicting accesses.
 */
export function exploreLkmm(program: Program, budget: Budget = SCENARIO_BUDGET, reach?: Reach): Outcome {
  const model = 'lkmm' as const;
  const always = program.invariants.find((one) => one.when === 'always');
  const refusal =
    validate(program) ??
    unmodelled(program) ??
    (always === undefined
      ? undefined
      : {
          what: always.name,
          why: 'expected invariants of the end: without a common clock there is no state at all times',
        });
  if (refusal !== undefined) return { kind: 'refused', model, refusal };
  const violations = new Map<string, Violation>();
  const terminals = new Set<string>();
  const covered = program.processes.map(({ code }) => new Uint8Array(code.length));
  const note = (property: string, kind: Violation['kind'], level: Violation['level'], graph: State): void => {
    if (!violations.has(property))
      violations.set(property, { property, kind, level, trace: traceOf(program, graph, property) });
  };
  const found = search(
    program,
    model,
    [],
    budget,
    {
      begin: () => {
        violations.clear();
        terminals.clear();
      },
      fault: (graph, fault) => {
        note(faultName(fault), 'fault', 'error', graph);
        return true;
      },
      finished: (graph, axioms) => {
        // plain accesses that race may do anything: what is found with them on a guess convinces nobody
        if (budget.guess !== undefined && axioms.races(graph)) return true;
        for (const event of graph.events) covered[event.process]![event.pc] = 1;
        for (const { what } of graph.failures) note(`assert: ${what}`, 'assert', 'error', graph);
        const cells = program.cells.map((_, cell) => finalValue(graph, cell));
        terminals.add(
          outcomeWords(
            program,
            program.observed.map((cell) => cells[cell]!),
          ),
        );
        for (const invariant of program.invariants) {
          const result = holdsAtEnd(program, invariant, cells);
          if (result === true) continue;
          if (result === undefined) note(`${FAULT.invariant} ${invariant.name}`, 'fault', 'error', graph);
          else note(invariant.name, 'invariant', invariant.level, graph);
        }
        return true;
      },
    },
    reach,
  );
  return {
    kind: found.bound === undefined ? 'complete' : 'bounded',
    model,
    states: found.graphs,
    transitions: found.nodes,
    violations: [...violations.values()].sort((a, b) => (a.property < b.property ? -1 : 1)),
    terminals: [...terminals].sort(),
    unreached: program.processes.flatMap((process, p) =>
      process.code.flatMap((instruction, pc) =>
        hasEvent(instruction) && covered[p]![pc] === 0 ? [{ process: process.name, at: instruction.at }] : [],
      ),
    ),
    bound: found.bound,
  };
}

function hasEvent(instruction: Instruction): boolean {
  return 'address' in instruction && instruction.op !== 'assert-held';
}

function faultName(fault: Fault): string {
  if (fault.why.startsWith('expected a lock')) return FAULT.unlock;
  return fault.isNull ? FAULT.nullPointer : FAULT.badAddress;
}

const STEPS = 100_000; // instructions of one invariant

/** The truth of an invariant on the values of the cells; undefined when it cannot be evaluated. */
function holdsAtEnd(program: Program, invariant: Invariant, cells: readonly number[]): boolean | undefined {
  const registers: Value[] = new Array<Value>(invariant.registers).fill(0);
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  let pc = 0;
  for (let step = 0; step < STEPS; step++) {
    const instruction = invariant.code[pc]!;
    switch (instruction.op) {
      case 'end':
        return registers[0] !== 0;
      case 'set':
        registers[instruction.dst] = evaluate(instruction.value, registers);
        pc++;
        break;
      case 'load': {
        const cell = cellAt.get(evaluate(instruction.address, registers) as number);
        if (cell === undefined) return undefined;
        const mask = instruction.mask ?? 0;
        registers[instruction.dst] = mask === 0 ? cells[cell]! : binary('&', cells[cell]!, mask);
        pc++;
        break;
      }
      case 'branch':
        pc = evaluate(instruction.cond, registers) !== 0 ? instruction.then : instruction.else;
        break;
      case 'jump':
        pc = instruction.to;
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}
