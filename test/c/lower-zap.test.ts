// zap_pte_range of the real trees, lowered and run alone: each kind of page table entry against each caller. What is
// expected is the table A3 of the domain file zap-fault-around.md, column 5.18+ for N, T, H and column 5.19+ for U.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { run } from './interpret.ts';
import type { Tree } from './trees.ts';
import { programOn, trees } from './trees.ts';

beforeAll(loadGrammar);

// A migration entry says that its page is locked.
const FOLIOS = {
  file: '.flags = 1UL << PG_locked, .mapping = &mapping',
  shmem: '.flags = 1UL << PG_locked | 1UL << PG_swapbacked, .mapping = &mapping',
  anon: '.flags = 1UL << PG_locked | 1UL << PG_swapbacked, .mapping = (struct address_space *)((unsigned long)&anon_vma + PAGE_MAPPING_ANON)',
};

// Who zaps: munmap, truncation, hole punch, and unmap_vmas().
const CALLERS = {
  N: undefined,
  T: '.even_cows = 1',
  H: '.even_cows = 0',
  U: '.even_cows = 1, .zap_flags = ZAP_FLAG_DROP_MARKER',
};
type Caller = keyof typeof CALLERS;

interface Kind {
  readonly entry: string;
  readonly folio: keyof typeof FOLIOS;
  readonly vma?: 'anon'; // of the mapping; a file otherwise
  readonly expected: string; // N T H U: K kept, Z zapped with the counter that goes down, 0 for none
  readonly before?: string; // 6.1, where it differs
}

const page = '(unsigned long)&folio';
const KINDS: Readonly<Record<string, Kind>> = {
  none: { entry: '0', folio: 'file', expected: 'K K K K' },
  'present file': { entry: `__PTE(__PTE_PRESENT, ${page})`, folio: 'file', expected: 'FILE FILE FILE FILE' },
  'present shmem': { entry: `__PTE(__PTE_PRESENT, ${page})`, folio: 'shmem', expected: 'SHMEM SHMEM SHMEM SHMEM' },
  'present anon': { entry: `__PTE(__PTE_PRESENT, ${page})`, folio: 'anon', expected: 'ANON ANON K ANON' },
  'present without a page': { entry: '__PTE(__PTE_PRESENT, 0)', folio: 'file', expected: 'Z Z Z Z' },
  'genuine swap': { entry: '__PTE(__PTE_SWAP, 3)', folio: 'anon', expected: 'SWAP SWAP K SWAP' },
  'migration of file': { entry: `__PTE(__PTE_MIGRATION, ${page})`, folio: 'file', expected: 'FILE FILE FILE FILE' },
  'migration of shmem': {
    entry: `__PTE(__PTE_MIGRATION, ${page})`,
    folio: 'shmem',
    expected: 'SHMEM SHMEM SHMEM SHMEM',
  },
  'migration of anon': { entry: `__PTE(__PTE_MIGRATION, ${page})`, folio: 'anon', expected: 'ANON ANON K ANON' },
  'device private': { entry: `__PTE(__PTE_DEVICE_PRIVATE, ${page})`, folio: 'anon', expected: 'ANON ANON K ANON' },
  'device exclusive': { entry: `__PTE(__PTE_DEVICE_EXCLUSIVE, ${page})`, folio: 'anon', expected: 'ANON ANON K ANON' },
  hwpoison: { entry: `__PTE(__PTE_HWPOISON, ${page})`, folio: 'anon', expected: 'Z Z K Z' },
  poisoned: { entry: 'POISONED', folio: 'anon', expected: 'Z Z K Z' },
  'uffd-wp marker, file': { entry: '__PTE(__PTE_MARKER, 1)', folio: 'file', expected: 'K K K Z' },
  'uffd-wp marker, anon': {
    entry: '__PTE(__PTE_MARKER, 1)',
    folio: 'file',
    vma: 'anon',
    expected: 'Z Z Z Z',
    before: 'K K K Z',
  },
  unknown: { entry: '__PTE(__PTE_UNKNOWN, 0)', folio: 'file', expected: 'WARN WARN WARN WARN' },
};

function scenario(kind: Kind, caller: Caller): string {
  const details = CALLERS[caller];
  return `#ifdef is_swapin_error_entry
#define POISONED __PTE(__PTE_SWAPIN_ERROR, 0)
#else
#define POISONED __PTE(__PTE_MARKER, PTE_MARKER_POISONED)
#endif
struct anon_vma anon_vma;
struct address_space mapping;
struct mm_struct mm;
struct vm_operations_struct ops;
struct vm_area_struct vma = { .vm_mm = &mm, .vm_end = 4096${kind.vma === undefined ? ', .vm_ops = &ops' : ''} };
struct folio folio = { ${FOLIOS[kind.folio]}, ._refcount = { 2 }, ._mapcount = { 0 } };
pte_t entry = ${kind.entry};
struct mmu_gather tlb = { .mm = &mm };
${details === undefined ? '' : `struct zap_details details = { ${details} };`}
int anon, file, shmem, swap;
/* process P0 on cpu0: zap */
void P0(void)
{
	zap_pte_range(&tlb, &vma, (pmd_t *)&entry, 0, 4096, ${details === undefined ? 'NULL' : '&details'});
	anon = get_mm_counter(&mm, MM_ANONPAGES);
	file = get_mm_counter(&mm, MM_FILEPAGES);
	shmem = get_mm_counter(&mm, MM_SHMEMPAGES);
	swap = get_mm_counter(&mm, MM_SWAPENTS);
}
`;
}

/** What a run did to the entry and the counters, in the words of the table. */
function effectOf(tree: Tree, kind: Kind, caller: Caller): string {
  const { memory, asserts, end } = run(programOn(tree, 'zap', scenario(kind, caller)));
  if (end !== 'end') return end;
  if (asserts.length > 0) return 'WARN';
  const counters = ['anon', 'file', 'shmem', 'swap'].filter((name) => memory.get(name) === -1);
  const others = ['anon', 'file', 'shmem', 'swap'].filter((name) => ![0, -1].includes(memory.get(name) ?? 0));
  if (memory.get('entry') !== 0 || kind.entry === '0') return [...counters, ...others, 'K'].join(' ');
  return [...counters, ...others].join(' ').toUpperCase() || 'Z';
}

describe.each(trees)('zap_pte_range of $name (skipped where the tree is not unpacked)', (tree) => {
  it.skipIf(!tree.here).each(Object.entries(KINDS))('%s', { timeout: 60_000 }, (_, kind) => {
    const callers = Object.keys(CALLERS) as Caller[];
    const found = callers.map((caller) => effectOf(tree, kind, caller)).join(' ');
    expect(found).toBe(tree.name === '6.1' ? (kind.before ?? kind.expected) : kind.expected);
  });
});
