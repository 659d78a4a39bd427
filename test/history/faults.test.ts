import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/history/store/open.ts';
import { smallDisk, WHY_NO_DISK } from '../small-disk.ts';
import { postgresPrograms, startPostgres, type TestServer } from './postgres.ts';

const programs = postgresPrograms();
const absent = programs.kind === 'absent' ? ` (skipped: ${programs.why})` : '';
const folder = mkdtempSync(join(tmpdir(), 'relore-faults-'));
// Beside the packages, so that the native module is found.
const writer = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', `relore-writer-${process.pid}.mjs`);
const small = smallDisk(join(folder, 'small'), '2m');
let server: TestServer | undefined;

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'writer.ts')],
    outfile: writer,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
});
afterAll(() => {
  server?.stop();
  small?.unmount();
  rmSync(writer, { force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { kind: 'sqlite', skip: false, title: 'a store in SQLite' },
  { kind: 'postgres', skip: absent !== '', title: `a store in PostgreSQL${absent}` },
])('$title', ({ kind, skip }) => {
  describe.skipIf(skip)('', () => {
    const place = async (name: string): Promise<string> => {
      if (kind === 'sqlite') return join(folder, `${name}.db`);
      server ??= await startPostgres();
      return server.url;
    };

    it('has what two writers at once stored, each thing once', async () => {
      const where = await place('two');
      const [one, other] = await Promise.all([
        ended(started('record', where, 0, 60)),
        ended(started('record', where, 30, 60)),
      ]);
      expect([one.status, one.said.length, other.status, other.said.length]).toEqual([0, 61, 0, 61]);
      const store = await openStore(where);
      const reviews = await store.reviews({ limit: 1_000 });
      expect(new Set(reviews.rows.map(({ id }) => id)).size).toBe(90);
      expect(reviews.rows).toHaveLength(90);
      expect((await store.threads({ limit: 1_000 })).rows).toHaveLength(90);
      expect((await store.searchMessages({ text: 'folio_test_clear_lru', limit: 1_000 })).rows).toHaveLength(90);
      expect((await store.searchClaims({ text: 'stranded', limit: 1_000 })).rows).toHaveLength(90);
      await store.close();
    });

    it('has all that was said to be stored, and nothing half, when a writer is killed at any moment', async () => {
      const where = await place('killed');
      const promised: string[] = [];
      for (const [round, lines] of [1, 2, 9, 17].entries()) {
        const child = started('record', where, 1_000 * (round + 1), 1_000);
        const done = ended(child, lines);
        promised.push(...(await done).said.filter((line) => line !== 'open'));
      }
      expect(promised.length).toBeGreaterThan(20);
      const store = await openStore(where);
      for (const line of promised) {
        const [id = '', thread = ''] = line.split(' ');
        expect(await store.review(id), id).toBeDefined();
        expect(await store.messages(thread), thread).toHaveLength(2);
        expect((await store.searchClaims({ thread, text: 'folio_test_clear_lru' })).rows, thread).toHaveLength(1);
      }
      // Whatever else is there is whole too: the transaction that was under way has left nothing.
      for (const { thread } of (await store.reviews({ limit: 1_000 })).rows)
        expect(await store.messages(thread), thread).toHaveLength(2);
      await store.close();
      if (kind === 'sqlite')
        expect(new Database(where).prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    });

    it('stores results of two batches at once, each key once', async () => {
      const where = await place('results');
      const [one, other] = await Promise.all([
        ended(started('results', where, 0, 20)),
        ended(started('results', where, 5, 20)),
      ]);
      expect([one.status, other.status]).toEqual([0, 0]);
      const store = await openStore(where);
      expect(await store.countResults({})).toEqual({ keeps: 1_250 });
      await store.close();
    });
  });
});

describe.skipIf(absent !== '')(`a server that crashes${absent}`, () => {
  it('is told of in words, and has all that was said to be stored when it is back', async () => {
    server ??= await startPostgres();
    const store = await openStore(server.url);
    const writing = ended(started('record', server.url, 10_000, 2_000), 20, () => server?.kill());
    const { status, said, err } = await writing;
    expect(status).toBe(2);
    expect(err).toMatch(/expected a server that (answers|takes writes), found/);
    await expect(store.reviews({})).rejects.toThrow(/expected a server that (answers|takes writes), found/);
    await server.restart();
    for (const line of said.filter((one) => one !== 'open'))
      expect(await store.review(line.split(' ')[0] ?? ''), line).toBeDefined();
    await store.close();
  });
});

describe.skipIf(small === undefined)(`a disk of 2 MB${small === undefined ? WHY_NO_DISK : ''}`, () => {
  it('is full: the writer says so, what was stored before is whole, and it goes on when there is room', async () => {
    const where = join(small?.folder ?? '', 'relore.db');
    const { status, said, err } = await ended(started('results', where, 0, 1_000));
    expect(status).toBe(2);
    expect(err).toMatch(/relore\.db: expected room on the disk, found a full disk; nothing of this was stored/);
    const stored = Number(said.at(-1));
    expect(stored).toBeGreaterThan(0);
    expect(small?.resize('8m')).toBe(true);
    const store = await openStore(where);
    expect(await store.countResults({})).toEqual({ keeps: stored });
    await store.close();
    expect((await ended(started('results', where, stored / 50, 2))).status).toBe(0);
  });
});

function started(task: string, where: string, from: number, count: number): ChildProcess {
  return spawn(process.execPath, [writer, task, where, String(from), String(count)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What a writer said until it ended; it is killed (or `fault` done) somewhere after `lines` lines. */
function ended(
  child: ChildProcess,
  lines = Number.POSITIVE_INFINITY,
  fault: () => void = () => child.kill('SIGKILL'),
): Promise<{ readonly status: number | null; readonly said: readonly string[]; readonly err: string }> {
  return new Promise((resolve) => {
    let [out, err] = ['', ''];
    let isArmed = true;
    child.stdout?.on('data', (bytes: Buffer) => {
      out += bytes.toString('utf8');
      if (!isArmed || out.split('\n').length <= lines) return;
      isArmed = false;
      fault();
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      err += bytes.toString('utf8');
    });
    // A line without its end was never said: the process died while it spoke.
    child.on('close', (status) => resolve({ status, said: out.split('\n').slice(0, -1), err }));
  });
}
