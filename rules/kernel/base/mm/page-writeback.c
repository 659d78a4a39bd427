// SPDX-License-Identifier: MIT
#include "internal.h"

/* The group of the page must not change while its dirty pages are counted. */
int __set_page_dirty_nobuffers(struct page *page)
{
	struct address_space *mapping = page_mapping(page);
	struct mem_cgroup *memcg;

	lock_page_memcg(page);
	memcg = page->mem_cgroup;
	xa_lock_irq(&mapping->i_pages);
	xa_unlock_irq(&mapping->i_pages);
	__unlock_page_memcg(memcg);
	return 1;
}
