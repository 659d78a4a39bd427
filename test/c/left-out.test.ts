import { describe, expect, it } from 'vitest';
import { driverOf, withVariable } from '../../src/c/driver.ts';
import { whyNotFound } from '../../src/c/left-out.ts';
import { sourceOf } from './specimen.ts';

const source = sourceOf({
  'mm/vmscan.c':
    '#ifdef CONFIG_MMU\n#ifdef CONFIG_LRU_GEN\n#if A\nint inc_gen(void)\n{\n}\n#else /* !A */\nint dec_gen(void)\n{\n}\n#endif\n#endif\n#endif\nint both(void)\n{\n}\n',
  'mm/mempolicy.c': 'int policy(void)\n{\n}\n',
  'mm/swap.c': '#define add_and_move(folio, op) (folio)\n',
});
const choices = {
  built: new Map([['mm/mempolicy.c', 'CONFIG_NUMA']]),
  config: new Map([['CONFIG_MMU', 1]]),
  file: 'kernel.config',
};
const why = (name: string): string => {
  const { why, place } = whyNotFound(source, name, choices);
  return `${place?.file ?? '-'}:${place?.line ?? 0}: ${why}`;
};

describe('a function that is asked for and not lowered', () => {
  it.each([
    [
      'inc_gen',
      'mm/vmscan.c:4: expected a function inc_gen() in specimen, found it only under #ifdef CONFIG_LRU_GEN, under #if A, which kernel.config leaves out',
    ],
    [
      'dec_gen',
      'mm/vmscan.c:8: expected a function dec_gen() in specimen, found it only under #ifdef CONFIG_LRU_GEN, under the #else of #if A, which kernel.config leaves out',
    ],
    [
      'policy',
      'mm/mempolicy.c:1: expected a function policy() in specimen, found it only in a file that is built with CONFIG_NUMA, which kernel.config leaves out',
    ],
    ['add_and_move', 'mm/swap.c:1: expected a function add_and_move() in specimen, found a macro of that name'],
    ['nowhere', '-:0: expected a function nowhere() in specimen, found none'],
  ])('%s', (name, expected) => {
    expect(why(name)).toBe(expected);
  });
});

describe('a variable that a driver needs is declared as the source declares it', () => {
  const driver = driverOf({
    kind: 'function',
    name: 'f',
    file: 'mm/x.c',
    text: 'int f(struct folio *folio)\n{\n}',
    start: 0,
    line: 1,
    generated: false,
  });
  it.each([
    ['static DEFINE_SPINLOCK(one);', 'spinlock_t one;'],
    ['DEFINE_MUTEX(one);', 'struct mutex one;'],
    ['DECLARE_RWSEM(one);', 'struct rw_semaphore one;'],
    ['static LIST_HEAD(one);', 'struct list_head one;'],
    ['static DEFINE_PER_CPU(int, one) = 0;', 'int one;'],
    ['unsigned int __read_mostly one = 20;', 'unsigned int one;'],
    ['extern struct folio *one[4];', 'struct folio * one[4];'],
    ['\treturn one;', undefined],
  ])('%s', (text, expected) => {
    if ('why' in driver) throw new Error(driver.why);
    const wider = withVariable(driver, sourceOf({ 'mm/x.c': `${text}\n` }), 'one');
    expect(wider?.code.split('\n')[0]).toBe(expected);
  });
});
