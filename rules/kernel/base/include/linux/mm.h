/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/vm_event_item.h>

#define PAGE_MAPPING_ANON 0x1
#define PAGE_MAPPING_MOVABLE 0x2
#define PAGE_MAPPING_FLAGS (PAGE_MAPPING_ANON | PAGE_MAPPING_MOVABLE)

struct address_space *page_mapping(struct page *page);
void __put_page(struct page *page);

static inline struct pglist_data *page_pgdat(struct page *page)
{
	return NODE_DATA(page_to_nid(page));
}

static inline struct zone *page_zone(struct page *page)
{
	return &page_pgdat(page)->node_zones[page_zonenum(page)];
}

static inline int page_count(struct page *page)
{
	return atomic_read(&page->_refcount);
}

static inline void get_page(struct page *page)
{
	VM_BUG_ON_PAGE(page_count(page) <= 0, page);
	atomic_inc(&page->_refcount);
}

static inline int put_page_testzero(struct page *page)
{
	VM_BUG_ON_PAGE(page_count(page) == 0, page);
	return atomic_dec_and_test(&page->_refcount);
}

static inline void put_page(struct page *page)
{
	if (put_page_testzero(page))
		__put_page(page);
}

#endif
