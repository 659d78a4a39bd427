// The verdicts of a program under a memory model: SC and x86-TSO by states, LKMM by whichever of two ways comes to an end.
import type { Limit, MemoryModel, Outcome, Program, Violation } from '../types.ts';
import { explore } from './explore.ts';
import { exploreLkmm } from './lkmm/explore.ts';
import { groundOf } from './lkmm/footing.ts';
import type { Reach } from './lkmm/values.ts';
import { reused } from './reuse.ts';
import type { Robustness } from './robust/cycles.ts';
import { robustness } from './robust/cycles.ts';
import { skeletonOf } from './robust/paths.ts';

// Lowered kernel code has hundreds of accesses. Where few of them are contended, the graphs are few all the same.
const GRAPHS = { graphs: 20_000, nodes: 20_000, unroll: 3 };
const FEW_GRAPHS = { graphs: 2_000, nodes: 1_000, unroll: 3 };
const FEW_EVENTS = 48;
const GUESSES = [0, 1].flatMap((waits) => [false, true].map((lastFirst) => ({ waits, lastFirst })));

/**
 * Explores `program` under `model`. Under LKMM the answer is that of SC when the program is robust (no critical cycle of its accesses
 * is consistent, so that no execution is left that is not SC); else every execution graph is enumerated; and when that does not end,
 * the outcome is `bounded` and holds what SC violates, since every SC execution is one of LKMM.
 * Exponential in the program; each way has its own limit. An equal program has the outcome that it had before.
 */
export function decide(program: Program, model: MemoryModel, limit: Limit): Outcome {
  return reused(program, model, limit, () =>
    model === 'lkmm' ? decideLkmm(program, limit) : explore(program, model, limit),
  );
}

function decideLkmm(program: Program, limit: Limit): Outcome {
  const model = 'lkmm';
  const sc = decide(program, 'sc', limit);
  if (sc.kind === 'refused') return { ...sc, model };
  const skeleton = skeletonOf(program);
  const test = robustness(program, skeleton);
  if (test.kind === 'robust') return { ...sc, model, basis: basisOf(test.cycles) };
  const { events } = groundOf(program, []);
  const reach = skeleton.kind === 'paths' ? skeleton.reach : undefined;
  const graphs = exploreLkmm(program, events > FEW_EVENTS ? FEW_GRAPHS : GRAPHS, reach);
  if (graphs.kind === 'complete')
    return {
      ...graphs,
      violations: merged(sc.violations, graphs.violations),
      basis: `${graphs.states.toLocaleString('en')} execution graphs`,
    };
  const found = graphs.kind === 'bounded' ? [...graphs.violations, ...guessed(program, reach)] : [];
  return {
    ...sc,
    kind: 'bounded',
    model,
    violations: merged(sc.violations, found),
    bound: `${whyNot(program, test)}; ${graphs.kind === 'refused' ? graphs.refusal.why : `more than ${graphs.bound ?? 'the budget'} to enumerate ${events} accesses`}`,
  };
}

/** What is violated in executions that a search finds soon: each of them is one of the whole program. */
function guessed(program: Program, reach: Reach | undefined): readonly Violation[] {
  return GUESSES.flatMap((guess) => {
    const outcome = exploreLkmm(program, { ...FEW_GRAPHS, guess }, reach);
    return outcome.kind === 'refused' ? [] : outcome.violations;
  });
}

function basisOf(cycles: number): string {
  return cycles === 0
    ? 'as under SC: no two processes conflict in two cells'
    : `as under SC: ${cycles.toLocaleString('en')} critical cycles of accesses, none of them consistent`;
}

function whyNot(program: Program, test: Exclude<Robustness, { kind: 'robust' }>): string {
  if (test.kind === 'unknown') return test.why;
  const spots = test.spots.map(({ process, pc }) => {
    const { name, code } = program.processes[process]!;
    return `${name} ${code[pc]!.at.text}`;
  });
  return `not ordered as under SC: ${spots.join(', ')}`;
}

/** The shorter explanation wins: a schedule of SC before an execution graph. */
function merged(first: readonly Violation[], second: readonly Violation[]): Violation[] {
  const known = new Set<string>();
  const fresh = (one: Violation): boolean => !known.has(one.property) && known.add(one.property) !== undefined;
  return [...first, ...second].filter(fresh).sort((a, b) => (a.property < b.property ? -1 : 1));
}
