// SPDX-License-Identifier: MIT
#include "internal.h"

/* The locks of a split, outermost first: LRU, then page cache. */
int split_huge_page_to_list(struct page *page)
{
	struct zone *zone = page_zone(page);

	spin_lock_irq(zone_lru_lock(zone));
	xa_lock(&page->mapping->i_pages);	/* called tree_lock up to v4.16 */
	xa_unlock(&page->mapping->i_pages);
	spin_unlock_irq(zone_lru_lock(zone));
	return 0;
}
