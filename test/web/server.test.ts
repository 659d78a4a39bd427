import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/web/search.ts';
import { createServer, type Served } from '../../src/web/server.ts';
import { shell } from '../../src/web/shell.ts';

const PAGE = shell({ path: 'index.html', title: 'home', body: '<h1>home</h1>', version: '1', script: 'let a=1' });
const ITEMS: readonly Item[] = [
  { kind: 'race', title: 'a race', text: 'lru_add', verdict: 'violated', to: 'races.html', anchor: '' },
  { kind: 'function', title: 'folio_batch_lru_add()', text: '', verdict: '', to: 'functions.html', anchor: '' },
];

function server(stored?: Served['stored']) {
  const pages = new Map([
    ['index.html', () => PAGE],
    ['function/a%2Fb.html', () => shell({ path: 'function/a%2Fb.html', title: 'a/b', body: 'slash', version: '1' })],
    ['broken.html', (): string => JSON.parse('<script>') as string],
  ]);
  const ready = Promise.resolve({ version: '1', pages, items: ITEMS, ...(stored === undefined ? {} : { stored }) });
  return createServer(ready, (host) => host === '127.0.0.1:8765');
}

function ask(path: string, options: { method?: string; host?: string } = {}, stored?: Served['stored']) {
  const { method = 'GET', host = '127.0.0.1:8765' } = options;
  return server(stored).request(`http://127.0.0.1:8765${path}`, { method, headers: { Host: host } });
}

describe('the server', () => {
  it('gives the first page, and says what it may load', async () => {
    const answer = await ask('/');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(PAGE).toContain(policy.replace("; frame-ancestors 'none'", ''));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe(PAGE);
  });

  it.each(['evil.example', 'evil.example:8765', '127.0.0.1', 'localhost:80', '127.0.0.1:8765.evil.example', ''])(
    'refuses the Host header "%s"',
    async (host) => {
      const answer = await ask('/', { host });
      expect([answer.status, (await answer.text()).includes('home')]).toEqual([421, false]);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const answer = await ask('/', { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('answers HEAD without the page', async () => {
    const answer = await ask('/', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/%',
    '/%00',
    '/constructor',
    '/__proto__',
    '//etc/passwd',
  ])('has no page at %s', async (path) => {
    const answer = await ask(path);
    expect([answer.status, await answer.text()]).toEqual([404, 'There is no such page.\n']);
  });

  it('finds a page whose name has a sign that a path has a meaning for', async () => {
    const answer = await ask('/function/a%252Fb.html');
    expect([answer.status, (await answer.text()).includes('slash')]).toEqual([200, true]);
  });

  it('searches by words that count whole, by kind and by verdict', async () => {
    const hits = async (query: string) =>
      [...(await (await ask(`/search.html?${query}`)).text()).matchAll(/<li>/g)].length;
    expect(
      await Promise.all(
        ['', 'q=lru_add', 'q=folio_batch*', 'kind=function', 'verdict=violated', 'q=LRU_ADD&kind=function'].map(hits),
      ),
    ).toEqual([2, 1, 1, 1, 1, 0]);
  });

  it('lists what a store knows behind the shipped knowledge', async () => {
    const item: Item = {
      kind: 'claim',
      title: 'recorded',
      text: '',
      verdict: 'refuted',
      to: 'thread/r-1.html',
      anchor: 'claim-1',
    };
    const stored = {
      page: (path: string) => Promise.resolve(path === 'review/r-1.html' ? PAGE : undefined),
      items: () => Promise.resolve([item]),
    };
    expect(await (await ask('/search.html?q=lru_add', {}, stored)).text()).toContain('thread/r-1.html#claim-1');
    expect((await ask('/review/r-1.html', {}, stored)).status).toBe(200);
    expect((await ask('/review/r-2.html', {}, stored)).status).toBe(404);
  });

  it('says in plain text that a page could not be made', async () => {
    const answer = await ask('/broken.html');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'text/plain; charset=UTF-8']);
  });
});
