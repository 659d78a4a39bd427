import { describe, expect, it } from 'vitest';
import { extractClaims } from '../../src/claims/claims.ts';
import { cues, said, vocabulary } from './specimens.ts';

const countIn = (text: string) => extractClaims(said(text), vocabulary, cues).length;

describe('sentences that propose one change', () => {
  it.each([
    'It would be enough to clear PG_mlocked before we try to take PG_lru.',
    'What if __munlock_folio() cleared PG_mlocked before testing PG_lru?',
    'So what about moving the folio_test_clear_mlocked() in front of the folio_test_clear_lru()?',
    'The fix is simple: clear PG_mlocked first, then try PG_lru.',
    "I'd say we need the test-and-clear of PG_lru inside the lru_lock.",
    'I think folio_test_clear_lru() needs to be called with the lruvec lock held.',
    'folio_test_clear_lru() should be moved under lru_lock.',
    'folio_test_clear_lru() has to be moved into the lru_lock critical section.',
    "Shouldn't we do folio_test_clear_lru() inside the lruvec lock?",
    "Wouldn't it be simpler to take the lru lock before folio_test_clear_lru()?",
    'My suggestion is to move folio_test_clear_lru() into the locked section of lru_lock.',
    'A revert of 2262ace60713 would fix this.',
    'Reverting 2262ace60713 ("mm/munlock: delete smp_mb()") should be enough.',
    'I guess 2262ace60713 needs to be reverted.',
    'Can you try reverting 70dea5346ea3?',
    'How about restoring the smp_mb() after folio_set_lru()?',
    'We need a full barrier between folio_set_lru() and folio_evictable().',
    'Adding smp_mb__after_atomic() after folio_set_lru() would close the window.',
    'We could put folio_set_lru() back before the folio_evictable() check.',
    'Setting PG_lru before calling folio_evictable() in lru_add() would do it.',
    'lru_add() should set PG_lru before it checks folio_evictable().',
    "Let's set PG_lru before folio_evictable() again.",
    'I would prefer clearing PG_mlocked prior to PG_lru.',
    'Swap folio_test_clear_lru() and folio_test_clear_mlocked() in __munlock_folio().',
    "Let's do folio_test_clear_mlocked() and folio_test_clear_lru() the other way round.",
    'We must clear PG_mlocked before folio_test_clear_lru().',
    'Maybe the order of folio_test_clear_lru() and folio_test_clear_mlocked() should be reversed?',
    'You could also delete the smp_mb() in lru_add_fn().',
    'I wonder whether we should call folio_test_clear_mlocked() earlier, before folio_test_clear_lru().',
    'Please call folio_test_clear_mlocked() only after folio_test_clear_lru().',
    'We should call folio_set_lru() at the end, after lruvec_add_folio().',
    'Moving the call to folio_test_clear_lru() inside the lru lock should fix that.',
    'Holding the lru lock while doing folio_test_clear_lru() would fix it.',
    'Hmm, clearing PG_mlocked before PG_lru is tested might just work.',
    'Is it possible to clear PG_mlocked before PG_lru?',
    'How about this: we clear PG_mlocked under the lruvec lock.',
  ])('%s', (text) => expect(countIn(text)).toBe(1));
});

describe('sentences about order, locks and commits that propose nothing', () => {
  it.each([
    'We need to call folio_test_clear_lru() before folio_test_clear_mlocked() today, because of mlock_count.',
    'We have to call folio_set_lru() after lruvec_add_folio(), otherwise it is lost.',
    'The order is folio_test_clear_lru() before folio_test_clear_mlocked() here.',
    'We clear PG_mlocked only after PG_lru because of mlock_count.',
    'Since 70dea5346ea3 folio_evictable() is checked before folio_set_lru().',
    "I don't see why we should move folio_test_clear_lru() under the lru lock.",
    'I am not convinced that moving folio_test_clear_lru() under the lru lock would fix anything.',
    'Moving folio_test_clear_lru() under the lru lock does not fix it.',
    'You cannot call folio_test_clear_lru() before folio_get().',
    'Nothing should call folio_set_lru() before lruvec_add_folio().',
    'The caller should hold the lru lock when calling lruvec_add_folio().',
    'lruvec_add_folio() must be called with the lru lock held.',
    'As you said, we should move folio_test_clear_lru() under the lru lock.',
    'Did you try to revert 2262ace60713?',
    'I bisected it to 2262ace60713, reverting it made no difference.',
    'With 2262ace60713 reverted the test still fails.',
    'Fixes: 2262ace60713 ("mm/munlock: delete smp_mb() from __pagevec_lru_add_fn()")',
    'The smp_mb() before folio_evictable() should pair with the one after folio_test_clear_mlocked().',
    'There should be a barrier between folio_set_lru() and folio_evictable(), no?',
    'Should folio_set_lru() be called before folio_evictable()?',
    'In that case folio_test_clear_lru() could run before folio_test_clear_mlocked() on the other CPU.',
    'So cpu1 can clear PG_mlocked before cpu2 sets PG_lru.',
    'folio_test_clear_mlocked() might happen before folio_set_lru().',
    'The other CPU may call folio_set_lru() after folio_evictable() returned false.',
    'It could be that folio_test_clear_lru() is executed before folio_set_lru().',
    'This could call folio_set_lru() after folio_test_clear_mlocked().',
    'What if cpu1 does folio_test_clear_mlocked() before folio_set_lru()?',
    'What happens when folio_test_clear_mlocked() comes before folio_set_lru()?',
    'The CPU might reorder folio_set_lru() and folio_evictable().',
    'The compiler could move folio_set_lru() after folio_evictable().',
    'If we could call folio_test_clear_mlocked() before folio_set_lru() the folio would be stranded.',
    'We would have to drop the lock and call folio_put() before folio_test_clear_lru(), which is ugly.',
    'Without the lock folio_set_lru() could be seen before folio_test_clear_mlocked().',
    'folio_evictable() should have been called before folio_set_lru().',
    'You should see folio_set_lru() before folio_evictable() in the trace.',
    'We should document that folio_set_lru() comes after folio_evictable().',
    'I think folio_set_lru() already comes after folio_evictable().',
    'The comment says that we should call folio_set_lru() after lruvec_add_folio().',
    'Then we could clear PG_mlocked after the other side has set PG_lru and strand the folio.',
  ])('%s', (text) => expect(countIn(text)).toBe(0));
});

describe('proposals that are not understood are missed, not misread', () => {
  it.each([
    'Can we not just call folio_test_clear_mlocked() first and then folio_test_clear_lru()?',
    'If folio_test_clear_mlocked() came before folio_test_clear_lru(), the holder would see it.',
  ])('%s', (text) => expect(countIn(text)).toBe(0));
});
