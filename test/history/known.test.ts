import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { knownRaces } from '../../src/history/known.ts';
import type { ReviewCheck, Verdict } from '../../src/types.ts';

const rules = join(import.meta.dirname, '../../rules');
const dir = mkdtempSync(join(tmpdir(), 'relore-known-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function check(rule: string, scenario: string, before: Verdict, level: ReviewCheck['level'] = 'error'): ReviewCheck {
  const side = (verdict: Verdict) => ({ verdict, states: 1 });
  return { rule, scenario, level, before: side(before), after: side(before) } as unknown as ReviewCheck;
}

describe('what is known of a race of the base', () => {
  it('is the change that opened it and the one that closed it, once a scenario', () => {
    const checks = [check('stranded-unevictable', 'S1', 'violated'), check('stranded-unevictable', 'S1', 'violated')];
    expect(
      knownRaces(rules, checks).map(({ scenario, opened, closed }) => [
        scenario,
        opened?.commit,
        opened?.release,
        closed,
      ]),
    ).toEqual([['S1', '2fbb0c10d1e8', 'v5.18', undefined]]);
    const [copied] = knownRaces(rules, [check('write-to-private-copy', 'S1', 'violated')]);
    expect(copied?.closed).toEqual({ commit: '19be0eaffa3a', subject: expect.any(String) as string, release: 'v4.9' });
  });

  it('is nothing for what holds, for information, and for a scenario that the history does not have', () => {
    expect(knownRaces(rules, [check('stranded-unevictable', 'S1', 'holds')])).toEqual([]);
    expect(knownRaces(rules, [check('stranded-unevictable', 'S1', 'violated', 'information')])).toEqual([]);
    expect(knownRaces(rules, [check('stranded-unevictable', 'S99', 'violated')])).toEqual([]);
  });

  it('is nothing when the rules have changed since it was computed', () => {
    cpSync(rules, dir, { recursive: true });
    const checks = [check('stranded-unevictable', 'S1', 'violated')];
    expect(knownRaces(dir, checks)).toHaveLength(1);
    appendFileSync(join(dir, 'stranded-unevictable.md'), '\nOne more sentence.\n');
    expect(knownRaces(dir, checks)).toEqual([]);
  });
});
