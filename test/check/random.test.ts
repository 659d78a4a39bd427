import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import { outcomeWords } from '../../src/check/words.ts';
import type { Program } from '../../src/types.ts';
import { accessesOf, isTold, NONE } from './build.ts';
import { naive } from './naive.ts';
import { randomProgram } from './random.ts';

const RUNS = Number(process.env['RELORE_RANDOM_PROGRAMS'] ?? 100);
const MOST_STATES = 3_000; // programs beyond it are left out of the brute-force comparison

const REDUCTIONS = {
  none: NONE,
  merge: { ...NONE, merge: true },
  'dead registers': { ...NONE, deadRegisters: true },
  'merge and movers': { ...NONE, merge: true, movers: true },
  persistent: { ...NONE, persistent: true },
  'merge and persistent': { ...NONE, merge: true, persistent: true },
  all: {},
} as const;

/** What must not change: properties, terminal outcomes, unreached code. */
function meaning(program: Program, reductions: (typeof REDUCTIONS)[keyof typeof REDUCTIONS]) {
  const outcome = explore(program, 'sc', { states: 400_000 }, reductions);
  if (outcome.kind !== 'complete') throw new Error(`expected a complete search, got ${outcome.kind}`);
  for (const { property, trace } of outcome.violations) {
    const again = replay(program, trace.path);
    expect(again.violated, `${property} by ${trace.path}`).toContain(property);
    expect(accessesOf(trace)).toEqual(again.steps.filter((one) => isTold(program, one)));
    expect(trace.end.map(({ value }) => value)).toEqual(program.observed.map((index) => again.memory[index]));
  }
  const unreached = outcome.unreached.map(({ process, at }) => `${process}/${at.frames[0]!.line - 1}`);
  return {
    states: outcome.states,
    properties: outcome.violations.map(({ property }) => property),
    terminals: outcome.terminals,
    unreached,
  };
}

describe('reductions', () => {
  it('each and all keep violations, terminal outcomes and coverage of random programs, and agree with brute force', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomProgram, (program) => {
        const truth = naive(program, MOST_STATES);
        if (truth === undefined) return;
        compared++;
        const terminals = truth.terminals.map((values) => outcomeWords(program, values)).sort();
        const expected = { properties: truth.properties, terminals, unreached: truth.unreached };
        for (const [name, reductions] of Object.entries(REDUCTIONS)) {
          const { states, ...found } = meaning(program, reductions);
          expect(found, name).toEqual(expected);
          if (name === 'none') expect(states).toBe(truth.states);
          else expect(states).toBeLessThanOrEqual(truth.states);
        }
      }),
      { numRuns: RUNS, seed: Number(process.env['RELORE_RANDOM_SEED'] ?? 1) },
    );
    expect(compared).toBeGreaterThan(RUNS * 0.6);
  }, 240_000);
});
