// SPDX-License-Identifier: MIT
#include "internal.h"

struct mem_cgroup *root_mem_cgroup;

/* Stable only while the page cannot be moved to another group. */
struct lruvec *mem_cgroup_page_lruvec(struct page *page, struct pglist_data *pgdat)
{
	struct mem_cgroup *memcg = page->mem_cgroup;

	if (!memcg)
		memcg = root_mem_cgroup;
	return &memcg->nodeinfo[pgdat->node_id]->lruvec;
}
