import { describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit-code.ts';
import type { ReviewSide } from '../../src/types.ts';
import { check, emptyReview, keepsReview, opensReview, patch, violatedReview } from '../report/fixtures.ts';

const holds: ReviewSide = { verdict: 'holds', states: 10, violated: [] };
const violated: ReviewSide = { verdict: 'violated', states: 10, violated: ['I-strand'] };
const bounded: ReviewSide = { verdict: 'bounded', states: 10, violated: [], why: '10 states' };
const refused: ReviewSide = { verdict: 'refused', states: 0, violated: [], why: 'an unknown callee' };

/** A review of posted patches and their checks. */
function reviewOf(patches: Parameters<typeof patch>[0][], checks: ReturnType<typeof check>[]) {
  return keepsReview({ patches: patches.map((change) => patch({ kind: 'posted', ...change })), checks });
}

describe('the exit code of a review', () => {
  it('is 1 when a posted patch opens a race', () => {
    expect(exitCode(opensReview(), 'opens')).toBe(1);
    expect(exitCode(opensReview(), 'violated')).toBe(1);
    expect(exitCode(opensReview(), 'never')).toBe(0);
  });

  it('is 1 when a patch in a reply opens a race', () => {
    const review = reviewOf(
      [{ id: 'patch-1', kind: 'reply', verdict: 'opens' }],
      [check('S1', 'patch-1', { before: holds, after: violated })],
    );
    expect(exitCode(review, 'opens')).toBe(1);
  });

  it('is 0 for a fix in prose or a combination that opens one: nobody posted it', () => {
    for (const kind of ['prose', 'combination'] as const) {
      const review = reviewOf(
        [{ id: 'fix-1', kind, verdict: 'opens' }],
        [check('S1', 'fix-1', { before: holds, after: violated })],
      );
      expect(exitCode(review, 'opens')).toBe(0);
    }
  });

  it('is 0 under opens when only the base is violated, before and after', () => {
    expect(exitCode(keepsReview(), 'opens')).toBe(0);
    expect(exitCode(violatedReview(), 'opens')).toBe(0);
  });

  it('is 1 under violated when the base is, and there is no patch', () => {
    expect(exitCode(violatedReview(), 'violated')).toBe(1);
    expect(exitCode(emptyReview(), 'violated')).toBe(0);
  });

  it('is decided by the patch under violated: a base that the patch repairs does not count', () => {
    const checks = [
      check('S1', '', { before: violated, after: violated }),
      check('S1', 'patch-1', { before: violated, after: holds }),
    ];
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'closes' }], checks), 'violated')).toBe(0);
    expect(exitCode(keepsReview(), 'violated')).toBe(1);
  });

  it('is 0 for what only informs', () => {
    const informing = { ...check('S1', 'patch-1', { before: holds, after: violated }), level: 'information' as const };
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'keeps' }], [informing]), 'opens')).toBe(0);
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'keeps' }], [informing]), 'violated')).toBe(0);
  });

  it('is 3 when a patch does not apply, unless another opens a race', () => {
    const lost = { id: 'patch-2', verdict: 'unknown', applies: false, reason: 'no such line' } as const;
    expect(exitCode(reviewOf([lost], []), 'opens')).toBe(3);
    expect(exitCode(reviewOf([lost], []), 'never')).toBe(3);
    const opened = check('S1', 'patch-1', { before: holds, after: violated });
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'opens' }, lost], [opened]), 'opens')).toBe(1);
  });

  it('is 0 when a fix in prose does not apply', () => {
    expect(exitCode(reviewOf([{ id: 'fix-1', kind: 'prose', verdict: 'unknown', applies: false }], []), 'opens')).toBe(
      0,
    );
  });

  it('is 3 when a search was stopped or refused and nothing was found', () => {
    for (const after of [bounded, refused]) {
      expect(
        exitCode(
          reviewOf([{ id: 'patch-1', verdict: 'unknown' }], [check('S1', 'patch-1', { before: holds, after })]),
          'opens',
        ),
      ).toBe(3);
      expect(exitCode(emptyReview({ checks: [check('S1', '', { before: after, after })] }), 'opens')).toBe(3);
    }
    const both = [
      check('S1', 'patch-1', { before: holds, after: bounded }),
      check('S2', 'patch-1', { before: holds, after: violated }),
    ];
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'opens' }], both), 'opens')).toBe(1);
  });

  it('is 3 when it cannot be said whether the patch opened what is violated after it', () => {
    const unknown = { ...check('S1', 'patch-1', { before: bounded, after: violated }), change: 'unknown' as const };
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'unknown' }], [unknown]), 'opens')).toBe(3);
  });

  it('is 0 when no rule covers the patch', () => {
    expect(exitCode(reviewOf([{ id: 'patch-1', verdict: 'not-reviewed' }], []), 'opens')).toBe(0);
  });
});
