// SPDX-License-Identifier: MIT
#include "internal.h"

static DEFINE_PER_CPU(struct pagevec, lru_add_pvec);
static DEFINE_PER_CPU(struct pagevec, lru_rotate_pvecs);
static DEFINE_PER_CPU(struct pagevec, activate_page_pvecs);

/* The last reference is gone, so nobody else looks at the flags and plain clears will do. */
static void __page_cache_release(struct page *page)
{
	struct zone *zone = page_zone(page);
	struct lruvec *lruvec;
	unsigned long flags;

	if (!PageLRU(page))
		return;
	spin_lock_irqsave(zone_lru_lock(zone), flags);
	lruvec = mem_cgroup_page_lruvec(page, zone->zone_pgdat);
	del_page_from_lru_list(page, lruvec, page_lru(page));
	__ClearPageLRU(page);
	__ClearPageActive(page);
	__ClearPageUnevictable(page);
	spin_unlock_irqrestore(zone_lru_lock(zone), flags);
}

void __put_page(struct page *page)
{
	__page_cache_release(page);
	free_unref_page(page);
}

void release_pages(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (put_page_testzero(pages[i]))
			__put_page(pages[i]);
	}
}

/* Runs move_fn on each page under the LRU lock of its node; drops the reference of the batch. */
static void pagevec_lru_move_fn(struct pagevec *pvec,
	void (*move_fn)(struct page *page, struct lruvec *lruvec, void *arg), void *arg)
{
	struct pglist_data *locked = NULL;
	unsigned long flags = 0;
	int i;

	for (i = 0; i < pagevec_count(pvec); i++) {
		struct page *page = pvec->pages[i];
		struct pglist_data *pgdat = page_pgdat(page);

		if (pgdat != locked) {
			if (locked)
				spin_unlock_irqrestore(&locked->lru_lock, flags);
			locked = pgdat;
			spin_lock_irqsave(&locked->lru_lock, flags);
		}

		move_fn(page, mem_cgroup_page_lruvec(page, pgdat), arg);
	}

	if (locked)
		spin_unlock_irqrestore(&locked->lru_lock, flags);
	release_pages(pvec->pages, pvec->nr);
	pagevec_reinit(pvec);
}

/*
 * PG_lru goes up before the test. Whoever clears PG_mlocked or AS_UNEVICTABLE first and looks at
 * PG_lru second either finds the page on the LRU, or is early enough for the test to see the clear.
 */
static void __pagevec_lru_add_fn(struct page *page, struct lruvec *lruvec, void *arg)
{
	int was_unevictable = TestClearPageUnevictable(page);

	VM_BUG_ON_PAGE(PageLRU(page), page);

	SetPageLRU(page);
	smp_mb();

	if (page_evictable(page)) {
		if (was_unevictable)
			count_vm_event(UNEVICTABLE_PGRESCUED);
	} else {
		ClearPageActive(page);
		SetPageUnevictable(page);
		if (!was_unevictable)
			count_vm_event(UNEVICTABLE_PGCULLED);
	}

	add_page_to_lru_list(page, lruvec, page_lru(page));
}

void __pagevec_lru_add(struct pagevec *pvec)
{
	pagevec_lru_move_fn(pvec, __pagevec_lru_add_fn, NULL);
}

static void pagevec_move_tail_fn(struct page *page, struct lruvec *lruvec, void *arg)
{
	if (!PageLRU(page) || PageUnevictable(page))
		return;
	del_page_from_lru_list(page, lruvec, page_lru(page));
	ClearPageActive(page);
	add_page_to_lru_list_tail(page, lruvec, page_lru(page));
	count_vm_event(PGROTATED);
}

static void __activate_page(struct page *page, struct lruvec *lruvec, void *arg)
{
	if (!PageLRU(page) || PageActive(page) || PageUnevictable(page))
		return;
	del_page_from_lru_list(page, lruvec, page_lru(page));
	SetPageActive(page);
	add_page_to_lru_list(page, lruvec, page_lru(page));
	count_vm_event(PGACTIVATE);
}

void rotate_reclaimable_page(struct page *page)
{
	struct pagevec *pvec;

	if (!PageLRU(page) || PageUnevictable(page))
		return;
	get_page(page);
	pvec = this_cpu_ptr(&lru_rotate_pvecs);
	if (!pagevec_add(pvec, page))
		pagevec_lru_move_fn(pvec, pagevec_move_tail_fn, NULL);
}

void activate_page(struct page *page)
{
	struct pagevec *pvec;

	if (!PageLRU(page) || PageActive(page) || PageUnevictable(page))
		return;
	get_page(page);
	pvec = this_cpu_ptr(&activate_page_pvecs);
	if (!pagevec_add(pvec, page))
		pagevec_lru_move_fn(pvec, __activate_page, NULL);
}

/* Every page takes this road since v4.16, unevictable ones too (9c4e6b1a7027). */
void lru_cache_add(struct page *page)
{
	struct pagevec *pvec = this_cpu_ptr(&lru_add_pvec);

	get_page(page);
	if (!pagevec_add(pvec, page))
		__pagevec_lru_add(pvec);
}

void lru_add_drain_cpu(int cpu)
{
	struct pagevec *pvec = &per_cpu(lru_add_pvec, cpu);

	if (pagevec_count(pvec))
		__pagevec_lru_add(pvec);

	pvec = &per_cpu(lru_rotate_pvecs, cpu);
	if (pagevec_count(pvec))
		pagevec_lru_move_fn(pvec, pagevec_move_tail_fn, NULL);

	pvec = &per_cpu(activate_page_pvecs, cpu);
	if (pagevec_count(pvec))
		pagevec_lru_move_fn(pvec, __activate_page, NULL);
}

void lru_add_drain(void)
{
	lru_add_drain_cpu(smp_processor_id());
}

static struct mutex lru_drain_lock;

/* The batches of another CPU, which may be adding to them. */
static bool cpu_needs_drain(int cpu)
{
	return pagevec_count(&per_cpu(lru_add_pvec, cpu)) != 0;
}

/* On return all pages that were in a batch when it was called are on their lists. One drain at a time. */
void lru_add_drain_all(void)
{
	int cpu;

	mutex_lock(&lru_drain_lock);
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (cpu_needs_drain(cpu))
			lru_add_drain_on(cpu);
	}
	mutex_unlock(&lru_drain_lock);
}
