// What people claim, in the order of the thread: who, what, and what running the code says of it.

import type { Review, ReviewClaim } from '../types.ts';
import { type Part, paragraph, type ReportOptions, type Section } from './parts.ts';
import type { Selection } from './select.ts';
import { counted, cut, listed } from './text.ts';

/** Claims that are quoted under the schedule they bear on. */
export const CLAIMS_UNDER_A_SCHEDULE = 2;

const MOST_CLAIMS = 6; // decided ones that are printed unless all are asked for
const QUOTE_LENGTH = 300;

/** Returns whether a claim says what happens: a question, a name or a matter of taste does not. */
export function isFact({ kind }: ReviewClaim): boolean {
  return !['question', 'naming', 'design', 'objection'].includes(kind);
}

/** Returns a claim as a quotation with its verdict in the line above. */
export function quoteOf(claim: ReviewClaim, all: boolean): Part {
  const hedge = claim.hedge === 'none' ? '' : `, ${claim.hedge === 'weak' ? 'hedged' : 'unsure'}`;
  const status = claim.status === 'stands' ? '' : `, ${claim.status}`;
  const answers = all ? answerWords(claim) : '';
  return {
    kind: 'quote',
    who: `${claim.speaker ?? 'unknown speaker'} <${claim.messageId}>: ${claim.kind}${hedge}${status}${answers}, ${verdictWords(claim)}`,
    quote: all ? claim.quote : cut(claim.quote, QUOTE_LENGTH),
  };
}

function verdictWords(claim: ReviewClaim): string {
  const words = claim.verdict === 'not-modelled' ? 'not modelled' : claim.verdict;
  const schedule = claim.trace === undefined || claim.patches.length > 0 ? '' : ` [${claim.trace}]`;
  return `${words}${schedule}${claim.why === '' ? '' : ` (${claim.why})`}`;
}

function answerWords({ answers = [] }: ReviewClaim): string {
  const told = answers.filter(({ kind }) => kind !== 'answered');
  return told
    .map(({ kind, speaker }) => `, ${kind}${kind === 'objected' ? ' to' : ''} by ${speaker ?? 'somebody'}`)
    .join('');
}

/**
 * Returns what was claimed: how much of it could be decided, then the decided claims that stand nowhere else in the report, in
 * the order of the thread; with `all` also those that were not decided.
 */
export function claimsSection(review: Review, selection: Selection, options: ReportOptions): Section {
  const quoted = new Set(
    selection.shown.flatMap(({ claims }) =>
      (options.all ? claims : claims.slice(0, CLAIMS_UNDER_A_SCHEDULE)).map((claim) => claim.id),
    ),
  );
  const claims = inThreadOrder(review).filter(
    (claim) => !quoted.has(claim.id) && (options.all || (isDecided(claim) && claim.patches.length === 0)),
  );
  const shown = options.all ? claims : claims.slice(0, MOST_CLAIMS);
  const more = claims.length - shown.length;
  return {
    title: 'Claims',
    parts: [
      ...coverage(review),
      ...shown.map((claim) => quoteOf(claim, options.all)),
      ...(more === 0 ? [] : [paragraph(`${counted(more, 'more decided claim')}: --all.`)]),
    ],
  };
}

function isDecided({ verdict }: ReviewClaim): boolean {
  return verdict === 'confirmed' || verdict === 'refuted' || verdict === 'ambiguous';
}

/** `31 claims found, 19 of them can be checked, 17 decided: 12 confirmed, 4 refuted, 1 ambiguous.` */
function coverage(review: Review): Part[] {
  const facts = review.claims.filter(isFact);
  if (facts.length === 0) return [];
  const checkable = facts.filter(({ verdict }) => verdict !== 'not-modelled');
  const decided = checkable.filter(isDecided);
  const counts = (['confirmed', 'refuted', 'ambiguous'] as const)
    .map((verdict) => ({ verdict, count: decided.filter((claim) => claim.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`);
  const how = counts.length === 0 ? '' : `: ${listed(counts)}`;
  return [
    paragraph(
      `${counted(facts.length, 'claim')} found, ${checkable.length} can be checked, ${decided.length} decided${how}.`,
    ),
  ];
}

/** Older mails first; in a mail what is quoted deeper is older. */
function inThreadOrder(review: Review): ReviewClaim[] {
  const order = new Map(review.thread.messages.map(({ id }, index) => [id, index]));
  const at = ({ messageId }: ReviewClaim): number => order.get(messageId) ?? order.size;
  return review.claims
    .map((claim, index) => ({ claim, index }))
    .sort((a, b) => at(a.claim) - at(b.claim) || b.claim.depth - a.claim.depth || a.index - b.index)
    .map(({ claim }) => claim);
}
