/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_TYPES_TASK_H
#define _LINUX_MM_TYPES_TASK_H

#include <linux/mm_types.h>
#include <linux/spinlock_types.h>

enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	NR_MM_COUNTERS,
};

struct mm_rss_stat {
	atomic_long_t count[NR_MM_COUNTERS];
};

/* One page table is all that an address space has here. */
struct mm_struct {
	pgd_t *pgd;
	spinlock_t page_table_lock;
	struct rw_semaphore mmap_sem;
	struct mm_rss_stat rss_stat;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	const struct vm_operations_struct *vm_ops;	/* NULL: anonymous memory */
	struct file *vm_file;
};

#define FAULT_FLAG_ALLOW_RETRY 0x04
#define VM_FAULT_SIGBUS 0x0002
#define VM_FAULT_LOCKED 0x0200
#define VM_FAULT_RETRY 0x0400

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address;
	unsigned int flags;
	pgoff_t pgoff;
	struct page *page;
	pmd_t *pmd;
	pte_t *pte;
	spinlock_t *ptl;
};

static inline unsigned long get_mm_counter(struct mm_struct *mm, int member)
{
	return atomic_long_read(&mm->rss_stat.count[member]);
}

static inline void add_mm_counter(struct mm_struct *mm, int member, long value)
{
	atomic_long_add(value, &mm->rss_stat.count[member]);
}

#endif
