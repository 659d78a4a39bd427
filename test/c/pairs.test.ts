// Two lowerings told apart: fixtures/c/pairs has programs of several processes, each right, and broken where
// CONFIG_BROKEN is set. The first line says what is violated.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { parseConfig } from '../../src/c/preprocess.ts';
import { lowerScenario, openWorkshop } from '../../src/c/scenario.ts';
import { explore } from '../../src/check/explore.ts';
import type { Instruction, Program } from '../../src/types.ts';
import { newWorkshop, sourceOf } from './specimen.ts';

const folder = join(import.meta.dirname, '../../fixtures/c/pairs');
const pairs = readdirSync(folder)
  .sort()
  .map((file) => {
    const code = readFileSync(join(folder, file), 'utf8');
    const [, right = '', broken = ''] = /^\/\* right: (.*?)\. broken: (.*?) \*\/$/m.exec(code) ?? [];
    return { file, code, right, broken };
  });

beforeAll(loadGrammar);

function lower(file: string, code: string, config: string): Program {
  const { primitives } = newWorkshop();
  const workshop = openWorkshop(primitives, parseConfig(config));
  const lowered = lowerScenario(workshop, sourceOf({ 'mm/specimen.c': 'int x;' }), { name: file, file, line: 1, code });
  if (lowered.kind === 'refused') throw new Error(`${lowered.refusal.what}: ${lowered.refusal.why}`);
  return lowered.program;
}

function violated(program: Program): string {
  const outcome = explore(program, 'sc', { states: 100_000 });
  if (outcome.kind !== 'complete') throw new Error(outcome.kind);
  return outcome.violations.map((one) => one.property).join() || 'holds';
}

describe('the right one and the broken one are told apart', () => {
  it.each(pairs)('$file: $right, broken $broken', ({ file, code, right, broken }) => {
    expect(violated(lower(file, code, ''))).toBe(right);
    expect(violated(lower(file, code, 'CONFIG_BROKEN=y'))).toBe(broken);
  });
});

it('free, spawn, join, waits and contexts are each lowered in some pair', () => {
  const ops = new Set<Instruction['op']>();
  for (const { file, code } of pairs)
    for (const { code: instructions } of lower(file, code, '').processes)
      for (const { op } of instructions) ops.add(op);
  expect(['context', 'free', 'join', 'spawn', 'wait-until'].filter((op) => !ops.has(op as Instruction['op']))).toEqual(
    [],
  );
});

describe('contexts are left out where nobody can tell', () => {
  it('of two processes on CPUs of their own', () => {
    const code =
      'spinlock_t lock; int x;\n/* process P0 on cpu0: one */\nvoid P0(void)\n{\n\tspin_lock_irq(&lock);\n\tx++;\n\tspin_unlock_irq(&lock);\n}\n';
    expect(lower('alone.c', code, '').processes[0]?.code.map(({ op }) => op)).toEqual([
      'lock',
      'load',
      'store',
      'unlock',
      'end',
    ]);
  });

  it('and semaphores that nothing takes for writing', () => {
    const code =
      'struct rw_semaphore sem; int x;\n/* process P0 on cpu0: one */\nvoid P0(void)\n{\n\tdown_read(&sem);\n\tx++;\n\tup_read(&sem);\n}\n';
    expect(lower('readers.c', code, '').processes[0]?.code.map(({ op }) => op)).toEqual(['load', 'store', 'end']);
  });
});
