// A review and its thread as rows.
import { createHash } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Message, Review, Thread } from '../../types.ts';
import type { ClaimsTable, MessagesTable, ReviewsTable, ThreadsTable } from './schema.ts';
import { wordsOf } from './tokens.ts';

/** What recording a review stores. */
export interface ReviewRows {
  readonly review: Insertable<ReviewsTable>;
  readonly marks: readonly { readonly kind: string; readonly value: string }[];
  readonly thread: Insertable<ThreadsTable>;
  readonly messages: readonly { readonly row: Insertable<MessagesTable>; readonly words: readonly string[] }[]; // by id
  readonly claims: readonly { readonly row: Insertable<ClaimsTable>; readonly words: readonly string[] }[];
}

/** The rows of a review of `thread`, recorded at `recorded` (ISO 8601). */
export function rowsOf(review: Review, thread: Thread, recorded: string): ReviewRows {
  const json = JSON.stringify(review);
  const id = `r-${createHash('sha256').update(json).digest('hex').slice(0, 16)}`;
  const root = thread.messages[0]?.id ?? id;
  return {
    review: {
      id,
      thread: root,
      subject: review.thread.subject,
      base: review.base.name,
      rules: review.tool.rules,
      version: review.tool.version,
      recorded,
      patches: review.patches.length,
      claims: review.claims.length,
      opens: changes(review, 'opens'),
      closes: changes(review, 'closes'),
      json,
    },
    marks: marksOf(review),
    thread: {
      id: root,
      subject: thread.subject,
      first: thread.messages[0]?.date ?? '',
      messages: thread.messages.length,
      speakers: JSON.stringify(thread.speakers.map(({ name }) => name)),
    },
    messages: messageRows(thread, root),
    claims: claimRows(review, thread, { id, root }),
  };
}

function changes(review: Review, change: 'opens' | 'closes'): number {
  return review.checks.filter((check) => check.patch !== '' && check.level === 'error' && check.change === change)
    .length;
}

function marksOf(review: Review): ReviewRows['marks'] {
  const marks = [
    ...(review.rules ?? []).map(({ name }) => ['rule', name] as const),
    ...review.checks.map(({ rule, scenario }) => ['scenario', `${rule}/${scenario}`] as const),
    ...review.patches.flatMap((patch) => patch.functions.map((name) => ['function', name] as const)),
    ...(['opens', 'closes'] as const).filter((one) => changes(review, one) > 0).map((one) => ['change', one] as const),
  ];
  const unique = new Map(marks.map((mark) => [mark.join('\0'), mark]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, [kind, value]]) => ({ kind, value }));
}

/** By Message-ID, so that two writers take the rows in one order. */
function messageRows(thread: Thread, root: string): ReviewRows['messages'] {
  return thread.messages
    .map((message, position) => ({
      row: {
        id: message.id,
        thread: root,
        position,
        subject: message.subject,
        sender: message.from,
        date: message.date ?? '',
        json: JSON.stringify(message),
      },
      words: wordsOf(`${message.subject}\n${textOf(message)}`),
    }))
    .sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
}

/** What the author of a mail wrote: quotes stand in the mails they are from. */
export function textOf(message: Message): string {
  return message.blocks
    .filter(({ depth }) => depth === 0)
    .map(({ text }) => text)
    .join('\n');
}

function claimRows(
  review: Review,
  thread: Thread,
  at: { readonly id: string; readonly root: string },
): ReviewRows['claims'] {
  const dates = new Map(thread.messages.map((message) => [message.id, message.date ?? '']));
  return review.claims.map((claim) => ({
    row: {
      id: claim.id,
      review: at.id,
      thread: at.root,
      message: claim.messageId,
      speaker: claim.speaker ?? '',
      date: dates.get(claim.messageId) ?? '',
      kind: claim.kind,
      status: claim.status,
      verdict: claim.verdict,
      quote: claim.quote,
      why: claim.why,
    },
    words: wordsOf(claim.quote),
  }));
}
