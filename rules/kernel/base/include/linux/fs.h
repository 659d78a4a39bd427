/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/pagemap.h>

struct inode {
	struct address_space *i_mapping;
	loff_t i_size;
};

#endif
