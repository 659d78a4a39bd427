/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SWAPOPS_H
#define _LINUX_SWAPOPS_H

#include <linux/mm.h>

/* An entry that is not present: a slot of the swap space, in 2.6.7 nothing else. */
typedef struct {
	unsigned long val;
} swp_entry_t;

int free_swap_and_cache(swp_entry_t entry);

#endif
