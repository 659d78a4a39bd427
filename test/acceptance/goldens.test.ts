// Every format of real reviews, as pinned: of the retold threads and of patch mails, and of the seeds by their digests alone, since what
// other people wrote stays where it is. Each is read by other people's programs too. After a wanted change:
// RELORE_GOLDEN=write npx vitest run test/acceptance/goldens.test.ts, and look at the diff; nothing else writes them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { Review } from '../../src/types.ts';
import { axeFinds, startBrowser, visit } from '../browser.ts';
import { ALL_FORMATS } from '../report/renderers.ts';

const root = join(import.meta.dirname, '..', '..');
const expected = join(import.meta.dirname, 'expected');
const seeds = join(root, '..', 'shared', 'seeds');
const WRITE = process.env['RELORE_GOLDEN'] === 'write';
const SCHEMA = join(
  process.env['RELORE_TOOLS'] ?? '/tmp/relore-tools',
  'node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json',
);
const hasPython = spawnSync('python3', ['--version']).status === 0;
const dir = mkdtempSync(join(tmpdir(), 'relore-goldens-'));
const browser = await startBrowser();
const noBrowser = typeof browser === 'string' ? ` (skipped: the browser does not start: ${browser})` : '';
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  if (typeof browser !== 'string') await browser.close();
});

interface Input {
  readonly name: string;
  readonly file: string;
  readonly isOurs: boolean; // our own words: its text may be kept
}

const PATCHES = ['lock-then-token', 'helper-for-swap-entries', 'punch-takes-swap', 'zap-by-kind', 'comments-only'];

const SEEDS = ['000', '001', '002', '003', '004'];

/** '' where the seeds are not. */
function seedFile(number: string): string {
  if (!existsSync(seeds)) return '';
  return join(seeds, readdirSync(seeds).find((name) => name.startsWith(`${number}_`)) ?? number);
}

const inputs: readonly Input[] = [
  ...readdirSync(join(root, 'threads'))
    .sort()
    .map((name) => ({ name, file: join(root, 'threads', name, 'thread.mbox'), isOurs: true })),
  ...PATCHES.map((name) => ({ name, file: join(root, 'fixtures/patches', `${name}.patch`), isOurs: true })),
  ...SEEDS.map((number) => ({ name: `seed-${number}`, file: seedFile(number), isOurs: false })),
];

async function reviewed({ name, file }: Input): Promise<Review> {
  const thread = await readThread(readFileSync(file), name);
  const options = { rulesDir: join(root, 'rules'), models: ['sc' as const], states: 2_000_000, version: '0.0.0' };
  const found = await review(thread, options);
  return { ...found, tool: { ...found.tool, rules: '0'.repeat(64) } }; // their hash changes with every comma in them
}

/** '1a2b3c4d5e6f7081 12345' of a text: sixteen hex digits of its SHA-256, and its bytes. */
function digest(text: string): string {
  return `${createHash('sha256').update(text).digest('hex').slice(0, 16)} ${Buffer.byteLength(text)}`;
}

/** Compares with what is pinned, or writes it when that was asked for. */
function pinned(file: string, text: string): void {
  if (WRITE) {
    mkdirSync(expected, { recursive: true });
    writeFileSync(join(expected, file), text);
  }
  expect(text).toBe(readFileSync(join(expected, file), 'utf8'));
}

/** What reads the formats: expat, the JSON and mail readers of Python. Prints the first line that does not read. */
const READER = `
import email.policy, email, json, sys, xml.dom.minidom
for path in sys.argv[1:]:
    data = open(path, 'rb').read()
    kind = path.rsplit('.', 1)[1]
    if kind in ('junit', 'checkstyle'):
        xml.dom.minidom.parseString(data)
    elif kind in ('json', 'sarif', 'gitlab', 'rdjson', 'patchwork', 'b4-check'):
        json.loads(data)
    elif kind == 'reply' and data:
        mail = email.message_from_bytes(data, policy=email.policy.default)
        assert not mail.defects and mail['Subject'].startswith('Re: ') and mail.get_content(), path
        assert all(len(line) <= 78 or line.startswith('> ') for line in mail.get_content().split('\\n')), path
        assert len(mail.get_content().split('\\n')) <= 61, path
`;

for (const input of inputs) {
  const why = input.file === '' ? ' (skipped: needs ../shared/seeds)' : '';
  describe.skipIf(why !== '')(`${input.name}${why}`, () => formatsOf(input));
}

function formatsOf(input: Input): void {
  const texts: Record<string, string> = {};

  it('is printed in every format as pinned', { timeout: 300_000 }, async () => {
    const found = await reviewed(input);
    for (const [format, render] of Object.entries(ALL_FORMATS)) texts[format] = render(found);
    const digests = Object.entries(texts).map(([format, text]) => `${format.padEnd(16)}${digest(text)}\n`);
    if (input.isOurs) pinned(`${input.name}.txt`, texts['terminal'] ?? '');
    pinned(`${input.name}.digests`, digests.join(''));
  });

  it('is valid by our schema of the JSON', () => {
    const schema = JSON.parse(readFileSync(join(root, 'docs/review.schema.json'), 'utf8')) as object;
    const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
    ajv.validate(schema, JSON.parse(texts['json'] ?? ''));
    expect(ajv.errors ?? []).toEqual([]);
  });

  it.skipIf(!existsSync(SCHEMA))('is valid by the official schema of SARIF (skipped without sarif-multitool)', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: false, validateFormats: false });
    ajv.validate(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object, JSON.parse(texts['sarif'] ?? ''));
    expect(ajv.errors ?? []).toEqual([]);
  });

  it.skipIf(!hasPython)('is read by the XML, JSON and mail readers of Python (skipped without python3)', () => {
    const files = Object.entries(texts).map(([format, text]) => {
      const file = join(dir, `${input.name}.${format}`);
      writeFileSync(file, text);
      return file;
    });
    const run = spawnSync('python3', ['-c', READER, ...files], { encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  it.skipIf(noBrowser !== '')(
    `is a page without a violation for axe, and says the same without script${noBrowser}`,
    async () => {
      const file = join(dir, `${input.name}.html`);
      writeFileSync(file, texts['html'] ?? '');
      const url = pathToFileURL(file).href;
      const finds = await visit(browser as Browser, url, { bypassCSP: true }, axeFinds);
      const title = await visit(browser as Browser, url, { javaScriptEnabled: false }, (page) =>
        page.locator('h1').first().innerText(),
      );
      const { thread } = JSON.parse(texts['json'] ?? '') as Review;
      expect([finds, title]).toEqual([[], thread.subject || '(no subject)']);
    },
  );
}
