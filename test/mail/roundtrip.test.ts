import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/mail/form.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Thread } from '../../src/types.ts';
import { filesBelow, missing, shared } from './mails.ts';

const absent = missing('mail-samples') || missing('tools');

/** Renders raw mails as archive pages with the tool beside the samples; '' where it fails (a mail without text). */
const RENDER = `
import sys, json, base64, email
exec(open(sys.argv[1]).read().split("if __name__")[0])
def page(raw):
    try: return hypermail(email.message_from_bytes(base64.b64decode(raw)))
    except Exception: return ''
json.dump([page(raw).encode('utf-8', 'replace').decode() for raw in json.load(sys.stdin)], sys.stdout)
`;

function pagesOf(mails: readonly Buffer[]): string[] {
  const input = JSON.stringify(mails.map((raw) => raw.toString('base64')));
  return JSON.parse(
    execFileSync('python3', ['-c', RENDER, shared('tools/mailforms.py')], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  ) as string[];
}

function python(): string {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return '';
  } catch {
    return ' (skipped: python3 is not there)';
  }
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

describe.skipIf(reason !== '')(`raw mail and the archive page made of it${reason}`, () => {
  it('the speaker of each line is the same in at least 99 % of lines', async () => {
    const files = [
      ...filesBelow('special', /\.eml$/),
      ...filesBelow('lore', /\.gz$/),
      ...filesBelow('seed-threads', /\.mbox$/),
    ];
    const mails: Buffer[] = [];
    for (const file of files) {
      const form = await readForm(readFileSync(shared(file)), file);
      for (const raw of form.mails) mails.push(form.source.subarray(raw.start, raw.end));
    }
    const pages = pagesOf(mails);
    let same = 0;
    let total = 0;
    for (const [index, raw] of mails.entries()) {
      const truth = await readThread(raw, 'raw');
      // A sender without a display name is printed as `?` on the page; an attached patch is not printed at all.
      if (pages[index]?.includes('\nFrom: ?\n') || /filename="?[^"\n]*\.(?:patch|diff)/.test(raw.toString('latin1')))
        continue;
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
});
