// The words of a verdict. Calm and exact: never "safe", "proved" or a severity.

import type { MemoryModel, Review, ReviewCheck, ReviewPatch, Verdict } from '../types.ts';
import { counted, listed, thousands } from './text.ts';
import { checksOf, errorsOf, runsOf } from './view.ts';

/** How loudly a line speaks, for colour alone. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** Returns the name of a memory model as kernel people write it. */
export function modelName(model: MemoryModel): string {
  switch (model) {
    case 'sc':
      return 'SC';
    case 'tso':
      return 'x86-TSO';
    case 'lkmm':
      return 'LKMM';
    default:
      return model satisfies never;
  }
}

/** Returns the names of the memory models that ran, in the order sc, tso, lkmm; 'no memory model' when nothing ran. */
export function modelNames(review: Review): string {
  const order: readonly MemoryModel[] = ['sc', 'tso', 'lkmm'];
  const ran = order.filter((model) => review.checks.some((check) => check.model === model));
  return ran.length === 0 ? 'no memory model' : listed(ran.map(modelName));
}

/** Returns what a patch does, in words: 'closes it', 'does not apply: ...', 'not reviewed: no rule covers a(), b()'. */
export function patchWords(patch: ReviewPatch): string {
  if (!patch.applies) return `does not apply: ${patch.reason ?? 'no reason was given'}`;
  switch (patch.verdict) {
    case 'closes':
      return patch.opens === undefined ? 'closes it' : 'closes, but opens';
    case 'does-not-close':
      return patch.opens === undefined ? 'does not close it' : 'opens another';
    case 'opens':
      return 'opens it';
    case 'keeps':
      return 'keeps';
    case 'not-exercised':
      return 'not exercised by any scenario';
    case 'not-reviewed':
      return notReviewed(patch);
    case 'unknown':
      return 'not decided';
    default:
      return patch.verdict satisfies never;
  }
}

function notReviewed(patch: ReviewPatch): string {
  if (isCommentsOnly(patch)) return 'not reviewed: only comments change';
  if (patch.functions.length === 0) return 'not reviewed: it touches no function';
  return `not reviewed: no rule covers ${patch.functions.map((name) => `${name}()`).join(', ')}`;
}

/** True when every changed line looks like a comment, or is blank. A comment that looks like code is taken for code. */
function isCommentsOnly({ hunks = [] }: ReviewPatch): boolean {
  const changed = hunks.flatMap(({ lines }) =>
    lines.filter((line) => /^[-+]/.test(line)).map((line) => line.slice(1).trim()),
  );
  return (
    changed.length > 0 &&
    changed.every((line) => line === '' || /^(?:\/\/|\/\*(?!.*\*\/.*\S)|\*(?:\s|\/?$))/.test(line))
  );
}

/** Returns the colour class of a patch verdict. */
export function patchTone(patch: ReviewPatch): Tone {
  if (!patch.applies) return 'warn';
  if (patch.verdict === 'opens' || patch.opens !== undefined) return 'bad';
  if (patch.verdict === 'does-not-close' || patch.verdict === 'unknown') return 'warn';
  return patch.verdict === 'closes' ? 'good' : 'plain';
}

/** Returns the colour class of one scenario's verdict. */
export function verdictTone(verdict: Verdict | undefined): Tone {
  return verdict === 'violated' ? 'bad' : verdict === 'bounded' || verdict === 'refused' ? 'warn' : 'plain';
}

/** Returns what the author of a fix said later about it, in brackets, or ''. */
export function statusWords(review: Review, patch: ReviewPatch): string {
  const parts = patch.parts ?? [patch.id];
  const claims = review.claims.filter(
    (claim) => claim.id === patch.claim || claim.patches.some((id) => parts.includes(id)),
  );
  const words = claims.flatMap((claim) => {
    if (claim.kind !== 'fix' || claim.status === 'stands') return [];
    if (patch.parts !== undefined)
      return [`(${parts.find((id) => claim.patches.includes(id)) ?? 'one of them'} is ${claim.status})`];
    const by = claim.status === 'withdrawn' ? ' by its author' : '';
    return [`(${claim.status}${by}${claim.statusQuote === undefined ? '' : `: "${claim.statusQuote}"`})`];
  });
  return [...new Set(words)].join(' ');
}

/**
 * Returns what the searches of `patch` found when none was violated: 'No violation found in 1,204 states under SC'.
 * States are summed over scenarios. Returns undefined when some search was violated, or when none ran.
 */
export function cleanSearchWords(review: Review, patch: string): string | undefined {
  const checks = errorsOf(checksOf(review, patch));
  if (checks.length === 0 || checks.some((check) => check.after.verdict === 'violated')) return undefined;
  const runs = runsOf(checks);
  const states = runs.reduce((sum, run) => sum + run.after.states, 0);
  const models = [...new Set(runs.map((run) => modelName(run.model)))];
  const open = runs.filter((run) => run.after.verdict !== 'holds');
  const sentence = `No violation found in ${thousands(states)} states under ${listed(models)}`;
  if (open.length === 0) return `${sentence} (${counted(runs.length, 'scenario')}, each search exhausted).`;
  const where = listed(open.map((run) => run.scenario));
  const why = reasonsOf(open);
  if (open.length === runs.length && open.every((run) => run.after.verdict === 'refused')) {
    return `Not decided under ${listed(models)}: ${where} refused. ${why}.`;
  }
  return `${sentence}, but not decided in ${where}: ${why}.`;
}

/** Returns why searches were stopped or refused: the first reason in full, and how many others there are. */
export function reasonsOf(runs: readonly ReviewCheck[]): string {
  const [first, ...others] = [
    ...new Set(runs.map((run) => run.after.why ?? `${run.after.verdict}, no reason was given`)),
  ];
  return others.length === 0
    ? (first ?? '')
    : `${first ?? ''} (and ${counted(others.length, 'more reason')}, in the JSON)`;
}
