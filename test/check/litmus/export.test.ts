import { describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { exportLitmus } from '../../../src/check/litmus/export.ts';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';
import { exploreLkmm } from '../../../src/check/lkmm/explore.ts';
import type { Instruction, Invariant, Program } from '../../../src/types.ts';

function textOf(program: Program): string {
  const out = exportLitmus(program, program.invariants[0]!);
  if (out.kind === 'refused') throw new Error(out.refusal.why);
  return out.text;
}

/** The word of a program's first invariant after a round by way of a litmus file, and the executions counted there. */
function round(program: Program): { word: string; executions: number } {
  const test = litmus(textOf(program), 'exported.litmus');
  if (test.kind === 'refused') throw new Error(`${test.refusal.what}: ${test.refusal.why}`);
  const answer = checkLkmm(test.program, test.question);
  if (answer.kind === 'refused') throw new Error(answer.refusal.why);
  return { word: answer.word, executions: answer.positive + answer.negative };
}

function wordOf(program: Program): string {
  const outcome = exploreLkmm(program);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
  return outcome.violations.length > 0 ? 'Sometimes' : 'Never';
}

/** A program from the C of its processes; its invariant is that `bad` does not hold of the named objects at the end. */
function programOf(init: string, processes: readonly string[], bad: Readonly<Record<string, number>>): Program {
  const code = processes.map((body, k) => `P${k}(int *x, int *y, int *z, int *a, int *b, int *t)\n{\n${body}\n}\n`);
  const test = litmus(`C t\n{ ${init} }\n${code.join('\n')}\nlocations [${Object.keys(bad).join('; ')}]\n`, 't.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  const { at } = test.program.processes[0]!.code[0]!;
  const objects = Object.entries(bad);
  const loads = objects.map(
    ([name], k): Instruction => ({
      op: 'load',
      dst: k + 1,
      address: { kind: 'const', value: test.addressOf(name) },
      order: 'once',
      at,
    }),
  );
  const differs = objects
    .map(
      ([, value], k) =>
        ({ kind: 'binary', op: '!=', left: { kind: 'reg', reg: k + 1 }, right: { kind: 'const', value } }) as const,
    )
    .reduce<Extract<Instruction, { op: 'set' }>['value']>((left, right) => ({ kind: 'binary', op: '|', left, right }), {
      kind: 'const',
      value: 0,
    });
  const invariant: Invariant = {
    name: 'not bad',
    words: 'not bad',
    when: 'end',
    level: 'error',
    registers: objects.length + 1,
    code: [...loads, { op: 'set', dst: 0, value: differs, at }, { op: 'end', at }],
  };
  return { ...test.program, invariants: [invariant] };
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
    expect(round(program)).toEqual({ word: wordOf(program), executions: outcome.states });
  });

  it('bit operations are written with what the names of linux-kernel.def stand for, each with its source line', () => {
    const text = textOf(family('c', 2, 1, 'one word'));
    expect(text).toContain('r0 = __atomic_fetch_op{mb}(folio0_flags,&,-2);');
    expect(text).toContain('smp_mb(); /* family.c:3: fence */');
    expect(text).not.toMatch(/atomic_(or|and|andnot)\b/);
  });

  it('what a process computes alone is not there, and its loops are written out', () => {
    const body =
      'int i = 0;\nwhile (i < 3) {\n\tWRITE_ONCE(*t, i);\n\tr1 = READ_ONCE(*t);\n\tatomic_add(r1, x);\n\ti = i + 1;\n}';
    const program = programOf('', [body, 'r0 = READ_ONCE(*x);'], { x: 3 });
    const text = textOf(program);
    expect(text.match(/atomic_add\(\d, x\);/g)).toEqual([
      'atomic_add(0, x);',
      'atomic_add(1, x);',
      'atomic_add(2, x);',
    ]);
    expect(text).not.toMatch(/while|READ_ONCE\(\*t\)|filter/);
    expect(round(program).word).toBe('Always');
  });

  it('a loop that waits for another process is unrolled, and executions that go on are filtered out', () => {
    const wait = 'r0 = READ_ONCE(*x);\nwhile (r0 == 0) {\n\tr0 = READ_ONCE(*x);\n}\nWRITE_ONCE(*y, r0);';
    const program = programOf('', [wait, 'WRITE_ONCE(*x, 7);'], { y: 7 });
    const text = textOf(program);
    expect(text.match(/r\d+ = READ_ONCE\(\*x\);/g)).toHaveLength(4);
    expect(text).toMatch(/^filter \(0:r\d+=0\)$/m);
    expect(round(program)).toEqual({ word: 'Always', executions: 3 }); // x is seen after no, one or two turns
  });

  const publish = 'WRITE_ONCE(*a, 1);\nsmp_wmb();\nWRITE_ONCE(*x, a);';
  const follow =
    'int *r0 = READ_ONCE(*x);\nr1 = READ_ONCE(*r0);\nWRITE_ONCE(*y, r1);\nr2 = (r0 == a);\nWRITE_ONCE(*z, r2);';
  it('a pointer keeps its address dependency', () => {
    const program = programOf('x=b; b=1;', [publish, follow], { y: 0, z: 1 });
    expect(textOf(program)).toMatch(/READ_ONCE\(\*\(a \+ \(r0 \^ \d+\)\)\)/);
    expect([wordOf(program), round(program).word]).toEqual(['Never', 'Never']);
    const unordered = programOf('x=b; b=1;', [publish.replace('smp_wmb();', ''), follow], { y: 0, z: 1 });
    expect([wordOf(unordered), round(unordered).word]).toEqual(['Sometimes', 'Sometimes']);
  });

  it.each([
    ['in the branch', 'if (r0) {\n\tWRITE_ONCE(*y, 1);\n} else {\n\tWRITE_ONCE(*a, 2);\n}', 'Never'],
    [
      'behind both branches',
      'if (r0) {\n\tr1 = 5;\n} else {\n\tr1 = 6;\n}\nWRITE_ONCE(*y, 1);\nWRITE_ONCE(*a, r1);',
      'Sometimes',
    ],
  ])('a store %s is ordered as in the program', (_name, body, word) => {
    const back = 'r0 = READ_ONCE(*y);\nsmp_mb();\nWRITE_ONCE(*b, r0);\nWRITE_ONCE(*x, 1);';
    const program = programOf(
      '',
      [`r0 = READ_ONCE(*x);\n${body}\nWRITE_ONCE(*t, r0);`, back],
      word === 'Never' ? { b: 1, t: 1 } : { b: 1, t: 1, a: 5 },
    );
    expect([wordOf(program), round(program).word]).toEqual([word, word]);
  });

  it('a choice is read from a word that a process of its own writes', () => {
    const program = programOf('', ['r0 = READ_ONCE(*x);\nWRITE_ONCE(*y, r0);', 'r0 = READ_ONCE(*y);'], { y: 3 });
    const [first, ...others] = program.processes;
    const code = first!.code.map(
      (one): Instruction =>
        one.op === 'load' ? { op: 'choose', dst: one.dst, values: [1, 3], why: 'test', at: one.at } : one,
    );
    const chosen: Program = { ...program, processes: [{ ...first!, code }, ...others] };
    expect(textOf(chosen)).toContain('\tchoice_0_0=1;');
    expect(textOf(chosen)).toContain('\nlocations [y]\nexists (');
    expect(textOf(chosen)).toContain('\tWRITE_ONCE(*choice_0_0, 3);');
    expect([wordOf(chosen), round(chosen).word]).toEqual(['Sometimes', 'Sometimes']);
  });

  it.each([
    ['an invariant of all times', { when: 'always' }, 'expected an invariant of the end'],
    ['a counter without an end', {}, 'expected few final values of x'],
  ] as const)('%s is refused', (_name, change, why) => {
    const count = 'r0 = READ_ONCE(*y);\natomic_add(r0, x);';
    const program = programOf('', [count, 'r0 = READ_ONCE(*x);\nWRITE_ONCE(*y, r0 + 1);'], { x: 3 });
    const invariant: Invariant = { ...program.invariants[0]!, ...change };
    expect(exportLitmus(program, invariant)).toMatchObject({ kind: 'refused', refusal: { why } });
  });
});
