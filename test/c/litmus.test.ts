// One small program for a row of rules/primitives.h: two processes and an outcome that the row allows or forbids. The
// expectation is for each memory model; SC is run here, the others are data for their engines.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { explore } from '../../src/check/explore.ts';
import { programOf } from './specimen.ts';

beforeAll(loadGrammar);

type Answer = 'allowed' | 'forbidden';

/** `bad` is the outcome in question, over x, y, r0, r1 and the objects at the end. */
interface Litmus {
  readonly row: string;
  readonly p0: string;
  readonly p1: string;
  readonly bad: string;
  readonly sc: Answer;
  readonly tso: Answer;
  readonly lkmm: Answer;
}

const same = (answer: Answer): Pick<Litmus, 'sc' | 'tso' | 'lkmm'> => ({ sc: answer, tso: answer, lkmm: answer });

const LITMUS: readonly Litmus[] = [
  { row: 'set_bit', p0: 'set_bit(0, &w);', p1: 'set_bit(1, &w);', bad: 'w != 3', ...same('forbidden') },
  {
    row: '__set_bit loses an update',
    p0: '__set_bit(0, &w);',
    p1: 'set_bit(1, &w);',
    bad: 'w != 3',
    ...same('allowed'),
  },
  {
    row: 'test_and_set_bit',
    p0: 'r0 = test_and_set_bit(0, &w);',
    p1: 'r1 = test_and_set_bit(0, &w);',
    bad: 'r0 == r1',
    ...same('forbidden'),
  },
  {
    row: 'test_and_clear_bit',
    p0: 'set_bit(0, &w); r0 = test_and_clear_bit(0, &w);',
    p1: 'r1 = test_and_clear_bit(0, &w);',
    bad: 'r0 && r1',
    ...same('forbidden'),
  },
  {
    row: 'folio_trylock',
    p0: 'r0 = folio_trylock(&folio);',
    p1: 'r1 = folio_trylock(&folio);',
    bad: 'r0 && r1',
    ...same('forbidden'),
  },
  {
    row: 'folio_lock',
    p0: 'folio_lock(&folio); r0 = x; x = r0 + 1; folio_unlock(&folio);',
    p1: 'folio_lock(&folio); r1 = x; x = r1 + 1; folio_unlock(&folio);',
    bad: 'x != 2',
    ...same('forbidden'),
  },
  { row: 'plain increments', p0: 'x++;', p1: 'x++;', bad: 'x != 2', ...same('allowed') },
  { row: 'atomic_inc', p0: 'atomic_inc(&n);', p1: 'atomic_inc(&n);', bad: 'n.counter != 2', ...same('forbidden') },
  {
    row: 'atomic_dec_and_test',
    p0: 'atomic_inc(&n); atomic_inc(&n); r0 = atomic_dec_and_test(&n);',
    p1: 'r1 = atomic_add_unless(&n, -1, 0);',
    bad: 'r0 && !r1',
    ...same('forbidden'),
  },
  {
    row: 'cmpxchg',
    p0: 'r0 = cmpxchg(&x, 0, 1);',
    p1: 'r1 = cmpxchg(&x, 0, 2);',
    bad: 'r0 == 0 && r1 == 0',
    ...same('forbidden'),
  },
  {
    row: 'folio_ref_freeze against folio_try_get',
    p0: 'r0 = folio_ref_freeze(&folio, 1);',
    p1: 'r1 = folio_try_get(&folio);',
    bad: 'r0 && r1',
    ...same('forbidden'),
  },
  {
    row: 'spin_trylock',
    p0: 'r0 = spin_trylock(&lock);',
    p1: 'r1 = spin_trylock(&lock);',
    bad: 'r0 && r1',
    ...same('forbidden'),
  },
  {
    row: 'store buffering, once',
    p0: 'WRITE_ONCE(x, 1); r0 = READ_ONCE(y);',
    p1: 'WRITE_ONCE(y, 1); r1 = READ_ONCE(x);',
    bad: '!r0 && !r1',
    sc: 'forbidden',
    tso: 'allowed',
    lkmm: 'allowed',
  },
  {
    row: 'store buffering, smp_mb',
    p0: 'WRITE_ONCE(x, 1); smp_mb(); r0 = READ_ONCE(y);',
    p1: 'WRITE_ONCE(y, 1); smp_mb(); r1 = READ_ONCE(x);',
    bad: '!r0 && !r1',
    ...same('forbidden'),
  },
  {
    row: 'message passing, once',
    p0: 'WRITE_ONCE(x, 1); WRITE_ONCE(y, 1);',
    p1: 'r0 = READ_ONCE(y); r1 = READ_ONCE(x);',
    bad: 'r0 && !r1',
    sc: 'forbidden',
    tso: 'forbidden',
    lkmm: 'allowed',
  },
  {
    row: 'message passing, release and acquire',
    p0: 'WRITE_ONCE(x, 1); smp_store_release(&y, 1);',
    p1: 'r0 = smp_load_acquire(&y); r1 = READ_ONCE(x);',
    bad: 'r0 && !r1',
    ...same('forbidden'),
  },
  {
    row: 'message passing, smp_wmb and smp_rmb',
    p0: 'WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 1);',
    p1: 'r0 = READ_ONCE(y); smp_rmb(); r1 = READ_ONCE(x);',
    bad: 'r0 && !r1',
    ...same('forbidden'),
  },
];

const objects = `int x, y, r0, r1; unsigned long w; atomic_t n; spinlock_t lock;
enum pageflags { PG_locked, PG_writeback = 3 };
struct folio { unsigned long flags; atomic_t _refcount; };
struct folio folio = { ._refcount = { 1 } };
`;

/** The scenario of a litmus test; its invariant is violated where the outcome is allowed. */
function scenarioOf({ p0, p1, bad }: Litmus): string {
  return `${objects}/* process P0 on cpu0: one */
void P0(void)
{
	${p0}
}
/* process P1 on cpu1: other */
void P1(void)
{
	${p1}
}
/* invariant I-never at end: the outcome does not happen */
bool I_never(void)
{
	return !(${bad});
}
`;
}

describe('a primitive allows and forbids, under SC', () => {
  it.each(LITMUS.map((litmus) => [litmus.row, litmus.sc, litmus] as const))('%s: %s', (_, expected, litmus) => {
    const outcome = explore(programOf('int unused;', scenarioOf(litmus)), 'sc', { states: 100_000 });
    expect(outcome.kind).toBe('complete');
    if (outcome.kind === 'refused') return;
    expect(outcome.terminals.length).toBeGreaterThan(0);
    const names = outcome.violations.map((violation) => violation.property);
    expect(names).toEqual(expected === 'allowed' ? ['I-never'] : []);
  });
});
