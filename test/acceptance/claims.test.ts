import { describe, expect, it } from 'vitest';
import { annotations, hasMail, isSetAside, mailSamples, namesIn, root, seeds } from '../../bench/claims/annotations.ts';
import { readClaims } from '../../src/claims/read.ts';
import { isStatementOfFact } from '../../src/claims/statements.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import { review } from '../../src/review.ts';

// The claim tables of domain/*.md and the annotated mail samples: fixtures/claims says where, the mail is in ../shared.
const why = hasMail ? '' : ' (skipped: needs ../shared)';

describe.skipIf(!hasMail)(`claims of real mail${why}`, () => {
  it.each(['000', '001', '002', '003', '004'])(
    'seed %s: every checkable claim of its table has the verdict of the table',
    async (seed) => {
      const thread = (await seeds()).get(seed);
      const known = annotations('seeds').filter((each) => each.seed === seed);
      const options = { rulesDir: `${root}/rules`, models: ['sc' as const], states: 2_000_000, version: '0' };
      const { claims } = await review(thread!, options);
      const namesOf = namesIn(thread!);
      const found = new Map(claims.flatMap((claim) => namesOf(claim).map((name) => [name, claim] as const)));
      for (const { words, table, verdict, kinds } of known) {
        const claim = found.get(words);
        if (verdict !== undefined) expect(claim?.verdict, `row ${table}`).toBe(verdict);
        if (kinds.length === 0)
          expect(claim === undefined || !isStatementOfFact(claim.kind), `row ${table}: "${claim?.quote}"`).toBe(true);
      }
    },
    120_000,
  );

  it('half of the sample mail, set aside: four fifths of the claims are found, and nine of ten findings are claims', async () => {
    const knowledge = await loadKnowledge(`${root}/rules`);
    const known = new Map(annotations('mail-samples').map((each) => [each.words, each]));
    const seen = new Set<string>();
    let right = 0;
    let wrong = 0;
    for (const thread of await mailSamples()) {
      const namesOf = namesIn(thread);
      for (const claim of readClaims(thread, knowledge).filter(({ kind }) => isStatementOfFact(kind))) {
        const names = namesOf(claim);
        const annotation = names.map((name) => known.get(name)).find((each) => each !== undefined);
        if (
          names.length === 0 ||
          names.some((name) => seen.has(name)) ||
          !isSetAside(annotation?.message ?? claim.messageId)
        )
          continue;
        for (const name of names) seen.add(name);
        if (annotation?.open === true) continue;
        if (annotation === undefined || annotation.kinds.length === 0) wrong++;
        else right++;
      }
    }
    const all = [...known.values()].filter(
      ({ open, kinds, message }) => open !== true && kinds.length > 0 && isSetAside(message ?? ''),
    ).length;
    expect(right / all).toBeGreaterThan(0.8);
    expect(right / (right + wrong)).toBeGreaterThanOrEqual(0.9);
  }, 120_000);
});
