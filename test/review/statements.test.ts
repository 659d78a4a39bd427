import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Knowledge, loadKnowledge } from '../../src/knowledge.ts';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { MemoryModel, Review, ReviewClaim } from '../../src/types.ts';

const rulesDir = join(import.meta.dirname, '..', '..', 'rules');
let known: Promise<Knowledge> | undefined;

/** The review of a thread of mails, each answering the one before it, on the model sources of `kernel`. */
async function reviewed(
  kernel: string,
  bodies: readonly string[],
  models: readonly MemoryModel[] = ['sc'],
): Promise<Review> {
  known ??= loadKnowledge(rulesDir);
  const mails = bodies.map((body, index) =>
    [
      'From mboxrd@z Thu Jan  1 00:00:00 1970',
      `From: ${['Ada Example', 'Ben Example'][index % 2]} <p${index % 2}@example.org>`,
      `Date: Mon, 4 Sep 2023 1${index}:00:00 +0000`,
      'Subject: Re: a race',
      `Message-ID: <${index}@example.org>`,
      ...(index === 0 ? [] : [`In-Reply-To: <${index - 1}@example.org>`]),
      '',
      body,
      '',
    ].join('\n'),
  );
  const thread = await readThread(new TextEncoder().encode(mails.join('\n')), 'thread.mbox');
  return review(thread, { rulesDir, knowledge: await known, models, kernel, states: 200_000, version: '0' });
}

const told = ({ kind, verdict, why, trace, binding }: ReviewClaim) => ({
  kind,
  verdict,
  why,
  trace: trace !== undefined,
  ...(binding === undefined ? {} : { on: [binding.rule, binding.version, binding.of, binding.source] }),
});

const STRAND = 'When munlock loses PG_lru, a folio that is isolated is stranded on the unevictable list.';

describe('a statement about a race', () => {
  it('is confirmed with the schedule where a scenario is violated', async () => {
    const { claims, traces } = await reviewed('v6.3', [STRAND]);
    expect(claims.map(told)).toEqual([
      {
        kind: 'outcome',
        verdict: 'confirmed',
        why: 'read as the code of v6.3: stranded-unevictable S1 under SC shows it',
        trace: true,
        on: ['stranded-unevictable', 'before', '', 'v6.3'],
      },
    ]);
    expect(traces[claims[0]?.trace ?? '']).toMatchObject({ rule: 'stranded-unevictable', scenario: 'S1', patch: '' });
  });

  it('is left undecided where nothing is violated: another scenario may show it', async () => {
    const { claims } = await reviewed('v4.16', [STRAND]);
    expect(claims.map(told)).toMatchObject([{ verdict: 'undecided', trace: false }]);
  });

  it('is refuted with the schedule when it says that it cannot happen', async () => {
    const says = 'A folio that munlock left behind will be evictable always, also when it sits in a batch.';
    expect((await reviewed('v6.3', [says])).claims.map(told)).toMatchObject([{ verdict: 'refuted', trace: true }]);
    expect((await reviewed('v4.16', [says])).claims.map(told)).toMatchObject([{ verdict: 'confirmed', trace: false }]);
  });

  it('of another subsystem is left alone', async () => {
    const { claims } = await reviewed('v6.3', ['The timer can race with sock_release(), and the socket is leaked.']);
    expect(claims.map(told)).toEqual([
      { kind: 'race', verdict: 'not-modelled', why: 'no rule has a scenario for it', trace: false },
    ]);
  });

  it('of functions that no scenario runs is another race', async () => {
    const says = (one: string, two: string): string =>
      `The folio can be stranded on the unevictable list when ${one}() races with ${two}().`;
    const bodies = [`${says('walk_clusters', 'unmap_cluster')} ${says('walk_clusters', '__munlock_folio')}`];
    const { claims } = await reviewed('v6.3', bodies);
    expect(claims.map(({ verdict, why }) => [verdict, why])).toEqual([
      ['not-modelled', 'no scenario that it could be about runs unmap_cluster(), walk_clusters()'],
      ['confirmed', 'read as the code of v6.3: stranded-unevictable S1 under SC shows it'],
    ]);
  });

  it('of what a lock protects is told from where the lock is held', async () => {
    const { claims } = await reviewed('v6.3', [
      'PG_mlocked is protected by lru_lock, so that clearing it cannot go wrong.',
    ]);
    expect(claims.map(told)).toMatchObject([{ kind: 'protected-by', verdict: 'refuted' }]);
  });
});

describe('a statement about a proposal', () => {
  const FIX = 'Maybe we should call folio_test_clear_mlocked() before folio_test_clear_lru() in __munlock_folio().';
  const quoted = `On Mon, 4 Sep 2023 10:00:00 +0000, Ada Example wrote:\n> ${FIX}\n`;

  it('is run on the code with the proposal', async () => {
    const { claims } = await reviewed('v6.3', [
      FIX,
      `${quoted}\nThat is not enough, lru_add_fn() tests folio_evictable() before PG_lru is set.`,
    ]);
    expect(claims.map(told)).toMatchObject([
      { kind: 'fix', verdict: 'refuted' },
      { kind: 'insufficient', verdict: 'confirmed', trace: true, on: ['stranded-unevictable', 'fix', 'fix-1', 'v6.3'] },
    ]);
  });

  it('that code which an edit of a rule makes is called what it is', async () => {
    const { claims } = await reviewed('v6.12', ['We should take the lruvec lock in mem_cgroup_move_account().']);
    expect(claims.map(told)).toMatchObject([
      { kind: 'fix', verdict: 'refuted', on: ['lruvec-stability', 'edit', 'v11, lock-in-move', 'v6.12'] },
    ]);
  });
});

describe('a statement about history', () => {
  const says = (release: string, what: string): string =>
    `In ${release} the "details = NULL;" got ${what} as part of aac453635549 ("mm, oom: introduce oom reaper").`;

  it('is looked up in the patch stack: the release, and what the commit did', async () => {
    const verdicts = await Promise.all(
      [
        says('4.6', 'deleted'),
        says('4.11', 'deleted'),
        says('4.6', 'added'),
        'Commit 0123456789ab was merged in v5.2.',
      ].map(async (text) => (await reviewed('v5.16', [text])).claims.map(({ verdict, why }) => `${verdict}: ${why}`)),
    );
    expect(verdicts).toEqual([
      ['confirmed: aac453635549 is of v4.6, and it removes "details = NULL;" (model sources)'],
      ['refuted: aac453635549 is of v4.6, not of v4.11'],
      ['refuted: aac453635549 does not add "details = NULL;"'],
      ['not-modelled: it names no commit that rules/kernel has'],
    ]);
  });
});

describe('a statement about a barrier', () => {
  const SAYS = 'The smp_mb() in __pagevec_lru_add_fn() is redundant, since PG_lru and PG_mlocked are in one word.';

  it('is judged by deleting the barrier, under a model that reorders', async () => {
    expect((await reviewed('v5.17', [SAYS])).claims.map(told)).toMatchObject([
      { kind: 'barrier', verdict: 'not-modelled' },
    ]);
    expect((await reviewed('v5.17', [SAYS], ['lkmm'])).claims.map(told)).toMatchObject([
      {
        kind: 'barrier',
        verdict: 'confirmed',
        why: expect.stringMatching(/^with it and without it stranded-unevictable S1/),
      },
    ]);
  }, 60_000);
});

describe('what decides a verdict', () => {
  it('is not who speaks, nor in which order mails of one date lie', async () => {
    const one = await reviewed('v6.3', [STRAND, 'I think folio_putback_lru() is not protected by the lru lock.']);
    const other = await reviewed('v6.3', ['I think folio_putback_lru() is not protected by the lru lock.', STRAND]);
    const key = ({ claims }: Review) => claims.map((claim) => JSON.stringify(told(claim))).sort();
    expect(key(other)).toEqual(key(one));
  });
});
