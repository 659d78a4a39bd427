// Reviews and threads that tests of the store record: small, and made from a number.
import type { Block, Message, Review, ReviewClaim, Thread } from '../../src/types.ts';

/** A thread of two mails: `m1-0@example.org` and its answer. */
export function madeThread(n: number): Thread {
  const messages: Message[] = [
    message(n, 0, 'Mira', '2023-07-19T00:00:00Z', [block(0, 'A remark about Füße, and __munlock_folio.')]),
    message(n, 1, 'Tom', '2023-07-20T00:00:00Z', [
      block(1, 'quoted_words_of_another'),
      block(0, 'munlock takes PG_lru first; folio_test_clear_lru() may fail, and the folio is stranded'),
    ]),
  ];
  return {
    kind: 'mbox',
    lossy: [],
    subject: `thread ${n}`,
    messages,
    speakers: [
      { name: 'Mira', depths: [0] },
      { name: 'Tom', depths: [0] },
    ],
    series: [],
    patches: [],
  };
}

/** A review of madeThread(n) with one patch that opens S1, and two claims. */
export function madeReview(n: number): Review {
  const thread = madeThread(n);
  return {
    schema: 'relore.review/1',
    tool: { name: 'relore', version: '0.1.0', rules: 'a'.repeat(64) },
    source: { kind: 'mbox', lossy: [] },
    rules: [
      {
        name: 'stranded-unevictable',
        title: 'Stranded',
        invariant: 'I-strand',
        scenarios: [{ name: 'S1', words: 'the folio waits' }],
      },
    ],
    base: { kind: 'model', name: 'v6.12', why: 'said so' },
    thread: {
      subject: thread.subject,
      messages: thread.messages.map(({ id, from, date, parent, synthetic, virtual, blocks }) => ({
        id,
        from,
        date: date ?? null,
        parent: parent?.id ?? null,
        synthetic,
        virtual,
        blocks: blocks.length,
      })),
      speakers: thread.speakers,
    },
    series: [],
    patches: [
      {
        id: 'patch-1',
        messageId: `m${n}-0@example.org`,
        title: 'a patch',
        kind: 'posted',
        base: { kind: 'model', name: 'v6.12' },
        applies: true,
        files: ['mm/mlock.c'],
        functions: ['__munlock_folio'],
        edits: [],
        notes: [],
        verdict: 'opens',
      },
    ],
    checks: [
      {
        rule: 'stranded-unevictable',
        scenario: 'S1',
        patch: 'patch-1',
        invariant: 'I-strand',
        level: 'error',
        model: 'sc',
        before: { verdict: 'holds', states: 13, violated: [] },
        after: { verdict: 'violated', states: 23, violated: ['I-strand'] },
        change: 'opens',
        because: ['__munlock_folio'],
      },
    ],
    claims: [
      claim(n, 'c1', 'race', 'folio_test_clear_lru() may fail, and the folio is stranded', 'confirmed'),
      claim(n, 'c2', 'fix', 'munlock takes PG_lru first', 'not-modelled'),
    ],
    diagrams: [],
    traces: {},
    coverage: [],
    notChecked: [],
    assumptions: [],
  };
}

function message(n: number, index: number, from: string, date: string, blocks: readonly Block[]): Message {
  return {
    id: `m${n}-${index}@example.org`,
    synthetic: false,
    virtual: false,
    subject: `thread ${n}`,
    from,
    address: `${from.toLowerCase()}@example.org`,
    rawDate: date,
    date,
    parent: index === 0 ? undefined : { id: `m${n}-0@example.org`, how: 'in-reply-to', guessed: false },
    blocks,
    lossy: [],
  };
}

function block(depth: number, text: string): Block {
  return { speaker: undefined, depth, kind: 'prose', text, span: [0, 0], line: 1 };
}

function claim(
  n: number,
  id: string,
  kind: 'race' | 'fix',
  quote: string,
  verdict: ReviewClaim['verdict'],
): ReviewClaim {
  return {
    id,
    messageId: `m${n}-1@example.org`,
    speaker: 'Tom',
    depth: 0,
    quote,
    span: [0, 0],
    kind,
    hedge: 'none',
    status: 'stands',
    statusQuote: undefined,
    repeats: [],
    patches: [],
    verdict,
    why: 'a reason',
  };
}
