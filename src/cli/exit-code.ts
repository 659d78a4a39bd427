import { isFailing, undecidedOf } from '../report/finding-words.ts';
import { findingsOf } from '../report/findings.ts';
import type { Review } from '../types.ts';
import { EXIT, type FailOn } from './exit.ts';

/**
 * Returns the exit code of a review. Only diffs that somebody posted are judged, those of a version that a newer one
 * replaces are not, and a series is judged by what is violated once its last patch is in; fixes in prose are tried for
 * the reader and never fail a run. Without a diff it is the base that is judged, and only by `violated`.
 * Not decided (3) is a diff that does not apply, or a search that was bounded or refused while nothing was found.
 */
export function exitCode(review: Review, failOn: FailOn): 0 | 1 | 2 | 3 {
  if (findingsOf(review).some((finding) => isFailing(finding, failOn))) return EXIT.findings;
  return undecidedOf(review).length > 0 ? EXIT.undecided : EXIT.nothing;
}
