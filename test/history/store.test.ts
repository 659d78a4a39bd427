import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultStore, openStore } from '../../src/history/store/open.ts';
import { withoutPassword } from '../../src/history/store/postgres.ts';
import type { ResultRow, Store } from '../../src/history/store/store.ts';
import { postgresPrograms, startPostgres, type TestServer } from './postgres.ts';
import { madeReview, madeThread } from './specimens.ts';

const programs = postgresPrograms();
const absent = programs.kind === 'absent' ? ` (skipped: ${programs.why})` : '';
const NOW = () => new Date('2026-01-02T03:04:05Z');

const folder = mkdtempSync(join(tmpdir(), 'relore-store-'));
let server: TestServer | undefined;
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { kind: 'sqlite', skip: false, title: 'a store in SQLite' },
  { kind: 'postgres', skip: absent !== '', title: `a store in PostgreSQL${absent}` },
])('$title', ({ kind, skip }) => {
  describe.skipIf(skip)('', () => {
    let store: Store;
    let where = '';
    beforeAll(async () => {
      if (kind === 'postgres') server ??= await startPostgres();
      where = kind === 'postgres' ? (server?.url ?? '') : join(folder, 'new', 'relore.db');
      store = await openStore(where, NOW);
    });
    afterAll(() => store.close());

    it('records a review with its thread once, however often it is asked to', async () => {
      const first = await store.record(madeReview(1), madeThread(1));
      const again = await store.record(madeReview(1), madeThread(1));
      expect(first).toEqual({ review: first.review, isNew: true });
      expect(again).toEqual({ review: first.review, isNew: false });
      const { rows, before } = await store.reviews({});
      expect(before).toBeUndefined();
      expect(rows).toEqual([
        {
          row: 1,
          id: first.review,
          thread: 'm1-0@example.org',
          subject: 'thread 1',
          base: 'v6.12',
          rules: 'a'.repeat(64),
          version: '0.1.0',
          recorded: '2026-01-02T03:04:05.000Z',
          patches: 1,
          claims: 2,
          opens: 1,
          closes: 0,
        },
      ]);
      expect(await store.review(first.review)).toEqual(madeReview(1));
      expect(await store.review('r-none')).toBeUndefined();
      expect(await store.messages('m1-0@example.org')).toEqual(madeThread(1).messages);
      expect((await store.threads({})).rows).toEqual([
        {
          row: 1,
          id: 'm1-0@example.org',
          subject: 'thread 1',
          first: '2023-07-19T00:00:00Z',
          messages: 2,
          speakers: ['Mira', 'Tom'],
        },
      ]);
    });

    it('keeps the messages of a thread once when another review of it is recorded', async () => {
      const other = { ...madeReview(1), tool: { ...madeReview(1).tool, version: '0.2.0' } };
      expect((await store.record(other, madeThread(1))).isNew).toBe(true);
      expect(await store.messages('m1-0@example.org')).toHaveLength(2);
      expect((await store.searchMessages({ text: 'folio_test_clear_lru' })).rows).toHaveLength(1);
      expect((await store.searchClaims({ text: 'stranded' })).rows).toHaveLength(2);
    });

    it('finds identifiers whole, beginnings with *, and words in a row', async () => {
      const found = async (text: string) => (await store.searchMessages({ text })).rows.map(({ id }) => id);
      expect(await found('folio_test_clear_lru')).toEqual(['m1-1@example.org']);
      expect(await found('FOLIO_TEST_CLEAR_LRU')).toEqual(['m1-1@example.org']);
      expect(await found('folio_test_clear_lr')).toEqual([]);
      expect(await found('lru')).toEqual([]);
      expect(await found('clear_lru')).toEqual([]);
      expect(await found('folio_test*')).toEqual(['m1-1@example.org']);
      expect(await found('"takes PG_lru first"')).toEqual(['m1-1@example.org']);
      expect(await found('"PG_lru takes"')).toEqual([]);
      expect(await found('first takes')).toEqual(['m1-1@example.org']);
      expect(await found('takes nothing')).toEqual([]);
      expect(await found('quoted_words_of_another')).toEqual([]);
      expect(await found('Füße')).toEqual(['m1-0@example.org']);
      expect(await found('fusse')).toEqual([]);
      expect(await found('fuße')).toEqual(['m1-0@example.org']);
    });

    it('takes whatever is typed for words, never for a query', async () => {
      for (const text of [
        '"',
        '*',
        '" OR "1',
        "'; drop table reviews; --",
        ') & (',
        'a:*|b',
        'NEAR(a b)',
        '\\',
        '\0',
        'AND',
        '-lru',
        '^takes',
      ])
        expect((await store.searchMessages({ text, thread: 'm1-0@example.org' })).rows.length, text).toBeLessThan(3);
      expect((await store.searchMessages({ text: '^takes' })).rows).toHaveLength(1);
      expect((await store.reviews({})).rows).toHaveLength(2);
    });

    it('narrows messages and claims by who, what and when', async () => {
      expect((await store.searchMessages({ speaker: 'Tom' })).rows.map(({ id }) => id)).toEqual(['m1-1@example.org']);
      expect((await store.searchMessages({ since: '2023-07-20' })).rows.map(({ id }) => id)).toEqual([
        'm1-1@example.org',
      ]);
      expect((await store.searchMessages({ until: '2023-07-19' })).rows.map(({ id }) => id)).toEqual([
        'm1-0@example.org',
      ]);
      const [claim] = (await store.searchClaims({ verdict: 'confirmed', text: 'folio_test_clear_lru' })).rows;
      expect(claim).toMatchObject({
        id: 'c1',
        speaker: 'Tom',
        kind: 'race',
        verdict: 'confirmed',
        date: '2023-07-20T00:00:00Z',
      });
      expect((await store.searchClaims({ kind: 'fix' })).rows).toHaveLength(2);
      expect((await store.searchClaims({ kind: 'fix', verdict: 'confirmed' })).rows).toHaveLength(0);
    });

    it('finds reviews by rule, scenario, function and change', async () => {
      expect((await store.reviews({ rule: 'stranded-unevictable' })).rows).toHaveLength(2);
      expect((await store.reviews({ rule: 'stranded-unevictable', scenario: 'S1' })).rows).toHaveLength(2);
      expect((await store.reviews({ rule: 'stranded-unevictable', scenario: 'S9' })).rows).toHaveLength(0);
      expect((await store.reviews({ function: '__munlock_folio', change: 'opens' })).rows).toHaveLength(2);
      expect((await store.reviews({ function: '__munlock_folio', change: 'closes' })).rows).toHaveLength(0);
    });

    it('stores a result of a batch once for its series, scenario, rules and engine', async () => {
      const rows = [1, 2, 3].map((n) => resultRow(n));
      expect(await store.putResults(rows)).toBe(3);
      expect(await store.putResults([...rows, resultRow(4)])).toBe(1);
      expect(await store.putResults([{ ...resultRow(4), change: 'opens', why: 'other words' }])).toBe(0);
      expect(await store.putResults([{ ...resultRow(4), engine: '0.2.0', change: 'opens' }])).toBe(1);
      expect(await store.missingResults([resultRow(9), resultRow(3), { ...resultRow(3), rules: 'other' }])).toEqual([
        resultRow(9),
        { ...resultRow(3), rules: 'other' },
      ]);
      expect(await store.countResults({})).toEqual({ keeps: 4, opens: 1 });
      expect(await store.countResults({ engine: '0.1.0' })).toEqual({ keeps: 4 });
      expect((await store.results({ scenario: 'stranded-unevictable' })).rows).toHaveLength(5);
      expect((await store.results({ scenario: 'stranded-unevictable/S1', change: 'opens' })).rows).toHaveLength(1);
      const all: ResultRow[] = [];
      for await (const row of store.eachResult({ engine: '0.1.0' })) all.push(row);
      expect(all).toEqual([1, 2, 3, 4].map((n) => resultRow(n)));
    });

    it('hands out pages that what is stored meanwhile does not shift', async () => {
      await store.putResults(Array.from({ length: 20 }, (_, n) => ({ ...resultRow(n), scenario: 'paged/S1' })));
      const first = await store.results({ scenario: 'paged', limit: 8 });
      await store.putResults([{ ...resultRow(99), scenario: 'paged/S1' }]);
      const second = await store.results({ scenario: 'paged', limit: 8, before: first.before ?? 0 });
      const third = await store.results({ scenario: 'paged', limit: 8, before: second.before ?? 0 });
      const series = [first, second, third].flatMap(({ rows }) => rows.map((row) => row.series));
      expect(series).toEqual(Array.from({ length: 20 }, (_, n) => `series-${String(19 - n).padStart(3, '0')}`));
      expect(third.before).toBeUndefined();
    });

    it('is opened by a second process while the first has it, and shows what was stored', async () => {
      const other = await openStore(where, NOW);
      expect((await other.reviews({})).rows).toHaveLength(2);
      await other.close();
    });

    it('refuses a store of a newer relore in words', async () => {
      await newer(kind, where, 99);
      await expect(openStore(where, NOW)).rejects.toThrow(
        /expected a store of schema 1 or older, found schema 99, of a newer relore: use that one, or another store by --db/,
      );
      await newer(kind, where, 1);
    });
  });
});

describe('where a store is', () => {
  it('is a file in the data folder of XDG, or of the home folder', () => {
    expect(defaultStore({ XDG_DATA_HOME: '/x', HOME: '/h' })).toBe('/x/relore/relore.db');
    expect(defaultStore({ XDG_DATA_HOME: 'relative', HOME: '/h' })).toBe('/h/.local/share/relore/relore.db');
    expect(defaultStore({ HOME: '/h' })).toBe('/h/.local/share/relore/relore.db');
  });

  it('is shown without its password', () => {
    expect(withoutPassword('postgres://me:secret@host/db')).toBe('postgres://me:***@host/db');
    expect(withoutPassword('postgres://me@host/db?password=secret')).toBe('postgres://me@host/db?password=***');
    expect(withoutPassword('postgres://[')).toBe('the URL of --db');
  });
});

describe('what cannot be opened', () => {
  it('is refused in words: no database, the database of another program, a folder, no server, a wrong password', async () => {
    const text = join(folder, 'text');
    writeFileSync(text, 'this is no database at all, but it is long enough to look like one to somebody\n'.repeat(40));
    await expect(openStore(text)).rejects.toThrow(/expected a store of relore, found no database/);
    const foreign = join(folder, 'foreign.db');
    const database = new Database(foreign);
    database.exec('create table bookmarks (url text)');
    database.close();
    await expect(openStore(foreign)).rejects.toThrow(/expected a store of relore, found another database/);
    await expect(openStore(folder)).rejects.toThrow(/expected a file that can be opened, found one that cannot/);
    await expect(openStore(join(text, 'below', 'x.db'))).rejects.toThrow(
      /expected a folder, found a file in its place/,
    );
    await expect(openStore('postgres://me:secret@127.0.0.1:1/db')).rejects.toThrow(
      'postgres://me:***@127.0.0.1:1/db: expected a server that answers, found none',
    );
  });

  it.skipIf(absent !== '')(`names a database or a user that the server does not have${absent}`, async () => {
    server ??= await startPostgres();
    await expect(openStore(server.url.replace(/postgres$/, 'elsewhere'))).rejects.toThrow(
      /expected a database that exists, found none of this name/,
    );
    await expect(openStore(server.url.replace('relore@', 'nobody:wrong@'))).rejects.toThrow(
      /expected a user and password that the server takes, found ones that it refuses/,
    );
  });
});

function resultRow(n: number): ResultRow {
  return {
    series: `series-${String(n).padStart(3, '0')}`,
    scenario: 'stranded-unevictable/S1',
    rules: 'a'.repeat(64),
    engine: '0.1.0',
    thread: `m${n}@example.org`,
    subject: `series ${n}`,
    date: '2023-07-19T00:00:00Z',
    change: 'keeps',
    before: 'violated',
    after: 'violated',
    states: 23,
    why: '',
    detail: '',
  };
}

async function newer(kind: string, where: string, version: number): Promise<void> {
  if (kind === 'sqlite') {
    const database = new Database(where);
    database.exec(`pragma user_version = ${version}`);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: where });
  await client.connect();
  await client.query('update relore.relore_schema set version = $1', [version]);
  await client.end();
}
