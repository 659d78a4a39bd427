// SPDX-License-Identifier: MIT
#include "internal.h"

/* What compaction does with one page of a block. Returns whether it is isolated now, with a reference. */
bool isolate_migratepages_block(struct page *page)
{
	struct zone *zone = page_zone(page);
	struct lruvec *lruvec;
	bool isolated = false;

	/* Nobody frees a page of the LRU from here on: who drops the last reference takes this lock before. */
	spin_lock_irq(zone_lru_lock(zone));
	if (!__isolate_lru_page(page)) {
		lruvec = mem_cgroup_page_lruvec(page, zone->zone_pgdat);
		del_page_from_lru_list(page, lruvec, page_lru(page));
		isolated = true;
	}
	spin_unlock_irq(zone_lru_lock(zone));
	return isolated;
}
