import type { Queue } from '../batch/queue.ts';
import { WHOLE } from '../batch.ts';
import type { BatchBench, SortedThread } from '../batch-run.ts';
import { feed, newUnits, noCounts, runHere } from '../batch-run.ts';
import { InputError } from '../errors.ts';
import { defaultStore, isServer, openStore } from '../history/store/open.ts';
import type { ResultRow, Store } from '../history/store/store.ts';
import { bytesOf } from '../mail/archive.ts';
import type { OnBroken } from './archive-threads.ts';
import { triagedThreads } from './archive-threads.ts';
import type { OpenArchives, Refused } from './archives.ts';
import { openArchives } from './archives.ts';
import type { BatchOptions, BatchSetup, BatchThreads } from './batch-setup.ts';
import { countLines, openThreads, setUp } from './batch-setup.ts';
import { EXIT } from './exit.ts';
import { emit } from './output.ts';
import { isCi } from './settings.ts';

/** Options of `relore batch`. */
export interface BatchCommandOptions extends BatchOptions {
  readonly db?: string;
  readonly format: 'table' | 'jsonl';
  readonly output?: string;
  readonly wait: boolean; // false: --no-wait
  readonly lease: number; // seconds
}

const INTERRUPTED = 130; // 128 + SIGINT, as shells have it

/**
 * Reviews every series of the archives and prints the few in which a schedule exists; the results go to the store, and what is there
 * already is not done again. With a PostgreSQL URL the series are put into a queue for `relore worker`. Exit code 1 when a series opens
 * something, 3 when one failed, 130 after Ctrl-C: what was stored by then stays.
 */
export async function batchCommand(sources: readonly string[], options: BatchCommandOptions): Promise<void> {
  const where = options.db ?? defaultStore(process.env);
  if (isServer(where) && options.tree !== undefined)
    throw new InputError({
      place: { file: '--tree' },
      expected: 'model sources for a batch on several machines',
      found: 'a tree that only this one has',
    });
  const setup = await setUp(options);
  const archive = await openArchives(sources);
  tellRefused(archive.refused);
  try {
    const store = await openStore(where);
    try {
      await run(archive, store, setup, options);
    } finally {
      await store.close();
    }
  } finally {
    await archive.close();
  }
}

async function run(
  archive: OpenArchives,
  store: Store,
  setup: BatchSetup,
  options: BatchCommandOptions,
): Promise<void> {
  let stopped = false;
  const interrupt = (): void => {
    if (stopped) process.exit(INTERRUPTED);
    stopped = true;
    process.stderr.write('relore: stopping when the running reviews have ended; run it again to go on\n');
  };
  process.on('SIGINT', interrupt);
  const start = Date.now();
  const bench: BatchBench = {
    ...{ store, key: setup.key, counts: noCounts(), series: new Set(), failures: [] },
    isStopped: () => stopped,
  };
  const cut = archive.refused.filter(({ isCut }) => isCut);
  for (const { file, found } of cut)
    bench.failures.push({ series: '', subject: file, why: `${found}; read up to there` });
  bench.counts.failed = cut.length;
  const clock = showProgress(bench, start);
  const threads = openThreads(setup.settings, options);
  try {
    const units = newUnits(sorted(archive, threads, bench, start), bench);
    if (store.kind === 'postgres') await runElsewhere(units, bench, setup, options);
    else await runHere(units, threads.reviewers, bench);
  } finally {
    await threads.close();
    clearInterval(clock);
    process.off('SIGINT', interrupt);
  }
  const rows = await resultsOf(bench);
  const text = options.format === 'jsonl' ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : table(rows);
  await emit(text, options.output);
  for (const { series, subject, why } of bench.failures)
    process.stderr.write(`failed    ${series.slice(0, 12)}  ${printable(subject)}: ${printable(why)}\n`);
  for (const line of countLines(bench.counts, Date.now() - start, archive.refused.length))
    process.stderr.write(`${line}\n`);
  const opens = rows.some(({ scenario, change }) => scenario === WHOLE && change === 'opens');
  process.exitCode = stopped
    ? INTERRUPTED
    : opens
      ? EXIT.findings
      : bench.counts.failed > 0
        ? EXIT.undecided
        : EXIT.nothing;
}

async function* sorted(
  { archive, file }: OpenArchives,
  threads: BatchThreads,
  { counts, failures }: BatchBench,
  start: number,
): AsyncGenerator<SortedThread> {
  const broken: OnBroken = (what, from, why) => {
    counts.failed++;
    const subject = what === 'mail' ? `the mail at byte ${from}` : `the thread whose first mail is at byte ${from}`;
    failures.push({ series: '', subject, why });
  };
  for await (const { mails, triaged, places } of triagedThreads(file, threads, broken)) {
    counts.mails += mails;
    yield { triaged, bytes: () => bytesOf(archive, places) };
  }
  counts.readMs = Date.now() - start;
}

async function runElsewhere(
  units: ReturnType<typeof newUnits>,
  bench: BatchBench,
  { key, settings }: BatchSetup,
  options: BatchCommandOptions,
): Promise<void> {
  const { BOSS, openBoss } = await import('../batch/boss.ts');
  const { models, states, kernel, code } = settings;
  const told = JSON.stringify({ models, states, code, ...(kernel === undefined ? {} : { kernel }) });
  const queue = await openBoss(options.db ?? '', { ...key, settings: told }, { ...BOSS, lease: options.lease });
  try {
    await feed(units, queue);
    if (options.wait) await emptied(queue, bench);
  } finally {
    await queue.close();
  }
}

const LOOK = 500; // ms between two looks at the queue

/** Waits until no chunk waits or is held. */
async function emptied(queue: Queue, bench: BatchBench): Promise<void> {
  let told = false;
  for (let idle = 0; !bench.isStopped(); ) {
    const { waiting, active } = await queue.state();
    if (waiting + active === 0) {
      for (const { series, subjects, why } of await queue.dead())
        bench.failures.push({ series: series.join(' '), subject: subjects.join('; '), why });
      bench.counts.failed = bench.failures.length;
      bench.counts.reviewed = bench.counts.units - (await queue.dead()).length;
      return;
    }
    idle = active === 0 ? idle + 1 : 0;
    if (idle > 10 && !told) {
      told = true;
      process.stderr.write(`relore: ${waiting} chunks wait and no worker takes one: relore worker --db URL\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

const TOLD = 10; // files

function tellRefused(refused: readonly Refused[]): void {
  const files = refused.filter(({ isCut }) => !isCut);
  for (const { file, found } of files.slice(0, TOLD))
    process.stderr.write(`refused   ${printable(file)}: ${printable(found)}\n`);
  if (files.length > TOLD) process.stderr.write(`refused   ${files.length - TOLD} more files that are no mail\n`);
}

/** The results of this run's series, in the order of their keys. */
async function resultsOf({ store, key, series }: BatchBench): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for await (const row of store.eachResult(key)) if (series.has(row.series)) rows.push(row);
  return rows;
}

/** What a person wants of ten years of mail: the series that open something, then how many do what. */
function table(rows: readonly ResultRow[]): string {
  const whole = rows.filter(({ scenario }) => scenario === WHOLE || scenario === '');
  const told = whole.filter(({ change }) => change === 'opens' || change === 'closes');
  const order = ({ change, date, series }: ResultRow): string => `${change === 'opens' ? 0 : 1} ${date} ${series}`;
  const lines = told
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .flatMap(({ series, change, date, subject, thread }) => {
      const scenarios = rows.filter((row) => row.series === series && row.change === change && row.scenario !== WHOLE);
      return [
        `${change.padEnd(6)}  ${date.slice(0, 10)}  ${printable(subject)}`,
        `                    ${scenarios.map(({ scenario }) => scenario).join(', ')}  <${printable(thread)}>`,
      ];
    });
  const counts = new Map<string, number>();
  for (const { change } of whole) counts.set(change, (counts.get(change) ?? 0) + 1);
  const summary = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([change, count]) => `${count} ${change}`);
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), `series: ${summary.join(', ') || 'none'}`].join('\n')}\n`;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

const TICK = 1000; // ms

function showProgress({ counts }: BatchBench, start: number): NodeJS.Timeout | undefined {
  if (!process.stderr.isTTY || isCi(process.env)) return undefined;
  return setInterval(() => {
    const { mails, threads, units, reviewed, failed } = counts;
    const time = (Date.now() - start) / 1000;
    const done = reviewed + failed;
    const left = done === 0 || counts.readMs === 0 ? '' : `, ${Math.ceil((time / done) * (units - done))} s left`;
    const line = `${mails} mails, ${threads} threads; ${done} of ${units} series, ${Math.round(time)} s${left}`;
    process.stderr.write(`\r${line.slice(0, (process.stderr.columns || 80) - 1)}\u001b[K`);
  }, TICK);
}
