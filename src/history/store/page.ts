import { assert } from '../../errors.ts';
import type { Page, Paging } from './store.ts';

const USUAL = 50;
const MOST = 1_000;

/** How many rows to ask the database for: one more than the page has, to know whether there is another one. */
export function rowsAsked({ limit = USUAL }: Paging): number {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= MOST, `expected a limit of 1 to ${MOST} rows, got ${limit}`);
  return limit + 1;
}

/** The page of `rows`, which were asked for with rowsAsked(). */
export function pageOf<T extends { readonly row: number }>(rows: readonly T[], { limit = USUAL }: Paging): Page<T> {
  const page = rows.slice(0, limit);
  return { rows: page, before: rows.length > limit ? page.at(-1)?.row : undefined };
}
