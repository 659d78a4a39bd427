// The pages over HTTP, to read: no other method than GET and HEAD, no other host than this one, nothing written.

import { Hono } from 'hono';
import { policyIn } from '../html/page.ts';
import type { MakePage } from './pages.ts';
import type { Item } from './search.ts';
import { readQuery } from './search.ts';
import { searchPage } from './search-page.ts';

/** What the server answers from. */
export interface Served {
  readonly version: string; // of relore
  readonly pages: ReadonlyMap<string, MakePage>;
  readonly items: () => readonly Item[];
  readonly hosts: readonly string[]; // Host headers that are answered: '127.0.0.1:8765', 'localhost:8765'
}

const MOST_KEPT = 200; // pages

/**
 * Returns the server. A request with another Host header is refused (421): a page of a stranger whose name was bound to this address
 * cannot read here. Other methods than GET and HEAD are refused (405).
 */
export function createServer({ version, pages, items, hosts }: Served): Hono {
  const made = new Map<string, string>();
  const app = new Hono();
  app.use(async (context, next) => {
    const host = context.req.header('host') ?? '';
    if (!hosts.includes(host.toLowerCase()))
      return context.text('This server answers only for its own address.\n', 421);
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD')
      return context.text('These pages are only read.\n', 405, { Allow: 'GET, HEAD' });
    await next();
    for (const [name, value] of HEADERS) context.res.headers.set(name, value);
    return undefined;
  });
  app.get('*', (context) => {
    const { pathname, searchParams } = new URL(context.req.url);
    const path = pathOf(pathname);
    if (path === 'search.html') return page(searchPage(version, items(), readQuery(searchParams)));
    const text = path === undefined ? undefined : (made.get(path) ?? pages.get(path)?.());
    if (path === undefined || text === undefined) return context.text('There is no such page.\n', 404);
    if (made.size >= MOST_KEPT) made.clear();
    made.set(path, text);
    return page(text);
  });
  app.onError((error, context) => context.text(`The page could not be made: ${error.message}\n`, 500));
  return app;
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

/** The path of a page; undefined for an address that does not decode. Pages are looked up in a table: no file is opened by its name. */
function pathOf(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname.slice(1));
    return path === '' ? 'index.html' : path;
  } catch {
    return undefined;
  }
}
