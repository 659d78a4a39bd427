// The executions of a scenario under LKMM on the code versions that tell most: for the pages.
import { executionsOf } from './check/lkmm/executions.ts';
import type { Code } from './codes.ts';
import type { LoweredCode } from './explorer.ts';
import type { Executions, Refusal } from './types.ts';
import type { GraphCode, ScenarioGraphs } from './web/graph-data.ts';

const EXECUTIONS = 40; // of each code
const NODES = 100; // steps of the search with a choice: a twentieth of a second

/**
 * Enumerates the executions of a scenario on each of `codes`. Codes with the same executions as one before them are left out, as are those
 * that could not be lowered or asked, each with its reason.
 */
export function scenarioGraphs(
  codes: readonly (LoweredCode | { readonly code: Code; readonly refusal: Refusal })[],
): ScenarioGraphs {
  const shown: GraphCode[] = [];
  const left: string[] = [];
  const known = new Map<string, string>(); // program -> code
  for (const lowered of codes) {
    const { id, words } = lowered.code;
    const program = 'refusal' in lowered ? id : JSON.stringify(lowered.program);
    const twin = known.get(program);
    if (twin !== undefined) {
      left.push(`${id}: the same code as ${twin}`);
      continue;
    }
    known.set(program, id);
    const found: Executions | Refusal =
      'refusal' in lowered ? lowered.refusal : executionsOf(lowered.program, EXECUTIONS, NODES);
    if ('what' in found) left.push(`${id}: not modelled: ${found.what}: ${found.why}`);
    else if (found.executions.length === 0) left.push(`${id}: no execution within ${NODES} steps of the search`);
    else shown.push({ id, words, executions: found });
  }
  return { codes: shown, left };
}
