import { describe, expect, it } from 'vitest';
import { selectSchedules } from '../../src/report/select.ts';
import { claim, keepsReview, opensReview, violatedReview } from './fixtures.ts';

const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

describe('the schedules of a report', () => {
  it('are at most three: the base, then one for each fix that does not close the race', () => {
    const { shown, hidden } = selectSchedules(violatedReview(), false);
    expect(ids(shown)).toEqual(['t1', 't3', 't6']);
    expect(ids(hidden)).toEqual(['t2']);
  });

  it('are three of four when one more fix fails in its own way', () => {
    const review = violatedReview();
    const patches = review.patches.map((item) =>
      item.id === 'fix-2' ? { ...item, verdict: 'does-not-close' as const } : item,
    );
    const t4 = { ...review.traces['t4']!, steps: review.traces['t4']!.steps.slice(1) };
    const { shown, hidden } = selectSchedules({ ...review, patches, traces: { ...review.traces, t4 } }, false);
    expect(ids(shown)).toEqual(['t1', 't3', 't4']);
    expect(ids(hidden)).toEqual(['t6', 't2']);
  });

  it('refer to one that is already printed instead of repeating it', () => {
    const { shown } = selectSchedules(violatedReview(), false);
    expect(shown.map(({ same }) => ids(same))).toEqual([['t4'], ['t7'], []]);
  });

  it('are all there when all are asked for, each once', () => {
    const { shown, hidden } = selectSchedules(violatedReview(), true);
    expect(ids(shown)).toEqual(['t1', 't3', 't6', 't2']);
    expect(hidden).toEqual([]);
    expect(shown.flatMap(({ id, same }) => [id, ...ids(same)]).sort()).toEqual([
      't1',
      't2',
      't3',
      't4',
      't5',
      't6',
      't7',
    ]);
  });

  it('begin with what a patch opens and leave the base out', () => {
    const { shown, hidden } = selectSchedules(opensReview(), false);
    expect(ids(shown)).toEqual(['t1']);
    expect(ids(hidden)).toEqual(['t2']);
  });

  it('are none for a patch that keeps every verdict, though the base is violated', () => {
    expect(selectSchedules(keepsReview(), false).shown).toEqual([]);
  });

  it('leave out what only informs', () => {
    const review = violatedReview();
    const informing = {
      ...review,
      checks: review.checks.map((check) => ({ ...check, level: 'information' as const })),
    };
    expect(selectSchedules(informing, false).shown).toEqual([]);
  });

  it('carry the claims they bear on: those that name them and the fix they were found under', () => {
    const review = violatedReview();
    expect(selectSchedules(review, false).shown.map(({ claims }) => ids(claims))).toEqual([
      ['c1', 'c3'],
      ['c2'],
      ['c4'],
    ]);
    const other = selectSchedules({ ...review, claims: [claim({ id: 'c9', quote: 'x', trace: 't6' })] }, false);
    expect(other.shown.map(({ claims }) => ids(claims))).toEqual([[], [], ['c9']]);
  });
});
