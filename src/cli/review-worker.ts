// The worker thread of an interactive review: searches do not give way, so that only another thread can hear Ctrl-C.
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import type { Work } from '../review/checks.ts';
import type { Review } from '../types.ts';
import type { Task } from './task.ts';
import { runTask } from './task.ts';

/** What the worker says: how far it is, then one review or one failure. */
export type Said =
  | { readonly kind: 'work'; readonly work: Work }
  | { readonly kind: 'review'; readonly review: Review }
  | { readonly kind: 'input'; readonly problem: Pick<InputError, 'place' | 'expected' | 'found'> }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string | undefined };

const { task, stop } = workerData as { task: Task; stop: Int32Array };
const say = (said: Said): void => parentPort?.postMessage(said);

runTask(task, {
  progress: (work) => say({ kind: 'work', work }),
  isStopped: () => Atomics.load(stop, 0) !== 0,
}).then(
  (review) => say({ kind: 'review', review }),
  (error: unknown) => {
    if (error instanceof InputError) {
      const { place, expected, found } = error;
      say({ kind: 'input', problem: { place, expected, found } });
    } else if (error instanceof Error) say({ kind: 'bug', message: error.message, stack: error.stack });
    else say({ kind: 'bug', message: String(error), stack: undefined });
  },
);
