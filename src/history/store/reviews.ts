// Reading reviews, threads, messages and claims. Newest recorded first, in pages.
import type { ClaimKind, Message, Review, ReviewClaim } from '../../types.ts';
import type { Engine, Window } from './engine.ts';
import { pageOf, rowsAsked } from './page.ts';
import { textOf } from './rows.ts';
import type { ClaimHit, MessageHit, Page, Paging, ReviewSearch, Search, StoredReview, StoredThread } from './store.ts';
import { excerptOf, termsOf } from './tokens.ts';

const REVIEW_COLUMNS = [
  'row',
  'id',
  'thread',
  'subject',
  'base',
  'rules',
  'version',
  'recorded',
  'patches',
  'claims',
  'opens',
  'closes',
] as const;

/** The reviews that a search asks for. */
export async function listReviews({ db }: Engine, search: ReviewSearch): Promise<Page<StoredReview>> {
  let query = db.selectFrom('reviews').select(REVIEW_COLUMNS).orderBy('row', 'desc').limit(rowsAsked(search));
  if (search.before !== undefined) query = query.where('row', '<', search.before);
  if (search.thread !== undefined) query = query.where('thread', '=', search.thread);
  for (const [kind, value] of marksAsked(search))
    query = query.where('row', 'in', (inner) =>
      inner.selectFrom('review_marks').select('review').where('kind', '=', kind).where('value', '=', value),
    );
  return pageOf(await query.execute(), search);
}

function marksAsked({ rule, scenario, function: name, change }: ReviewSearch): (readonly [string, string])[] {
  return [
    ...(rule !== undefined && scenario === undefined ? [['rule', rule] as const] : []),
    ...(scenario === undefined ? [] : [['scenario', `${rule ?? ''}/${scenario}`] as const]),
    ...(name === undefined ? [] : [['function', name] as const]),
    ...(change === undefined ? [] : [['change', change] as const]),
  ];
}

/** One review as it was recorded. */
export async function readReview({ db }: Engine, id: string): Promise<Review | undefined> {
  const found = await db.selectFrom('reviews').select('json').where('id', '=', id).executeTakeFirst();
  return found === undefined ? undefined : (JSON.parse(found.json) as Review);
}

/** Threads. */
export async function listThreads({ db }: Engine, paging: Paging): Promise<Page<StoredThread>> {
  let query = db.selectFrom('threads').selectAll().orderBy('row', 'desc').limit(rowsAsked(paging));
  if (paging.before !== undefined) query = query.where('row', '<', paging.before);
  const rows = await query.execute();
  return pageOf(
    rows.map((row) => ({ ...row, speakers: JSON.parse(row.speakers) as string[] })),
    paging,
  );
}

/** The messages of a thread, oldest first. */
export async function readMessages({ db }: Engine, thread: string): Promise<Message[]> {
  const rows = await db
    .selectFrom('messages')
    .select('json')
    .where('thread', '=', thread)
    .orderBy('position')
    .orderBy('row')
    .execute();
  return rows.map(({ json }) => JSON.parse(json) as Message);
}

/** Messages with all words of a search, in what their authors wrote. */
export async function findMessages({ db, hasTerms }: Engine, search: Search): Promise<Page<MessageHit>> {
  const terms = termsOf(search.text ?? '');
  let query = db.selectFrom('messages').selectAll().orderBy('messages.row', 'desc').limit(rowsAsked(search));
  if (search.before !== undefined) query = query.where('messages.row', '<', search.before);
  if (search.thread !== undefined) query = query.where('thread', '=', search.thread);
  if (search.speaker !== undefined) query = query.where('sender', '=', search.speaker);
  if (search.since !== undefined) query = query.where('date', '>=', search.since);
  if (search.until !== undefined) query = query.where('date', '<', dayAfter(search.until));
  if (terms.length > 0) query = query.where(hasTerms('messages', terms, windowOf(search)));
  const rows = await query.execute();
  return pageOf(
    rows.map(({ row, id, thread, subject, sender, date, json }) => {
      const excerpt = excerptOf(textOf(JSON.parse(json) as Message), terms);
      return { row, id, thread, subject, from: sender, date, excerpt };
    }),
    search,
  );
}

/** Claims with all words of a search. */
export async function findClaims({ db, hasTerms }: Engine, search: Search): Promise<Page<ClaimHit>> {
  const terms = termsOf(search.text ?? '');
  let query = db.selectFrom('claims').selectAll().orderBy('claims.row', 'desc').limit(rowsAsked(search));
  if (search.before !== undefined) query = query.where('claims.row', '<', search.before);
  if (search.thread !== undefined) query = query.where('thread', '=', search.thread);
  if (search.speaker !== undefined) query = query.where('speaker', '=', search.speaker);
  if (search.kind !== undefined) query = query.where('kind', '=', search.kind);
  if (search.verdict !== undefined) query = query.where('verdict', '=', search.verdict);
  if (search.since !== undefined) query = query.where('date', '>=', search.since);
  if (search.until !== undefined) query = query.where('date', '<', dayAfter(search.until));
  if (terms.length > 0) query = query.where(hasTerms('claims', terms, windowOf(search)));
  const rows = await query.execute();
  return pageOf(
    rows.map(({ message, kind, verdict, ...row }) => ({
      ...row,
      messageId: message,
      kind: kind as ClaimKind,
      verdict: verdict as ReviewClaim['verdict'],
    })),
    search,
  );
}

/** Where nothing but the words decides, the newest of them are enough. */
function windowOf(search: Search): Window {
  const { text, limit, before, ...others } = search;
  const isAlone = Object.values(others).every((one) => one === undefined);
  return { ...(before === undefined ? {} : { before }), ...(isAlone ? { most: rowsAsked(search) } : {}) };
}

/** The day itself counts: '2023-07-19' stands before '2023-07-19T08:00:00Z'. */
function dayAfter(day: string): string {
  return `${day}U`;
}
