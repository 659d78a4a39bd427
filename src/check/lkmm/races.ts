// Data races of a scenario: conflicting accesses, one of them plain, that LKMM does not order. A class of its own, asked for apart: kernel code
// has many that do no harm.
import type { Program, Refusal, Violation } from '../../types.ts';
import { fullName } from '../words.ts';
import { SCENARIO_BUDGET, unaskable } from './explore.ts';
import { type Budget, search } from './search.ts';
import { traceOf } from './witness.ts';

/** The data races of a program. `bound` says that not all executions were looked at. */
export interface Races {
  readonly races: readonly Violation[]; // sorted; one of each pair of instructions, with an execution that has it
  readonly bound: string | undefined;
}

/**
 * The data races of `program` under LKMM, each with the first execution that has it; an execution is told of one race. Refuses what
 * `exploreLkmm` refuses. Exponential, bounded by `budget`.
 */
export function racesOf(program: Program, budget: Budget = SCENARIO_BUDGET): Races | Refusal {
  const refusal = unaskable(program);
  if (refusal !== undefined) return refusal;
  const found = new Map<string, Violation>();
  const { bound } = search(program, 'lkmm', [], budget, {
    begin: () => found.clear(),
    fault: () => true,
    finished: (graph, axioms) => {
      const race = axioms.raceIn(graph);
      if (race === undefined) return true;
      const spots = race
        .map((event) => graph.events[event]!)
        .sort((a, b) => a.process - b.process)
        .map(({ process, instruction }) => `${program.processes[process]!.name} ${instruction.at.text}`);
      const property = `data race: ${fullName(program.cells[graph.loc[race[0]]!]!)}: ${spots.join(' and ')}`;
      if (!found.has(property))
        found.set(property, {
          property,
          kind: 'fault',
          level: 'information',
          trace: traceOf(program, graph, property),
        });
      return true;
    },
  });
  return { races: [...found.values()].sort((a, b) => (a.property < b.property ? -1 : 1)), bound };
}
