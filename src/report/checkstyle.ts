// Checkstyle XML: one <error> a finding, by file. Jenkins, reviewdog and many editors read it.

import type { Review } from '../types.ts';
import { DEFAULT_FINDINGS, type FindingOptions, findingText, isFailing, isShown } from './finding-words.ts';
import { findingsOf } from './findings.ts';
import { cleaned } from './text.ts';
import { element, renderXml } from './xml.ts';

/** Returns the review as checkstyle XML; severity is `error` for what makes exit code 1, else `info`. */
export function renderCheckstyle(review: Review, options: Partial<FindingOptions> = {}): string {
  const safe = cleaned(review);
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const told = findingsOf(safe).filter((finding) => isShown(finding, asked));
  const files = [...new Set(told.map(({ place }) => place.file))].sort();
  const children = files.map((file) =>
    element(
      'file',
      { name: file },
      told
        .filter(({ place }) => place.file === file)
        .sort((a, b) => a.place.line - b.place.line)
        .map((finding) =>
          element('error', {
            line: finding.place.line,
            severity: isFailing(finding, asked.failOn) ? 'error' : 'info',
            message: findingText(safe, finding, asked.replay),
            source: `relore.${finding.rule}`,
          }),
        ),
    ),
  );
  return renderXml(element('checkstyle', { version: '4.3' }, children));
}
