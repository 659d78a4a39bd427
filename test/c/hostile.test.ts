import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { lower } from './specimen.ts';

beforeAll(loadGrammar);

const scenario = 'int out;\n/* process P0 on cpu0: run */\nvoid P0(void)\n{\n\tout = specimen(1);\n}\n';
const body = (text: string): string => `int specimen(int a)\n{\n${text}\n}\n`;
const nested = (open: string, close: string, count: number): string => `${open.repeat(count)}a${close.repeat(count)}`;
const doubling = Array.from({ length: 30 }, (_, n) => `#define M${n}(x) (M${n + 1}(x) + M${n + 1}(x))`).join('\n');

/** Refused with a reason, or lowered: never an error of ours, and never more than 5 s. */
function outcomeOf(kernel: string): string {
  const lowered = lower(kernel, scenario);
  return lowered.kind === 'refused' ? lowered.refusal.why : 'lowered';
}

describe('hostile C is refused with a reason within 5 s of CPU time', () => {
  it.each([
    [
      'a macro of 1 MB',
      `#define BIG(x) (x ${'+ 1 '.repeat(250_000)})\n${body('return BIG(a);')}`,
      /at most 65536 characters/,
    ],
    [
      'a macro of 100,000 continued lines',
      `#define BIG(x) (x ${'+ 1 \\\n'.repeat(100_000)})\n${body('return BIG(a);')}`,
      /at most 65536 characters/,
    ],
    ['a macro of itself', `#define LOOP(x) LOOP(x)\n${body('return LOOP(a);')}`, /expected a definition/],
    [
      'macros of each other',
      `#define ONE(x) TWO(x)\n#define TWO(x) ONE(x)\n${body('return ONE(a);')}`,
      /expected a definition/,
    ],
    ['macros that double 30 times', `${doubling}\n#define M30(x) x\n${body('return M0(a);')}`, /at most/],
    ['open braces without end', `int specimen(int a)\n{\n${'{'.repeat(100_000)}`, /expected a definition/],
    ['closing braces without end', `${'}'.repeat(100_000)}\n${body('return a;')}`, /lowered|expected a definition/],
    ['a function of 100,000 lines', body(`${'a = a + 1;\n'.repeat(100_000)}return a;`), /at most 120000 characters/],
    ['a function of 20,000 short lines', body(`${'a++;\n'.repeat(20_000)}return a;`), /at most/],
    ['parentheses 100,000 deep', body(`return ${nested('(', ')', 100_000)};`), /nesting deeper than 250|at most/],
    ['operators 100,000 deep', body(`return ${nested('-(', ')', 60_000)};`), /nesting deeper than 250|at most/],
    ['a sum of 20,000 terms', body(`return a${' + a'.repeat(20_000)};`), /nesting deeper than 250/],
    ['blocks 20,000 deep', body(`${'{'.repeat(20_000)}a++;${'}'.repeat(20_000)}return a;`), /nesting deeper than 250/],
    ['ifs 15,000 deep', body(`${'if (a) '.repeat(15_000)}a++;return a;`), /nesting deeper than 250/],
    [
      'calls 100 deep',
      `${Array.from({ length: 100 }, (_, n) => `static int f${n + 1}(int x);\nstatic int f${n}(int x) { return f${n + 1}(x) + 1; }`).join('\n')}\nstatic int f100(int x) { return x; }\n${body('return f0(a);')}`,
      /at most 32 nested calls/,
    ],
    [
      'structs inside each other',
      `${Array.from({ length: 500 }, (_, n) => `struct s${n} { struct s${n + 1} in; };`).join('\n')}\nstruct s500 { int x; };\n${body('return sizeof(struct s0);')}`,
      /lowered|expected/,
    ],
    [
      'typedefs of each other',
      `${Array.from({ length: 500 }, (_, n) => `typedef t${n + 1} t${n};`).join('\n')}\ntypedef int t500;\n${body('t0 x = a; return x;')}`,
      /expected the definition of t\d+; it is not in the source/,
    ],
    [
      'enumerators by each other',
      `${Array.from({ length: 500 }, (_, n) => `enum { E${n} = E${n + 1} };`).join('\n')}\nenum { E500 = 1 };\n${body('return E0;')}`,
      /expected|lowered/,
    ],
    [
      'attributes without end',
      `int specimen(int a) ${'__a'.repeat(50_000)} = {\n${body('return a;')}`,
      /lowered|expected/,
    ],
    ['iteration macros without end', body(`${'for_each('.repeat(20_000)}`), /expected/],
    ['bytes that are no UTF-8', body('return a + \ufffd\u0000\u0001;'), /expected C that can be read/],
    ['a comment without end', `/* ${'x'.repeat(1_000_000)}\n${body('return a;')}`, /expected a definition/],
    ['#if 50,000 deep', `${'#if 1\n'.repeat(50_000)}${body('return a;')}`, /lowered/],
    ['a condition 50,000 deep', `#if ${'('.repeat(50_000)}1\n#endif\n${body('return a;')}`, /lowered/],
  ])('%s', { timeout: 20_000 }, (_, kernel, expected) => {
    expect(outcomeOf(kernel)).toMatch(expected);
  });
});

describe('a function that calls itself', () => {
  it('through another one is refused, by name', () => {
    const text = `int other(int a);\n${body('\treturn other(a);')}int other(int a)\n{\n\treturn specimen(a);\n}\n`;
    expect(outcomeOf(text)).toMatch(
      /expected no recursion; a row in rules\/primitives.h or in the scenario would admit it/,
    );
  });
});
