// Fault-around against migration on the real trees: a process maps the pages around a fault again and again, while
// another tries to migrate one of them. Expected is row F of the domain file zap-fault-around.md.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import { openTree, withFiles } from '../../src/c/tree.ts';
import { explore } from '../../src/check/explore.ts';
import type { KernelSource, Program } from '../../src/types.ts';
import { newWorkshop } from './specimen.ts';
import { outcomeOf, trees } from './trees.ts';

beforeAll(loadGrammar);

// What is assumed of the process that faults. adv: nothing. arrive: it looks at the page only while the migration holds
// its lock. atomic: the migration does nothing between its getting and putting the page.
const SCHEDULERS = {
  adv: '',
  arrive: '#define xas_retry(xas, entry) ({ __await(&bystander.flags, 1UL << PG_locked, 1UL << PG_locked); 0; })',
  atomic: `spinlock_t window;
#define folio_try_get(f) ({ spin_lock(&window); int __got = __add_unless(mb, &(f)->_refcount.counter, 1, 0); if (!__got) spin_unlock(&window); __got; })
#define folio_try_get_rcu(f) folio_try_get(f)
#define folio_put(f) ({ atomic_dec(&(f)->_refcount); spin_unlock(&window); })
#define ALONE(statement) ({ spin_lock(&window); int __result = (statement); spin_unlock(&window); __result; })`,
};
type Scheduler = keyof typeof SCHEDULERS;

/** References: the page cache, the isolation by the migration, one mapping; two are expected after the unmapping. */
function scenario(scheduler: Scheduler, passes: number): string {
  return `${SCHEDULERS[scheduler]}
#ifndef ALONE
#define ALONE(statement) (statement)
#endif
#define folio_add_lru_vma(folio, vma) __stop()
#define lru_cache_add_inactive_or_unevictable(page, vma) __stop()
struct inode inode = { .i_size = 4096, .i_mapping = &mapping };
struct address_space mapping = { .host = &inode, .i_pages = { .xa_slots = { &bystander } } };
struct file file = { .f_mapping = &mapping };
struct mm_struct mm;
struct vm_area_struct vma = { .vm_mm = &mm, .vm_flags = VM_READ | VM_SHARED, .vm_end = 4096, .vm_file = &file };
struct folio bystander = { .flags = 1UL << PG_uptodate, .mapping = &mapping, ._refcount = { 3 }, ._mapcount = { 0 } };
struct folio other;
pte_t entry = __PTE(__PTE_PRESENT, &other);	/* of the process that faults: so the page is got and put, no more */
struct vm_fault vmf = { .vma = &vma, .pmd = (pmd_t *)&entry, .address = 0 };
int migrated, done;

/* process P0 on cpu0: migrate */
void P0(void)
{
	int pass;

	for (pass = 0; pass < ${passes}; pass++) {
		if (pass < 3) {
			if (!ALONE(folio_trylock(&bystander)))
				continue;
		} else {
			folio_lock(&bystander);
		}
		atomic_dec(&bystander._refcount);	/* the page table entry becomes a migration entry */
		migrated = ALONE(folio_ref_freeze(&bystander, 2));
		if (migrated)
			break;
		atomic_inc(&bystander._refcount);
		folio_unlock(&bystander);
	}
	WRITE_ONCE(done, 1);
}

/* process P1 on cpu1: fault around */
void P1(void)
{
	while (!READ_ONCE(done))
		filemap_map_pages(&vmf, 0, 0);
}

/* invariant I-migrated at end: the page is migrated in one of the passes */
bool I_migrated(void)
{
	return migrated;
}
`;
}

/** The tree without the test of PG_locked before the reference is taken, as it was before e0975b2aae0e. */
function withoutTest(source: KernelSource): KernelSource {
  const file = source.read('mm/filemap.c');
  const at = file?.text.search(/^static struct folio \*next_uptodate_/m) ?? -1;
  const test = /\t\tif \(folio_test_locked\(folio\)\)\n\t\t\tcontinue;\n/;
  if (file === undefined || at < 0 || !test.test(file.text.slice(at)))
    throw new Error('expected the test of PG_locked');
  return withFiles(source, [{ path: file.path, text: file.text.slice(0, at) + file.text.slice(at).replace(test, '') }]);
}

describe.each(trees)('fault-around of $name (skipped where the tree is not unpacked)', (tree) => {
  const workshop = newWorkshop();
  let sources: Record<'before' | 'after', KernelSource> | undefined;

  const programOf = (code: 'before' | 'after', scheduler: Scheduler, passes: number): Program => {
    const after = openTree(tree.dir);
    sources ??= { after, before: withoutTest(after) };
    const text = { name: 'F', file: 'rules/driver.md', line: 1, code: scenario(scheduler, passes) };
    const lowered = lowerScenario(workshop, sources[code], text);
    if (lowered.kind === 'refused') throw new Error(outcomeOf(lowered));
    return lowered.program;
  };

  it.skipIf(!tree.here).each([
    ['before', 'adv', 'violated'],
    ['before', 'arrive', 'violated'],
    ['before', 'atomic', 'holds'],
    ['after', 'adv', 'violated'],
    ['after', 'arrive', 'holds'],
    ['after', 'atomic', 'holds'],
  ] as const)(
    '%s the test of PG_locked, %s: %s with 1, 3 and 10 passes',
    { timeout: 120_000 },
    (code, scheduler, expected) => {
      const found = [1, 3, 10].map((passes) => {
        const outcome = explore(programOf(code, scheduler, passes), 'sc', { states: 500_000 });
        if (outcome.kind === 'refused') return outcome.refusal.why;
        // A process that waits for a lock which is never taken again is no fault of the kernel's.
        const names = outcome.violations.map(({ property }) => property).filter((property) => property !== 'deadlock');
        return names.length > 0 ? names.join() : outcome.kind === 'complete' ? 'holds' : 'bounded';
      });
      expect(found).toEqual(found.map(() => (expected === 'holds' ? 'holds' : 'I-migrated')));
    },
  );
});
