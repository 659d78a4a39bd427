// A review: what the report says, in the frame of these pages.

import { html } from '../html/escape.ts';
import { STEP_SCRIPT } from '../html/island.ts';
import { link, reviewPath, shell, threadPath } from './shell.ts';
import type { SiteReview } from './site.ts';

/** Returns the page of a review. */
export function reviewPage(version: string, of: SiteReview): string {
  const path = reviewPath(of.id);
  const { review, report } = of;
  const subject = review.thread.subject === '' ? '(no subject)' : review.thread.subject;
  const body = [
    `<p class="crumbs">${link(path, 'threads.html', 'Threads')}</p>`,
    `<h1>${html(subject)}</h1>`,
    `<p class="lead">${html(`Reviewed on ${review.base.name}: ${review.patches.length} changes, ${review.claims.length} claims, ${review.checks.length} checks.`)} ${of.thread === undefined ? '' : `${link(path, threadPath(of.id), 'The thread with its claims')}.`}</p>`,
    report.body,
  ].join('\n');
  return shell({ path, title: `Review: ${subject}`, body, version, script: STEP_SCRIPT, versions: report.versions });
}
