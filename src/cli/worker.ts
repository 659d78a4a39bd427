import type { Identity } from '../batch/boss.ts';
import { BOSS, identitiesOn, openBoss } from '../batch/boss.ts';
import type { Queue } from '../batch/queue.ts';
import type { BatchSettings } from '../batch.ts';
import { engineOf } from '../batch.ts';
import { noCounts, workOnce } from '../batch-run.ts';
import { InputError } from '../errors.ts';
import { isServer, openStore } from '../history/store/open.ts';
import type { Knowledge } from '../knowledge.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { BatchOptions } from './batch-setup.ts';
import { openThreads } from './batch-setup.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { checkFolder } from './source.ts';

/** Options of `relore worker`. */
export interface WorkerCommandOptions extends Pick<BatchOptions, 'rules' | 'threads' | 'timeout' | 'memory'> {
  readonly db: string;
  readonly untilEmpty: boolean;
  readonly lease: number; // seconds
}

const PAUSE = 500; // ms between two looks at empty queues
const PATIENCE = 300_000; // ms that a server may be gone

/**
 * Takes chunks from the queues of a server and stores their results, until it is stopped, or until no chunk is left. Refuses a server
 * whose batches were all started with other rules or another relore. A server that goes away is waited for, up to five minutes.
 */
export async function workerCommand(options: WorkerCommandOptions): Promise<void> {
  if (!isServer(options.db))
    throw new InputError({ place: { file: '--db' }, expected: 'postgres://...', found: options.db });
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const knowledge = await loadKnowledge(rulesDir);
  const jobs = await jobsFor(options, knowledge, rulesDir);
  let stopped = false;
  const stop = (): void => {
    if (stopped) process.exit(130);
    stopped = true;
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await work(jobs, options, () => stopped);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

interface Job {
  readonly identity: Identity;
  readonly settings: BatchSettings;
}

/** The batches on the server that this worker may work for. */
async function jobsFor({ db }: WorkerCommandOptions, { hash }: Knowledge, rulesDir: string): Promise<readonly Job[]> {
  const known = await identitiesOn(db);
  const { version } = packageRoot();
  const jobs = known.flatMap((identity): Job[] => {
    const told = JSON.parse(identity.settings) as Pick<BatchSettings, 'models' | 'states' | 'code' | 'kernel'>;
    const settings = { ...told, rulesDir, version };
    return identity.rules === hash && identity.engine === engineOf(settings) ? [{ identity, settings }] : [];
  });
  if (jobs.length > 0) return jobs;
  const last = known.at(-1);
  const found =
    last === undefined ? 'no batch' : `rules ${last.rules.slice(0, 12)} and relore ${last.engine.split(',')[0] ?? ''}`;
  const expected = `a batch with rules ${hash.slice(0, 12)} and relore ${version}`;
  throw new InputError({ place: { file: '--db' }, expected, found });
}

async function work(jobs: readonly Job[], options: WorkerCommandOptions, isStopped: () => boolean): Promise<void> {
  const store = await openStore(options.db);
  const counts = noCounts();
  const desks = await Promise.all(
    jobs.map(async ({ identity, settings }) => ({
      queue: await openBoss(options.db, identity, { ...BOSS, lease: options.lease }),
      threads: openThreads(settings, {
        ...options,
        threads: options.threads ?? 1,
        model: settings.models,
        bound: settings.states,
      }),
      bench: { store, key: { rules: identity.rules, engine: identity.engine }, counts },
    })),
  );
  try {
    let gone = 0; // since when the server does not answer
    while (!isStopped()) {
      try {
        let some = false;
        for (const { queue, threads, bench } of desks) some = (await workOnce(queue, threads.reviewers, bench)) || some;
        gone = 0;
        if (some) continue;
        if (options.untilEmpty && (await isEmpty(desks.map(({ queue }) => queue)))) break;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        gone ||= Date.now();
        if (Date.now() - gone > PATIENCE) throw error;
        process.stderr.write(`relore: ${error.message.replace(/\p{Cc}/gu, '?')}; trying again\n`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } finally {
    for (const { queue, threads } of desks) {
      await threads.close();
      await queue.close();
    }
    await store.close();
  }
  process.stderr.write(
    `relore: ${counts.reviewed} series reviewed${counts.failed === 0 ? '' : `, ${counts.failed} failed`}\n`,
  );
}

async function isEmpty(queues: readonly Queue[]): Promise<boolean> {
  for (const queue of queues) {
    const { waiting, active } = await queue.state();
    if (waiting + active > 0) return false;
  }
  return true;
}
