// What the checks say of each claim: a fix is confirmed when every reading of it closes the race, refuted when none does.
import type { Claim, ReviewClaim, ReviewPatch } from '../types.ts';
import { judgeStatement, type StatementBench } from './statements.ts';

/** Ties fixes to the variants that stand for them, and other claims to the scenarios that they speak of. */
export function judgeClaims(
  claims: readonly Claim[],
  patches: readonly ReviewPatch[],
  traceOf: (patch: string) => string | undefined,
  on: StatementBench,
): ReviewClaim[] {
  return claims.map((claim) => {
    const own = patches.filter((patch) => patch.claim === claim.id);
    const trace = own.map((patch) => traceOf(patch.id)).find((id) => id !== undefined);
    const { edits, about: _about, ...rest } = claim;
    if (edits.length === 0) return { ...rest, patches: [], ...judgeStatement(claim, on) };
    return {
      ...rest,
      patches: own.map((patch) => patch.id),
      ...verdictOf(own),
      ...(trace === undefined ? {} : { trace }),
    };
  });
}

function verdictOf(readings: readonly ReviewPatch[]): Pick<ReviewClaim, 'verdict' | 'why'> {
  const applied = readings.filter((patch) => patch.applies);
  if (applied.length === 0) {
    return { verdict: 'not-modelled', why: readings[0]?.reason ?? 'nothing in it could be run on the modelled code' };
  }
  const verdicts = new Set(applied.map((patch) => patch.verdict));
  const count = applied.length === 1 ? 'it' : `each of its ${applied.length} readings`;
  if (verdicts.has('unknown'))
    return {
      verdict: 'undecided',
      why: applied.find((patch) => patch.verdict === 'unknown')?.reason ?? 'a search was not exhausted',
    };
  if (verdicts.has('not-exercised') || verdicts.has('not-reviewed'))
    return { verdict: 'not-modelled', why: 'no scenario runs what it changes' };
  if (verdicts.size > 1) return { verdict: 'ambiguous', why: 'its readings differ: see each' };
  if (verdicts.has('closes'))
    return {
      verdict: 'confirmed',
      why: `${count} closes the race in every scenario that runs it${applied.some((patch) => patch.opens !== undefined) ? ', and opens another' : ''}`,
    };
  if (verdicts.has('keeps'))
    return { verdict: 'refuted', why: `${count} changes no invariant: there was nothing to close` };
  if (verdicts.has('opens')) return { verdict: 'refuted', why: `${count} opens a violation that was not there` };
  return { verdict: 'refuted', why: `${count} leaves the race open` };
}
