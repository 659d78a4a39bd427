import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HistoryOptions, historyCommand } from '../../src/cli/history.ts';
import { recordReview } from '../../src/cli/record.ts';
import { runReviewTask } from '../../src/cli/run.ts';
import { historyFile, historyText, sourcesHash } from '../../src/history/file.ts';
import { openStore } from '../../src/history/store/open.ts';
import type { History } from '../../src/types.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'relore-history-command-'));
const rules = join(folder, 'rules');
const output = join(folder, 'out');
const db = join(folder, 'relore.db');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  // The shipped history, taken for that of a copy of the rules: whether it is stale is asked elsewhere.
  cpSync(join(ROOT, 'rules'), rules, { recursive: true });
  const history = JSON.parse(readFileSync(historyFile(rules), 'utf8')) as History;
  writeFileSync(historyFile(rules), historyText({ ...history, sources: sourcesHash(rules) }));
});

async function told(options: Partial<HistoryOptions>): Promise<string> {
  const usual = {
    matrix: false,
    recompute: false,
    format: 'table',
    output,
    rules,
    color: 'never',
    pager: false,
  } as const;
  await historyCommand({ ...usual, ...options });
  return readFileSync(output, 'utf8');
}

describe('relore history', () => {
  it('tells of a race its verdicts by version, what opened it, what would help, and who argued what', async () => {
    const text = await told({ race: 'stranded-unevictable' });
    expect(text).toMatch(/^3 races against \d+ versions\n/);
    expect(text).toMatch(/stranded-unevictable S1 +SC, TSO, LKMM +holds to v5\.17, violated from v5\.18/);
    expect(text).toMatch(/v5\.18 +2fbb0c10d1e8/);
    expect(text).toContain('What would help, and what would not');
    expect(text).toContain('Argued: The barrier between PG_lru and the test');
    expect(text).toMatch(/refuted: v6\.3 with/);
    expect(text).toMatch(/=> .*lru, unevictable, not mlocked/);
    expect(text).not.toContain('zap-private-copies');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('says where the model differs from what is stated', async () => {
    const text = await told({ race: 'zap-against-migration/B6' });
    expect(text.replace(/\s+/g, ' ')).toMatch(/the model differs/);
  });

  it('draws versions against scenarios', async () => {
    const text = await told({ race: 'stranded-unevictable', matrix: true });
    expect(text).toMatch(/^SC: \. holds, X violated, \? not decided, blank not modelled\n/);
    expect(text).toMatch(/stranded-unevictable S1 +(\. )+(X )+X/);
    expect(text.match(/stranded-unevictable S1 /g)).toHaveLength(3); // SC, TSO, LKMM
  });

  it('is Markdown with tables that no cell breaks, and JSON of the same part', async () => {
    const markdown = await told({ race: 'shm-unlock', format: 'markdown' });
    expect(markdown).toMatch(
      /^## 1 race against \d+ versions\n\n\| race \| models \| verdicts \|\n\| --- \| --- \| --- \|\n/,
    );
    expect(markdown).toMatch(/\n- v6\S*0 +70dea5346ea3 /);
    expect(markdown).toMatch(
      /\n {2}- opened, computed under SC, TSO, holds before, violated after: shm-unlock S3 I-strand\n/,
    );
    const columns = markdown
      .split('\n')
      .filter((line) => line.startsWith('| shm-unlock | v'))
      .map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(columns)).toEqual(new Set([7]));
    const json = JSON.parse(await told({ race: 'shm-unlock', format: 'json' })) as History;
    expect(json.schema).toBe('relore.history/1');
    expect(json.races.map(({ id }) => id)).toEqual(['shm-unlock/S3/I-strand']);
  });

  it('answers the same bytes twice', async () => {
    expect(await told({ openIn: 'v6.12' })).toBe(await told({ openIn: 'v6.12' }));
  });

  it('refuses a commit id that is none', async () => {
    await expect(told({ commit: 'HEAD~1' })).rejects.toThrow(/expected 7 to 40 digits of a commit id, found HEAD~1/);
  });
});

describe('relore review --record', () => {
  it('keeps the review of a thread once, and history tells of it', async () => {
    const source = join(ROOT, 'threads', 'mlock-large-folio', 'thread.mbox');
    const run = await runReviewTask([source], { model: ['sc'], bound: 2_000_000 });
    await recordReview(run.review, run.task, db);
    await recordReview(run.review, run.task, db);
    const store = await openStore(db);
    const { rows } = await store.reviews({ rule: 'stranded-unevictable' });
    expect(rows).toHaveLength(1);
    expect(await store.review(rows[0]?.id ?? '')).toEqual(JSON.parse(JSON.stringify(run.review)));
    const found = await store.searchMessages({ text: '__munlock_folio' });
    expect(found.rows.map(({ id }) => id)).toContain('20230904-1@relore.example');
    expect((await store.searchClaims({ verdict: 'refuted' })).rows.length).toBeGreaterThan(0);
    await store.close();
    expect(await told({ race: 'stranded-unevictable', db })).toMatch(
      /Recorded reviews\n\n.*\n.*v6\.3 .*r-[0-9a-f]{16}/,
    );
    expect(await told({ function: '__munlock_folio', db })).toContain('Recorded reviews');
    expect(await told({ race: 'shm-unlock/S3', db: join(folder, 'none.db') })).not.toContain('Recorded reviews');
    expect(existsSync(join(folder, 'none.db'))).toBe(false); // looking makes no store
  });
});
