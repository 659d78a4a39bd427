/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/pagemap.h>

struct inode {
	struct address_space *i_mapping;
	loff_t i_size;
};

#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))

struct file {
	struct address_space *f_mapping;
};

static inline loff_t i_size_read(const struct inode *inode)
{
	return inode->i_size;
}

static inline void i_size_write(struct inode *inode, loff_t i_size)
{
	inode->i_size = i_size;
}

void unmap_mapping_range(struct address_space *mapping, loff_t const holebegin, loff_t const holelen,
			 int even_cows);

#endif
