import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findLogs } from '../../src/claims/logs.ts';
import { countWords, readPageDumps } from '../../src/claims/page-dump.ts';
import { readThread } from '../../src/mail/read.ts';
import { mail, said, threadOf } from './specimens.ts';

function traced(text: string) {
  return findLogs(threadOf(mail('1@relore.example', [{ by: 'Ada', text, kind: 'trace' }])));
}

describe('a call chain in prose', () => {
  it.each([
    ['It came from one_inner < its_caller <\nthe_outer after an hour.', ['one_inner', 'its_caller', 'the_outer']],
    ['The way is the_outer() -> its_caller() -> one_inner().', ['one_inner', 'its_caller', 'the_outer']],
  ])('%s', (text, chain) => {
    expect(findLogs(said(text))[0]?.chains).toEqual([chain]);
  });

  it('has a variant when a similar one ends elsewhere', () => {
    const text = 'Hit at one_inner < its_caller < the_outer today. Then similar but < other_outer there.';
    expect(findLogs(said(text))[0]?.chains).toEqual([
      ['one_inner', 'its_caller', 'the_outer'],
      ['one_inner', 'its_caller', 'other_outer'],
    ]);
  });

  it.each([
    'if nr_pages < max_pages, stop',
    'read vma->vm_mm->owner_task here',
    'a < b < c',
    'some_func -> other_func',
  ])('%s is none', (text) => expect(findLogs(said(text))).toEqual([]));
});

describe('an assertion', () => {
  it('that somebody hit is a log; one that somebody proposes is not', () => {
    const hit = 'I was surprised to hit a\nVM_BUG_ON_PAGE(group_of(list) !=\npage->group, page) this morning.';
    expect(findLogs(said(hit))[0]?.assertions).toEqual(['VM_BUG_ON_PAGE(group_of(list) != page->group, page)']);
    expect(findLogs(said('Please add VM_BUG_ON_PAGE(group_of(list) != page->group, page) here.'))).toEqual([]);
  });
});

describe('a trace', () => {
  it('gives its calls, innermost first, without those that the unwinder doubts; a second stack is another chain', () => {
    const text = `[ 12.5] BUG: KASAN: use-after-free in one_inner+0x1f/0x60
[ 12.5] Call Trace:
[ 12.5]  one_inner+0x1f/0x60
[ 12.5]  ? not_sure+0x1/0x2
[ 12.5]  [<ffffffff8126a303>] the_outer+0xb3/0x180
Freed by task 7:
 kfree+0x1/0x9`;
    expect(traced(text).map(({ headline, chains }) => [headline, chains])).toEqual([
      ['BUG: KASAN: use-after-free in one_inner+0x1f/0x60', [['one_inner', 'the_outer'], ['kfree']]],
    ]);
  });
});

describe('the counts of a dumped page', () => {
  it.each([
    [
      'page:ffffea2084bf5cc0 count:19 mapcount:17 mapping:ffff8833c82c9ad8 index:0x6b\ndo_migrate_range done ret=23',
      'refcount 19, mapcount 17: 2 more references than mappings; the page cache and its isolation for migration account for 2: no other reference is left',
    ],
    [
      'page:ffffea2084bf5cc0 refcount:19 mapcount:16 mapping:ffff8833c82c9ad8 index:0x6b',
      'refcount 19, mapcount 16: 3 more references than mappings; the page cache accounts for 1: 2 more from somebody else',
    ],
    [
      'page:ffffea2084bf5cc0 refcount:2 mapcount:1 mapping:ffff8833c82c9ad9 index:0x6b\nflags: 0x5(locked|swapcache|private)',
      'refcount 2, mapcount 1: 1 more references than mappings; the swap cache and its private data account for 2: 1 missing',
    ],
    [
      'page:ffffea2084bf5cc0 refcount:0 mapcount:1 mapping:0000000000000000',
      'refcount 0, mapcount 1: fewer references than mappings, so a reference was put too often',
    ],
    [
      'page:ffffea2084bf5cc0 refcount:1 mapcount:0 mapping:ffff8880aa593ac0 index:0x0\nflags: 0x1fffc0000010200(slab|head)',
      'refcount 1, mapcount 0: what holds the other 1 is not told by the dump',
    ],
    [
      'page:00000000a1b2c3d4 refcount:1 mapcount:0 mapping:000000005a8512d0',
      'refcount 1, mapcount 0: what holds the other 1 is not told by the dump',
    ],
  ])('%s', (text, words) => {
    expect(readPageDumps(text).map(countWords)).toEqual([words]);
  });
});

it('a log of a megabyte is read in bounded time', () => {
  const text = 'page:ffffea2084bf5cc0 count:1 mapcount:1 a_b < c_d <\n'.repeat(20_000);
  expect(traced(text)[0]?.pages.length).toBe(20);
  findLogs(said(text));
});

const SEEDS = new URL('../../../shared/seeds/', import.meta.url);

describe.skipIf(!existsSync(SEEDS))('the seeds, skipped where ../shared is absent', () => {
  const read = async (name: string) => findLogs(await readThread(readFileSync(new URL(name, SEEDS)), name));

  it('seed 001: the assertion and both chains that led to it', async () => {
    const [log, ...others] = await read('001_af3e61d481365817.txt');
    expect(others).toEqual([]);
    expect(log?.assertions).toEqual(['VM_BUG_ON_PAGE(lruvec_memcg(lruvec) != page->mem_cgroup)']);
    expect(log?.chains.map((chain) => [chain[0], chain.at(-1), chain.length])).toEqual([
      ['lock_page_lruvec_irqsave', 'lru_add_drain_cpu', 5],
      ['lock_page_lruvec_irqsave', 'rotate_reclaimable_page', 5],
    ]);
  });

  it('seed 004: no reference is left over, and 23 pages were not migrated', async () => {
    const [log] = await read('004_53e7d2f40c5b0243.txt');
    expect(log?.pages.map(countWords)).toEqual([
      'refcount 1889, mapcount 1887: 2 more references than mappings; the page cache and its isolation for migration account for 2: no other reference is left',
    ]);
    expect(log?.returns).toEqual([{ function: 'do_migrate_range', value: 23 }]);
  });

  it('seeds 000, 002 and 003 hold no log', async () => {
    for (const name of ['000_0c551f96f09144a6.txt', '002_8188e2f542964e0c.txt', '003_a1b80ebfd62945eb.txt'])
      expect(await read(name), name).toEqual([]);
  });
});
