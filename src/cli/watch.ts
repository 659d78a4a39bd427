import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Unit } from '../batch/unit.ts';
import { WHOLE } from '../batch.ts';
import type { BatchBench, SortedThread } from '../batch-run.ts';
import { newUnits, noCounts, runHere } from '../batch-run.ts';
import { InputError } from '../errors.ts';
import { defaultStore, openStore } from '../history/store/open.ts';
import type { ResultRow, Store } from '../history/store/store.ts';
import type { Archive } from '../mail/archive.ts';
import { bytesOf } from '../mail/archive.ts';
import { archiveIn } from './archive.ts';
import type { ReadThread } from './archive-part.ts';
import type { OnBroken } from './archive-threads.ts';
import { triagedThreads } from './archive-threads.ts';
import type { BatchOptions, BatchSetup } from './batch-setup.ts';
import { openThreads, setUp } from './batch-setup.ts';
import type { OptIn } from './delivery.ts';
import { heldBack, isAskedFor, readEnvelopes, readTold, writeTold } from './delivery.ts';
import { today } from './policy.ts';
import type { Cursor, Look } from './watch-source.ts';
import { look, runUserCommand } from './watch-source.ts';

/** Options of `relore watch`. */
export interface WatchCommandOptions extends BatchOptions, OptIn {
  readonly db?: string;
  readonly every: number; // seconds
  readonly once: boolean;
  readonly exec?: string;
  readonly most: number; // series of a day that `exec` is told of
}

/**
 * Follows a public-inbox: reviews the series that come, records the results, and prints one only when it opens something; then the command
 * of `--exec` gets the results as JSON on its standard input, when list and author asked for it and the day is not full. Sends nothing. The first look only remembers where the inbox ends. A
 * server that fails is asked again at the next look, unless `--once` is given.
 */
export async function watchCommand(source: string, options: WatchCommandOptions): Promise<void> {
  const setup = await setUp(options);
  const store = await openStore(options.db ?? defaultStore(process.env));
  let wake: () => void = () => {};
  let stopped = false;
  const stop = (): void => {
    if (stopped) process.exit(130);
    stopped = true;
    wake();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    for (;;) {
      await oneLook(source, store, setup, options).catch((error: unknown) => {
        if (options.once || !(error instanceof InputError)) throw error;
        say(error.message);
      });
      if (stopped || options.once) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, options.every * 1000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (stopped) break;
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await store.close();
  }
}

function say(words: string): void {
  process.stderr.write(`relore: ${words.replace(/\p{Cc}/gu, '?')}\n`);
}

/** The cursor is written behind the results: a kill in between costs a second look at the same mail. */
async function oneLook(source: string, store: Store, setup: BatchSetup, options: WatchCommandOptions): Promise<void> {
  const cursor = stateFile(source, 'cursor');
  const { found, next, close } = await look(source, await readCursor(cursor), say);
  try {
    if (found !== undefined) await reviewNew(found, store, setup, { ...options, source });
  } finally {
    await close();
  }
  await writeCursor(cursor, next);
}

async function reviewNew(
  { file, isNew }: NonNullable<Look['found']>,
  store: Store,
  setup: BatchSetup,
  options: WatchCommandOptions & Telling,
): Promise<void> {
  const { key } = setup;
  const series = new Set<string>();
  const bench: BatchBench = { store, key, counts: noCounts(), series, failures: [], isStopped: () => false };
  const threads = openThreads(setup.settings, options);
  const reviewed: Unit[] = [];
  const handle = await open(file.path);
  try {
    const broken: OnBroken = (what, from, why) =>
      say(`the ${what} at byte ${from} of what is new cannot be read: ${why}`);
    const triaged = triagedThreads(file, threads, broken, isNew);
    await runHere(
      noted(newUnits(withBytes(triaged, archiveIn(file.name, handle)), bench), reviewed),
      threads.reviewers,
      bench,
    );
  } finally {
    await threads.close();
    await handle.close();
  }
  for (const { subject, why } of bench.failures) say(`not reviewed: ${subject}: ${why}`);
  for (const unit of reviewed) await tell(unit, store, setup, options);
}

async function* withBytes(threads: AsyncIterable<ReadThread>, archive: Archive): AsyncGenerator<SortedThread> {
  for await (const { triaged, places } of threads) yield { triaged, bytes: () => bytesOf(archive, places) };
}

async function* noted(units: AsyncIterable<Unit>, into: Unit[]): AsyncGenerator<Unit> {
  for await (const unit of units) {
    into.push(unit);
    yield unit;
  }
}

interface Telling extends OptIn {
  readonly source: string;
  readonly exec?: string;
  readonly most: number;
}

async function tell(unit: Unit, store: Store, { key }: BatchSetup, telling: Telling): Promise<void> {
  const rows: ResultRow[] = [];
  for await (const row of store.eachResult({ ...key, series: unit.series })) rows.push(row);
  const whole = rows.find(({ scenario }) => scenario === WHOLE);
  if (whole?.change !== 'opens') return;
  const opened = rows.filter(({ change, scenario }) => change === 'opens' && scenario !== WHOLE);
  const scenarios = opened.map(({ scenario }) => scenario);
  const line = `opens  ${whole.date.slice(0, 10)}  ${whole.subject}  <${whole.thread}>  ${scenarios.join(', ')}`;
  process.stdout.write(`${line.replace(/\p{Cc}/gu, '?')}\n`);
  if (telling.exec !== undefined) await handOver(telling.exec, unit, rows, scenarios, telling);
}

/** Runs the command for a series that list and author want to hear of, while the day is not full. */
async function handOver(
  exec: string,
  unit: Unit,
  results: readonly ResultRow[],
  scenarios: readonly string[],
  { source, most, ...optIn }: Telling,
): Promise<void> {
  const envelope = (await readEnvelopes(unit.bytes, unit.name)).get(unit.thread);
  if (envelope === undefined || !isAskedFor(envelope, optIn))
    return say(`kept here: no list or author of <${unit.thread}> asked`);
  const [file, day] = [stateFile(source, 'told'), today(process.env, new Date())];
  const told = await readTold(file, day);
  const next = { day, scenarios };
  const why = heldBack(told, next, most);
  if (why !== undefined) return say(`kept here: <${unit.thread}>: ${why}`);
  await writeTold(file, [...told, next]);
  const code = runUserCommand(exec, `${JSON.stringify({ schema: 'relore.results/1', results })}\n`);
  if (code !== 0) say(`the command of --exec ended with ${code}`);
}

/** Where a watch remembers how far it came and what it told: relore/watch in $XDG_STATE_HOME or ~/.local/state. */
function stateFile(source: string, what: 'cursor' | 'told'): string {
  const { XDG_STATE_HOME: xdg = '' } = process.env;
  const folder = xdg.startsWith('/') ? xdg : join(homedir(), '.local/state');
  const name = createHash('sha256').update(source).digest('hex').slice(0, 32);
  return join(folder, 'relore/watch', what === 'told' ? `${name}.told.json` : `${name}.json`);
}

async function readCursor(file: string): Promise<Cursor | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Cursor;
  } catch {
    throw new InputError({
      place: { file },
      expected: 'what an earlier watch wrote',
      found: 'something else; remove it',
    });
  }
}

async function writeCursor(file: string, cursor: Cursor): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  await writeFile(beside, JSON.stringify(cursor));
  await rename(beside, file);
}
