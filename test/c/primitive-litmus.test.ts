// What each row of rules/primitives.h allows and forbids, as C that is lowered and explored under each memory model.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import type { Workshop } from '../../src/c/scenario.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import { openStack } from '../../src/c/stack.ts';
import { decide } from '../../src/check/decide.ts';
import type { MemoryModel, Program } from '../../src/types.ts';
import type { PrimitiveTest } from './primitive-table.ts';
import { readPrimitiveTables } from './primitive-table.ts';
import { newWorkshop } from './specimen.ts';

const root = join(import.meta.dirname, '../..');
const source = openStack(join(root, 'rules/kernel')).at('v6.12');
const tables = readPrimitiveTables();
let workshop: Workshop;

beforeAll(async () => {
  await loadGrammar();
  workshop = newWorkshop();
});

const OBJECTS = 'int x, y, r0, r1, s0;\n';

function lowered({ where, code }: PrimitiveTest): Program | string {
  const found = lowerScenario(workshop, source, { name: where, file: `${where}.c`, line: 1, code: OBJECTS + code });
  return found.kind === 'lowered' ? found.program : `${found.refusal.what}: ${found.refusal.why}`;
}

/** The properties that some execution violates. A search that does not end is a mistake of the test. */
function violatedIn(program: Program, model: MemoryModel): readonly string[] {
  const outcome = decide(program, model, { states: 100_000 });
  if (outcome.kind !== 'complete')
    throw new Error(outcome.kind === 'refused' ? outcome.refusal.why : `${model}: ${outcome.bound}`);
  return outcome.violations.map((one) => one.property);
}

/** The names that C uses; guard(x) stands for its two rows. */
function namesIn(code: string): readonly string[] {
  const guards = [...code.matchAll(/guard\((\w+)/g)].flatMap(([, name]) => [
    `guard_enter_${name}`,
    `guard_leave_${name}`,
  ]);
  return [...(code.match(/\w+/g) ?? []), ...guards];
}

// Instructions that execution graphs have no events for.
const BESIDE_LKMM = new Set(['wait-until', 'context', 'free']);

function modelsOf(program: Program): ReadonlySet<string> {
  const isBeside = program.processes.some(({ code }) => code.some(({ op }) => BESIDE_LKMM.has(op)));
  return new Set(isBeside ? ['sc', 'tso'] : ['sc', 'tso', 'lkmm']);
}

describe.each(tables)('$file', ({ tests }) => {
  it.each(tests.map((test) => [test.words, test] as const))('%s', (_, test) => {
    const program = lowered(test);
    const { expects, why } = test;
    if (expects.kind === 'refused') return expect(program).toMatch(/expected/);
    if (typeof program === 'string') throw new Error(program);
    if (expects.kind === 'violated')
      return expect(violatedIn(program, 'sc')).toEqual([expect.stringMatching(expects.property)]);
    for (const [model, word] of Object.entries(expects.words)) {
      if (!modelsOf(program).has(model)) continue;
      const found = violatedIn(program, model as MemoryModel);
      expect(`${model}: ${found.join()}`, why).toBe(`${model}: ${word === 'never' ? '' : 'I-bad'}`);
    }
  });
});

describe('the tables of primitives', () => {
  const text = readFileSync(join(root, 'rules/primitives.h'), 'utf8');
  const defined = [
    ...[...text.matchAll(/^#define (\w+)/gm)].map((match) => match[1] ?? ''),
    ...[...text.matchAll(/^static inline [\w *]*?\b(\w+)\(/gm)].map((match) => match[1] ?? ''),
  ];
  const used = new Set(tables.flatMap(({ tests }) => tests.flatMap(({ code }) => namesIn(code))));
  const untested = tables.flatMap((table) => table.untested);

  it('use every row of rules/primitives.h, or say why not', () => {
    const missing = defined.filter((name) => !name.startsWith('__') && !used.has(name) && !untested.includes(name));
    expect(missing).toEqual([]);
  });

  const survey = join(root, '../shared/domain/primitives.md');
  it.skipIf(!existsSync(survey))('use every name of the survey, or say why not (skipped without ../shared)', () => {
    const cells = readFileSync(survey, 'utf8').match(/^\| .*? \|/gm) ?? [];
    const names = cells.flatMap((cell) => [...cell.matchAll(/`([a-z]\w*[a-z0-9])`/g)].map(([, name]) => name ?? ''));
    const isIgnored = (name: string): boolean => newWorkshop().primitives.ignored.some((one) => one.test(name));
    const isFamily = (name: string): boolean => /_(?:X|all|\w+_)$/.test(name);
    const missing = names.filter((name) => !used.has(name) && !untested.includes(name) && !isIgnored(name));
    expect(missing.filter((name) => !isFamily(name))).toEqual([]);
  });

  it('excuse no row that they use', () => {
    expect(untested.filter((name) => used.has(name))).toEqual([]);
  });
});
