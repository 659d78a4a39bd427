// The entry of the LKMM engine for litmus tests: a program and a question go in, counts and a witness come out.
import { assert } from '../../errors.ts';
import type { MemoryModel, Program, Refusal } from '../../types.ts';
import { validate } from '../program.ts';
import { unmodelled } from './code.ts';
import { type Budget, search } from './search.ts';
import type { Fault, State } from './state.ts';

/** A value at the end of an execution: a register of a process, or a cell. */
export type Observable =
  | { readonly kind: 'register'; readonly process: number; readonly register: number }
  | { readonly kind: 'cell'; readonly cell: number };

/** What is asked about each execution, in the values of `observables` at its end. */
export interface Question {
  readonly observables: readonly Observable[];
  readonly holds: (values: readonly number[]) => boolean;
  readonly keeps?: (values: readonly number[]) => boolean; // executions without it do not count
}

/** herd's word for a question: in no execution, in some, in all. */
export type Word = 'Never' | 'Sometimes' | 'Always';

/** The answer for one program under one model. Executions are counted as herd counts them. */
export type Answer =
  | {
      readonly kind: 'complete' | 'bounded';
      readonly model: Exclude<MemoryModel, 'tso'>;
      readonly positive: number; // executions where the question holds
      readonly negative: number;
      readonly word: Word; // of a bounded answer: what was seen so far
      readonly race: boolean; // some execution has a data race
      readonly states: readonly (readonly number[])[]; // distinct values of the observables, sorted
      readonly graphs: number;
      readonly nodes: number; // steps of the search with a choice
      readonly bound: string | undefined;
      readonly witness: State | undefined; // one execution where the question holds
    }
  | { readonly kind: 'refused'; readonly model: MemoryModel; readonly refusal: Refusal };

/** A budget for one litmus test: a minute at most; herd7 gives up on fewer executions than these in that time. */
export const LITMUS_BUDGET: Budget = { graphs: 300_000, nodes: 300_000, unroll: 3 };

/**
 * Counts the executions of `program` under `model` where `question` holds. Exact: every consistent execution once, but for
 * values out of thin air, which have none here, and for turns of loops that change nothing. `bounded` when the budget is used up.
 */
export function checkLkmm(
  program: Program,
  question: Question,
  budget: Budget = LITMUS_BUDGET,
  model: Exclude<MemoryModel, 'tso'> = 'lkmm',
): Answer {
  const invalid = validate(program) ?? unmodelled(program);
  if (invalid !== undefined) return { kind: 'refused', model, refusal: invalid };
  const kept: number[][] = program.processes.map(() => []);
  for (const one of question.observables) if (one.kind === 'register') kept[one.process]!.push(one.register);
  const fresh = () => ({ positive: 0, negative: 0, race: false, witness: undefined as State | undefined });
  let tally = fresh();
  const states = new Map<string, readonly number[]>();
  const met: { fault?: Fault } = {};
  const found = search(program, model, kept, budget, {
    begin: () => {
      tally = fresh();
      states.clear();
    },
    fault: (_graph, one) => {
      met.fault = one;
      return false;
    },
    finished: (graph, axioms) => {
      const values = question.observables.map((one) => observe(graph, one));
      if (question.keeps !== undefined && !question.keeps(values)) return true;
      states.set(values.join(','), values);
      if (question.holds(values)) {
        tally.positive++;
        tally.witness ??= graph;
      } else tally.negative++;
      if (model === 'lkmm' && !tally.race) tally.race = axioms.races(graph);
      return true;
    },
  });
  if (met.fault !== undefined) {
    const { instruction, why } = met.fault;
    const place = instruction.at.frames[0];
    const refusal = { what: instruction.at.text, why };
    return { kind: 'refused', model, refusal: place === undefined ? refusal : { ...refusal, place } };
  }
  return {
    kind: found.bound === undefined ? 'complete' : 'bounded',
    model,
    ...tally,
    word: wordOf(tally.positive, tally.negative),
    states: [...states.values()].sort(byValues),
    graphs: found.graphs,
    nodes: found.nodes,
    bound: found.bound,
  };
}

/** Never, Sometimes or Always; Never when nothing was counted. */
export function wordOf(positive: number, negative: number): Word {
  if (positive === 0) return 'Never';
  return negative === 0 ? 'Always' : 'Sometimes';
}

/** The value of an observable at the end of a finished execution. */
export function observe(graph: State, one: Observable): number {
  switch (one.kind) {
    case 'register': {
      const value = graph.cpus[one.process]!.registers[one.register]!;
      assert(typeof value === 'number', 'expected a finished execution without open values');
      return value;
    }
    case 'cell':
      return finalValue(graph, one.cell);
    default:
      return one satisfies never;
  }
}

/** The value of the last write to a cell in coherence order. */
export function finalValue(graph: State, cell: number): number {
  const last = graph.co[cell]!.at(-1)!;
  return last < 0 ? graph.init[cell]! : graph.value[last]!;
}

function byValues(a: readonly number[], b: readonly number[]): number {
  for (const [k, value] of a.entries()) if (value !== b[k]) return value - b[k]!;
  return 0;
}
