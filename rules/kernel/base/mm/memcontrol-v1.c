// SPDX-License-Identifier: MIT
#include "internal.h"
#include <linux/swapops.h>
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

/* Of a move of charges that is under way. */
struct move_charge_struct {
	struct mem_cgroup *from;
	struct mem_cgroup *to;
	unsigned long moved_swap;	/* swap entries whose record names `to` by now */
};

extern struct move_charge_struct mc;

static void mem_cgroup_id_get_many(struct mem_cgroup *memcg, unsigned int n)
{
	refcount_add(n, &memcg->id.ref);
}

/* The last reference gives the id away. */
void mem_cgroup_id_put_many(struct mem_cgroup *memcg, unsigned int n)
{
	if (refcount_sub_and_test(n, &memcg->id.ref))
		mem_cgroup_id_remove(memcg);
}

/* The record of a swap entry says which group pays for it. */
static int mem_cgroup_move_swap_account(swp_entry_t entry, struct mem_cgroup *from, struct mem_cgroup *to)
{
	unsigned short old_id = from->id.id;
	unsigned short new_id = to->id.id;

	if (swap_cgroup_cmpxchg(entry, old_id, new_id) != old_id)
		return -EINVAL;
	return 0;
}

/* One entry of a page table whose lock is held. */
int mem_cgroup_move_charge_pte(swp_entry_t entry)
{
	if (mem_cgroup_move_swap_account(entry, mc.from, mc.to))
		return -EINVAL;

	mc.moved_swap++;
	return 0;
}

/* The end of the move: the references of the new group are taken together, those of the old one go. */
void __mem_cgroup_clear_mc(void)
{
	if (!mc.moved_swap)
		return;
	mem_cgroup_id_get_many(mc.to, mc.moved_swap);
	mem_cgroup_id_put_many(mc.from, mc.moved_swap);
	mc.moved_swap = 0;
}
