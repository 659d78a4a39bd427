import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesOf } from '../../src/claims/names.ts';
import { parseTopics, topicsOf } from '../../src/claims/topics.ts';
import { readRules } from '../../src/rules/load.ts';
import type { ClaimKind } from '../../src/types.ts';
import { vocabulary } from './specimens.ts';

const names = namesOf(vocabulary);
const ROWS = parseTopics(
  `Prose is for people.

## stranded

- strand* & unevictable list & !split : S1 S2
- (order) PageLRU & before : S1/I-strand says bad

## groups

- (fix) lru_lock|lru lock & move_account : S5/asserts with v11, lock-in-move says good
- (fix) inversion & split_huge_page : S7/deadlock with over-move, split-first against over-move says good
- unevictable list & charge : S5
`,
  'topics.md',
);

function bound(sentence: string, kind: ClaimKind = 'outcome', around?: string): string[] {
  return topicsOf({ sentence, kind, around }, ROWS, names).map(({ rule, scenarios, property, edits, against, says }) =>
    `${rule} ${scenarios.join(' ')}${property === undefined ? '' : `/${property}`} ${edits.join('+')} ${against === undefined ? '' : `- ${against.join('+')} `}${says ?? ''}`.trim(),
  );
}

describe('the words that bind a statement to a race', () => {
  it('all groups must be met, and a denied one must not', () => {
    expect(bound('The folio is stranded on the unevictable list.')).toEqual(['stranded S1 S2']);
    expect(bound('The folio is stranded.')).toEqual([]);
    expect(bound('After the split the folio is stranded on the unevictable list.')).toEqual([]);
  });

  it('a row may say against which changed code a change is held', () => {
    expect(bound('Reverts the inversion in split_huge_page().', 'fix')).toEqual([
      'groups S7/deadlock over-move+split-first - over-move good',
    ]);
  });

  it('a name stands for the operation in every version', () => {
    expect(bound('folio_test_lru() comes before the lock.', 'order')).toEqual(['stranded S1/I-strand  bad']);
  });

  it('a row for one kind of statement leaves others alone, and names edits and what is expected', () => {
    const says = 'Take the lru lock in move_account.';
    expect(bound(says, 'fix')).toEqual(['groups S5/asserts v11+lock-in-move good']);
    expect(bound(says, 'outcome')).toEqual([]);
  });

  it('two rules that fit equally well are both kept', () => {
    expect(bound('A charge that moves strands it on the unevictable list.')).toEqual(['stranded S1 S2', 'groups S5']);
  });

  it('what stands around is asked only when the sentence has no topic of its own', () => {
    expect(bound('So it can happen.', 'race', 'It is stranded on the unevictable list.')).toEqual(['stranded S1 S2']);
    expect(bound('So it can happen.', 'race')).toEqual([]);
  });

  it('a row without scenarios is refused, with its line', () => {
    expect(() => parseTopics('## a\n\n- lru lock\n', 'topics.md')).toThrow(/topics\.md:3/);
  });

  it('every row of rules/claims/topics.md names a rule, scenarios, properties and edits that exist', () => {
    const root = join(import.meta.dirname, '..', '..');
    const rules = new Map(readRules(join(root, 'rules')).map((rule) => [rule.name, rule]));
    const rows = parseTopics(readFileSync(join(root, 'rules/claims/topics.md'), 'utf8'), 'rules/claims/topics.md');
    expect(rows.length).toBeGreaterThan(50);
    for (const { topic, line } of rows) {
      const rule = rules.get(topic.rule);
      expect(rule, `line ${line}`).toBeDefined();
      const scenarios = rule?.scenarios.map(({ name }) => name) ?? [];
      for (const scenario of topic.scenarios) expect(scenarios, `line ${line}`).toContain(scenario);
      const edits = rule?.edits.map(({ name }) => name) ?? [];
      const named = [...topic.edits, ...(topic.against ?? [])];
      for (const edit of named.filter((each) => !/^v\d/.test(each) || each === 'v11' || each === 'v17'))
        expect(edits, `line ${line}`).toContain(edit);
    }
  });
});
