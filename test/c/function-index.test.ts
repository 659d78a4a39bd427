import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFunctionIndex } from '../../src/c/function-index.ts';
import { openTree } from '../../src/c/tree.ts';
import type { KernelSource } from '../../src/types.ts';
import { sourceOf } from './specimen.ts';

const SWAP = `/* ${'a long comment { ; } '.repeat(200)} */
static __always_inline void lru_put(struct folio *folio)
	__releases(lock)
{
	if (folio) { folio_put(folio); }
}
#ifdef CONFIG_A
int lru_count(void)
#else
int lru_count(int node)
#endif
{
	return '{' + "{"[0];
}
static const struct ops lru_ops = { .put = lru_put };
#define for_each_lru(l) \\
	for (l = 0; l < 5; l++) {
SYSCALL_DEFINE2(mlock, unsigned long, start, size_t, len)
{
	return 0;
}
`;

describe('the index of functions', () => {
  const index = openFunctionIndex(
    sourceOf({
      'mm/swap.c': SWAP,
      'include/linux/mm.h': 'static inline int lru_put(int a) { return a; }\n',
      'kernel/x.c': 'int x(void)\n{\n}\n',
    }),
  );

  it('finds definitions in mm/ before headers, behind attributes, #if heads and system call macros', () => {
    expect(index.find('lru_put')).toEqual(['mm/swap.c', 'include/linux/mm.h']);
    expect(index.find('lru_count')).toEqual(['mm/swap.c']);
    expect(index.find('sys_mlock')).toEqual(['mm/swap.c']);
    for (const name of ['folio_put', 'lru_ops', 'for_each_lru', 'x', '', 'mm/swap.c', 'lru_.*', 'lru']) {
      expect(index.find(name), name).toEqual([]);
    }
  });

  it('suggests names that are alike', () => {
    expect(index.near('lru_puts')).toEqual(['lru_put']);
    expect(index.near('__lru_put_fn')).toEqual(['lru_put']);
    expect(index.near('LRU_COUNT')[0]).toBe('lru_count');
    expect(index.near('shmem_getpage')).toEqual([]);
  });
});

describe('the cache of the index', () => {
  let dir = '';
  let tree = '';
  let cache = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'relore-index-'));
    tree = join(dir, 'tree');
    cache = join(dir, 'cache', 'relore');
    mkdirSync(join(tree, 'mm'), { recursive: true });
    writeFileSync(join(tree, 'mm/a.c'), 'int first(void)\n{\n}\n');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Opens the index, counting the files that are read for it. */
  function open(): { found: readonly string[]; reads: number } {
    const source = openTree(tree);
    let reads = 0;
    const read = (path: string) => {
      reads += 1;
      return source.read(path);
    };
    const counted: KernelSource = { ...source, read };
    return { found: openFunctionIndex(counted, cache).find('first'), reads };
  }

  it('is used as long as no file changes', () => {
    expect(open()).toEqual({ found: ['mm/a.c'], reads: 1 });
    expect(open()).toEqual({ found: ['mm/a.c'], reads: 0 });
    writeFileSync(join(tree, 'mm/a.c'), 'int other(void)\n{\n}\n');
    expect(open()).toEqual({ found: [], reads: 1 });
  });

  it('is done without when it is damaged, cut off, a folder, or cannot be written', () => {
    open();
    const file = join(cache, readdirSync(cache)[0] ?? '');
    const content = readFileSync(file, 'utf8');
    for (const bad of ['', content.replace('first', 'fxrst'), content.slice(0, -3), '\0'.repeat(100)]) {
      writeFileSync(file, bad);
      expect(open()).toEqual({ found: ['mm/a.c'], reads: 1 });
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
    rmSync(file);
    mkdirSync(file);
    expect(open()).toEqual({ found: ['mm/a.c'], reads: 1 });
    rmSync(cache, { recursive: true });
    writeFileSync(cache, 'a file');
    expect(open()).toEqual({ found: ['mm/a.c'], reads: 1 });
  });

  it('keeps the 8 that were used last', () => {
    mkdirSync(cache, { recursive: true });
    for (let age = 1; age <= 12; age += 1) {
      const old = join(cache, `functions-${age}`);
      writeFileSync(old, '');
      utimesSync(old, new Date(2020, 1, age), new Date(2020, 1, age));
    }
    writeFileSync(join(cache, 'of-others'), '');
    open();
    const names = readdirSync(cache);
    expect(names).toHaveLength(9);
    expect(names).toContain('of-others');
    expect(names).toContain('functions-12');
    expect(names).not.toContain('functions-5');
  });

  it('is not made for a source whose files have no stamp', () => {
    const source = sourceOf({ 'mm/a.c': 'int first(void)\n{\n}\n' });
    expect(openFunctionIndex(source, cache).find('first')).toEqual(['mm/a.c']);
    expect(() => readdirSync(cache)).toThrow(/ENOENT/);
  });
});
