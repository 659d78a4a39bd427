// Results of batches: one row for a series, a scenario, the rules and the engine.
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Engine } from './engine.ts';
import { pageOf, rowsAsked } from './page.ts';
import { chunks } from './record.ts';
import type { Tables } from './schema.ts';
import type { Page, ResultCounts, ResultKey, ResultRow, ResultSearch } from './store.ts';

const COLUMNS = [
  'series',
  'scenario',
  'rules',
  'engine',
  'thread',
  'subject',
  'date',
  'change',
  'before',
  'after',
  'states',
  'why',
  'detail',
] as const;

/** Stores results whose keys are not there. Sorted, so that two writers take the rows in one order. */
export async function putResults({ db }: Engine, rows: readonly ResultRow[]): Promise<number> {
  const sorted = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return db.transaction().execute(async (transaction) => {
    let added = 0;
    for (const some of chunks(sorted)) {
      const values = some.map((row) => ({ ...row, rule: ruleOf(row.scenario) }));
      const [result] = await transaction
        .insertInto('results')
        .values(values)
        .onConflict((conflict) => conflict.columns(['series', 'scenario', 'rules', 'engine']).doNothing())
        .execute();
      added += Number(result?.numInsertedOrUpdatedRows ?? 0);
    }
    return added;
  });
}

/** Those of `keys` that have no result. */
export async function missingResults({ db }: Engine, keys: readonly ResultKey[]): Promise<ResultKey[]> {
  const known = new Set<string>();
  const series = [...new Set(keys.map((key) => key.series))].sort();
  for (const some of chunks(series)) {
    const found = await db
      .selectFrom('results')
      .select(['series', 'scenario', 'rules', 'engine'])
      .where('series', 'in', some)
      .execute();
    for (const key of found) known.add(keyOf(key));
  }
  return keys.filter((key) => !known.has(keyOf(key)));
}

/** The results that a search asks for. */
export async function findResults(
  { db }: Engine,
  search: ResultSearch,
): Promise<Page<ResultRow & { readonly row: number }>> {
  let query = narrowed(db.selectFrom('results').select(['row', ...COLUMNS]), search)
    .orderBy('row', 'desc')
    .limit(rowsAsked(search));
  if (search.before !== undefined) query = query.where('row', '<', search.before);
  return pageOf((await query.execute()).map(typed), search);
}

/** All results of a search by their keys, read a thousand at a time. */
export async function* eachResult({ db }: Engine, search: ResultSearch): AsyncGenerator<ResultRow> {
  let last: ResultRow | undefined;
  do {
    let query = narrowed(db.selectFrom('results').select(COLUMNS), search)
      .orderBy('series')
      .orderBy('scenario')
      .orderBy('rules')
      .orderBy('engine')
      .limit(1_000);
    if (last !== undefined) {
      const { series, scenario, rules, engine } = last;
      query = query.where(
        sql<boolean>`(series, scenario, rules, engine) > (${series}, ${scenario}, ${rules}, ${engine})`,
      );
    }
    const rows = (await query.execute()).map(typed);
    yield* rows;
    last = rows.length < 1_000 ? undefined : rows.at(-1);
  } while (last !== undefined);
}

/** How many results of each change a search has. */
export async function countResults({ db }: Engine, search: ResultSearch): Promise<ResultCounts> {
  const query = db.selectFrom('results').select(['change', (count) => count.fn.countAll().as('count')]);
  const rows = await narrowed(query, search).groupBy('change').orderBy('change').execute();
  return Object.fromEntries(rows.map(({ change, count }) => [change, Number(count)]));
}

function narrowed<T>(
  query: SelectQueryBuilder<Tables, 'results', T>,
  search: ResultSearch,
): SelectQueryBuilder<Tables, 'results', T> {
  let narrow = query;
  const { scenario, change, series, rules, engine } = search;
  if (scenario !== undefined)
    narrow = narrow.where(scenario.includes('/') || scenario === '' ? 'scenario' : 'rule', '=', scenario);
  if (change !== undefined) narrow = narrow.where('change', '=', change);
  if (series !== undefined) narrow = narrow.where('series', '=', series);
  if (rules !== undefined) narrow = narrow.where('rules', '=', rules);
  if (engine !== undefined) narrow = narrow.where('engine', '=', engine);
  return narrow;
}

function typed<T extends { readonly change: string }>(row: T): T & { readonly change: ResultRow['change'] } {
  return row as T & { readonly change: ResultRow['change'] };
}

function keyOf({ series, scenario, rules, engine }: ResultKey): string {
  return `${series}\0${scenario}\0${rules}\0${engine}`;
}

function ruleOf(scenario: string): string {
  return scenario.split('/')[0] ?? '';
}
