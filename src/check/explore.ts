// The checker: a program, a memory model and a limit go in, an Outcome comes out.
import type { CodePoint, Limit, MemoryModel, Outcome, Program } from '../types.ts';
import { persistentSets } from './ample.ts';
import { plainPlan, type Reductions, reducedPlan } from './automaton.ts';
import { generate } from './codegen.ts';
import { asGiven, expand } from './expand.ts';
import { layOut } from './layout.ts';
import { isAccess, validate } from './program.ts';
import { type Found, search } from './search.ts';
import { buildTrace } from './trace.ts';
import { outcomeWords } from './words.ts';

const LOCAL_STEPS = 10_000;
const ALL: Reductions = { merge: true, deadRegisters: true, movers: true, persistent: true };

/**
 * Explores every execution of `program` under `model`.
 * Returns `bounded` when `limit.states` (distinct states) or the memory is used up, `complete` when every state was visited, and
 * `refused` for a model or a program that is not modelled. The search does not stop at a violation. Traces are shortest in scheduling
 * steps. A process that faults stops there; the others run on, but that run has no end, no outcome and no deadlock.
 * `reductions` switches reductions off (all are on): the result must not change, only the counts. Exponential in the program.
 */
export function explore(
  program: Program,
  model: MemoryModel,
  limit: Limit,
  reductions: Partial<Reductions> = {},
): Outcome {
  if (model !== 'sc') {
    const what = model === 'tso' ? 'x86-TSO' : 'LKMM';
    return { kind: 'refused', model, refusal: { what, why: `expected the model sc; ${what} is not explored` } };
  }
  const refusal = validate(program);
  if (refusal !== undefined) return { kind: 'refused', model, refusal };
  const expanded = expand(program);
  if ('what' in expanded) return { kind: 'refused', model, refusal: expanded };
  const outcome = exploreWords(expanded.program, model, limit, reductions);
  if (expanded.origin === undefined || outcome.kind === 'refused') return outcome;
  const violations = outcome.violations.map((one) => ({
    ...one,
    trace: asGiven(one.trace, program, expanded.origin),
  }));
  return { ...outcome, violations, unreached: outcome.unreached.filter(({ at }) => !isHidden(program, at)) };
}

function isHidden(program: Program, at: CodePoint): boolean {
  return program.processes.some(({ code }) => code.some((one) => one.at === at && one.op.startsWith('rcu-')));
}

function exploreWords(program: Program, model: MemoryModel, limit: Limit, reductions: Partial<Reductions>): Outcome {
  const chosen = { ...ALL, ...reductions };
  const fuel = limit.localSteps ?? LOCAL_STEPS;
  const isReduced = chosen.merge || chosen.deadRegisters || chosen.movers || chosen.persistent;
  const reduced = isReduced ? reducedPlan(program, fuel, chosen) : undefined;
  const plan = reduced?.plan ?? plainPlan(program, fuel);
  const layout = layOut(plan);
  const engine = generate(plan, layout);
  const choose = chosen.persistent
    ? persistentSets(plan, layout, reduced!.analysis, reduced!.watched, engine.vector)
    : undefined;
  const found = search(plan, layout, engine, limit, choose);
  return {
    kind: found.complete ? 'complete' : 'bounded',
    model,
    states: Math.min(found.table.count, limit.states),
    transitions: found.transitions,
    violations: found.witnesses.map((witness) => ({
      property: witness.property,
      kind: witness.kind,
      level: witness.level,
      trace: buildTrace(plan, found, witness),
    })),
    terminals: terminalsOf(program, found),
    unreached: program.processes.flatMap((process, p) =>
      process.code.flatMap((instruction, pc) =>
        isAccess(instruction) && engine.covered[p]![pc] === 0 ? [{ process: process.name, at: instruction.at }] : [],
      ),
    ),
    bound: found.bound,
  };
}

function terminalsOf(program: Program, found: Found): readonly string[] {
  return found.terminals.map((values) => outcomeWords(program, values)).sort();
}
