/*
 * What the primitives of the kernel do to shared memory, one row each, in C.
 *
 * A row wins over the body that a kernel tree has. What has no row is inlined from the tree, and what is in neither
 * place is refused by name: add a row here, or a #define in the scenario, to admit it.
 *
 * Builtins, one event each; the orders are those of tools/memory-model/linux-kernel.def:
 *   __load(order, p)  __load_bits(order, p, mask)  __store(order, p, v)
 *   __rmw(order, fn, p, v)  __rmw_bits(order, fn, p, v, mask)  __rmw_void(order, fn, p, v)     the old value
 *   __cmpxchg(order, p, old, new)  __add_unless(order, p, v, unless)  __try_bits(p, mask)
 *   __await(p, mask, value)  __await_take(p, mask)  __lock(p)  __unlock(p)  __trylock(p)  __fence(kind)
 *   __this_cpu(p)  __per_cpu(p, cpu)  __cpu()  __cpus()  __on_cpu(cpu, x)  __current()  __local_lock(p)  __local_unlock(p)
 *   __rcu_lock()  __rcu_unlock()  __rcu_sync()  __is_locked(p)  __wait_until(condition)  __free(p)
 *   __spawn(P1)  __join(P1)  __enters(what)  __leaves(what)  __needs(what, x)  __demands(what)
 * what: irq, preempt, atomic: who does not run meanwhile; writers: x is left out unless some process demands them.
 *   __assert(c)  __assert_held(p)  __choose(a, b)  __stop()  __ignore(...)
 * order: plain once relaxed acquire release mb.  fn: or andnot and xor add xchg.
 * fence: mb rmb wmb before_atomic after_atomic after_spinlock after_unlock_lock after_srcu_read_unlock barrier.
 *
 * #pragma relore ignore NAMES     calls without effect on what any rule watches (`*` is any rest of a name)
 * #pragma relore absent NAMES     the same in a source that has no such function: the model sources leave some out
 * #pragma relore accessors FILES  functions of these files are shown by their call, not by their lines
 * #pragma relore bits S.F NAME    the bits of field F of struct S are named by the enum that has NAME
 * #pragma relore assume NAMES: s  sentence s is printed among the assumptions when a row NAMES was used
 * #pragma relore first FILES      a name is looked for in these files first, in this order; then in mm/, include/, arch/
 * #pragma relore built OPT FILES  files of mm/ that are built only with the option OPT, with !OPT only without it
 */

/* Most names of mm come from these, so that a tree of thousands of headers is rarely read as a whole. */
#pragma relore first mm/internal.h mm/swap.h include/linux/mm_types.h include/linux/page-flags.h include/linux/mm_inline.h
#pragma relore first include/linux/memcontrol.h include/linux/mmzone.h include/linux/pagemap.h include/linux/pagevec.h include/linux/mm.h
#pragma relore first include/linux/swap.h include/linux/page_ref.h include/linux/types.h include/linux/spinlock_types.h include/linux/seqlock_types.h
#pragma relore first include/linux/wait.h include/linux/workqueue_types.h include/linux/xarray.h include/linux/rbtree_types.h
#pragma relore first include/linux/percpu-refcount.h include/linux/refcount_types.h include/linux/page_counter.h include/linux/vmpressure.h
#pragma relore first include/linux/zswap.h include/linux/cgroup-defs.h include/linux/numa.h include/linux/nodemask_types.h include/linux/errseq.h
#pragma relore first include/linux/fs.h include/linux/lockdep.h
#pragma relore built !CONFIG_MMU mm/nommu.c
#pragma relore built CONFIG_NUMA mm/mempolicy.c mm/memory-tiers.c
#pragma relore built CONFIG_FAILSLAB mm/failslab.c
#pragma relore built CONFIG_FAIL_PAGE_ALLOC mm/fail_page_alloc.c

#pragma relore accessors include/linux/page-flags.h include/linux/page_ref.h include/linux/spinlock.h include/linux/list.h
#pragma relore bits folio.flags PG_lru
#pragma relore bits page.flags PG_lru
#pragma relore bits address_space.flags AS_UNEVICTABLE

/* ---------------------------------------------------------------- types that are one word or one lock here */

typedef __lock_t spinlock_t;
typedef __lock_t raw_spinlock_t;
typedef struct rw_semaphore rwlock_t;
typedef __lock_t arch_spinlock_t;
typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;
typedef struct { long counter; } atomic64_t;
struct list_head { struct list_head *next, *prev; };
struct mutex { __lock_t wait_lock; };
struct rw_semaphore { int readers; };	/* -1: a writer */

/* ---------------------------------------------------------------- accessors and barriers */

#define READ_ONCE(x)			__load(once, &(x))
#define WRITE_ONCE(x, v)		__store(once, &(x), v)
#define data_race(x)			(x)
#define smp_load_acquire(p)		__load(acquire, p)
#define smp_store_release(p, v)		__store(release, p, v)
#define smp_store_mb(x, v)		({ __store(once, &(x), v); __fence(mb); })
#define rcu_dereference(p)		__load(once, &(p))
#define rcu_dereference_check(p, c)	__load(once, &(p))
#define rcu_dereference_protected(p, c)	(p)
#define rcu_dereference_raw(p)		__load(once, &(p))
#define rcu_access_pointer(p)		__load(once, &(p))
#define rcu_assign_pointer(p, v)	__store(release, &(p), v)

#define smp_mb()			__fence(mb)
#define mb()				__fence(mb)
#define smp_rmb()			__fence(rmb)
#define rmb()				__fence(rmb)
#define smp_wmb()			__fence(wmb)
#define wmb()				__fence(wmb)
#define smp_mb__before_atomic()		__fence(before_atomic)
#define smp_mb__after_atomic()		__fence(after_atomic)
#define smp_mb__after_spinlock()	__fence(after_spinlock)
#define smp_mb__after_unlock_lock()	__fence(after_unlock_lock)
#define smp_mb__after_srcu_read_unlock()	__fence(after_srcu_read_unlock)
/* A control dependency and this together are an acquire. */
#define smp_acquire__after_ctrl_dep()	__fence(rmb)
#define barrier()			__fence(barrier)
#define cpu_relax()			__fence(barrier)

#define rcu_replace_pointer(p, v, c)	({ __auto_type __was = (p); rcu_assign_pointer(p, v); __was; })
#define RCU_INIT_POINTER(p, v)		__store(once, &(p), v)

#define likely(x)			(x)
#define unlikely(x)			(x)

/* ---------------------------------------------------------------- bits: asm-generic/bitops, one word each */

#define test_bit(nr, p)			(__load_bits(once, p, 1UL << (nr)) != 0)
#define const_test_bit(nr, p)		(__load_bits(once, p, 1UL << (nr)) != 0)
#define test_bit_acquire(nr, p)		(__load_bits(acquire, p, 1UL << (nr)) != 0)
#define set_bit(nr, p)			__rmw_void(relaxed, or, p, 1UL << (nr))
#define clear_bit(nr, p)		__rmw_void(relaxed, andnot, p, 1UL << (nr))
#define change_bit(nr, p)		__rmw_void(relaxed, xor, p, 1UL << (nr))
#define clear_bit_unlock(nr, p)		__rmw_void(release, andnot, p, 1UL << (nr))
/* Ordered whatever the old value: unconditional fetch_or in 6.1 and 6.12. Before v6.0 generic code was not, on failure. */
#define test_and_set_bit(nr, p)		(__rmw_bits(mb, or, p, 1UL << (nr), 1UL << (nr)) != 0)
#define test_and_clear_bit(nr, p)	(__rmw_bits(mb, andnot, p, 1UL << (nr), 1UL << (nr)) != 0)
#define test_and_change_bit(nr, p)	(__rmw_bits(mb, xor, p, 1UL << (nr), 1UL << (nr)) != 0)
#define test_and_set_bit_lock(nr, p)	(!__try_bits(p, 1UL << (nr)))
/* Plain read and plain write of the whole word: another CPU's atomic update in between is lost. */
#define __set_bit(nr, p)		__store(plain, p, __load(plain, p) | (1UL << (nr)))
#define __clear_bit(nr, p)		__store(plain, p, __load(plain, p) & ~(1UL << (nr)))
#define __change_bit(nr, p)		__store(plain, p, __load(plain, p) ^ (1UL << (nr)))
#define __clear_bit_unlock(nr, p)	__store(release, p, __load(plain, p) & ~(1UL << (nr)))
#define bit_spin_lock(nr, p)		({ __enters(preempt); __await_take(p, 1UL << (nr)); })
#define bit_spin_trylock(nr, p)		__try_bits(p, 1UL << (nr))
#define bit_spin_unlock(nr, p)		({ clear_bit_unlock(nr, p); __leaves(preempt); })
#define __bit_spin_unlock(nr, p)	({ __clear_bit_unlock(nr, p); __leaves(preempt); })
/* Clears a bit, sets none; whether bit 7 is set in what is left: who unlocks a folio asks for waiters in the same word. */
#define clear_bit_unlock_is_negative_byte(nr, p)	((__rmw(release, andnot, p, 1UL << (nr)) & 0x80) != 0)
#define xor_unlock_is_negative_byte(mask, p)	((__rmw(release, xor, p, mask) & 0x80) != 0)
#define assign_bit(nr, p, v)		({ if (v) set_bit(nr, p); else clear_bit(nr, p); })
#define set_mask_bits(p, mask, bits)	({ __auto_type __old = READ_ONCE(*(p)); while (!try_cmpxchg(p, &__old, (__old & ~(mask)) | (bits))) {} __old; })

/* ---------------------------------------------------------------- atomics */

#define atomic_read(v)			__load(once, &(v)->counter)
#define atomic_set(v, i)		__store(once, &(v)->counter, i)
#define atomic_long_read(v)		__load(once, &(v)->counter)
#define atomic_long_set(v, i)		__store(once, &(v)->counter, i)
#define atomic_inc(v)			__rmw_void(relaxed, add, &(v)->counter, 1)
#define atomic_dec(v)			__rmw_void(relaxed, add, &(v)->counter, -1)
#define atomic_add(i, v)		__rmw_void(relaxed, add, &(v)->counter, i)
#define atomic_sub(i, v)		__rmw_void(relaxed, add, &(v)->counter, -(i))
#define atomic_inc_return(v)		(__rmw(mb, add, &(v)->counter, 1) + 1)
#define atomic_dec_return(v)		(__rmw(mb, add, &(v)->counter, -1) - 1)
#define atomic_add_return(i, v)		(__rmw(mb, add, &(v)->counter, i) + (i))
#define atomic_sub_return(i, v)		(__rmw(mb, add, &(v)->counter, -(i)) - (i))
#define atomic_dec_and_test(v)		(__rmw(mb, add, &(v)->counter, -1) == 1)
#define atomic_inc_and_test(v)		(__rmw(mb, add, &(v)->counter, 1) == -1)
#define atomic_sub_and_test(i, v)	(__rmw(mb, add, &(v)->counter, -(i)) == (i))
#define atomic_add_negative(i, v)	(__rmw(mb, add, &(v)->counter, i) + (i) < 0)
#define atomic_add_unless(v, a, u)	__add_unless(mb, &(v)->counter, a, u)
#define atomic_inc_not_zero(v)		__add_unless(mb, &(v)->counter, 1, 0)
#define atomic_fetch_add_unless(v, a, u)	({ int __was = atomic_read(v); while (__was != (u) && !atomic_try_cmpxchg(v, &__was, __was + (a))) {} __was; })
#define atomic_dec_if_positive(v)	({ int __was = atomic_read(v); while (__was > 0 && !atomic_try_cmpxchg(v, &__was, __was - 1)) {} __was - 1; })
#define atomic_inc_unless_negative(v)	({ int __was = atomic_read(v); while (__was >= 0 && !atomic_try_cmpxchg(v, &__was, __was + 1)) {} __was >= 0; })
#define atomic_dec_unless_positive(v)	({ int __was = atomic_read(v); while (__was <= 0 && !atomic_try_cmpxchg(v, &__was, __was - 1)) {} __was <= 0; })
#define atomic_cmpxchg(v, o, n)		__cmpxchg(mb, &(v)->counter, o, n)
#define atomic_xchg(v, n)		__rmw(mb, xchg, &(v)->counter, n)
#define atomic_read_acquire(v)		__load(acquire, &(v)->counter)
#define atomic_set_release(v, i)	__store(release, &(v)->counter, i)
#define atomic_and(i, v)		__rmw_void(relaxed, and, &(v)->counter, i)
#define atomic_or(i, v)			__rmw_void(relaxed, or, &(v)->counter, i)
#define atomic_xor(i, v)		__rmw_void(relaxed, xor, &(v)->counter, i)
#define atomic_andnot(i, v)		__rmw_void(relaxed, andnot, &(v)->counter, i)
#define atomic_fetch_add(i, v)		__rmw(mb, add, &(v)->counter, i)
#define atomic_fetch_or(i, v)		__rmw(mb, or, &(v)->counter, i)
#define atomic_fetch_and(i, v)		__rmw(mb, and, &(v)->counter, i)
#define atomic_fetch_xor(i, v)		__rmw(mb, xor, &(v)->counter, i)
#define atomic_fetch_andnot(i, v)	__rmw(mb, andnot, &(v)->counter, i)
#define atomic_fetch_sub(i, v)		__rmw(mb, add, &(v)->counter, -(i))
#define atomic_fetch_inc(v)		__rmw(mb, add, &(v)->counter, 1)
#define atomic_fetch_dec(v)		__rmw(mb, add, &(v)->counter, -1)
#define xchg(p, v)			__rmw(mb, xchg, p, v)
#define cmpxchg(p, o, n)		__cmpxchg(mb, p, o, n)
#define try_cmpxchg(p, o, n)		({ __auto_type __was = __cmpxchg(mb, p, *(o), n); bool __same = __was == *(o); if (!__same) *(o) = __was; __same; })
#define atomic_try_cmpxchg(v, o, n)	try_cmpxchg(&(v)->counter, o, n)
#define atomic_fetch_add_relaxed(i, v)	__rmw(relaxed, add, &(v)->counter, i)
#define atomic_fetch_or_relaxed(i, v)	__rmw(relaxed, or, &(v)->counter, i)
#define atomic_fetch_and_relaxed(i, v)	__rmw(relaxed, and, &(v)->counter, i)
#define atomic_fetch_xor_relaxed(i, v)	__rmw(relaxed, xor, &(v)->counter, i)
#define atomic_fetch_andnot_relaxed(i, v)	__rmw(relaxed, andnot, &(v)->counter, i)
#define atomic_fetch_sub_relaxed(i, v)	__rmw(relaxed, add, &(v)->counter, -(i))
#define atomic_fetch_inc_relaxed(v)	__rmw(relaxed, add, &(v)->counter, 1)
#define atomic_fetch_dec_relaxed(v)	__rmw(relaxed, add, &(v)->counter, -1)
#define atomic_add_return_relaxed(i, v)	(__rmw(relaxed, add, &(v)->counter, i) + (i))
#define atomic_sub_return_relaxed(i, v)	(__rmw(relaxed, add, &(v)->counter, -(i)) - (i))
#define atomic_inc_return_relaxed(v)	(__rmw(relaxed, add, &(v)->counter, 1) + 1)
#define atomic_dec_return_relaxed(v)	(__rmw(relaxed, add, &(v)->counter, -1) - 1)
#define atomic_xchg_relaxed(v, n)	__rmw(relaxed, xchg, &(v)->counter, n)
#define atomic_cmpxchg_relaxed(v, o, n)	__cmpxchg(relaxed, &(v)->counter, o, n)
#define xchg_relaxed(p, v)		__rmw(relaxed, xchg, p, v)
#define cmpxchg_relaxed(p, o, n)	__cmpxchg(relaxed, p, o, n)
#define try_cmpxchg_relaxed(p, o, n)	({ __auto_type __was = __cmpxchg(relaxed, p, *(o), n); bool __same = __was == *(o); if (!__same) *(o) = __was; __same; })
#define atomic_try_cmpxchg_relaxed(v, o, n)	try_cmpxchg_relaxed(&(v)->counter, o, n)
#define atomic_fetch_add_acquire(i, v)	__rmw(acquire, add, &(v)->counter, i)
#define atomic_fetch_or_acquire(i, v)	__rmw(acquire, or, &(v)->counter, i)
#define atomic_fetch_and_acquire(i, v)	__rmw(acquire, and, &(v)->counter, i)
#define atomic_fetch_xor_acquire(i, v)	__rmw(acquire, xor, &(v)->counter, i)
#define atomic_fetch_andnot_acquire(i, v)	__rmw(acquire, andnot, &(v)->counter, i)
#define atomic_fetch_sub_acquire(i, v)	__rmw(acquire, add, &(v)->counter, -(i))
#define atomic_fetch_inc_acquire(v)	__rmw(acquire, add, &(v)->counter, 1)
#define atomic_fetch_dec_acquire(v)	__rmw(acquire, add, &(v)->counter, -1)
#define atomic_add_return_acquire(i, v)	(__rmw(acquire, add, &(v)->counter, i) + (i))
#define atomic_sub_return_acquire(i, v)	(__rmw(acquire, add, &(v)->counter, -(i)) - (i))
#define atomic_inc_return_acquire(v)	(__rmw(acquire, add, &(v)->counter, 1) + 1)
#define atomic_dec_return_acquire(v)	(__rmw(acquire, add, &(v)->counter, -1) - 1)
#define atomic_xchg_acquire(v, n)	__rmw(acquire, xchg, &(v)->counter, n)
#define atomic_cmpxchg_acquire(v, o, n)	__cmpxchg(acquire, &(v)->counter, o, n)
#define xchg_acquire(p, v)		__rmw(acquire, xchg, p, v)
#define cmpxchg_acquire(p, o, n)	__cmpxchg(acquire, p, o, n)
#define try_cmpxchg_acquire(p, o, n)	({ __auto_type __was = __cmpxchg(acquire, p, *(o), n); bool __same = __was == *(o); if (!__same) *(o) = __was; __same; })
#define atomic_try_cmpxchg_acquire(v, o, n)	try_cmpxchg_acquire(&(v)->counter, o, n)
#define atomic_fetch_add_release(i, v)	__rmw(release, add, &(v)->counter, i)
#define atomic_fetch_or_release(i, v)	__rmw(release, or, &(v)->counter, i)
#define atomic_fetch_and_release(i, v)	__rmw(release, and, &(v)->counter, i)
#define atomic_fetch_xor_release(i, v)	__rmw(release, xor, &(v)->counter, i)
#define atomic_fetch_andnot_release(i, v)	__rmw(release, andnot, &(v)->counter, i)
#define atomic_fetch_sub_release(i, v)	__rmw(release, add, &(v)->counter, -(i))
#define atomic_fetch_inc_release(v)	__rmw(release, add, &(v)->counter, 1)
#define atomic_fetch_dec_release(v)	__rmw(release, add, &(v)->counter, -1)
#define atomic_add_return_release(i, v)	(__rmw(release, add, &(v)->counter, i) + (i))
#define atomic_sub_return_release(i, v)	(__rmw(release, add, &(v)->counter, -(i)) - (i))
#define atomic_inc_return_release(v)	(__rmw(release, add, &(v)->counter, 1) + 1)
#define atomic_dec_return_release(v)	(__rmw(release, add, &(v)->counter, -1) - 1)
#define atomic_xchg_release(v, n)	__rmw(release, xchg, &(v)->counter, n)
#define atomic_cmpxchg_release(v, o, n)	__cmpxchg(release, &(v)->counter, o, n)
#define xchg_release(p, v)		__rmw(release, xchg, p, v)
#define cmpxchg_release(p, o, n)	__cmpxchg(release, p, o, n)
#define try_cmpxchg_release(p, o, n)	({ __auto_type __was = __cmpxchg(release, p, *(o), n); bool __same = __was == *(o); if (!__same) *(o) = __was; __same; })
#define atomic_try_cmpxchg_release(v, o, n)	try_cmpxchg_release(&(v)->counter, o, n)
#define atomic_long_inc(v)		atomic_inc(v)
#define atomic_long_inc_return(v)	atomic_inc_return(v)
#define atomic_long_inc_and_test(v)	atomic_inc_and_test(v)
#define atomic_long_dec(v)		atomic_dec(v)
#define atomic_long_dec_return(v)	atomic_dec_return(v)
#define atomic_long_dec_and_test(v)	atomic_dec_and_test(v)
#define atomic_long_add(i, v)		atomic_add(i, v)
#define atomic_long_sub(i, v)		atomic_sub(i, v)
#define atomic_long_or(i, v)		atomic_or(i, v)
#define atomic_long_and(i, v)		atomic_and(i, v)
#define atomic_long_xor(i, v)		atomic_xor(i, v)
#define atomic_long_andnot(i, v)	atomic_andnot(i, v)
#define atomic_long_add_return(i, v)	atomic_add_return(i, v)
#define atomic_long_sub_return(i, v)	atomic_sub_return(i, v)
#define atomic_long_sub_and_test(i, v)	atomic_sub_and_test(i, v)
#define atomic_long_add_negative(i, v)	atomic_add_negative(i, v)
#define atomic_long_fetch_add(i, v)	atomic_fetch_add(i, v)
#define atomic_long_fetch_or(i, v)	atomic_fetch_or(i, v)
#define atomic_long_fetch_and(i, v)	atomic_fetch_and(i, v)
#define atomic_long_fetch_andnot(i, v)	atomic_fetch_andnot(i, v)
#define atomic_long_add_unless(v, a, u)	atomic_add_unless(v, a, u)
#define atomic_long_inc_not_zero(v)	atomic_inc_not_zero(v)
#define atomic_long_cmpxchg(v, o, n)	atomic_cmpxchg(v, o, n)
#define atomic_long_try_cmpxchg(v, o, n)	atomic_try_cmpxchg(v, o, n)
#define atomic_long_xchg(v, n)		atomic_xchg(v, n)

/* refcount_t is weaker than atomic_t (lib/refcount.c): getting is unordered, putting releases, the last put acquires. */
typedef struct { atomic_t refs; } refcount_t;
#define refcount_read(r)		atomic_read(&(r)->refs)
#define refcount_set(r, n)		atomic_set(&(r)->refs, n)
#define refcount_inc(r)			atomic_inc(&(r)->refs)
#define refcount_add(i, r)		atomic_add(i, &(r)->refs)
#define refcount_add_not_zero(i, r)	__add_unless(relaxed, &(r)->refs.counter, i, 0)
#define refcount_inc_not_zero(r)	__add_unless(relaxed, &(r)->refs.counter, 1, 0)
#define refcount_dec(r)			__rmw_void(release, add, &(r)->refs.counter, -1)
#define refcount_dec_and_test(r)	({ bool __last = __rmw(release, add, &(r)->refs.counter, -1) == 1; if (__last) smp_acquire__after_ctrl_dep(); __last; })
#define refcount_sub_and_test(i, r)	({ bool __last = __rmw(release, add, &(r)->refs.counter, -(i)) == (i); if (__last) smp_acquire__after_ctrl_dep(); __last; })

/* ---------------------------------------------------------------- locks */

/* A spinning lock keeps other tasks off its CPU, one with _irq interrupts too: lowered only where a scenario has such. */
#define spin_lock(l)			({ __enters(preempt); __lock(l); })
#define spin_lock_irq(l)		({ __enters(irq); __lock(l); })
#define spin_lock_irqsave(l, f)		({ __enters(irq); __lock(l); })
#define spin_lock_bh(l)		({ __enters(irq); __lock(l); })
#define spin_unlock(l)			({ __unlock(l); __leaves(preempt); })
#define spin_unlock_irq(l)		({ __unlock(l); __leaves(irq); })
#define spin_unlock_irqrestore(l, f)		({ __unlock(l); __leaves(irq); })
#define spin_unlock_bh(l)		({ __unlock(l); __leaves(irq); })
#define raw_spin_lock(l)		({ __enters(preempt); __lock(l); })
#define raw_spin_lock_irq(l)		({ __enters(irq); __lock(l); })
#define raw_spin_lock_irqsave(l, f)		({ __enters(irq); __lock(l); })
#define raw_spin_unlock(l)		({ __unlock(l); __leaves(preempt); })
#define raw_spin_unlock_irq(l)		({ __unlock(l); __leaves(irq); })
#define raw_spin_unlock_irqrestore(l, f)		({ __unlock(l); __leaves(irq); })
#define spin_lock_nested(l, subclass)	spin_lock(l)
#define spin_trylock(l)			({ __enters(preempt); bool __got = __trylock(l); if (!__got) __leaves(preempt); __got; })
#define spin_trylock_irq(l)		({ __enters(irq); bool __got = __trylock(l); if (!__got) __leaves(irq); __got; })
#define spin_trylock_irqsave(l, f)	spin_trylock_irq(l)
#define spin_trylock_bh(l)		spin_trylock_irq(l)
#define raw_spin_trylock(l)		spin_trylock(l)
#define spin_is_locked(l)		__is_locked(l)
#define mutex_lock(m)			__lock(&(m)->wait_lock)
#define mutex_unlock(m)			__unlock(&(m)->wait_lock)
#define mutex_trylock(m)		__trylock(&(m)->wait_lock)
#define mutex_is_locked(m)		__is_locked(&(m)->wait_lock)
#define mutex_lock_killable(m)		({ mutex_lock(m); 0; })
#define mutex_lock_interruptible(m)	mutex_lock_killable(m)
/* Any number of readers, or one writer (-1). Readers count only in a scenario where something takes it for writing. */
static inline bool __down_read_trylock(struct rw_semaphore *sem)
{
	int readers = READ_ONCE(sem->readers);

	while (readers >= 0) {
		int found = __cmpxchg(acquire, &sem->readers, readers, readers + 1);

		if (found == readers)
			return true;
		readers = found;
	}
	return false;
}
static inline void __down_read(struct rw_semaphore *sem)
{
	do {
		__wait_until(READ_ONCE(sem->readers) >= 0);
	} while (!__down_read_trylock(sem));
}
static inline void down_write(struct rw_semaphore *sem)
{
	do {
		__wait_until(READ_ONCE(sem->readers) == 0);
	} while (!down_write_trylock(sem));
}
#define down_read(sem)			__needs(writers, __down_read(sem))
#define down_read_trylock(sem)		({ bool __got = 1; __needs(writers, __got = __down_read_trylock(sem)); __got; })
#define down_read_killable(sem)		({ down_read(sem); 0; })
#define up_read(sem)			__needs(writers, ({ VM_BUG_ON((sem)->readers <= 0); __rmw_void(release, add, &(sem)->readers, -1); }))
#define down_write_trylock(sem)		({ __demands(writers); __cmpxchg(acquire, &(sem)->readers, 0, -1) == 0; })
#define down_write_killable(sem)	({ down_write(sem); 0; })
#define up_write(sem)			({ __demands(writers); VM_BUG_ON((sem)->readers != -1); __store(release, &(sem)->readers, 0); })
#define downgrade_write(sem)		({ __demands(writers); __store(release, &(sem)->readers, 1); })
#define rwsem_is_locked(sem)		(READ_ONCE((sem)->readers) != 0)
#define read_lock(l)			({ __enters(preempt); down_read(l); })
#define read_unlock(l)			({ up_read(l); __leaves(preempt); })
#define write_lock(l)			({ __enters(preempt); down_write(l); })
#define write_unlock(l)			({ up_write(l); __leaves(preempt); })
#define mmap_read_lock(mm)		down_read(&(mm)->mmap_lock)
#define mmap_read_lock_killable(mm)	({ mmap_read_lock(mm); 0; })
#define mmap_read_trylock(mm)		down_read_trylock(&(mm)->mmap_lock)
#define mmap_read_unlock(mm)		up_read(&(mm)->mmap_lock)
#define mmap_write_lock(mm)		down_write(&(mm)->mmap_lock)
#define mmap_write_lock_killable(mm)	({ mmap_write_lock(mm); 0; })
#define mmap_write_trylock(mm)		down_write_trylock(&(mm)->mmap_lock)
#define mmap_write_unlock(mm)		up_write(&(mm)->mmap_lock)
#define mmap_write_downgrade(mm)	downgrade_write(&(mm)->mmap_lock)
#define mmap_assert_locked(mm)		__ignore(mm)
#define mmap_assert_write_locked(mm)	__ignore(mm)
#define vma_end_read(vma)		__ignore(vma)
#define vma_assert_locked(vma)		__ignore(vma)
#define release_fault_lock(vmf)		__ignore(vmf)
#define lock_vma_under_rcu(...)		lock_vma_under_rcu_is_not_modelled()
#pragma relore assume __writers_ignored: semaphores and the lock of the address space are left out: nothing takes one for writing
#pragma relore assume vma_end_read release_fault_lock: the lock of a VMA is left out
/* seqlock.h: a reader that met an odd or another number starts again. */
typedef struct { unsigned int sequence; } seqcount_t;
typedef struct { seqcount_t seqcount; spinlock_t lock; } seqlock_t;
#define read_seqcount_begin(s)		({ unsigned int __seq = READ_ONCE((s)->sequence); while (__seq & 1) __seq = READ_ONCE((s)->sequence); smp_rmb(); __seq; })
#define read_seqcount_retry(s, start)	({ smp_rmb(); READ_ONCE((s)->sequence) != (start); })
#define raw_write_seqcount_begin(s)	({ WRITE_ONCE((s)->sequence, (s)->sequence + 1); smp_wmb(); })
#define raw_write_seqcount_end(s)	({ smp_wmb(); WRITE_ONCE((s)->sequence, (s)->sequence + 1); })
#define write_seqcount_begin(s)		raw_write_seqcount_begin(s)
#define write_seqcount_end(s)		raw_write_seqcount_end(s)
#define read_seqbegin(sl)		read_seqcount_begin(&(sl)->seqcount)
#define read_seqretry(sl, start)	read_seqcount_retry(&(sl)->seqcount, start)
#define write_seqlock(sl)		({ spin_lock(&(sl)->lock); write_seqcount_begin(&(sl)->seqcount); })
#define write_sequnlock(sl)		({ write_seqcount_end(&(sl)->seqcount); spin_unlock(&(sl)->lock); })
/* guard(NAME)(l) and scoped_guard(NAME, l): what is taken, and given back where the block ends (cleanup.h). */
#define guard_enter_spinlock(l)	spin_lock(l)
#define guard_leave_spinlock(l)	spin_unlock(l)
#define guard_enter_spinlock_irq(l)	spin_lock_irq(l)
#define guard_leave_spinlock_irq(l)	spin_unlock_irq(l)
#define guard_enter_spinlock_irqsave(l)	spin_lock_irq(l)
#define guard_leave_spinlock_irqsave(l)	spin_unlock_irq(l)
#define guard_enter_raw_spinlock(l)	raw_spin_lock(l)
#define guard_leave_raw_spinlock(l)	raw_spin_unlock(l)
#define guard_enter_raw_spinlock_irq(l)	raw_spin_lock_irq(l)
#define guard_leave_raw_spinlock_irq(l)	raw_spin_unlock_irq(l)
#define guard_enter_raw_spinlock_irqsave(l)	raw_spin_lock_irq(l)
#define guard_leave_raw_spinlock_irqsave(l)	raw_spin_unlock_irq(l)
#define guard_enter_mutex(m)	mutex_lock(m)
#define guard_leave_mutex(m)	mutex_unlock(m)
#define guard_enter_rwsem_read(sem)	down_read(sem)
#define guard_leave_rwsem_read(sem)	up_read(sem)
#define guard_enter_rwsem_write(sem)	down_write(sem)
#define guard_leave_rwsem_write(sem)	up_write(sem)
#define guard_enter_rcu(...)	rcu_read_lock()
#define guard_leave_rcu(...)	rcu_read_unlock()
#define guard_enter_preempt(...)	preempt_disable()
#define guard_leave_preempt(...)	preempt_enable()
#define guard_enter_irq(...)	local_irq_disable()
#define guard_leave_irq(...)	local_irq_enable()
#define guard_enter_irqsave(...)	local_irq_disable()
#define guard_leave_irqsave(...)	local_irq_enable()
#define lockdep_assert_held(l)		__assert_held(l)
#define lockdep_assert_held_read(sem)	__needs(writers, __assert((sem)->readers != 0))
#define lockdep_assert_held_write(sem)	__needs(writers, __assert((sem)->readers == -1))
#pragma relore assume __irq_ignored: interrupts are not modelled: _irq and _irqsave locks are plain locks

/* ---------------------------------------------------------------- asserts: recorded, the run goes on */

#define VM_BUG_ON(c)			__assert(!(c))
#define VM_BUG_ON_PAGE(c, page)		__assert(!(c))
#define VM_BUG_ON_FOLIO(c, folio)	__assert(!(c))
#define VM_BUG_ON_VMA(c, vma)		__assert(!(c))
#define VM_BUG_ON_MM(c, mm)		__assert(!(c))
#define BUG_ON(c)			__assert(!(c))
/* The value of a warning is its condition. */
#define VM_WARN_ON(c)			WARN_ON(c)
#define VM_WARN_ON_ONCE(c)		WARN_ON(c)
#define VM_WARN_ON_FOLIO(c, folio)	WARN_ON(c)
#define VM_WARN_ON_ONCE_FOLIO(c, folio)	WARN_ON(c)
#define VM_WARN_ON_ONCE_PAGE(c, page)	WARN_ON(c)
#define VM_WARN_ON_ONCE_MM(c, mm)	WARN_ON(c)
#define VM_WARN_ON_ONCE_VMA(c, vma)	WARN_ON(c)
#define VM_WARN_ONCE(c, ...)		WARN_ON(c)
#define WARN(c, ...)			WARN_ON(c)
#define WARN_ONCE(c, ...)		WARN_ON(c)
#define WARN_ON(c)			({ int __warned = !!(c); __assert(!__warned); __warned; })
#define WARN_ON_ONCE(c)			({ int __warned = !!(c); __assert(!__warned); __warned; })
#define VM_BUG_ON_PGFLAGS(c, page)	__ignore(c)

/* ---------------------------------------------------------------- lists: membership, in the next field of the entry */

/* The head's own links are not kept: who is on which list is what the rules ask. */
static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__assert(!entry->next);
	entry->next = head;
	entry->prev = head;
}
static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__assert(!entry->next);
	entry->next = head;
	entry->prev = head;
}
static inline void list_del(struct list_head *entry)
{
	__assert(entry->next);
	entry->next = NULL;
	entry->prev = NULL;
}
static inline void list_move(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add(entry, head);
}
static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add_tail(entry, head);
}
/* The entries of a list are the folios that know it: by their lru field, in the order of the scenario. */
#define INIT_LIST_HEAD(list)		((void)((list)->next = NULL, (list)->prev = NULL))
#define LIST_HEAD_INIT(name)		{ NULL, NULL }
#define LIST_HEAD(name)			struct list_head name = { NULL, NULL }
#define list_empty(head)		(!(head)->next && !__list_first(head, folio, lru))
#define list_empty_careful(head)	(!__load(acquire, &(head)->next) && !__list_first(head, folio, lru))
#define list_first_entry(head, type, member)	__list_first(head, type, member)
#define list_first_entry_or_null(head, type, member)	__list_first(head, type, member)
#define list_last_entry(head, type, member)	__list_first(head, type, member)
#define lru_to_folio(head)		__list_first(head, folio, lru)
#define lru_to_page(head)		__list_first(head, page, lru)
#define list_for_each_entry(pos, head, member) \
	for ((pos) = __list_first(head, pos, member); (pos); (pos) = __list_next(head, pos, member, pos))
#define list_for_each_entry_reverse(pos, head, member)	list_for_each_entry(pos, head, member)
#define list_for_each_entry_safe(pos, n, head, member) \
	for ((pos) = __list_first(head, pos, member), (n) = __list_next(head, pos, member, pos); (pos); (pos) = (n), (n) = __list_next(head, pos, member, n))
#define list_for_each_entry_safe_reverse(pos, n, head, member)	list_for_each_entry_safe(pos, n, head, member)
#define list_for_each_entry_rcu(pos, head, member, ...)	list_for_each_entry(pos, head, member)
static inline void list_del_init(struct list_head *entry)
{
	entry->next = NULL;
	entry->prev = NULL;
}
#define list_del_init_careful(entry)	({ (entry)->prev = NULL; __store(release, &(entry)->next, NULL); })
static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	struct folio *each;

	for (each = __list_first(list, folio, lru); each; each = __list_next(list, folio, lru, each)) {
		each->lru.next = head;
		each->lru.prev = head;
	}
}
#define list_splice(list, head)		list_splice_init(list, head)
#define list_splice_tail(list, head)	list_splice_init(list, head)
#define list_splice_tail_init(list, head)	list_splice_init(list, head)
/* What asks for the order of a list has no row on purpose: the bodies of list.h would read links that are not kept. */
#define list_is_singular(...)	list_is_singular_is_not_modelled()
#define list_is_first(...)	list_is_first_is_not_modelled()
#define list_is_last(...)	list_is_last_is_not_modelled()
#define list_rotate_left(...)	list_rotate_left_is_not_modelled()
#define list_rotate_to_front(...)	list_rotate_to_front_is_not_modelled()
#define list_cut_position(...)	list_cut_position_is_not_modelled()
#define list_cut_before(...)	list_cut_before_is_not_modelled()
#define list_bulk_move_tail(...)	list_bulk_move_tail_is_not_modelled()
#define list_replace(...)	list_replace_is_not_modelled()
#define list_replace_init(...)	list_replace_init_is_not_modelled()
#define list_swap(...)	list_swap_is_not_modelled()
#define list_next_entry(...)	list_next_entry_is_not_modelled()
#define list_prev_entry(...)	list_prev_entry_is_not_modelled()
#define __list_add(...)	__list_add_is_not_modelled()
#define __list_del(...)	__list_del_is_not_modelled()
#define __list_del_entry(...)	__list_del_entry_is_not_modelled()
#define list_count_nodes(...)	list_count_nodes_is_not_modelled()
#pragma relore assume list_empty list_first_entry lru_to_folio list_for_each_entry list_for_each_entry_safe list_splice_init: the entries of a list are found among the folios of the scenario, in its order
#pragma relore assume list_add list_add_tail list_del list_move list_move_tail: lists are modelled as membership: an entry knows its list, the list does not know its entries

/* ---------------------------------------------------------------- folios and pages of order 0 */

#define folio_test_large(folio)		0
#define folio_test_head(folio)		0
#define folio_order(folio)		0
#define folio_nr_pages(folio)		1
#define thp_nr_pages(page)		1
#define compound_nr(page)		1
#define hpage_nr_pages(page)		1
#define compound_head(page)		(page)
#define compound_order(page)		0
#define PageCompound(page)		0
#define PageTransHuge(page)		0
#define PageTransCompound(page)		0
#define PageHead(page)			0
#define PageTail(page)			0
#define page_folio(page)		((struct folio *)(page))
#define page_rmappable_folio(page)	((struct folio *)(page))
#define folio_page(folio, n)		(&(folio)->page + (n))
#define folio_may_be_lru_cached(folio)	1
#pragma relore assume folio_nr_pages thp_nr_pages hpage_nr_pages folio_test_large PageTransHuge compound_head: every folio is a single page (order 0)

#define PF_ANY(page, ...)		(page)
#define PF_HEAD(page, ...)		(page)
#define PF_ONLY_HEAD(page, ...)	(page)
#define PF_NO_TAIL(page, ...)	(page)
#define PF_NO_COMPOUND(page, ...)	(page)
#define folio_flags(folio, n)		(&(folio)->flags)
#define const_folio_flags(folio, n)	(&(folio)->flags)

#define folio_test_slab(folio)		0
#define PageSlab(page)			0
#define folio_test_hugetlb(folio)	0
#define PageHuge(page)			0
#define folio_test_swapcache(folio)	0
#define PageSwapCache(page)		0
#define folio_is_zone_device(folio)	0
#define is_zone_device_page(page)	0
#pragma relore assume folio_test_slab PageSlab folio_test_hugetlb folio_test_swapcache PageSwapCache: no slab, hugetlb or swap cache pages

/* ---------------------------------------------------------------- nodes, zones, memory cgroups */

#define MAX_NR_ZONES			__MAX_NR_ZONES
#define NR_PAGEFLAGS			__NR_PAGEFLAGS
#define NODE_DATA(nid)			(&contig_page_data)
#define folio_pgdat(folio)		(&contig_page_data)
#define page_pgdat(page)		(&contig_page_data)
#define folio_nid(folio)		0
#define page_to_nid(page)		0
#define folio_zonenum(folio)		0
#define page_zonenum(page)		0
#define folio_zone(folio)		(&contig_page_data.node_zones[0])
#define page_zone(page)			(&contig_page_data.node_zones[0])
#define mem_cgroup_disabled()		0
#define root_mem_cgroup			((struct mem_cgroup *)0)
#define lru_gen_enabled()		0
#define lru_gen_add_folio(lruvec, folio, reclaiming)	0
#define lru_gen_del_folio(lruvec, folio, reclaiming)	0
#define lru_gen_in_fault()		0
#define task_in_nonseq_fault()		0
/* An assert of the kernel with CONFIG_DEBUG_VM: the lruvec that was locked is that of the group of the folio. */
#define lruvec_memcg_debug(lruvec, folio)	({ struct mem_cgroup *__of = folio_memcg(folio); VM_BUG_ON_FOLIO(__of && lruvec_memcg(lruvec) != __of, folio); })
#pragma relore assume NODE_DATA folio_pgdat page_pgdat page_zone folio_zone: one node and one zone
#pragma relore assume lru_gen_add_folio lru_gen_enabled: the multi-generational LRU is off

/* ---------------------------------------------------------------- RCU, preemption, per-CPU data */

#define rcu_read_lock()			__rcu_lock()
#define rcu_read_unlock()		__rcu_unlock()
#define rcu_read_lock_sched()		__rcu_lock()
#define rcu_read_unlock_sched()		__rcu_unlock()
#define synchronize_rcu()		__rcu_sync()
#define synchronize_rcu_expedited()	__rcu_sync()
#define srcu_read_lock(ssp)		__rcu_lock(ssp)
#define srcu_read_unlock(ssp, idx)	__rcu_unlock(ssp, idx)
#define synchronize_srcu(ssp)		__rcu_sync(ssp)
#define rcu_read_lock_held()		1
struct srcu_struct { int srcu_idx; };
#define preempt_disable()		__enters(preempt)
#define preempt_enable()		__leaves(preempt)
#define this_cpu_ptr(p)			__this_cpu(p)
#define raw_cpu_ptr(p)			__this_cpu(p)
#define get_cpu_var(v)			(*({ __enters(preempt); __this_cpu(&(v)); }))
#define put_cpu_var(v)			__leaves(preempt)
#define get_cpu()			({ __enters(preempt); __cpu(); })
#define put_cpu()			__leaves(preempt)
#define smp_processor_id()		__cpu()
#define raw_smp_processor_id()		__cpu()
#define per_cpu(v, cpu)			(*__per_cpu(&(v), cpu))
#define per_cpu_ptr(p, cpu)		__per_cpu(p, cpu)
#define nr_cpu_ids			__cpus()
#define num_online_cpus()		__cpus()
#define cpu_online(cpu)			1
#define for_each_online_cpu(cpu)	for ((cpu) = 0; (cpu) < __cpus(); (cpu)++)
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < __cpus(); (cpu)++)
struct cpumask { unsigned long bits[1]; };
#define cpumask_clear(mask)		((mask)->bits[0] = 0)
#define __cpumask_set_cpu(cpu, mask)	((mask)->bits[0] |= 1UL << (cpu))
#define cpumask_set_cpu(cpu, mask)	__rmw_void(relaxed, or, &(mask)->bits[0], 1UL << (cpu))
#define cpumask_test_cpu(cpu, mask)	((int)((mask)->bits[0] >> (cpu) & 1))
#define cpumask_empty(mask)		((mask)->bits[0] == 0)
#define for_each_cpu(cpu, mask)		for ((cpu) = 0; (cpu) < __cpus(); (cpu)++) if (!cpumask_test_cpu(cpu, mask)) {} else
#pragma relore assume this_cpu_ptr get_cpu_var per_cpu: one CPU for each process, with per-CPU data of its own
#define local_lock(l)			({ __enters(preempt); __local_lock(l); })
#define local_unlock(l)			({ __local_unlock(l); __leaves(preempt); })
#define local_lock_irq(l)		({ __enters(irq); __local_lock(l); })
#define local_unlock_irq(l)		({ __local_unlock(l); __leaves(irq); })
#define local_lock_irqsave(l, f)	local_lock_irq(l)
#define local_unlock_irqrestore(l, f)	local_unlock_irq(l)
typedef __lock_t local_lock_t;
#pragma relore assume __local_lock_ignored: local locks are left out: no process does the work of another CPU
#pragma relore assume __rcu_ignored: RCU read sections are left out: no process of the scenario waits for a grace period

#define rcu_dereference_sched(p)	__load(once, &(p))
#define this_cpu_read(v)		(*__this_cpu(&(v)))
#define this_cpu_write(v, n)		(*__this_cpu(&(v)) = (n))
/* An interrupt of this CPU does not come in between; the ones with __ are for who has interrupts off. */
#define this_cpu_add(v, n)		({ __enters(irq); *__this_cpu(&(v)) += (n); __leaves(irq); })
#define this_cpu_sub(v, n)		({ __enters(irq); *__this_cpu(&(v)) -= (n); __leaves(irq); })
#define this_cpu_inc(v)			this_cpu_add(v, 1)
#define this_cpu_dec(v)			this_cpu_sub(v, 1)
#define __this_cpu_read(v)		this_cpu_read(v)
#define __this_cpu_write(v, n)		this_cpu_write(v, n)
#define __this_cpu_add(v, n)		(*__this_cpu(&(v)) += (n))
#define __this_cpu_sub(v, n)		(*__this_cpu(&(v)) -= (n))
#define __this_cpu_inc(v)		((*__this_cpu(&(v)))++)
#define __this_cpu_dec(v)		((*__this_cpu(&(v)))--)
#define local_irq_disable()		__enters(irq)
#define local_irq_enable()		__leaves(irq)
#define local_irq_save(f)		__enters(irq)
#define local_irq_restore(f)		__leaves(irq)
#define local_bh_disable()		__enters(irq)
#define local_bh_enable()		__leaves(irq)

/* ---------------------------------------------------------------- the lock bit of a folio: who waits is woken */

#define folio_trylock(folio)		__try_bits(&(folio)->flags, 1UL << PG_locked)
#define folio_lock(folio)		__await_take(&(folio)->flags, 1UL << PG_locked)
#define folio_unlock(folio)		__rmw_void(release, andnot, &(folio)->flags, 1UL << PG_locked)
#define folio_wait_locked(folio)	__await(&(folio)->flags, 1UL << PG_locked, 0)
#define folio_wait_writeback(folio)	__await(&(folio)->flags, 1UL << PG_writeback, 0)
#define folio_lock_killable(folio)	({ folio_lock(folio); 0; })
#define lock_page_killable(page)	({ lock_page(page); 0; })
#define folio_wait_locked_killable(folio)	({ folio_wait_locked(folio); 0; })
#define wait_on_page_locked(page)	__await(&(page)->flags, 1UL << PG_locked, 0)
#define wait_on_page_locked_killable(page)	({ wait_on_page_locked(page); 0; })
#define trylock_page(page)		__try_bits(&(page)->flags, 1UL << PG_locked)
#define lock_page(page)			__await_take(&(page)->flags, 1UL << PG_locked)
#define unlock_page(page)		__rmw_void(release, andnot, &(page)->flags, 1UL << PG_locked)
#pragma relore assume folio_lock folio_wait_locked folio_wait_writeback lock_page: a process that waits for a bit of a folio sees it clear in the same step; wait queues are not modelled

/* ---------------------------------------------------------------- references */

#define folio_ref_count(folio)		atomic_read(&(folio)->_refcount)
#define page_ref_count(page)		atomic_read(&(page)->_refcount)
#define page_count(page)		atomic_read(&(page)->_refcount)
#define folio_get(folio)		atomic_inc(&(folio)->_refcount)
#define get_page(page)			atomic_inc(&(page)->_refcount)
#define folio_try_get(folio)		__add_unless(mb, &(folio)->_refcount.counter, 1, 0)
#define get_page_unless_zero(page)	__add_unless(mb, &(page)->_refcount.counter, 1, 0)
#define page_cache_get_speculative(page)	get_page_unless_zero(page)
#define page_cache_get_rcu(page)	get_page_unless_zero(page)
#define folio_try_get_rcu(folio)	folio_try_get(folio)
#define folio_ref_add_unless(folio, n, u)	__add_unless(mb, &(folio)->_refcount.counter, n, u)
#define page_ref_add_unless(page, n, u)	__add_unless(mb, &(page)->_refcount.counter, n, u)
#define folio_ref_freeze(folio, n)	(__cmpxchg(mb, &(folio)->_refcount.counter, n, 0) == (n))
#define page_ref_freeze(page, n)	(__cmpxchg(mb, &(page)->_refcount.counter, n, 0) == (n))
#define folio_ref_unfreeze(folio, n)	__store(release, &(folio)->_refcount.counter, n)
#define page_ref_unfreeze(page, n)	__store(release, &(page)->_refcount.counter, n)
#define folio_ref_inc(folio)		atomic_inc(&(folio)->_refcount)
#define folio_ref_dec(folio)		atomic_dec(&(folio)->_refcount)
#define folio_ref_add(folio, n)		atomic_add(n, &(folio)->_refcount)
#define folio_ref_sub(folio, n)		atomic_sub(n, &(folio)->_refcount)
#define folio_ref_dec_and_test(folio)	atomic_dec_and_test(&(folio)->_refcount)
#define folio_ref_sub_and_test(folio, n)	atomic_sub_and_test(n, &(folio)->_refcount)
#define folio_ref_sub_return(folio, n)	atomic_sub_return(n, &(folio)->_refcount)
#define page_ref_inc(page)		atomic_inc(&(page)->_refcount)
#define page_ref_dec(page)		atomic_dec(&(page)->_refcount)
#define page_ref_add(page, n)		atomic_add(n, &(page)->_refcount)
#define page_ref_sub(page, n)		atomic_sub(n, &(page)->_refcount)
#define page_ref_dec_and_test(page)	atomic_dec_and_test(&(page)->_refcount)
#define page_ref_sub_and_test(page, n)	atomic_sub_and_test(n, &(page)->_refcount)
#define page_ref_sub_return(page, n)	atomic_sub_return(n, &(page)->_refcount)
#define set_page_count(page, n)		atomic_set(&(page)->_refcount, n)
#define init_page_count(page)		atomic_set(&(page)->_refcount, 1)
#define folio_put_testzero(folio)	atomic_dec_and_test(&(folio)->_refcount)
#define put_page_testzero(page)		atomic_dec_and_test(&(page)->_refcount)
/*
 * Who drops the last reference fails an assert, since most scenarios keep one. In a scenario that says
 * `#define __last_put __put_frees` the object is gone with it, and who touches it after that faults.
 */
#define __put_stays(last, object)	__assert(!(last))
#define __put_frees(last, object)	({ if (last) __free(object); })
#define __last_put(last, object)	__put_stays(last, object)
#define folio_put(folio)		({ int __last = folio_put_testzero(folio); __last_put(__last, folio); })
#define put_page(page)			({ int __last = put_page_testzero(page); __last_put(__last, page); })
#define folio_put_refs(folio, n)	({ int __last = atomic_sub_and_test(n, &(folio)->_refcount); __last_put(__last, folio); })
#define kfree(p)			__free(p)
#define kvfree(p)			__free(p)
#define vfree(p)			__free(p)
#define kmem_cache_free(cache, p)	__free(p)
/* A grace period after, by another: a process of the scenario, `__spawn(P2)`, that does synchronize_rcu() and kfree(). */
#define call_rcu(...)			call_rcu_is_not_modelled()
#define kfree_rcu(...)			kfree_rcu_is_not_modelled()
#define kvfree_rcu(...)			kvfree_rcu_is_not_modelled()
#define free_unref_page(...)		__assert(0)
#define __put_page(page)		__assert(0)
#define __folio_put(folio)		__assert(0)
#define folio_batch_release(fbatch)	folios_put_refs(fbatch, 0)
static inline void release_pages(struct page **pages, int nr)
{
	int each;

	for (each = 0; each < nr; each++)
		put_page(pages[each]);
}
static inline void folios_put_refs(struct folio_batch *folios, unsigned int *refs)
{
	int each;

	for (each = 0; each < folios->nr; each++)
		folio_put(folios->folios[each]);
	folios->nr = 0;
}
#pragma relore assume folio_put folio_put_refs put_page folios_put_refs release_pages: the last reference is never dropped, unless the scenario says that objects go with it

/* ---------------------------------------------------------------- page table entries: a sum type in one word */

/*
 * Bits 0-3 say what an entry is, bits 4-7 are flags, and from bit 8 on there is the page (its address), the slot of a
 * genuine swap entry, or the bits of a marker. A swap entry is the same word without flags, so __PTE_SWAP is all that
 * non_swap_entry() is not. A present entry without a page is the zero page or a pfn map.
 */
#define __PTE_NONE		0
#define __PTE_PRESENT		1
#define __PTE_SWAP		2
#define __PTE_MIGRATION		3
#define __PTE_DEVICE_PRIVATE	4
#define __PTE_DEVICE_EXCLUSIVE	5
#define __PTE_HWPOISON		6
#define __PTE_MARKER		7
#define __PTE_SWAPIN_ERROR	8	/* a kind of its own in 5.19 to 6.2, a bit of a marker after */
#define __PTE_UNKNOWN		9	/* what a later kernel may add */
#define __PTE_WRITE		0x10	/* of a migration or device entry: the page was mapped writable */
#define __PTE_DIRTY		0x20
#define __PTE_YOUNG		0x40
#define __PTE_UFFD_WP		0x80
#define __PTE(kind, what)	((kind) | (unsigned long)(what) << 8)
#define __pte_kind(pte)		((pte) & 0xf)
#define __pte_what(pte)		((pte) >> 8)

typedef unsigned long pte_t;
typedef unsigned long pgprot_t;
#define pgprot_val(prot)		(prot)
#define __pgprot(value)			((pgprot_t)(value))
typedef unsigned long pteval_t;
typedef long loff_t;

#define pte_val(pte)			(pte)
#define __pte(value)			((pte_t)(value))
#define pte_none(pte)			((pte) == 0)
#define pte_present(pte)		(__pte_kind(pte) == __PTE_PRESENT)
#define is_swap_pte(pte)		(!pte_none(pte) && !pte_present(pte))
#define pte_same(a, b)			((a) == (b))
#define pte_write(pte)			(((pte) & __PTE_WRITE) != 0)
#define pte_dirty(pte)			(((pte) & __PTE_DIRTY) != 0)
#define pte_young(pte)			(((pte) & __PTE_YOUNG) != 0)
#define pte_uffd_wp(pte)		(((pte) & __PTE_UFFD_WP) != 0)
#define pte_swp_uffd_wp(pte)		(((pte) & __PTE_UFFD_WP) != 0)
#define pte_swp_uffd_wp_any(pte)	(((pte) & __PTE_UFFD_WP) != 0)
#define pte_soft_dirty(pte)		0
#define pte_swp_soft_dirty(pte)		0
#define pte_swp_exclusive(pte)		0
#define pte_swp_mkexclusive(pte)	(pte)
#define pte_swp_clear_exclusive(pte)	(pte)
#define pte_swp_clear_soft_dirty(pte)	(pte)
#define pte_devmap(pte)			0
#define pte_protnone(pte)		0
#define pte_file(pte)			0
#define pte_mkwrite(pte, ...)		((pte) | __PTE_WRITE)
#define pte_mkwrite_novma(pte)		((pte) | __PTE_WRITE)
#define maybe_mkwrite(pte, vma)		((vma)->vm_flags & VM_WRITE ? pte_mkwrite(pte, vma) : (pte))
#define pte_wrprotect(pte)		((pte) & ~(unsigned long)__PTE_WRITE)
#define pte_mkdirty(pte)		((pte) | __PTE_DIRTY)
#define pte_mkclean(pte)		((pte) & ~(unsigned long)__PTE_DIRTY)
#define pte_modify(pte, prot)		pte_wrprotect(pte)
#pragma relore assume pte_modify: an entry whose protection changes is not writable, until pte_mkwrite()
#define pte_mkyoung(pte)		((pte) | __PTE_YOUNG)
#define pte_sw_mkyoung(pte)		(pte)
#define pte_mkold(pte)			((pte) & ~(unsigned long)__PTE_YOUNG)
#define pte_mkuffd_wp(pte)		((pte) | __PTE_UFFD_WP)
#define pte_clear_uffd_wp(pte)		((pte) & ~(unsigned long)__PTE_UFFD_WP)
#define pte_swp_mkuffd_wp(pte)		((pte) | __PTE_UFFD_WP)
#define pte_swp_clear_uffd_wp(pte)	((pte) & ~(unsigned long)__PTE_UFFD_WP)
#define pte_swp_mksoft_dirty(pte)	(pte)
#define pte_mksoft_dirty(pte)		(pte)
#define pte_pfn(pte)			__pte_what(pte)
#define pfn_pte(pfn, prot)		__PTE(__PTE_PRESENT, pfn)
#define mk_pte(page, prot)		__PTE(__PTE_PRESENT, page)
#define pfn_to_page(pfn)		((struct page *)(pfn))
#define page_to_pfn(page)		((unsigned long)(page))
#define folio_pfn(folio)		((unsigned long)(folio))
#define pfn_folio(pfn)			((struct folio *)(pfn))
#define pfn_valid(pfn)			1
#define vm_normal_page(vma, addr, pte)	((struct page *)__pte_what(pte))
#define vm_normal_folio(vma, addr, pte)	((struct folio *)__pte_what(pte))

static inline swp_entry_t pte_to_swp_entry(pte_t pte)
{
	swp_entry_t entry = { pte & ~(unsigned long)0xf0 | pte & __PTE_WRITE };

	return entry;
}
static inline swp_entry_t swp_entry(unsigned long kind, unsigned long what)
{
	swp_entry_t entry = { __PTE(kind, what) };

	return entry;
}
#define swp_entry_to_pte(entry)		((entry).val)
#define swp_type(entry)			__pte_kind((entry).val)
#define swp_offset(entry)		__pte_what((entry).val)
#define swp_offset_pfn(entry)		__pte_what((entry).val)
#define non_swap_entry(entry)		(swp_type(entry) != __PTE_SWAP)
#define is_migration_entry(entry)	(swp_type(entry) == __PTE_MIGRATION)
#define is_writable_migration_entry(entry)	(is_migration_entry(entry) && pte_write((entry).val))
#define is_write_migration_entry(entry)	is_writable_migration_entry(entry)
#define is_readable_migration_entry(entry)	(is_migration_entry(entry) && !pte_write((entry).val))
#define is_readable_exclusive_migration_entry(entry)	0
#define make_readable_migration_entry(pfn)	swp_entry(__PTE_MIGRATION, pfn)
#define make_readable_exclusive_migration_entry(pfn)	swp_entry(__PTE_MIGRATION, pfn)
#define make_writable_migration_entry(pfn)	swp_entry(__PTE_MIGRATION | __PTE_WRITE, pfn)
#define make_migration_entry(page, write)	swp_entry((write) ? __PTE_MIGRATION | __PTE_WRITE : __PTE_MIGRATION, page)
#define make_migration_entry_young(entry)	(entry)
#define make_migration_entry_dirty(entry)	(entry)
#define is_migration_entry_young(entry)	0
#define is_migration_entry_dirty(entry)	0
#define is_device_private_entry(entry)	(swp_type(entry) == __PTE_DEVICE_PRIVATE)
#define is_writable_device_private_entry(entry)	(is_device_private_entry(entry) && pte_write((entry).val))
#define is_device_exclusive_entry(entry)	(swp_type(entry) == __PTE_DEVICE_EXCLUSIVE)
#define is_hwpoison_entry(entry)	(swp_type(entry) == __PTE_HWPOISON)
#define is_swapin_error_entry(entry)	(swp_type(entry) == __PTE_SWAPIN_ERROR)
#define is_pte_marker_entry(entry)	(swp_type(entry) == __PTE_MARKER)
#define is_pte_marker(pte)		(is_swap_pte(pte) && __pte_kind(pte) == __PTE_MARKER)
#define pte_marker_get(entry)		swp_offset(entry)
#define make_pte_marker_entry(marker)	swp_entry(__PTE_MARKER, marker)
#define make_pte_marker(marker)		__PTE(__PTE_MARKER, marker)
#define is_pfn_swap_entry(entry)	(is_migration_entry(entry) || is_device_private_entry(entry) || is_device_exclusive_entry(entry))
#pragma relore assume pte_to_swp_entry pte_none pte_present vm_normal_page: a page table entry is what it is, four flags, and a page, a slot or a marker; the zero page and pfn maps are entries without a page

/* The table that an entry is in is found by no walk: a pmd pointer is the address of the table. */
#define PAGE_SHIFT			12
#define PAGE_SIZE			4096UL
#define PAGE_MASK			(~4095UL)
#define ULONG_MAX			(~0UL)
#define BIT(n)				(1UL << (n))
#define round_up(n, to)			(((n) + (to) - 1) & ~((to) - 1))
#define round_down(n, to)		((n) & ~((to) - 1))
#define pte_index(addr)			((addr) >> 12 & 511)
#define pte_lockptr(mm, pmd)		(&(mm)->page_table_lock)
#define pte_offset_map(pmd, addr)	((pte_t *)(pmd) + pte_index(addr))
#define pte_offset_map_nolock(mm, pmd, addr, ptlp)	({ *(ptlp) = pte_lockptr(mm, pmd); pte_offset_map(pmd, addr); })
#define pte_offset_map_lock(mm, pmd, addr, ptlp)	({ *(ptlp) = pte_lockptr(mm, pmd); spin_lock(pte_lockptr(mm, pmd)); pte_offset_map(pmd, addr); })
#define pte_unmap(pte)			__ignore(pte)
#define pte_unmap_unlock(pte, ptl)	spin_unlock(ptl)
#define ptep_get(ptep)			__load(once, ptep)
#define ptep_get_lockless(ptep)		__load(once, ptep)
#define set_pte(ptep, pte)		__store(once, ptep, pte)
#define set_pte_at(mm, addr, ptep, pte)	__store(once, ptep, pte)
#define set_ptes(mm, addr, ptep, pte, nr)	__store(once, ptep, pte)
#define pte_clear(mm, addr, ptep)	__store(once, ptep, 0)
#define pte_clear_not_present_full(mm, addr, ptep, full)	__store(once, ptep, 0)
#define clear_not_present_full_ptes(mm, addr, ptep, nr, full)	__store(once, ptep, 0)
#define ptep_get_and_clear(mm, addr, ptep)	__rmw(relaxed, xchg, ptep, 0)
#define ptep_get_and_clear_full(mm, addr, ptep, full)	__rmw(relaxed, xchg, ptep, 0)
#define get_and_clear_full_ptes(mm, addr, ptep, nr, full)	__rmw(relaxed, xchg, ptep, 0)
#define clear_full_ptes(mm, addr, ptep, nr, full)	__rmw_void(relaxed, xchg, ptep, 0)
#define ptep_clear_flush(vma, addr, ptep)	__rmw(relaxed, xchg, ptep, 0)
#define folio_pte_batch(...)		1
#define swap_pte_batch(...)		1
#pragma relore assume pte_offset_map_lock pte_offset_map pte_offset_map_nolock: one page table a process address space, under mm->page_table_lock; the table is never gone
#pragma relore assume set_ptes get_and_clear_full_ptes swap_pte_batch folio_pte_batch: entries are handled one by one

/* A walk down the page tables meets one table: mm->pgd is its address, and so is every pointer on the way down. */
typedef unsigned long pgd_t;
typedef unsigned long p4d_t;
typedef unsigned long pud_t;
typedef unsigned long pmd_t;
#define pgd_offset(mm, addr)		((mm)->pgd)
#define p4d_offset(pgd, addr)		((p4d_t *)(pgd))
#define pud_offset(p4d, addr)		((pud_t *)(p4d))
#define pmd_offset(pud, addr)		((pmd_t *)(pud))
#define pgd_addr_end(addr, end)		(end)
#define p4d_addr_end(addr, end)		(end)
#define pud_addr_end(addr, end)		(end)
#define pmd_addr_end(addr, end)		(end)
#define pgd_none_or_clear_bad(pgd)	0
#define p4d_none_or_clear_bad(p4d)	0
#define pud_none_or_clear_bad(pud)	0
#define pmd_none_or_clear_bad(pmd)	0
#define pmd_none_or_trans_huge_or_clear_bad(pmd)	0
#define pmd_none_or_trans_huge(pmd)	0
#define pud_trans_huge(pud)		0
#define pud_devmap(pud)			0
#define pmd_trans_huge(pmd)		0
#define pmd_leaf(pmd)			0
#define pmd_large(pmd)			0
#define pmd_bad(pmd)			0
#define pud_leaf(pud)			0
#define pud_large(pud)			0
#define pud_bad(pud)			0
#define p4d_bad(p4d)			0
#define pgd_bad(pgd)			0
#define pmd_devmap(pmd)			0
#define is_swap_pmd(pmd)		0
#define pmd_none(pmd)			0
#define is_vm_hugetlb_page(vma)		0
#pragma relore assume pgd_offset pmd_offset pmd_trans_huge: no huge entries; the tables above the last one never change

/* The VMAs that map a file: one, whose address stands where the root of the interval tree is. */
#define vma_interval_tree_foreach(vma, root, first, last) \
	for ((vma) = (struct vm_area_struct *)(root)->rb_root.rb_node; (vma); (vma) = NULL)
#define anon_vma_interval_tree_foreach(avc, root, first, last) \
	for ((avc) = (struct anon_vma_chain *)(root)->rb_root.rb_node; (avc); (avc) = NULL)
#pragma relore assume anon_vma_interval_tree_foreach: an anon_vma has one VMA
#define i_mmap_lock_read(mapping)	__ignore(mapping)
#define i_mmap_unlock_read(mapping)	__ignore(mapping)
#define i_mmap_lock_write(mapping)	__ignore(mapping)
#define i_mmap_unlock_write(mapping)	__ignore(mapping)
#define tlb_gather_mmu(tlb, owner, ...)	((void)((tlb)->mm = (owner)))
#pragma relore ignore tlb_finish_mmu tlb_start_vma tlb_end_vma mmu_notifier_* uprobe_munmap untrack_pfn update_hiwater_rss hugetlb_zap_begin hugetlb_zap_end
#pragma relore assume vma_interval_tree_foreach i_mmap_lock_read: a file is mapped by one VMA, which stays; the lock of the tree of VMAs is left out

#define min(a, b)			({ __auto_type __a = (a); __auto_type __b = (b); __a < __b ? __a : __b; })
#define max(a, b)			({ __auto_type __a = (a); __auto_type __b = (b); __a > __b ? __a : __b; })
#define min_t(type, a, b)		({ type __a = (a); type __b = (b); __a < __b ? __a : __b; })
#define max_t(type, a, b)		({ type __a = (a); type __b = (b); __a > __b ? __a : __b; })
#define min3(a, b, c)			({ __auto_type __ab = min(a, b); min(__ab, c); })
#define max3(a, b, c)			({ __auto_type __ab = max(a, b); max(__ab, c); })
#define min_not_zero(a, b)		({ __auto_type __a = (a); __auto_type __b = (b); __a && (!__b || __a < __b) ? __a : __b; })
#define clamp(v, lo, hi)		({ __auto_type __v = max(v, lo); min(__v, hi); })
#define clamp_t(type, v, lo, hi)	({ type __v = max_t(type, v, lo); min_t(type, __v, hi); })
#define clamp_val(v, lo, hi)		clamp_t(typeof(v), v, lo, hi)

/* Nobody uses a translation that was dropped here, so a page is put where it is queued to be freed after the flush. */
#define __tlb_remove_page(tlb, page)	({ put_page(page); 0; })
#define __tlb_remove_page_size(tlb, page, ...)	({ put_page(page); 0; })
#define __tlb_remove_folio_pages(tlb, page, nr, delay)	({ put_page(page); 0; })
#define tlb_delay_rmap(tlb)		0
#define tlb_remove_page(tlb, page)	put_page(page)
#pragma relore assume __tlb_remove_page __tlb_remove_page_size __tlb_remove_folio_pages tlb_remove_page: the TLB is flushed at once
#pragma relore ignore tlb_flush_mmu tlb_flush_mmu_tlbonly tlb_flush_mmu_free tlb_flush_rmaps tlb_remove_tlb_entry tlb_remove_tlb_entries
#pragma relore ignore tlb_change_page_size tlb_remove_check_page_size_change flush_tlb_* arch_enter_lazy_mmu_mode arch_leave_lazy_mmu_mode arch_check_zapped_pte
#pragma relore ignore update_mmu_cache update_mmu_cache_range update_mmu_tlb update_mmu_tlb_range flush_cache_* flush_dcache_* flush_icache_* print_bad_pte ksm_might_unmap_zero_page
#define userfaultfd_pte_wp(vma, pte)	pte_uffd_wp(pte)
#define zap_install_uffd_wp_if_needed(...)	__ignore()
#pragma relore assume zap_install_uffd_wp_if_needed: no entry is write-protected by userfaultfd, so none is replaced by a marker

/* How often a page is mapped: _mapcount starts at -1. */
#define page_mapcount(page)		(atomic_read(&(page)->_mapcount) + 1)
#define folio_mapcount(folio)		(atomic_read(&(folio)->_mapcount) + 1)
#define page_mapped(page)		(page_mapcount(page) > 0)
#define folio_mapped(folio)		(folio_mapcount(folio) > 0)
#define page_remove_rmap(page, ...)	__rmw_void(mb, add, &(page)->_mapcount.counter, -1)
#define folio_remove_rmap_pte(folio, page, vma)	__rmw_void(mb, add, &(folio)->_mapcount.counter, -1)
#define folio_remove_rmap_ptes(folio, page, nr, vma)	__rmw_void(mb, add, &(folio)->_mapcount.counter, -1)
#define page_add_file_rmap(page, ...)	__rmw_void(mb, add, &(page)->_mapcount.counter, 1)
#define folio_add_file_rmap_pte(folio, page, vma)	__rmw_void(mb, add, &(folio)->_mapcount.counter, 1)
#define folio_add_file_rmap_ptes(folio, page, nr, vma)	__rmw_void(mb, add, &(folio)->_mapcount.counter, 1)
#define page_add_anon_rmap(page, ...)	__rmw_void(mb, add, &(page)->_mapcount.counter, 1)
#define folio_add_anon_rmap_pte(folio, page, vma, ...)	__rmw_void(mb, add, &(folio)->_mapcount.counter, 1)
#define page_add_new_anon_rmap(page, ...)	__store(once, &(page)->_mapcount.counter, 0)
#define folio_add_new_anon_rmap(folio, ...)	__store(once, &(folio)->_mapcount.counter, 0)
#pragma relore assume page_remove_rmap folio_remove_rmap_pte folio_remove_rmap_ptes page_add_file_rmap folio_add_file_rmap_ptes: a mapping is a count in the page; munlock at the last unmap is left out

/* Counters of an address space, exact. */
static inline void init_rss_vec(int *rss)
{
	int each;

	for (each = 0; each < NR_MM_COUNTERS; each++)
		rss[each] = 0;
}
#define percpu_counter_add(counter, n)	__rmw_void(relaxed, add, &(counter)->count, n)
#define percpu_counter_inc(counter)	__rmw_void(relaxed, add, &(counter)->count, 1)
#define percpu_counter_dec(counter)	__rmw_void(relaxed, add, &(counter)->count, -1)
#define percpu_counter_read_positive(counter)	__load(once, &(counter)->count)
#define percpu_counter_sum(counter)	__load(once, &(counter)->count)
#define percpu_counter_sum_positive(counter)	__load(once, &(counter)->count)
#pragma relore ignore mm_trace_rss_stat sync_mm_rss check_sync_rss_stat

/* ---------------------------------------------------------------- what the real trees ask for beyond the model sources */

#define need_resched()			0
#define signal_pending(task)		0
#define fatal_signal_pending(task)	0
#define signal_pending_state(state, task)	0
#pragma relore assume need_resched signal_pending fatal_signal_pending signal_pending_state: nobody asks the process to reschedule, and no signal is pending
#define folio_mark_dirty(folio)		folio_test_set_dirty(folio)
#define set_page_dirty(page)		folio_test_set_dirty(page_folio(page))
#pragma relore assume folio_mark_dirty set_page_dirty: a folio is dirty by its flag; a_ops->dirty_folio and the tags of the page cache are left out
#define folio_mark_accessed(folio)	folio_set_referenced(folio)
#define mark_page_accessed(page)	folio_set_referenced(page_folio(page))
#pragma relore assume folio_mark_accessed mark_page_accessed: a folio that is accessed is referenced; it is not activated

/* Swap slots: a scenario that counts them has #defines of its own. */
#define free_swap_and_cache(entry)	1
#define free_swap_and_cache_nr(entry, nr)	__ignore(entry, nr)
#define swap_free(entry)		__ignore(entry)
#define swap_duplicate(entry)		0
#pragma relore assume free_swap_and_cache free_swap_and_cache_nr swap_free swap_duplicate: the counts of swap slots are left out
#define current				__current()
#pragma relore assume current: the task of a process is the object current_task of the scenario, or one without an address space

/* ---------------------------------------------------------------- the page cache: four slots and a cursor */

#define __XA_SLOTS			4
struct xarray { spinlock_t xa_lock; unsigned int xa_flags; void *xa_head; void *xa_slots[__XA_SLOTS]; };
struct xa_state { struct xarray *xa; unsigned long xa_index; unsigned long started; void *xa_node; };
#define xas_next(xas)			({ (xas)->xa_index += (xas)->started; xas_load(xas); })
#define XA_STATE(name, array, index)	struct xa_state name = { .xa = (array), .xa_index = (index) }
#define XA_STATE_ORDER(name, array, index, order)	struct xa_state name = { .xa = (array), .xa_index = (index) }
static inline void *xas_load(struct xa_state *xas)
{
	xas->started = 1;
	if (xas->xa_index >= __XA_SLOTS)
		return NULL;
	return rcu_dereference(xas->xa->xa_slots[xas->xa_index]);
}
static inline void *xas_find(struct xa_state *xas, unsigned long max)
{
	if (xas->started)
		xas->xa_index++;
	xas->started = 1;
	while (xas->xa_index <= max && xas->xa_index < __XA_SLOTS) {
		void *entry = rcu_dereference(xas->xa->xa_slots[xas->xa_index]);

		if (entry)
			return entry;
		xas->xa_index++;
	}
	return NULL;
}
static inline void *xas_store(struct xa_state *xas, void *entry)
{
	void *old = xas->xa->xa_slots[xas->xa_index];

	lockdep_assert_held(&xas->xa->xa_lock);
	xas->started = 1;
	rcu_assign_pointer(xas->xa->xa_slots[xas->xa_index], entry);
	return old;
}
#define xas_next_entry(xas, max)	xas_find(xas, max)
#define xas_reload(xas)			rcu_dereference((xas)->xa->xa_slots[(xas)->xa_index])
#define xas_set(xas, index)		({ (xas)->xa_index = (index); (xas)->started = 0; })
#define xas_set_order(xas, index, order)	xas_set(xas, index)
#define xas_reset(xas)			((xas)->started = 0)
#define xas_prev(xas)			({ (xas)->xa_index -= (xas)->started; xas_load(xas); })
#define xas_advance(xas, index)		((xas)->xa_index = (index))
/* Slots hold one index each, so an entry is in conflict with one slot: asked a second time there is no more. */
static inline void *xas_find_conflict(struct xa_state *xas)
{
	void *entry = xas->started ? NULL : xas_load(xas);

	xas->started = entry != NULL;
	return entry;
}
#define xas_for_each_conflict(xas, entry)	while (((entry) = xas_find_conflict(xas)))
#define xas_pause(xas)			({ (xas)->xa_index++; (xas)->started = 0; })
#define xas_retry(xas, entry)		0
#define xas_error(xas)			0
#define xas_nomem(xas, gfp)		0
#define xas_for_each(xas, entry, max)	for ((entry) = xas_find(xas, max); (entry); (entry) = xas_next_entry(xas, max))
#define xa_load(xa, index)		rcu_dereference((xa)->xa_slots[index])
#define xa_lock(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)		spin_unlock(&(xa)->xa_lock)
#define xas_lock(xas)			spin_lock(&(xas)->xa->xa_lock)
#define xas_unlock(xas)		spin_unlock(&(xas)->xa->xa_lock)
#define xa_lock_irq(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock_irq(xa)		spin_unlock(&(xa)->xa_lock)
#define xas_lock_irq(xas)			spin_lock(&(xas)->xa->xa_lock)
#define xas_unlock_irq(xas)		spin_unlock(&(xas)->xa->xa_lock)
#define xa_lock_bh(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock_bh(xa)		spin_unlock(&(xa)->xa_lock)
#define xas_lock_bh(xas)			spin_lock(&(xas)->xa->xa_lock)
#define xas_unlock_bh(xas)		spin_unlock(&(xas)->xa->xa_lock)
#define xa_is_value(entry)		((int)((unsigned long)(entry) & 1))
#define xa_to_value(entry)		((unsigned long)(entry) >> 1)
#define xa_mk_value(value)		((void *)((unsigned long)(value) << 1 | 1))
#define xa_is_internal(entry)		0
#define xa_is_node(entry)		0
#define xa_is_sibling(entry)		0
#define mapping_empty(mapping)		(!(mapping)->i_pages.xa_slots[0] && !(mapping)->i_pages.xa_slots[1] && !(mapping)->i_pages.xa_slots[2] && !(mapping)->i_pages.xa_slots[3])
#pragma relore ignore xas_destroy __xa_set_mark __xa_clear_mark xa_set_mark xa_clear_mark xas_set_update xas_set_lru xas_init_marks xas_set_mark xas_clear_mark xas_create_range workingset_update_node
#pragma relore assume XA_STATE xa_load: a page cache has four slots; a look-up never meets a node that moves
#define DIV_ROUND_UP(n, d)		(((n) + (d) - 1) / (d))
#define shmem_mapping(mapping)		0
#pragma relore assume shmem_mapping: mappings are those of files on disk, unless the scenario says otherwise

/* ---------------------------------------------------------------- work that is done on another CPU */

typedef struct mutex DEFINE_MUTEX;
typedef spinlock_t DEFINE_SPINLOCK;
struct work_struct { int pending; int cpu; void (*func)(struct work_struct *work); };
#define INIT_WORK(work, function)	((void)((work)->func = (function)))
#define queue_work_on(on, wq, work)	({ bool __new = __rmw(mb, xchg, &(work)->pending, 1) == 0; if (__new) (work)->cpu = (on); __new; })
#define flush_work(work)		({ bool __had = __rmw(acquire, xchg, &(work)->pending, 0) == 1; if (__had) __on_cpu((work)->cpu, (work)->func(work)); __had; })
#pragma relore assume queue_work_on flush_work: queued work runs on its CPU when it is waited for, between the local locks of that CPU
#define xas_valid(xas)			1
#define __xa_cmpxchg(xa, index, old, entry, gfp)	({ void *__was = (xa)->xa_slots[index]; lockdep_assert_held(&(xa)->xa_lock); if (__was == (old)) rcu_assign_pointer((xa)->xa_slots[index], entry); __was; })
#define xa_cmpxchg_irq(xa, index, old, entry, gfp)	({ xa_lock_irq(xa); void *__found = __xa_cmpxchg(xa, index, old, entry, gfp); xa_unlock_irq(xa); __found; })
#define __xa_store(xa, index, entry, gfp)	({ void *__was = (xa)->xa_slots[index]; lockdep_assert_held(&(xa)->xa_lock); rcu_assign_pointer((xa)->xa_slots[index], entry); __was; })

/* ---------------------------------------------------------------- statistics that are read, write-back, memory that is filled */

#define global_node_page_state(item)	0
#define global_node_page_state_pages(item)	0
#define global_zone_page_state(item)	0
#define node_page_state(pgdat, item)	0
#define node_page_state_pages(pgdat, item)	0
#define zone_page_state(zone, item)	0
#define zone_page_state_snapshot(zone, item)	0
#define lruvec_page_state(lruvec, item)	0
#define lruvec_page_state_local(lruvec, item)	0
#pragma relore assume global_node_page_state node_page_state zone_page_state lruvec_page_state: statistics read as 0
#define mapping_can_writeback(mapping)	0
#define inode_to_bdi(inode)		((struct backing_dev_info *)0)
#define folio_account_cleaned(folio, ...)	__ignore(folio)
#define mem_cgroup_track_foreign_dirty(folio, wb)	__ignore(folio)
#pragma relore assume mapping_can_writeback folio_account_cleaned: dirty pages are not accounted

/* ---------------------------------------------------------------- wait queues: two places */

typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
struct wait_queue_entry { unsigned int flags; void *private; wait_queue_func_t func; struct list_head entry; };
struct wait_queue_head { spinlock_t lock; struct list_head head; struct wait_queue_entry *place[2]; };
typedef struct wait_queue_head wait_queue_head_t;
/* Pages share one queue, the object folio_wait_table of the scenario. */
#define folio_waitqueue(folio)		(&folio_wait_table)
#define page_waitqueue(page)		(&folio_wait_table)
#define init_wait(wait)			({ (wait)->private = current; (wait)->func = autoremove_wake_function; (wait)->flags = 0; INIT_LIST_HEAD(&(wait)->entry); })
static inline void __add_wait_queue_entry_tail(struct wait_queue_head *queue, struct wait_queue_entry *wait)
{
	__assert(!queue->place[1]);
	list_add_tail(&wait->entry, &queue->head);
	if (queue->place[0])
		queue->place[1] = wait;
	else
		queue->place[0] = wait;
}
#define __add_wait_queue(queue, wait)	__add_wait_queue_entry_tail(queue, wait)
static inline void __leave_wait_queue(struct wait_queue_head *queue, struct wait_queue_entry *wait)
{
	if (queue->place[0] == wait) {
		queue->place[0] = queue->place[1];
		queue->place[1] = NULL;
	} else if (queue->place[1] == wait) {
		queue->place[1] = NULL;
	}
}
static inline void finish_wait(struct wait_queue_head *queue, struct wait_queue_entry *wait)
{
	set_current_state(TASK_RUNNING);
	if (READ_ONCE(wait->entry.next)) {
		spin_lock(&queue->lock);
		__leave_wait_queue(queue, wait);
		list_del_init(&wait->entry);
		spin_unlock(&queue->lock);
	}
}
static inline void __wake_up_locked_key(struct wait_queue_head *queue, unsigned int mode, void *key)
{
	struct wait_queue_entry *wait = queue->place[0];

	while (wait) {
		struct wait_queue_entry *next = wait == queue->place[0] ? queue->place[1] : NULL;
		unsigned int flags = wait->flags;
		int woken = wait->func(wait, mode, 0, key);

		if (!wait->entry.next)
			__leave_wait_queue(queue, wait);
		if (woken < 0 || (woken && (flags & WQ_FLAG_EXCLUSIVE)))
			break;
		wait = next;
	}
}
#define waitqueue_active(queue)		(READ_ONCE((queue)->place[0]) != NULL)
#define wq_has_sleeper(queue)		({ smp_mb(); waitqueue_active(queue); })
#define autoremove_wake_function	((wait_queue_func_t)0)
#define set_current_state(state)	smp_store_mb(current->__state, state)
#define __set_current_state(state)	WRITE_ONCE(current->__state, state)
#define wake_up_state(task, mode)	({ WRITE_ONCE(((struct task_struct *)(task))->__state, TASK_RUNNING); 1; })
#define wake_up_process(task)		wake_up_state(task, TASK_NORMAL)
#define schedule()			__wait_until(READ_ONCE(current->__state) == 0)	/* TASK_RUNNING */
#define io_schedule()			schedule()
#define schedule_timeout(timeout)	({ if (__choose(0, 1)) schedule(); else __set_current_state(0); 0; })
#define io_schedule_timeout(timeout)	schedule_timeout(timeout)
#define schedule_preempt_disabled()	schedule()
/* Who waits for a condition goes on when it holds: that whoever makes it true also wakes the queue is not asked. */
#define wait_event(queue, condition)	__wait_until(condition)
#define wait_event_killable(queue, condition)	({ __wait_until(condition); 0; })
#define wait_event_interruptible(queue, condition)	({ __wait_until(condition); 0; })
#define wait_event_freezable(queue, condition)	({ __wait_until(condition); 0; })
#define io_wait_event(queue, condition)	__wait_until(condition)
#define wait_event_lock_irq(queue, condition, l)	({ while (!(condition)) { spin_unlock_irq(&(l)); __wait_until(condition); spin_lock_irq(&(l)); } })
#define wait_event_timeout(queue, condition, timeout)	({ if (__choose(0, 1)) __wait_until(condition); !!(condition); })
#define wait_event_interruptible_timeout(queue, condition, timeout)	wait_event_timeout(queue, condition, timeout)
#define wait_event_killable_timeout(queue, condition, timeout)	wait_event_timeout(queue, condition, timeout)
#define wait_var_event(var, condition)	__wait_until(condition)
#define wait_on_bit(word, bit, mode)	({ __await(word, 1UL << (bit), 0); 0; })
#define wait_on_bit_io(word, bit, mode)	wait_on_bit(word, bit, mode)
#define wait_on_bit_lock(word, bit, mode)	({ __await_take(word, 1UL << (bit)); 0; })
#pragma relore ignore wake_up_var wake_up_bit
#pragma relore assume wait_event wait_event_killable wait_event_interruptible wait_event_timeout wait_var_event wait_on_bit wait_on_bit_lock: who waits for a condition is woken when it holds
struct completion { unsigned int done; };
#define init_completion(x)		((x)->done = 0)
#define reinit_completion(x)		((x)->done = 0)
#define complete(x)			__rmw_void(release, add, &(x)->done, 1)
#define try_wait_for_completion(x)	__add_unless(acquire, &(x)->done, -1, 0)
#define completion_done(x)		(READ_ONCE((x)->done) != 0)
static inline void wait_for_completion(struct completion *x)
{
	do {
		__wait_until(READ_ONCE(x->done) != 0);
	} while (!try_wait_for_completion(x));
}
#pragma relore assume __add_wait_queue_entry_tail finish_wait __wake_up_locked_key: a wait queue has two places; who sleeps looks again until its condition holds

/* ---------------------------------------------------------------- huge entries, and the walk to the entry of a page */

#define pmd_val(pmd)			(pmd)
#define __pmd(value)			((pmd_t)(value))
#define pmd_present(pmd)		(__pte_kind(pmd) == __PTE_PRESENT)
#define pmd_page(pmd)			((struct page *)__pte_what(pmd))
#define pmd_folio(pmd)			((struct folio *)__pte_what(pmd))
#define pmd_pfn(pmd)			__pte_what(pmd)
#define pmd_same(a, b)			((a) == (b))
#define pmd_dirty(pmd)			pte_dirty(pmd)
#define pmd_young(pmd)			pte_young(pmd)
#define pmd_write(pmd)			pte_write(pmd)
#define pmd_uffd_wp(pmd)		pte_uffd_wp(pmd)
#define pmd_soft_dirty(pmd)		0
#define pmd_protnone(pmd)		0
#define pmd_mkclean(pmd)		pte_mkclean(pmd)
#define pmd_mkdirty(pmd)		pte_mkdirty(pmd)
#define pmd_mkold(pmd)			pte_mkold(pmd)
#define pmd_mkyoung(pmd)		pte_mkyoung(pmd)
#define pmd_wrprotect(pmd)		pte_wrprotect(pmd)
#define pmd_modify(pmd, prot)		pte_modify(pmd, prot)
#define pmd_mkwrite(pmd, ...)		((pmd) | __PTE_WRITE)
#define vm_normal_page_pmd(vma, addr, pmd)	(pmd_present(pmd) ? pmd_page(pmd) : NULL)
#define vm_normal_folio_pmd(vma, addr, pmd)	(pmd_present(pmd) ? pmd_folio(pmd) : NULL)
#define pmd_to_swp_entry(pmd)		pte_to_swp_entry(pmd)
#define swp_entry_to_pmd(entry)		((entry).val)
#define is_pmd_migration_entry(pmd)	(__pte_kind(pmd) == __PTE_MIGRATION)
#define is_pmd_device_private_entry(pmd)	(__pte_kind(pmd) == __PTE_DEVICE_PRIVATE)
#define is_huge_zero_pmd(pmd)		0
#define is_huge_zero_folio(folio)	0
#define pmdp_get(pmdp)			__load(once, pmdp)
#define pmdp_get_lockless(pmdp)		__load(once, pmdp)
#define pmd_read_atomic(pmdp)		__load(once, pmdp)
#define set_pmd_at(mm, addr, pmdp, pmd)	__store(once, pmdp, pmd)
#define pmdp_huge_get_and_clear_full(vma, addr, pmdp, full)	__rmw(relaxed, xchg, pmdp, 0)
#define pmdp_invalidate(vma, addr, pmdp)	__rmw(relaxed, xchg, pmdp, 0)
#define pmd_lockptr(mm, pmdp)		(&(mm)->page_table_lock)
#define pmd_lock(mm, pmdp)		({ spin_lock(&(mm)->page_table_lock); &(mm)->page_table_lock; })
#define arch_needs_pgtable_deposit()	0
#define split_huge_pmd_locked(...)	__ignore()
#define __split_huge_pmd(...)		__ignore()
#define folio_remove_rmap_pmd(folio, page, vma)	__rmw_void(mb, add, &(folio)->_mapcount.counter, -1)
#define pgtable_trans_huge_withdraw(mm, pmd)	((struct page *)NULL)
#pragma relore ignore zap_deposited_table pgtable_trans_huge_deposit tlb_remove_pmd_tlb_entry mm_dec_nr_ptes mm_inc_nr_ptes flush_pmd_tlb_range
#pragma relore assume pmd_lock pmd_lockptr pmdp_huge_get_and_clear_full: a huge entry is a word like any entry, under mm->page_table_lock; it is not split
/* A folio has one entry in an address space: the first of its table. */
static inline bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	struct mm_struct *mm = pvmw->vma->vm_mm;
	pte_t pte;

	if (pvmw->pte) {
		spin_unlock(pvmw->ptl);
		return false;
	}
	pvmw->ptl = pte_lockptr(mm, mm->pgd);
	spin_lock(pvmw->ptl);
	pvmw->pte = pte_offset_map(mm->pgd, pvmw->address);
	pte = ptep_get(pvmw->pte);
	if (__pte_what(pte) == pvmw->pfn && __pte_kind(pte) == (pvmw->flags & PVMW_MIGRATION ? __PTE_MIGRATION : __PTE_PRESENT))
		return true;
	spin_unlock(pvmw->ptl);
	return false;
}
#define page_vma_mapped_walk_done(pvmw)	spin_unlock((pvmw)->ptl)
#pragma relore assume page_vma_mapped_walk: an address space maps a folio by one entry, in the table that mm->pgd points to

/* ---------------------------------------------------------------- truncation, and what files on disk add to it */

#define dax_delete_mapping_entry(mapping, index)	__ignore(index)
#define dax_delete_mapping_range(...)	__ignore()
#define dax_mapping(mapping)		0
#define folio_needs_release(folio)	0
#define folio_has_private(folio)	0
#define folio_test_private(folio)	0
#define page_has_private(page)		0
#define folio_get_private(folio)	NULL
#define filemap_release_folio(folio, gfp)	1
#define cleancache_invalidate_page(...)	__ignore()
#define mapping_shrinkable(mapping)	0
#define inode_add_lru(inode)		__ignore(inode)
#define folio_zero_range(...)		__ignore()
#define folio_zero_segment(...)		__ignore()
#define folio_zero_segments(...)	__ignore()
#define memset(...)			__ignore()
#define memcpy(...)			__ignore()
#pragma relore assume folio_needs_release folio_has_private folio_test_private filemap_release_folio: folios have no private data of a file system
#pragma relore assume folio_zero_range folio_zero_segment memset memcpy: the contents of memory are left out
#define HPAGE_PMD_ORDER			9
#define HPAGE_PMD_NR			512
#define folio_test_pmd_mappable(folio)	0
#define folio_unqueue_deferred_split(folio)	0
#define mem_cgroup_charge(folio, mm, gfp)	0
#define mem_cgroup_migrate(old, new)	__ignore(old)

#pragma relore ignore css_get css_put css_get_many css_put_many mem_cgroup_get mem_cgroup_put obj_cgroup_get obj_cgroup_put __wake_up wake_up_all
#define css_tryget(css)			1
#define css_tryget_online(css)		1
#define css_is_dying(css)		0
#define percpu_ref_get(ref)		__ignore(ref)
#define percpu_ref_put(ref)		__ignore(ref)
#define percpu_ref_tryget(ref)		1
#define percpu_ref_tryget_live(ref)	1
#pragma relore assume percpu_ref_get percpu_ref_put percpu_ref_tryget percpu_ref_tryget_live: what is counted per CPU stays
typedef struct { unsigned long bits[1]; } nodemask_t;
#define memory_cgrp_id			0
#define __builtin_return_address(level)	NULL
/* Flags of a VMA above bit 31: a word has 32 bits here. */
#define VM_ALLOW_ANY_UNCACHED		0
#define VM_DROPPABLE			0
#define VM_MTE				0
#define VM_MTE_ALLOWED			0
#define VM_SEALED			0
#define VM_SHADOW_STACK			0
#define VM_UFFD_MINOR			0
#pragma relore assume VM_ALLOW_ANY_UNCACHED VM_DROPPABLE VM_MTE VM_MTE_ALLOWED VM_SEALED VM_SHADOW_STACK VM_UFFD_MINOR: VMAs have no flag above bit 31
#define mmu_notifier_test_young(...)	0
#define mmu_notifier_clear_young(...)	0
#define mmu_notifier_clear_flush_young(...)	0
#define mm_has_notifiers(mm)		0
#pragma relore assume mmu_notifier_test_young mmu_notifier_clear_young mmu_notifier_clear_flush_young mm_has_notifiers: nobody else maps the pages of a process
#pragma relore ignore kmsan_* kasan_* kmemleak_* cgroup_file_notify arch_sync_kernel_mappings
#define is_ksm_zero_pte(pte)		0
#define preempt_count()			0
#pragma relore assume preempt_count: code that asks whether it may sleep is told that it may
#pragma relore ignore sb_start_write sb_end_write sb_start_pagefault sb_end_pagefault file_update_time pgd_clear_bad p4d_clear_bad pud_clear_bad pmd_clear_bad
/* Which object an allocation gives is for the scenario to say. */
#define kmalloc(...)	kmalloc_is_not_modelled()
#define kmalloc_array(...)	kmalloc_array_is_not_modelled()
#define kmalloc_node(...)	kmalloc_node_is_not_modelled()
#define kzalloc(...)	kzalloc_is_not_modelled()
#define kzalloc_node(...)	kzalloc_node_is_not_modelled()
#define kcalloc(...)	kcalloc_is_not_modelled()
#define kvmalloc(...)	kvmalloc_is_not_modelled()
#define kvzalloc(...)	kvzalloc_is_not_modelled()
#define kmem_cache_alloc(...)	kmem_cache_alloc_is_not_modelled()
#define kmem_cache_alloc_lru(...)	kmem_cache_alloc_lru_is_not_modelled()
#define kmem_cache_alloc_node(...)	kmem_cache_alloc_node_is_not_modelled()
#define kmem_cache_zalloc(...)	kmem_cache_zalloc_is_not_modelled()
#define alloc_page(...)	alloc_page_is_not_modelled()
#define alloc_pages(...)	alloc_pages_is_not_modelled()
#define folio_alloc(...)	folio_alloc_is_not_modelled()
#define vma_alloc_folio(...)	vma_alloc_folio_is_not_modelled()
#define __folio_alloc(...)	__folio_alloc_is_not_modelled()
#define pte_alloc_one(...)	pte_alloc_one_is_not_modelled()
#define mempool_alloc(...)	mempool_alloc_is_not_modelled()
#define is_zero_pfn(pfn)		0
#define my_zero_pfn(addr)		0UL
#define zero_pfn			0UL
#define try_to_map_unused_to_zeropage(...)	0
#pragma relore assume css_get css_put css_tryget: memory cgroups stay
#pragma relore ignore reclaim_throttle wake_throttle_isolated mem_cgroup_charge_statistics memcg_check_events memcg1_check_events mem_cgroup_uncharge mem_cgroup_uncharge_* __mem_cgroup_uncharge* add_taint filemap_nr_thps_dec update_skip_pageblock
#pragma relore ignore memcg1_charge_statistics
#define ALIGN(x, a)			(((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a)		((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a)		(((x) & ((typeof(x))(a) - 1)) == 0)
#define static_branch_likely(key)	0
#define static_branch_unlikely(key)	0
#define static_branch_maybe(config, key)	0
#define static_key_enabled(key)		0
#define static_key_false(key)		0
#define init_on_free			0
#define init_on_alloc			0
#define want_init_on_free()		0
#define want_init_on_alloc(flags)	0
#pragma relore assume static_branch_likely static_branch_unlikely static_branch_maybe static_key_enabled: static keys are off
#define LLONG_MAX			0x7fffffff
#define filemap_alloc_folio(...)	NULL
#define mapping_min_folio_order(mapping)	0
#define mapping_max_folio_order(mapping)	0
#define mapping_large_folio_support(mapping)	0
#pragma relore assume filemap_alloc_folio: memory for the page cache is not to be had
#define filemap_add_folio(...)		(-ENOMEM)
#define add_to_page_cache_lru(...)	(-ENOMEM)
#define shmem_get_partial_folio(inode, index)	((struct folio *)NULL)
#pragma relore assume shmem_get_partial_folio: a hole begins and ends between pages
#define pageblock_order			9
#define pageblock_nr_pages		512UL
static inline unsigned long __ffs(unsigned long word)
{
	unsigned long bit = 0;

	while (!(word & 1) && bit < 31) {
		word >>= 1;
		bit++;
	}
	return bit;
}
static inline unsigned long __fls(unsigned long word)
{
	unsigned long bit = 0;

	if (word >> 16)
		bit = 16;
	if (word >> (bit + 8))
		bit += 8;
	if (word >> (bit + 4))
		bit += 4;
	if (word >> (bit + 2))
		bit += 2;
	return word >> (bit + 1) ? bit + 1 : bit;
}
#define fls(word)			((word) ? (int)__fls(word) + 1 : 0)
#define fls_long(word)			fls(word)
#define ilog2(word)			((int)__fls(word))
#define free_unref_folios(folios)	__assert((folios)->nr == 0)
#define free_unref_page_list(list)	__assert(list_empty(list))
#define test_and_set_skip(...)		0
#define fault_in_readable(...)		0
#define current_time(inode)		((struct timespec64){ 0 })
#pragma relore ignore inode_inc_iversion inode_maybe_inc_iversion inode_set_ctime_current inode_set_mtime_to_ts inode_set_ctime_to_ts
#pragma relore assume current_time inode_set_ctime_current inode_set_mtime_to_ts: times of inodes are left out
#pragma relore ignore inode_sub_bytes inode_add_bytes __inode_sub_bytes __inode_add_bytes percpu_counter_add_batch dquot_* shmem_recalc_inode shmem_inode_unacct_blocks
#define __wake_up_locked_key_bookmark(queue, mode, key, bookmark)	__wake_up_locked_key(queue, mode, key)
#define get_pfnblock_flags_mask(...)	0UL
#define set_pfnblock_flags_mask(...)	__ignore()
#define get_pageblock_skip(page)	0
#define get_pageblock_migratetype(page)	0
#pragma relore assume get_pfnblock_flags_mask get_pageblock_skip get_pageblock_migratetype: page blocks have no flags

/* ---------------------------------------------------------------- without effect on what any rule watches */

#pragma relore ignore count_vm_event count_vm_events __count_vm_event __count_vm_events count_memcg_* __count_memcg_*
#pragma relore ignore *mod_*_state *mod_*_page_state zone_stat_mod_folio node_stat_mod_folio __mod_* mod_*
#pragma relore absent update_lru_size __update_lru_size
#pragma relore ignore mem_cgroup_update_lru_size workingset_age_nonresident lru_note_cost*
#pragma relore ignore trace_* pr_* dump_* might_sleep cond_resched BUILD_BUG_ON static_assert psi_* delayacct_*
