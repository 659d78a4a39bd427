import { describe, expect, it } from 'vitest';
import { scheduleKey, scheduleLines, stepWords } from '../../src/report/schedule.ts';
import { columnsOf } from '../../src/report/text.ts';
import { step, trace, violatedReview } from './fixtures.ts';

const base = violatedReview().traces['t1']!;

describe('a schedule', () => {
  it('has a column a process and the code line of each step', () => {
    expect(scheduleLines(base, { width: 98, allSteps: false })).toEqual([
      'cpu1 munlock                                      cpu2 drain',
      'folio_test_clear_lru(): 0            mlock.c:127',
      '                                                  lock lruvec.lru_lock           memcontrol.c:1244',
      '                                                  folio_test_mlocked(): 1           internal.h:431',
      'folio_test_clear_mlocked(): 1        mlock.c:143',
      '                                                  folio_set_unevictable()               swap.c:172',
      '                                                  folio_set_lru()                       swap.c:205',
      '=> folio: lru, unevictable, not mlocked',
      '   violated: no evictable folio is left on the unevictable list',
    ]);
  });

  it('puts the code lines in one column when the screen is narrow', () => {
    expect(scheduleLines(base, { width: 76, allSteps: false }).slice(0, 4)).toEqual([
      'cpu1 munlock                   cpu2 drain',
      'folio_test_clear_lru(): 0                                     mlock.c:127',
      '                               lock lruvec.lru_lock     memcontrol.c:1244',
      '                               folio_test_mlocked(): 1     internal.h:431',
    ]);
  });

  it('shows the steps that do not matter only when asked', () => {
    const all = scheduleLines(base, { width: 98, allSteps: true });
    expect(all).toHaveLength(11);
    expect(all.join('\n')).toContain('unlock lruvec.lru_lock');
  });

  it('marks a line that exists only after the patch with a plus', () => {
    const added = scheduleLines(violatedReview().traces['t3']!, { width: 98, allSteps: false });
    expect(added.join('\n')).toMatch(/folio_test_clear_mlocked\(\): 1 +mlock\.c:126\+/);
  });

  it('gives the path of files that share a name', () => {
    const two = trace({
      steps: [
        step('cpu1', 'a()', 'set lru', { at: 'mm/swap.c:1' }),
        step('cpu2', 'b()', 'set lru', { at: 'kernel/power/swap.c:2' }),
      ],
    });
    expect(scheduleLines(two, { width: 98, allSteps: false }).join('\n')).toMatch(
      /mm\/swap\.c:1\n.* kernel\/power\/swap\.c:2/,
    );
  });

  it('leaves out a process that does nothing', () => {
    const one = trace({ steps: [step('cpu2', 'folio_set_lru(folio)', 'set lru', { at: 'mm/swap.c:1' })] });
    expect(scheduleLines(one, { width: 98, allSteps: false })[0]).toBe('cpu2 drain');
  });

  it('fits its width with two, three and five processes', () => {
    for (const count of [2, 3, 5]) {
      const processes = Array.from({ length: count }, (_, index) => ({
        name: `P${index}`,
        cpu: `cpu${index + 1}`,
        label: 'folio_isolate_lru',
      }));
      const steps = processes.map((process) => ({
        ...step('cpu1', 'folio_test_clear_lru(folio)', 'test and clear lru of folio.flags: was 1', {
          at: 'mm/memcontrol.c:1244',
        }),
        process: process.name,
        cpu: process.cpu,
      }));
      for (const width of [76, 98]) {
        const lines = scheduleLines(trace({ processes, steps }), { width, allSteps: false });
        expect(Math.max(...lines.map(columnsOf)), `${count} processes in ${width} columns`).toBeLessThanOrEqual(width);
        expect(lines.filter((line) => line.includes('folio_test_clear_lru(): 1'))).toHaveLength(count);
      }
    }
  });
});

describe('the words of a step', () => {
  const words = (text: string, event: string) => stepWords(step('cpu1', text, event, { at: 'mm/swap.c:1' }));

  it.each([
    ['folio_test_clear_lru(folio)', 'test and clear lru: was 0', 'folio_test_clear_lru(): 0'],
    ['if (!TestClearPageMlocked(page))', 'test and clear mlocked of page.flags: was 1', 'TestClearPageMlocked(): 1'],
    ['folio_set_lru(folio);', 'set lru (was 0)', 'folio_set_lru()'],
    ['spin_lock_irq(&lruvec->lru_lock)', 'lock lruvec.lru_lock', 'lock lruvec.lru_lock'],
    ['folio->mlock_count = 0', 'write mlock_count: 1 -> 0', 'write mlock_count: 1 -> 0'],
  ])('%s, %s: %s', (text, event, expected) => {
    expect(words(text, event)).toBe(expected);
  });

  it('never give the value of a flag as the result of a call that returns something else', () => {
    expect(words('folio_evictable(folio)', 'read mlocked: 1')).toBe('folio_evictable(): mlocked is 1');
    expect(words('a(folio) && b(folio)', 'read mlocked: 1')).toBe('read mlocked: 1');
  });
});

describe('two schedules', () => {
  const { traces } = violatedReview();

  it('are the same when their steps are, whatever patch they come from', () => {
    expect(scheduleKey(traces['t4']!)).toBe(scheduleKey(traces['t1']!));
  });

  it('differ when a step moves, and when the invariant is another', () => {
    expect(scheduleKey(traces['t3']!)).not.toBe(scheduleKey(traces['t1']!));
    expect(scheduleKey({ ...traces['t1']!, violated: 'I-other' })).not.toBe(scheduleKey(traces['t1']!));
  });
});

describe('a numbered schedule of a mail', () => {
  const wide = (cpu: 'cpu1' | 'cpu2', event: string, at: string) => step(cpu, 'x', event, { at });
  const long = trace({
    steps: [
      wide('cpu1', 'write memcg.lruvec.lists[2].next: 1 -> 2', 'mm/memcontrol-v1.c:1219'),
      wide('cpu2', 'write folio.memcg_data: 8512 -> 9984', 'mm/memcontrol-v1.c:852'),
    ],
  });

  it('has one line a step where columns overlap, since each line has one process only', () => {
    const lines = scheduleLines(long, { width: 78, allSteps: false, numbered: true });
    expect(lines.slice(0, 3)).toEqual([
      '    cpu1 munlock      cpu2 drain',
      ' 1  write memcg.lruvec.lists[2].next: 1 -> 2              memcontrol-v1.c:1219',
      ' 2                    write folio.memcg_data: 8512 -> 9984 memcontrol-v1.c:852',
    ]);
    expect(lines.map(columnsOf).every((columns) => columns <= 78)).toBe(true);
  });
});
