import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { run } from './interpret.ts';
import { PRELUDE, randomFunction } from './random-c.ts';
import { hasGcc, newWorkshop, outputOf, programOf } from './specimen.ts';

const COUNT = 300;
const SEED = Number(process.env['RELORE_SEED'] ?? 20260411);
const INPUTS = [
  [0, 0, 0],
  [1, -1, 2],
  [7, 300, -40000],
  [2147483647, -2147483648, 65],
  [-5, 4, 1],
] as const;
const GLOBALS = ['x', 'u', 'k', 's'] as const;

beforeAll(loadGrammar);

describe.skipIf(!hasGcc)('random C functions (skipped without gcc: it is the oracle)', () => {
  it(`${COUNT} functions give what gcc gives, for ${INPUTS.length} inputs each`, { timeout: 120_000 }, () => {
    const functions = fc
      .sample(fc.integer(), { numRuns: COUNT, seed: SEED })
      .map((seed, n) => ({ name: `f${n}`, text: randomFunction(`f${n}`, seed) }));
    const expected = outputOf(mainOf(functions)).trim().split('\n');
    const workshop = newWorkshop();
    let line = 0;
    for (const { name, text } of functions) {
      const program = programOf(`${PRELUDE}${text}`, scenarioOf(name), workshop);
      for (const [a, b, c] of INPUTS) {
        const done = run(program, { a, b, c });
        const found = [done.memory.get('out'), ...GLOBALS.map((field) => done.memory.get(`g.${field}`))].join(' ');
        expect(`${done.end} ${found}`, `${name}(${a}, ${b}, ${c})\n${text}`).toBe(`end ${expected[line++]}`);
      }
    }
  });
});

function scenarioOf(name: string): string {
  return `int a, b, c, out;
struct thing g = { .x = 11, .u = 12, .k = 13, .s = 14 };
/* process P0 on cpu0: run */
void P0(void)
{
	out = ${name}(a, b, c);
	g.x = g.x; g.u = g.u; g.k = g.k; g.s = g.s;
}
`;
}

function mainOf(functions: readonly { readonly name: string; readonly text: string }[]): string {
  const calls = functions.flatMap(({ name }) =>
    INPUTS.map(
      ([a, b, c]) =>
        `g = (struct thing){ 11, 12, 13, 14 }; out = ${name}(${a}, ${b}, (int)${c}); printf("%d %d %d %d %d\\n", out, g.x, (int)g.u, g.k, g.s);`,
    ),
  );
  return `#include <stdio.h>
#include <stdbool.h>
#define likely(x) (x)
${PRELUDE}
struct thing g;
${functions.map(({ text }) => text).join('\n')}
int main(void)
{
	int out;
	${calls.join('\n\t').replaceAll('-2147483648', '(-2147483647 - 1)')}
	return 0;
}
`;
}
