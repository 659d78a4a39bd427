import { describe, expect, it } from 'vitest';
import { explainLitmus } from '../../../src/check/litmus/explain.ts';
import { litmus } from '../../../src/check/litmus/litmus.ts';

/** The fences that the explanation of a test names. */
function fences(p0: string, p1: string, condition: string): readonly string[] {
  const text = `C test\n{}\nP0(int *x, int *y)\n{\n${p0}\n}\nP1(int *x, int *y)\n{\n${p1}\n}\nexists (${condition})\n`;
  const test = litmus(text, 'test.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  const lines = explainLitmus(test);
  return lines.slice(lines.indexOf('Fences') + 1);
}

describe('the single fences that forbid an outcome', () => {
  const reader = 'int r0 = READ_ONCE(*y);\nint r1 = READ_ONCE(*x);';
  const stale = '1:r0=1 /\\ 1:r1=0';

  it('message passing whose writer is ordered needs its reader ordered: acquire, or smp_rmb() between the reads', () => {
    expect(fences('WRITE_ONCE(*x, 1);\nsmp_wmb();\nWRITE_ONCE(*y, 1);', reader, stale)).toEqual([
      "P1: 'READ_ONCE(*y)' as acquire (line 11)",
      "P1: smp_rmb() before 'READ_ONCE(*x)' (line 12)",
    ]);
  });

  it('message passing without any fence needs two', () => {
    expect(fences('WRITE_ONCE(*x, 1);\nWRITE_ONCE(*y, 1);', reader, stale)).toEqual(['No single fence forbids it']);
  });

  it('store buffering with one barrier needs the full barrier of the other side', () => {
    const p0 = 'WRITE_ONCE(*x, 1);\nsmp_mb();\nint r0 = READ_ONCE(*y);';
    expect(fences(p0, 'WRITE_ONCE(*y, 1);\nint r0 = READ_ONCE(*x);', '0:r0=0 /\\ 1:r0=0')).toEqual([
      "P1: smp_mb() before 'READ_ONCE(*x)' (line 12)",
    ]);
  });

  it('an outcome of an interleaving is no matter of fences', () => {
    expect(fences('WRITE_ONCE(*x, 1);', 'int r0 = READ_ONCE(*x);', '1:r0=1')).toEqual([
      'None: the condition holds in an interleaving, without any reordering',
    ]);
  });
});
