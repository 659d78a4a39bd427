// GitLab code quality: a JSON array, one entry a finding.

import type { Review } from '../types.ts';
import { DEFAULT_FINDINGS, type FindingOptions, findingText, isFailing, isShown } from './finding-words.ts';
import { findingsOf } from './findings.ts';
import { cleaned } from './text.ts';

/**
 * Returns the review as a GitLab code quality report, ending with a newline. The format asks for a severity: `major` is
 * what makes exit code 1, `info` everything else. What was waived or closed is left out: GitLab has no word for it.
 */
export function renderGitlab(review: Review, options: Partial<FindingOptions> = {}): string {
  const safe = cleaned(review);
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const told = findingsOf(safe).filter((finding) => isShown(finding, asked));
  const entries = told.map((finding) => ({
    description: findingText(safe, finding, asked.replay),
    check_name: `relore/${finding.rule}`,
    fingerprint: finding.fingerprint,
    severity: isFailing(finding, asked.failOn) ? 'major' : 'info',
    location: { path: finding.place.file, lines: { begin: finding.place.line } },
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
