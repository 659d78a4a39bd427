// `relore serve`: the pages on a loopback address, to read.

import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { InputError } from '../errors.ts';
import { pagesOf } from '../web/pages.ts';
import { itemsOf } from '../web/search.ts';
import { createServer, type Served } from '../web/server.ts';
import { EXIT } from './exit.ts';
import { packageRoot } from './package-root.ts';
import { openSite, type PagesOptions } from './pages.ts';
import { openRecorded } from './recorded.ts';

/** Options of `relore serve`. */
export interface ServeOptions extends PagesOptions {
  readonly host: string;
  readonly port: number; // 0: any free one
  readonly allowHost: readonly string[]; // further names by which it may be asked
  readonly db?: string; // a store, as file or URL
}

/**
 * Listens, prints the address on standard output, and answers until SIGINT or SIGTERM; then it ends at once with exit code 0. Nothing is
 * written. Throws InputError for an address that cannot be listened on, and for a store that does not open.
 */
export async function serveCommand(options: ServeOptions): Promise<void> {
  const recorded = await openRecorded(options.db, packageRoot().version);
  const own = new Set<string>();
  let isOver = false;
  const { promise: ready, start } = later(async (): Promise<Served> => {
    const site = await openSite(options, () => isOver);
    const served = { version: site.version, pages: pagesOf(site), items: itemsOf(site) };
    return recorded === undefined ? served : { ...served, stored: recorded.pages };
  });
  const app = createServer(ready, (host) => own.has(host));
  const server = serve({ fetch: app.fetch, hostname: options.host, port: options.port }) as Server;
  await listening(server, options);
  for (const host of ownHosts(server, options)) own.add(host);
  process.stdout.write(`http://${shownHost(options.host)}:${portOf(server)}/\n`);
  process.stderr.write('relore: reading the rules and reviewing the threads; Ctrl-C ends\n');
  start();
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  // What does not read ends the command; an address that nobody asks for would hide it.
  await Promise.race([stopped, ready.then(() => stopped)]);
  isOver = true;
  server.close();
  server.closeAllConnections();
  await recorded?.close();
  process.exitCode = EXIT.nothing;
}

/** A promise whose work begins when it is started: first the address, then the reading. */
function later<T>(work: () => Promise<T>): { readonly promise: Promise<T>; readonly start: () => void } {
  let start = (): void => undefined;
  const begun = new Promise<void>((done) => {
    start = done;
  });
  return { promise: begun.then(work), start };
}

async function listening(server: Server, { host, port }: ServeOptions): Promise<void> {
  try {
    if (!server.listening) await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const place = { file: `${host}:${port}` };
    const expected = 'an address to listen on';
    if (code === 'EADDRINUSE')
      throw new InputError({ place, expected, found: 'one that is in use; --port 0 takes any free one' });
    throw new InputError({ place, expected, found: code ?? 'an error' });
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function shownHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The Host headers that are answered: a loopback address has three names. */
function ownHosts(server: Server, { host, allowHost }: ServeOptions): string[] {
  const port = portOf(server);
  const names = [shownHost(host), 'localhost', '127.0.0.1', '[::1]', ...allowHost].map((name) => name.toLowerCase());
  return names.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
}
