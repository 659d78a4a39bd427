import { expect, it } from 'vitest';
import { orderWords, scheduleLines } from '../../src/report/schedule.ts';
import { renderTrace } from '../../src/report/trace.ts';
import type { ReviewTrace } from '../../src/types.ts';

const read = { process: 'P1', cpu: 'cpu2', function: 'g', file: 'mm/b.c', line: 8, text: 'READ_ONCE(x)', values: '' };
const TRACE: ReviewTrace = {
  rule: 'message',
  scenario: 'S1',
  patch: '',
  model: 'lkmm',
  path: '1<init',
  processes: [
    { name: 'P0', cpu: 'cpu1', label: 'writes' },
    { name: 'P1', cpu: 'cpu2', label: 'reads' },
  ],
  steps: [
    {
      ...{ process: 'P0', cpu: 'cpu1', function: 'f', file: 'mm/a.c', line: 3, text: 'WRITE_ONCE(x, 1)' },
      ...{ event: 'write x: 0 -> 1', values: 'a.x: 0 -> 1', matters: true },
    },
    { ...read, event: 'read x: 0', matters: true, sees: 'the initial value' },
  ],
  switches: 1,
  violated: 'I-seen',
  words: 'who sees y sees x',
  end: '',
};
const wide = { width: 100, allSteps: false };

it('an execution that no interleaving gives names the fences that forbid it', () => {
  const fences = ['P0: smp_wmb() before WRITE_ONCE(y, 1) (mm/a.c:4)', 'P1: READ_ONCE(y) as acquire (mm/b.c:7)'];
  expect(scheduleLines({ ...TRACE, fences }, wide).slice(-4)).toEqual([
    '=> violated: who sees y sees x',
    '   no interleaving does this: loads and stores are not done in the order of the code',
    '   forbidden by P0: smp_wmb() before WRITE_ONCE(y, 1) (mm/a.c:4)',
    '   or by P1: READ_ONCE(y) as acquire (mm/b.c:7)',
  ]);
});

it('says when no single fence does, and nothing of an interleaving', () => {
  expect(orderWords({ ...TRACE, fences: [] })[1]).toBe('no single fence forbids it');
  expect(orderWords(TRACE)).toEqual([]);
  expect(scheduleLines(TRACE, wide).at(-1)).toBe('=> violated: who sees y sees x');
});

it('a replayed step says which store it sees', () => {
  const text = renderTrace({ ...TRACE, fences: [] }, { color: false, width: 100 });
  expect(text).toContain('sees the initial value\n');
  expect(text.endsWith('no single fence forbids it\n')).toBe(true);
});
