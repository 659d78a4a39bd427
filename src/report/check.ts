// What a patch tracker is told of one review: b4's check protocol and patchwork's checks.

import type { Review } from '../types.ts';
import {
  DEFAULT_FINDINGS,
  type FindingOptions,
  findingSentence,
  findingText,
  isFailing,
  isShown,
  undecidedOf,
} from './finding-words.ts';
import { findingsOf, judgedPatches } from './findings.ts';
import { cleaned, counted, cut } from './text.ts';
import { cleanSearchWords, patchWords } from './words.ts';

const MOST_WORDS = 200; // characters of a summary

/** The outcome of a review for a tracker. Neutral: nothing was decided, or no rule covers the patch. */
interface Standing {
  readonly kind: 'clean' | 'findings' | 'neutral';
  readonly summary: string;
  readonly details: string;
}

function standingOf(review: Review, asked: FindingOptions): Standing {
  const told = findingsOf(review).filter((finding) => isShown(finding, asked));
  const failing = told.filter((finding) => isFailing(finding, asked.failOn));
  const [first] = failing;
  if (first !== undefined) {
    const more = failing.length === 1 ? '' : `${counted(failing.length, 'finding')}; `;
    return {
      kind: 'findings',
      summary: cut(`${more}${findingSentence(review, first)}`, MOST_WORDS),
      details: failing.map((finding) => findingText(review, finding, asked.replay)).join('\n\n'),
    };
  }
  const open = undecidedOf(review).map(({ words }) => words);
  if (open.length > 0) return { kind: 'neutral', summary: cut(open[0] ?? '', MOST_WORDS), details: open.join('\n') };
  const judged = judgedPatches(review);
  const searched = judged.map((patch) => cleanSearchWords(review, patch.id)).filter((words) => words !== undefined);
  const ran = judged.filter(({ id }) => review.checks.some((check) => check.patch === id));
  if (ran.length === 0) {
    const [patch] = judged;
    return {
      kind: 'neutral',
      summary: cut(patch === undefined ? 'no patch' : patchWords(patch), MOST_WORDS),
      details: '',
    };
  }
  const [words] = searched;
  const summary =
    searched.length === ran.length && words !== undefined && ran.length === 1
      ? words
      : 'No verdict changes to violated.';
  return {
    kind: 'clean',
    summary: cut(summary, MOST_WORDS),
    details: ran.map((patch) => `${patch.title}: ${patchWords(patch)}`).join('\n'),
  };
}

/**
 * Returns the JSON array that `b4 review` reads from a check command: tool, status pass, warn or fail, summary, details.
 * The array is empty when there is nothing to report: no rule covers the patch, it does not apply, a search was stopped.
 */
export function renderB4Check(review: Review, options: Partial<FindingOptions> = {}): string {
  const standing = standingOf(cleaned(review), { ...DEFAULT_FINDINGS, only: 'new', ...options });
  if (standing.kind === 'neutral') return '[]\n';
  const { summary, details } = standing;
  const status = standing.kind === 'findings' ? 'fail' : 'pass';
  return `${JSON.stringify([{ tool: 'relore', status, summary, details }], null, 2)}\n`;
}

/**
 * Returns the body of a patchwork check (POST /api/patches/ID/checks/): state, context, description. relore posts
 * nothing. `pending` stands for what was not decided: patchwork has no neutral state, and it is neither good nor bad.
 */
export function renderPatchwork(review: Review, options: Partial<FindingOptions> = {}): string {
  const { kind, summary } = standingOf(cleaned(review), { ...DEFAULT_FINDINGS, only: 'new', ...options });
  const state = { clean: 'success', findings: 'fail', neutral: 'pending' }[kind];
  return `${JSON.stringify({ state, context: 'relore', description: summary }, null, 2)}\n`;
}
