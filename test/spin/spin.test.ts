import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lowerScenario } from '../../src/c/scenario.ts';
import { explore } from '../../src/check/explore.ts';
import { editedSource } from '../../src/judge.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { Outcome, Program } from '../../src/types.ts';
import { randomProgram } from '../check/random.ts';
import { promelaOf } from './promela.ts';

// SPIN explores Promela made from the same instructions by a translator of its own; it must find the same properties.
const has = (command: string): boolean => spawnSync(command, ['-V'], { stdio: 'ignore' }).error === undefined;
const missing = ['spin', 'gcc'].filter((command) => !has(command));
const rulesDir = join(import.meta.dirname, '..', '..', 'rules');
const ROWS = 6; // of each rule: every SPIN run costs a compilation

/** The properties that SPIN finds violated, sorted; undefined when the search was not exhausted. */
function spin(
  dir: string,
  model: { readonly text: string; readonly properties: readonly string[] },
): string[] | undefined {
  writeFileSync(join(dir, 'm.pml'), model.text);
  execFileSync('spin', ['-a', 'm.pml'], { cwd: dir, stdio: 'ignore' });
  execFileSync('gcc', ['-O0', '-DSAFETY', '-DVECTORSZ=8192', '-w', '-o', 'pan', 'pan.c'], { cwd: dir });
  const { stdout } = spawnSync('./pan', ['-c0', '-m2000000', '-w20'], {
    cwd: dir,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (/max search depth too small|out of memory/.test(stdout) || !/errors: \d+/.test(stdout)) return undefined;
  const hits = [...stdout.matchAll(/^HIT (\d+)$/gm)].map((match) => model.properties[Number(match[1])] ?? '?');
  const deadlock = /invalid end state \(at depth/.test(stdout) ? ['deadlock'] : [];
  return [...new Set([...hits, ...deadlock])].sort();
}

function found(outcome: Outcome): string[] {
  if (outcome.kind !== 'complete') return [`${outcome.kind}`];
  return outcome.violations.map((one) => one.property).sort();
}

describe.skipIf(missing.length > 0)(
  `SPIN finds what the explorer finds (needs ${missing.join(', ') || 'spin, gcc'})`,
  () => {
    let knowledge: Knowledge;
    let dir = '';

    beforeAll(async () => {
      knowledge = await loadKnowledge(rulesDir);
      dir = mkdtempSync(join(tmpdir(), 'relore-spin-'));
    });

    afterAll(() => rmSync(dir, { recursive: true, force: true }));

    const programsOf = (rule: Knowledge['rules'][number]): { name: string; program: Program }[] =>
      rule.rows.slice(-ROWS).flatMap((row) => {
        const source = editedSource(knowledge, rule, row.version, row.edits, row.line);
        return rule.scenarios.flatMap((scenario) => {
          const name = `${rule.name}/${scenario.name}: ${row.words}`;
          const text = { name, file: rule.file, line: scenario.line, code: scenario.code };
          const lowered = lowerScenario(knowledge.workshop, source, text);
          return lowered.kind === 'lowered' ? [{ name, program: lowered.program }] : [];
        });
      });

    it('on the last rows of the Result table of stranded-unevictable', () => {
      const rule = knowledge.rules.find((one) => one.name === 'stranded-unevictable');
      const programs =
        rule === undefined ? [] : programsOf(rule).filter(({ program }) => program.processes.length === 2);
      let compared = 0;
      for (const { name, program } of programs) {
        const model = promelaOf(program);
        if (typeof model === 'string') continue;
        expect(found(explore(program, 'sc', { states: 2_000_000 })), name).toEqual(spin(dir, model));
        compared++;
      }
      expect(compared).toBe(ROWS * 2);
    }, 300_000);

    it('on random programs with locks, read-modify-writes, pointers and loops', () => {
      let compared = 0;
      for (const program of fc.sample(randomProgram, { numRuns: 60, seed: 7 })) {
        const outcome = explore(program, 'sc', { states: 100_000 });
        const hasFault = outcome.kind !== 'complete' || outcome.violations.some((one) => one.kind === 'fault');
        const model = promelaOf({ ...program, invariants: program.invariants.filter((one) => one.when === 'end') });
        if (hasFault || typeof model === 'string' || program.processes.some(({ code }) => usesHeld(code))) continue;
        const ends = outcome.violations.filter(
          (one) => model.properties.includes(one.property) || one.kind === 'deadlock',
        );
        expect(ends.map((one) => one.property).sort(), JSON.stringify(program.processes)).toEqual(spin(dir, model));
        if (++compared === 10) break;
      }
      expect(compared).toBe(10);
    }, 300_000);
  },
);

/** assert-held is a property here and nothing there. */
function usesHeld(code: Program['processes'][number]['code']): boolean {
  return code.some((ins) => ins.op === 'assert-held');
}
