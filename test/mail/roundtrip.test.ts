import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/mail/form.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Thread } from '../../src/types.ts';
import { damagedForms, rightLines } from './flatness.ts';
import { filesBelow, missing, shared } from './mails.ts';

const absent = missing('mail-samples') || missing('tools');

function python(): string {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return '';
  } catch {
    return ' (skipped: python3 is not there)';
  }
}

async function mailsOf(files: readonly string[]): Promise<Buffer[]> {
  const mails: Buffer[] = [];
  for (const file of files) {
    const form = await readForm(readFileSync(shared(file)), file);
    for (const raw of form.mails) mails.push(form.source.subarray(raw.start, raw.end));
  }
  return mails;
}

/** An attached patch is printed neither on a page nor in a flattened mail. */
function hasAttachedPatch(raw: Buffer): boolean {
  return /filename="?[^"\n]*\.(?:patch|diff)/.test(raw.toString('latin1'));
}

/** Depth and speaker of each non-blank line. */
function linesOf(thread: Thread): string[] {
  const blocks = thread.messages.filter((message) => !message.virtual).flatMap((message) => message.blocks);
  return blocks.flatMap(({ text, depth, speaker }) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(() => `${depth} ${speaker ?? '?'}`),
  );
}

const reason = absent || python();
const REFUSED = /expected a mail: mbox, .eml, archive text page or patch, found /;

describe.skipIf(reason !== '')(`raw mail and the archive page made of it${reason}`, () => {
  it('the speaker of each line is the same in at least 99 % of lines', async () => {
    const files = [
      ...filesBelow('special', /\.eml$/),
      ...filesBelow('lore', /\.gz$/),
      ...filesBelow('seed-threads', /\.mbox$/),
    ];
    const mails = await mailsOf(files);
    const pages = damagedForms(mails, 'hypermail');
    let same = 0;
    let total = 0;
    for (const [index, raw] of mails.entries()) {
      const truth = await readThread(raw, 'raw');
      // A sender without a display name is printed as `?` on the page; an attached patch is not printed at all.
      if (pages[index]?.includes('\nFrom: ?\n') || hasAttachedPatch(raw)) continue;
      const found = linesOf(await readThread(Buffer.from(pages[index] ?? ''), 'page'));
      const expected = linesOf(truth);
      total += Math.max(expected.length, found.length);
      same += expected.filter((line, at) => line === found[at]).length;
    }
    console.log(
      `round trip: ${same} of ${total} lines of ${mails.length} mails (${((100 * same) / total).toFixed(2)} %)`,
    );
    expect(total).toBeGreaterThan(30_000);
    expect(same / total).toBeGreaterThan(0.99);
  });

  it.each([
    ['special', /\.eml$/, 5_000],
    ['lore', /\.gz$/, 20_000],
    ['seed-threads', /\.mbox$/, 5_000],
    ['patchwork', /\.(?:mbox|patch)$/, 5_000],
    ['b4', /\.mbox$/, 400],
    ['mm-patches', /\.patch$/, 10_000],
  ] as const)('%s: in one line, the speaker is right in at least 95 %% of the lines', async (folder, names, least) => {
    const files = filesBelow(folder, names).filter((file) => !file.includes('/fuzz/'));
    const mails = await mailsOf(files);
    const flats = damagedForms(mails, 'flat');
    const sums = { quoting: { right: 0, total: 0, mails: 0 }, plain: { right: 0, total: 0, mails: 0 } };
    let refused = 0;
    for (const [index, raw] of mails.entries()) {
      const flat = flats[index] ?? '';
      const found = await readThread(Buffer.from(flat), 'flat').catch((error: unknown) => error as Error);
      if (found instanceof Error) {
        expect(found.message).toMatch(REFUSED); // short, or nothing in it says that it was mail
        refused++;
        continue;
      }
      const truth = await readThread(raw, 'raw').catch(() => undefined);
      if (truth === undefined || hasAttachedPatch(raw)) continue;
      const quotes = truth.messages.some((each) => !each.virtual && each.blocks.some(({ depth }) => depth > 0));
      const sum = sums[quotes ? 'quoting' : 'plain'];
      const lines = rightLines(truth, found);
      sum.right += lines.right;
      sum.total += lines.total;
      sum.mails++;
    }
    const words = Object.entries(sums).map(
      ([name, sum]) => `${sum.right} of ${sum.total} lines of ${sum.mails} ${name} mails`,
    );
    console.log(`flattened, ${folder} (${mails.length} mails): ${words.join(', ')}, ${refused} mails refused`);
    expect(sums.quoting.total + sums.plain.total).toBeGreaterThan(least);
    for (const { right, total } of Object.values(sums)) if (total >= 100) expect(right / total).toBeGreaterThan(0.95);
  });
});
