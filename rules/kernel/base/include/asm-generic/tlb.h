/* SPDX-License-Identifier: MIT */
#ifndef _ASM_GENERIC__TLB_H
#define _ASM_GENERIC__TLB_H

#include <linux/mm_types_task.h>

struct mmu_gather {
	struct mm_struct *mm;
};

/* What unmap_mapping_range() tells zap_pte_range(). */
struct zap_details {
	struct address_space *check_mapping;	/* leave the pages that are not of this file */
};

#endif
