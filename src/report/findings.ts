// What a CI system or a reviewer is told of: one finding for each invariant that a posted patch, or the base, violates.
// Only posted diffs are judged; fixes in prose are tried for the reader of the whole report.

import { createHash } from 'node:crypto';
import type { MemoryModel, Review, ReviewCheck, ReviewPatch, ReviewTrace, ReviewWaiver } from '../types.ts';
import { type FoundPlace, placeOf } from './places.ts';
import { scheduleKey } from './schedule.ts';
import { errorsOf, isPosted } from './view.ts';

/**
 * opens: holds without the series, is violated with it. transient: a later patch of the series closes it again.
 * base: is violated without any patch too. closes: was violated, holds with the patch. unclear: is violated, and whether
 * it was before could not be decided.
 */
export type FindingState = 'opens' | 'transient' | 'base' | 'closes' | 'unclear';

/** One scenario, under one memory model, in which the invariant is violated. */
export interface FindingRun {
  readonly scenario: string;
  readonly model: MemoryModel;
  readonly trace: string | undefined; // id into Review.traces
  readonly states: number;
}

/** An invariant that is violated somewhere, with every scenario in which it is. */
export interface Finding {
  readonly state: FindingState;
  readonly patch: ReviewPatch | undefined; // undefined: the base by itself
  readonly rule: string;
  readonly invariant: string;
  readonly runs: readonly FindingRun[]; // in the order they ran; runs with the same schedule stand for one
  readonly place: FoundPlace;
  readonly fingerprint: string; // 32 hex digits; the same after lines moved
  readonly closedBy?: string; // id of the later patch that closes a transient one
  readonly series?: number; // index into Review.series
  readonly replaced?: true; // found in a version that a newer one replaces
  readonly history: string; // '' or 'v2 had this, v3 closes it'
  readonly waiver?: ReviewWaiver;
}

interface Walk {
  readonly state: FindingState;
  readonly check: ReviewCheck; // the one whose patch is told
  readonly closedBy?: string;
}

const ORDER: readonly FindingState[] = ['opens', 'unclear', 'transient', 'base', 'closes'];

/** Returns the findings of a review: what is opened first, then by series and patch. Linear in checks times series. */
export function findingsOf(review: Review): readonly Finding[] {
  const units = unitsOf(review);
  const found = units.flatMap((unit) => findingsOfUnit(review, unit));
  const told = found.map((finding) => ({ ...finding, history: historyOf(review, units, finding) }));
  const kept = told.filter((finding) => finding.replaced === undefined || finding.history !== '');
  return numbered(kept.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)));
}

/** Returns the posted patches that count: those of a version that a newer one replaces do not. */
export function judgedPatches(review: Review): readonly ReviewPatch[] {
  const old = new Set(review.series.filter((_, index) => isReplaced(review, index)).flatMap(({ patches }) => patches));
  return review.patches.filter((patch) => isPosted(patch) && !old.has(patch.id));
}

interface Unit {
  readonly patches: readonly string[]; // ids in order; [''] for the base alone
  readonly series: number | undefined;
}

/** A series is one unit, a diff in a reply another; the base alone when nobody posted a diff. */
function unitsOf(review: Review): Unit[] {
  const posted = review.patches.filter(isPosted);
  if (posted.length === 0) return [{ patches: [''], series: undefined }];
  const inSeries = review.series.map(({ patches }, series) => ({ patches, series }));
  const known = new Set(inSeries.flatMap(({ patches }) => patches));
  const alone = posted.filter(({ id }) => !known.has(id)).map(({ id }) => ({ patches: [id], series: undefined }));
  return [...inSeries, ...alone];
}

function isReplaced(review: Review, series: number | undefined): boolean {
  return series !== undefined && review.series.some((other) => other.rerolls === series);
}

function keyOf(check: ReviewCheck): string {
  return JSON.stringify([check.rule, check.scenario, check.invariant, check.model]);
}

/** The checks of a unit by what they are about, each list in the order of its patches. */
function checksOfUnit(review: Review, unit: Unit): ReadonlyMap<string, readonly ReviewCheck[]> {
  const byKey = new Map<string, ReviewCheck[]>();
  for (const id of unit.patches) {
    for (const check of errorsOf(review.checks).filter(({ patch }) => patch === id)) {
      byKey.set(keyOf(check), [...(byKey.get(keyOf(check)) ?? []), check]);
    }
  }
  return byKey;
}

/** What a series does to one invariant of one scenario: from before its first patch to after its last. */
function walk(checks: readonly ReviewCheck[]): Walk | undefined {
  const [first, last] = [checks[0], checks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const was = first.before.verdict === 'violated';
  const is = last.after.verdict === 'violated';
  if (was && is) return { state: 'base', check: first };
  const opened = checks.findLast(({ change }) => change === 'opens');
  if (was) {
    const closing = checks.findLast(({ change }) => change === 'closes');
    return closing === undefined ? undefined : { state: 'closes', check: closing };
  }
  if (opened === undefined) return is ? { state: 'unclear', check: last } : undefined;
  const closing = checks.slice(checks.indexOf(opened)).find(({ change }) => change === 'closes');
  if (is || closing === undefined) return { state: 'opens', check: opened };
  return { state: 'transient', check: opened, closedBy: closing.patch };
}

function findingsOfUnit(review: Review, unit: Unit): Finding[] {
  const groups = new Map<string, (Walk & { readonly waiver: ReviewWaiver | undefined })[]>();
  for (const checks of checksOfUnit(review, unit).values()) {
    const walked = walk(checks);
    if (walked === undefined) continue;
    const { check, state } = walked;
    const waiver = state === 'base' ? waiverOf(review, check) : undefined;
    const key = JSON.stringify([unit.patches.indexOf(check.patch), state, check.rule, check.invariant, waiver?.place]);
    groups.set(key, [...(groups.get(key) ?? []), { ...walked, waiver }]);
  }
  const order = [...groups.entries()].sort(([a], [b]) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]));
  return order.flatMap(([, walks]) => {
    const [first] = walks;
    return first === undefined ? [] : [findingOf(review, unit, first, walks)];
  });
}

function findingOf(
  review: Review,
  unit: Unit,
  first: Walk & { readonly waiver: ReviewWaiver | undefined },
  walks: readonly Walk[],
): Finding {
  const { check, state, closedBy, waiver } = first;
  const runs = distinctRuns(
    review,
    walks.map(({ check: one }) => runOf(one, state)),
  );
  const patch = review.patches.find(({ id }) => id === check.patch);
  const trace = runs.map(({ trace: id }) => (id === undefined ? undefined : review.traces[id])).find((one) => one);
  return {
    state,
    patch,
    rule: check.rule,
    invariant: check.invariant,
    runs,
    place: placeOf(review, patch, trace),
    fingerprint: fingerprintOf(check, trace),
    ...(closedBy === undefined ? {} : { closedBy }),
    ...(unit.series === undefined ? {} : { series: unit.series }),
    ...(isReplaced(review, unit.series) ? { replaced: true as const } : {}),
    history: '',
    ...(waiver === undefined ? {} : { waiver }),
  };
}

/** The side that is violated: after the patch, but before it for one that the patch closes. */
function runOf(check: ReviewCheck, state: FindingState): FindingRun {
  const side = state === 'closes' ? check.before : check.after;
  return { scenario: check.scenario, model: check.model, trace: side.trace, states: side.states };
}

/** SC, TSO and LKMM often give one schedule: it is told once for each scenario. */
function distinctRuns(review: Review, runs: readonly FindingRun[]): readonly FindingRun[] {
  const seen = new Set<string>();
  return runs.filter(({ trace, scenario }) => {
    const schedule = trace === undefined ? undefined : review.traces[trace];
    const key = schedule === undefined ? scenario : scheduleKey({ ...schedule, model: 'sc' });
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function waiverOf(review: Review, check: ReviewCheck): ReviewWaiver | undefined {
  return review.waivers?.find(
    ({ rule, scenario, invariant, expired }) =>
      expired === undefined &&
      rule === check.rule &&
      (scenario === undefined || scenario === check.scenario) &&
      (invariant === undefined || invariant === check.invariant),
  );
}

/** Made of names only, so that it stays when lines move: rule, invariant, and the functions that the schedule shows. */
function fingerprintOf(check: ReviewCheck, trace: ReviewTrace | undefined): string {
  const functions = trace?.steps.filter(({ matters }) => matters).map((step) => step.function) ?? [check.scenario];
  const names = [check.rule, check.invariant, ...[...new Set(functions)].sort()];
  return createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 32);
}

/** Two findings that share names are told apart by their order. */
function numbered(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const count = (seen.get(finding.fingerprint) ?? 0) + 1;
    seen.set(finding.fingerprint, count);
    if (count === 1) return finding;
    const again = createHash('sha256').update(`${finding.fingerprint} ${count}`).digest('hex').slice(0, 32);
    return { ...finding, fingerprint: again };
  });
}

/** What other versions of the series in the same thread do about it: 'v2 had this, v3 closes it'. */
function historyOf(review: Review, units: readonly Unit[], finding: Finding): string {
  const { series, state } = finding;
  if (series === undefined || (state !== 'opens' && state !== 'transient')) return '';
  const own = review.series[series];
  if (own === undefined) return '';
  const newer = review.series.findIndex((other) => other.rerolls === series);
  if (newer >= 0) {
    const words = { holds: 'closes it', violated: '', open: 'leaves it undecided' }[
      lastVerdict(review, units, newer, finding)
    ];
    return words === '' ? '' : `v${own.version} had this, v${review.series[newer]?.version ?? 0} ${words}`;
  }
  if (own.rerolls === undefined) return '';
  const before = lastVerdict(review, units, own.rerolls, finding);
  return before === 'violated' ? `v${review.series[own.rerolls]?.version ?? 0} had this too` : '';
}

/** What a version of the series says of the scenarios of a finding once its last patch is in. */
function lastVerdict(
  review: Review,
  units: readonly Unit[],
  series: number,
  finding: Finding,
): 'holds' | 'violated' | 'open' {
  const unit = units.find((one) => one.series === series);
  if (unit === undefined) return 'open';
  const checks = checksOfUnit(review, unit);
  const verdicts = finding.runs.map(({ scenario, model }) => {
    const key = JSON.stringify([finding.rule, scenario, finding.invariant, model]);
    return checks.get(key)?.at(-1)?.after.verdict;
  });
  if (verdicts.includes('violated')) return 'violated';
  return verdicts.every((verdict) => verdict === 'holds') ? 'holds' : 'open';
}
