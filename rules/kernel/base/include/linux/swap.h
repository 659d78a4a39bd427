/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/mm_types.h>
#include <linux/pagevec.h>

int __isolate_lru_page(struct page *page);
void lru_add_drain_on(int cpu);

void lru_cache_add(struct page *page);
void lru_add_drain_cpu(int cpu);
void lru_add_drain(void);
void activate_page(struct page *page);
void rotate_reclaimable_page(struct page *page);
void release_pages(struct page **pages, int nr);
void check_move_unevictable_pages(struct pagevec *pvec);

#endif
