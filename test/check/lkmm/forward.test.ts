// A read-modify-write whose read waits, and a later read of its own process that sees what it writes: nothing orders the two reads, so
// that the later one may be satisfied first. Counts against brute force.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';
import { naive } from './naive.ts';

const CANDIDATES = 300;

function testOf(text: string) {
  const test = litmus(text, 'forward.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  return test;
}

function textOf(bodies: readonly string[]): string {
  const processes = bodies.map((body, p) => `P${p}(int *x, int *y)\n{\n\tint r1;\n\tint r2;\n\t${body}\n}\n`);
  return `C forward\n\n{}\n\n${processes.join('\n')}\nexists (0:r1=2 /\\ 0:r2=1)\n`;
}

const exchange = fc.constantFrom(
  'r1 = xchg_relaxed(x, 1);',
  'r1 = xchg_release(x, 1);',
  'r1 = xchg(x, 1);',
  'r1 = cmpxchg_relaxed(x, 0, 1);',
  'r1 = atomic_fetch_or_relaxed(1, x);',
);
const again = fc.constantFrom(
  'r2 = READ_ONCE(*x);',
  'r2 = xchg_relaxed(x, 3);',
  'r2 = cmpxchg_relaxed(x, 1, 3);',
  'r2 = *x;',
  'r2 = atomic_fetch_or_relaxed(2, x);',
  'r2 = smp_load_acquire(x);',
);
const told = fc.constantFrom(
  'WRITE_ONCE(*y, r2);',
  'if (r2 == 1) WRITE_ONCE(*y, 1);',
  'if (r1) WRITE_ONCE(*y, r2);',
  'smp_store_release(y, r2);',
);
const answer = fc.constantFrom(
  'r1 = READ_ONCE(*y); if (r1) WRITE_ONCE(*x, 2);',
  'r1 = READ_ONCE(*y); WRITE_ONCE(*x, r1 + 1);',
  'r1 = READ_ONCE(*y); if (r1) r2 = xchg_relaxed(x, 2);',
  'r1 = smp_load_acquire(y); r2 = cmpxchg_relaxed(x, 0, 2);',
  'r1 = *y; if (r1) *x = 2;',
);

it('an unordered exchange lets what it stores go ahead of what it reads: Sometimes, one execution of three', () => {
  const test = testOf(
    textOf([
      'r1 = xchg_relaxed(x, 1);\n\tr2 = READ_ONCE(*x);\n\tWRITE_ONCE(*y, r2);',
      'r1 = READ_ONCE(*y);\n\tif (r1)\n\t\tWRITE_ONCE(*x, 2);',
    ]),
  );
  expect(checkLkmm(test.program, test.question)).toMatchObject({ word: 'Sometimes', positive: 1, negative: 2 });
});

it('a full one does not, nor one that stores what it computes from what it reads', () => {
  for (const first of ['r1 = xchg(x, 1);', 'r1 = xchg_acquire(x, 1);', 'r1 = atomic_fetch_or_relaxed(1, x);']) {
    const bodies = [
      `${first}\n\tr2 = READ_ONCE(*x);\n\tWRITE_ONCE(*y, r2);`,
      'r1 = READ_ONCE(*y);\n\tif (r1)\n\t\tWRITE_ONCE(*x, 2);',
    ];
    const test = testOf(textOf(bodies));
    expect(checkLkmm(test.program, test.question), first).toMatchObject({ word: 'Never', positive: 0 });
  }
});

it('random tests have as many executions as brute force finds', { timeout: 60_000 }, () => {
  let compared = 0;
  for (const [one, two, three, four, third] of fc.sample(
    fc.tuple(exchange, again, told, answer, fc.constantFrom([], ['WRITE_ONCE(*x, 2);'])),
    { numRuns: 120, seed: 11 },
  )) {
    const text = textOf([`${one}\n\t${two}\n\t${three}`, four, ...third]);
    const { program, question } = testOf(text);
    const truth = naive(
      program,
      (registers, cells) =>
        question.holds(
          question.observables.map((value) =>
            value.kind === 'cell' ? cells[value.cell]! : registers[value.process]![value.register]!,
          ),
        ),
      CANDIDATES,
    );
    if (truth === undefined) continue;
    compared++;
    const { positive, negative, race } = truth;
    expect(checkLkmm(program, question), text).toMatchObject({ kind: 'complete', positive, negative, race });
  }
  expect(compared).toBeGreaterThan(60);
});
