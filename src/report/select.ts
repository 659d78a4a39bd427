// Which schedules are worth a reader's time: at most three, never the same one twice.

import type { Review, ReviewClaim, ReviewTrace } from '../types.ts';
import { scheduleKey } from './schedule.ts';
import { isBaseDiscussed, isPosted, traceIds } from './view.ts';

/** Schedules printed in full unless all are asked for (maintainers.md R4: three findings can be verified in a minute). */
export const MOST_SCHEDULES = 3;

/** A schedule to print, the others that are the same as it, and the claims it bears on. */
export interface Chosen {
  readonly id: string;
  readonly trace: ReviewTrace;
  readonly same: readonly { readonly id: string; readonly trace: ReviewTrace }[];
  readonly claims: readonly ReviewClaim[];
}

/** The schedules of a review, sorted into what is printed and what waits behind `--all`. */
export interface Selection {
  readonly shown: readonly Chosen[];
  readonly hidden: readonly Chosen[];
}

/**
 * Chooses the schedules to print. What a posted patch opens comes first, then the base when it is what the thread is about,
 * then what a fix opens, one a rule, then one for each patch that does not close the race, then the rest. Information-level schedules are shown only with `all`.
 */
export function selectSchedules(review: Review, all: boolean): Selection {
  const telling = tellingOrder(review);
  // A schedule of a diagram is shown with the diagram.
  const drawn = new Set(review.diagrams.map(({ trace }) => trace));
  const rest = traceIds(review).filter((id) => !telling.includes(id) && !drawn.has(id));
  const groups = grouped(review, [...telling, ...rest]);
  if (all) return { shown: groups, hidden: [] };
  const worth = groups.filter((group) => telling.includes(group.id));
  const shown = worth.slice(0, MOST_SCHEDULES);
  return { shown, hidden: groups.filter((group) => !shown.includes(group)) };
}

/** The most telling first. */
function tellingOrder(review: Review): string[] {
  const opened = review.checks.filter((check) => check.change === 'opens' && check.level === 'error');
  const base = traceIds(review).filter((id) => review.traces[id]?.patch === '');
  const still = review.patches.filter((patch) => patch.applies && patch.verdict === 'does-not-close');
  const byKind = [
    ...still.filter(isPosted),
    ...still.filter((patch) => !isPosted(patch) && patch.parts === undefined),
    ...still.filter((patch) => patch.parts !== undefined),
  ];
  const posted = new Set(review.patches.filter(isPosted).map(({ id }) => id));
  const order = [
    ...firstOfEach(opened.filter(({ patch }) => posted.has(patch)).map((check) => [check.patch, check.after.trace])),
    ...(isBaseDiscussed(review) ? firstError(review, base) : []),
    ...firstOfEach(opened.filter(({ patch }) => !posted.has(patch)).map((check) => [check.rule, check.after.trace])),
    ...byKind.flatMap((patch) => firstNew(review, patch.id, base)),
  ];
  return [...new Set(order)];
}

/** The first trace of each key. */
function firstOfEach(items: readonly (readonly [key: string, trace: string | undefined])[]): string[] {
  const seen = new Set<string>();
  return items.flatMap(([key, trace]) => {
    if (trace === undefined || seen.has(key)) return [];
    seen.add(key);
    return [trace];
  });
}

/** The base's schedule of an error: of the rule that the patches bear on most, in the order of the checks: S1 before S2. */
function firstError(review: Review, base: readonly string[]): string[] {
  const changed = review.checks.filter(
    ({ patch, level, change }) => patch !== '' && level === 'error' && change !== 'keeps',
  );
  const weight = (rule: string): number => changed.filter((check) => check.rule === rule).length;
  let best: { readonly id: string; readonly weight: number } | undefined;
  for (const check of review.checks) {
    if (check.level !== 'error') continue;
    const id = [check.patch === '' ? check.after.trace : undefined, check.before.trace].find(
      (trace) => trace !== undefined && base.includes(trace),
    );
    const own = weight(check.rule);
    if (id !== undefined && (best === undefined || own > best.weight)) best = { id, weight: own };
  }
  return best === undefined ? [] : [best.id];
}

/** The first schedule of a patch that differs from the base's, or else its first. */
function firstNew(review: Review, patch: string, base: readonly string[]): string[] {
  const own = review.checks.flatMap((check) =>
    check.patch === patch && check.level === 'error' && check.after.trace !== undefined ? [check.after.trace] : [],
  );
  const known = new Set(base.flatMap((id) => keysOf(review, id)));
  const fresh = own.find((id) => keysOf(review, id).every((key) => !known.has(key)));
  const first = fresh ?? own[0];
  return first === undefined ? [] : [first];
}

function keysOf(review: Review, id: string): string[] {
  const trace = review.traces[id];
  return trace === undefined ? [] : [scheduleKey(trace)];
}

function grouped(review: Review, ids: readonly string[]): Chosen[] {
  const groups = new Map<string, { id: string; trace: ReviewTrace; same: { id: string; trace: ReviewTrace }[] }>();
  for (const id of ids) {
    const trace = review.traces[id];
    if (trace === undefined) continue;
    const key = scheduleKey(trace);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { id, trace, same: [] });
    else group.same.push({ id, trace });
  }
  return [...groups.values()].map((group) => ({ ...group, claims: claimsOn(review, [group, ...group.same]) }));
}

/** The claims a schedule bears on: those that name it, and the fix it was found under. */
function claimsOn(
  review: Review,
  traces: readonly { readonly id: string; readonly trace: ReviewTrace }[],
): ReviewClaim[] {
  const ids = new Set(traces.map(({ id }) => id));
  const patches = new Set(traces.map(({ trace }) => trace.patch).filter((patch) => patch !== ''));
  return review.claims.filter(
    (claim) =>
      (claim.trace !== undefined && ids.has(claim.trace)) ||
      claim.patches.some((patch) => patches.has(patch)) ||
      review.patches.some((patch) => patch.claim === claim.id && patches.has(patch.id)),
  );
}
