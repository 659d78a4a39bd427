// `--tree` with `--base`, and the base-commit of a mail: repositories made of our model sources.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from '../../src/c/stack.ts';
import { replayCommandLine, runReview } from '../../src/cli/run.ts';
import type { Review } from '../../src/types.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUN = { model: ['sc'] as const, bound: 2_000_000, rules: join(ROOT, 'rules') };
let dir = '';
let repo = '';
const commits: Record<string, string> = {};

function git(...args: readonly string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd: repo, encoding: 'utf8' });
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relore-base-'));
  repo = join(dir, 'linux');
  mkdirSync(repo);
  git('init', '-q');
  const stack = openStack(join(ROOT, 'rules/kernel'));
  for (const tag of ['v5.18', 'v6.12']) {
    for (const name of readdirSync(repo)) if (name !== '.git') rmSync(join(repo, name), { recursive: true });
    const source = stack.at(tag);
    for (const path of source.paths) {
      mkdirSync(join(repo, path, '..'), { recursive: true });
      writeFileSync(join(repo, path), source.read(path)?.text ?? '');
    }
    const [, version = '', patchlevel = ''] = /^v(\d+)\.(\d+)$/.exec(tag) ?? [];
    writeFileSync(join(repo, 'Makefile'), `VERSION = ${version}\nPATCHLEVEL = ${patchlevel}\nSUBLEVEL = 0\n`);
    git('add', '-A');
    git('commit', '-q', '-m', tag);
    git('tag', tag);
    commits[tag] = git('rev-parse', 'HEAD').trim();
  }
  rmSync(join(repo, 'mm'), { recursive: true }); // nothing is read from the checkout
  // Our own fix of the stranded folio in v6.12: PG_lru before the question whether the folio is evictable.
  writeFileSync(join(dir, 'fix.patch'), mail(''));
  writeFileSync(join(dir, 'stated.patch'), mail(`\nbase-commit: ${commits['v6.12'] ?? ''}\n`));
  writeFileSync(join(dir, 'elsewhere.patch'), mail(`\nbase-commit: ${'0123456789'.repeat(4)}\n`));
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function mail(end: string): string {
  const file = 'mm/mlock.c';
  const lines = git('show', `v6.12:${file}`).split('\n');
  const at = lines.findIndex((line) => line.startsWith('static struct lruvec *__munlock_folio'));
  const body = ['{', ...lines.slice(at + 2, at + 4)];
  const diff = [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${at + 2},3 +${at + 2},4 @@`,
    ` ${body[0] ?? ''}`,
    '+\tsmp_mb();',
    ...body.slice(1).map((line) => ` ${line}`),
  ].join('\n');
  return `From: A <a@example.org>\nDate: Tue, 3 Dec 2024 10:00:00 +0000\nSubject: [PATCH] mm/mlock: order munlock\nMessage-ID: <m@example.org>\n\nA barrier.\n---\n${diff}\n${end}`;
}

const base = (review: Review): readonly string[] => [review.base.name, review.base.why];

describe('the code that a review runs on', () => {
  it('is the revision that --base names, read from the repository', async () => {
    const review = await runReview([join(dir, 'fix.patch')], { ...RUN, tree: repo, base: 'v6.12' });
    expect(base(review)).toEqual([
      `6.12.0, commit ${commits['v6.12']?.slice(0, 12) ?? ''}`,
      'the revision given by --base: v6.12',
    ]);
    expect(review.patches.map(({ applies, verdict }) => [applies, verdict])).toEqual([[true, 'keeps']]);
    const model = await runReview([join(dir, 'fix.patch')], { ...RUN, kernel: 'v6.12' });
    const states = (of: Review) => of.checks.map((check) => [check.scenario, check.invariant, check.after.states]);
    expect(states(review)).toEqual(states(model));
  }, 60_000);

  it('is the base-commit that the mail names, when the repository has it', async () => {
    const review = await runReview([join(dir, 'stated.patch')], {
      ...RUN,
      tree: join(repo, '.git'),
      base: commits['v6.12'] ?? '',
    });
    const stated = await runReview([join(dir, 'stated.patch')], { ...RUN, tree: repo });
    expect(base(stated)).toEqual([
      review.base.name,
      'the base-commit that the mail names, in the repository given by --tree',
    ]);
    expect(stated.patches.map(({ applies, verdict }) => [applies, verdict])).toEqual([[true, 'keeps']]);
  }, 60_000);

  it('is the tree as it lies there otherwise, and the reason says which commit it lacks', async () => {
    git('checkout', '-q', '--', 'mm');
    const review = await runReview([join(dir, 'elsewhere.patch')], { ...RUN, tree: repo });
    expect(base(review)).toEqual([
      '6.12.0',
      'the tree given by --tree; it does not have the base-commit that the mail names, 012345678901',
    ]);
    rmSync(join(repo, 'mm'), { recursive: true });
  }, 60_000);

  it('is refused for a --base without a tree, and one that the repository does not have', async () => {
    const mails = [join(dir, 'fix.patch')];
    await expect(runReview(mails, { ...RUN, base: 'v6.12' })).rejects.toThrow(
      '--base: expected the repository it is in, by --tree, found no --tree',
    );
    await expect(runReview(mails, { ...RUN, tree: repo, base: '--all' })).rejects.toThrow(
      `${repo}: expected a revision that names a commit of this repository, found --all`,
    );
    await expect(runReview(mails, { ...RUN, tree: dir, base: 'v6.12' })).rejects.toThrow(
      'expected a git repository to read a revision from, found none',
    );
    expect(replayCommandLine(['t.mbox'], { ...RUN, tree: '~/linux', base: 'v6.12^{}' })).toContain(
      "--tree '~/linux' --base 'v6.12^{}'",
    );
  });
});
