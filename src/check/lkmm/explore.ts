// Scenario programs under LKMM: end-state invariants, assertions and faults, with an execution for each that is violated.
import type { Instruction, Outcome, Program, Refusal, Violation } from '../../types.ts';
import { validate } from '../program.ts';
import { FAULT } from '../properties.ts';
import { outcomeWords } from '../words.ts';
import { unmodelled } from './code.ts';
import { brokenBy } from './end.ts';
import { finalValue } from './engine.ts';
import { type Budget, search } from './search.ts';
import type { Fault, State } from './state.ts';
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
  const refusal = unaskable(program);
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
        for (const { property, kind, level } of brokenBy(program, graph)) note(property, kind, level, graph);
        terminals.add(outcomeOf(program, graph));
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

/** Why `program` is not explored as execution graphs; undefined when it is. */
export function unaskable(program: Program): Refusal | undefined {
  const always = program.invariants.find((one) => one.when === 'always');
  const timeless = 'expected invariants of the end: without a common clock there is no state at all times';
  return (
    validate(program) ??
    unmodelled(program) ??
    (always === undefined ? undefined : { what: always.name, why: timeless })
  );
}

/** The observed cells at the end, for a person. */
export function outcomeOf(program: Program, graph: State): string {
  return outcomeWords(
    program,
    program.observed.map((cell) => finalValue(graph, cell)),
  );
}

function hasEvent(instruction: Instruction): boolean {
  return 'address' in instruction && instruction.op !== 'assert-held';
}

function faultName(fault: Fault): string {
  if (fault.why.startsWith('expected a lock')) return FAULT.unlock;
  return fault.isNull ? FAULT.nullPointer : FAULT.badAddress;
}
