// SPDX-License-Identifier: MIT
#include "internal.h"
#include <asm-generic/tlb.h>
#include <linux/fs.h>
#include <linux/rmap.h>
#include <linux/swapops.h>

static inline void init_rss_vec(int *rss)
{
	int i;

	for (i = 0; i < NR_MM_COUNTERS; i++)
		rss[i] = 0;
}

static inline void add_mm_rss_vec(struct mm_struct *mm, int *rss)
{
	int i;

	for (i = 0; i < NR_MM_COUNTERS; i++) {
		if (rss[i])
			add_mm_counter(mm, i, rss[i]);
	}
}

/* All entries are read and changed under the lock of the table; the counters follow before it is let go. */
static unsigned long zap_pte_range(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd,
				   unsigned long addr, unsigned long end, struct zap_details *details)
{
	struct mm_struct *mm = tlb->mm;
	int rss[NR_MM_COUNTERS];
	spinlock_t *ptl;
	pte_t *start_pte;
	pte_t *pte;

	/* Who checks for no file leaves nothing. */
	if (details && !details->check_mapping)
		details = NULL;

	init_rss_vec(rss);
	start_pte = pte_offset_map_lock(mm, pmd, addr, &ptl);
	pte = start_pte;
	do {
		pte_t ptent = *pte;
		struct page *page;

		if (pte_none(ptent))
			continue;

		if (pte_present(ptent)) {
			page = vm_normal_page(vma, addr, ptent);
			if (details && page) {
				if (details->check_mapping != page->mapping)
					continue;
			}
			ptent = ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm);
			tlb_remove_tlb_entry(tlb, pte, addr);
			if (!page)
				continue;
			rss[mm_counter(page)]--;
			page_remove_rmap(page);
			tlb_remove_page(tlb, page);
			continue;
		}

		/* Private data on the swap device: left for who asks for the pages of one file. */
		if (details)
			continue;
		free_swap_and_cache(pte_to_swp_entry(ptent));
		pte_clear_not_present_full(mm, addr, pte, tlb->fullmm);
	} while (pte++, addr += PAGE_SIZE, addr != end);

	add_mm_rss_vec(mm, rss);
	pte_unmap_unlock(start_pte, ptl);
	return addr;
}

void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long addr,
		      unsigned long end, struct zap_details *details)
{
	zap_pte_range(tlb, vma, (pmd_t *)vma->vm_mm->pgd, addr, end, details);
}

static void unmap_single_vma(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start_addr,
			     unsigned long end_addr, struct zap_details *details)
{
	unsigned long start = max(vma->vm_start, start_addr);
	unsigned long end = min(vma->vm_end, end_addr);

	if (start < end)
		unmap_page_range(tlb, vma, start, end, details);
}

/* munmap() and exit. */
void unmap_vmas(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start_addr,
		unsigned long end_addr)
{
	unmap_single_vma(tlb, vma, start_addr, end_addr, NULL);
}

/* MADV_DONTNEED, without details; and what follows, with details. */
void zap_page_range_single(struct vm_area_struct *vma, unsigned long address, unsigned long size,
			   struct zap_details *details)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, vma->vm_mm);
	unmap_single_vma(&tlb, vma, address, address + size, details);
	tlb_finish_mmu(&tlb);
}

static void unmap_mapping_range_vma(struct vm_area_struct *vma, unsigned long start_addr,
				    unsigned long end_addr, struct zap_details *details)
{
	zap_page_range_single(vma, start_addr, end_addr - start_addr, details);
}

/* Every mapping of these pages of a file, whole. */
static void unmap_mapping_range_tree(struct rb_root_cached *root, pgoff_t first_index, pgoff_t last_index,
				     struct zap_details *details)
{
	struct vm_area_struct *vma;

	vma_interval_tree_foreach(vma, root, first_index, last_index)
		unmap_mapping_range_vma(vma, vma->vm_start, vma->vm_end, details);
}

/* Takes no page lock. With even_cows private copies go too: truncation. Without they stay: hole punch, invalidation. */
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows)
{
	struct zap_details details = { };

	details.check_mapping = even_cows ? NULL : mapping;

	i_mmap_lock_read(mapping);
	unmap_mapping_range_tree(&mapping->i_mmap, start, start + nr - 1, &details);
	i_mmap_unlock_read(mapping);
}

void unmap_mapping_range(struct address_space *mapping, loff_t const holebegin, loff_t const holelen,
			 int even_cows)
{
	unmap_mapping_pages(mapping, holebegin >> PAGE_SHIFT, 1, even_cows);
}
