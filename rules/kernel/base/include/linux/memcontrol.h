/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/mm.h>

struct mem_cgroup_per_node {
	struct lruvec lruvec;
	struct mem_cgroup *memcg;
};

struct mem_cgroup {
	struct mem_cgroup_per_node *nodeinfo[MAX_NUMNODES];
};

extern struct mem_cgroup *root_mem_cgroup;

struct lruvec *mem_cgroup_page_lruvec(struct page *page, struct pglist_data *pgdat);

#endif
