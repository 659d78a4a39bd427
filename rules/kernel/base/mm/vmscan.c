// SPDX-License-Identifier: MIT
#include "internal.h"
#include <uapi/asm-generic/errno-base.h>

/* Takes the page off its list and a reference with it. Returns 0, or -EBUSY when it is on no list. */
int isolate_lru_page(struct page *page)
{
	struct zone *zone = page_zone(page);
	struct lruvec *lruvec;
	int ret = -EBUSY;

	VM_BUG_ON_PAGE(!page_count(page), page);
	if (!PageLRU(page))
		return ret;

	spin_lock_irq(zone_lru_lock(zone));
	lruvec = mem_cgroup_page_lruvec(page, zone->zone_pgdat);
	if (PageLRU(page)) {
		get_page(page);
		ClearPageLRU(page);
		del_page_from_lru_list(page, lruvec, page_lru(page));
		ret = 0;
	}
	spin_unlock_irq(zone_lru_lock(zone));
	return ret;
}

void putback_lru_page(struct page *page)
{
	lru_cache_add(page);
	put_page(page);	/* of isolate_lru_page() */
}
