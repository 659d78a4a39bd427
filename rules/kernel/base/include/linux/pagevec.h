/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PAGEVEC_H
#define _LINUX_PAGEVEC_H

#include <linux/types.h>

/* The kernel has 14 or more slots. Two are enough to leave the first one waiting, and to fill up. */
#define PAGEVEC_SIZE 2

struct page;

struct pagevec {
	unsigned char nr;
	struct page *pages[PAGEVEC_SIZE];
};

void __pagevec_lru_add(struct pagevec *pvec);

static inline void pagevec_reinit(struct pagevec *pvec)
{
	pvec->nr = 0;
}

static inline unsigned int pagevec_count(struct pagevec *pvec)
{
	return pvec->nr;
}

static inline unsigned int pagevec_space(struct pagevec *pvec)
{
	return PAGEVEC_SIZE - pvec->nr;
}

/* Returns how many slots are left. */
static inline unsigned int pagevec_add(struct pagevec *pvec, struct page *page)
{
	pvec->pages[pvec->nr] = page;
	pvec->nr++;
	return pagevec_space(pvec);
}

#endif
