/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

#define MAX_NUMNODES 1
#define MAX_NR_ZONES 1

enum zone_stat_item {
	NR_MLOCK,
	NR_VM_ZONE_STAT_ITEMS,
};

#define LRU_BASE 0
#define LRU_ACTIVE 1
#define LRU_FILE 2

enum lru_list {
	LRU_INACTIVE_ANON = LRU_BASE,
	LRU_ACTIVE_ANON = LRU_BASE + LRU_ACTIVE,
	LRU_INACTIVE_FILE = LRU_BASE + LRU_FILE,
	LRU_ACTIVE_FILE = LRU_BASE + LRU_FILE + LRU_ACTIVE,
	LRU_UNEVICTABLE,
	NR_LRU_LISTS,
};

struct lruvec {
	struct list_head lists[NR_LRU_LISTS];
	struct pglist_data *pgdat;
};

struct zone {
	struct pglist_data *zone_pgdat;
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	int node_id;
	spinlock_t lru_lock;
} pg_data_t;

static inline spinlock_t *zone_lru_lock(struct zone *zone)
{
	return &zone->zone_pgdat->lru_lock;
}

/* One node. */
extern struct pglist_data contig_page_data;
#define NODE_DATA(nid) (&contig_page_data)

#endif
