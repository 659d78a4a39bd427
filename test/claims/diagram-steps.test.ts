import { describe, expect, it } from 'vitest';
import { readStep } from '../../src/claims/diagram-steps.ts';

describe('a step of a drawing', () => {
  it.each([
    ['folio_test_clear_lru() // 0', ['folio_test_clear_lru'], 0],
    ['folio_evictable() //false', ['folio_evictable'], false],
    ['css_tryget(&pos->css) <- use after free', ['css_tryget'], undefined],
    ['trylock_page(page) /* fails */', ['trylock_page'], false],
    ['get_page_unless_zero() returns 1', ['get_page_unless_zero'], 1],
    ['if (!isolate_lru_page(page))', ['isolate_lru_page'], undefined],
    ['lruvec = mem_cgroup_page_lruvec()', ['mem_cgroup_page_lruvec'], undefined],
    ['spin_lock_irqsave(&lruvec->lru_lock <== wrong lock.', ['spin_lock_irqsave'], undefined],
    ['  shrink_node', ['shrink_node'], undefined],
    ['if (unlikely(page_count(page) == 2))', ['page_count'], undefined],
    ['isolate folio', [], undefined],
    ['lock', [], undefined],
    ['count = 3 // 3 pages', [], undefined],
  ])('%s', (text, calls, result) => {
    const step = readStep(text, undefined);
    expect([step.calls, step.result]).toEqual([calls, result]);
  });

  it('says which locals it assigns and uses, not which fields', () => {
    expect(readStep('lruvec = mem_cgroup_page_lruvec(page)', 'cpu0')).toMatchObject({
      assigns: 'lruvec',
      uses: ['page'],
    });
    expect(readStep('spin_lock(&lruvec->lru_lock)', 'cpu0').uses).toEqual(['lruvec']);
    expect(readStep('if (a == b)', 'cpu0')).not.toHaveProperty('assigns');
  });

  it('in words is kept in words, without the remark', () => {
    expect(readStep('putback folio // add to unevictable list', undefined)).toMatchObject({
      calls: [],
      words: 'putback folio',
    });
  });
});
