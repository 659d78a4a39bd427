// Questions a report asks of a Review. No layout here.

import type { MemoryModel, Review, ReviewCheck, ReviewPatch, ReviewSide, ReviewTrace } from '../types.ts';

/** One rule under one memory model: what a table of verdicts is about. */
export interface RuleRun {
  readonly rule: string;
  readonly model: MemoryModel;
  readonly scenarios: readonly string[]; // in the order they ran
  readonly informs: boolean; // none of its checks is an error: it was brought up by functions of its other side
}

/** Returns the checks of one patch; '' asks for the base alone. */
export function checksOf(review: Review, patch: string): readonly ReviewCheck[] {
  return review.checks.filter((check) => check.patch === patch);
}

/** Returns the checks of invariants that are errors; what is only information never decides a verdict. */
export function errorsOf(checks: readonly ReviewCheck[]): readonly ReviewCheck[] {
  return checks.filter((check) => check.level === 'error');
}

/** Returns one check for each search: a search visits its states once, however many invariants it looks at. */
export function runsOf(checks: readonly ReviewCheck[]): readonly ReviewCheck[] {
  const worst = new Map<string, ReviewCheck>();
  for (const check of checks) {
    const key = `${check.rule}/${check.scenario}/${check.model}`;
    const other = worst.get(key);
    if (other === undefined || rank(check.after) > rank(other.after)) worst.set(key, check);
  }
  return [...worst.values()];
}

function rank(side: ReviewSide): number {
  return ['holds', 'bounded', 'refused', 'violated'].indexOf(side.verdict);
}

/** Returns the worst side of several checks, violated over refused over bounded over holds; undefined for none. */
export function worstOf(sides: readonly ReviewSide[]): ReviewSide | undefined {
  return sides.reduce<ReviewSide | undefined>(
    (worst, side) => (worst === undefined || rank(side) > rank(worst) ? side : worst),
    undefined,
  );
}

/** Returns what one scenario says with `patch` applied ('' for the base), over its error-level invariants unless it `informs`. */
export function sideOf(
  review: Review,
  patch: string,
  where: { readonly rule: string; readonly scenario: string; readonly model: MemoryModel; readonly informs?: boolean },
): ReviewSide | undefined {
  const here = (where.informs === true ? review.checks : errorsOf(review.checks)).filter(
    (check) => check.rule === where.rule && check.scenario === where.scenario && check.model === where.model,
  );
  const own = here.filter((check) => check.patch === patch);
  if (own.length > 0 || patch !== '') return worstOf(own.map((check) => check.after));
  const first = here[0]?.patch;
  return worstOf(here.filter((check) => check.patch === first).map((check) => check.before));
}

/** Returns every rule and memory model that ran, in the order of the checks. */
export function ruleRuns(review: Review): readonly RuleRun[] {
  const runs = new Map<string, { rule: string; model: MemoryModel; scenarios: Set<string>; informs: boolean }>();
  for (const check of review.checks) {
    const key = `${check.rule} ${check.model}`;
    const run = runs.get(key) ?? { rule: check.rule, model: check.model, scenarios: new Set<string>(), informs: true };
    run.scenarios.add(check.scenario);
    run.informs &&= check.level === 'information';
    runs.set(key, run);
  }
  return [...runs.values()].map((run) => ({ ...run, scenarios: [...run.scenarios] }));
}

/** Returns the scenarios of the base that are violated, each with its side. */
export function baseViolations(
  review: Review,
): readonly { readonly run: RuleRun; readonly scenario: string; readonly side: ReviewSide }[] {
  return ruleRuns(review).flatMap((run) =>
    run.scenarios.flatMap((scenario) => {
      const side = sideOf(review, '', { ...run, scenario, informs: false });
      return side?.verdict === 'violated' ? [{ run, scenario, side }] : [];
    }),
  );
}

/** Returns the sentence a rule gives to a scenario: 'the folio waits in the add batch'. */
export function scenarioWords(review: Review, rule: string, scenario: string): string | undefined {
  return review.rules?.find((item) => item.name === rule)?.scenarios.find((item) => item.name === scenario)?.words;
}

/** Returns the invariant in words: from a schedule that broke it, else from the rule, else its name. */
export function invariantWords(
  review: Review,
  check: { readonly rule: string; readonly invariant?: string; readonly trace?: string },
): string {
  const trace = check.trace === undefined ? undefined : review.traces[check.trace];
  return (
    trace?.words ?? review.rules?.find((item) => item.name === check.rule)?.invariant ?? check.invariant ?? check.rule
  );
}

/** True for a patch that is itself a mail with a diff: its verdict decides the exit code, a fix in prose does not. */
export function isPosted(patch: ReviewPatch): boolean {
  return patch.kind === 'posted' || patch.kind === 'reply';
}

/** True when the race of the base is what the thread is about: nobody posted a diff, or some fix was tried against it. */
export function isBaseDiscussed(review: Review): boolean {
  const posted = review.patches.filter(isPosted);
  return (
    posted.length === 0 ||
    review.patches.some((patch) => patch.applies && (patch.verdict === 'closes' || patch.verdict === 'does-not-close'))
  );
}

/** Returns the ids of all traces in reading order: t2 before t10. */
export function traceIds(review: Review): readonly string[] {
  return Object.keys(review.traces).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Returns the name of a code version in a schedule's title: 'base', 'fix-1', 'fix-3/a'. */
export function versionName(trace: ReviewTrace): string {
  return trace.patch === '' ? 'base' : trace.patch;
}
