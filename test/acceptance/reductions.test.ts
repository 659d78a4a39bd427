import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lowerScenario } from '../../src/c/scenario.ts';
import type { Reductions } from '../../src/check/automata.ts';
import { canonicalHash } from '../../src/check/compare.ts';
import { explore } from '../../src/check/explore.ts';
import { replay } from '../../src/check/replay.ts';
import { editedSource } from '../../src/judge.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { Outcome, Program } from '../../src/types.ts';

// Two roads, one answer: on every row of every Result table the search without reductions finds what the search with
// all of them finds, and an interpreter that shares no code with the engine accepts every schedule.
const rulesDir = join(import.meta.dirname, '..', '..', 'rules');
const MOST = 50_000; // states; a program beyond it is compared where both searches end
const OFF: Reductions = { merge: false, deadRegisters: false, movers: false, persistent: false, symmetry: false };
const STEPS: readonly [string, Partial<Reductions>][] = [
  ['merging only', { deadRegisters: false, movers: false, persistent: false }],
  ['without movers and persistent sets', { movers: false, persistent: false }],
  ['without persistent sets', { persistent: false }],
  ['without symmetry', { symmetry: false }],
  ['all', {}],
];

/** What must not depend on reductions. */
function essence(outcome: Outcome): unknown {
  if (outcome.kind === 'refused') return outcome.refusal;
  return {
    kind: outcome.kind,
    violations: outcome.violations.map((one) => one.property),
    terminals: outcome.terminals,
  };
}

describe('reductions on lowered kernel code', () => {
  let knowledge: Knowledge;
  const programs: { readonly name: string; readonly program: Program }[] = [];

  beforeAll(async () => {
    knowledge = await loadKnowledge(rulesDir);
    const seen = new Set<string>();
    for (const rule of knowledge.rules) {
      for (const row of rule.rows) {
        const source = editedSource(knowledge, rule, row.version, row.edits, row.line);
        for (const scenario of rule.scenarios) {
          if (row.expected[scenario.name] === undefined) continue;
          const name = `${rule.name}/${scenario.name}: ${row.version} ${row.edits.join(', ')}`;
          const text = { name, file: rule.file, line: scenario.line, code: scenario.code };
          const lowered = lowerScenario(knowledge.workshop, source, text);
          if (lowered.kind !== 'lowered') continue; // a version without the function; `rules test` has the cell
          const hash = canonicalHash(lowered.program);
          if (!seen.has(hash)) programs.push({ name, program: lowered.program });
          seen.add(hash);
        }
      }
    }
  }, 240_000);

  it('keep violations and terminal outcomes on every row, with two processes against no reduction at all', () => {
    const small = programs.filter(({ program }) => program.processes.length === 2);
    expect(small.length).toBeGreaterThanOrEqual(30);
    for (const { name, program } of small) {
      const plain = explore(program, 'sc', { states: MOST }, OFF);
      if (plain.kind === 'bounded') continue;
      const expected = essence(plain);
      for (const [words, reductions] of STEPS) {
        expect(essence(explore(program, 'sc', { states: MOST }, reductions)), `${name}, ${words}`).toEqual(expected);
      }
    }
  }, 600_000);

  it('keep violations and terminal outcomes on every row, with three processes against merging alone', () => {
    const large = programs.filter(({ program }) => program.processes.length === 3);
    expect(large.length).toBeGreaterThanOrEqual(6);
    for (const { name, program } of large) {
      const merged = explore(program, 'sc', { states: MOST }, STEPS[0]?.[1] ?? {});
      if (merged.kind === 'bounded') continue;
      const expected = essence(merged);
      for (const [words, reductions] of STEPS.slice(1)) {
        expect(essence(explore(program, 'sc', { states: MOST }, reductions)), `${name}, ${words}`).toEqual(expected);
      }
    }
  }, 600_000);

  it('keep violations and terminal outcomes under x86-TSO, with two processes against merging alone', () => {
    const small = programs.filter(({ program }) => program.processes.length === 2);
    for (const { name, program } of small) {
      const merged = explore(program, 'tso', { states: MOST }, STEPS[0]?.[1] ?? {});
      if (merged.kind === 'bounded') continue;
      const expected = essence(merged);
      expect(essence(explore(program, 'tso', { states: MOST })), name).toEqual(expected);
      // What SC can do, TSO can do.
      const sc = explore(program, 'sc', { states: MOST });
      const tso = explore(program, 'tso', { states: MOST });
      if (sc.kind === 'refused' || tso.kind === 'refused') continue;
      for (const end of sc.terminals) expect(tso.terminals, name).toContain(end);
      for (const { property, trace } of tso.violations)
        expect(replay(program, trace.path, undefined, 'tso').violated, name).toContain(property);
    }
  }, 600_000);

  it('give schedules that an independent interpreter accepts, violating what they say', () => {
    let schedules = 0;
    for (const { name, program } of programs) {
      const outcome = explore(program, 'sc', { states: MOST });
      if (outcome.kind === 'refused') continue;
      for (const violation of outcome.violations) {
        expect(replay(program, violation.trace.path).violated, `${name}, ${violation.property}`).toContain(
          violation.property,
        );
        schedules++;
      }
    }
    expect(schedules).toBeGreaterThanOrEqual(21);
  });
});
