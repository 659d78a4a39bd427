/* SPDX-License-Identifier: MIT */
/* Declarations of the primitives that the model sources call, so that a C compiler can check the rest. */
#include <stddef.h>
struct page; struct folio; struct lruvec; struct zone; struct list_head; struct mem_cgroup; struct folio_batch;
int test_bit(long nr, const volatile unsigned long *p); void set_bit(long, volatile unsigned long*); void clear_bit(long, volatile unsigned long*);
void __set_bit(unsigned long, volatile unsigned long*); void __clear_bit(unsigned long, volatile unsigned long*);
int test_and_set_bit(long, volatile unsigned long*); int test_and_clear_bit(long, volatile unsigned long*);
void spin_lock_irq(void *); void spin_unlock_irq(void *); void spin_lock(void*); void spin_unlock(void*);
#define spin_lock_irqsave(l, f) do { (void)(l); (f) = 0; } while (0)
#define spin_unlock_irqrestore(l, f) do { (void)(l); (void)(f); } while (0)
void smp_mb(void); void smp_mb__after_atomic(void);
void rcu_read_lock(void); void rcu_read_unlock(void);
int atomic_read(const void *); void atomic_inc(void *); int atomic_dec_and_test(void *);
#define VM_BUG_ON_PAGE(c, p) ((void)(c))
#define VM_BUG_ON_FOLIO(c, p) ((void)(c))
int page_to_nid(struct page *); int page_zonenum(struct page *); int folio_nid(struct folio *); int folio_zonenum(struct folio *);
void count_vm_event(int); void __count_vm_event(int); void count_vm_events(int, long); void __count_vm_events(int, long); void mod_zone_page_state(struct zone *, int, long); void zone_stat_mod_folio(struct folio *, int, long); void __mod_zone_page_state(struct zone *, int, long);
void update_lru_size(struct lruvec *, int, int, long);
void list_add(struct list_head *, struct list_head *); void list_add_tail(struct list_head *, struct list_head *); void list_del(struct list_head *);
void free_unref_page(struct page *); void free_unref_folio(struct folio *);
#define DEFINE_PER_CPU(t, n) t n
#define this_cpu_ptr(p) (p)
#define per_cpu(v, c) (*((void)(c), &(v)))
#define get_cpu_var(v) (v)
#define put_cpu_var(v) ((void)&(v))
int get_cpu(void); void put_cpu(void); int smp_processor_id(void);
void local_lock(void *); void local_unlock(void *);
typedef struct { int x; } local_lock_t;
struct mutex { int x; };
void mutex_lock(struct mutex *); void mutex_unlock(struct mutex *);
#define smp_load_acquire(p) (*(p))
#define nr_cpu_ids 2
#define INIT_LOCAL_LOCK(x) { 0 }
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define likely(x) (x)
#define unlikely(x) (x)
#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
extern struct task_struct *current;
int trylock_page(struct page *); void unlock_page(struct page *); int folio_trylock(struct folio *); void folio_unlock(struct folio *);
/* Page table entries, the walk to them, and what zapping calls. */
typedef unsigned long pte_t; typedef unsigned long pmd_t; typedef unsigned long pgd_t; typedef long loff_t; typedef struct { long counter; } atomic_long_t;
struct mmu_gather; struct vm_area_struct; struct mm_struct; struct address_space; struct ma_state; struct file;
#define PAGE_SIZE 4096UL
#define PAGE_SHIFT 12
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define BUG_ON(c) ((void)(c))
#define VM_BUG_ON(c) ((void)(c))
#define WARN_ON_ONCE(c) ((void)(c))
#define fullmm mm
long atomic_long_read(const atomic_long_t *); void atomic_long_add(long, atomic_long_t *);
int pte_none(pte_t); int pte_present(pte_t); int pte_dirty(pte_t); int pte_write(pte_t); pte_t ptep_get(pte_t *);
struct page *vm_normal_page(struct vm_area_struct *, unsigned long, pte_t); struct page *pfn_to_page(unsigned long);
#define pte_offset_map_lock(mm, pmd, addr, ptlp) (*(ptlp) = &(mm)->page_table_lock, (pte_t *)(pmd) + ((addr) >> PAGE_SHIFT))
void pte_unmap_unlock(pte_t *, void *);
pte_t ptep_get_and_clear_full(struct mm_struct *, unsigned long, pte_t *, struct mm_struct *); void pte_clear_not_present_full(struct mm_struct *, unsigned long, pte_t *, struct mm_struct *);
pte_t get_and_clear_full_ptes(struct mm_struct *, unsigned long, pte_t *, int, struct mm_struct *); void clear_not_present_full_ptes(struct mm_struct *, unsigned long, pte_t *, int, struct mm_struct *);
#define pte_to_swp_entry(pte) ((swp_entry_t) { (pte) })
#define swp_type(entry) ((entry).val & 31)
#define swp_offset(entry) ((entry).val >> 5)
#define swap_pte_batch(pte, max, entry) 1
void tlb_remove_tlb_entry(struct mmu_gather *, pte_t *, unsigned long); void tlb_remove_page(struct mmu_gather *, struct page *); int __tlb_remove_folio_pages(struct mmu_gather *, struct page *, int, int);
#define tlb_gather_mmu(tlb, owner) ((tlb)->mm = (owner))
void tlb_finish_mmu(struct mmu_gather *);
#define page_remove_rmap(page, ...) ((void)(page))
void folio_remove_rmap_pte(struct folio *, struct page *, struct vm_area_struct *); void folio_remove_rmap_ptes(struct folio *, struct page *, int, struct vm_area_struct *);
void set_page_dirty(struct page *); int folio_mark_dirty(struct folio *);
void i_mmap_lock_read(struct address_space *); void i_mmap_unlock_read(struct address_space *);
#define vma_interval_tree_foreach(vma, root, first, last) for ((void)(first), (void)(last), (vma) = (void *)(root)->rb_root.rb_node; (vma); (vma) = NULL)
/* The page cache as slots, migration entries, and the lock of a page. */
struct xarray { int xa_lock; void *xa_slots[4]; }; struct xa_state { struct xarray *xa; unsigned long xa_index; };
#define XA_STATE(name, array, index) struct xa_state name = { (array), (index) }
void *xa_load(struct xarray *, unsigned long); void *xas_load(struct xa_state *); void *xas_store(struct xa_state *, void *); void xas_lock_irq(struct xa_state *); void xas_unlock_irq(struct xa_state *);
int get_page_unless_zero(struct page *); int page_ref_freeze(struct page *, int); void page_ref_unfreeze(struct page *, int); void lock_page(struct page *);
typedef unsigned long pgprot_t;
#define page_mapped(page) ((page)->_mapcount.counter >= 0)
#define page_add_file_rmap(page, ...) ((void)(page))
#define swp_entry_to_pte(entry) ((entry).val)
#define make_migration_entry(page, write) ((swp_entry_t) { (unsigned long)(page) + (write) })
#define mk_pte(page, prot) ((pte_t)(page) + (prot))
void set_pte_at(struct mm_struct *, unsigned long, pte_t *, pte_t);
/* Faults, and waiting for a page. */
struct rw_semaphore { int count; };
void up_read(struct rw_semaphore *); int page_cache_get_speculative(struct page *); void wait_on_page_locked(struct page *); void folio_lock(struct folio *); void folio_wait_locked(struct folio *); int folio_try_get(struct folio *);
#define xas_retry(xas, entry) 0
struct page *compound_head(struct page *);
void *xas_find(struct xa_state *, unsigned long); void *xas_next_entry(struct xa_state *, unsigned long); void *xas_reload(struct xa_state *);
#define xas_for_each(xas, entry, max) for ((entry) = xas_find(xas, max); (entry); (entry) = xas_next_entry(xas, max))
#define is_swap_pte(pte) (!pte_none(pte) && !pte_present(pte))
#define pte_lockptr(mm, pmd) (&(mm)->page_table_lock)
#define pte_offset_map(pmd, addr) ((pte_t *)(pmd) + ((addr) >> PAGE_SHIFT))
#define folio_add_file_rmap_ptes(folio, page, nr, vma) ((void)(folio))
void set_current_state(int); void __set_current_state(int); void io_schedule(void); void wake_up_process(struct task_struct *);
int list_empty(struct list_head *); void free_unref_folios(struct folio_batch *);
#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }
void list_splice(const struct list_head *, struct list_head *);
#define lru_to_page(head) container_of((head)->prev, struct page, lru)
#define lru_to_folio(head) container_of((head)->prev, struct folio, lru)
typedef struct { int refs; } refcount_t;
void refcount_add(int, refcount_t *); int refcount_sub_and_test(int, refcount_t *); void mem_cgroup_id_remove(struct mem_cgroup *);
#define swap_cgroup_cmpxchg(entry, was, now) ((void)(entry), (void)(now), (unsigned short)(was))
int folio_test_large(struct folio *);
int test_and_set_skip(void *);
#define xa_lock(xa) ((void)(xa))
#define xa_unlock(xa) ((void)(xa))
#define xa_lock_irq(xa) ((void)(xa))
#define xa_unlock_irq(xa) ((void)(xa))
