// The pages over HTTP, to read: no other method than GET and HEAD, no other host than this one, nothing written.

import { Hono } from 'hono';
import { policyIn } from '../html/page.ts';
import type { MakePage } from './pages.ts';
import { found, type Item, type Query, readQuery } from './search.ts';
import { searchPage } from './search-page.ts';

/** What the server answers from. */
export interface Served {
  readonly version: string; // of relore
  readonly pages: ReadonlyMap<string, MakePage>;
  readonly items: readonly Item[];
  /** A page of what was recorded, and the items of a search there; undefined without a store. */
  readonly stored?: StoredPages;
}

/** Pages of recorded reviews, asked for by name. */
export interface StoredPages {
  readonly page: (path: string) => Promise<string | undefined>;
  readonly items: (query: Query) => Promise<readonly Item[]>;
}

const MOST_KEPT = 200; // pages

/**
 * Returns the server; `ready` is awaited by each request, so that it listens before everything is read. A request whose Host header
 * `isOwn` does not know is refused (421): a page of a stranger whose name was bound to this address cannot read here. Other methods
 * than GET and HEAD are refused (405). No file is opened by a name out of a request.
 */
export function createServer(ready: Promise<Served>, isOwn: (host: string) => boolean): Hono {
  const made = new Map<string, string>();
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of HEADERS) context.res.headers.set(name, value);
  });
  app.use(async (context, next) => {
    if (!isOwn((context.req.header('host') ?? '').toLowerCase()))
      return context.text('This server answers only for its own address.\n', 421);
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD')
      return context.text('These pages are only read.\n', 405, { Allow: 'GET, HEAD' });
    await next();
    return undefined;
  });
  app.get('*', async (context) => {
    const served = await ready;
    const { pathname, searchParams } = new URL(context.req.url);
    const path = pathOf(pathname);
    if (path === 'search.html') return page(await searched(served, searchParams));
    const text = path === undefined ? undefined : (made.get(path) ?? (await madeNow(served, path)));
    if (path === undefined || text === undefined) return context.text('There is no such page.\n', 404);
    if (made.size >= MOST_KEPT) made.clear();
    if (served.pages.has(path)) made.set(path, text);
    return page(text);
  });
  app.onError((error, context) => context.text(`The page could not be made: ${error.message}\n`, 500));
  return app;
}

async function madeNow({ pages, stored }: Served, path: string): Promise<string | undefined> {
  return pages.get(path)?.() ?? (await stored?.page(path));
}

async function searched({ version, items, stored }: Served, parameters: URLSearchParams): Promise<string> {
  const query = readQuery(parameters);
  const recorded = stored === undefined ? [] : await stored.items(query);
  return searchPage(version, found(items, query), query, { kinds: items, recorded });
}

const HEADERS: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['X-Frame-Options', 'DENY'],
  ['Cache-Control', 'no-cache'],
];

function page(text: string): Response {
  return new Response(text, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `${policyIn(text)}; frame-ancestors 'none'`,
    },
  });
}

/** The path of a page; undefined for an address that does not decode. */
function pathOf(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname.slice(1));
    return path === '' ? 'index.html' : path;
  } catch {
    return undefined;
  }
}
