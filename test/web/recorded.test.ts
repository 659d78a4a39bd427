// The pages of recorded reviews, over a real store of either kind: recorded by the command's own way, asked for through the server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recorded } from '../../src/cli/recorded.ts';
import { openRecorded } from '../../src/cli/recorded.ts';
import { openStore } from '../../src/history/store/open.ts';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import { createServer } from '../../src/web/server.ts';
import type { TestServer } from '../history/postgres.ts';
import { postgresPrograms, startPostgres } from '../history/postgres.ts';
import { ROOT } from '../program.ts';

const programs = postgresPrograms();
const absent = programs.kind === 'absent' ? ` (skipped: ${programs.why})` : '';
const folder = mkdtempSync(join(tmpdir(), 'relore-recorded-'));
let server: TestServer | undefined;
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { kind: 'sqlite', skip: false, title: 'SQLite' },
  { kind: 'postgres', skip: absent !== '', title: `PostgreSQL${absent}` },
])('the pages of a store in $title', ({ kind, skip }) => {
  describe.skipIf(skip)('', () => {
    let recorded: Recorded | undefined;
    let id = '';

    beforeAll(async () => {
      if (kind === 'postgres') server = await startPostgres();
      const where = kind === 'postgres' ? (server?.url ?? '') : join(folder, 'relore.db');
      const text = readFileSync(join(ROOT, 'threads/mlock-large-folio/thread.mbox'), 'utf8');
      const hostile = text.replaceAll(/^(Subject: .*)$/gm, '$1 <script>alert(1)</script>');
      expect(hostile).not.toBe(text);
      const thread = await readThread(Buffer.from(hostile), 'thread.mbox');
      const asked = { rulesDir: join(ROOT, 'rules'), models: ['sc'], states: 100_000, version: '1' } as const;
      const store = await openStore(where);
      id = (await store.record(await review(thread, asked), thread)).review;
      await store.close();
      recorded = await openRecorded(where, '1');
    }, 120_000);
    afterAll(() => recorded?.close());

    const ask = async (path: string) => {
      const stored = recorded === undefined ? {} : { stored: recorded.pages };
      const ready = Promise.resolve({ version: '1', pages: new Map(), items: [], ...stored });
      const app = createServer(ready, (host) => host === 'localhost');
      const answer = await app.request(`http://localhost/${path}`, { headers: { Host: 'localhost' } });
      return { status: answer.status, text: await answer.text() };
    };

    it('have the review and its thread, with claims marked and their verdicts, and the text of mail only as text', async () => {
      const [reviewed, thread] = [await ask(`review/${id}.html`), await ask(`thread/${id}.html`)];
      expect([reviewed.status, thread.status]).toEqual([200, 200]);
      expect(reviewed.text).toContain('__munlock');
      expect(thread.text).toMatch(/<mark/);
      expect(thread.text).toContain('&lt;script&gt;alert(1)');
      expect(`${reviewed.text}${thread.text}`).not.toContain('<script>alert(1)');
    });

    it('are found by words of a message and of a claim', async () => {
      const { text } = await ask('search.html?q=munlock');
      expect(text).toContain(`thread/${id}.html`);
      expect((await ask('search.html?q=no_such_word_at_all')).text).not.toContain(`thread/${id}.html`);
      expect((await ask(`search.html?q=${encodeURIComponent(`'"; drop table reviews; --`)}`)).status).toBe(200);
      expect((await ask(`review/${id}.html`)).status).toBe(200);
    });

    it('are not there for a review that was not recorded', async () => {
      for (const path of ['review/r-0000000000000000.html', 'thread/r-zz.html', `review/${id}'.html`])
        expect((await ask(path)).status, path).toBe(404);
    });
  });
});
