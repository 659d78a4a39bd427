import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../src/knowledge.ts';
import { readThread } from '../../src/mail/read.ts';
import { chooseBase, repositoryOf } from '../../src/review/base.ts';
import { review } from '../../src/review.ts';

const rulesDir = join(import.meta.dirname, '..', '..', 'rules');
const knowledge = await loadKnowledge(rulesDir);

let repo = '';

function git(...args: readonly string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd: repo, env, encoding: 'utf8' });
}

/** Commits mm/box.c with `body`, under `subject`; the id, twelve digits. */
function commit(subject: string, body: string, tag?: string): string {
  writeFileSync(join(repo, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 11\nSUBLEVEL = 0\nEXTRAVERSION =\n');
  writeFileSync(join(repo, 'mm', 'box.c'), `void put_box(struct box *box)\n{\n${body}}\n`);
  git('add', '-A');
  git('commit', '-q', '-m', subject);
  if (tag !== undefined) git('tag', tag);
  return git('rev-parse', 'HEAD').trim().slice(0, 12);
}

let added = '';
let removed = '';
let after = '';
beforeAll(() => {
  repo = realpathSync(mkdtempSync(join(tmpdir(), 'relore-history-')));
  mkdirSync(join(repo, 'mm'));
  git('init', '-q');
  commit('mm: a box', '\tbox->n = 0;\n', 'v6.11');
  added = commit(
    'mm/box: order the count against the flag',
    '\tbox->n = 0;\n\tsmp_mb();\n\tset_bit(0, &box->flags);\n',
    'v6.12-rc1',
  );
  commit('Linux 6.12', '\tbox->n = 0;\n\tsmp_mb();\n\tset_bit(0, &box->flags);\n\t/* */\n', 'v6.12');
  removed = commit('mm/box: delete smp_mb() from put_box()', '\tbox->n = 0;\n\tset_bit(0, &box->flags);\n', 'v6.13');
  after = commit('mm/box: not in a release yet', '\tbox->n = 1;\n');
});
afterAll(() => rmSync(repo, { recursive: true, force: true }));

async function told(text: string, tree: string | null = repo): Promise<string[]> {
  const mail = `From: A B <a@example.org>\nDate: Mon, 4 Sep 2023 10:00:00 +0000\nSubject: Re: a box\nMessage-ID: <1@example.org>\n\n${text}\n`;
  const thread = await readThread(new TextEncoder().encode(mail), 'thread.eml');
  const options = { rulesDir, knowledge, models: ['sc' as const], states: 1000, version: '0' };
  const { claims } = await review(thread, { ...options, ...(tree === null ? {} : { tree }) });
  return claims.filter(({ kind }) => kind === 'history').map(({ verdict, why }) => `${verdict}: ${why}`);
}

describe('a statement about history, with a repository', () => {
  it('is held against the release whose tag contains the commit first', async () => {
    expect(await told(`Commit ${added} was merged in v6.12.`)).toEqual([`confirmed: ${added} is of v6.12`]);
    expect(await told(`Commit ${added} was merged in v6.12-rc1.`)).toEqual([`confirmed: ${added} is of v6.12`]);
    expect(await told(`Commit ${added} was merged in v6.13.`)).toEqual([`refuted: ${added} is of v6.12, not of v6.13`]);
    expect(await told(`Commit ${after} was merged in v6.13.`)).toEqual([
      `refuted: ${after} is of no release, not of v6.13`,
    ]);
  });

  it('is held against what the commit did', async () => {
    const where = '(the repository of the tree)';
    expect(await told(`Commit ${removed} removed the smp_mb() from put_box().`)).toEqual([
      `confirmed: it removes "smp_mb(" ${where}`,
    ]);
    expect(await told(`Commit ${added} removed the smp_mb() from put_box().`)).toEqual([
      `refuted: ${added} does not remove "smp_mb("`,
    ]);
    expect(await told(`The "set_bit(0, &box->flags);" got added by commit ${added}.`)).toEqual([
      `confirmed: it adds "set_bit(0, &box->flags);" ${where}`,
    ]);
  });

  it('is held against the title of the commit, as far as it is given', async () => {
    expect(await told(`Commit ${removed} ("mm/box: delete smp_mb() from ...") went in v6.13.`)).toEqual([
      `confirmed: ${removed} is of v6.13`,
    ]);
    expect(await told(`Commit ${removed} ("mm/box: a new lock for all boxes") went in v6.13.`)).toEqual([
      `refuted: ${removed} is "mm/box: delete smp_mb() from put_box()" (the repository of the tree)`,
    ]);
  });

  it('is left alone when the repository has no such commit, or the sentence nothing to look up', async () => {
    expect(await told('Commit 0123456789ab was merged in v6.12.')).toEqual([
      'not-modelled: it names no commit that rules/kernel or the repository has',
    ]);
    expect(await told(`Commit ${removed} has changed much.`)).toEqual([
      `not-modelled: ${removed} is of v6.13; what the sentence says of it cannot be looked up`,
    ]);
    expect(await told(`Commit ${added} was merged in v6.12.`, null)).toEqual([
      'not-modelled: it names no commit that rules/kernel has',
    ]);
  });

  it('has none for the model sources', async () => {
    const thread = await readThread(
      new TextEncoder().encode('From: A B <a@example.org>\nSubject: a\nMessage-ID: <1@example.org>\n\nHello.\n'),
      'thread.eml',
    );
    expect(repositoryOf(chooseBase(knowledge, thread, {}).source)).toBeUndefined();
    expect(repositoryOf(chooseBase(knowledge, thread, { tree: repo }).source)?.commit(added)).toHaveLength(40);
  });
});
