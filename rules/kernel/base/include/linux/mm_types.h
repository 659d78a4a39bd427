/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>

struct address_space;
struct mem_cgroup;

/* Order 0 only. All PG_ bits share the one word `flags`. */
struct page {
	unsigned long flags;
	struct list_head lru;
	struct address_space *mapping;
	pgoff_t index;
	atomic_t _mapcount;
	atomic_t _refcount;
	struct mem_cgroup *mem_cgroup;
};

#endif
