// The HTML report in a real browser, with axe-core: light and dark, with and without script, by keyboard, on a phone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import type { Review } from '../../src/types.ts';
import { axeFinds, startBrowser, visit } from '../browser.ts';

const started = await startBrowser();
const dir = mkdtempSync(join(tmpdir(), 'relore-html-'));
const PHONE = { viewport: { width: 375, height: 720 } };

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  if (typeof started !== 'string') await started.close();
});

const why = typeof started === 'string' ? ` (skipped: the browser does not start: ${started})` : '';

describe.skipIf(why !== '')(`the HTML report in a browser${why}`, () => {
  beforeAll(() => {
    for (const name of ['series', 'hostile']) {
      const file = join(import.meta.dirname, `../../fixtures/reviews/${name}.json`);
      writeFileSync(join(dir, `${name}.html`), renderHtml(JSON.parse(readFileSync(file, 'utf8')) as Review));
    }
  });

  function open<T>(
    name: string,
    options: BrowserContextOptions,
    look: (page: Page, asked: readonly string[]) => Promise<T>,
  ): Promise<T> {
    return visit(started as Browser, pathToFileURL(join(dir, `${name}.html`)).href, options, look);
  }

  it.each([
    ['series', { colorScheme: 'light' }],
    ['series', { colorScheme: 'dark' }],
    ['series', PHONE],
    ['hostile', { colorScheme: 'light' }],
  ] as const)('has no violation for axe: %s, %o; and asks for nothing but itself', async (name, options) => {
    const found = await open(name, { ...options, bypassCSP: true }, async (page, asked) => ({
      finds: await axeFinds(page),
      asked: asked.length,
    }));
    expect(found).toEqual({ finds: [], asked: 1 });
  });

  it('shows one version a scenario, and the next step by a button that the script adds', async () => {
    const found = await open('series', {}, async (page) => {
      const shown = await page.locator('.panels > section:visible').count();
      const next = page.getByRole('button', { name: 'next step' }).first();
      await next.click();
      await next.click();
      return { shown, current: await page.locator('tr[aria-current]').first().innerText() };
    });
    expect(found.shown).toBe(2);
    expect(found.current).toMatch(/^2\s+lock lruvec\.lru_lock/);
  });

  it('shows the state after the step, and the source line of it', async () => {
    const now = await open('series', {}, async (page) => {
      const box = page.locator('.walk:visible .box').first();
      await box.focus();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowLeft');
      const step = await page.locator('.steps:visible output').first().innerText();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      const first = await page.locator('.steps:visible output').first().innerText();
      return { step, first, now: await page.locator('.now:visible').first().innerText() };
    });
    expect(now.first).toMatch(/^step 1 of \d+$/);
    expect(now.step).not.toBe(now.first);
    expect(now.now).toContain('State after step 1');
    expect(now.now).toContain('Source');
  });

  it('is read without script: radio buttons by keyboard, no dead button', async () => {
    const found = await open('series', { javaScriptEnabled: false }, async (page) => {
      const buttons = await page.locator('button').count();
      await page.locator('fieldset > input').nth(2).focus();
      await page.keyboard.press('ArrowLeft');
      return { buttons, title: await page.locator('.panels > section:visible h4').first().textContent() };
    });
    expect(found).toEqual({ buttons: 0, title: 'patch-1: mm/mlock: say what munlock does (keeps)' });
  });

  it('needs no scrolling to the side on a phone', async () => {
    const wide = await open('series', PHONE, (page) =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    );
    expect(wide).toBe(0);
  });

  it('runs no script out of a mail', async () => {
    const asked = await open('hostile', {}, async (page, requests) => {
      await page.waitForTimeout(200);
      return requests;
    });
    expect(asked).toHaveLength(1);
  });
});
