import { describe, expect, it } from 'vitest';
import { extractClaims } from '../../src/claims/claims.ts';
import { readThread } from '../../src/mail/read.ts';
import { cues, vocabulary } from './specimens.ts';

const BATCHING = `Re: [PATCH 2/4] mm: rework munlock batching

From: Nia Okafor
Date: Wed Mar 06 2024 - 10:11:12 EST


On Wed, Mar 6, 2024 at 3:01 PM Pavel Dusek <pdusek@xxxxxxxxxxx> wrote:
> On Wed, Mar 6, 2024 at 1:40 PM Nia Okafor <nia@xxxxxxxxxxx> wrote:
>> On 3/6/24 12:05, Pavel Dusek wrote:
>>> On 3/5/24 22:15, Lena Vogt wrote:
>>>> The batch is drained too late here I think.
>>>>
>>>> Why don't we just take the lruvec lock around folio_test_clear_lru() and be
>>>> done with it?
>>> That has a cost on every munlock. Would it not be better to swap
>>> folio_test_clear_lru() and folio_test_clear_mlocked() in __munlock_folio()?
>>> At least then nobody can miss it.
>> I like that better. Though lru_add() checks folio_evictable() and sets
>> PG_lru only later, so it is still racy:
>>
>> CPU0 CPU1
>> folio_evictable() // false
>> folio_test_clear_mlocked() // true
>> folio_test_clear_lru() // false
>> folio_set_lru()
>>
>> so I'd rather set PG_lru before calling folio_evictable() in lru_add().
> Ouch, you are right. That ordering alone doesn't help.
>
> What about adding a smp_mb__after_atomic() right after folio_set_lru() then?
> Completely untested.

No no, please. We removed that in 2262ace60713 ("mm/munlock: delete
smp_mb() from __pagevec_lru_add_fn()") and I am not going back there :)

Actually, scratch my idea about lru_add(), folio_batch_move_lru() would
set it a second time. Let us take the lock as Lena says.

Nia
`;

const DRAIN = `Re: [PATCH] mm/swap: skip drain when not needed

From: Omar Haddad
Date: Fri Jan 12 2024 - 08:00:01 EST

On Fri, Jan 12, 2024 at 08:22:10AM +0100, Greta Lind wrote:
> On Thu, Jan 11, 2024 at 11:02:45PM +0000, Omar Haddad wrote:
> > * Greta Lind <greta@xxxxxxxxxxx> [240111 20:11]:
> > > The munlock side clears PG_mlocked after it lost PG_lru. I would have
> > > expected that TestClearPageMlocked() comes before TestClearPageLRU() as it did in v5.17.
> > So restore that. Moving folio_test_clear_mlocked() up so that it runs before
> > folio_test_clear_lru() isn't hard, is it?
> It is hard because of mlock_count. The simplest option would be to move
> folio_test_clear_lru() under lru_lock, as the comment already says, and to
> drop the smp_mb() in lru_add_fn().
>
> Alternatively, revert 70dea5346ea3 ("mm/swap: convert lru_add to a
> folio_batch").

I thought about reverting 70dea5346ea3 too. It does not revert cleanly. But
moving folio_set_lru() before folio_evictable() in lru_add() would be the
same thing, no?

If we do that then we also need an smp_mb() between folio_set_lru() and
folio_evictable(), I believe.

Omar
`;

async function linesOf(text: string): Promise<string[]> {
  const claims = extractClaims(await readThread(Buffer.from(text), 'page.txt'), vocabulary, cues);
  return claims.map(({ depth, speaker, hedge, status, statusQuote, edits }) =>
    [depth, speaker, hedge, status, edits.map(({ kind }) => kind).join('+'), statusQuote ?? ''].join(' | '),
  );
}

describe('archive pages of our own, deep quotes and folded blanks', () => {
  it('one fix conceded, one withdrawn, two that stand; a joke and a commit in passing', async () => {
    expect(await linesOf(BATCHING)).toEqual([
      '4 | Lena Vogt | weak | stands | move-into-lock | ',
      '3 | Pavel Dusek | weak | conceded | swap | Ouch, you are right.',
      '2 | Nia Okafor | none | withdrawn | move | Actually, scratch my idea about lru_add(), folio_batch_move_lru() would set it a second time.',
      '1 | Pavel Dusek | strong | stands | insert | ',
    ]);
  });

  it('a fix of two edits, a revert, and two more in the answer; a proposal in loose words is missed', async () => {
    expect(await linesOf(DRAIN)).toEqual([
      '1 | Greta Lind | none | stands | move-into-lock+delete | ',
      '1 | Greta Lind | none | stands | revert | ',
      '0 | Omar Haddad | weak | stands | move | ',
      '0 | Omar Haddad | weak | stands | insert | ',
    ]);
  });
});
