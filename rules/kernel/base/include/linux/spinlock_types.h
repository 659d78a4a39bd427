/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

/* Taken and released by spin_lock() and its kin only, so what is inside does not matter. */
typedef struct spinlock {
	unsigned int slock;
} spinlock_t;

#endif
