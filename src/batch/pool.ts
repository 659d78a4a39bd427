// Worker threads with a limit of time and memory a task: a task that exceeds one ends alone.
import { Tinypool } from 'tinypool';

/** What a task may use. */
export interface PoolLimits {
  readonly threads: number;
  readonly ms: number; // wall time of a task
  readonly megabytes: number; // JavaScript heap of a thread
}

/** How a task ended. */
export type Ended<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly why: string };

/** A pool of threads that all run the same module. */
export interface Pool<Task, T> {
  readonly threads: number;
  run(task: Task): Promise<Ended<T>>;
  close(): Promise<void>;
}

/** Opens a pool whose threads run the default export of the module `filename`; each gets `workerData` once. */
export function openPool<Task, T>(filename: string, workerData: unknown, limits: PoolLimits): Pool<Task, T> {
  const pool = new Tinypool({
    filename,
    workerData,
    minThreads: 0,
    maxThreads: limits.threads,
    idleTimeout: 60_000,
    resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
  });
  pool.on('error', () => {}); // a thread died between two tasks: the next one starts another
  return {
    threads: limits.threads,
    async run(task) {
      const clock = new AbortController();
      const timer = setTimeout(() => clock.abort(), limits.ms);
      try {
        return { kind: 'done', value: (await pool.run(task, { signal: clock.signal })) as T };
      } catch (error) {
        return {
          kind: 'failed',
          why: clock.signal.aborted ? `no end within ${limits.ms / 1000} s` : whyOf(error, limits),
        };
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.destroy(),
  };
}

function whyOf(error: unknown, { megabytes }: PoolLimits): string {
  if ((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') return `more than ${megabytes} MB of memory`;
  return error instanceof Error ? error.message : String(error);
}
