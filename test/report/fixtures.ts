// Two reviews built by hand: a thread whose base is violated and has fixes in prose, and a harmless patch.
// Numbers and lines are invented; people and Message-IDs are not real.

import type {
  MemoryModel,
  Review,
  ReviewCheck,
  ReviewClaim,
  ReviewPatch,
  ReviewSide,
  ReviewTrace,
  ReviewTraceStep,
  Verdict,
} from '../../src/types.ts';

const RULE = 'stranded-unevictable';
export const STRANDED = 'no evictable folio is left on the unevictable list';

/** A step of a hand-made schedule; `cpu1` is P0, `cpu2` P1, `cpu3` P2. */
export function step(
  cpu: 'cpu1' | 'cpu2' | 'cpu3',
  code: string,
  event: string,
  change: Partial<ReviewTraceStep> & { at: string },
): ReviewTraceStep {
  const [file = '', line = '1'] = change.at.split(':');
  const { at, ...rest } = change;
  void at;
  return {
    process: `P${Number(cpu.slice(3)) - 1}`,
    cpu,
    function: code.replace(/\(.*/s, ''),
    file,
    line: Number.parseInt(line, 10),
    text: code,
    event,
    values: '',
    matters: true,
    ...rest,
  };
}

export function trace(change: Partial<ReviewTrace> & Pick<ReviewTrace, 'steps'>): ReviewTrace {
  return {
    rule: RULE,
    scenario: 'S1',
    patch: '',
    model: 'sc',
    path: '0/1/1/0',
    processes: [
      { name: 'P0', cpu: 'cpu1', label: 'munlock' },
      { name: 'P1', cpu: 'cpu2', label: 'drain' },
    ],
    switches: 2,
    violated: 'I-strand',
    words: STRANDED,
    end: 'folio: lru, unevictable, not mlocked',
    ...change,
  };
}

const drainHead = [
  step('cpu2', 'spin_lock_irqsave(&lruvec->lru_lock, *flags)', 'lock lruvec.lru_lock', { at: 'mm/memcontrol.c:1244' }),
  step('cpu2', 'folio_test_clear_unevictable(folio)', 'test and clear unevictable of folio.flags: was 0', {
    at: 'mm/swap.c:151',
    matters: false,
  }),
  step('cpu2', 'folio_test_mlocked(folio)', 'read mlocked of folio.flags: 1', { at: 'mm/internal.h:431' }),
];
const drainTail = [
  step('cpu2', 'folio_set_unevictable(folio)', 'set unevictable of folio.flags', { at: 'mm/swap.c:172' }),
  step('cpu2', 'folio_set_lru(folio)', 'set lru of folio.flags', { at: 'mm/swap.c:205' }),
  step('cpu2', 'spin_unlock_irqrestore(&lruvec->lru_lock, flags)', 'unlock lruvec.lru_lock', {
    at: 'mm/swap.c:208',
    matters: false,
  }),
];
const lose = step('cpu1', 'if (!folio_test_clear_lru(folio))', 'test and clear lru of folio.flags: was 0', {
  at: 'mm/mlock.c:127',
  text: 'folio_test_clear_lru(folio)',
  function: '__munlock_folio',
});
const clearMlocked = (line: number, added?: true) =>
  step('cpu1', 'folio_test_clear_mlocked(folio)', 'test and clear mlocked of folio.flags: was 1', {
    at: `mm/mlock.c:${line}`,
    ...(added === undefined ? {} : { added }),
    values: 'folio.flags: mlocked -> 0',
  });

const baseSteps = [lose, ...drainHead, clearMlocked(143), ...drainTail];
const fixOneSteps = [...drainHead, clearMlocked(126, true), lose, ...drainTail];

function side(verdict: Verdict, states: number, id?: string): ReviewSide {
  return {
    verdict,
    states,
    violated: verdict === 'violated' ? ['I-strand'] : [],
    ...(id === undefined ? {} : { trace: id }),
  };
}

export function check(
  scenario: string,
  patch: string,
  sides: { before: ReviewSide; after: ReviewSide; model?: MemoryModel },
): ReviewCheck {
  const bad = [sides.before.verdict === 'violated', sides.after.verdict === 'violated'];
  const change = bad[0] && bad[1] ? 'still-violated' : bad[0] ? 'closes' : bad[1] ? 'opens' : 'keeps';
  return {
    rule: RULE,
    scenario,
    patch,
    invariant: 'I-strand',
    level: 'error',
    model: sides.model ?? 'sc',
    before: sides.before,
    after: sides.after,
    change,
    because: ['__munlock_folio'],
  };
}

export function patch(change: Partial<ReviewPatch> & Pick<ReviewPatch, 'id' | 'verdict'>): ReviewPatch {
  return {
    messageId: 'reply-1@example.org',
    title: `a change called ${change.id}`,
    kind: 'prose',
    base: { kind: 'model', name: 'v6.12' },
    applies: true,
    files: ['mm/mlock.c'],
    functions: ['__munlock_folio'],
    edits: [],
    notes: [],
    ...change,
  };
}

export function claim(change: Partial<ReviewClaim> & Pick<ReviewClaim, 'id' | 'quote'>): ReviewClaim {
  return {
    messageId: 'reply-1@example.org',
    speaker: 'Ada Example',
    depth: 1,
    span: [100, 200],
    kind: 'race',
    hedge: 'none',
    status: 'stands',
    statusQuote: undefined,
    repeats: [],
    patches: [],
    verdict: 'confirmed',
    why: '',
    ...change,
  };
}

const EMPTY: Review = {
  schema: 'relore.review/1',
  tool: { name: 'relore', version: '0.1.0', rules: 'a'.repeat(64) },
  source: { kind: 'mbox', lossy: [] },
  rules: [
    {
      name: RULE,
      title: 'munlock against adding to the LRU',
      invariant: STRANDED,
      scenarios: [
        { name: 'S1', words: 'the folio waits in the add batch' },
        { name: 'S2', words: 'the folio is isolated and put back' },
      ],
    },
  ],
  base: { kind: 'model', name: 'v6.12', why: 'no --tree was given; newest model version before the mail' },
  thread: {
    subject: 'Re: [PATCH 2/2] mm: mlock: handle large folios',
    messages: [
      {
        id: 'first@example.org',
        from: 'Bo Example',
        date: '2023-07-14T10:00:00.000Z',
        parent: null,
        synthetic: false,
        virtual: false,
        blocks: 9,
      },
      {
        id: 'reply-1@example.org',
        from: 'Ada Example',
        date: '2023-07-15T10:00:00.000Z',
        parent: 'first@example.org',
        synthetic: false,
        virtual: false,
        blocks: 5,
      },
      {
        id: 'reply-2@example.org',
        from: 'Bo Example',
        date: null,
        parent: 'reply-1@example.org',
        synthetic: true,
        virtual: true,
        blocks: 1,
      },
    ],
    speakers: [
      { name: 'Ada Example', depths: [0, 1] },
      { name: 'Bo Example', depths: [0, 2] },
    ],
  },
  series: [],
  patches: [],
  checks: [],
  claims: [],
  diagrams: [],
  traces: {},
  coverage: [],
  notChecked: [],
  assumptions: [],
};

/** A review of nothing: one mail thread without patch or claim. */
export function emptyReview(change: Partial<Review> = {}): Review {
  return { ...EMPTY, ...change };
}

/** A thread about a race of the base, with a withdrawn fix, a revert, their pair, and a fix with two readings. */
export function violatedReview(change: Partial<Review> = {}): Review {
  const base1 = side('violated', 1204, 't1');
  const base2 = side('violated', 655, 't2');
  return emptyReview({
    patches: [
      patch({
        id: 'fix-1',
        title: 'clear mlocked before test_clear_lru',
        claim: 'c2',
        verdict: 'does-not-close',
        edits: [
          {
            function: '__munlock_folio',
            file: 'mm/mlock.c',
            kind: 'move',
            what: 'folio_test_clear_mlocked(folio)',
            before: 'line 143',
            after: 'line 126',
            line: 143,
          },
        ],
      }),
      patch({
        id: 'fix-2',
        title: 'revert 2262ace60713',
        messageId: 'reply-2@example.org',
        claim: 'c3',
        verdict: 'does-not-close',
        files: ['mm/swap.c'],
        functions: ['lru_add_fn'],
      }),
      patch({
        id: 'fix-3/a',
        title: 'move test_clear_lru into the lru lock',
        reading: 'mlocked is cleared inside the lock too',
        claim: 'c4',
        verdict: 'closes',
      }),
      patch({
        id: 'fix-3/b',
        title: 'move test_clear_lru into the lru lock',
        reading: 'mlocked is cleared after the lock on failure',
        claim: 'c4',
        verdict: 'does-not-close',
      }),
      patch({
        id: 'fix-1+fix-2',
        title: 'fix-1 and fix-2 together',
        kind: 'combination',
        parts: ['fix-1', 'fix-2'],
        verdict: 'closes',
      }),
      patch({
        id: 'fix-1+fix-3/b',
        title: 'fix-1 and fix-3/b together',
        kind: 'combination',
        parts: ['fix-1', 'fix-3/b'],
        verdict: 'does-not-close',
      }),
    ],
    checks: [
      check('S1', '', { before: base1, after: base1 }),
      check('S2', '', { before: base2, after: base2 }),
      check('S1', 'fix-1', { before: base1, after: side('violated', 1190, 't3') }),
      check('S2', 'fix-1', { before: base2, after: side('holds', 702) }),
      check('S1', 'fix-2', { before: base1, after: side('violated', 1310, 't4') }),
      check('S2', 'fix-2', { before: base2, after: side('violated', 655, 't5') }),
      check('S1', 'fix-3/a', { before: base1, after: side('holds', 980) }),
      check('S2', 'fix-3/a', { before: base2, after: side('holds', 611) }),
      check('S1', 'fix-3/b', { before: base1, after: side('violated', 1011, 't6') }),
      check('S2', 'fix-3/b', { before: base2, after: side('holds', 640) }),
      check('S1', 'fix-1+fix-2', { before: base1, after: side('holds', 1400) }),
      check('S2', 'fix-1+fix-2', { before: base2, after: side('holds', 720) }),
      check('S1', 'fix-1+fix-3/b', { before: base1, after: side('violated', 999, 't7') }),
      check('S2', 'fix-1+fix-3/b', { before: base2, after: side('holds', 700) }),
    ],
    claims: [
      claim({
        id: 'c1',
        messageId: 'first@example.org',
        speaker: 'Bo Example',
        quote: 'When munlock finds the folio isolated it only clears the flag, and the folio stays on the wrong list.',
        trace: 't1',
        verdict: 'confirmed',
        why: 'S1 and S2 reach it',
      }),
      claim({
        id: 'c2',
        kind: 'fix',
        quote: 'Would it be enough to clear mlocked before we try to clear the lru bit?',
        hedge: 'weak',
        status: 'withdrawn',
        statusQuote: 'that is not enough after all',
        patches: ['fix-1'],
        verdict: 'refuted',
        why: 'S1 is still violated',
        trace: 't3',
      }),
      claim({
        id: 'c3',
        kind: 'fix',
        messageId: 'reply-2@example.org',
        speaker: undefined,
        quote: 'Maybe 2262ace60713 has to be reverted.',
        hedge: 'strong',
        patches: ['fix-2'],
        verdict: 'refuted',
        why: 'S1 and S2 are still violated',
      }),
      claim({
        id: 'c4',
        kind: 'fix',
        quote: 'Or move the test of the lru bit into the locked range.',
        patches: ['fix-3/a', 'fix-3/b'],
        verdict: 'ambiguous',
        why: 'two readings, one closes it',
      }),
      claim({
        id: 'c5',
        kind: 'order',
        quote: 'The lock orders both sides.',
        verdict: 'refuted',
        why: 'munlock takes no lock on this path',
      }),
      claim({ id: 'c6', kind: 'history', quote: 'This has been so for years.', verdict: 'not-modelled' }),
    ],
    diagrams: [
      {
        messageId: 'reply-1@example.org',
        span: [300, 420],
        columns: 'collapsed',
        steps: [{ text: 'isolate folio', cpu: undefined }],
        solutions: 2,
        verdict: 'executable',
        why: 'two ways to put its lines on two cpus',
      },
    ],
    traces: {
      t1: trace({ steps: baseSteps }),
      t2: trace({
        scenario: 'S2',
        steps: [lose, ...drainHead.slice(2), clearMlocked(143), ...drainTail],
        processes: [
          { name: 'P0', cpu: 'cpu1', label: 'munlock' },
          { name: 'P1', cpu: 'cpu2', label: 'putback' },
        ],
      }),
      t3: trace({ patch: 'fix-1', steps: fixOneSteps, path: '1/1/0/0' }),
      t4: trace({ patch: 'fix-2', steps: baseSteps }),
      t5: trace({
        patch: 'fix-2',
        scenario: 'S2',
        steps: [lose, ...drainHead.slice(2), clearMlocked(143), ...drainTail],
      }),
      t6: trace({
        patch: 'fix-3/b',
        steps: [
          step('cpu1', 'folio_lruvec_lock_irq(folio)', 'lock lruvec.lru_lock', { at: 'mm/mlock.c:126', added: true }),
          lose,
          step('cpu1', 'unlock_page_lruvec_irq(lruvec)', 'unlock lruvec.lru_lock', {
            at: 'mm/mlock.c:129',
            added: true,
          }),
          ...drainHead,
          clearMlocked(143),
          ...drainTail,
        ],
      }),
      t7: trace({ patch: 'fix-1+fix-3/b', steps: fixOneSteps }),
    },
    coverage: [
      {
        rule: RULE,
        scenario: 'S1',
        patch: '',
        model: 'sc',
        states: 1204,
        terminals: ['lru, mlocked, unevictable', 'lru', 'lru, unevictable'],
        unreached: ['mm/mlock.c:138 folio_set_unevictable(folio)'],
      },
      {
        rule: RULE,
        scenario: 'S2',
        patch: '',
        model: 'sc',
        states: 655,
        terminals: ['lru', 'lru, unevictable'],
        unreached: [],
      },
    ],
    notChecked: [{ what: 'mem_cgroup_move_account', why: 'no scenario moves the charge' }],
    assumptions: [
      '2 CPUs, 1 folio, no interrupts',
      'all page flags are one word',
      'statistics calls are left out: __zone_stat_mod_folio, __count_vm_events',
    ],
    ...change,
  });
}

/** One posted patch that moves statistics only; the base is violated all the same. */
export function keepsReview(change: Partial<Review> = {}): Review {
  const base = side('violated', 1204, 't1');
  return emptyReview({
    source: { kind: 'patch', lossy: [] },
    thread: {
      ...EMPTY.thread,
      subject: '[PATCH] mm/mlock: count munlocked pages later',
      messages: EMPTY.thread.messages.slice(0, 1),
      speakers: [{ name: 'Bo Example', depths: [0] }],
    },
    series: [
      { version: 1, subject: '[PATCH] mm/mlock: count munlocked pages later', patches: ['patch-1'], missing: [] },
    ],
    patches: [
      patch({
        id: 'patch-1',
        kind: 'posted',
        messageId: 'first@example.org',
        title: 'mm/mlock: count munlocked pages later',
        verdict: 'keeps',
      }),
    ],
    checks: [
      check('S1', 'patch-1', { before: base, after: side('violated', 1204, 't2') }),
      check('S2', 'patch-1', { before: side('holds', 655), after: side('holds', 655) }),
    ],
    traces: { t1: trace({ steps: baseSteps }), t2: trace({ patch: 'patch-1', steps: baseSteps }) },
    assumptions: ['2 CPUs, 1 folio, no interrupts'],
    ...change,
  });
}

/** One posted patch after which a scenario is violated that held before. */
export function opensReview(change: Partial<Review> = {}): Review {
  return keepsReview({
    patches: [
      patch({
        id: 'patch-1',
        kind: 'posted',
        messageId: 'first@example.org',
        title: 'mm/swap: set lru late',
        verdict: 'opens',
      }),
    ],
    checks: [
      check('S1', 'patch-1', { before: side('holds', 1100), after: side('violated', 1204, 't1') }),
      check('S2', 'patch-1', { before: side('violated', 655, 't2'), after: side('violated', 655, 't3') }),
    ],
    traces: {
      t1: trace({ patch: 'patch-1', steps: fixOneSteps }),
      t2: trace({ scenario: 'S2', steps: baseSteps }),
      t3: trace({ scenario: 'S2', patch: 'patch-1', steps: baseSteps }),
    },
    ...change,
  });
}
