// A batch from its first mail to its summary, on this machine or with workers elsewhere.

import type { Pool } from './batch/pool.ts';
import type { Held, Queue } from './batch/queue.ts';
import type { Unit } from './batch/unit.ts';
import { chunksOf } from './batch/unit.ts';
import type { Triaged } from './batch.ts';
import { WHOLE } from './batch.ts';
import type { ResultKey, ResultRow, Store } from './history/store/store.ts';

/** How far a batch is. Counts of this run. */
export interface BatchCounts {
  mails: number;
  threads: number;
  talk: number; // threads without a patch
  untouched: number; // series that touch no function of a rule
  repeated: number; // the same series again
  known: number; // there was a result already
  units: number; // series to be reviewed
  reviewed: number;
  failed: number; // out of time or memory, or a bug
  readMs: number; // wall time until the last mail was read
}

/** What a batch works with. */
export interface BatchBench {
  readonly store: Store;
  readonly key: Pick<ResultKey, 'rules' | 'engine'>;
  readonly counts: BatchCounts;
  readonly series: Set<string>; // of all series of this run
  readonly failures: Failure[];
  readonly isStopped: () => boolean;
}

/** A series that could not be reviewed. It has no result, so that the next run tries it again. */
export interface Failure {
  readonly series: string;
  readonly subject: string;
  readonly why: string;
}

/** Nothing yet. */
export function noCounts(): BatchCounts {
  const { talk, untouched, repeated } = { talk: 0, untouched: 0, repeated: 0 };
  return { mails: 0, threads: 0, talk, untouched, repeated, known: 0, units: 0, reviewed: 0, failed: 0, readMs: 0 };
}

/** A thread as it was sorted, and its bytes when they are asked for. */
export interface SortedThread {
  readonly triaged: Triaged;
  readonly bytes: () => Promise<Uint8Array>;
}

const GROUP = 500; // series that the store is asked for, or given, at a time

/**
 * Gives the units that have no result yet, each series once, in the order of the archive; rows of series that touch nothing go
 * to the store.
 */
export async function* newUnits(sorted: AsyncIterable<SortedThread>, bench: BatchBench): AsyncGenerator<Unit> {
  const { counts, series, store, key } = bench;
  let group: SortedThread[] = [];
  const flush = async function* (): AsyncGenerator<Unit> {
    const rows = group.flatMap(({ triaged }) => (triaged.kind === 'untouched' ? [{ ...triaged.row, ...key }] : []));
    if (rows.length > 0) await store.putResults(rows);
    const units = group.flatMap(({ triaged, bytes }) => (triaged.kind === 'unit' ? [{ ...triaged.unit, bytes }] : []));
    const missing = await store.missingResults(units.map((unit) => ({ ...key, series: unit.series, scenario: WHOLE })));
    const wanted = new Set(missing.map((one) => one.series));
    counts.known += units.length - wanted.size;
    group = [];
    for (const unit of units) {
      if (!wanted.has(unit.series)) continue;
      counts.units++;
      yield { ...unit, bytes: await unit.bytes() };
    }
  };
  for await (const thread of sorted) {
    if (bench.isStopped()) return;
    const one = thread.triaged;
    counts.threads++;
    if (one.kind === 'talk') {
      counts.talk++;
      continue;
    }
    const hash = one.kind === 'unit' ? one.unit.series : one.row.series;
    if (series.has(hash)) {
      counts.repeated++;
      continue;
    }
    series.add(hash);
    if (one.kind === 'untouched') counts.untouched++;
    group.push(thread);
    if (group.length >= GROUP) yield* flush();
  }
  yield* flush();
}

/** Reviews units in the threads of `pool`, a few more than it has at a time, and stores what each gives in one transaction. */
export async function runHere(
  units: AsyncIterable<Unit>,
  pool: Pool<Unit, readonly ResultRow[]>,
  bench: BatchBench,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let broken: unknown;
  for await (const unit of units) {
    if (broken !== undefined || bench.isStopped()) break;
    const one = runUnit(unit, pool, bench)
      .then((rows) => bench.store.putResults(rows))
      .then(
        () => {},
        (error: unknown) => {
          broken ??= error;
        },
      )
      .finally(() => running.delete(one));
    running.add(one);
    while (running.size >= pool.threads * 2) await Promise.race(running);
  }
  await Promise.all(running);
  if (broken !== undefined) throw broken;
}

async function runUnit(
  unit: Unit,
  pool: Pool<Unit, readonly ResultRow[]>,
  { counts, failures }: Pick<BatchBench, 'counts' | 'failures'>,
): Promise<readonly ResultRow[]> {
  const ended = await pool.run(unit);
  if (ended.kind === 'done') {
    counts.reviewed++;
    return ended.value;
  }
  counts.failed++;
  failures.push({ series: unit.series, subject: unit.subject, why: ended.why });
  return [];
}

/** Puts units into a queue, in chunks. */
export async function feed(units: AsyncIterable<Unit>, queue: Queue): Promise<void> {
  for await (const chunk of chunksOf(units)) await queue.add(chunk);
}

/**
 * Takes one chunk and stores its results; false when none waited. What another worker has stored of it meanwhile is not done again. The
 * results are stored before the queue is told: whoever dies in between costs a second look, no result. A series that cannot be
 * reviewed sends the chunk back; what else was in it is stored.
 */
export async function workOnce(
  queue: Queue,
  pool: Pool<Unit, readonly ResultRow[]>,
  bench: Pick<BatchBench, 'store' | 'key' | 'counts'>,
): Promise<boolean> {
  const held = await queue.take();
  if (held === undefined) return false;
  const { store, key, counts } = bench;
  const failures: Failure[] = [];
  try {
    const keys = held.units.map(({ series }) => ({ ...key, series, scenario: WHOLE }));
    const missing = new Set((await store.missingResults(keys)).map(({ series }) => series));
    const todo = held.units.filter(({ series }) => missing.has(series));
    const rows = await Promise.all(todo.map((unit) => runUnit(unit, pool, { counts, failures })));
    await store.putResults(rows.flat());
  } catch (error) {
    await giveBack(queue, held, error instanceof Error ? error.message : String(error));
    throw error;
  }
  const [first] = failures;
  if (first === undefined) await queue.done(held);
  else await queue.failed(held, first.why);
  return true;
}

/** When the server is gone the lease ends by itself. */
async function giveBack(queue: Queue, held: Held, why: string): Promise<void> {
  await queue.failed(held, why).catch(() => {});
}
