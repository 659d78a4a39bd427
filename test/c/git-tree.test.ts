import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGitTree, openRepository } from '../../src/c/git-tree.ts';

let dir = '';
let repo = '';

function git(...args: readonly string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd: repo, env, encoding: 'utf8' });
}

function commit(files: Record<string, string>, tag: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(repo, path, '..'), { recursive: true });
    writeFileSync(join(repo, path), text);
  }
  git('add', '-A');
  git('commit', '-q', '-m', tag);
  git('tag', tag);
  return git('rev-parse', 'HEAD').trim();
}

let first = '';
let second = '';
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'relore-git-')));
  repo = join(dir, 'repo');
  mkdirSync(repo);
  git('init', '-q');
  first = commit(
    {
      Makefile: 'VERSION = 6\nPATCHLEVEL = 11\nSUBLEVEL = 0\nEXTRAVERSION =\n',
      'mm/swap.c': 'int old;\n',
      'mm/damon/core.c': 'int d;\n',
      'mm/damon/deep/er.c': 'int e;\n',
      'mm/umlaut.c': '/* \u00fc */\n',
      'include/linux/mm.h': 'int h;\n',
      'include/net/sock.h': 'int n;\n',
      'fs/inode.c': 'int f;\n',
    },
    'v6.11',
  );
  symlinkSync('/etc/passwd', join(repo, 'mm/link.c'));
  second = commit({ 'mm/swap.c': 'int fresh;\n', 'mm/big.c': 'x'.repeat((8 << 20) + 1) }, 'v6.12');
  git('rm', '-q', '-r', 'mm');
  git('commit', '-q', '-m', 'gone');
  git('tag', 'gone');
  writeFileSync(join(repo, 'Makefile'), 'VERSION = 9\n'); // the checkout is not what is read
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a revision of a git repository', () => {
  it('is read without a checkout: version, C files of mm and the headers, texts', () => {
    const source = openGitTree(repo, 'v6.11');
    expect([source.kind, source.name]).toEqual(['tree', `6.11.0, commit ${first.slice(0, 12)}`]);
    expect(source.paths).toEqual(['include/linux/mm.h', 'mm/damon/core.c', 'mm/swap.c', 'mm/umlaut.c']);
    expect(source.read('mm/swap.c')).toEqual({ path: 'mm/swap.c', text: 'int old;\n' });
    expect(source.read('mm/swap.c')).toBe(source.read('mm/swap.c'));
    expect(source.read('mm/umlaut.c')?.text).toBe('/* \u00fc */\n');
    for (const path of ['fs/inode.c', 'mm/damon/deep/er.c', 'mm/../fs/inode.c', '/etc/passwd', 'Makefile'])
      expect(source.read(path), path).toBeUndefined();
  });

  it('follows no link, and refuses a file of more than 8 MB', () => {
    const source = openGitTree(repo, 'v6.12');
    expect(source.paths).not.toContain('mm/link.c');
    expect(source.read('mm/swap.c')?.text).toBe('int fresh;\n');
    expect(() => source.read('mm/big.c')).toThrow(/mm\/big\.c: expected a C file of at most 8 MB, found 8388609 bytes/);
  });

  it('is the same in a bare repository, a linked worktree, and a folder inside the checkout', () => {
    git('clone', '-q', '--bare', repo, join(dir, 'bare.git'));
    git('worktree', 'add', '-q', join(dir, 'linked'), 'gone');
    for (const place of [join(dir, 'bare.git'), join(dir, 'linked'), join(repo, 'fs')])
      expect(openGitTree(place, 'v6.12').read('mm/swap.c')?.text, place).toBe('int fresh;\n');
  });

  it('shares the files that two revisions have in common', () => {
    const repository = openRepository(repo);
    const [older, newer] = [repository?.at('v6.11'), repository?.at('v6.12~0')];
    expect(older?.read('mm/damon/core.c')).toBe(newer?.read('mm/damon/core.c'));
    expect(older?.read('mm/swap.c')).not.toBe(newer?.read('mm/swap.c'));
    expect(repository?.at(second)).toBe(newer);
  });

  it('is refused when it names no commit, and is never an option or a command', () => {
    const planted = join(dir, 'planted');
    const hostile = [
      '',
      '-h',
      '--all',
      `--output=${planted}`,
      `--upload-pack=touch ${planted}`,
      `$(touch ${planted})`,
      `; touch ${planted}`,
      'v6.12\n',
      'v6.12\0',
      'v6.12 v6.11',
      'v6.11..v6.12',
      'v6.12:mm',
      'HEAD:Makefile',
      'nosuchtag',
      '0123456789abcdef0123456789abcdef01234567',
    ];
    for (const revision of hostile)
      expect(() => openGitTree(repo, revision), JSON.stringify(revision)).toThrow(
        /expected a revision that names a commit of this repository, found/,
      );
    expect(existsSync(planted)).toBe(false);
    expect(() => openGitTree(repo, 'gone')).toThrow(/expected a commit with mm\/, found [0-9a-f]{12} without it/);
    expect(() => openGitTree(dir, 'v6.12')).toThrow(/expected a git repository to read a revision from, found none/);
  });

  it('comes from the repository of the folder, whatever GIT_DIR says; no program of its configuration runs', () => {
    const planted = join(dir, 'ran');
    writeFileSync(join(dir, 'monitor'), `#!/bin/sh\ntouch ${planted}\n`, { mode: 0o755 });
    git('config', 'core.fsmonitor', join(dir, 'monitor'));
    git('config', 'alias.cat-file', `!touch ${planted}`);
    const { GIT_DIR } = process.env;
    process.env['GIT_DIR'] = '/nonexistent';
    try {
      expect(openGitTree(repo, 'v6.11').read('mm/swap.c')?.text).toBe('int old;\n');
    } finally {
      if (GIT_DIR === undefined) delete process.env['GIT_DIR'];
      else process.env['GIT_DIR'] = GIT_DIR;
    }
    expect(existsSync(planted)).toBe(false);
  });
});
