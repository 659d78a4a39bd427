// SPDX-License-Identifier: MIT
#include "internal.h"

/* The last mapping went away without a munlock. */
void clear_page_mlock(struct page *page)
{
	if (!TestClearPageMlocked(page))
		return;

	mod_zone_page_state(page_zone(page), NR_MLOCK, -1);
	count_vm_event(UNEVICTABLE_PGCLEARED);
	if (!isolate_lru_page(page))
		putback_lru_page(page);
	else if (PageUnevictable(page))
		count_vm_event(UNEVICTABLE_PGSTRANDED);
}

void mlock_vma_page(struct page *page)
{
	if (TestSetPageMlocked(page))
		return;

	mod_zone_page_state(page_zone(page), NR_MLOCK, 1);
	count_vm_event(UNEVICTABLE_PGMLOCKED);
	if (!isolate_lru_page(page))
		putback_lru_page(page);
}

/* Caller holds the LRU lock. */
static bool __munlock_isolate_lru_page(struct page *page, bool getpage)
{
	struct lruvec *lruvec;

	if (!PageLRU(page))
		return false;

	lruvec = mem_cgroup_page_lruvec(page, page_pgdat(page));
	if (getpage)
		get_page(page);
	ClearPageLRU(page);
	del_page_from_lru_list(page, lruvec, page_lru(page));
	return true;
}

/*
 * The rmap walk that finds another VM_LOCKED mapping and sets PG_mlocked again is left out:
 * one VM_LOCKED mapping is all that a page has here.
 */
static void __munlock_isolated_page(struct page *page)
{
	if (!PageMlocked(page))
		count_vm_event(UNEVICTABLE_PGMUNLOCKED);
	putback_lru_page(page);
}

/* Who has isolated the page is expected to put it back on the right list. */
static void __munlock_isolation_failed(struct page *page)
{
	if (PageUnevictable(page))
		count_vm_event(UNEVICTABLE_PGSTRANDED);
	else
		count_vm_event(UNEVICTABLE_PGMUNLOCKED);
}

/* Returns how many pages were munlocked. */
unsigned int munlock_vma_page(struct page *page)
{
	struct zone *zone = page_zone(page);
	bool isolated;

	spin_lock_irq(zone_lru_lock(zone));
	if (!TestClearPageMlocked(page)) {
		spin_unlock_irq(zone_lru_lock(zone));
		return 0;
	}

	mod_zone_page_state(zone, NR_MLOCK, -1);
	isolated = __munlock_isolate_lru_page(page, true);
	spin_unlock_irq(zone_lru_lock(zone));

	if (isolated)
		__munlock_isolated_page(page);
	else
		__munlock_isolation_failed(page);
	return 1;
}
