// The checker: a program, a memory model and a limit go in, an Outcome comes out.
import type { CodePoint, Limit, MemoryModel, Outcome, Program } from '../types.ts';
import type { Reductions } from './automata.ts';
import { createEngine } from './engine.ts';
import { asGiven, expand } from './expand.ts';
import { hasLoops } from './livelock.ts';
import { lockCycles } from './lockorder.ts';
import type { Given } from './path.ts';
import { isAccess, validate } from './program.ts';
import { hasConditions, isScheduled } from './scheduling.ts';
import { type Finding, type Found, search } from './search.ts';
import { buildTrace } from './trace.ts';
import { outcomeWords } from './words.ts';

const LOCAL_STEPS = 10_000;
const ALL: Reductions = { merge: true, deadRegisters: true, movers: true, persistent: true, symmetry: true };
const STORE_BUFFER = 8; // stores
const MOST_BYTES = 4e9;

/** Switches, for tests and measurements: the result must not change. */
export interface ExploreOptions extends Reductions {
  readonly buffer: number; // stores that a store buffer holds under TSO
  readonly bytes: number; // that the states may take; 4 GB unless told
}

/**
 * Explores every execution of `program` under `model`, SC or x86-TSO.
 * Returns `bounded` when `limit.states` (distinct states) or `bytes` are used up, or when a store had to wait for room in a store
 * buffer; `complete` when every state was visited; `refused` for a model or a program that is not modelled. The search does not stop
 * at a violation. Traces are shortest in scheduling steps. A process that faults stops there; the others run on, but that run has no
 * end, no outcome and no deadlock. `options` switches reductions off (all are on): the result must not change, only the counts.
 * Exponential in the program.
 */
export function explore(
  program: Program,
  model: MemoryModel,
  limit: Limit,
  options: Partial<ExploreOptions> = {},
): Outcome {
  if (model === 'lkmm')
    return {
      kind: 'refused',
      model,
      refusal: { what: 'LKMM', why: 'expected the model sc or tso; LKMM is not explored' },
    };
  const refusal = validate(program);
  if (refusal !== undefined) return { kind: 'refused', model, refusal };
  const expanded = expand(program);
  if ('what' in expanded) return { kind: 'refused', model, refusal: expanded };
  const outcome = exploreWords({ program, words: expanded }, model, limit, options);
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

function exploreWords(given: Given, model: 'sc' | 'tso', limit: Limit, options: Partial<ExploreOptions>): Outcome {
  const { program } = given.words;
  // Where a process can keep others of its processor from running, the middle of a step can be told from its ends.
  const isPlain = !isScheduled(program, model === 'tso');
  const isFree = isPlain && !hasConditions(program);
  const wished = { ...ALL, ...options };
  const reductions = {
    ...wished,
    movers: wished.movers && isPlain,
    persistent: wished.persistent && isFree,
    symmetry: wished.symmetry && isPlain,
  };
  const fuel = limit.localSteps ?? LOCAL_STEPS;
  const buffer = model === 'tso' ? (options.buffer ?? STORE_BUFFER) : 0;
  const found: Finding[] = [];
  const engine = createEngine(program, { reductions, fuel, buffer }, (process, property) =>
    found.push({ process, property }),
  );
  const repeats = reductions.merge || reductions.persistent || reductions.symmetry;
  const result = search(program, engine, found, {
    limit,
    fuel,
    persistent: reductions.persistent,
    cycles: hasLoops(program),
    bytes: options.bytes ?? MOST_BYTES,
    repeats,
  });
  if (result === undefined) return exploreWords(given, model, limit, { ...options, symmetry: false });
  const lockOrder = lockCycles(program, engine);
  const bound = result.bound ?? (engine.wasFull() ? `store buffers of ${buffer} stores` : undefined);
  return {
    kind: bound === undefined ? 'complete' : 'bounded',
    model,
    states: result.states,
    transitions: result.transitions,
    violations: result.witnesses.map((witness) => ({
      property: witness.property,
      kind: witness.kind,
      level: witness.level,
      trace: buildTrace(program, engine, { fuel, hasBuffers: buffer > 0, isOrderFixed: !isFree, given }, witness),
    })),
    terminals: terminalsOf(program, result),
    unreached: program.processes.flatMap((process, p) =>
      process.code.flatMap((instruction, pc) =>
        isAccess(instruction) && engine.graph.covered[p]![pc] === 0
          ? [{ process: process.name, at: instruction.at }]
          : [],
      ),
    ),
    bound,
    ...(lockOrder.length === 0 ? {} : { lockOrder }),
  };
}

function terminalsOf(program: Program, found: Found): readonly string[] {
  return found.terminals.map((values) => outcomeWords(program, values)).sort();
}
