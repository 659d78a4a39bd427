// Runs the scenarios that a change touches, before and after, and says which invariants change.

import type { Judged } from '../judge.ts';
import { judge, verdictOf } from '../judge.ts';
import type { Knowledge } from '../knowledge.ts';
import { isInformation, matchRules } from '../rules/match.ts';
import type {
  Change,
  KernelSource,
  MemoryModel,
  Review,
  ReviewCheck,
  ReviewPatch,
  ReviewSide,
  Rule,
  Scenario,
  Verdict,
} from '../types.ts';
import type { TraceBook } from './traces.ts';
import type { Variant } from './variants.ts';

/** What the checks of one review share. */
export interface Bench {
  readonly knowledge: Knowledge;
  readonly models: readonly MemoryModel[];
  readonly states: number; // limit of distinct states
  readonly traces: TraceBook;
  readonly judged: Map<KernelSource, Map<string, Judged>>; // a source is judged once a scenario
  readonly coverage: Review['coverage'][number][];
  readonly assumptions: Set<string>;
  readonly ran: Map<string, Rule>; // rules that ran, by name
  readonly work: Work;
  readonly progress?: (work: Work) => void; // told of every search before it begins
  readonly isStopped?: () => boolean; // asked between two searches: what is left is not begun
}

/** How far a review is. */
export interface Work {
  words: string; // the search that begins: rule and scenario, patch, model
  done: number; // scenarios looked at, of one patch under one model
  total: number; // an upper bound: a scenario that a patch leaves alone costs nothing
  states: number; // of all searches that ended
}

const STOPPED = 'stopped before it was decided';

/** The checks of one variant and what they say of it. */
export interface Checked {
  readonly checks: readonly ReviewCheck[];
  readonly verdict: ReviewPatch['verdict'];
  readonly opens: readonly string[]; // scenarios
  readonly reason: string | undefined;
}

/** Checks a variant against every scenario of every rule that its functions match. */
export function checkVariant(bench: Bench, variant: Variant): Checked {
  if (!variant.covered) return { checks: [], verdict: 'not-reviewed', opens: [], reason: notCovered(variant) };
  if (variant.after === undefined) {
    const reason = variant.refusal === undefined ? undefined : `${variant.refusal.what}: ${variant.refusal.why}`;
    return { checks: [], verdict: 'unknown', opens: [], reason };
  }
  const { after } = variant;
  const checks: ReviewCheck[] = [];
  const impossible: (() => readonly ReviewCheck[])[] = []; // scenarios that this base cannot run, changed or not
  let exercised = 0;
  let sameSchedules = true;
  for (const { rule, because } of matchRules(bench.knowledge.rules, variant.functions, bench.knowledge.vocabulary)) {
    for (const scenario of rule.scenarios) {
      for (const model of bench.models) {
        if (bench.isStopped?.() === true) return { checks, verdict: 'unknown', opens: [], reason: STOPPED };
        bench.work.done++;
        const old = judgeOnce(bench, variant.before, rule, scenario, model, '');
        if (leavesAlone(variant, old)) continue;
        const fresh = judgeOnce(bench, after, rule, scenario, model, variant.id);
        if (fresh.kind === 'judged' && !variant.functions.some((name) => fresh.functions.has(name))) continue;
        const at = { rule, scenario, model, variant, because };
        if (isSameRefusal(old, fresh)) {
          impossible.push(() => compare(bench, at, old, fresh).checks);
          continue;
        }
        exercised++;
        const compared = compare(bench, at, old, fresh);
        checks.push(...compared.checks);
        sameSchedules &&= compared.same;
      }
    }
  }
  if (exercised === 0 && impossible.length > 0) {
    const refused = impossible.flatMap((checksOf) => checksOf());
    return { checks: refused, verdict: 'unknown', opens: [], reason: refused[0]?.after.why };
  }
  if (exercised === 0)
    return { checks, verdict: 'not-exercised', opens: [], reason: 'no scenario runs the functions that it changes' };
  const opened = checks.filter(({ level, change }) => level === 'error' && change === 'opens');
  const opens = [...new Set(opened.map(({ rule, scenario }) => `${rule} ${scenario}`))].sort();
  return { checks, verdict: overall(variant, checks, sameSchedules), opens, reason: undefined };
}

/** Whether a scenario cannot be run for a reason that the change has nothing to do with; the base tells of it. */
function isSameRefusal(old: Judged, fresh: Judged): boolean {
  if (old.kind !== 'refused' || fresh.kind !== 'refused') return false;
  return old.refusal.what === fresh.refusal.what && old.refusal.why === fresh.refusal.why;
}

/** How many scenarios `variants` and the base will be looked at in, under all models. */
export function workOf(
  bench: Pick<Bench, 'knowledge' | 'models'>,
  variants: readonly Variant[],
  base: readonly { readonly rule: Rule }[],
): number {
  const { rules, vocabulary } = bench.knowledge;
  const tried = variants.filter((variant) => variant.covered && variant.after !== undefined);
  const all = [base, ...tried.map((variant) => matchRules(rules, variant.functions, vocabulary))];
  return all.flat().reduce((sum, { rule }) => sum + rule.scenarios.length, 0) * bench.models.length;
}

/** Whether an edit of function bodies changes none that the scenario runs: then the code is the same. */
function leavesAlone(variant: Variant, old: Judged): boolean {
  const isProse = (variant.parts ?? [variant.id]).every((id) => id.startsWith('fix-'));
  return isProse && old.kind === 'judged' && !variant.functions.some((name) => old.functions.has(name));
}

/** The base alone: every scenario of `rules`, as it stands. */
export function checkBase(
  bench: Bench,
  source: KernelSource,
  rules: readonly { readonly rule: Rule; readonly because: readonly string[] }[],
): ReviewCheck[] {
  const checks: ReviewCheck[] = [];
  for (const { rule, because } of rules) {
    for (const scenario of rule.scenarios) {
      for (const model of bench.models) {
        if (bench.isStopped?.() === true) return checks;
        bench.work.done++;
        const judged = judgeOnce(bench, source, rule, scenario, model, '');
        const at = { rule, scenario, model, variant: undefined, because };
        checks.push(...compare(bench, at, judged, judged).checks);
      }
    }
  }
  return checks;
}

function notCovered(variant: Variant): string {
  const names = variant.functions.slice(0, 6).map((name) => `${name}()`);
  const more = variant.functions.length > 6 ? ` and ${variant.functions.length - 6} more` : '';
  return names.length === 0
    ? `no rule covers ${variant.paths.join(', ') || 'what it changes'}`
    : `no rule covers ${names.join(', ')}${more}`;
}

function judgeOnce(
  bench: Bench,
  source: KernelSource,
  rule: Rule,
  scenario: Scenario,
  model: MemoryModel,
  patch: string,
): Judged {
  const known = bench.judged.get(source) ?? new Map<string, Judged>();
  bench.judged.set(source, known);
  const key = `${rule.name}/${scenario.name}/${model}`;
  let judged = known.get(key);
  if (judged === undefined) {
    bench.work.words = `${rule.name} ${scenario.name}, ${patch === '' ? 'base' : patch}, ${model}`;
    bench.progress?.(bench.work);
    judged = judge(bench.knowledge, source, rule, scenario, model, bench.states);
    known.set(key, judged);
    bench.ran.set(rule.name, rule);
    if (judged.kind === 'judged') record(bench, judged, { rule: rule.name, scenario: scenario.name, patch, model });
  }
  return judged;
}

function record(
  bench: Bench,
  judged: Judged & { readonly kind: 'judged' },
  at: { rule: string; scenario: string; patch: string; model: MemoryModel },
): void {
  for (const sentence of judged.assumptions) bench.assumptions.add(sentence);
  const { outcome } = judged;
  if (outcome.kind === 'refused') return;
  bench.work.states += outcome.states;
  bench.coverage.push({
    ...at,
    states: outcome.states,
    terminals: outcome.terminals,
    unreached: outcome.unreached.map((one) => {
      const frame = one.at.frames[0];
      return frame === undefined ? one.at.text : `${frame.file}:${frame.line} ${one.at.text}`;
    }),
  });
}

interface At {
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly model: MemoryModel;
  readonly variant: Variant | undefined;
  readonly because: readonly string[];
}

/** One check a property: every invariant, and every assert, fault or deadlock that fails on either side. */
function compare(bench: Bench, at: At, old: Judged, fresh: Judged): { checks: ReviewCheck[]; same: boolean } {
  const levels = new Map<string, 'error' | 'information'>();
  for (const side of [old, fresh]) {
    if (side.kind !== 'judged') continue;
    for (const invariant of side.program.invariants) levels.set(invariant.name, invariant.level);
    if (side.outcome.kind !== 'refused') for (const one of side.outcome.violations) levels.set(one.property, one.level);
  }
  if (levels.size === 0) levels.set(at.rule.invariant, 'error');
  const id = at.variant?.id ?? '';
  const informs = isInformation(at.rule, at.because, bench.knowledge.vocabulary);
  const stands = assertsThatMoved(old, fresh);
  for (const name of stands.values()) levels.delete(name);
  const checks = [...levels].map(([invariant, level]): ReviewCheck => {
    const before = sideOf(bench, at, old, '', stands.get(invariant) ?? invariant);
    const after = at.variant === undefined ? before : sideOf(bench, at, fresh, id, invariant);
    return {
      rule: at.rule.name,
      scenario: at.scenario.name,
      patch: id,
      invariant,
      level: informs ? 'information' : level,
      model: at.model,
      before,
      after,
      change: changeOf(before.verdict, after.verdict),
      because: at.because,
    };
  });
  const same = checks.every((check) => bench.traces.sameSchedule(check.before.trace, check.after.trace));
  return { checks, same };
}

/**
 * Asserts that fail after a change and not before, each with one that fails only before: a renamed local or another call
 * around the same check makes another assert of it, and nothing opens. What is left over is new.
 */
function assertsThatMoved(old: Judged, fresh: Judged): ReadonlyMap<string, string> {
  const [before, after] = [old, fresh].map((side) =>
    side.kind === 'refused' || side.outcome.kind === 'refused'
      ? []
      : side.outcome.violations.filter(({ kind }) => kind === 'assert').map(({ property }) => property),
  ) as [string[], string[]];
  const gone = before.filter((name) => !after.includes(name));
  const come = after.filter((name) => !before.includes(name)).slice(0, gone.length);
  return new Map(come.map((name, index) => [name, gone[index] ?? name]));
}

function sideOf(bench: Bench, at: At, judged: Judged, patch: string, invariant: string): ReviewSide {
  if (judged.kind === 'refused') {
    const { what, why, place } = judged.refusal;
    const where = place === undefined ? '' : ` (${place.file}:${place.line})`;
    return { verdict: 'refused', states: 0, violated: [], why: `${what}${where}: ${why}` };
  }
  const { outcome, program } = judged;
  if (outcome.kind === 'refused') return { verdict: 'refused', states: 0, violated: [], why: outcome.refusal.why };
  const verdict = verdictOf(outcome, invariant);
  const violation = outcome.violations.find((one) => one.property === invariant);
  const trace =
    violation === undefined ? undefined : bench.traces.add(at.rule, at.scenario, patch, at.model, program, violation);
  return {
    verdict,
    states: outcome.states,
    violated: outcome.violations.map((one) => one.property).sort(),
    ...(trace === undefined ? {} : { trace }),
    ...(outcome.bound === undefined ? {} : { why: `stopped at ${outcome.bound}` }),
  };
}

function changeOf(before: Verdict, after: Verdict): Change {
  const decided = (verdict: Verdict): boolean => verdict === 'holds' || verdict === 'violated';
  if (before === 'violated' && after === 'violated') return 'still-violated';
  if (!decided(before) || !decided(after)) return 'unknown';
  if (before === 'violated') return 'closes';
  return after === 'violated' ? 'opens' : 'keeps';
}

/**
 * What a change does as a whole, over checks at error level. A posted patch keeps things as they are when what was
 * violated before is violated by the same schedule; a fix is asked to close, so then it does not close.
 */
function overall(variant: Variant, checks: readonly ReviewCheck[], sameSchedules: boolean): ReviewPatch['verdict'] {
  const errors = checks.filter((check) => check.level === 'error');
  const some = (change: Change): boolean => errors.some((check) => check.change === change);
  const posted = variant.kind === 'posted' || variant.kind === 'reply';
  // What a fix opens elsewhere is told apart from whether it closes what it is for.
  if (some('opens') && (posted || !(some('closes') || some('still-violated')))) return 'opens';
  if (some('unknown')) return 'unknown';
  if (some('still-violated')) {
    return posted && sameSchedules && !some('closes') ? 'keeps' : 'does-not-close';
  }
  return some('closes') ? 'closes' : 'keeps';
}
