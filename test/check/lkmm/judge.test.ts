// Every execution that the engine gives is judged by a second reading of linux-kernel.cat that shares no code with it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { lowerScenario } from '../../../src/c/scenario.ts';
import { decide } from '../../../src/check/decide.ts';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';
import { executionOf } from '../../../src/check/lkmm/execution.ts';
import { executionsOf } from '../../../src/check/lkmm/executions.ts';
import { judgeExecution } from '../../../src/check/replay-lkmm.ts';
import { InputError } from '../../../src/errors.ts';
import { editedSource } from '../../../src/judge.ts';
import { type Knowledge, loadKnowledge } from '../../../src/knowledge.ts';
import type { Execution, Program, Trace } from '../../../src/types.ts';
import { litmusText } from './generate.ts';

const TREE = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
const KERNEL_TESTS = `${TREE}/tools/memory-model/litmus-tests`;

function programOf(text: string): Program {
  const test = litmus(text, 'judged.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  return test.program;
}

/** Every execution of `program`, at most `most`. */
function executions(program: Program, most: number): readonly (Execution & { readonly violated: readonly string[] })[] {
  const found = executionsOf(program, most);
  if ('what' in found) throw new Error(found.why);
  return found.executions;
}

/** The executions in which one read sees another store of its cell with the same value. */
function otherSources(program: Program, execution: Execution): Execution[] {
  const { events, rf } = execution;
  return rf.flatMap(([from, read], k) => {
    const { cell, value } = events[read]!;
    const stores = events.flatMap((event, w) =>
      event.kind === 'write' && event.cell === cell && event.value === value ? [w] : [],
    );
    const all = (program.cells[cell!]!.init | 0) === value ? [-1, ...stores] : stores;
    return all
      .filter((other) => other !== from)
      .map((other) => ({ ...execution, rf: rf.map((edge, at) => (at === k ? ([other, read] as const) : edge)) }));
  });
}

const keyOf = ({ events, rf, co }: Execution): string => JSON.stringify([events, rf, co]);

describe('an execution is judged by the text of linux-kernel.cat', () => {
  it('every execution of the munlock family is accepted, with what it violates', () => {
    for (const [variant, cpus, words] of [
      ['a', 3, 'split words'],
      ['n', 3, 'split words'],
      ['b', 2, 'one word'],
    ] as const) {
      const program = family(variant, cpus, 1, words);
      for (const one of executions(program, 100)) expect(judgeExecution(program, one)).toEqual(one.violated);
    }
  });

  it.each([
    ['locks, atomics and plain accesses', { locks: true, rmw: true, plain: true, rcu: false, srcu: false }],
    ['RCU and SRCU', { locks: false, rmw: false, plain: false, rcu: true, srcu: true }],
  ])(
    'random tests with %s: accepted are those that the search finds, and no others',
    { timeout: 60_000 },
    (_, flavour) => {
      let refused = 0;
      for (const text of fc.sample(litmusText(flavour, 2, 5), { numRuns: 40, seed: 5 })) {
        const program = programOf(text);
        const all = executions(program, 200);
        if (all.length === 200) continue;
        const known = new Set(all.map(keyOf));
        for (const one of all) {
          expect(() => judgeExecution(program, one), text).not.toThrow();
          for (const changed of otherSources(program, one)) {
            if (known.has(keyOf(changed))) continue;
            expect(() => judgeExecution(program, changed), text).toThrow(InputError);
            refused++;
          }
        }
      }
      expect(refused).toBeGreaterThan(5);
    },
  );

  it.skipIf(!existsSync(KERNEL_TESTS))(
    "the witness of each of the kernel's own tests is accepted (needs the 6.12 tree)",
    () => {
      let judged = 0;
      for (const file of readdirSync(KERNEL_TESTS).filter((name) => name.endsWith('.litmus'))) {
        const test = litmus(readFileSync(`${KERNEL_TESTS}/${file}`, 'utf8'), file);
        if (test.kind === 'refused') continue;
        const answer = checkLkmm(test.program, test.question);
        if (answer.kind === 'refused' || answer.witness === undefined) continue;
        expect(() => judgeExecution(test.program, executionOf(answer.witness!).execution), file).not.toThrow();
        judged++;
      }
      expect(judged).toBeGreaterThan(10);
    },
  );
});

describe('what is no execution is refused', () => {
  const message = `C mp

{}

P0(int *x, int *y)
{
	WRITE_ONCE(*x, 1);
	smp_wmb();
	WRITE_ONCE(*y, 1);
}

P1(int *x, int *y)
{
	int r0;
	int r1;
	r0 = READ_ONCE(*y);
	smp_rmb();
	r1 = READ_ONCE(*x);
}

exists (1:r0=1 /\\ 1:r1=0)
`;
  const program = programOf(message);
  const last = executions(program, 10).find(({ rf }) => rf.every(([from]) => from >= 0))!;

  it('a read that sees an older store than the fences allow', () => {
    const read = last.events.findLastIndex(({ kind }) => kind === 'read');
    const stale: Execution = {
      ...last,
      events: last.events.map((event, k) => (k === read ? { ...event, value: 0 } : event)),
      rf: last.rf.map((edge) => (edge[1] === read ? ([-1, read] as const) : edge)),
    };
    expect(() => judgeExecution(program, last)).not.toThrow();
    expect(() => judgeExecution(program, stale)).toThrow(/happens-before/);
    const without = programOf(message.replace('\tsmp_rmb();\n', ''));
    const twin = executions(without, 10).map((one) => judgeExecution(without, one));
    expect(twin.length).toBe(4);
  });

  it('a fence that is left out, a value that nobody wrote, a store without a place', () => {
    const fence = last.events.findIndex(({ kind }) => kind === 'fence');
    const shifted = (k: number): number => (k > fence ? k - 1 : k);
    const dropped: Execution = {
      events: last.events.filter((_, k) => k !== fence),
      rf: last.rf.map(([from, read]) => [shifted(from), shifted(read)] as const),
      co: last.co.map((order) => order.map(shifted)),
    };
    expect(() => judgeExecution(program, dropped)).toThrow(/fence/);
    const invented = last.events.map((event) => (event.kind === 'read' ? { ...event, value: 7 } : event));
    expect(() => judgeExecution(program, { ...last, events: invented })).toThrow(/a store of 7/);
    expect(() => judgeExecution(program, { ...last, co: last.co.map(() => []) })).toThrow(/a place for each write/);
  });
});

describe('traces of the rules that no interleaving gives', { timeout: 120_000 }, () => {
  let knowledge: Knowledge;
  beforeAll(async () => {
    knowledge = await loadKnowledge('rules');
  });

  it('each is an execution of its scenario, and violates what it is shown for', () => {
    const judged: string[] = [];
    for (const rule of knowledge.rules)
      for (const row of rule.rows)
        for (const scenario of rule.scenarios) {
          const { sc, lkmm } = row.expected[scenario.name] ?? {};
          if (sc !== 'holds' || lkmm !== 'violated') continue;
          const source = editedSource(knowledge, rule, row.version, row.edits, row.line);
          const text = { name: scenario.name, file: rule.file, line: scenario.line, code: scenario.code };
          const lowered = lowerScenario(knowledge.workshop, source, text);
          if (lowered.kind === 'refused') continue;
          const outcome = decide(lowered.program, 'lkmm', { states: 200_000 });
          if (outcome.kind === 'refused') continue;
          for (const { property, trace } of outcome.violations as readonly { property: string; trace: Trace }[]) {
            if (trace.execution === undefined) continue;
            expect(judgeExecution(lowered.program, trace.execution)).toContain(property);
            judged.push(`${rule.name} ${scenario.name} ${property}`);
          }
        }
    expect([...new Set(judged)].sort()).toEqual(['drain-generation S9g I-drained', 'shm-unlock S3 I-strand']);
  });
});
