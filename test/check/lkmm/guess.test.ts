import { describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { decide } from '../../../src/check/decide.ts';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { forExplorer } from '../../../src/check/litmus/tso.ts';
import { exploreLkmm } from '../../../src/check/lkmm/explore.ts';

const GUESS = { graphs: 100, nodes: 100, unroll: 3, guess: { waits: 0, lastFirst: false } };

function program(lines: { readonly p0: string; readonly p1: string; readonly condition: string }) {
  const text = `C test\n{}\nP0(int *x, int *y)\n{\n${lines.p0}\n}\nP1(int *x, int *y)\n{\n${lines.p1}\n}\nexists (${lines.condition})\n`;
  const test = litmus(text, 'test.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  return forExplorer(test);
}

describe('what is found where executions are found soon', () => {
  const stale = { p0: 'WRITE_ONCE(*x, 1);\nint r0 = READ_ONCE(*y);', condition: '0:r0=0 /\\ 1:r0=0' };

  it('store buffering is found without a read that waits', () => {
    const found = exploreLkmm(program({ ...stale, p1: 'WRITE_ONCE(*y, 1);\nint r0 = READ_ONCE(*x);' }), GUESS);
    expect(found.kind === 'refused' ? [] : found.violations.map(({ property }) => property)).toContain(
      'the condition holds in no execution',
    );
  });

  it('an execution with a data race is not shown', () => {
    const found = exploreLkmm(program({ ...stale, p1: '*y = 1;\nint r0 = READ_ONCE(*x);' }), GUESS);
    expect(found.kind === 'refused' ? undefined : found.violations).toEqual([]);
  });

  it('a part of the executions is never called complete', () => {
    const both = program({
      p0: 'int r0 = READ_ONCE(*x);\nWRITE_ONCE(*y, 1);',
      p1: 'int r0 = READ_ONCE(*y);\nWRITE_ONCE(*x, 1);',
      condition: '0:r0=1 /\\ 1:r0=1',
    });
    expect(exploreLkmm(both, GUESS)).toMatchObject({ kind: 'bounded', bound: 'a part of the executions' });
  });

  it('two processes and three folios without the barrier: violated, though not all is enumerated', () => {
    const outcome = decide(family('n', 2, 3, 'split words'), 'lkmm', { states: 1_000_000 });
    expect(outcome.kind === 'refused' ? [] : outcome.violations.map(({ property }) => property)).toContain(
      'I-strand folio0',
    );
  });
});
