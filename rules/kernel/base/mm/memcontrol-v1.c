// SPDX-License-Identifier: MIT
#include "internal.h"
#include <uapi/asm-generic/errno-base.h>

/* Keeps the page in its group until the unlock; without a lock as long as no move of charges is under way. */
void lock_page_memcg(struct page *page)
{
	struct mem_cgroup *memcg;
	unsigned long flags = 0;

	rcu_read_lock();
again:
	memcg = page->mem_cgroup;
	if (!memcg || atomic_read(&memcg->moving_account) <= 0)
		return;

	spin_lock_irqsave(&memcg->move_lock, flags);
	if (memcg != page->mem_cgroup) {
		spin_unlock_irqrestore(&memcg->move_lock, flags);
		goto again;
	}
	memcg->move_lock_task = current;
	memcg->move_lock_flags = flags;
}

void __unlock_page_memcg(struct mem_cgroup *memcg)
{
	if (memcg && memcg->move_lock_task == current) {
		unsigned long flags = memcg->move_lock_flags;

		memcg->move_lock_task = NULL;
		memcg->move_lock_flags = 0;
		spin_unlock_irqrestore(&memcg->move_lock, flags);
	}
	rcu_read_unlock();
}

/* The caller has isolated the page and holds a reference. No LRU lock is held. */
int mem_cgroup_move_account(struct page *page, bool compound, struct mem_cgroup *from, struct mem_cgroup *to)
{
	int ret = -EBUSY;

	VM_BUG_ON_PAGE(PageLRU(page), page);
	if (!trylock_page(page))
		return ret;

	ret = -EINVAL;
	if (page->mem_cgroup != from)
		goto out;

	lock_page_memcg(page);
	/* Before somebody sees the page in its new group its statistics are there. */
	smp_mb();
	page->mem_cgroup = to;
	__unlock_page_memcg(from);
	ret = 0;
out:
	unlock_page(page);
	return ret;
}
