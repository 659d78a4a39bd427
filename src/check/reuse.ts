// Equal automata have equal verdicts: a patch that leaves the code of a scenario as it was, or that says the same in other words to
// the front end, is not searched again. Lowering gives equal code as one object, so that most questions are answered by identity.
import type { Instruction, Limit, MemoryModel, Outcome, Program } from '../types.ts';

interface Kept {
  readonly program: Program;
  readonly model: MemoryModel;
  readonly limit: Limit;
  readonly outcome: Outcome;
}

const MOST = 16; // outcomes kept for one piece of code; the oldest goes first
const keptBy = new WeakMap<readonly Instruction[], Kept[]>();

/**
 * What `search` returned for an equal question before, or what it returns now: the same code (as objects), cells, invariants, model and
 * limit. Kept as long as the code. Linear in the cells.
 */
export function reused(program: Program, model: MemoryModel, limit: Limit, search: () => Outcome): Outcome {
  const code = program.processes[0]?.code;
  if (code === undefined) return search();
  const kept = keptBy.get(code) ?? [];
  keptBy.set(code, kept);
  const known = kept.find(
    (one) =>
      one.model === model &&
      one.limit.states === limit.states &&
      one.limit.localSteps === limit.localSteps &&
      isEqual(one.program, program),
  );
  if (known !== undefined) return known.outcome;
  const outcome = search();
  if (kept.length === MOST) kept.shift();
  kept.push({ program, model, limit, outcome });
  return outcome;
}

function isEqual(a: Program, b: Program): boolean {
  return (
    a.name === b.name &&
    isEach(a.processes, b.processes) &&
    isEach(a.invariants, b.invariants) &&
    isEach(a.observed, b.observed) &&
    isEach(a.cells, b.cells)
  );
}

function isEach(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((one, k) => isAlike(one, b[k])));
}

/** The same number, or equal in every field: code by being the same object, other objects by what they hold. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const fields = Object.entries(a);
  return (
    fields.length === Object.keys(b).length &&
    fields.every(([name, value]) => {
      const other = (b as Record<string, unknown>)[name];
      return value === other || (name !== 'code' && JSON.stringify(value) === JSON.stringify(other));
    })
  );
}
