// The pages in a real browser, from a real server: stepping, other turns, other code, links, search, keyboard, phone, without script.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scheduleOf } from '../../src/check/walk-path.ts';
import { pagesOf } from '../../src/web/pages.ts';
import { itemsOf } from '../../src/web/search.ts';
import { createServer } from '../../src/web/server.ts';
import type { Site } from '../../src/web/site.ts';
import { axeFinds, startBrowser, visit } from '../browser.ts';
import { shippedSite } from './fixture.ts';

const started = await startBrowser();
const why = typeof started === 'string' ? ` (skipped: the browser does not start: ${started})` : '';
const PHONE = { viewport: { width: 375, height: 720 } };
const WALK = '/walk/stranded-unevictable/S1-sc.html';
const GRAPH = '/walk/stranded-unevictable/S1-lkmm.html';

describe.skipIf(why !== '')(`the pages in a browser${why}`, () => {
  let server: Server;
  let site: Site;
  let base = '';

  beforeAll(async () => {
    site = await shippedSite();
    const ready = Promise.resolve({ version: site.version, pages: pagesOf(site), items: itemsOf(site) });
    const app = createServer(ready, (host) => `http://${host}` === base);
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }, 120_000);

  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    if (typeof started !== 'string') await started.close();
  });

  function open<T>(
    path: string,
    options: BrowserContextOptions,
    look: (page: Page, asked: readonly string[]) => Promise<T>,
  ): Promise<T> {
    return visit(started as Browser, `${base}${path}`, options, look);
  }

  const KINDS = [
    '/',
    '/races.html',
    '/functions.html',
    '/arguments.html',
    '/threads.html',
    '/search.html?q=lru_add',
    '/race/stranded-unevictable.html',
    '/function/lru_add.html',
    '/argument/munlock-order.html',
    '/thread/mlock-large-folio.html',
    '/review/mlock-large-folio.html',
    WALK,
    GRAPH,
  ];

  it.each(KINDS)(
    '%s: axe finds nothing, in light and dark, on a desktop and a phone; nothing else is asked for',
    async (path) => {
      for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark', ...PHONE }] as const) {
        const found = await open(path, { ...options, bypassCSP: true }, async (page, asked) => ({
          finds: await axeFinds(page),
          asked: asked.filter((one) => one !== `${base}${path}`),
        }));
        expect(found).toEqual({ finds: [], asked: [] });
      }
    },
    60_000,
  );

  it.each(KINDS)('%s: needs no scrolling to the side on a phone, and is read without script', async (path) => {
    const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await open(path, PHONE, (page) => page.evaluate(wide))).toBe(0);
    const read = await open(path, { ...PHONE, javaScriptEnabled: false }, async (page) => ({
      buttons: await page.locator('button:not(form button)').count(),
      text: (await page.locator('main').innerText()).length > 200,
    }));
    expect(read).toEqual({ buttons: 0, text: true });
  });

  /** What a reader sees of the explorer. */
  const seen = async (page: Page) => ({
    step: await page.locator('.steps:visible output').innerText(),
    outcome: (await page.locator('.outcome:visible').innerText()).split(':')[0],
    link: decodeURIComponent(new URL(page.url()).hash),
  });

  it('steps by button and by key, and shows state and source beside', async () => {
    await open(WALK, {}, async (page) => {
      await page.getByRole('button', { name: 'next step' }).first().click();
      expect((await seen(page)).step).toMatch(/^step 1 of \d+$/);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('End');
      const count = Number(/of (\d+)/.exec((await seen(page)).step)?.[1]);
      expect((await seen(page)).step).toBe(`step ${count} of ${count}`);
      expect(await page.locator('.now:visible .changed').count()).toBeLessThanOrEqual(1);
      expect(await page.locator('.now:visible .source .here').count()).toBe(1);
      expect(await page.locator('tr[aria-current=step]:visible').count()).toBe(1);
      await page.keyboard.press('Home');
      expect((await seen(page)).step).toBe(`before step 1 of ${count}`);
    });
  });

  it('takes another turn, and the invariant holds; the back link is a schedule that violates', async () => {
    await open(WALK, {}, async (page) => {
      expect((await seen(page)).outcome).toBe('Violated by this schedule');
      const others = page.locator('.other:visible');
      const outcomes = new Set<string | undefined>();
      for (let index = 0; index < (await others.count()); index++) {
        await others.nth(index).click();
        outcomes.add((await seen(page)).outcome);
        await page.getByRole('button', { name: 'a schedule that violates' }).locator('visible=true').click();
        expect((await seen(page)).outcome).toBe('Violated by this schedule');
      }
      expect(outcomes.has('Holds in this schedule')).toBe(true);
    });
  });

  it('keeps the turns when other code is chosen, by keyboard too, and the invariant flips', async () => {
    await open(`${WALK}#v6.13`, {}, async (page) => {
      const choose = async (code: string) => {
        await page
          .locator('fieldset > label')
          .filter({ hasText: new RegExp(`^${code.replaceAll(/[.+]/g, '\\$&')} (?:holds|violated)$`) })
          .click();
        return (await seen(page)).outcome;
      };
      expect(await choose('v6.13')).toBe('Violated by this schedule');
      expect(await choose('v6.12 + old-order + fix-1')).toBe('Holds in this schedule');
      expect(await choose('v6.12 + fix-3')).toBe('Holds in this schedule');
      expect(await choose('v6.13')).toMatch(/in this schedule|by this schedule/);
      const before = await page.locator('fieldset > input:checked').getAttribute('id');
      await page.locator('fieldset > input:checked').focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('fieldset > input:checked').getAttribute('id')).not.toBe(before);
    });
  });

  it('has a link for each schedule and step that opens there again, and says when a link does not fit', async () => {
    const state = await open(WALK, {}, async (page) => {
      await page.locator('.other:visible').first().click();
      await page.keyboard.press('ArrowRight');
      return seen(page);
    });
    expect(state.link).toMatch(/^#v5\.18:[\d/]*@\d+$/);
    expect(await open(`${WALK}${state.link}`, {}, seen)).toEqual(state);
    const said = (hash: string) => open(`${WALK}${hash}`, {}, (page) => page.locator('#link-said').innerText());
    expect(await said('#v6.13:9/9/9')).toMatch(/names a schedule that this code does not have/);
    expect(await said('#v1.0:0')).toMatch(/names code that is not on this page: v1\.0/);
    expect(await said('#%E0%A4%A')).toBe('');
    expect(await said('#<img src=x onerror=alert(1)>:0')).toMatch(/not on this page/);
  });

  it('names schedules as the command line does: every path of S1 leads to the same steps', async () => {
    const walks = site.walks('stranded-unevictable', 'S1', 'sc');
    const paths = ['', '0', '1', '1/1', '1/1/0', '0/1/1', '1/0/1/0', '0/0/0/1', '5', '1/1/1/1/1/1/1/1/1'];
    const expected = walks?.codes.slice(0, 6).map(({ walk }) =>
      paths.map((path) => {
        const { taken, fits } = scheduleOf(walk, path);
        return [taken.map(({ state, choice }) => [state, choice]), fits];
      }),
    );
    const shown = await open(WALK, {}, (page) =>
      page.evaluate(
        `walks.codes.slice(0,6).map((code)=>${JSON.stringify(paths)}.map((path)=>{const {taken,fits}=follow(code,path);return [taken,fits]}))`,
      ),
    );
    expect(shown).toEqual(expected);
  });

  it('shows all steps on demand', async () => {
    await open(WALK, {}, async (page) => {
      const rows = page.locator('.schedule tbody tr:visible');
      const before = await rows.count();
      await page.locator('.all:visible input').check();
      expect(await rows.count()).toBeGreaterThan(before + 5);
    });
  });

  it('shows the schedule of each code without script, by radio buttons', async () => {
    await open(WALK, { javaScriptEnabled: false }, async (page) => {
      expect(await page.locator('.panels > section:visible').count()).toBe(1);
      expect(await page.locator('.schedule:visible tbody tr').count()).toBeGreaterThan(5);
      await page.locator('fieldset > input:checked').focus();
      await page.keyboard.press('ArrowLeft');
      expect(await page.locator('.panels > section:visible h2').innerText()).toMatch(/^v5\.17/);
      expect(await page.locator('.outcome:visible').innerText()).toMatch(/^Holds in this schedule/);
    });
  });

  /** The execution that a reader sees. */
  const execution = async (page: Page) => ({
    code: (await page.locator('.graphs h2:visible').innerText()).split(' ')[0],
    outcome: (await page.locator('.outcome:visible').innerText()).split(':')[0],
    link: decodeURIComponent(new URL(page.url()).hash),
  });

  it.each([true, false])('lets a read see another store, and the invariant flips (script: %s)', async (script) => {
    await open(GRAPH, { javaScriptEnabled: script }, async (page) => {
      const first = await execution(page);
      expect(first).toEqual({ code: 'v5.18', outcome: 'Violated in this execution', link: '' });
      const others = await page
        .locator('a.other:visible')
        .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
      const outcomes = new Set<string | undefined>();
      for (const [index, href] of others.entries()) {
        await page.locator('a.other:visible').nth(index).click();
        const shown = await execution(page);
        expect(shown.link).toBe(decodeURIComponent(href ?? ''));
        outcomes.add(shown.outcome);
        await page.goBack();
      }
      expect([...outcomes].sort()).toEqual(['Holds in this execution', 'Violated in this execution']);
    });
  });

  it('shows the executions of other code, by keyboard, under a link that opens there again', async () => {
    const there = await open(GRAPH, { javaScriptEnabled: false }, async (page) => {
      await page.locator('.codes:visible a', { hasText: /^v5\.18 \+ fix-1 / }).focus();
      await page.keyboard.press('Enter');
      expect(await page.locator('.graphs > section:visible').count()).toBe(1);
      await page.locator('summary:visible').first().focus();
      await page.keyboard.press('Enter');
      expect(await page.locator('details[open]:visible li').count()).toBeGreaterThan(0);
      return execution(page);
    });
    expect(there).toMatchObject({ code: 'v5.18', outcome: 'Holds in this execution' });
    expect(there.link).toMatch(/^#v5\.18 \+ fix-1:[0-9a-f]{8}$/);
    expect(await open(`${GRAPH}${there.link}`, {}, execution)).toEqual(there);
    expect((await open(`${GRAPH}#v1.0:00000000`, {}, execution)).outcome).toBe('Violated in this execution');
  });

  it('draws an arrow for each edge between two columns, and none on a phone', async () => {
    const drawn = (page: Page) =>
      page.evaluate(`(()=>{const graph=[...document.querySelectorAll('.graph')].find((one)=>one.offsetParent!==null);
        const column=(name)=>name[0];const edges=[...graph.querySelectorAll('[data-to]')].filter((one)=>/^[a-z]\\d+$/.test(one.dataset.to)&&one.getClientRects().length>0&&column(one.dataset.to)!==column(one.closest('[data-e]').dataset.e));
        const paths=[...graph.querySelectorAll('svg>path')].filter((one)=>one.getClientRects().length>0);return [edges.length,paths.length]})()`);
    const [edges, arrows] = (await open(GRAPH, {}, drawn)) as number[];
    expect(edges).toBe(5);
    expect(arrows).toBe(edges);
    expect(((await open(GRAPH, PHONE, drawn)) as number[])[1]).toBe(0);
  });

  it('searches from the first page, keeps the filters in the link, and finds the claim in its thread', async () => {
    await open('/', {}, async (page) => {
      await page.getByRole('searchbox').fill('2262ace60713');
      await page.keyboard.press('Enter');
      await page.waitForURL(/search\.html\?q=2262ace60713/);
      await page.locator('select[name=kind]').selectOption('claim');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.waitForURL(/kind=claim/);
      expect(new URL(page.url()).searchParams.get('q')).toBe('2262ace60713');
      await page.locator('.hits a').first().click();
      await page.waitForURL(/thread\/mlock-large-folio\.html#claim-/);
      const mark = page.locator(`[id="${decodeURIComponent(new URL(page.url()).hash.slice(1))}"]`);
      expect(await mark.innerText()).toContain('2262ace60713');
      expect(await page.locator('.beside.refuted').count()).toBeGreaterThan(0);
    });
  });

  it('leads from the timeline to the race, its scenario, and every schedule of it', async () => {
    await open('/', {}, async (page) => {
      expect(await page.locator('.timeline svg[role=img]').count()).toBe(
        site.history.races.filter(({ isMain }) => isMain).length,
      );
      await page.getByRole('link', { name: 'Evictable folio stranded on the unevictable list' }).click();
      await page.waitForURL(/race\/stranded-unevictable\.html/);
      await page.getByRole('link', { name: 'every schedule under SC' }).first().click();
      await page.waitForURL(/walk\/stranded-unevictable\/S1-sc\.html/);
      expect((await seen(page)).outcome).toBe('Violated by this schedule');
    });
  });
});
