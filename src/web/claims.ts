// Claims of a discussion with what the model says of each.

import { html } from '../html/escape.ts';
import type { Claim, Review, ReviewClaim } from '../types.ts';
import { link, tag, threadPath } from './shell.ts';
import type { SiteReview } from './site.ts';

/** What the model says of a claim, in words that fit every kind. */
export const CLAIM_WORDS: Readonly<Record<ReviewClaim['verdict'], string>> = {
  confirmed: 'confirmed',
  refuted: 'refuted',
  undecided: 'not decided',
  'not-modelled': 'not modelled',
  ambiguous: 'has two readings',
};

/** Returns a claim with its verdict: the sentence, who said it, and why the model says so. */
export function claimHtml(path: string, { id }: SiteReview, claim: ReviewClaim): string {
  const status = claim.status === 'stands' ? '' : `, ${claim.status} later`;
  return [
    '<figure>',
    `<blockquote>${html(claim.quote)}</blockquote>`,
    `<figcaption>${html(claim.speaker ?? 'unknown speaker')}${html(status)}, ${link(path, threadPath(id), 'in the thread', `claim-${claim.id}`)}. ${tag(claim.verdict, CLAIM_WORDS[claim.verdict])} ${html(claim.why)}.</figcaption>`,
    '</figure>',
  ].join('\n');
}

/** The claims of a review that a rule decides: their fix was tried in one of its scenarios, or a schedule of it answers them. */
export function claimsAbout(review: Review, rule: string): readonly ReviewClaim[] {
  return review.claims.filter(({ trace, patches }) => {
    const answered = trace === undefined ? undefined : review.traces[trace]?.rule;
    return answered === rule || review.checks.some((check) => check.rule === rule && patches.includes(check.patch));
  });
}

/** The place of a claim's sentence in a text that may break its lines elsewhere and quote them; undefined when it is not there. */
export function placeOfQuote(text: string, { quote }: Pick<Claim, 'quote'>): readonly [number, number] | undefined {
  const words = quote.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const spaced: { readonly word: string; readonly at: number }[] = [];
  for (const match of text.matchAll(/\S+/g))
    if (!/^>+$/.test(match[0])) spaced.push({ word: match[0], at: match.index });
  const start = spaced.findIndex((_, index) => words.every((word, k) => fits(spaced[index + k]?.word, word, k, words)));
  const first = spaced[start];
  const last = spaced[start + words.length - 1];
  if (first === undefined || last === undefined) return undefined;
  const from = first.at + Math.max(0, first.word.indexOf(words[0] ?? ''));
  const end = last.word.indexOf(words.at(-1) ?? '') + (words.at(-1) ?? '').length;
  return [from, last.at + end];
}

/** A quote may begin and end inside a word: after a bracket, before a full stop. */
function fits(found: string | undefined, word: string, index: number, words: readonly string[]): boolean {
  if (found === undefined) return false;
  if (found === word) return true;
  if (index === 0 && found.endsWith(word)) return true;
  return index === words.length - 1 && found.startsWith(word);
}
