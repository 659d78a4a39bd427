/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_INLINE_H
#define _LINUX_MM_INLINE_H

#include <linux/mm.h>

static inline int page_is_file_cache(struct page *page)
{
	return !PageSwapBacked(page);
}

/* The list that the flags of the page name. */
static inline enum lru_list page_lru(struct page *page)
{
	enum lru_list list = LRU_INACTIVE_ANON;

	if (PageUnevictable(page))
		return LRU_UNEVICTABLE;
	if (page_is_file_cache(page))
		list += LRU_FILE;
	if (PageActive(page))
		list += LRU_ACTIVE;
	return list;
}

static inline void add_page_to_lru_list(struct page *page, struct lruvec *lruvec, enum lru_list lru)
{
	update_lru_size(lruvec, lru, page_zonenum(page), 1);
	list_add(&page->lru, &lruvec->lists[lru]);
}

static inline void add_page_to_lru_list_tail(struct page *page, struct lruvec *lruvec, enum lru_list lru)
{
	update_lru_size(lruvec, lru, page_zonenum(page), 1);
	list_add_tail(&page->lru, &lruvec->lists[lru]);
}

static inline void del_page_from_lru_list(struct page *page, struct lruvec *lruvec, enum lru_list lru)
{
	list_del(&page->lru);
	update_lru_size(lruvec, lru, page_zonenum(page), -1);
}

#endif
