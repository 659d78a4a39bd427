// `relore watch`: an inbox of git commits made here, and a server with a feed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ran } from '../program.ts';
import { ROOT, startRelore } from '../program.ts';

const dir = mkdtempSync(join(tmpdir(), 'relore-watch-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const env = { ...process.env, XDG_DATA_HOME: join(dir, 'data'), XDG_STATE_HOME: join(dir, 'state') };
const got = join(dir, 'got.json');

/** A patch of fixtures/patches as a mail, without the separator of git format-patch. */
function mail(name: string): string {
  const text = readFileSync(join(ROOT, `fixtures/patches/${name}.patch`), 'utf8');
  return text.replace(/^From .*\n/, '');
}

function watch(source: string, ...more: string[]): Promise<Ran> {
  const args = ['watch', source, '--once', '--exec', `cat >${got}`, '--threads', '1', ...more];
  return startRelore(args, env).ended;
}

const OPENS =
  /^opens {2}2024-12-02 {2}\[PATCH\] mm\/mlock: PG_lru under the lock in munlock {2}<lock-then-token-1@example\.org> {2}lruvec-stability\/S5m\n$/;

describe('watching an inbox on disk', () => {
  const epoch = join(dir, 'inbox/git/0.git');
  const git = (args: readonly string[], input?: string) => {
    const run = spawnSync('git', args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout.trim();
  };

  /** A mail as public-inbox keeps it: a commit with the one file m. */
  function deliver(text: string): void {
    const blob = git(['-C', epoch, 'hash-object', '-w', '--stdin'], text);
    const tree = git(['-C', epoch, 'mktree'], `100644 blob ${blob}\tm\n`);
    const head = spawnSync('git', ['-C', epoch, 'rev-parse', '--verify', '-q', 'HEAD'], {
      encoding: 'utf8',
    }).stdout.trim();
    const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
    const commit = git([...who, '-C', epoch, 'commit-tree', tree, ...(head === '' ? [] : ['-p', head]), '-m', 'mail']);
    git(['-C', epoch, 'update-ref', 'HEAD', commit]);
  }

  beforeAll(() => {
    git(['init', '-q', '--bare', epoch]);
    deliver(mail('test-before-lru'));
  });

  it('is silent about what was there, about what is harmless, and about talk', { timeout: 60_000 }, async () => {
    const first = await watch(join(dir, 'inbox'));
    expect(first).toEqual({ status: 0, out: '', err: '' });
    deliver(mail('likely-branches'));
    deliver(
      'From: A <a@example.org>\nSubject: lunch\nMessage-ID: <l@example.org>\nDate: Mon, 2 Dec 2024 10:00:00 +0000\n\nNoon?\n',
    );
    expect(await watch(join(dir, 'inbox'))).toEqual({ status: 0, out: '', err: '' });
    expect(existsSync(got)).toBe(false);
  });

  it('tells of the series that opens something, once, and hands the results to the command', {
    timeout: 60_000,
  }, async () => {
    deliver(mail('lock-then-token'));
    const { out, err } = await watch(join(dir, 'inbox'));
    expect([out.match(OPENS) !== null, err]).toEqual([true, '']);
    const { schema, results } = JSON.parse(readFileSync(got, 'utf8')) as {
      schema: string;
      results: { scenario: string; change: string; detail: string }[];
    };
    expect(schema).toBe('relore.results/1');
    const opened = results.find(({ scenario }) => scenario === 'lruvec-stability/S5m');
    expect(opened?.change).toBe('opens');
    expect((JSON.parse(opened?.detail ?? '') as { schedule: string[] }).schedule.length).toBeGreaterThan(5);
    expect((await watch(join(dir, 'inbox'))).out).toBe('');
  });

  it('runs no command for a series whose list or author did not ask', { timeout: 60_000 }, async () => {
    rmSync(got);
    deliver(
      mail('lock-then-token')
        .replace('token-1@', 'token-2@')
        .replace(/^The comment/m, 'This comment'),
    );
    const { out, err } = await watch(join(dir, 'inbox'), '--lists', 'linux-mm@kvack.org');
    expect(out).toMatch(/^opens .* <lock-then-token-2@example\.org> {2}lruvec-stability\/S5m\n$/);
    expect(err).toBe('relore: kept here: no list or author of <lock-then-token-2@example.org> asked\n');
    expect(existsSync(got)).toBe(false);
  });

  it('refuses a folder that is no inbox', async () => {
    const { status, err } = await watch(ROOT);
    expect([status, err]).toEqual([2, `relore: ${ROOT}: expected a public-inbox (v2) or the URL of one, found none\n`]);
  });
});

describe('watching a server', () => {
  let server: Server;
  let base = '';
  let ids: string[] = ['old@example.org'];
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/mm/new.atom') {
        const entries = ids.map((id) => `<entry><link\nhref="${base}/mm/${id}/"/></entry>`);
        response.end(
          `<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><link\nhref="${base}/mm/"/>${entries.join('')}</feed>`,
        );
      } else if (request.url?.startsWith('/mm/lock-then-token-1@example.org/') === true)
        response.end(gzipSync(`From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail('lock-then-token')}\n`));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('fetches the threads of new messages only, one request each', { timeout: 60_000 }, async () => {
    expect(await watch(`${base}/mm/`)).toEqual({ status: 0, out: '', err: '' });
    expect(asked).toEqual(['/mm/new.atom']);
    ids = ['lock-then-token-1@example.org', 'old@example.org'];
    env.XDG_DATA_HOME = join(dir, 'other'); // the series is known in the first store
    expect((await watch(`${base}/mm/`)).out).toMatch(OPENS);
    expect(asked.slice(1)).toEqual(['/mm/new.atom', '/mm/lock-then-token-1@example.org/t.mbox.gz']);
  });

  it('says that a page is no inbox', async () => {
    const { status, err } = await watch(`${base}/elsewhere`);
    expect(status).toBe(2);
    expect(err).toContain('no such message there (404)');
  });
});
