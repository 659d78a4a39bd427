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
#define INIT_LOCAL_LOCK(x) { 0 }
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define likely(x) (x)
#define unlikely(x) (x)
#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))
