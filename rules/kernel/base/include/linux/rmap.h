/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RMAP_H
#define _LINUX_RMAP_H

#include <linux/mm.h>
#include <linux/mm_types_task.h>

static inline int PageAnon(struct page *page)
{
	return ((unsigned long)page->mapping & PAGE_MAPPING_ANON) != 0;
}

static inline int PagePrivate(struct page *page)
{
	return test_bit(PG_private, &page->flags);
}

static inline void SetPageWaiters(struct page *page)
{
	set_bit(PG_waiters, &page->flags);
}

static inline void ClearPageWaiters(struct page *page)
{
	clear_bit(PG_waiters, &page->flags);
}

static inline int PageUptodate(struct page *page)
{
	return test_bit(PG_uptodate, &page->flags);
}

/* The counter that a mapped page is in. */
static inline int mm_counter(struct page *page)
{
	if (PageAnon(page))
		return MM_ANONPAGES;
	return MM_FILEPAGES;
}

#endif
