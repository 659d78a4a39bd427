import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/mail/form.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Patch } from '../../src/types.ts';
import { filesBelow, missing, readShared, shared } from './mails.ts';

const absent = missing('mail-samples');

function git(args: readonly string[], input?: Buffer): string | undefined {
  try {
    return execFileSync('git', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

const noGit = git(['--version']) === undefined ? ' (skipped: git is not there)' : '';

/** `added<TAB>removed` for each file of a patch, sorted. */
function counts(patch: Patch): string[] {
  return patch.files
    .map((file) => {
      const lines = file.hunks.flatMap((hunk) => hunk.lines);
      return `${lines.filter((line) => line.startsWith('+')).length}\t${lines.filter((line) => line.startsWith('-')).length}`;
    })
    .sort();
}

/** What `git apply --numstat` says about the same mail, by way of git mailinfo; undefined when git refuses it. */
function gitCounts(raw: Buffer): string[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'relore-'));
  try {
    return numstat(raw, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function numstat(raw: Buffer, folder: string): string[] | undefined {
  const [message, patch] = [join(folder, 'msg'), join(folder, 'patch')];
  if (git(['mailinfo', message, patch], raw) === undefined) return undefined;
  const whole = readFileSync(patch);
  if (!/^(?:diff --git|--- )/m.test(whole.toString('latin1'))) writeFileSync(patch, raw);
  return git(['apply', '--numstat', patch])
    ?.trim()
    .split('\n')
    .map((line) => line.split('\t').slice(0, 2).join('\t'))
    .sort();
}

describe.skipIf(absent !== '' || noGit !== '')(`diffs of real mail${absent}${noGit}`, () => {
  const files = absent === '' ? [...filesBelow('lore', /\.gz$/), ...filesBelow('mm-patches', /\.patch$/)] : [];

  it.each(files)('%s: every complete diff counts what git apply --numstat counts', async (file) => {
    const thread = await readShared(file);
    const form = await readForm(readFileSync(shared(file)), file);
    expect(thread.patches.length).toBeGreaterThan(0);
    for (const patch of thread.patches) {
      const raw =
        form.mails.find((mail) => form.source.toString('latin1', mail.start, mail.body).includes(patch.messageId)) ??
        form.mails[0]!;
      const expected = gitCounts(form.source.subarray(raw.start, raw.end));
      const complete = patch.files.every((each) => each.hunks.every((hunk) => hunk.complete));
      if (complete) expect(counts(patch), patch.title).toEqual(expected);
    }
  });

  it('single mails of every kind: each complete diff counts what git apply --numstat counts', async () => {
    const singles = ['special', 'patchwork', 'b4'].flatMap((folder) => filesBelow(folder, /\.(?:eml|mbox|patch)$/));
    const wrong: string[] = [];
    let compared = 0;
    for (const file of singles) {
      const form = await readForm(readFileSync(shared(file)), file);
      for (const raw of form.mails) {
        const bytes = form.source.subarray(raw.start, raw.end);
        const patch = (await readThread(bytes, file).catch(() => undefined))?.patches[0];
        const expected = patch === undefined ? undefined : gitCounts(bytes);
        if (patch === undefined || expected === undefined || patch.files.some((each) => each.binary === true)) continue;
        if (patch.files.some((each) => each.hunks.some((hunk) => !hunk.complete))) continue;
        compared++;
        if (counts(patch).join() !== expected.join())
          wrong.push(`${file}: ${counts(patch).join()} for ${expected.join()}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });

  it('lore and mm-patches: only the one hunk that its sender lengthened by hand is incomplete', async () => {
    const incomplete: string[] = [];
    let hunks = 0;
    for (const file of files) {
      for (const each of (await readShared(file)).patches.flatMap((patch) => patch.files)) {
        hunks += each.hunks.length;
        for (const hunk of each.hunks)
          if (!hunk.complete) incomplete.push(`${each.newPath} ${hunk.newLines} ${hunk.lines.length}`);
      }
    }
    expect(incomplete).toEqual(['man2/move_phys_pages.2 180 180']);
    expect(hunks).toBe(976); // of 981 @@ lines that python's email sees there, 5 have no file header: one pasted reply
  });
});

describe.skipIf(absent !== '')(`mail that is hard to read${absent}`, () => {
  it('every sample is read: nothing throws, no message without a block but empty ones', async () => {
    const files = ['patchwork', 'b4', 'special', 'git-t5100'].flatMap((folder) =>
      filesBelow(folder, /\.(?:mbox|mboxrd|eml|patch|in)$/),
    );
    const refused: string[] = [];
    for (const file of files)
      await readShared(file).catch((error: unknown) => refused.push(`${file}: ${String(error)}`));
    expect(refused).toEqual([]);
    expect(files.length).toBeGreaterThan(150);
  });
});

describe.skipIf(absent !== '')(`series as patchwork's own tests split them${absent}`, () => {
  const table = absent === '' ? readFileSync(shared('mail-samples/EXPECTED.md'), 'utf8') : '';
  const rows = [...table.matchAll(/^\| (patchwork\/series\/\S+\.mbox) \|.*?\| ([^|]*) \|$/gm)].flatMap(
    ([, file = '', words = '']) => {
      const stated =
        /\[covers,patches,comments\]=\[(\d+), (\d+), (\d+)\]; series split:[^/]*?patches(?:_a \+ patches_b)? \[([^\]]*)\]/.exec(
          words,
        );
      return stated === null ? [] : [{ file, expected: [`${stated[1]} ${stated[2]} ${stated[3]}`, stated[4] ?? ''] }];
    },
  );

  it('the table has its rows', () => {
    expect(rows.length).toBe(26);
  });

  it.each(rows)(
    '$file: covers, patches, comments and patches in each series are $expected',
    async ({ file, expected }) => {
      const thread = await readShared(`mail-samples/${file}`);
      const patches = new Set(thread.patches.map((patch) => patch.messageId));
      const covers = thread.messages.filter(
        (message) => !patches.has(message.id) && /^\[[^\]]*\b0+ ?(?:\/|of)/.test(message.subject),
      ).length;
      const sizes = thread.series.map((series) => series.patches.length);
      expect([`${covers} ${patches.size} ${thread.messages.length - patches.size - covers}`, sizes.join(', ')]).toEqual(
        expected,
      );
    },
  );
});
