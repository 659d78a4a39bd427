import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readThread } from '../src/mail/read.ts';
import { renderJson } from '../src/report/json.ts';
import { review } from '../src/review.ts';
import type { Review } from '../src/types.ts';

// threads/NAME holds a retold discussion, thread.mbox, and what a review of it must say, expected.json: written by hand
// from the verdicts that the rule's sources state. Nothing rewrites it.
const root = join(import.meta.dirname, '..');
const names = readdirSync(join(root, 'threads'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

async function reviewOf(mbox: string): Promise<Review> {
  const thread = await readThread(new TextEncoder().encode(mbox), 'thread.mbox');
  return review(thread, { rulesDir: join(root, 'rules'), models: ['sc'], states: 2_000_000, version: '0.0.0' });
}

/** What an expected.json states: verdicts and who said what, no figures. */
function essence(found: Review): unknown {
  const strip = (text: string | undefined): string => text ?? '';
  return {
    base: found.base.name,
    messages: found.thread.messages.filter((message) => !message.virtual).length,
    patches: found.patches.map(({ id, kind, verdict, reading }) => ({ id, kind, verdict, reading: strip(reading) })),
    claims: found.claims.map(({ id, speaker, status, verdict }) => ({ id, speaker: strip(speaker), status, verdict })),
    checks: found.checks
      .filter((check) => check.level === 'error')
      .map(
        (check) =>
          `${check.patch || 'base'} ${check.scenario} ${check.invariant}: ${check.before.verdict} -> ${check.after.verdict}`,
      ),
    diagrams: found.diagrams.map(({ columns, steps }) => ({ columns, steps: steps.length })),
  };
}

describe('retold threads', () => {
  it('there is one of each discussion, with a mailbox, an expected review and a README', () => {
    expect(names).toEqual([
      'fault-around-migration',
      'hole-punch-swap',
      'lruvec-of-group',
      'mlock-large-folio',
      'mlock-test',
    ]);
    for (const name of names) {
      for (const file of ['thread.mbox', 'expected.json', 'README.md']) {
        expect(existsSync(join(root, 'threads', name, file)), `${name}/${file}`).toBe(true);
      }
    }
  });

  it.each(names)('%s is reviewed as expected', async (name) => {
    const folder = join(root, 'threads', name);
    const found = await reviewOf(readFileSync(join(folder, 'thread.mbox'), 'utf8'));
    expect(essence(found)).toEqual(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')));
  });

  it.each(names)('%s gives the same bytes in two runs', async (name) => {
    const mbox = readFileSync(join(root, 'threads', name, 'thread.mbox'), 'utf8');
    expect(renderJson(await reviewOf(mbox))).toBe(renderJson(await reviewOf(mbox)));
  });

  it.each(names)('%s gives the same verdicts when every author has another name', async (name) => {
    const mbox = readFileSync(join(root, 'threads', name, 'thread.mbox'), 'utf8');
    const authors = [...new Set([...mbox.matchAll(/^From: (.+?) </gm)].map((match) => match[1] ?? ''))].sort();
    expect(authors.length).toBeGreaterThan(1);
    const swapped = authors.reduce(
      (text, author, index) => text.replaceAll(author, `@@${(index + 1) % authors.length}@@`),
      mbox,
    );
    const permuted = swapped.replace(/@@(\d+)@@/g, (_, index: string) => authors[Number(index)] ?? '');
    const back = (text: string): string =>
      authors
        .reduce((all, author, index) => all.replaceAll(author, `@@${index}@@`), text)
        .replace(
          /@@(\d+)@@/g,
          (_, index: string) => authors[(Number(index) + authors.length - 1) % authors.length] ?? '',
        );
    const plain = essence(await reviewOf(mbox));
    expect(JSON.parse(back(JSON.stringify(essence(await reviewOf(permuted)))))).toEqual(plain);
  });
});
