// A review that a person waits for: the line of progress goes on, and Ctrl-C ends it with what was decided so far.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import type { Review } from '../types.ts';
import { packageRoot } from './package-root.ts';
import type { Progress } from './progress.ts';
import type { Said } from './review-worker.ts';
import type { Task } from './task.ts';

const TICK = 250; // ms between two lines during one search
const INTERRUPTED = 130; // 128 + SIGINT, as shells have it

/**
 * Runs a task in a worker thread. The first Ctrl-C lets the search that runs come to its end and gives the review of what is decided by
 * then; the second ends the program with 130. Throws what the review throws.
 */
export function runInteractively(task: Task, progress: Progress): Promise<Review> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(join(packageRoot().folder, 'dist/review-worker.js'), { workerData: { task, stop } });
  const interrupt = (): void => {
    if (Atomics.exchange(stop, 0, 1) !== 0) process.exit(INTERRUPTED);
    progress.end();
    process.stderr.write('relore: stopping when this search has ended; Ctrl-C again ends at once\n');
  };
  process.on('SIGINT', interrupt);
  const clock = setInterval(progress.tick, TICK);
  return new Promise<Review>((resolve, reject) => {
    worker.on('message', (said: Said) => {
      if (said.kind === 'work') progress.search(said.work);
      else if (said.kind === 'review') resolve(said.review);
      else reject(errorOf(said));
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the worker ended without a review')));
  }).finally(() => {
    clearInterval(clock);
    process.off('SIGINT', interrupt);
    progress.end();
    void worker.terminate();
  });
}

function errorOf(said: Extract<Said, { kind: 'input' | 'bug' }>): Error {
  if (said.kind === 'input') return new InputError(said.problem);
  const error = new Error(said.message);
  if (said.stack !== undefined) error.stack = said.stack;
  return error;
}
