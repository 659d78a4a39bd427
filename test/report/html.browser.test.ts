// The HTML report in a real browser, with axe-core: light and dark, with and without script, by keyboard. The browser and
// axe-core are not dependencies: npm i --prefix /tmp/relore-tools playwright-core@1.65.1 axe-core@4.14.1 @sparticuz/chromium
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import type { Review } from '../../src/types.ts';

const TOOLS = process.env['RELORE_TOOLS'] ?? '/tmp/relore-tools';
const there = ['playwright-core', 'axe-core', '@sparticuz/chromium'].every((name) =>
  existsSync(join(TOOLS, 'node_modules', name)),
);
const dir = mkdtempSync(join(tmpdir(), 'relore-html-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Locator {
  count(): Promise<number>;
  first(): Locator;
  nth(index: number): Locator;
  click(): Promise<void>;
  focus(): Promise<void>;
  textContent(): Promise<string | null>;
}
interface Page {
  on(event: string, call: (value: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate(code: string): Promise<unknown>;
  locator(selector: string): Locator;
  readonly keyboard: { press(key: string): Promise<void> };
}
interface Browser {
  newContext(options: object): Promise<{ newPage(): Promise<Page> }>;
  close(): Promise<void>;
}

describe.skipIf(!there)('the HTML report in a browser (skipped without playwright-core, axe-core and chromium)', () => {
  let launch: () => Promise<Browser>;
  let axe = '';

  beforeAll(async () => {
    const require = createRequire(join(TOOLS, 'x.js'));
    const load = (name: string) => import(pathToFileURL(require.resolve(name)).href) as Promise<{ default: never }>;
    const chromium = (await load('@sparticuz/chromium')).default as {
      args: string[];
      executablePath(): Promise<string>;
    };
    const core = (await load('playwright-core')) as unknown as { chromium: { launch(o: object): Promise<Browser> } };
    const args = chromium.args.filter((arg) => arg !== '--single-process');
    const executablePath = await chromium.executablePath();
    launch = () => core.chromium.launch({ args, executablePath, headless: true });
    axe = readFileSync(join(TOOLS, 'node_modules/axe-core/axe.min.js'), 'utf8');
    for (const name of ['series', 'hostile']) {
      const file = join(import.meta.dirname, `../../fixtures/reviews/${name}.json`);
      writeFileSync(join(dir, `${name}.html`), renderHtml(JSON.parse(readFileSync(file, 'utf8')) as Review));
    }
  });

  async function open<T>(
    name: string,
    options: object,
    look: (page: Page, asked: readonly string[]) => Promise<T>,
  ): Promise<T> {
    const browser = await launch();
    try {
      const page = await (await browser.newContext(options)).newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('dialog', () => asked.push('a dialog'));
      await page.goto(pathToFileURL(join(dir, `${name}.html`)).href);
      return await look(page, asked);
    } finally {
      await browser.close();
    }
  }

  it.each([
    ['series', 'light'],
    ['series', 'dark'],
    ['hostile', 'light'],
  ])('has no violation for axe: %s, %s; and asks for nothing but itself', async (name, colorScheme) => {
    const found = await open(name, { colorScheme, bypassCSP: true }, async (page, asked) => {
      await page.evaluate(axe);
      const ids = await page.evaluate('axe.run().then((found) => found.violations.map(({ id }) => id))');
      return { ids, asked: asked.length };
    });
    expect(found).toEqual({ ids: [], asked: 1 });
  });

  it('shows one version a scenario, and the next step by a button that the script adds', async () => {
    const found = await open('series', {}, async (page) => {
      const shown = await page.locator('.panels > section:visible').count();
      const next = page.locator('button:visible:has-text("next step")').first();
      await next.click();
      await next.click();
      return { shown, current: await page.locator('tr[aria-current]').first().textContent() };
    });
    expect(found.shown).toBe(2);
    expect(found.current).toMatch(/^2lock lruvec\.lru_lock/);
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

  it('runs no script out of a mail', async () => {
    const asked = await open('hostile', {}, async (page, requests) => {
      await page.evaluate('new Promise((done) => setTimeout(done, 200))');
      return requests;
    });
    expect(asked).toHaveLength(1);
  });
});
