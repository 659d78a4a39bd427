// Pages of what was recorded in a store. It is only read here.

import { existsSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { defaultStore, isServer, openStore } from '../history/store/open.ts';
import type { Search, Store } from '../history/store/store.ts';
import { reviewOf } from '../site.ts';
import type { Review, Thread } from '../types.ts';
import { reviewPage } from '../web/review-page.ts';
import type { Item, Query } from '../web/search.ts';
import type { StoredPages } from '../web/server.ts';
import { reviewPath, threadPath } from '../web/shell.ts';
import { threadPage } from '../web/thread-page.ts';

const MOST_HITS = 200;

/** The recorded reviews of a store as pages, and how to close it. */
export interface Recorded {
  readonly pages: StoredPages;
  readonly close: () => Promise<void>;
}

/** Opens the store `db`, by default that of the person, if there is one; undefined when there is none. Throws InputError when `db` does not open. */
export async function openRecorded(db: string | undefined, version: string): Promise<Recorded | undefined> {
  const where = db ?? defaultStore(process.env);
  if (!isServer(where) && !existsSync(where)) {
    if (db === undefined) return undefined;
    throw new InputError({ place: { file: db }, expected: 'a store that relore review --record wrote', found: 'none' });
  }
  const store = await openStore(where);
  return {
    pages: { page: (path) => pageAt(store, version, path), items: (query) => itemsIn(store, query) },
    close: () => store.close(),
  };
}

async function pageAt(store: Store, version: string, path: string): Promise<string | undefined> {
  const id = /^(?:review|thread)\/(r-[0-9a-f]{16})\.html$/.exec(path)?.[1];
  const review = id === undefined ? undefined : await store.review(id);
  if (id === undefined || review === undefined) return undefined;
  const one = reviewOf(id, review, await threadOf(store, review));
  return path === reviewPath(id) ? reviewPage(version, one) : threadPage(version, one);
}

/** The thread of a recorded review, as far as a page needs it. */
async function threadOf(store: Store, review: Review): Promise<Thread | undefined> {
  const first = review.thread.messages[0]?.id;
  const messages = first === undefined ? [] : await store.messages(first);
  if (messages.length === 0) return undefined;
  const { subject, speakers } = review.thread;
  return { kind: review.source.kind, lossy: review.source.lossy, subject, messages, speakers, series: [], patches: [] };
}

async function itemsIn(store: Store, { text, kind, verdict }: Query): Promise<readonly Item[]> {
  if (text === '' && verdict === '') return [];
  const search: Search = { limit: MOST_HITS, ...(text === '' ? {} : { text }) };
  const claims = kind === '' || kind === 'claim' ? (await store.searchClaims(search)).rows : [];
  const messages =
    (kind === '' || kind === 'message') && verdict === '' ? (await store.searchMessages(search)).rows : [];
  const reviews = new Map<string, string>(); // thread -> its newest review
  for (const { thread, id } of (await store.reviews({ limit: 1000 })).rows)
    if (!reviews.has(thread)) reviews.set(thread, id);
  return [
    ...claims
      .filter((claim) => verdict === '' || claim.verdict === verdict)
      .map(
        (claim): Item => ({
          kind: 'claim',
          title: `${claim.speaker}, recorded`,
          text: claim.quote,
          verdict: claim.verdict,
          to: threadPath(claim.review),
          anchor: `claim-${claim.id}`,
        }),
      ),
    ...messages.flatMap((hit): Item[] => {
      const review = reviews.get(hit.thread);
      if (review === undefined) return [];
      const title = `${hit.from}: ${hit.subject}`;
      return [{ kind: 'message', title, text: hit.excerpt, verdict: '', to: threadPath(review), anchor: '' }];
    }),
  ];
}
