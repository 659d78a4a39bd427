import { describe, expect, it } from 'vitest';
import { extractClaims } from '../../src/claims/claims.ts';
import type { Edit } from '../../src/types.ts';
import { cues, said, vocabulary } from './specimens.ts';

/** The edits of each fix in a text, in the words of the edit algebra. */
function fixesIn(text: string): string[] {
  return extractClaims(said(text), vocabulary, cues).map(({ edits }) => edits.map(inWords).join(' + '));
}

function inWords(edit: Edit): string {
  const place = edit.kind !== 'revert' && edit.functions.length > 0 ? ` in ${edit.functions.join(', ')}` : '';
  switch (edit.kind) {
    case 'move':
      return `${edit.leaves === undefined ? 'move' : `test ${edit.leaves}`} ${edit.what.call} ${edit.where} ${edit.anchor.call}${place}`;
    case 'move-into-lock':
      return `move ${edit.what.call} into ${edit.lock.lock}${place}`;
    case 'swap':
      return `swap ${edit.what.call} ${edit.anchor.call}${place}`;
    case 'insert':
      return `insert ${edit.code} ${edit.where} ${edit.anchor.call}${place}`;
    case 'delete':
      return `delete ${edit.what.call}${place}`;
    case 'wrap':
      return `wrap ${edit.what.call} if ${edit.condition}${place}`;
    case 'replace':
      return `replace ${edit.what.call} by ${edit.code}${place}`;
    case 'revert':
      return `revert ${edit.commit}${edit.title === undefined ? '' : ` (${edit.title})`}`;
    default:
      return edit satisfies never;
  }
}

const FIRST = 'move folio_test_clear_mlocked before folio_test_clear_lru';
const AFTER = 'move folio_test_clear_lru after folio_test_clear_mlocked';
const LOCKED = 'move folio_test_clear_lru into lru_lock';

/** Each row: the sentence that proposes, what it proposes, and near misses that propose nothing. */
const ROWS: readonly (readonly [says: string, fix: string, misses: readonly string[]])[] = [
  [
    'The walk would bail on seeing a locked page, so we can pro-actively check the PageLocked bit before get_page_unless_zero().',
    'test set folio_test_locked before get_page_unless_zero',
    [
      'The walk checks the PageLocked bit before get_page_unless_zero() today.',
      'Why do we check the PageLocked bit before get_page_unless_zero()?',
    ],
  ],
  [
    'We should recheck PG_lru after folio_lock().',
    'test clear folio_test_lru after folio_lock',
    ['We recheck PG_lru after folio_lock().', 'We should not recheck PG_lru after folio_lock().'],
  ],
  [
    'Maybe test PG_mlocked before folio_batch_add()?',
    'test either folio_test_mlocked before folio_batch_add',
    ['He might test PG_mlocked before folio_batch_add().'],
  ],
  [
    'We could bail out if PageLocked(page) before get_page_unless_zero().',
    'test set PageLocked before get_page_unless_zero',
    ['We do bail out if PageLocked(page) before get_page_unless_zero().'],
  ],
  [
    'We could skip lru_add_drain() if (folio_test_lru(folio)).',
    'wrap lru_add_drain if !(folio_test_lru(folio))',
    ['We skip lru_add_drain() if (folio_test_lru(folio)).'],
  ],
  [
    'Would doing folio_test_clear_mlocked() before folio_test_clear_lru() fix the race?',
    FIRST,
    [
      'We are doing folio_test_clear_mlocked() before folio_test_clear_lru() today.',
      'Doing folio_test_clear_mlocked() before folio_test_clear_lru() would not fix the race.',
      'Why are we doing folio_test_clear_mlocked() before folio_test_clear_lru()?',
    ],
  ],
  [
    'We should call folio_test_clear_mlocked(folio) before we try to call folio_test_clear_lru(folio).',
    FIRST,
    [
      'We call folio_test_clear_mlocked(folio) before folio_test_clear_lru(folio) today.',
      'We should not call folio_test_clear_mlocked(folio) before folio_test_clear_lru(folio).',
      'Tomasz suggested that we should call folio_test_clear_mlocked() before folio_test_clear_lru().',
      'We should test this more, because we call folio_test_clear_mlocked() before folio_test_clear_lru().',
    ],
  ],
  [
    'folio_test_clear_mlocked() should come before folio_test_clear_lru().',
    FIRST,
    ['folio_test_clear_mlocked() comes before folio_test_clear_lru().'],
  ],
  [
    'I think TestClearPageMlocked should be done\n\nbefore\nTestClearPageLRU.',
    'move TestClearPageMlocked before TestClearPageLRU',
    ['I think TestClearPageMlocked is done before TestClearPageLRU.'],
  ],
  [
    'Maybe clear PG_mlocked before we try to clear PG_lru?',
    FIRST,
    [
      'When we clear PG_mlocked before we try to clear PG_lru, the other side sees it.',
      'It did clear PG_mlocked before PG_lru.',
    ],
  ],
  [
    'PG_mlocked should be cleared before PG_lru.',
    FIRST,
    ['PG_mlocked is cleared before PG_lru.', 'PG_mlocked should be cleared before the folio is freed.'],
  ],
  [
    'Perhaps we should only try to isolate the page (clear PG_lru) after we clear the mlocked bit.',
    AFTER,
    ['The page is isolated (PG_lru cleared) after we clear the mlocked bit.'],
  ],
  [
    'Before calling folio_test_clear_lru(), we should call folio_test_clear_mlocked().',
    FIRST,
    ['Before calling folio_test_clear_lru(), we called folio_test_clear_mlocked() in v5.18.'],
  ],
  [
    'How about we first clear PG_mlocked and then try to clear PG_lru?',
    FIRST,
    ['It first clears PG_mlocked and then tries to clear PG_lru.'],
  ],
  [
    'Please move the folio_test_clear_mlocked() call above folio_test_clear_lru().',
    FIRST,
    [
      'Please do not move folio_test_clear_mlocked() above folio_test_clear_lru().',
      'The patch moves folio_test_clear_mlocked() above folio_test_clear_lru().',
      'If we move folio_test_clear_mlocked() above folio_test_clear_lru(), we deadlock.',
      'I tried to move folio_test_clear_mlocked() above folio_test_clear_lru().',
      'We could move folio_test_clear_mlocked() above folio_test_clear_lru(), but that would deadlock.',
    ],
  ],
  [
    'If we move folio_test_clear_mlocked() before folio_test_clear_lru(), the race goes away.',
    FIRST,
    ['If we move folio_test_clear_mlocked() before folio_test_clear_lru(), nobody can read it.'],
  ],
  [
    'Move folio_set_lru() after folio_evictable() in lru_add_fn().',
    'move folio_set_lru after folio_evictable in lru_add_fn',
    ['Moving folio_set_lru() after folio_evictable() in lru_add_fn() was a mistake.'],
  ],
  [
    'In __munlock_folio() we should swap the order of folio_test_clear_lru() and folio_test_clear_mlocked().',
    'swap folio_test_clear_lru folio_test_clear_mlocked in __munlock_folio',
    ['70dea5346ea3 swapped the order of folio_test_clear_lru() and folio_test_clear_mlocked().'],
  ],
  [
    'I think we should move folio_test_clear_lru(folio) into\n\nlru locked range.',
    LOCKED,
    ['I think folio_test_clear_lru(folio) runs outside of the lru locked range.'],
  ],
  [
    'folio_test_clear_lru() should be done under the lru lock.',
    LOCKED,
    ['folio_test_clear_lru() is done under the lru lock.', 'folio_test_clear_lru() cannot be done under the lru lock.'],
  ],
  [
    "Let's put folio_test_clear_lru() inside the lruvec lock critical section.",
    LOCKED,
    ["Let's not put folio_test_clear_lru() inside the lruvec lock critical section."],
  ],
  [
    'Could we take the lruvec->lru_lock around folio_test_clear_lru()?',
    LOCKED,
    ['We used to take the lruvec->lru_lock around folio_test_clear_lru().'],
  ],
  [
    'We might need to revert 2262ace60713 ("mm/munlock:\ndelete smp_mb() from __pagevec_lru_add_fn()").',
    'revert 2262ace60713 (mm/munlock: delete smp_mb() from __pagevec_lru_add_fn())',
    [
      'Before 2262ace60713 ("mm/munlock: delete smp_mb() from __pagevec_lru_add_fn()") this was fine.',
      'There is no need to revert 2262ace60713.',
      'Someone reverted 2262ace60713 in our tree.',
    ],
  ],
  ['Just revert commit 70dea5346ea3.', 'revert 70dea5346ea3', ['Do not just revert commit 70dea5346ea3.']],
  [
    'We should add an smp_mb() after folio_set_lru() in lru_add_fn().',
    'insert smp_mb(); after folio_set_lru in lru_add_fn',
    ['The smp_mb() after folio_set_lru() in lru_add_fn() was added for this.'],
  ],
  [
    'Insert a full memory barrier before folio_evictable().',
    'insert smp_mb(); before folio_evictable',
    ['There is a full memory barrier before folio_evictable().'],
  ],
  [
    'I suggest to drop the smp_mb() from __pagevec_lru_add_fn().',
    'delete smp_mb in __pagevec_lru_add_fn',
    ['Hugh dropped the smp_mb() from __pagevec_lru_add_fn().', 'We should drop the smp_mb() after folio_set_lru().'],
  ],
  ['Remove the call to lru_add_drain().', 'delete lru_add_drain', ['Never remove the call to lru_add_drain().']],
  [
    'We should only call folio_test_clear_mlocked(folio) if folio_test_unevictable(folio).',
    'wrap folio_test_clear_mlocked if folio_test_unevictable(folio)',
    ['We should only call folio_test_clear_mlocked(folio) if the folio is unevictable.'],
  ],
  [
    'Skip folio_set_lru(folio) unless (won && !stranded).',
    'wrap folio_set_lru if won && !stranded',
    ['It will skip folio_set_lru(folio) unless (won && !stranded).'],
  ],
  [
    'We could use smp_wmb() instead of smp_mb().',
    'replace smp_mb by smp_wmb()',
    ['They use smp_wmb() instead of smp_mb().'],
  ],
];

describe('a sentence that proposes a change is a fix, its near twin is not', () => {
  for (const [says, fix, misses] of ROWS) {
    it(`${JSON.stringify(says)} is: ${fix}`, () => expect(fixesIn(says)).toEqual([fix]));
    for (const miss of misses) it(`${JSON.stringify(miss)} proposes nothing`, () => expect(fixesIn(miss)).toEqual([]));
  }
});

describe('what is said with a wink, or not by the speaker, is no fix', () => {
  it.each([
    "Let's move lru_add() before lunch. ;-)",
    'We should move folio_test_clear_lru() before folio_set_lru() and be happy.',
    'Or we drop folio_set_lru() altogether ;)',
    'We should revert 2262ace60713. Just kidding.',
    'He wrote "we should move folio_test_clear_lru() before folio_set_lru()" last year.',
  ])('%s', (text) => expect(fixesIn(text)).toEqual([]));
});

describe('a word that only looks like a name is none', () => {
  it.each([
    'We should clear pages before pagevecs.',
    'We should do Pages before Pagevecs.',
    'We should look at PG_lru.',
  ])('%s', (text) => expect(fixesIn(text)).toEqual([]));
});

describe('a list', () => {
  it('has one fix an item', () => {
    const text =
      'I see two ways:\n\n - move folio_test_clear_lru() under the lru lock\n - revert 2262ace60713\n 3) drop folio_set_lru()';
    expect(fixesIn(text)).toEqual([LOCKED, 'revert 2262ace60713', 'delete folio_set_lru']);
  });
});

describe('a name that was wrapped', () => {
  it('is one name when the line ended in an underscore', () => {
    expect(fixesIn('Please move folio_test_clear_\n  mlocked() before folio_test_clear_lru().')).toEqual([FIRST]);
  });
});

describe('several changes in one sentence', () => {
  it('are one fix when joined by "and"', () => {
    const text =
      'We should move folio_test_clear_mlocked() before folio_test_clear_lru() and add smp_mb() after folio_set_lru().';
    expect(fixesIn(text)).toEqual([`${FIRST} + insert smp_mb(); after folio_set_lru`]);
  });

  it('are two fixes when joined by "or"', () => {
    const text =
      'We should either move folio_test_clear_mlocked() before folio_test_clear_lru() or revert 2262ace60713.';
    expect(fixesIn(text)).toEqual([FIRST, 'revert 2262ace60713']);
  });
});
