// SPDX-License-Identifier: MIT
#include "internal.h"
#include <linux/gup.h>
#include <linux/rmap.h>
#include <linux/swapops.h>

int handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags);

/* The page of an entry with a reference; NULL when the entry does not allow what is asked for. */
static struct page *follow_page_pte(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, unsigned int flags)
{
	struct page *page = NULL;
	spinlock_t *ptl;
	pte_t *ptep = pte_offset_map_lock(vma->vm_mm, pmd, address, &ptl);
	pte_t pte = *ptep;

	if (!pte_present(pte))
		goto out;
	if ((flags & FOLL_WRITE) && !pte_write(pte))
		goto out;
	page = vm_normal_page(vma, address, pte);
	get_page(page);
out:
	pte_unmap_unlock(ptep, ptl);
	return page;
}

/* The copy of a mapping that may not be written to stays read-only, so from here on reading is all that is asked for. */
static int faultin_page(struct vm_area_struct *vma, unsigned long address, unsigned int *flags)
{
	int ret = handle_mm_fault(vma, address, *flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0);

	if ((ret & VM_FAULT_WRITE) && !(vma->vm_flags & VM_WRITE))
		*flags &= ~FOLL_WRITE;
	return 0;
}

/* One page, for somebody else to read or write. The entry may change between the fault and the second look. */
struct page *__get_user_pages(struct vm_area_struct *vma, unsigned long start, unsigned int gup_flags)
{
	struct page *page;

	for (;;) {
		page = follow_page_pte(vma, start, (pmd_t *)vma->vm_mm->pgd, gup_flags);
		if (page)
			return page;
		if (faultin_page(vma, start, &gup_flags))
			return NULL;
	}
}
