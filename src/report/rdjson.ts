// Reviewdog's diagnostic format (rdjson): from there to Gerrit, Bitbucket, Gitea and others.

import type { Review } from '../types.ts';
import { DEFAULT_FINDINGS, type FindingOptions, findingText, isFailing, isShown } from './finding-words.ts';
import { type Finding, findingsOf } from './findings.ts';
import { lineOf } from './places.ts';
import { stepWords } from './schedule.ts';
import { cleaned } from './text.ts';

const MOST_RELATED = 20; // locations of one diagnostic

/** Returns the review in reviewdog's rdjson, ending with a newline; the steps of the schedule are related locations. */
export function renderRdjson(review: Review, options: Partial<FindingOptions> = {}): string {
  const safe = cleaned(review);
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const told = findingsOf(safe).filter((finding) => isShown(finding, asked));
  const diagnostics = told.map((finding) => ({
    message: findingText(safe, finding, asked.replay),
    location: { path: finding.place.file, range: { start: { line: finding.place.line } } },
    severity: isFailing(finding, asked.failOn) ? 'ERROR' : 'INFO',
    code: { value: finding.rule },
    related_locations: relatedOf(safe, finding),
  }));
  return `${JSON.stringify({ source: { name: 'relore' }, diagnostics }, null, 2)}\n`;
}

function relatedOf(review: Review, finding: Finding): object[] {
  const id = finding.runs[0]?.trace;
  const steps = (id === undefined ? undefined : review.traces[id])?.steps.filter(({ matters }) => matters) ?? [];
  return steps.slice(0, MOST_RELATED).map((step, index) => ({
    message: `${index + 1}. ${step.cpu}: ${stepWords(step)}`,
    location: { path: step.file, range: { start: { line: lineOf(step) } } },
  }));
}
