// The queue on PostgreSQL: pg-boss holds the jobs, a table of ours their chunks. Workers share nothing but the server.
import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import PgBoss from 'pg-boss';
import { InputError } from '../errors.ts';
import type { DeadChunk, Held, Queue, QueueState } from './queue.ts';
import type { Unit } from './unit.ts';
import { halves, packChunk, unpackChunk } from './unit.ts';

/** What workers must have in common, and what they are told. */
export interface Identity {
  readonly rules: string; // sha256 of the rules
  readonly engine: string; // version of relore, memory models, bound, code
  readonly settings: string; // JSON, of whoever reads it
}

/** How a queue is kept. */
export interface BossOptions {
  readonly lease: number; // seconds that a worker may be silent before its chunk is given to another
  readonly most: number; // chunks that may wait
}

/** The usual: a quarter of an hour, and pg-boss is quick below some thousands of waiting jobs. */
export const BOSS: BossOptions = { lease: 900, most: 5000 };

const SCHEMA = 'relore_queue';
const RETRIES = 3; // a chunk of several units is cut in halves instead of its last retries
const CUT_AT = 3; // attempt
const PAUSE = 500; // ms between two looks at a queue that is full

interface Job {
  readonly chunk: string;
}

/** Opens the queue of `identity` on the server of `url`, making tables where there are none. Throws InputError. */
export async function openBoss(url: string, identity: Identity, options: BossOptions = BOSS): Promise<Queue> {
  const name = queueName(identity);
  const deadName = `${name}-dead`;
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => {}); // an idle connection was cut: the next call says so
  const boss = new PgBoss({
    connectionString: url,
    schema: SCHEMA,
    max: 2,
    schedule: false,
    maintenanceIntervalSeconds: Math.max(1, Math.min(60, Math.floor(options.lease / 3))),
  });
  boss.on('error', () => {}); // of its own maintenance, which it tries again
  const asked = <T>(call: () => Promise<T>): Promise<T> => answered(call, url);
  await asked(async () => {
    await boss.start();
    await pool.query(TABLES);
    await pool.query(
      'insert into relore_batch (queue, rules, engine, settings) values ($1, $2, $3, $4) on conflict (queue) do nothing',
      [name, identity.rules, identity.engine, identity.settings],
    );
    await boss.createQueue(deadName);
    const policy = { retryLimit: RETRIES, expireInSeconds: options.lease, deadLetter: deadName };
    await boss.createQueue(name, { name, policy: 'standard', ...policy });
    await boss.updateQueue(name, { name, policy: 'standard', ...policy });
  });

  const send = async (units: readonly Unit[]): Promise<void> => {
    // The same chunk again is the same job: a feeder that begins anew adds nothing twice.
    const id = chunkId(units);
    await pool.query('insert into relore_chunk (id, units) values ($1, $2) on conflict (id) do nothing', [
      id,
      packChunk(units),
    ]);
    const { rowCount } = await pool.query(
      `select 1 from ${SCHEMA}.job where name = $1 and data->>'chunk' = $2 and state < 'completed'`,
      [name, id],
    );
    if (rowCount === 0) await boss.send(name, { chunk: id } satisfies Job, { id: randomUUID() });
  };
  const forget = async (held: { id: string }, chunk: string): Promise<void> => {
    await boss.complete(name, held.id);
    await pool.query('delete from relore_chunk where id = $1', [chunk]);
  };
  const chunks = new Map<string, string>(); // of jobs that are held

  const take = async (): Promise<Held | undefined> => {
    const [job] = await boss.fetch<Job>(name, { includeMetadata: true, batchSize: 1 });
    if (job === undefined) return undefined;
    const { chunk } = job.data;
    const { rows } = await pool.query<{ units: Buffer }>('select units from relore_chunk where id = $1', [chunk]);
    if (rows[0] === undefined) {
      await boss.complete(name, job.id); // done by a worker whose lease had ended
      return take();
    }
    const units = unpackChunk(rows[0].units);
    const attempt = job.retryCount + 1;
    if (attempt >= CUT_AT && units.length > 1) {
      for (const half of halves(units)) await send(half);
      await forget(job, chunk);
      return take();
    }
    chunks.set(job.id, chunk);
    return { id: job.id, units, attempt };
  };

  return {
    async add(units) {
      while ((await asked(() => boss.getQueueSize(name))) >= options.most)
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      await asked(() => send(units));
    },
    take: () => asked(take),
    async done(held) {
      await asked(() => forget(held, chunks.get(held.id) ?? ''));
      chunks.delete(held.id);
    },
    async failed(held, why) {
      await asked(() => boss.fail(name, held.id, { why }));
      chunks.delete(held.id);
    },
    state: () => asked(() => stateOf(pool, name, deadName)),
    dead: () => asked(() => deadIn(pool, name, deadName)),
    async close() {
      await boss.stop({ graceful: false, close: true }).catch(() => {});
      await pool.end().catch(() => {});
    },
  };
}

/** The identities that batches on the server of `url` were started with, oldest first. Throws InputError. */
export async function identitiesOn(url: string): Promise<readonly Identity[]> {
  return answered(async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    try {
      await pool.query(TABLES);
      return (await pool.query<Identity>('select rules, engine, settings from relore_batch order by made, queue')).rows;
    } finally {
      await pool.end();
    }
  }, url);
}

// One transaction, one at a time: two processes that make the same table at once fail.
const TABLES = `
select pg_advisory_xact_lock(726564);
create table if not exists relore_batch (queue text primary key, rules text not null, engine text not null, settings text not null, made timestamptz not null default now());
create table if not exists relore_chunk (id text primary key, units bytea not null);`;

function queueName({ rules, engine }: Pick<Identity, 'rules' | 'engine'>): string {
  return `relore-${createHash('sha256')
    .update(JSON.stringify([rules, engine]))
    .digest('hex')
    .slice(0, 16)}`;
}

function chunkId(units: readonly Unit[]): string {
  return createHash('sha256')
    .update(units.map(({ series }) => series).join())
    .digest('hex')
    .slice(0, 40);
}

async function stateOf(pool: pg.Pool, name: string, deadName: string): Promise<QueueState> {
  const { rows } = await pool.query<{ name: string; state: string; count: string }>(
    `select name, state, count(*) from ${SCHEMA}.job where name in ($1, $2) group by name, state`,
    [name, deadName],
  );
  const count = (of: string, states: readonly string[]): number =>
    rows
      .filter((row) => row.name === of && states.includes(row.state))
      .reduce((sum, row) => sum + Number(row.count), 0);
  return {
    waiting: count(name, ['created', 'retry']),
    active: count(name, ['active']),
    done: count(name, ['completed']),
    dead: count(deadName, ['created', 'retry']),
  };
}

async function deadIn(pool: pg.Pool, name: string, deadName: string): Promise<readonly DeadChunk[]> {
  const { rows } = await pool.query<{ chunk: string; why: string | null; units: Buffer | null }>(
    `select dead.data->>'chunk' as chunk, chunk.units,
       (select job.output->>'why' from ${SCHEMA}.job job where job.name = $2 and job.data = dead.data limit 1) as why
     from ${SCHEMA}.job dead left join relore_chunk chunk on chunk.id = dead.data->>'chunk'
     where dead.name = $1 and dead.state < 'completed' order by dead.created_on, dead.id`,
    [deadName, name],
  );
  return rows.map(({ chunk, why, units }) => {
    const all = units === null ? [] : unpackChunk(units);
    return {
      id: chunk,
      series: all.map(({ series }) => series),
      subjects: all.map(({ subject }) => subject),
      why: why ?? 'its worker ended without an answer',
    };
  });
}

/** What the server says, as an InputError without the password. */
async function answered<T>(call: () => Promise<T>, url: string): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code = '', message = String(error) } = error as { code?: string; message?: string };
    const found = `${code} ${message}`.trim() || 'no answer';
    throw new InputError({ place: { file: withoutPassword(url) }, expected: 'a PostgreSQL server', found });
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1@');
}
