// A real browser for tests: the Chromium that is installed, else the one from npm. One is started for a test file.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium as core, type Page } from 'playwright-core';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the browser, or says in a sentence why it does not start. */
export async function startBrowser(): Promise<Browser | string> {
  const args = chromium.args.filter((arg) => arg !== '--single-process');
  try {
    const executablePath = INSTALLED.find((path) => existsSync(path)) ?? (await chromium.executablePath());
    return await core.launch({ args, executablePath, headless: true });
  } catch (error) {
    return String(error).split('\n')[0] ?? '';
  }
}

/** Opens `url` in a fresh context and hands it to `look`, with what the page asked for and what it complained of. */
export async function visit<T>(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  look: (page: Page, asked: readonly string[]) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    page.on('dialog', (dialog) => {
      asked.push('a dialog');
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => void asked.push(`an error: ${error.message}`));
    await page.goto(url);
    return await look(page, asked);
  } finally {
    await context.close();
  }
}

const axeText = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns what axe-core finds on the page: 'rule: first element'. The context needs `bypassCSP`. */
export async function axeFinds(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeText);
  return page.evaluate(
    "axe.run().then((found) => found.violations.map((one) => [one.id, one.nodes[0].target, one.nodes[0].failureSummary].join(' ')))",
  );
}
