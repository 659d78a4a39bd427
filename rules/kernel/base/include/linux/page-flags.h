/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_workingset,
	PG_reclaim, PG_private, PG_waiters,
	PG_swapbacked,
	PG_unevictable,
	PG_mlocked,
	__NR_PAGEFLAGS,
};

/* Which page holds the flag. Pages are of order 0, so it is always the page that was asked about. */
#define PF_HEAD(page) (page)
#define PF_NO_TAIL(page) (page)

#define TESTPAGEFLAG(uname, lname, policy) \
static inline int Page##uname(struct page *page) \
{ return test_bit(PG_##lname, &policy(page)->flags); }

#define SETPAGEFLAG(uname, lname, policy) \
static inline void SetPage##uname(struct page *page) \
{ set_bit(PG_##lname, &policy(page)->flags); }

#define CLEARPAGEFLAG(uname, lname, policy) \
static inline void ClearPage##uname(struct page *page) \
{ clear_bit(PG_##lname, &policy(page)->flags); }

/* The plain forms rewrite the whole word: only for a page that nobody else can reach. */
#define __SETPAGEFLAG(uname, lname, policy) \
static inline void __SetPage##uname(struct page *page) \
{ __set_bit(PG_##lname, &policy(page)->flags); }

#define __CLEARPAGEFLAG(uname, lname, policy) \
static inline void __ClearPage##uname(struct page *page) \
{ __clear_bit(PG_##lname, &policy(page)->flags); }

#define TESTSETFLAG(uname, lname, policy) \
static inline int TestSetPage##uname(struct page *page) \
{ return test_and_set_bit(PG_##lname, &policy(page)->flags); }

#define TESTCLEARFLAG(uname, lname, policy) \
static inline int TestClearPage##uname(struct page *page) \
{ return test_and_clear_bit(PG_##lname, &policy(page)->flags); }

#define PAGEFLAG(uname, lname, policy) \
	TESTPAGEFLAG(uname, lname, policy) \
	SETPAGEFLAG(uname, lname, policy) \
	CLEARPAGEFLAG(uname, lname, policy)

#define __PAGEFLAG(uname, lname, policy) \
	TESTPAGEFLAG(uname, lname, policy) \
	__SETPAGEFLAG(uname, lname, policy) \
	__CLEARPAGEFLAG(uname, lname, policy)

__PAGEFLAG(Locked, locked, PF_NO_TAIL)
PAGEFLAG(Referenced, referenced, PF_HEAD) TESTCLEARFLAG(Referenced, referenced, PF_HEAD)
PAGEFLAG(LRU, lru, PF_HEAD) __CLEARPAGEFLAG(LRU, lru, PF_HEAD)
PAGEFLAG(Active, active, PF_HEAD) __CLEARPAGEFLAG(Active, active, PF_HEAD)
PAGEFLAG(SwapBacked, swapbacked, PF_NO_TAIL) __SETPAGEFLAG(SwapBacked, swapbacked, PF_NO_TAIL)
PAGEFLAG(Unevictable, unevictable, PF_HEAD) __CLEARPAGEFLAG(Unevictable, unevictable, PF_HEAD)
	TESTCLEARFLAG(Unevictable, unevictable, PF_HEAD)
PAGEFLAG(Mlocked, mlocked, PF_NO_TAIL) __CLEARPAGEFLAG(Mlocked, mlocked, PF_NO_TAIL)
	TESTSETFLAG(Mlocked, mlocked, PF_NO_TAIL) TESTCLEARFLAG(Mlocked, mlocked, PF_NO_TAIL)

#endif
