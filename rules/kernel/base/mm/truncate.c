// SPDX-License-Identifier: MIT
#include "internal.h"
#include <linux/fs.h>
#include <linux/rmap.h>

/* The page of the file, locked and with a reference. It has not left the file while its lock was waited for. */
static struct page *find_lock_page(struct address_space *mapping, pgoff_t index)
{
	struct page *page;

repeat:
	page = xa_load(&mapping->i_pages, index);
	if (!page)
		return NULL;
	if (!get_page_unless_zero(page))
		goto repeat;
	lock_page(page);
	if (page->mapping != mapping) {
		unlock_page(page);
		put_page(page);
		goto repeat;
	}
	return page;
}

static void delete_from_page_cache(struct page *page)
{
	struct address_space *mapping = page->mapping;
	XA_STATE(xas, &mapping->i_pages, page->index);

	xas_lock_irq(&xas);
	xas_store(&xas, NULL);
	page->mapping = NULL;
	xas_unlock_irq(&xas);
	put_page(page);
}

/* Caller holds the lock of the page, so no migration of it is under way: what maps it, maps it by a present entry. */
static void truncate_inode_page(struct address_space *mapping, struct page *page)
{
	if (page_mapped(page))
		unmap_mapping_range(mapping, page->index << PAGE_SHIFT, PAGE_SIZE, 0);
	delete_from_page_cache(page);
}

/* One page at a time. */
void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	pgoff_t index = lstart >> PAGE_SHIFT;
	struct page *page;

	while ((page = find_lock_page(mapping, index))) {
		truncate_inode_page(mapping, page);
		unlock_page(page);
		put_page(page);
	}
}

void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
	truncate_inode_pages_range(mapping, lstart, -1);
}

/*
 * Private copies beyond the new end go too. The second unmapping is for those that a fault makes of a page which it has locked
 * before the loop gets to that page.
 */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;

	unmap_mapping_range(mapping, newsize, 0, 1);
	truncate_inode_pages(mapping, newsize);
	unmap_mapping_range(mapping, newsize, 0, 1);
}

void truncate_setsize(struct inode *inode, loff_t newsize)
{
	i_size_write(inode, newsize);
	truncate_pagecache(inode, newsize);
}

/* A hole. Private copies stay. The first unmapping saves the loop most of the work, and nothing depends on it. */
void truncate_pagecache_range(struct inode *inode, loff_t lstart, loff_t lend)
{
	struct address_space *mapping = inode->i_mapping;

	unmap_mapping_range(mapping, lstart, lend - lstart + 1, 0);
	truncate_inode_pages_range(mapping, lstart, lend);
}
