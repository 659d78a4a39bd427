/* SPDX-License-Identifier: MIT */
#ifndef __MM_INTERNAL_H
#define __MM_INTERNAL_H

#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/swap.h>

int isolate_lru_page(struct page *page);
void putback_lru_page(struct page *page);
unsigned int munlock_vma_page(struct page *page);
void mlock_vma_page(struct page *page);
void clear_page_mlock(struct page *page);

/* Two words are read here, mapping->flags and page->flags, in this order. */
static inline int page_evictable(struct page *page)
{
	int evictable;

	rcu_read_lock();
	evictable = !mapping_unevictable(page_mapping(page)) && !PageMlocked(page);
	rcu_read_unlock();
	return evictable;
}

#endif
