// 100,000 claims and 1 million results in a store of either kind: how long searches and pages take. Times in ms, medians of 15.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/history/store/open.ts';
import type { ResultRow, Store } from '../../src/history/store/store.ts';
import type { Review, ReviewClaim } from '../../src/types.ts';
import { postgresPrograms, startPostgres } from '../../test/history/postgres.ts';
import { madeReview, madeThread } from '../../test/history/specimens.ts';

const CLAIMS = Number(process.env['CLAIMS'] ?? 100_000);
const RESULTS = Number(process.env['RESULTS'] ?? 1_000_000);
const CLAIMS_A_REVIEW = 100;

const WORDS =
  'munlock drain isolate batch folio page lock barrier order race stranded list token test clear set before after under without'.split(
    ' ',
  );
const NAMES = [
  'lru_add_fn',
  'folio_test_clear_lru',
  '__munlock_folio',
  'zap_pte_range',
  'filemap_map_pages',
  'folio_evictable',
  'smp_mb__after_atomic',
];
const RULES = Array.from({ length: 18 }, (_, n) => `rule-${n}`);

let seed = 1;
/** A number below `n`; the same sequence in every run. */
function draw(n: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % n;
}

function pick<T>(list: readonly T[]): T {
  return list[draw(list.length)]!;
}

function bigReview(n: number): Review {
  const review = madeReview(n);
  const [pattern] = review.claims;
  const claims = Array.from({ length: CLAIMS_A_REVIEW }, (_, index): ReviewClaim => {
    const quote = Array.from({ length: 12 }, () => (draw(6) === 0 ? pick(NAMES) : pick(WORDS))).join(' ');
    const rare = n === 7 && index === 7 ? ' needle_of_the_haystack' : '';
    return {
      ...pattern!,
      id: `c${index}`,
      quote: quote + rare,
      verdict: pick(['confirmed', 'refuted', 'undecided', 'not-modelled'] as const),
    };
  });
  return { ...review, claims };
}

function result(n: number): ResultRow {
  const opens = draw(2_000) === 0;
  return {
    series: `series-${String(Math.floor(n / 40)).padStart(8, '0')}`,
    scenario: `${pick(RULES)}/S${n % 40}`,
    rules: 'a'.repeat(64),
    engine: '0.1.0',
    thread: `m${n}@example.org`,
    subject: `[PATCH] mm: series ${n}`,
    date: '2023-07-19T00:00:00Z',
    change: opens ? 'opens' : pick(['keeps', 'keeps', 'keeps', 'closes', 'still-violated']),
    before: 'holds',
    after: opens ? 'violated' : 'holds',
    states: draw(1_000),
    why: '',
    detail: '',
  };
}

async function fill(store: Store): Promise<void> {
  const start = performance.now();
  for (let n = 0; n < CLAIMS / CLAIMS_A_REVIEW; n++) await store.record(bigReview(n), madeThread(n));
  const recorded = performance.now();
  for (let n = 0; n < RESULTS; n += 2_000)
    await store.putResults(Array.from({ length: 2_000 }, (_, at) => result(n + at)));
  const done = performance.now();
  console.log(
    `  ${rate(CLAIMS / CLAIMS_A_REVIEW, recorded - start)} reviews of ${CLAIMS_A_REVIEW} claims/s, ${rate(RESULTS, done - recorded)} results/s`,
  );
}

function rate(count: number, ms: number): string {
  return Math.round((1_000 * count) / ms).toLocaleString('en');
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 15; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[7]!;
}

async function measure(store: Store): Promise<void> {
  const middle = Math.floor(RESULTS / 2);
  const cases: Readonly<Record<string, () => Promise<unknown>>> = {
    'claims: an identifier (one in three claims)': () => store.searchClaims({ text: 'lru_add_fn' }),
    'claims: the same, in the middle': () => store.searchClaims({ text: 'lru_add_fn', before: Math.floor(CLAIMS / 2) }),
    'claims: two words and an identifier': () => store.searchClaims({ text: 'munlock barrier folio_evictable' }),
    'claims: a beginning': () => store.searchClaims({ text: 'folio_test*' }),
    'claims: words in a row': () => store.searchClaims({ text: '"clear set before"' }),
    'claims: one in 100,000': () => store.searchClaims({ text: 'needle_of_the_haystack' }),
    'claims: a word that none has': () => store.searchClaims({ text: 'nowhere' }),
    'claims: by verdict and kind, with a word': () =>
      store.searchClaims({ text: 'race', verdict: 'refuted', kind: 'race' }),
    'messages: an identifier (half of them)': () => store.searchMessages({ text: 'folio_test_clear_lru' }),
    'results: the newest': () => store.results({}),
    'results: in the middle': () => store.results({ before: middle }),
    'results: what opens (one in 2,000)': () => store.results({ change: 'opens' }),
    'results: of a rule, in the middle': () => store.results({ scenario: 'rule-3', before: middle }),
    'results: of a rule, what opens': () => store.results({ scenario: 'rule-3', change: 'opens' }),
    'results: of a scenario': () => store.results({ scenario: 'rule-3/S7' }),
    'results: of a series': () => store.results({ series: 'series-00000777' }),
    'reviews: by rule and function': () => store.reviews({ rule: 'stranded-unevictable', function: '__munlock_folio' }),
    'results: all counted by change': () => store.countResults({}),
  };
  for (const [name, work] of Object.entries(cases))
    console.log(`  ${name.padEnd(46)} ${(await median(work)).toFixed(1).padStart(7)} ms`);
}

async function bench(title: string, where: string): Promise<void> {
  seed = 1;
  console.log(title);
  const store = await openStore(where);
  await fill(store);
  await measure(store);
  await store.close();
}

const folder = mkdtempSync(join(tmpdir(), 'relore-bench-'));
await bench(`SQLite, ${CLAIMS} claims and ${RESULTS} results`, join(folder, 'relore.db'));
rmSync(folder, { recursive: true, force: true });
const programs = postgresPrograms();
if (programs.kind === 'absent') console.log(`PostgreSQL: not measured, ${programs.why}`);
else {
  const server = await startPostgres();
  await bench(`PostgreSQL, ${CLAIMS} claims and ${RESULTS} results`, server.url);
  server.stop();
}
