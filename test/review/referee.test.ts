import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSequences } from '../../src/claims/diagram-sequences.ts';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { ReviewDiagram } from '../../src/types.ts';

const root = join(import.meta.dirname, '..', '..');

function mailOf(body: string): string {
  return `From mboxrd@z Thu Jan  1 00:00:00 1970
Date: Mon, 4 Sep 2023 10:12:31 +0200
From: Review Robot <robot@example.org>
Subject: Re: [PATCH] mm/mlock: look at PG_lru again
Message-ID: <told@relore.example>

${body}
`;
}

async function told(body: string, referee = true): Promise<readonly ReviewDiagram[]> {
  const thread = await readThread(new TextEncoder().encode(mailOf(body)), 'thread');
  const options = { rulesDir: join(root, 'rules'), models: ['sc' as const], states: 2_000_000, version: '0.0.0' };
  return (await review(thread, referee ? { ...options, referee: true as const } : options)).diagrams;
}

async function sequences(body: string) {
  return findSequences(await readThread(new TextEncoder().encode(mailOf(body)), 'thread'));
}

const RACE = `There is a race between __munlock_folio() and lru_add_fn().

CPU 1: folio_evictable() returns false, as PG_mlocked is still set.
CPU 0: folio_test_clear_lru() returns 0.
CPU 0: folio_test_clear_mlocked() clears the flag.
CPU 1: folio_set_lru()

The folio is stranded.`;

describe('a schedule told in prose', () => {
  it('is read in the order of the text, with the values that the words state', async () => {
    const [found, ...others] = await sequences(RACE);
    expect(others).toEqual([]);
    expect(found?.isRound).toBe(true);
    expect(found?.steps.map(({ cpu, text }) => `${cpu}: ${text}`)).toEqual([
      'cpu1: folio_evictable() // false',
      'cpu0: folio_test_clear_lru() // 0',
      'cpu0: folio_test_clear_mlocked()',
      'cpu1: folio_set_lru()',
    ]);
  });

  it('may run on through sentences; a call that is not made, or made elsewhere, is no step', async () => {
    const [found] = await sequences(
      'CPU A is in outer_function() and calls take_it(&x), which fails. Then CPU B does put_it(x) before free_it(x), and CPU A calls use_it(x).',
    );
    expect(found?.steps.map(({ cpu, text }) => `${cpu}: ${text}`)).toEqual([
      'cpua: take_it(&x) // fails',
      'cpub: put_it(x)',
      'cpua: use_it(x)',
    ]);
  });

  it.each([
    'CPU0 and CPU1 both call take_it().',
    'It ran on CPU0: take_it(), put_it() and use_it() were fine.',
    'cpu 1 is in __munlock_folio() and cpu 2 is isolating the folio.',
  ])('%s: none', async (text) => expect(await sequences(text)).toEqual([]));
});

describe('the referee', () => {
  it('runs what the code can do, and says what its end violates', async () => {
    const [found, ...others] = await told(RACE);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      source: 'sequence',
      verdict: 'executable',
      patch: '',
      scenario: 'S1',
      violated: ['I-strand'],
      trace: expect.stringMatching(/^t\d+$/) as string,
    });
  });

  it('names the step that cannot be', async () => {
    const [found] = await told(
      RACE.replace('CPU 1: folio_set_lru()', 'CPU 1: folio_evictable() returns false.').replace(
        /folio_evictable\(\) returns false, as[^.]*/,
        'folio_set_lru() runs',
      ),
    );
    expect(found).toMatchObject({ verdict: 'impossible', impossibleAt: 4 });
    expect(found?.why).toContain('step 4, folio_evictable(): cpu1 does not come to it after step 3');
  });

  it('does not refute what leaves the order in time open', async () => {
    const [found] = await told(`CPU 0: folio_test_clear_mlocked(), then folio_test_clear_lru() in one go.
CPU 1: folio_evictable() and folio_set_lru().`);
    expect(found?.verdict).toBe('not-modelled');
    expect(found?.why).toMatch(/^each CPU is told once, so its order in time is not known/);
  });

  it('says which functions no rule runs', async () => {
    const [found] = await told(`Not as in lru_add_fn():

CPU 0: mem_cgroup_iter() reads the position.
CPU 1: invalidate_iterators() and then folio_set_lru().
CPU 0: css_tryget() on a freed group.`);
    expect(found).toMatchObject({ verdict: 'not-modelled' });
    expect(found?.why).toBe(
      'no scenario that it could be runs mem_cgroup_iter(), invalidate_iterators(), css_tryget()',
    );
  });

  it('is asked for: without it told schedules are left alone', async () => {
    expect(await told(RACE, false)).toEqual([]);
  });

  it('does not look at who tells it', async () => {
    const other = (await told(RACE)).map(({ speaker: _, ...rest }) => rest);
    const thread = await readThread(
      new TextEncoder().encode(mailOf(RACE).replace('Review Robot', 'Linus Example')),
      'thread',
    );
    const found = await review(thread, {
      rulesDir: join(root, 'rules'),
      models: ['sc'],
      states: 2_000_000,
      version: '0.0.0',
      referee: true,
    });
    expect(found.diagrams.map(({ speaker: _, span: __, ...rest }) => rest)).toEqual(
      other.map(({ span: __, ...rest }) => rest),
    );
  });
});
