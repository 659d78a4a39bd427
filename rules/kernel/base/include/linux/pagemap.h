/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/rbtree_types.h>
#include <linux/types.h>

enum mapping_flags {
	AS_EIO,
	AS_ENOSPC,
	AS_MM_ALL_LOCKS,
	AS_UNEVICTABLE,	/* SHM_LOCK: no page of this mapping may be reclaimed */
};

/* Its flags are another memory word than those of the pages. */
struct address_space {
	unsigned long flags;
	struct rb_root_cached i_mmap;	/* the VMAs that map the file */
	struct inode *host;
	struct xarray i_pages;
};

static inline void mapping_set_unevictable(struct address_space *mapping)
{
	set_bit(AS_UNEVICTABLE, &mapping->flags);
}

static inline void mapping_clear_unevictable(struct address_space *mapping)
{
	clear_bit(AS_UNEVICTABLE, &mapping->flags);
}

static inline bool mapping_unevictable(struct address_space *mapping)
{
	return mapping && test_bit(AS_UNEVICTABLE, &mapping->flags);
}

#endif
