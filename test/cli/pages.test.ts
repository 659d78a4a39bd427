// `relore explore`, `serve` and `site` as a person starts them.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ExploreOptions, exploreCommand } from '../../src/cli/explore.ts';
import { serveCommand } from '../../src/cli/serve.ts';
import { siteCommand } from '../../src/cli/site.ts';
import { sourcesHash } from '../../src/history/file.ts';

const ROOT = join(import.meta.dirname, '../..');
let out = '';
let err = '';
let dir = '';
let rules = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relore-pages-'));
  // The rules as they are, with a history that says it is theirs: another test asks whether it is.
  rules = join(dir, 'rules');
  cpSync(join(ROOT, 'rules'), rules, { recursive: true });
  const file = join(rules, 'history/computed.json');
  const history = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...history, sources: sourcesHash(rules) }));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeEach(() => {
  out = err = '';
  process.exitCode = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

describe('relore explore', () => {
  const explore = (name: string, options: Partial<ExploreOptions> = {}) =>
    exploreCommand(name, { kernel: 'v6.12', edit: [], model: 'sc', states: 2_000, color: 'never', rules, ...options });

  it('prints a schedule that violates, and its name', async () => {
    await explore('stranded-unevictable/S1');
    expect(out).toMatch(/^stranded-unevictable S1 v6\.12, SC, path [\d/]+\n/);
    expect(out).toMatch(/violated: no evictable folio is left on the unevictable list \(I-strand\)\n$/);
  });

  it('says that nothing is violated with a fix that closes it, and under a revert that does not, what is', async () => {
    await explore('stranded-unevictable/S1', { edit: ['fix-3'] });
    expect(out).toMatch(/nothing is violated\n$/);
    out = '';
    await explore('stranded-unevictable/S1', { edit: ['revert 2262ace60713/1'] });
    expect(out).toMatch(/\(I-strand\)\n$/);
  });

  it('replays the schedule that a path names, and refuses one that is not there', async () => {
    await explore('stranded-unevictable/S1', { path: '' });
    expect(out).toMatch(/nothing is violated\n$/);
    await expect(explore('stranded-unevictable/S1', { path: '9' })).rejects.toThrow(
      '--path: expected a schedule of stranded-unevictable/S1 on v6.12, found 9',
    );
  });

  it('writes a page by itself: the code that is asked for first, and no link to another page', async () => {
    const file = join(dir, 's1.html');
    await explore('stranded-unevictable/S1', { html: file, edit: ['fix-3-partial'], states: 40 });
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/<label for="choose-0">v6\.12 \+ fix-3-partial <b class="violated">/);
    expect(page).not.toMatch(/href="[^"#]/);
  });

  it.each([
    ['nothing', {}, /expected one of the rules .*fault-around-locked, .*, found nothing/],
    ['memcg-id/S1', {}, /rules\/memcg-id\.md: expected one of the scenarios S8, S8s, found S1/],
    ['memcg-id', { kernel: 'v1.0' }, /expected one of the versions .*, found v1\.0/],
    ['stranded-unevictable', { edit: ['fix-9'] }, /expected an edit of this rule, found fix-9/],
    [
      'stranded-unevictable',
      { edit: ['revert 0000000'] },
      /expected an edit that applies to v6\.12, found revert 0000000/,
    ],
  ])('says what there is instead of %s %o', async (name, options, message) => {
    await expect(explore(name, options)).rejects.toThrow(message);
  });
});

describe('relore serve', () => {
  const options = { host: '127.0.0.1', port: 0, allowHost: ['relore.test'] };

  /** The status of an answer to a request with this Host header. */
  function status(url: string, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      request(url, { headers: { host }, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  it('listens on loopback, answers for its own names alone, says when a port is in use, and stops at Ctrl-C', async () => {
    const served = serveCommand({ ...options, rules });
    await vi.waitFor(() => expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n/), { timeout: 20_000 });
    const url = out.trim();
    const { port } = new URL(url);
    expect(await status(url, 'evil.example')).toBe(421);
    expect(await status(url, `evil.example:${port}`)).toBe(421);
    await expect(serveCommand({ ...options, rules, port: Number(port) })).rejects.toThrow(
      `127.0.0.1:${port}: expected an address to listen on, found one that is in use; --port 0 takes any free one`,
    );
    const answers = [`127.0.0.1:${port}`, `localhost:${port}`, `relore.test:${port}`].map((host) =>
      status(`${url}races.html`, host),
    );
    expect(await Promise.all(answers)).toEqual([200, 200, 200]);
    process.emit('SIGINT');
    await served;
    expect(process.exitCode).toBe(0);
    await expect(status(url, `127.0.0.1:${port}`)).rejects.toThrow('ECONNREFUSED');
    expect(err).not.toMatch(/rror/);
  }, 240_000);

  it('ends with what was wrong when the rules do not read, and when there is no such store', async () => {
    const empty = join(dir, 'empty');
    mkdirSync(empty);
    await expect(serveCommand({ ...options, rules: empty })).rejects.toThrow(
      /computed\.json: expected the computed history/,
    );
    await expect(serveCommand({ ...options, rules, db: join(dir, 'none.db') })).rejects.toThrow(
      /none\.db: expected a store that relore review --record wrote, found none/,
    );
  });
});

describe('relore site', () => {
  it('does not write into a folder with other files, nor over a file', async () => {
    const folder = join(dir, 'mine');
    mkdirSync(folder);
    writeFileSync(join(folder, 'letter.txt'), 'dear');
    await expect(siteCommand(folder, { rules })).rejects.toThrow(
      /expected a new folder, or one that relore site wrote, found other files/,
    );
    await expect(siteCommand(join(folder, 'letter.txt'), { rules })).rejects.toThrow(
      /found something else in|found something else/,
    );
    expect(readdirSync(folder)).toEqual(['letter.txt']);
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
