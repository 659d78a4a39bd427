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

/* The pages of a mapping that has lost AS_UNEVICTABLE: those that are evictable now leave the unevictable list. */
void check_move_unevictable_pages(struct pagevec *pvec)
{
	struct pglist_data *locked = NULL;
	int i;

	for (i = 0; i < pagevec_count(pvec); i++) {
		struct page *page = pvec->pages[i];
		struct pglist_data *pgdat = page_pgdat(page);
		struct lruvec *lruvec;

		if (pgdat != locked) {
			if (locked)
				spin_unlock_irq(&locked->lru_lock);
			locked = pgdat;
			spin_lock_irq(&locked->lru_lock);
		}

		/* A page that is on no list yet is left to the one who adds it. */
		if (!PageLRU(page))
			continue;
		if (PageUnevictable(page) && page_evictable(page)) {
			lruvec = mem_cgroup_page_lruvec(page, pgdat);
			del_page_from_lru_list(page, lruvec, page_lru(page));
			ClearPageUnevictable(page);
			add_page_to_lru_list(page, lruvec, page_lru(page));
			__count_vm_event(UNEVICTABLE_PGRESCUED);
		}
	}

	if (locked)
		spin_unlock_irq(&locked->lru_lock);
}
