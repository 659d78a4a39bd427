// A store in one SQLite file, by libsql. WAL and a busy timeout let several processes use it; a commit is on the disk when it returns.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Kysely, Kysely as KyselyOf, type SqliteDatabase, SqliteDialect, sql } from 'kysely';
import Database from 'libsql';
import { InputError } from '../../errors.ts';
import type { Engine, Window, Worded } from './engine.ts';
import { migrations, SQLITE, type Tables } from './schema.ts';
import type { Term } from './tokens.ts';
import { checkVersion } from './version.ts';

const MARK = 0x72656c6f; // application_id of our files: 'relo'
const PATIENCE = 30_000; // ms that a writer waits for another one

/** Opens the store in `file`, and makes it when it is not there. Throws InputError for a file that is no store or a newer one. */
export async function openSqlite(file: string): Promise<Engine> {
  const explain = (error: unknown): InputError | undefined => explained(file, error);
  let database: Database.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new Database(file);
    prepare(database, file);
  } catch (error) {
    database?.close();
    throw explain(error) ?? error;
  }
  return {
    kind: 'sqlite',
    where: file,
    db: new KyselyOf<Tables>({ dialect: new SqliteDialect({ database: writingAtOnce(database) }) }),
    addWords,
    hasTerms,
    explain,
  };
}

function prepare(database: Database.Database, file: string): void {
  database.exec(`pragma busy_timeout = ${PATIENCE}`);
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec('pragma foreign_keys = on');
  migrate(database, file);
}

/** Two processes may come at once: the write lock is taken before the version is read. */
function migrate(database: Database.Database, file: string): void {
  const steps = migrations(SQLITE);
  const version = (): number => numberOf(database.prepare('pragma user_version').get());
  if (version() === steps.length && numberOf(database.prepare('pragma application_id').get()) === MARK) return;
  database.exec('begin immediate');
  try {
    const mark = numberOf(database.prepare('pragma application_id').get());
    const isEmpty = numberOf(database.prepare('select count(*) from sqlite_master').get()) === 0;
    if (mark !== MARK && !isEmpty)
      throw new InputError({ place: { file }, expected: 'a store of relore', found: 'another database' });
    const from = version();
    checkVersion(file, from, steps.length);
    for (const statement of steps.slice(from).flat()) database.exec(statement);
    database.exec(`pragma application_id = ${MARK}`);
    database.exec(`pragma user_version = ${steps.length}`);
    database.exec('commit');
  } catch (error) {
    if (database.inTransaction) database.exec('rollback');
    throw error;
  }
}

function numberOf(row: unknown): number {
  return Number(Object.values(row as Record<string, unknown>)[0]);
}

/**
 * A transaction takes the write lock when it begins: one that read first could not wait for another writer later. And SQLite
 * has rolled back by itself when the disk is full: to roll back once more would be the error that is told.
 */
function writingAtOnce(database: Database.Database): SqliteDatabase {
  const said = (text: string): string => {
    if (text === 'begin') return 'begin immediate';
    return text === 'rollback' && !database.inTransaction ? 'select 1' : text;
  };
  return {
    close: () => database.close(),
    prepare: (text) => database.prepare(said(text)),
  };
}

async function addWords(
  db: Kysely<Tables>,
  table: Worded,
  rows: readonly { readonly row: number; readonly words: readonly string[] }[],
): Promise<void> {
  for (const { row, words } of rows)
    await sql`insert into ${sql.table(`${table}_words`)} (rowid, words) values (${row}, ${words.join(' ')})`.execute(
      db,
    );
}

function hasTerms(table: Worded, terms: readonly Term[], { before, most }: Window) {
  // Words hold no quote: tokens.ts leaves letters, digits and _.
  const match = terms.map(({ words, isPrefix }) => `"${words.join(' ')}"${isPrefix ? '*' : ''}`).join(' AND ');
  const words = sql.table(`${table}_words`);
  const older = before === undefined ? sql`` : sql` and rowid < ${before}`;
  const newest = most === undefined ? sql`` : sql` order by rowid desc limit ${most}`;
  return sql<boolean>`${sql.ref(`${table}.row`)} in (select rowid from ${words} where ${words} match ${match}${older}${newest})`;
}

const WORDS: readonly (readonly [RegExp, string, string])[] = [
  [/^SQLITE_FULL/, 'room on the disk', 'a full disk; nothing of this was stored'],
  [/^SQLITE_IOERR/, 'a disk that can be written', 'an error of the disk; nothing of this was stored'],
  [/^SQLITE_READONLY/, 'a file that can be written', 'one that cannot'],
  [/^SQLITE_(CANTOPEN|PERM|AUTH)/, 'a file that can be opened', 'one that cannot'],
  [/^SQLITE_(BUSY|LOCKED)/, `a store that other processes let go of within ${PATIENCE / 1000} s`, 'one that they keep'],
  [/^SQLITE_NOTADB/, 'a store of relore', 'no database'],
  [/^SQLITE_CORRUPT/, 'a store that is whole', 'a damaged one'],
  [/^ENOSPC/, 'room on the disk', 'a full disk; nothing of this was stored'],
  [/^E(ACCES|PERM|ROFS)/, 'a folder that can be written', 'one that cannot'],
  [/^E(NOTDIR|EXIST)/, 'a folder', 'a file in its place'],
];

function explained(file: string, error: unknown): InputError | undefined {
  if (error instanceof InputError) return error;
  const { code: given, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  const code = message.startsWith('ConnectionFailed') ? 'SQLITE_CANTOPEN' : given; // libsql gives no code for it
  const found = typeof code === 'string' ? WORDS.find(([pattern]) => pattern.test(code)) : undefined;
  return found && new InputError({ place: { file }, expected: found[1], found: found[2] });
}
