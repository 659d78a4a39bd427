// What `batch`, `worker` and `watch` share: settings, the pool, the words of a summary.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Ended, Pool } from '../batch/pool.ts';
import { openPool } from '../batch/pool.ts';
import type { Unit } from '../batch/unit.ts';
import type { BatchSettings } from '../batch.ts';
import { engineOf } from '../batch.ts';
import type { BatchCounts } from '../batch-run.ts';
import { openTree } from '../c/tree.ts';
import type { ResultKey, ResultRow } from '../history/store/store.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { Readers } from './archive-threads.ts';
import type { BatchTask } from './batch-thread.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import type { RunOptions } from './run.ts';
import { checkTreeOptions } from './run.ts';
import { checkFolder } from './source.ts';

/** Options of the commands that run many reviews. */
export interface BatchOptions extends RunOptions {
  readonly threads?: number;
  readonly timeout: number; // seconds of one series
  readonly memory: number; // MB of one thread
}

/** What a batch is tried on, ready to be run. */
export interface BatchSetup {
  readonly settings: BatchSettings;
  readonly key: Pick<ResultKey, 'rules' | 'engine'>;
}

/** Reads the rules and settles on what the patches are tried. Throws InputError. */
export async function setUp(options: RunOptions): Promise<BatchSetup> {
  await checkTreeOptions(options);
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const { hash: rules } = await loadKnowledge(rulesDir); // read again by each worker thread; refused here when it does not read
  const { tree, base, kernel } = options;
  const settings: BatchSettings = {
    rulesDir,
    models: options.model,
    states: options.bound,
    version: packageRoot().version,
    code: tree === undefined ? `model sources ${kernel ?? 'by date'}` : `tree ${base ?? openTree(tree).name}`,
    ...(tree === undefined ? {} : { tree }),
    ...(base === undefined ? {} : { base }),
    ...(kernel === undefined ? {} : { kernel }),
  };
  return { settings, key: { rules, engine: engineOf(settings) } };
}

/** Worker threads that read archives and review series. */
export interface BatchThreads extends Readers {
  readonly reviewers: Pool<Unit, readonly ResultRow[]>;
  close(): Promise<void>;
}

// Percent by which garbage may outgrow what is alive before it is collected: two threads that share 500 MB. Costs a tenth of the time.
const GROWTH = 25;

/** Opens the worker threads: as many as `--threads` says, else one a processor. */
export function openThreads(settings: BatchSettings, options: BatchOptions): BatchThreads {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  const threads = options.threads ?? availableParallelism();
  const limits = { threads, ms: options.timeout * 1000, megabytes: options.memory };
  const pool = openPool<BatchTask, unknown>(join(packageRoot().folder, 'dist/batch-thread.js'), settings, limits);
  // What a thread answers is told by what it was asked.
  const run = <T>(task: BatchTask): Promise<Ended<T>> => pool.run(task) as Promise<Ended<T>>;
  const { close } = pool;
  return { threads, run, close, reviewers: { threads, run: (unit) => run({ kind: 'review', unit }), close } };
}

/** The figures of a run, one line a stage. `ms`: wall time of the whole; `refused`: files. */
export function countLines(counts: BatchCounts, ms: number, refused: number): string[] {
  const { mails, threads, talk, untouched, repeated, known, units, reviewed, failed, readMs } = counts;
  const touching = units + known;
  const share = touching === 0 ? 0 : (touching / (touching + untouched)) * 100;
  const rate = (count: number, time: number): string =>
    time < 1 ? '' : `, ${Math.round((count * 1000) / time)} a second`;
  return [
    `read      ${mails} mails in ${threads} threads, ${seconds(readMs)}${rate(mails, readMs)}`,
    `sorted    ${talk} threads without a patch, ${untouched} series that touch no function of a rule, ${repeated} posted again`,
    `reviewed  ${reviewed} of ${units} series${known === 0 ? '' : `, ${known} were known`}${failed === 0 ? '' : `, ${failed} failed`}, ${seconds(ms)} in all`,
    ...(refused === 0 ? [] : [`refused   ${refused} files that are no mail`]),
    `modelled  ${share.toFixed(1)} % of ${touching + untouched} different series touch a function of a rule`,
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
