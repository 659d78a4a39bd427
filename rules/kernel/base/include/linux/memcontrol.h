/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/mm.h>

struct mem_cgroup_per_node {
	struct lruvec lruvec;
	struct mem_cgroup *memcg;
};

/* Swap entries remember a group by a number. The references keep the number from being given to another group. */
struct mem_cgroup_id {
	int id;
	refcount_t ref;
};

struct mem_cgroup {
	struct mem_cgroup_id id;
	struct mem_cgroup_per_node *nodeinfo[MAX_NUMNODES];
	atomic_t moving_account;	/* moves of charges that are under way */
	spinlock_t move_lock;		/* taken only while there are any */
	struct task_struct *move_lock_task;
	unsigned long move_lock_flags;
};

extern struct mem_cgroup *root_mem_cgroup;

void lock_page_memcg(struct page *page);
void __unlock_page_memcg(struct mem_cgroup *memcg);
struct lruvec *mem_cgroup_page_lruvec(struct page *page, struct pglist_data *pgdat);

#endif
