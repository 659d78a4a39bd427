import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import { readThread } from '../../src/mail/read.ts';
import { locksetsOf } from '../../src/review/locksets.ts';
import { review } from '../../src/review.ts';

const rulesDir = join(import.meta.dirname, '..', '..', 'rules');
const knowledge = await loadKnowledge(rulesDir);

/** What a review on v6.3 says of sentences that stand below one that brings the munlock race in. */
async function told(...sentences: string[]): Promise<string[]> {
  const mail = [
    'From: Ada Example <ada@example.org>',
    'Date: Mon, 4 Sep 2023 10:00:00 +0000',
    'Subject: Re: a race',
    'Message-ID: <1@example.org>',
    '',
    'This is about __munlock_folio() and lru_add_fn().',
    ...sentences,
    '',
  ].join('\n\n');
  const thread = await readThread(new TextEncoder().encode(mail), 'thread.eml');
  const options = { rulesDir, knowledge, models: ['sc' as const], kernel: 'v6.3', states: 200_000, version: '0' };
  const { claims } = await review(thread, options);
  return claims.filter(({ kind }) => kind === 'protected-by').map(({ verdict, why }) => `${verdict}: ${why}`);
}

describe('a claim that a lock protects a field', () => {
  it('is refuted by a write without the lock, with its line; its denial is confirmed', async () => {
    const written =
      /folio\.flags \(mlocked\) is written without mz\.lruvec\.lru_lock at mm\/mlock\.c:\d+ folio_test_clear_mlocked/;
    const [plain, denied] = await told(
      'PG_mlocked is protected by lru_lock here.',
      'So PG_mlocked is not protected by lru_lock at all.',
    );
    expect(plain).toMatch(/^refuted: /);
    expect(plain).toMatch(written);
    expect(denied).toMatch(/^confirmed: /);
    expect(denied).toMatch(written);
  }, 60_000);

  it('is confirmed when every write is within the lock', async () => {
    const [only, ...more] = await told('The list in folio->lru is protected by lru_lock.');
    expect(more).toEqual([]);
    expect(only).toMatch(
      /^confirmed: [\w-]+\/\w+: folio\.lru\.next is written only with \w+\.lruvec\.lru_lock.* other scenarios?$/,
    );
  }, 60_000);

  it('says nothing of a lock that no program has', async () => {
    expect(await told('The list in folio->lru is protected by slab_mutex.')).toEqual([
      'not-modelled: no rule has a scenario for it',
    ]);
  }, 60_000);
});

describe('the locks that are held where a field is touched', () => {
  const rule = knowledge.rules.find(({ name }) => name === 'stranded-unevictable')!;
  const judged = judge(knowledge, knowledge.stack.at('v6.3'), rule, rule.scenarios[0]!, 'sc', 100_000);
  const program = judged.kind === 'judged' ? judged.program : undefined;

  it('are those of every access in the code, not of the scenario', () => {
    const { within, without, isWhole } = locksetsOf(program!, 'lru_lock', 'PG_mlocked')!;
    expect(isWhole).toBe(true);
    expect(within.map(({ process, isWrite }) => `${process} ${isWrite}`)).toEqual(['P1 false', 'P0 false']);
    expect(without.map(({ process, isWrite, where }) => `${process} ${isWrite} ${where.replace(/:\d+/, '')}`)).toEqual([
      'P0 true mm/mlock.c folio_test_clear_mlocked(folio), in __munlock_folio()',
    ]);
  });

  it('are not told of a field that one process alone touches, or that is not there', () => {
    expect(locksetsOf(program!, 'lru_lock', 'fbatch->nr')).toBeUndefined();
    expect(locksetsOf(program!, 'lru_lock', 'no_such_field')).toBeUndefined();
    expect(locksetsOf(program!, 'no_such_lock', 'PG_mlocked')).toBeUndefined();
  });
});
