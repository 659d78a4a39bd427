// A store in PostgreSQL, in a schema of its own called relore, by pg.
import { type Kysely, Kysely as KyselyOf, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { InputError } from '../../errors.ts';
import type { Engine, Window, Worded } from './engine.ts';
import { migrations, POSTGRES, type Tables } from './schema.ts';
import type { Term } from './tokens.ts';
import { checkVersion } from './version.ts';

const LOCK = 0x72656c6f; // of the migration: 'relo'

/** Opens the store in the database of `url`, and makes its tables when they are not there. Throws InputError when it cannot. */
export async function openPostgres(url: string): Promise<Engine> {
  const where = withoutPassword(url);
  const explain = (error: unknown): InputError | undefined => explained(where, error);
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    options: '-c search_path=relore',
    connectionTimeoutMillis: 15_000,
  });
  // A connection that breaks: the call that uses it fails with the reason, and the next one opens another connection.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await migrate(pool, where);
  } catch (error) {
    await pool.end().catch(() => {});
    throw explain(error) ?? error;
  }
  const db = new KyselyOf<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { kind: 'postgres', where, db, addWords, hasTerms, explain };
}

/** Two processes may come at once: the second waits for the first. */
async function migrate(pool: pg.Pool, where: string): Promise<void> {
  const steps = migrations(POSTGRES);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('create schema if not exists relore');
    await client.query('create table if not exists relore_schema (version integer not null)');
    const { rows } = await client.query<{ version: number }>('select version from relore_schema');
    const from = rows[0]?.version ?? 0;
    checkVersion(where, from, steps.length);
    for (const statement of steps.slice(from).flat()) await client.query(statement);
    if (rows.length === 0) await client.query('insert into relore_schema values ($1)', [steps.length]);
    else if (from < steps.length) await client.query('update relore_schema set version = $1', [steps.length]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function addWords(
  db: Kysely<Tables>,
  table: Worded,
  rows: readonly { readonly row: number; readonly words: readonly string[] }[],
): Promise<void> {
  if (rows.length === 0) return;
  const numbers = rows.map(({ row }) => row);
  const lists = rows.map(({ words }) => [...new Set(words)].join(' '));
  const places = rows.map(({ words }) => placesOf(words));
  await sql`insert into ${sql.table(`${table}_words`)} (row, words, places)
    select row, string_to_array(list, ' '), places::tsvector
    from unnest(${numbers}::integer[], ${lists}::text[], ${places}::text[]) as given (row, list, places)`.execute(db);
}

const MOST_PLACES = 16_383; // of a tsvector; words after it are found, and no phrase in them

/** The text of a tsvector: 'folio_test_lru':3. Words hold no quote and no backslash. */
function placesOf(words: readonly string[]): string {
  const places = new Map<string, number[]>();
  for (const [index, word] of words.entries()) {
    const known = places.get(word) ?? [];
    if (index < MOST_PLACES && known.length < 255) known.push(index + 1);
    places.set(word, known);
  }
  return [...places].map(([word, at]) => (at.length === 0 ? `'${word}'` : `'${word}':${at.join(',')}`)).join(' ');
}

function hasTerms(table: Worded, terms: readonly Term[], { before }: Window) {
  const whole = terms.filter(({ words, isPrefix }) => words.length === 1 && !isPrefix).flatMap(({ words }) => words);
  const placed = terms
    .filter(({ words, isPrefix }) => words.length > 1 || isPrefix)
    .map(({ words, isPrefix }) =>
      words.map((word, at) => `'${word}'${isPrefix && at === words.length - 1 ? ':*' : ''}`).join(' <-> '),
    );
  const conditions = [
    ...(whole.length === 0 ? [] : [sql`words @> ${whole}::text[]`]),
    ...(before === undefined ? [] : [sql`row < ${before}`]),
    ...(placed.length === 0 ? [] : [sql`places @@ ${placed.map((one) => `(${one})`).join(' & ')}::tsquery`]),
  ];
  const words = sql.table(`${table}_words`);
  // An array, not a join: a join that is sorted by row is planned as a walk over all rows, however rare the word is.
  return sql<boolean>`${sql.ref(`${table}.row`)} = any (array(select row from ${words} where ${sql.join(conditions, sql` and `)}))`;
}

const WORDS: readonly (readonly [RegExp, string, string])[] = [
  [/^53100/, 'room on the disk of the server', 'a full disk; nothing of this was stored'],
  [/^53300/, 'a server with room for one more connection', 'too many of them'],
  [/^28/, 'a user and password that the server takes', 'ones that it refuses'],
  [/^3D000/, 'a database that exists', 'none of this name'],
  [/^42501/, 'a user who may make tables', 'one who may not'],
  [
    /^(57P|08|25006)/,
    'a server that takes writes',
    'one that is shutting down, gone, or read-only; nothing of this was stored',
  ],
  [
    /^E(CONNREFUSED|CONNRESET|PIPE|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOENT|ACCES)/,
    'a server that answers',
    'none',
  ],
];

function explained(file: string, error: unknown): InputError | undefined {
  if (error instanceof InputError) return error;
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  const known = typeof code === 'string' ? WORDS.find(([pattern]) => pattern.test(code)) : undefined;
  if (known !== undefined) return new InputError({ place: { file }, expected: known[1], found: known[2] });
  const isGone = /Connection terminated|timeout|Client has encountered a connection error|Invalid URL/.test(message);
  return isGone ? new InputError({ place: { file }, expected: 'a server that answers', found: message }) : undefined;
}

/** The URL as it may be shown and logged. */
export function withoutPassword(url: string): string {
  try {
    const shown = new URL(url);
    if (shown.password !== '') shown.password = '***';
    if (shown.searchParams.has('password')) shown.searchParams.set('password', '***');
    return shown.href;
  } catch {
    return 'the URL of --db';
  }
}
