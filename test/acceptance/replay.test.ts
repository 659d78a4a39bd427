import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { replay } from '../../src/check/replay.ts';
import { InputError } from '../../src/errors.ts';
import { editedSource, judge } from '../../src/judge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import { readThread } from '../../src/mail/read.ts';
import type * as traces from '../../src/review/traces.ts';
import { review } from '../../src/review.ts';
import type { MemoryModel, Program, Trace } from '../../src/types.ts';
import { accessesOf, isTold } from '../check/build.ts';

interface Told {
  readonly name: string;
  readonly program: Program;
  readonly model: MemoryModel;
  readonly trace: Trace;
}

const told = vi.hoisted(() => [] as unknown[]) as Told[];

// Whatever a report is given to print goes through the book of traces.
vi.mock('../../src/review/traces.ts', async (importOriginal) => {
  const original = await importOriginal<typeof traces>();
  return {
    ...original,
    openTraceBook: () => {
      const book = original.openTraceBook();
      const add: typeof book.add = (rule, scenario, patch, model, program, violation) => {
        const name = `${rule.name}/${scenario.name} ${patch} ${model}: ${violation.property}`;
        told.push({ name, program, model, trace: violation.trace });
        return book.add(rule, scenario, patch, model, program, violation);
      };
      return { ...book, add };
    },
  };
});

const root = join(import.meta.dirname, '..', '..');
const MOST = 200_000; // states
const RULES = 8; // of all in order of their names; the rest comes by way of the threads

/** What is wrong with a trace, as the replayer sees it; undefined when it accepts it. */
function objection({ program, model, trace }: Told, path = trace.path): string | undefined {
  try {
    const { violated, memory, steps } = replay(program, path, undefined, model);
    const own = steps.filter((one) => isTold(program, one) && one.cell < program.cells.length);
    if (trace.violated !== 'livelock' && !violated.includes(trace.violated)) return 'is not violated';
    if (JSON.stringify(accessesOf(trace)) !== JSON.stringify(own)) return 'other accesses';
    return trace.end.every(({ cell, value }) => memory[cell] === value) ? undefined : 'another end';
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** The single steps of a path. */
function stepsOf(path: string): readonly string[] {
  return path.split('/').flatMap((segment) => {
    const [p, count] = segment.split('*') as [string, string | undefined];
    return new Array<string>(Number(count ?? 1)).fill(p);
  });
}

const MUTANTS = 6; // of a path, spread over its length

/** A path without one of its steps, and with two neighbours of different processes swapped. */
function mutants(path: string): readonly string[] {
  const steps = stepsOf(path);
  const places = Array.from({ length: MUTANTS }, (_, k) => Math.floor((k * steps.length) / MUTANTS));
  const dropped = [...new Set(places)].map((k) => steps.toSpliced(k, 1));
  const turns = steps.flatMap((step, k) => (k > 0 && steps[k - 1] !== step ? [k - 1] : []));
  const swapped = turns.slice(0, MUTANTS).map((k) => steps.toSpliced(k, 2, steps[k + 1]!, steps[k]!));
  return [...dropped, ...swapped].map((one) => one.join('/'));
}

describe('the replayer', () => {
  beforeAll(async () => {
    const knowledge = await loadKnowledge(join(root, 'rules'));
    for (const rule of knowledge.rules.slice(0, RULES)) {
      for (const row of rule.rows) {
        const source = editedSource(knowledge, rule, row.version, row.edits, row.line);
        for (const scenario of rule.scenarios) {
          for (const model of ['sc', 'tso'] as const) {
            const judged = judge(knowledge, source, rule, scenario, model, MOST);
            if (judged.kind === 'refused' || judged.outcome.kind === 'refused') continue;
            const name = `${rule.name}/${scenario.name} ${row.words} ${model}`;
            for (const { property, trace } of judged.outcome.violations)
              told.push({ name: `${name}: ${property}`, program: judged.program, model, trace });
          }
        }
      }
    }
    for (const thread of readdirSync(join(root, 'threads'))) {
      const mail = await readThread(readFileSync(join(root, 'threads', thread, 'thread.mbox')), 'thread.mbox');
      const options = { rulesDir: join(root, 'rules'), knowledge, states: MOST, version: '0.0.0' };
      await review(mail, { ...options, models: ['sc', 'tso'], referee: true });
    }
  }, 600_000);

  it('accepts every schedule of eight rules and of the reviews of the retold threads', () => {
    const refused = told.flatMap((one) => {
      const why = objection(one);
      return why === undefined ? [] : [`${one.name}: ${why}: ${one.trace.path}`];
    });
    expect(refused.slice(0, 5)).toEqual([]);
    console.log(`  ${told.length} schedules accepted`);
    expect(told.length).toBeGreaterThan(300);
  });

  it('refuses one without one of its steps, or with two swapped, unless the same accesses come in the same order', () => {
    const known = new Set<string>();
    let [tried, refused] = [0, 0];
    for (const one of told) {
      if (one.trace.path === '' || known.has(one.trace.path)) continue;
      known.add(one.trace.path);
      for (const path of mutants(one.trace.path)) {
        tried++;
        if (objection(one, path) !== undefined) refused++;
      }
    }
    console.log(`  ${refused} of ${tried} refused`);
    expect(refused).toBeGreaterThan(tried * 0.75);
  });
});
