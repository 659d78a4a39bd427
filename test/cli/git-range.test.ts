// `relore review A..B` in a simulated workflow: a repository of our model sources with a branch of three patches.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from '../../src/c/stack.ts';
import { readGitRange } from '../../src/cli/git-range.ts';

const ROOT = join(import.meta.dirname, '../..');
let dir = '';
let repo = '';
let program = '';

function git(...args: readonly string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd: repo, encoding: 'utf8' }).trim();
}

function edit(path: string, change: (text: string) => string, subject: string): void {
  const before = readFileSync(join(repo, path), 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`expected the edit of ${path} to change it`);
  writeFileSync(join(repo, path), after);
  git('add', '-A');
  git('commit', '-q', '-m', subject);
}

const LOCK = '\tlruvec = folio_lruvec_relock_irq(folio, lruvec);\n';

/** Takes the lock before PG_lru: the folio may move to another group between the look at its group and the lock. */
function lockFirst(text: string): string {
  const at = text.indexOf('struct lruvec *__munlock_folio(');
  const body = text
    .slice(at)
    .replace(LOCK, '')
    .replace('\tif (!folio_test_clear_lru(folio))', `${LOCK}\tif (!folio_test_clear_lru(folio))`);
  return text.slice(0, at) + body;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relore-range-'));
  repo = join(dir, 'linux');
  mkdirSync(repo);
  git('init', '-q', '-b', 'master');
  const source = openStack(join(ROOT, 'rules/kernel')).at('v6.12');
  for (const path of source.paths) {
    mkdirSync(join(repo, path, '..'), { recursive: true });
    writeFileSync(join(repo, path), source.read(path)?.text ?? '');
  }
  writeFileSync(join(repo, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'v6.12');
  git('checkout', '-q', '-b', 'topic');
  edit('mm/mlock.c', (text) => `/* One. */\n/* Two. */\n${text}`, 'mm/mlock: say more');
  edit('mm/mlock.c', lockFirst, 'mm/mlock: take the lock first');
  edit('mm/mlock.c', (text) => `/* Three: ::error::no command */\n${text}`, 'mm/mlock: say %0A::error::even more');
  const home = join(dir, 'package');
  mkdirSync(home);
  for (const name of ['package.json', 'build.mjs']) copyFileSync(join(ROOT, name), join(home, name));
  for (const name of ['src', 'rules', 'node_modules']) symlinkSync(join(ROOT, name), join(home, name));
  execFileSync(process.execPath, ['build.mjs'], { cwd: home });
  program = join(home, 'dist/relore.js');
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function relore(args: readonly string[], env: Record<string, string> = {}, cwd = repo) {
  const quiet = { ...process.env, XDG_CONFIG_HOME: dir, CI: '', GITHUB_STEP_SUMMARY: '' };
  const ran = spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8', env: { ...quiet, ...env } });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** The line of HEAD that takes the lock in __munlock_folio(), found without relore. */
function lockLine(): number {
  const lines = readFileSync(join(repo, 'mm/mlock.c'), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.includes('struct lruvec *__munlock_folio('));
  return lines.findIndex((line, index) => index > start && line === LOCK.trimEnd()) + 1;
}

describe('a three-patch series of a checkout in a workflow', () => {
  it('annotates the line of the last commit that opens the race, and fails', () => {
    const summary = join(dir, 'summary.md');
    writeFileSync(summary, 'before\n');
    const { code, out, err } = relore(['review', 'master..HEAD', '--format', 'github'], {
      CI: 'true',
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(err).toBe('');
    expect(code).toBe(1);
    const commands = out.trimEnd().split('\n');
    expect(commands.every((line) => /^::(?:error|notice) (?:file=[\w./-]+,line=\d+,)?title=/.test(line))).toBe(true);
    const errors = commands.filter((line) => line.startsWith('::error '));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toContain(`::error file=mm/mlock.c,line=${lockLine()},title=relore%3A `);
    expect(errors[0]).toContain('holds without this patch, is violated with it');
    expect(errors[0]).toContain(`mlock.c:${lockLine() + 1}%0A`); // the schedule speaks of the lines of HEAD too
    expect(out).not.toContain('also without this patch');
    const text = readFileSync(summary, 'utf8');
    expect(text.startsWith('before\n# ')).toBe(true);
    expect(text).toContain('opens it');
  }, 60_000);

  it('exits by --fail-on, on the command line before git config', () => {
    expect(relore(['review', 'master..HEAD', '--format', 'github', '--fail-on', 'never']).code).toBe(0);
    git('config', 'relore.failOn', 'never');
    expect(relore(['review', 'master..HEAD', '--format', 'github']).code).toBe(0);
    expect(relore(['review', 'master..HEAD', '--format', 'github', '--fail-on', 'opens']).code).toBe(1);
    git('config', 'relore.failOn', 'often');
    expect(relore(['review', 'master..HEAD'])).toEqual({
      code: 2,
      out: '',
      err: "relore: git config: expected fail-on: opens, violated, never, found 'often'\n",
    });
    git('config', '--unset', 'relore.failOn');
  }, 60_000);

  it('is the last commit alone for HEAD, and replay understands the same range', () => {
    const last = relore(['review', 'HEAD', '--format', 'json']);
    const review = JSON.parse(last.out) as { source: { kind: string }; patches: { title: string; verdict: string }[] };
    expect(review.source.kind).toBe('git');
    expect(review.patches).toHaveLength(1);
    expect(last.code).toBe(0);
    const whole = relore(['review', 'master..HEAD', '--format', 'json']);
    const { checks } = JSON.parse(whole.out) as { checks: { change: string; after: { trace?: string } }[] };
    const trace = checks.find((check) => check.change === 'opens')?.after.trace ?? '';
    expect(relore(['replay', 'master..HEAD', '--trace', trace]).out).toContain('violated: ');
  }, 60_000);
});

describe('b4 feeding the series mail by mail', () => {
  it('is told fail for the patch that opens the race alone', () => {
    const ids = git('rev-list', '--reverse', 'master..topic').split('\n');
    const answers = ids.map((id) => {
      const input = git('format-patch', '--stdout', '-1', id);
      const args = [program, 'b4-check', '--tree', repo, '--base', 'master'];
      const ran = spawnSync(process.execPath, args, { cwd: dir, input, encoding: 'utf8' });
      expect(ran.status).toBe(0);
      return JSON.parse(ran.stdout) as { tool: string; status: string; summary: string; details: string }[];
    });
    expect(answers.map((answer) => answer.map(({ tool, status }) => [tool, status]))).toEqual([
      [],
      [['relore', 'fail']],
      [],
    ]);
    expect(answers[1]?.[0]?.summary).toContain('holds without this patch, is violated with it');
    expect(answers[1]?.[0]?.details).toContain('=> ');
  }, 60_000);
});

describe('the step of action.yml', () => {
  const step = (env: Record<string, string>, cwd = repo) => {
    const output = join(dir, 'output');
    writeFileSync(output, '');
    const all = {
      RELORE_PROGRAM: program,
      GITHUB_OUTPUT: output,
      RUNNER_TEMP: dir,
      CI: 'true',
      XDG_CONFIG_HOME: dir,
      ...env,
    };
    const ran = spawnSync('bash', [join(ROOT, 'docs/ci/action.sh')], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, ...all },
    });
    return { code: ran.status, out: ran.stdout, err: ran.stderr, output: readFileSync(output, 'utf8') };
  };

  it('fails for a finding, and writes the SARIF that was asked for', () => {
    const { code, out, output } = step({
      RELORE_BASE: git('rev-parse', 'master'),
      RELORE_SARIF: join(dir, 'out.sarif'),
    });
    expect([code, output]).toEqual([1, 'exit-code=1\n']);
    expect(out).toMatch(/^::error file=mm\/mlock\.c,line=\d+,/m);
    expect(JSON.parse(readFileSync(join(dir, 'out.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
  }, 60_000);

  it('is neutral when the base is not there: a new branch, a forced push, a patch that does not apply', () => {
    for (const base of ['0'.repeat(40), '0123456789'.repeat(4)]) {
      const { code, out, output } = step({ RELORE_BASE: base });
      expect([code, output]).toEqual([0, 'exit-code=3\n']);
      expect(out).toMatch(/^::notice title=relore::/);
    }
    const lost = join(dir, 'lost.patch');
    const hunk = '@@ -10,1 +10,1 @@ __munlock_folio(\n-\tfolio_not_there(folio);\n+\tfolio_nor_there(folio);\n';
    writeFileSync(
      lost,
      `From: A <a@example.org>\nSubject: [PATCH] mm: x\n\nx\n---\n--- a/mm/mlock.c\n+++ b/mm/mlock.c\n${hunk}`,
    );
    const { code, out, output } = step({ RELORE_SOURCE: lost });
    expect([code, output]).toEqual([0, 'exit-code=3\n']);
    expect(out).toMatch(/^::notice title=.*does not apply/);
  }, 60_000);

  it('takes nothing of its inputs for a command or an option, and a wrong one is red', () => {
    const hostile = [`$(touch ${dir}/owned)`, `--output=${dir}/owned`, `; touch ${dir}/owned;`];
    for (const source of hostile) expect(step({ RELORE_SOURCE: source }).code, source).toBe(2);
    expect(existsSync(join(dir, 'owned'))).toBe(false);
  }, 60_000);
});

describe('a range that cannot be used', () => {
  it('is refused when an end is no commit, and when it is empty', () => {
    expect(relore(['review', 'nowhere..HEAD'])).toEqual({
      code: 2,
      out: '',
      err: 'relore: nowhere..HEAD: expected a range of commits in this repository, found nowhere that names none\n',
    });
    expect(relore(['review', 'HEAD..HEAD']).err).toBe(
      'relore: HEAD..HEAD: expected a range with commits, found none\n',
    );
  });

  it('is not decided in a shallow clone: exit code 3, a notice and no error', () => {
    const shallow = join(dir, 'shallow');
    git('clone', '-q', '--depth', '1', '--branch', 'topic', `file://${repo}`, shallow);
    const { code, out } = relore(['review', 'origin/master..HEAD', '--format', 'github'], {}, shallow);
    expect(code).toBe(3);
    expect(out).toMatch(
      /^::notice title=relore::origin\/master\.\.HEAD: origin\/master is not in this repository: it is a shallow clone/,
    );
    const own = relore(['review', 'HEAD', '--format', 'github'], {}, shallow);
    expect(own.code).toBe(3);
  });

  it('is never an option to git, nor a command', () => {
    const hostile = [`--output=${dir}/owned..HEAD`, '-o..HEAD', 'HEAD..--output=x', `$(touch ${dir}/owned)..HEAD`];
    for (const source of hostile) expect(() => readGitRange(source, repo), source).toThrow('names none');
    expect(readGitRange('HEAD\n..HEAD', repo)).toBeUndefined();
    expect(readGitRange('..\u0000', repo)).toBeUndefined();
    expect(existsSync(join(dir, 'owned'))).toBe(false);
  });

  it('is no range when a file has that name, and outside a repository', () => {
    writeFileSync(join(repo, 'a..b'), 'x');
    expect(readGitRange(join(repo, 'a..b'), repo)).toBeUndefined();
    expect(readGitRange('master..HEAD', dir)).toBeUndefined();
    expect(readGitRange('gone.mbox', repo)).toBeUndefined();
    rmSync(join(repo, 'a..b'));
  });

  it('runs no program that the repository configures', () => {
    const script = join(dir, 'evil.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${dir}/ran\n`, { mode: 0o755 });
    for (const key of ['diff.external', 'core.fsmonitor', 'core.pager', 'diff.evil.textconv', 'format.headers'])
      git('config', key, script);
    writeFileSync(join(repo, '.git/info/attributes'), '*.c diff=evil\n');
    expect(readGitRange('master..HEAD', repo)?.bytes.length).toBeGreaterThan(500);
    expect(existsSync(join(dir, 'ran'))).toBe(false);
    for (const key of ['diff.external', 'core.fsmonitor', 'core.pager', 'diff.evil.textconv', 'format.headers'])
      git('config', '--unset', key);
  });
});
