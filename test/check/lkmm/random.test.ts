// The search against brute force: the number of executions with and without the condition, and the race flag, on random tests.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { checkLkmm, LITMUS_BUDGET } from '../../../src/check/lkmm/engine.ts';
import { type Flavour, litmusText } from './generate.ts';
import { naive } from './naive.ts';

const RUNS = 25;
const CANDIDATES = 150;
const NOTHING: Flavour = { locks: false, rcu: false, srcu: false, plain: false, rmw: false };
const FLAVOURS: Readonly<Record<string, Flavour>> = {
  'reads, writes, fences and dependencies': NOTHING,
  'read-modify-writes': { ...NOTHING, rmw: true },
  locks: { ...NOTHING, locks: true },
  RCU: { ...NOTHING, rcu: true },
  SRCU: { ...NOTHING, srcu: true },
  'plain accesses': { ...NOTHING, plain: true },
  everything: { locks: true, rcu: true, srcu: true, plain: true, rmw: true },
};

/** Compares the two on `text`; false when brute force gives up. */
function agree(text: string, model: 'lkmm' | 'sc'): boolean {
  const test = litmus(text, 'random.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  const { program, question } = test;
  const truth = naive(
    program,
    (registers, cells) =>
      question.holds(
        question.observables.map((one) =>
          one.kind === 'cell' ? cells[one.cell]! : registers[one.process]![one.register]!,
        ),
      ),
    CANDIDATES,
    model,
  );
  if (truth === undefined) return false;
  const answer = checkLkmm(program, question, LITMUS_BUDGET, model);
  if (answer.kind === 'refused') throw new Error(answer.refusal.why);
  const { kind, positive, negative, race } = answer;
  expect({ kind, positive, negative, race }, text).toEqual({
    kind: 'complete',
    positive: truth.positive,
    negative: truth.negative,
    race: truth.race,
  });
  return true;
}

describe('every execution is found once, and no other', () => {
  it.each(Object.entries(FLAVOURS))('%s', { timeout: 120_000 }, (_name, flavour) => {
    let compared = 0;
    for (const [processes, length] of [
      [2, 5],
      [3, 3],
    ] as const) {
      const texts = fc.sample(litmusText(flavour, processes, length), { numRuns: RUNS, seed: 20_261 });
      for (const text of texts) if (agree(text, 'lkmm')) compared++;
    }
    expect(compared).toBeGreaterThan(RUNS);
  });

  it('under SC too', { timeout: 60_000 }, () => {
    const texts = fc.sample(litmusText({ ...NOTHING, rmw: true, locks: true }, 2, 4), { numRuns: RUNS, seed: 7 });
    expect(texts.filter((text) => agree(text, 'sc')).length).toBeGreaterThan(10);
  });

  it('a plain store of what was read lets the other process run ahead', () => {
    // the order of P1 does not reach the plain store of P0: herd allows it and flags the race
    const text = `C plain

{}

P0(int *x, int *y)
{
	int r1;
	int r2;
	r2 = READ_ONCE(*y);
	*x = r2;
}

P1(int *x, int *y)
{
	int r1;
	int r2;
	r2 = smp_load_acquire(x);
	WRITE_ONCE(*y, 1);
}

exists (0:r2=1 /\\ 1:r2=1)
`;
    expect(agree(text, 'lkmm')).toBe(true);
  });
});
