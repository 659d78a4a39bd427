import { describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { exportLitmus } from '../../../src/check/litmus/export.ts';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';
import { exploreLkmm } from '../../../src/check/lkmm/explore.ts';
import type { Program } from '../../../src/types.ts';

/** The word of a program's first invariant after a round by way of a litmus file, and the executions counted there. */
function round(program: Program): { word: string; executions: number; notes: readonly string[] } {
  const out = exportLitmus(program, program.invariants[0]!);
  if (out.kind === 'refused') throw new Error(out.refusal.why);
  const test = litmus(out.text, 'exported.litmus');
  if (test.kind === 'refused') throw new Error(`${test.refusal.what}: ${test.refusal.why}`);
  const answer = checkLkmm(test.program, test.question);
  if (answer.kind === 'refused') throw new Error(answer.refusal.why);
  return { word: answer.word, executions: answer.graphs, notes: out.notes };
}

describe('a scenario as a litmus test', () => {
  it.each([
    ['a', 2, 'split words'],
    ['b', 2, 'split words'],
    ['c', 2, 'split words'],
    ['n', 2, 'split words'],
    ['n', 3, 'split words'],
    ['a', 2, 'one word'],
    ['n', 2, 'one word'],
    ['c', 2, 'stored words'],
  ] as const)('%s with %i processes in %s: the same verdict and as many executions', (variant, cpus, words) => {
    const program = family(variant, cpus, 1, words);
    const outcome = exploreLkmm(program);
    if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
    const { word, executions } = round(program);
    expect(word).toBe(outcome.violations.length > 0 ? 'Sometimes' : 'Never');
    expect(executions).toBe(outcome.states);
  });

  it('says which operations herd7 does not know, and ties each statement to its line', () => {
    const program = family('c', 2, 1, 'one word');
    const out = exportLitmus(program, program.invariants[0]!);
    expect(out).toMatchObject({ kind: 'litmus', notes: ['atomic_andnot', 'atomic_or'] });
    expect(out.kind === 'litmus' && out.text).toContain('smp_mb(); /* family.c:3: fence */');
  });

  it('refuses a loop', () => {
    const program = family('c', 2, 1, 'split words');
    const looped: Program = {
      ...program,
      processes: program.processes.map((process) => ({
        ...process,
        code: process.code.map((one, pc) => (one.op === 'branch' ? { ...one, else: Math.min(pc, 1) } : one)),
      })),
    };
    expect(exportLitmus(looped, program.invariants[0]!)).toMatchObject({
      kind: 'refused',
      refusal: { why: 'expected code without a loop' },
    });
  });
});
