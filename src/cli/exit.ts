// Every exit code of relore, and how a review becomes one.

import type { Review, ReviewCheck } from '../types.ts';

/** Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or unreadable input, 3 could not decide. */
export const EXIT = { nothing: 0, findings: 1, input: 2, undecided: 3 } as const;

/** What counts as a finding: what a patch opens, anything violated, or nothing. */
export type FailOn = 'opens' | 'violated' | 'never';

/**
 * Returns the exit code of a review. Only diffs that somebody posted are judged; fixes in prose are tried for the
 * reader and never fail a run. Without a diff it is the base that is judged, and only by `violated`.
 * Not decided (3) is a diff that does not apply, or a search that was bounded or refused while nothing was found.
 */
export function exitCode(review: Review, failOn: FailOn): 0 | 1 | 2 | 3 {
  const posted = review.patches.filter((patch) => patch.kind === 'posted' || patch.kind === 'reply');
  const ids = new Set(posted.length === 0 ? [''] : posted.map((patch) => patch.id));
  const judged = review.checks.filter((check) => check.level === 'error' && ids.has(check.patch));
  if (judged.some((check) => isFinding(check, failOn))) return EXIT.findings;
  if (posted.some((patch) => !patch.applies)) return EXIT.undecided;
  return judged.some(isUndecided) ? EXIT.undecided : EXIT.nothing;
}

function isFinding(check: ReviewCheck, failOn: FailOn): boolean {
  switch (failOn) {
    case 'opens':
      return check.patch !== '' && check.change === 'opens';
    case 'violated':
      return check.after.verdict === 'violated';
    case 'never':
      return false;
    default:
      return failOn satisfies never;
  }
}

function isUndecided(check: ReviewCheck): boolean {
  return check.change === 'unknown' || check.after.verdict === 'bounded' || check.after.verdict === 'refused';
}
