// Whole archives by the command line, on this machine and over a real PostgreSQL, and what goes wrong on the way.
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identitiesOn, openBoss } from '../../src/batch/boss.ts';
import type { Unit } from '../../src/batch/unit.ts';
import type { TestServer } from '../history/postgres.ts';
import { postgresPrograms, startPostgres } from '../history/postgres.ts';
import type { Ran } from '../program.ts';
import { ROOT, runRelore, startRelore } from '../program.ts';

const dir = mkdtempSync(join(tmpdir(), 'relore-batch-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const BREAKING = ['test-before-lru', 'lock-then-token', 'no-mapping-test'];
const HARMLESS = ['rename-locals-of-lru-add', 'munlock-without-goto', 'count-before-the-list', 'likely-branches'];
const archive = join(dir, 'archive.mbox');

/** Seven series, one of them posted twice, one that touches nothing, and talk. */
function writeArchive(): void {
  const patch = (name: string) => readFileSync(join(ROOT, 'fixtures/patches', `${name}.patch`), 'utf8');
  const separator = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n';
  const mail = (text: string) =>
    `${separator}${text.startsWith('From ') ? text.slice(text.indexOf('\n') + 1) : text}\n\n`;
  const again = patch('likely-branches').replaceAll('@example.org', '@again.example');
  const untouched = patch('likely-branches')
    .replace(/^Message-I[dD]:.*$/m, 'Message-ID: <doc@example.org>')
    .replace(
      /^(---\n)[\s\S]*$/m,
      '---\n lib/x.c | 2 +-\n\ndiff --git a/lib/x.c b/lib/x.c\n--- a/lib/x.c\n+++ b/lib/x.c\n@@ -1,3 +1,3 @@ int x(void)\n int y(void);\n-int z(void);\n+int w(void);\n int v(void);\n',
    );
  const talk =
    'From: A <a@example.org>\nSubject: lunch\nMessage-ID: <lunch@example.org>\nDate: Mon, 2 Dec 2024 10:00:00 +0000\n\nAt noon?\n';
  writeFileSync(archive, [...[...BREAKING, ...HARMLESS].map(patch), again, untouched, talk].map(mail).join(''));
}

function environment(store: string): NodeJS.ProcessEnv {
  return { ...process.env, XDG_DATA_HOME: join(dir, store), CI: 'true' };
}

function relore(args: readonly string[], store = 'store'): Ran {
  return runRelore(args, environment(store));
}

function started(args: readonly string[]): ReturnType<typeof startRelore> {
  const run = startRelore(args, environment('store'));
  children.push(run.child);
  return run;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let left = 600; left > 0; left--) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come in 60 s');
}

let alone = ''; // the results of one machine
beforeAll(() => {
  writeArchive();
  const { out, status } = relore(['batch', archive, '--format', 'jsonl']);
  expect(status).toBe(1);
  alone = out;
}, 120_000);

describe('a batch on one machine', () => {
  const whole = () =>
    alone
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { scenario: string; change: string; subject: string })
      .filter(({ scenario }) => scenario === '*' || scenario === '');

  it('tells the three series that open something, and nothing of the four harmless ones', () => {
    const count = (change: string) => whole().filter((row) => row.change === change).length;
    expect(whole().length).toBe(8);
    expect([count('opens'), count('keeps'), count('untouched')]).toEqual([3, 4, 1]);
  });

  it('runs only what is new the second time, and gives the same bytes', () => {
    const { out, err } = relore(['batch', archive, '--format', 'jsonl']);
    expect(out).toBe(alone);
    expect(err).toContain('10 mails in 10 threads');
    expect(err).toContain('reviewed  0 of 0 series, 7 were known');
    expect(err).toContain('1 threads without a patch, 1 series that touch no function of a rule, 1 posted again');
  });

  it('puts a series together that lies in two files', () => {
    const text = readFileSync(join(ROOT, 'fixtures/patches/pair-tidy-then-break.patch'), 'utf8');
    const [first = '', second = ''] = text.split(/^(?=From [0-9a-f]{40} )/m).filter((part) => part !== '');
    expect(second).not.toBe('');
    const files = [join(dir, '1.patch'), join(dir, '2.patch')];
    writeFileSync(files[0] ?? '', second);
    writeFileSync(files[1] ?? '', first);
    const { out } = relore(['batch', ...files, '--format', 'jsonl'], 'two');
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { scenario: string; change: string; detail: string });
    const last = rows.filter(({ scenario }) => scenario === '*');
    expect(last.length).toBe(1);
    expect((JSON.parse(last[0]?.detail ?? '') as { patches: unknown[] }).patches.length).toBe(2);
  });

  it('gives up a series that needs more time than it may, and tries it again in the next run', () => {
    const thread = join(ROOT, 'threads/mlock-large-folio/thread.mbox');
    const three = ['batch', thread, '--model', 'sc,tso,lkmm', '--threads', '1']; // five seconds on a quiet machine
    const slow = relore([...three, '--timeout', '1'], 'small');
    expect([2, 3]).toContain(slow.status); // 2 on a machine so busy that even reading takes a second
    expect(slow.err).toMatch(/no end within 1 s/);
    const enough = relore(three, 'small');
    expect(enough.err).toMatch(/^reviewed {2}1 of 1 series, /m);
  }, 120_000);

  it('ends with a reason, not as a bug, when a thread has less memory than the reader needs', () => {
    const one = join(ROOT, 'fixtures/patches/likely-branches.patch');
    const { status, err } = relore(['batch', one, '--memory', '8', '--timeout', '2', '--threads', '1'], 'tiny');
    expect([2, 3]).toContain(status); // whether the mail or the search for its end ran out is up to the collector
    expect(err).toMatch(/(?:no end within 2 s|more than 8 MB of memory)/);
    expect(err).not.toContain('bug');
  }, 120_000);

  it.each([
    ['an empty file', () => ['/dev/null'], 'an empty file'],
    ['a folder without mail', () => [mkdtempSync(join(dir, 'empty-'))], 'expected mail in it, found none'],
    ['a file that is not there', () => [join(dir, 'none.mbox')], 'no such file'],
    ['a git repository of something else', () => [join(ROOT)], 'a git repository that holds no mail'],
    ['data that is no mail', () => [written('data.json', '{"a": 1}')], 'expected a mail'],
    [
      'mail in UTF-16',
      () => [written('wide.mbox', Buffer.from(readFileSync(archive, 'latin1'), 'utf16le'))],
      'expected a mail',
    ],
    ['half a packed archive', () => [halfPacked()], 'whole gzip data'],
  ])('says what is wrong with %s', (_, source, words) => {
    const { status, out, err } = relore(['batch', ...source()]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(err).not.toContain('bug');
  });
});

function written(name: string, content: string | Buffer): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

function halfPacked(): string {
  const file = join(dir, 'half.mbox.gz');
  const packed = spawnSync('gzip', ['-c', archive]).stdout;
  writeFileSync(file, packed.subarray(0, packed.length / 2));
  return file;
}

const programs = postgresPrograms();
const why = programs.kind === 'absent' ? ` (skipped: ${programs.why})` : '';

describe.skipIf(programs.kind === 'absent')(`a batch over PostgreSQL${why}`, () => {
  let server: TestServer;
  let fresh = 0;

  beforeAll(async () => {
    server = await startPostgres();
  }, 120_000);
  afterAll(() => server?.stop());

  /** A database of its own on the server. */
  async function database(): Promise<string> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const name = `batch${++fresh}`;
    await client.query(`create database ${name}`);
    await client.end();
    return server.url.replace(/\/postgres$/, `/${name}`);
  }
  /** Whether a worker holds a chunk. */
  async function isTaken(db: string): Promise<boolean> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: db });
    await client.connect();
    const { rowCount } = await client.query("select 1 from relore_queue.job where state = 'active'");
    await client.end();
    return (rowCount ?? 0) > 0;
  }
  const results = (db: string) => relore(['batch', archive, '--db', db, '--format', 'jsonl', '--no-wait']).out;
  const status = (db: string) => relore(['batch', 'status', '--db', db]).out;

  it.each([1, 2, 3])('gives the same bytes as one machine, with %i workers', { timeout: 120_000 }, async (count) => {
    const db = await database();
    const feeder = started(['batch', archive, '--db', db, '--format', 'jsonl']);
    await until(async () => (await identitiesOn(db).catch(() => [])).length > 0);
    const workers = Array.from({ length: count }, () => started(['worker', '--db', db]));
    const { out, status: code } = await feeder.ended;
    for (const { child } of workers) child.kill('SIGTERM');
    expect(out).toBe(alone);
    expect(code).toBe(1);
    for (const { ended } of workers) expect((await ended).status).toBe(0);
  });

  it('loses nothing when a worker is killed: its chunk goes to the next one', { timeout: 120_000 }, async () => {
    const db = await database();
    expect(relore(['batch', archive, '--db', db, '--no-wait', '--lease', '2']).status).toBe(0);
    const first = started(['worker', '--db', db, '--lease', '2']);
    await until(() => isTaken(db));
    first.child.kill('SIGKILL');
    await first.ended;
    await started(['worker', '--db', db, '--lease', '2', '--until-empty']).ended;
    expect(results(db)).toBe(alone);
  });

  it('adds nothing twice when a worker is cut off for longer than its lease and comes back', {
    timeout: 120_000,
  }, async () => {
    const db = await database();
    relore(['batch', archive, '--db', db, '--no-wait', '--lease', '2']);
    const late = started(['worker', '--db', db, '--lease', '2', '--until-empty']);
    await until(() => isTaken(db));
    late.child.kill('SIGSTOP');
    await started(['worker', '--db', db, '--lease', '2', '--until-empty']).ended;
    expect(results(db)).toBe(alone);
    late.child.kill('SIGCONT');
    const { status: code, err } = await late.ended;
    expect([code, /this is a bug/.test(err)]).toEqual([0, false]);
    expect(results(db)).toBe(alone);
  });

  it('loses nothing when the server is killed and comes back', { timeout: 120_000 }, async () => {
    const db = await database();
    relore(['batch', archive, '--db', db, '--no-wait', '--lease', '2']);
    const worker = started(['worker', '--db', db, '--lease', '2', '--until-empty']);
    await until(() => isTaken(db));
    await server.restart();
    const { status: code, err } = await worker.ended;
    expect([code, /this is a bug/.test(err)]).toEqual([0, false]);
    expect(results(db)).toBe(alone);
  });

  it('adds nothing twice when a feeder is killed and started again', { timeout: 120_000 }, async () => {
    const db = await database();
    const feeder = started(['batch', archive, '--db', db, '--no-wait']);
    await until(async () => (await identitiesOn(db).catch(() => [])).length > 0);
    feeder.child.kill('SIGKILL');
    await feeder.ended;
    relore(['batch', archive, '--db', db, '--no-wait']);
    const before = / (\d+) waiting/.exec(status(db))?.[1];
    relore(['batch', archive, '--db', db, '--no-wait']);
    expect(/ (\d+) waiting/.exec(status(db))?.[1]).toBe(before);
    await started(['worker', '--db', db, '--until-empty']).ended;
    expect(results(db)).toBe(alone);
  });

  it('refuses a worker with other rules', { timeout: 120_000 }, async () => {
    const db = await database();
    relore(['batch', archive, '--db', db, '--no-wait']);
    const rules = join(dir, 'rules');
    cpSync(join(ROOT, 'rules'), rules, { recursive: true });
    const file = join(rules, 'nr-mlock.md');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nOne more sentence.\n`);
    const other = relore(['worker', '--db', db, '--rules', rules]);
    expect(other.status).toBe(2);
    expect(other.err).toMatch(/expected a batch with rules [0-9a-f]{12} and relore \S+, found rules [0-9a-f]{12}/);
    expect(status(db)).toMatch(/ [1-9]\d* waiting, 0 taken, 0 done, 0 given up/);
    // After an upgrade of the rules the feeder adds what is new for them, and the new workers do that.
    relore(['batch', archive, '--db', db, '--no-wait', '--rules', rules]);
    expect(status(db).match(/^rules /gm)?.length).toBe(2);
  });

  it('cuts a chunk that breaks, down to the series that breaks it, and shows that one', {
    timeout: 120_000,
  }, async () => {
    const db = await database();
    const queue = await openBoss(db, { rules: 'r', engine: 'e', settings: '{}' }, { lease: 60, most: 10 });
    const unit = (series: string): Unit => ({
      ...{ series, thread: `${series}@x`, subject: `subject ${series}`, date: '', pairs: 1, name: 'x' },
      bytes: Buffer.from(series),
    });
    await queue.add(['a', 'b', 'poison', 'c'].map(unit));
    const done: string[] = [];
    const attempts: string[] = [];
    for (;;) {
      const held = await queue.take();
      if (held === undefined) break;
      attempts.push(held.units.map(({ series }) => series).join('+'));
      if (held.units.some(({ series }) => series === 'poison')) await queue.failed(held, 'it broke');
      else {
        done.push(...held.units.map(({ series }) => series));
        await queue.done(held);
      }
    }
    expect(done.sort()).toEqual(['a', 'b', 'c']);
    expect(attempts.filter((one) => one === 'a+b+poison+c').length).toBe(2);
    expect(attempts.filter((one) => one === 'poison+c').length).toBe(2);
    expect(attempts.filter((one) => one === 'poison').length).toBe(4);
    expect(await queue.state()).toEqual({ waiting: 0, active: 0, done: 4, dead: 1 });
    const [dead] = await queue.dead();
    expect([dead?.subjects, dead?.why]).toEqual([['subject poison'], 'it broke']);
    await queue.close();
  });

  it('says which server it is that does not answer, without its password', () => {
    const { status: code, err } = relore(['batch', archive, '--db', 'postgres://me:secret@127.0.0.1:1/x']);
    expect(code).toBe(2);
    expect(err).toMatch(/postgres:\/\/me(?::\*+)?@127\.0\.0\.1:1\/x/);
    expect(err).not.toContain('secret');
    expect(relore(['worker', '--db', 'postgres://me:secret@127.0.0.1:1/x']).err).not.toContain('secret');
  });
});
