// A review as data, so that it can be handed to a worker thread.
import { readThread } from '../mail/read.ts';
import type { ReviewOptions } from '../review.ts';
import { review } from '../review.ts';
import type { Review } from '../types.ts';

/** What is reviewed and on what. */
export interface Task {
  readonly name: string; // of the source
  readonly bytes: Uint8Array;
  readonly isRange: boolean; // the bytes were made by git format-patch
  readonly options: Omit<ReviewOptions, 'progress' | 'isStopped'>;
}

/** Reads the thread and reviews it. Throws InputError for what cannot be used. */
export async function runTask(
  { name, bytes, isRange, options }: Task,
  hooks: Pick<ReviewOptions, 'progress' | 'isStopped'>,
): Promise<Review> {
  const read = await readThread(bytes, name);
  return review(isRange ? { ...read, kind: 'git' } : read, { ...options, ...hooks });
}
