// Takes a barrier, a lock or a check away, swaps two steps, or splits an atomic, in programs that are right, and asks whether any model
// notices: another set of violated properties, or other ends.
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/check/decide.ts';
import type { Program } from '../../src/types.ts';
import { EQUIVALENT } from './equivalent.ts';
import { mutantsOf } from './mutate.ts';
import { SPECIMENS } from './specimens.ts';
import { witnessed } from './witness.ts';

/** What the three models say of a program. */
function meaning(one: Program): string {
  return JSON.stringify(
    (['sc', 'tso', 'lkmm'] as const).map((model) => {
      const outcome = decide(one, model, { states: 20_000, localSteps: 500 });
      if (outcome.kind === 'refused') return model;
      const properties = outcome.violations.map(({ property }) => property);
      return [outcome.kind, properties, [...outcome.terminals].sort(), outcome.lockOrder?.length ?? 0];
    }),
  );
}

describe('a mutant of a program that is right', () => {
  it('is noticed, or stands in the list of those that mean the same, with the reason', () => {
    const unnoticed: string[] = [];
    let mutants = 0;
    for (const [name, program] of Object.entries(SPECIMENS)) {
      const right = meaning(program);
      for (const mutant of mutantsOf(program)) {
        mutants++;
        if (meaning(mutant.program) === right) unnoticed.push(`${name}: ${mutant.name}`);
      }
    }
    const reasons = new Map(EQUIVALENT.flatMap(({ mutants: names, why }) => names.map((name) => [name, why])));
    console.log(`  ${mutants - unnoticed.length} of ${mutants} mutants noticed, ${reasons.size} listed as equivalent`);
    expect(unnoticed.filter((name) => !reasons.has(name))).toEqual([]);
    expect([...reasons.keys()].filter((name) => !unnoticed.includes(name))).toEqual([]);
  }, 120_000);

  it('means the same when it is listed: every process reads the same, and memory ends the same, under every model', () => {
    const listed = new Set(EQUIVALENT.flatMap(({ isShown, mutants }) => (isShown ? mutants : [])));
    const told: string[] = [];
    let shown = 0;
    for (const [name, program] of Object.entries(SPECIMENS)) {
      const mutants = mutantsOf(program).filter((mutant) => listed.has(`${name}: ${mutant.name}`));
      if (mutants.length === 0) continue;
      const right = meaning(witnessed(program, program));
      expect(right, name).not.toContain('bounded');
      for (const mutant of mutants) {
        shown++;
        if (meaning(witnessed(mutant.program, program)) !== right) told.push(`${name}: ${mutant.name}`);
      }
    }
    expect(told).toEqual([]);
    expect([shown, EQUIVALENT.flatMap(({ mutants }) => mutants).length]).toEqual([48, 49]);
  }, 120_000);

  it('that is noticed is told apart by that as well', () => {
    const program = SPECIMENS['store buffering with barriers']!;
    const right = meaning(witnessed(program, program));
    const mutants = mutantsOf(program);
    expect(mutants).toHaveLength(6);
    for (const mutant of mutants) expect(meaning(witnessed(mutant.program, program)), mutant.name).not.toBe(right);
  });
});
