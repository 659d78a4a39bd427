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

/* Takes a reference and PG_lru. The caller holds the LRU lock, and takes the page off its list when 0 is returned. */
int __isolate_lru_page(struct page *page)
{
	if (!PageLRU(page))
		return -EINVAL;

	/* Only a locked page keeps its mapping, which is asked whether it can move dirty pages. */
	if (!trylock_page(page))
		return -EBUSY;
	unlock_page(page);

	if (!get_page_unless_zero(page))
		return -EBUSY;
	ClearPageLRU(page);
	return 0;
}

/* What reclaim has isolated and could not free goes back. The caller holds the LRU lock. */
unsigned int move_pages_to_lru(struct lruvec *lruvec, struct list_head *list)
{
	LIST_HEAD(pages_to_free);
	unsigned int moved = 0;

	while (!list_empty(list)) {
		struct page *page = lru_to_page(list);

		list_del(&page->lru);
		SetPageLRU(page);
		add_page_to_lru_list(page, lruvec, page_lru(page));

		/* Who drops the last reference later finds the page on its list. */
		if (put_page_testzero(page)) {
			del_page_from_lru_list(page, lruvec, page_lru(page));
			__ClearPageLRU(page);
			__ClearPageActive(page);
			list_add(&page->lru, &pages_to_free);
			continue;
		}
		moved++;
	}

	list_splice(&pages_to_free, list);
	return moved;
}
