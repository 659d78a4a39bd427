import { defaultStore, openStore } from '../history/store/open.ts';
import { readThread } from '../mail/read.ts';
import type { Review } from '../types.ts';
import type { Task } from './task.ts';

/** Keeps a review with its thread in the store `db`, and says so on stderr. Throws InputError when the store cannot take it. */
export async function recordReview(review: Review, task: Task, db: string | undefined): Promise<void> {
  const store = await openStore(db ?? defaultStore(process.env));
  try {
    const { review: id, isNew } = await store.record(review, await readThread(task.bytes, task.name));
    process.stderr.write(`relore: ${isNew ? 'recorded' : 'recorded before'} as ${id} in ${store.where}\n`);
  } finally {
    await store.close();
  }
}
