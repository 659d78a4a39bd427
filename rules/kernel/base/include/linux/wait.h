/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/mm_types_task.h>
#include <linux/swapops.h>

#define TASK_RUNNING 0
#define TASK_UNINTERRUPTIBLE 2

/* A wait queue in short: one waiter is all that it holds here. */
struct page_waiter {
	spinlock_t lock;
	struct task_struct *task;
};

void wait_on_page_bit(struct page *page, int bit_nr);

#endif
