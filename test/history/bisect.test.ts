import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bisectCommand } from '../../src/cli/bisect.ts';
import type { Bisected } from '../../src/history/bisect.ts';
import { bisectText } from '../../src/history/bisect-render.ts';
import { stepsOf, versionsOf } from '../../src/history/compute.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { KernelSource, MemoryModel } from '../../src/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'relore-bisect-'));
const repository = join(folder, 'linux');
const rules = join(import.meta.dirname, '..', '..', 'rules');
afterAll(() => {
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

/** What `relore bisect` finds, as JSON. */
async function bisected(
  what: string,
  range: string,
  models: readonly MemoryModel[],
  tree?: string,
): Promise<Bisected[]> {
  const output = join(folder, 'found.json');
  const asked = { model: models, bound: 2_000_000, format: 'json' as const, output, rules };
  await bisectCommand(what, range, tree === undefined ? asked : { ...asked, tree });
  return (JSON.parse(readFileSync(output, 'utf8')) as { found: Bisected[] }).found;
}

function turns(found: readonly Bisected[]): string[] {
  return found.flatMap(({ scenario, model, turnings }) =>
    turnings.map(
      ({ at, before, after }) => `${scenario} ${model}: ${before.verdict} -> ${after.verdict} ${at.subject}`,
    ),
  );
}

describe('bisecting the patch stack', () => {
  it('names the rework of munlock for the stranded folio, in each scenario, with the schedule after it', async () => {
    const found = await bisected('stranded-unevictable', 'v5.17..v6.12', ['sc']);
    expect(found.map(({ scenario, turnings }) => [scenario, turnings.map(({ at }) => at.commit)])).toEqual([
      ['S1', ['2fbb0c10d1e8']],
      ['S2', ['2fbb0c10d1e8']],
      ['S1i', ['2fbb0c10d1e8']],
    ]);
    const [turning] = found[0]?.turnings ?? [];
    expect([turning?.before.verdict, turning?.after.verdict, turning?.before.trace]).toEqual([
      'holds',
      'violated',
      undefined,
    ]);
    expect(turning?.after.trace?.steps.filter(({ matters }) => matters).map(({ text }) => text)).toContain(
      'TestClearPageLRU(page)',
    );
  });

  it('names two commits for AS_UNEVICTABLE: the barrier under LKMM, the order under SC', async () => {
    const [sc, lkmm] = await bisected('shm-unlock/S3', 'v5.17..v6.12', ['sc', 'lkmm']);
    expect(sc?.turnings.map(({ at }) => at.commit)).toEqual(['70dea5346ea3']);
    expect(lkmm?.turnings[0]?.at.commit).toBe('2262ace60713');
    expect(lkmm?.turnings[0]?.before.verdict).toBe('holds');
    expect(lkmm?.turnings[0]?.after.verdict).not.toBe('holds');
  });

  it('names the oom reaper for truncation that leaves swap entries, and what closed it', async () => {
    const found = await bisected('zap-private-copies/D1', 'v4.5..v6.12', ['sc']);
    expect(found[0]?.turnings.map(({ at, after }) => [at.commit, after.verdict])).toEqual([
      ['aac453635549', 'violated'],
      ['5abfd71d936a', 'holds'],
    ]);
  });

  it('finds nothing in a range without a change, and says so', async () => {
    const found = await bisected('stranded-unevictable/S1', 'v6.0..v6.12', ['sc']);
    expect(found[0]).toMatchObject({ turnings: [], first: { verdict: 'violated' }, last: { verdict: 'violated' } });
    expect(bisectText(found, { from: 'v6.0', to: 'v6.12' }, 100)).toMatch(/^No verdict changes\.\n/);
  });

  it('skips steps that cannot be lowered and names them beside the commit', async () => {
    const [found] = await bisected('stranded-by-mover/S4', 'v5.0..v5.18', ['sc']);
    expect(found?.turnings[0]?.skipped.map(({ commit }) => commit)).toEqual(
      found?.skipped === 0 ? [] : ['fc574c23558c'],
    );
    expect(['fc574c23558c', '6168d0da2b47']).toContain(found?.turnings[0]?.at.commit);
  });

  it('refuses a range that is none, an unknown version, rule or scenario, and the wrong order', async () => {
    const text = async (what: string, range: string) =>
      bisected(what, range, ['sc']).catch((error: unknown) => (error as Error).message);
    expect(await text('stranded-unevictable', 'v5.17')).toMatch(/expected a range like v5\.17\.\.v6\.12/);
    expect(await text('stranded-unevictable', 'v5.17...v6.12')).toMatch(/expected a range like/);
    expect(await text('stranded-unevictable', 'v5.17..v5.171')).toMatch(
      /expected a version of the patch stack .* found v5\.171/,
    );
    expect(await text('stranded-unevictable', 'v6.12..v5.17')).toMatch(/expected the older version first/);
    expect(await text('no-such-rule', 'v5.17..v6.12')).toMatch(
      /expected a rule, or rule\/scenario: (?:[a-z-]+, )*fault-around-locked, /,
    );
    expect(await text('stranded-unevictable/S99', 'v5.17..v6.12')).toMatch(
      /a scenario of stranded-unevictable: S1, S2, S1i, found S99/,
    );
  });
});

describe('bisecting a git repository made of the model sources', () => {
  beforeAll(async () => {
    const knowledge = await loadKnowledge(rules);
    const steps = stepsOf(knowledge);
    const versions = versionsOf(knowledge);
    mkdirSync(repository);
    git('init', '-q', '-b', 'master');
    for (const [index, { commit, subject }] of steps.entries()) {
      // A commit of that time that no scenario can be lowered on stands before the rework of munlock.
      if (commit === '2fbb0c10d1e8') {
        writeFileSync(
          join(repository, 'mm', 'mlock.c'),
          '#include "internal.h"\n\nvoid munlock_page(struct page *page)\n{\n\tnobody_knows_this(page);\n}\n',
        );
        git('commit', '-q', '-a', '-m', 'mm: half a conversion');
      }
      checkout(knowledge.stack.after(index));
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', commit === '' ? subject || 'base' : `${commit} ${subject}`);
      for (const { name } of versions.filter(({ step }) => step === index)) git('tag', name);
      writeFileSync(join(repository, 'README'), `after step ${index}\n`);
      git('add', '-A');
      git('commit', '-q', '-m', 'docs: something else');
    }
  });

  it('names the rework of munlock, and the commit before it that cannot be lowered', async () => {
    const [found] = await bisected('stranded-unevictable/S1', 'v5.17..v6.12', ['sc'], repository);
    expect(turns(found === undefined ? [] : [found])).toEqual([
      expect.stringMatching(/^S1 sc: holds -> violated 2fbb0c10d1e8 /),
    ]);
    const [turning] = found?.turnings ?? [];
    expect(turning?.skipped).toEqual([
      expect.objectContaining({ subject: 'mm: half a conversion', why: expect.stringContaining('nobody_knows_this') }),
    ]);
    expect(turning?.after.trace?.violated).toBe('I-strand');
    expect(found?.judged).toBeLessThan(10); // of 19 that touch the sources: halved
    expect(bisectText(found === undefined ? [] : [found], { from: 'v5.17', to: 'v6.12' }, 100)).toContain(
      'or one of these before it, which cannot be lowered:',
    );
  });

  it('names the same two commits for AS_UNEVICTABLE as the stack', async () => {
    const found = await bisected('shm-unlock/S3', 'v5.17..v6.12', ['sc', 'lkmm'], repository);
    expect(turns(found).map((line) => line.replace(/ -> \w+/, ' ->').slice(0, 31))).toEqual([
      'S3 sc: holds -> 70dea5346ea3 sw',
      'S3 lkmm: holds -> 2262ace60713 ',
    ]);
  });

  it('names the oom reaper for truncation', async () => {
    const found = await bisected('zap-private-copies/D1', 'v4.5..v5.17', ['sc'], repository);
    expect(turns(found)).toEqual([expect.stringMatching(/^D1 sc: holds -> violated aac453635549 /)]);
  });

  it('says that both ends are alike, and does not guess', async () => {
    const [found] = await bisected('zap-private-copies/D1', 'v4.5..v6.12', ['sc'], repository);
    expect(found).toMatchObject({ turnings: [], first: { verdict: 'holds' }, last: { verdict: 'holds' }, judged: 2 });
  });

  it('refuses a folder without a repository and a revision that is none', async () => {
    const text = async (range: string, tree: string) =>
      bisected('stranded-unevictable/S1', range, ['sc'], tree).catch((error: unknown) => (error as Error).message);
    expect(await text('v5.17..v6.12', folder)).toMatch(/expected a git repository, found none/);
    expect(await text('v5.17..--output=x', repository)).toMatch(
      /expected a revision that names a commit, found --output=x/,
    );
    expect(await text('v6.12..v6.12', repository)).toMatch(
      /expected a change of mm or include in v6\.12\.\.v6\.12, found none/,
    );
  });
});

function git(...args: readonly string[]): void {
  const who = { NAME: 'relore', EMAIL: 'relore@example.org', DATE: '2026-01-01T00:00:00Z' };
  const env = Object.fromEntries(
    Object.entries(who).flatMap(([key, value]) =>
      [`GIT_AUTHOR_${key}`, `GIT_COMMITTER_${key}`].map((name) => [name, value]),
    ),
  );
  execFileSync('git', ['-c', 'core.autocrlf=false', '-c', 'commit.gpgsign=false', ...args], {
    cwd: repository,
    env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', ...env },
  });
}

function checkout(source: KernelSource): void {
  for (const name of ['mm', 'include']) rmSync(join(repository, name), { recursive: true, force: true });
  for (const path of source.paths) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), source.read(path)?.text ?? '');
  }
}
