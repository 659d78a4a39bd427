// Recording: all rows of a review in one transaction.
import type { Kysely, Transaction } from 'kysely';
import type { Engine, Worded } from './engine.ts';
import type { ReviewRows } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Recorded } from './store.ts';

/** Rows of one insert: far below the 32,766 parameters of SQLite for the widest table. */
const ROWS_AT_ONCE = 500;

/** Stores the rows. A review that is there is left as it is; so is a message that another review of its thread brought. */
export async function record(engine: Engine, rows: ReviewRows): Promise<Recorded> {
  const { review } = rows;
  return engine.db.transaction().execute(async (db) => {
    const inserted = await db
      .insertInto('reviews')
      .values(review)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('row')
      .executeTakeFirst();
    if (inserted === undefined) return { review: review.id, isNew: false };
    await db
      .insertInto('threads')
      .values(rows.thread)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await addMarks(db, inserted.row, rows.marks);
    await addMessages(engine, db, rows.messages);
    await addClaims(engine, db, rows.claims);
    return { review: review.id, isNew: true };
  });
}

async function addMarks(db: Kysely<Tables>, review: number, marks: ReviewRows['marks']): Promise<void> {
  for (const some of chunks(marks))
    await db
      .insertInto('review_marks')
      .values(some.map((mark) => ({ review, ...mark })))
      .execute();
}

async function addMessages(engine: Engine, db: Transaction<Tables>, messages: ReviewRows['messages']): Promise<void> {
  for (const some of chunks(messages)) {
    const stored = await db
      .insertInto('messages')
      .values(some.map(({ row }) => row))
      .onConflict((conflict) => conflict.columns(['thread', 'id']).doNothing())
      .returning(['row', 'id'])
      .execute();
    await addWords(engine, db, 'messages', stored, new Map(some.map(({ row, words }) => [row.id, words])));
  }
}

async function addClaims(engine: Engine, db: Transaction<Tables>, claims: ReviewRows['claims']): Promise<void> {
  for (const some of chunks(claims)) {
    const stored = await db
      .insertInto('claims')
      .values(some.map(({ row }) => row))
      .returning(['row', 'id'])
      .execute();
    await addWords(engine, db, 'claims', stored, new Map(some.map(({ row, words }) => [row.id, words])));
  }
}

async function addWords(
  engine: Engine,
  db: Transaction<Tables>,
  table: Worded,
  stored: readonly { readonly row: number; readonly id: string }[],
  words: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const rows = stored.map(({ row, id }) => ({ row, words: words.get(id) ?? [] }));
  await engine.addWords(db, table, rows);
}

/** `list` in parts that one insert takes. */
export function chunks<T>(list: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += ROWS_AT_ONCE) parts.push(list.slice(at, at + ROWS_AT_ONCE));
  return parts;
}
