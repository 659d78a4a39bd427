import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newIndexCache, openDefinitions } from '../../src/c/definitions.ts';
import { loadGrammar } from '../../src/c/grammar.ts';
import { parsePrimitives } from '../../src/c/primitives.ts';
import type { Instruction } from '../../src/types.ts';
import { newWorkshop, programOf, sourceOf } from './specimen.ts';

beforeAll(loadGrammar);

const objects = `atomic_t n; atomic_long_t wide; refcount_t refs; unsigned long flags; int word; int *link; spinlock_t lock; struct mutex mutex;
enum pageflags { PG_locked, PG_writeback = 3 };
struct folio { unsigned long flags; atomic_t _refcount; };
struct folio folio;
int out;
`;

/** The events of a statement, as `op function order mask`, without the stores to `out` that keep a value alive. */
function eventsOf(statement: string): string {
  const program = programOf(
    'int x;',
    `${objects}/* process P0 on cpu0: run */\nvoid P0(void)\n{\n\tint old = 4;\n\t${statement};\n}\n`,
    newWorkshop(),
  );
  const events = program.processes[0]?.code.filter((ins) => !['set', 'end', 'branch', 'jump'].includes(ins.op)) ?? [];
  return events
    .filter((ins) => !ins.at.text.startsWith('out =') || 'order' in ins === false || ins.op !== 'store')
    .map(words)
    .join('; ');
}

function words(ins: Instruction): string {
  const parts: unknown[] = [ins.op];
  if ('fn' in ins) parts.push(ins.fn);
  if ('fence' in ins) parts.push(ins.fence);
  if ('order' in ins) parts.push(ins.order);
  if ('mask' in ins && (ins.mask ?? 0) !== 0) parts.push(ins.mask);
  return parts.join(' ');
}

// The orders are those of the memory model of the kernel: linux-kernel.def, atomic_t.txt, atomic_bitops.txt, refcount-vs-atomic.rst.
const ROWS: readonly (readonly [string, string])[] = [
  ['out = READ_ONCE(word)', 'load once'],
  ['WRITE_ONCE(word, 1)', 'store once'],
  ['out = smp_load_acquire(&word)', 'load acquire'],
  ['smp_store_release(&word, 1)', 'store release'],
  ['smp_store_mb(word, 1)', 'store once; fence mb'],
  ['rcu_assign_pointer(link, &word)', 'store release'],
  ['out = rcu_dereference(link) == &word', 'load once'],
  ['smp_mb()', 'fence mb'],
  ['smp_rmb()', 'fence rmb'],
  ['smp_wmb()', 'fence wmb'],
  ['smp_mb__before_atomic()', 'fence before-atomic'],
  ['smp_mb__after_atomic()', 'fence after-atomic'],
  ['smp_mb__after_spinlock()', 'fence after-spinlock'],
  ['smp_mb__after_unlock_lock()', 'fence after-unlock-lock'],
  ['barrier()', 'fence barrier'],
  ['out = test_bit(3, &flags)', 'load once 8'],
  ['out = test_bit_acquire(3, &flags)', 'load acquire 8'],
  ['set_bit(3, &flags)', 'rmw or relaxed'],
  ['clear_bit(3, &flags)', 'rmw andnot relaxed'],
  ['clear_bit_unlock(3, &flags)', 'rmw andnot release'],
  ['out = test_and_set_bit(3, &flags)', 'rmw or mb 8'],
  ['out = test_and_clear_bit(3, &flags)', 'rmw andnot mb 8'],
  ['out = test_and_set_bit_lock(3, &flags)', 'try-bits 8'],
  ['__set_bit(3, &flags)', 'load plain; store plain'],
  ['__clear_bit_unlock(3, &flags)', 'load plain; store release'],
  ['bit_spin_lock(3, &flags)', 'await 8'],
  ['out = bit_spin_trylock(3, &flags)', 'try-bits 8'],
  ['bit_spin_unlock(3, &flags)', 'rmw andnot release'],
  ['out = atomic_read(&n)', 'load once'],
  ['atomic_set(&n, 1)', 'store once'],
  ['out = atomic_read_acquire(&n)', 'load acquire'],
  ['atomic_set_release(&n, 1)', 'store release'],
  ['atomic_inc(&n)', 'rmw add relaxed'],
  ['atomic_or(4, &n)', 'rmw or relaxed'],
  ['atomic_andnot(4, &n)', 'rmw andnot relaxed'],
  ['out = atomic_inc_return(&n)', 'rmw add mb'],
  ['out = atomic_add_return_relaxed(2, &n)', 'rmw add relaxed'],
  ['out = atomic_sub_return_release(2, &n)', 'rmw add release'],
  ['out = atomic_dec_and_test(&n)', 'rmw add mb'],
  ['out = atomic_add_negative(-1, &n)', 'rmw add mb'],
  ['out = atomic_fetch_or(4, &n)', 'rmw or mb'],
  ['out = atomic_fetch_andnot_acquire(4, &n)', 'rmw andnot acquire'],
  ['out = atomic_fetch_inc_release(&n)', 'rmw add release'],
  ['out = atomic_add_unless(&n, 1, 0)', 'add-unless mb'],
  ['out = atomic_inc_not_zero(&n)', 'add-unless mb'],
  ['out = atomic_xchg(&n, 3)', 'rmw xchg mb'],
  ['out = xchg_acquire(&word, 3)', 'rmw xchg acquire'],
  ['out = cmpxchg(&word, 0, 1)', 'cmpxchg mb'],
  ['out = cmpxchg_relaxed(&word, 0, 1)', 'cmpxchg relaxed'],
  ['out = try_cmpxchg(&word, &old, 1)', 'cmpxchg mb'],
  ['out = atomic_try_cmpxchg_acquire(&n, &old, 1)', 'cmpxchg acquire'],
  ['atomic_long_inc(&wide)', 'rmw add relaxed'],
  ['out = atomic_long_dec_and_test(&wide)', 'rmw add mb'],
  ['refcount_inc(&refs)', 'rmw add relaxed'],
  ['out = refcount_inc_not_zero(&refs)', 'add-unless relaxed'],
  ['refcount_dec(&refs)', 'rmw add release'],
  ['out = refcount_dec_and_test(&refs)', 'rmw add release; fence rmb'],
  ['spin_lock_irq(&lock)', 'lock'],
  ['spin_unlock_irqrestore(&lock, flags)', 'unlock'],
  ['out = spin_trylock(&lock)', 'trylock'],
  ['mutex_lock(&mutex)', 'lock'],
  ['out = mutex_trylock(&mutex)', 'trylock'],
  ['lockdep_assert_held(&lock)', 'assert-held'],
  ['folio_lock(&folio)', 'await 1'],
  ['out = folio_trylock(&folio)', 'try-bits 1'],
  ['folio_unlock(&folio)', 'rmw andnot release'],
  ['folio_wait_writeback(&folio)', 'await 8'],
  ['folio_get(&folio)', 'rmw add relaxed'],
  ['folio_put(&folio)', 'rmw add mb; assert'],
  ['out = folio_try_get(&folio)', 'add-unless mb'],
  ['out = folio_ref_freeze(&folio, 2)', 'cmpxchg mb'],
  ['folio_ref_unfreeze(&folio, 2)', 'store release'],
  ['out = folio_ref_sub_and_test(&folio, 2)', 'rmw add mb'],
  ['VM_BUG_ON(word)', 'load plain; assert'],
  ['if (WARN_ON_ONCE(word)) out = 1', 'load plain; assert'],
];

describe('a primitive is these events with these orders', () => {
  it.each(ROWS)('%s: %s', (statement, expected) => {
    expect(eventsOf(statement)).toBe(expected);
  });
});

describe('the table of primitives', () => {
  const file = 'rules/primitives.h';
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

  it('defines no row twice', () => {
    const names = [...text.matchAll(/^#define (\w+)/gm), ...text.matchAll(/^static inline \w+ (\w+)\(/gm)].map(
      (match) => match[1],
    );
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('a callee that it calls absent is left out only where the source has none', () => {
    const scenario =
      'struct lruvec { spinlock_t lru_lock; };\nstruct lruvec lruvec;\n/* process P0 on cpu0: run */\nvoid P0(void)\n{\n\tupdate_lru_size(&lruvec, 0, 0, 1);\n}\n';
    const opsOf = (kernel: string): unknown =>
      programOf(kernel, scenario, newWorkshop()).processes[0]?.code.map(({ op }) => op);
    expect(opsOf('int x;')).toEqual(['end']);
    const body = '{\n\tlockdep_assert_held(&lruvec->lru_lock);\n}\n';
    const head = 'struct lruvec;\nstatic void update_lru_size(struct lruvec *lruvec, int list, int zone, long nr)\n';
    expect(opsOf(`${head}${body}`)).toEqual(['assert-held', 'end']);
  });

  it('says which files come first and which are not built', () => {
    const { whereabouts } = parsePrimitives(text, file);
    expect(whereabouts.first.slice(0, 3)).toEqual(['mm/internal.h', 'mm/swap.h', 'include/linux/mm_types.h']);
    expect(whereabouts.built.get('mm/nommu.c')).toBe('!CONFIG_MMU');
    expect(whereabouts.built.get('mm/mempolicy.c')).toBe('CONFIG_NUMA');
    const source = sourceOf({
      'mm/nommu.c': 'int pages(void)\n{\n\treturn 1;\n}\n',
      'mm/mempolicy.c': 'int pages(void)\n{\n\treturn 3;\n}\n',
      'mm/memory.c': 'int pages(void)\n{\n\treturn 2;\n}\n',
    });
    const found = (...options: string[]): unknown =>
      openDefinitions(source, new Map(options.map((one) => [one, 1])), newIndexCache(whereabouts)).function(
        'pages',
        '',
      );
    expect(found('CONFIG_MMU')).toMatchObject({ file: 'mm/memory.c' });
    expect(found('CONFIG_SMP')).toMatchObject({ kind: 'ambiguous', files: ['mm/memory.c', 'mm/nommu.c'] });
    expect(found('CONFIG_MMU', 'CONFIG_NUMA')).toMatchObject({ files: ['mm/memory.c', 'mm/mempolicy.c'] });
  });

  it.each([
    [
      '#pragma relore forget spin_lock',
      /^rules\/primitives.h:2: expected a pragma ignore, absent, accessors, bits, assume, first or built, found `forget`/,
    ],
    ['#pragma relore bits folio PG_lru', /^rules\/primitives.h:2: expected `bits STRUCT.FIELD ENUMERATOR`/],
    ['#pragma relore assume spin_lock', /^rules\/primitives.h:2: expected `assume NAMES: sentence`/],
    ['#pragma relore built MMU mm/memory.c', /^rules\/primitives.h:2: expected `built CONFIG_OPTION FILES`/],
  ])('%s is an input error with its line', (line, expected) => {
    expect(() => parsePrimitives(`\n${line}\n`, file)).toThrow(expected);
  });
});
