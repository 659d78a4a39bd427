// Threads by URL and Message-ID: from a real public-inbox-httpd on loopback, and from servers that misbehave.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { download } from '../../src/cli/http.ts';
import { epochMails, epochsOf } from '../../src/cli/inbox.ts';
import { readRemote, remoteOf } from '../../src/cli/lore.ts';
import { splitMbox } from '../../src/mail/mbox.ts';
import { ROOT, runRelore } from '../program.ts';

const THREAD = readFileSync(join(ROOT, 'threads/mlock-large-folio/thread.mbox'));
const MASKS = { mid: 'https://lore.kernel.org/all/%s', link: 'https://lore.kernel.org/r/%s' };
const dir = mkdtempSync(join(tmpdir(), 'relore-lore-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SLASHED =
  'From: A <a@example.org>\nSubject: a slash in the id\nMessage-ID: <part/one@example.org>\nDate: Mon, 4 Sep 2023 08:12:00 +0000\n\nText.\n';

function perlModules(): boolean {
  return ['public-inbox-httpd', 'public-inbox-mda', 'public-inbox-init'].every(
    (name) => spawnSync('which', [name]).status === 0,
  );
}

/** An address nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('where a thread is fetched', () => {
  it.each([
    ['https://lore.kernel.org/linux-mm/a@b/', 'https://lore.kernel.org/linux-mm/a@b/t.mbox.gz'],
    ['https://lore.kernel.org/linux-mm/a@b', 'https://lore.kernel.org/linux-mm/a@b/t.mbox.gz'],
    ['https://lore.kernel.org/linux-mm/a@b/T/#u', 'https://lore.kernel.org/linux-mm/a@b/t.mbox.gz'],
    ['https://lore.kernel.org/linux-mm/a@b/t/#m0123', 'https://lore.kernel.org/linux-mm/a@b/t.mbox.gz'],
    ['https://lore.kernel.org/linux-mm/a@b/t.mbox.gz', 'https://lore.kernel.org/linux-mm/a@b/t.mbox.gz'],
    ['https://lore.kernel.org/linux-mm/a@b/raw', 'https://lore.kernel.org/linux-mm/a@b/raw'],
    ['https://lore.kernel.org/linux-mm/a%2Fb@c/?x=1', 'https://lore.kernel.org/linux-mm/a%2Fb@c/t.mbox.gz'],
    ['https://lore.kernel.org/r/a@b', 'https://lore.kernel.org/all/a@b/t.mbox.gz'],
    ['https://patch.msgid.link/a@b', 'https://lore.kernel.org/all/a@b/t.mbox.gz'],
    ['https://patchwork.example/project/mm/patch/a@b/mbox/', 'https://patchwork.example/project/mm/patch/a@b/mbox/'],
    ['<a/b+c@d>', 'https://lore.kernel.org/all/a%2Fb%2Bc@d/t.mbox.gz'],
    ['a@b', 'https://lore.kernel.org/all/a@b/t.mbox.gz'],
  ])('of %s', (name, url) => {
    expect(remoteOf(name, MASKS)?.url).toBe(url);
  });

  it('is nowhere for a path, a revision and a name with blanks', () => {
    for (const name of ['thread.mbox', 'dir/a@b', 'HEAD@{1}', 'A B <a@b>', '@', 'a@'])
      expect(remoteOf(name, MASKS)).toBeUndefined();
  });

  it('is refused for the page of a whole list', () => {
    expect(() => remoteOf('https://lore.kernel.org/linux-mm/', MASKS)).toThrow(/Message-ID/);
  });
});

describe('a server that misbehaves', () => {
  let server: Server;
  let base = '';
  let requests = 0;
  let agent: string | undefined;
  let answer: (response: ServerResponse, count: number) => void = (response) => response.end();
  const waits: number[] = [];
  const options = {
    most: 1 << 20,
    say: () => {},
    wait: (seconds: number) => {
      waits.push(seconds);
      return Promise.resolve();
    },
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests++;
      agent = request.headers['user-agent'];
      answer(response, requests);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function serve(next: typeof answer): string {
    answer = next;
    requests = 0;
    waits.length = 0;
    return `${base}/mm/a@b/t.mbox.gz`;
  }
  const fetchOptions = (name: string) => ({ refresh: false, say: () => {}, folder: join(dir, name) });
  const remote = (url: string) => ({ url, messageId: undefined });

  it('is asked again after as long as it says, and knows who asks', async () => {
    const url = serve((response, count) => {
      if (count < 3) response.writeHead(429, { 'retry-after': '7' }).end();
      else response.end('mail');
    });
    expect((await download(url, options)).toString()).toBe('mail');
    expect([requests, waits]).toEqual([3, [7, 7]]);
    expect(agent).toMatch(/^relore\/\d/);
  });

  it('is left alone after four answers that it is busy', async () => {
    const url = serve((response) => response.writeHead(503).end());
    await expect(download(url, options)).rejects.toThrow('the server is busy (503), 4 times');
    expect([requests, waits]).toEqual([4, [1, 2, 4]]);
  });

  it('that cuts the connection is asked again, and then named', async () => {
    const url = serve((response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    await expect(download(url, options)).rejects.toThrow(/the connection was cut .*, 4 times/);
    expect(requests).toBe(4);
  });

  it('that sends more than a thread can be is not read on', async () => {
    const url = serve((response) => response.end(Buffer.alloc((1 << 20) + 1)));
    await expect(download(url, options)).rejects.toThrow('expected at most 1 MB, found more');
  });

  it('that has no such message, or is not there, is said in a sentence', async () => {
    await expect(
      download(
        serve((r) => r.writeHead(404).end()),
        options,
      ),
    ).rejects.toThrow('no such message there (404)');
    await expect(
      download(
        serve((r) => r.writeHead(403).end()),
        options,
      ),
    ).rejects.toThrow('status 403');
    await expect(download(`http://127.0.0.1:${await freePort()}/a@b/raw`, options)).rejects.toThrow('ECONNREFUSED');
  });

  it('that answers with a page instead of mail keeps nothing in the cache', async () => {
    const url = serve((response) => response.end('<!DOCTYPE html><html></html>'));
    await expect(readRemote(remote(url), fetchOptions('page'))).rejects.toThrow('a web page: is this a public-inbox?');
    expect(existsSync(join(dir, 'page'))).toBe(false);
  });

  it('that sends half a packed thread keeps nothing in the cache', async () => {
    const packed = gzipSync(THREAD);
    const url = serve((response) => response.end(packed.subarray(0, packed.length / 2)));
    await expect(readRemote(remote(url), fetchOptions('half'))).rejects.toThrow('expected whole gzip data');
    expect(existsSync(join(dir, 'half'))).toBe(false);
  });

  it('is not asked a second time for a thread that is kept, until it is told to', async () => {
    const url = serve((response) => response.end(gzipSync(THREAD)));
    const said: string[] = [];
    const kept = { ...fetchOptions('kept'), say: (words: string) => void said.push(words) };
    expect((await readRemote(remote(url), kept)).equals(THREAD)).toBe(true);
    expect((await readRemote(remote(url), kept)).equals(THREAD)).toBe(true);
    expect([requests, said.length]).toEqual([1, 1]);
    expect(said[0]).toMatch(/as kept on \d{4}-\d\d-\d\d; --refresh fetches it again$/);
    await readRemote(remote(url), { ...kept, refresh: true });
    expect([requests, readdirSync(join(dir, 'kept')).length]).toEqual([2, 1]);
  });

  it('serves a thread all the same when the cache cannot be written', async () => {
    writeFileSync(join(dir, 'file'), '');
    const url = serve((response) => response.end(gzipSync(THREAD)));
    const said: string[] = [];
    const options = {
      refresh: false,
      say: (words: string) => void said.push(words),
      folder: join(dir, 'file/threads'),
    };
    expect((await readRemote(remote(url), options)).equals(THREAD)).toBe(true);
    expect(said[0]).toContain('not kept in');
  });
});

describe.skipIf(!perlModules())('public-inbox on loopback (skipped without public-inbox)', () => {
  let port = 0;
  let server: ReturnType<typeof spawn> | undefined;
  let env: NodeJS.ProcessEnv = {};

  const relore = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => runRelore(args, { ...env, ...more }, dir);

  beforeAll(async () => {
    port = await freePort();
    const home = join(dir, 'home');
    mkdirSync(home);
    env = {
      ...{ PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: join(dir, 'cache') },
      ...{ PI_DIR: join(home, 'pi'), PI_CONFIG: join(home, 'pi/config'), ORIGINAL_RECIPIENT: 'mm@example.org' },
      ...{ GIT_CONFIG_GLOBAL: join(home, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1' },
    };
    mkdirSync(join(home, 'pi'));
    const url = `http://127.0.0.1:${port}/mm`;
    writeFileSync(join(home, 'gitconfig'), `[user]\nname = T\nemail = t@example.org\n[b4]\nmidmask = ${url}/%s\n`);
    const run = (command: string, args: readonly string[], input = '') =>
      execFileSync(command, args, { env, input, stdio: ['pipe', 'pipe', 'pipe'] });
    run('public-inbox-init', ['-V2', '-L', 'basic', 'mm', join(dir, 'mm'), url, 'mm@example.org']);
    run('git', ['config', '-f', join(home, 'pi/config'), 'publicinboxmda.spamcheck', 'none']);
    const mails = [...splitMbox(THREAD).map(({ start, end }) => THREAD.toString('latin1', start, end)), SLASHED];
    for (const mail of mails) run('public-inbox-mda', ['--no-precheck'], mail);
    server = spawn('public-inbox-httpd', ['-l', `http://127.0.0.1:${port}`, '-W0'], { env, stdio: 'ignore' });
    for (let left = 100; left > 0; left--) {
      const up = await fetch(`${url}/`).then(
        (response) => response.ok,
        () => false,
      );
      if (up) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('public-inbox-httpd did not answer in 10 s');
  }, 60_000);
  afterAll(() => {
    server?.kill('SIGKILL');
  });

  /** A PATH with git, and with a b4 when its text is given. */
  function pathWith(name: string, b4?: string): string {
    const bin = join(dir, name);
    mkdirSync(bin);
    symlinkSync(execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), join(bin, 'git'));
    if (b4 !== undefined) writeFileSync(join(bin, 'b4'), `#!/bin/sh\n${b4}`, { mode: 0o755 });
    return bin;
  }
  const ids = (out: string) => new Set(out.match(/20230904-\d@relore\.example/g) ?? []).size;

  it('gives the thread of any of its messages, by URL and by Message-ID', () => {
    const PATH = pathWith('no-b4');
    const id = '20230904-3@relore.example';
    for (const name of [`http://127.0.0.1:${port}/mm/${id}/`, `http://127.0.0.1:${port}/mm/${id}/T/#u`, `<${id}>`]) {
      const { status, out } = relore(['thread', name, '--format', 'json'], { PATH });
      expect([name, status, ids(out)]).toEqual([name, 0, 7]);
    }
  });

  it('is asked by b4 where there is one, and by ourselves when b4 does not know the message', () => {
    const mbox = join(ROOT, 'threads/mlock-large-folio/thread.mbox');
    const args = ['thread', '<20230904-4@relore.example>', '--format', 'json', '--refresh'];
    const log = join(dir, 'b4.log');
    const knows = relore(args, { PATH: pathWith('b4', `echo "$@" >${log}\nexec /bin/cat ${mbox}\n`) });
    expect([knows.status, ids(knows.out)]).toEqual([0, 7]);
    expect(readFileSync(log, 'utf8')).toBe('-q mbox -o - 20230904-4@relore.example\n');
    const fails = relore(args, { PATH: pathWith('b4-fails', 'echo "That message is not known" >&2\nexit 1\n') });
    expect([fails.status, ids(fails.out)]).toEqual([0, 7]);
    expect(fails.err).toContain('b4 mbox: That message is not known; asking the server');
  });

  it.skipIf(spawnSync('b4', ['--version']).error !== undefined)('is asked by the real b4 (skipped without b4)', () => {
    const { status, out, err } = relore(['thread', '<20230904-5@relore.example>', '--format', 'json', '--refresh']);
    expect([status, err, ids(out)]).toEqual([0, '', 7]);
  });

  it('knows an id with a slash, and says which message is not there', () => {
    const url = `http://127.0.0.1:${port}/mm`;
    expect(relore(['thread', `${url}/part%2Fone@example.org/`]).out).toContain('a slash in the id');
    expect(relore(['thread', `${url}/part/one@example.org/`]).out).toContain('a slash in the id');
    const missing = relore(['thread', `${url}/none@example.org/`]);
    expect([missing.status, missing.out]).toEqual([2, '']);
    expect(missing.err).toContain('expected mail, found no such message there (404)');
  });

  it('is read from its repositories, without the server', async () => {
    const epochs = (await epochsOf(join(dir, 'mm'))) ?? [];
    expect(epochs).toEqual([join(dir, 'mm/git/0.git')]);
    const commits: string[] = [];
    for await (const { commit } of epochMails(epochs[0] ?? '')) commits.push(commit);
    expect(commits.length).toBe(8);
    const behind: string[] = [];
    for await (const { commit } of epochMails(epochs[0] ?? '', commits[5])) behind.push(commit);
    expect(behind).toEqual(commits.slice(6));
    expect(relore(['thread', join(dir, 'mm')]).out).toContain('7 messages');
  });

  it('is not needed any more for a thread that was fetched', () => {
    const url = `http://127.0.0.1:${port}/mm/20230904-1@relore.example/`;
    const first = relore(['thread', url, '--format', 'json']);
    server?.kill('SIGKILL');
    const second = relore(['thread', url, '--format', 'json']);
    expect(second.out).toBe(first.out);
    expect(second.err).toContain('as kept on');
    expect(relore(['thread', url, '--refresh']).status).toBe(2);
  });
});
