// What a litmus test says under one memory model, in herd's words.
import type { MemoryModel, Refusal } from '../../types.ts';
import { type Answer, checkLkmm, LITMUS_BUDGET, type Word, wordOf } from '../lkmm/engine.ts';
import type { Budget } from '../lkmm/search.ts';
import type { Quantifier } from './ast.ts';
import { locationWords } from './condition.ts';
import type { Litmus } from './litmus.ts';
import { checkStates } from './tso.ts';

/** The verdict on one test under one model, as data. Under tso nothing is counted: the numbers are undefined. */
export interface LitmusVerdict {
  readonly test: string;
  readonly file: string;
  readonly model: MemoryModel;
  readonly kind: 'complete' | 'bounded' | 'refused';
  readonly word?: Word; // absent: not decided
  readonly positive?: number; // executions where the condition holds
  readonly negative?: number;
  readonly race?: boolean; // lkmm: a data race
  readonly states?: readonly string[];
  readonly bound?: string;
  readonly refusal?: Refusal;
}

const KIND: Readonly<Record<Quantifier, string>> = { exists: 'Allowed', '~exists': 'Forbidden', forall: 'Required' };

/**
 * Checks one test under one model. lkmm and sc count executions (sc: acyclic po | rf | co | fr, by the same search); tso
 * explores states, at most `states` of them.
 */
export function judgeLitmus(
  test: Litmus,
  model: MemoryModel,
  budget: Budget = LITMUS_BUDGET,
  states = 2_000_000,
): LitmusVerdict {
  const head = { test: test.name, file: test.file, model };
  if (model === 'tso') {
    const answer = checkStates(test, model, states);
    if (answer.kind === 'refused') return { ...head, kind: 'refused', refusal: answer.refusal };
    const { word, outcome } = answer;
    const seen = { ...head, states: outcome.terminals };
    return answer.kind === 'complete'
      ? { ...seen, kind: 'complete', word }
      : { ...seen, kind: 'bounded', bound: outcome.bound ?? '', ...decided(word) };
  }
  const answer = checkLkmm(test.program, test.question, budget, model);
  if (answer.kind === 'refused') return { ...head, kind: 'refused', refusal: answer.refusal };
  const { positive, negative, race, bound } = answer;
  return {
    ...head,
    kind: answer.kind,
    ...(answer.kind === 'complete' ? { word: wordOf(positive, negative) } : decided(answer.word)),
    positive,
    negative,
    race,
    states: stateWords(test, answer),
    ...(bound === undefined ? {} : { bound }),
  };
}

/** A search that was given up has seen both ways, or has decided nothing. */
function decided(word: Word): { readonly word?: Word } {
  return word === 'Sometimes' ? { word } : {};
}

function stateWords(test: Litmus, answer: Exclude<Answer, { kind: 'refused' }>): readonly string[] {
  return answer.states
    .map((values) =>
      test.locations.map((location, k) => `${locationWords(location)}=${test.valueWords(values[k]!)};`).join(' '),
    )
    .sort();
}

/** The verdict as herd prints it. `condition` is the condition with its quantifier. */
export function verdictText(verdict: LitmusVerdict, test: Litmus): string {
  const lines = [`Test ${verdict.test} ${KIND[test.quantifier]}`];
  if (verdict.refusal !== undefined) return [...lines, `Refused ${refusalWords(verdict.refusal)}`, ''].join('\n');
  const { states = [], positive, negative, word, bound } = verdict;
  lines.push(`States ${states.length}`, ...states);
  if (word === undefined) lines.push(`Undecided: more than ${bound ?? 'the budget'}`);
  else lines.push(isOk(word, test.quantifier) ? 'Ok' : 'No');
  if (word !== undefined && bound !== undefined) lines.push(`Stopped at ${bound}: states and counts are lower bounds`);
  const counts = positive === undefined || negative === undefined ? '' : ` ${positive} ${negative}`;
  if (counts !== '') {
    // herd counts witnesses of the whole constraint, and observes the condition inside it
    const [held, failed] = test.quantifier === '~exists' ? [negative, positive] : [positive, negative];
    lines.push('Witnesses', `Positive: ${held} Negative: ${failed}`);
  }
  if (verdict.race === true) lines.push('Flag data-race');
  lines.push(`Condition ${test.conditionWords}`);
  lines.push(`Observation ${verdict.test} ${word ?? 'Undecided'}${counts}`, '');
  return lines.join('\n');
}

function isOk(word: Word, quantifier: Quantifier): boolean {
  switch (quantifier) {
    case 'exists':
      return word !== 'Never';
    case '~exists':
      return word === 'Never';
    case 'forall':
      return word === 'Always';
    default:
      return quantifier satisfies never;
  }
}

/** A refusal in one line: file:line: what: why. */
export function refusalWords({ what, why, place }: Refusal): string {
  return `${place === undefined ? '' : `${place.file}:${place.line}: `}${what}: ${why}`;
}
