import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from '../../src/c/stack.ts';
import { parseRule } from '../../src/rules/load.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const KERNEL = join(ROOT, 'rules', 'kernel');
const STUB = join(import.meta.dirname, 'primitives-stub.h');
const hasPatch = spawnSync('patch', ['--version']).status === 0;
const hasGcc = spawnSync('gcc', ['--version']).status === 0;

const whole = readFileSync(join(KERNEL, 'series'), 'utf8').trim().split('\n');
const series = whole.filter((line) => !line.startsWith('# base '));
const patches = series.filter((line) => !line.startsWith('#'));
const TAGS = series.flatMap((line) => /^# tag (\S+)/.exec(line)?.[1] ?? []);

/** Which functions the scenarios of the rule ask for with #ifdef, by version. */
const DEFINED: Readonly<Record<string, readonly string[]>> = {
  'v4.16': ['__pagevec_lru_add', 'clear_page_mlock'],
  'v5.11': ['__pagevec_lru_add', 'clear_page_mlock', 'page_memcg'],
  'v5.17+1': ['__pagevec_lru_add', 'clear_page_mlock', 'folio_evictable'],
  'v5.17+2': ['__pagevec_lru_add', 'munlock_page', 'folio_evictable'],
  'v5.18': ['__pagevec_lru_add', 'munlock_page', 'folio_evictable', '__munlock_page'],
  'v5.19+1': ['__pagevec_lru_add', 'munlock_page', 'folio_evictable', '__munlock_page', 'folio_batch_move_lru'],
  'v6.0': ['munlock_page', 'folio_evictable', '__munlock_page', 'folio_batch_move_lru', 'lru_add_fn'],
  'v6.3': ['folio_evictable', '__munlock_folio', 'folio_batch_move_lru', 'lru_add_fn'],
  'v6.12': ['folio_evictable', '__munlock_folio', 'folio_batch_move_lru', 'lru_add'],
};

function compile(tree: string, files: readonly string[]): string {
  const includes = [`-I${join(tree, 'include')}`, `-I${join(tree, 'mm')}`, '-include', STUB];
  const flags = ['-fsyntax-only', '-std=gnu11', '-Wall', '-Wno-unused-function'];
  return spawnSync('gcc', [...flags, ...includes, ...files], { encoding: 'utf8' }).stderr;
}

describe('the series of the model sources', () => {
  it('names every patch once and ends each version with a tag', () => {
    const lines = series.filter((line) => line.startsWith('# tag'));
    const dates = lines.map((line) => /^# tag v\d+(?:\.\d+){1,2} (\d{4}-\d\d-\d\d)$/.exec(line)?.[1] ?? line);
    expect(dates).toEqual([...dates].sort());
    expect(TAGS).toEqual([...new Set(TAGS)]);
    expect(series[0]).toBe(lines[0]);
    expect([...patches].sort()).toEqual(readdirSync(join(KERNEL, 'patches')).sort());
  });

  it('says of which version the base of a file is, where it is not the oldest', () => {
    const { since } = openStack(KERNEL);
    expect(since.get('mm/swap.c')).toBe('v4.16');
    expect(since.has('mm/memory.c')).toBe(false);
    for (const [file, tag] of since) {
      expect(existsSync(join(KERNEL, 'base', file)), file).toBe(true);
      expect(TAGS, file).toContain(tag);
    }
  });

  it.each(patches)('%s says which commit it stands for, in which release, and how we know', (name) => {
    const header = readFileSync(join(KERNEL, 'patches', name), 'utf8')
      .split('\n\n')[0]!
      .split('\n');
    expect(header[0]).toMatch(/^Commit: (?:[0-9a-f]{12}|unknown)$/);
    expect(name.startsWith(`${header[0]!.slice('Commit: '.length)}-`)).toBe(true);
    expect(header[1]).toMatch(/^Subject: \S.{5,70}$/);
    expect(header[2]).toMatch(/^Release: v\d+(?:\.\d+){1,2}$/);
    expect(header[3]).toMatch(/^Confidence: (?:read|memory)$/);
    for (const line of header.slice(4)) expect(line).toMatch(/^Revert-reading: [^:]+: \S/);
  });
});

describe.skipIf(!hasPatch)('the stack, applied by patch -F0 (skipped when patch is not installed)', () => {
  const work = mkdtempSync(join(tmpdir(), 'relore-kernel-'));
  const trees = new Map<string, string>();
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  beforeAll(() => {
    const tree = join(work, 'tree');
    cpSync(join(KERNEL, 'base'), tree, { recursive: true });
    let name = '';
    let past = 0;
    for (const line of series) {
      const tag = /^# tag (\S+)/.exec(line)?.[1];
      if (tag === undefined) {
        const patch = ['-p1', '-F0', '-i', join(KERNEL, 'patches', line)];
        const out = execFileSync('patch', patch, { cwd: tree, encoding: 'utf8' });
        if (/offset|fuzz/.test(out)) throw new Error(`${line}: ${out}`);
        past += 1;
      } else {
        name = tag;
        past = 0;
      }
      const version = past === 0 ? name : `${name}+${past}`;
      const copy = join(work, version);
      cpSync(tree, copy, { recursive: true });
      trees.set(version, copy);
    }
  });

  it.skipIf(!hasGcc).each([...new Set([...TAGS, ...Object.keys(DEFINED)])])(
    '%s is C without warnings (skipped when gcc is not installed)',
    (tag) => {
      const tree = trees.get(tag)!;
      const files = readdirSync(join(tree, 'mm')).filter((name) => name.endsWith('.c'));
      expect(
        compile(
          tree,
          files.map((name) => join(tree, 'mm', name)),
        ),
      ).toBe('');
    },
  );

  it.skipIf(!hasGcc).each(Object.keys(DEFINED))(
    'both scenarios are C over %s (skipped when gcc is not installed)',
    (tag) => {
      const tree = trees.get(tag)!;
      const file = join(ROOT, 'rules', 'stranded-unevictable.md');
      for (const scenario of parseRule(readFileSync(file, 'utf8'), file).scenarios) {
        const units = ['util', 'memcontrol', 'swap', 'vmscan', 'mlock'].map(
          (name) => `#include "${join(tree, 'mm', name)}.c"\n`,
        );
        const defined = DEFINED[tag]!.map((name) => `#define ${name} ${name}\n`);
        const text = [...units, 'extern struct mem_cgroup memcg;\n', ...defined, scenario.code].join('');
        const run = spawnSync(
          'gcc',
          [
            '-fsyntax-only',
            '-std=gnu11',
            '-Wall',
            '-Wno-unused-function',
            `-I${join(tree, 'include')}`,
            `-I${join(tree, 'mm')}`,
            '-include',
            STUB,
            '-x',
            'c',
            '-',
          ],
          { input: text, encoding: 'utf8' },
        );
        expect(run.stderr).toBe('');
      }
    },
  );

  it('the order of the two bits turns round in v5.18, and that of the adding side in v6.0', () => {
    const at = (tag: string, file: string, ...words: string[]) => {
      const text = readFileSync(join(trees.get(tag)!, file), 'utf8');
      return words.map((word) => text.indexOf(word));
    };
    const ascends = (positions: readonly number[]) =>
      positions.every((p, i) => p >= 0 && (i === 0 || p > positions[i - 1]!));
    expect(
      ascends(
        at(
          'v5.11',
          'mm/mlock.c',
          'munlock_vma_page(struct',
          'if (!TestClearPageMlocked(page))\n\t\treturn 0',
          'isolate_lru_page(page))\n\t\t__munlock',
        ),
      ),
    ).toBe(true);
    expect(
      ascends(at('v5.18', 'mm/mlock.c', '*__munlock_page(', 'goto clear', 'if (TestClearPageMlocked(page))')),
    ).toBe(true);
    expect(
      ascends(at('v5.18', 'mm/swap.c', 'void __pagevec_lru_add_fn(', 'folio_set_lru(folio)', 'folio_evictable(folio)')),
    ).toBe(true);
    expect(ascends(at('v6.0', 'mm/swap.c', 'void lru_add_fn(', 'folio_evictable(folio)', 'folio_set_lru(folio)'))).toBe(
      true,
    );
    expect(at('v5.18', 'mm/swap.c', 'smp_mb__after_atomic')).toEqual([-1]);
    expect(at('v4.16', 'mm/swap.c', 'smp_mb();')[0]).toBeGreaterThan(0);
  });
});
