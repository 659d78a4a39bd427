import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openTree, withFiles } from '../../src/c/tree.ts';
import { InputError } from '../../src/errors.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

function tree(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'relore-tree-'));
  made.push(dir);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const MAKEFILE = 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION = -rc1\nNAME = A Name\n';

describe('a kernel tree', () => {
  it('is named by its Makefile and lists the C files of mm and the headers', () => {
    const dir = tree({
      Makefile: MAKEFILE,
      'mm/swap.c': 'int a;\n',
      'mm/damon/core.c': '',
      'mm/damon/deep/er.c': '',
      'mm/Kconfig': '',
      'include/linux/mm.h': '',
      'include/net/sock.h': '',
      'fs/inode.c': '',
    });
    const source = openTree(dir);
    expect([source.kind, source.name]).toEqual(['tree', '6.12.3-rc1']);
    expect(source.paths).toEqual(['include/linux/mm.h', 'mm/damon/core.c', 'mm/swap.c']);
    expect(source.read('mm/swap.c')).toEqual({ path: 'mm/swap.c', text: 'int a;\n' });
    expect(source.read('mm/swap.c')).toBe(source.read('mm/swap.c'));
    for (const path of ['fs/inode.c', 'mm/../fs/inode.c', '/etc/passwd', 'mm/none.c']) {
      expect(source.read(path), path).toBeUndefined();
    }
  });

  it('follows no link out of the tree', () => {
    const outside = tree({ 'secret.c': 'int s;\n', 'linux/x.h': 'int x;\n' });
    const dir = tree({ Makefile: MAKEFILE, 'mm/swap.c': '' });
    symlinkSync(join(outside, 'secret.c'), join(dir, 'mm/secret.c'));
    symlinkSync(join(outside, 'linux'), join(dir, 'mm/linux'));
    symlinkSync(outside, join(dir, 'include'));
    expect(openTree(dir).paths).toEqual(['mm/swap.c']);
  });

  it('without mm/ is no tree; without a Makefile it has no version', () => {
    for (const dir of [tree({ 'fs/inode.c': '' }), '/nonexistent/dir']) {
      expect(() => openTree(dir)).toThrow(InputError);
      expect(() => openTree(dir)).toThrow(/expected a kernel source tree with mm\/, found no folder mm\//);
    }
    expect(openTree(tree({ 'mm/swap.c': '' })).name).toBe('of unknown version');
  });

  it('refuses to read a file of more than 8 MB', () => {
    const dir = tree({ 'mm/big.c': 'x'.repeat((8 << 20) + 1), 'mm/fits.c': 'x'.repeat(8 << 20) });
    expect(() => openTree(dir).read('mm/big.c')).toThrow(
      /mm\/big\.c: expected a C file of at most 8 MB, found 8388609/,
    );
    expect(openTree(dir).read('mm/fits.c')?.text.length).toBe(8 << 20);
  });
});

describe('an overlay', () => {
  it('changes, adds and takes away files, and leaves the source as it was', () => {
    const base = openTree(tree({ 'mm/a.c': 'a\n', 'mm/b.c': 'b\n' }));
    const laid = withFiles(base, [
      { path: 'mm/a.c', text: 'changed\n' },
      { path: 'mm/b.c', text: '' },
      { path: 'mm/0.c', text: 'new\n' },
    ]);
    expect(laid.paths).toEqual(['mm/0.c', 'mm/a.c']);
    expect(['mm/0.c', 'mm/a.c', 'mm/b.c'].map((path) => laid.read(path)?.text)).toEqual([
      'new\n',
      'changed\n',
      undefined,
    ]);
    expect(base.read('mm/b.c')?.text).toBe('b\n');
  });
});
