// Opening a store: a file, or the URL of a PostgreSQL server.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { record } from './record.ts';
import { countResults, eachResult, findResults, missingResults, putResults } from './results.ts';
import { findClaims, findMessages, listReviews, listThreads, readMessages, readReview } from './reviews.ts';
import { rowsOf } from './rows.ts';
import type { Store } from './store.ts';

/** The file of the store when none is named: relore/relore.db in the folder of XDG_DATA_HOME. */
export function defaultStore(env: NodeJS.ProcessEnv): string {
  const { XDG_DATA_HOME = '', HOME = homedir() } = env;
  // The XDG specification: a path that is not absolute is to be ignored.
  return join(XDG_DATA_HOME.startsWith('/') ? XDG_DATA_HOME : join(HOME, '.local', 'share'), 'relore', 'relore.db');
}

/** Whether `where` names a server. */
export function isServer(where: string): boolean {
  return /^postgres(ql)?:\/\//.test(where);
}

/**
 * Opens the store at `where`: a file, or a URL postgres://... Makes it, or brings it up to date, when need be. `now` tells when
 * a review was recorded. Throws InputError for what cannot be opened, and for a store of a newer relore.
 */
export async function openStore(where: string, now: () => Date = () => new Date()): Promise<Store> {
  const engine = await openEngine(where);
  const said = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw engine.explain(error) ?? error;
    });
  return {
    kind: engine.kind,
    where: engine.where,
    record: (review, thread) => said(record(engine, rowsOf(review, thread, now().toISOString()))),
    reviews: (search) => said(listReviews(engine, search)),
    review: (id) => said(readReview(engine, id)),
    threads: (paging) => said(listThreads(engine, paging)),
    messages: (thread) => said(readMessages(engine, thread)),
    searchMessages: (search) => said(findMessages(engine, search)),
    searchClaims: (search) => said(findClaims(engine, search)),
    putResults: (rows) => said(putResults(engine, rows)),
    missingResults: (keys) => said(missingResults(engine, keys)),
    results: (search) => said(findResults(engine, search)),
    eachResult: (search) => eachResult(engine, search),
    countResults: (search) => said(countResults(engine, search)),
    close: () => engine.db.destroy(),
  };
}

/** Each kind is loaded when it is used: one needs a native module, the other a network client. */
async function openEngine(where: string): Promise<Engine> {
  return isServer(where)
    ? (await import('./postgres.ts')).openPostgres(where)
    : (await import('./sqlite.ts')).openSqlite(where);
}
