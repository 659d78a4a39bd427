/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#ifndef NULL
#define NULL ((void *)0)
#endif
#define true 1
#define false 0

typedef _Bool bool;
typedef unsigned long pgoff_t;

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next, *prev;
};

#endif
