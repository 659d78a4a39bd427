import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { run } from './interpret.ts';
import { hasGcc, newWorkshop, outputOf, printCode, programOf } from './specimen.ts';

const folder = join(import.meta.dirname, '../../fixtures/c');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2))
  .sort();
const texts = new Map(names.map((name) => [name, readFileSync(join(folder, `${name}.c`), 'utf8')]));
const INPUTS = [
  [0, 0, 0],
  [1, 2, 3],
  [-1, 5, -7],
  [3, -4, 12],
  [300, 257, -129],
  [2147483647, -2147483648, 1],
  [7, 1, 0],
] as const;

beforeAll(loadGrammar);

it('there are specimens, and no expected code without one', () => {
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(
    readdirSync(join(folder, 'expected'))
      .map((name) => name.replace(/\.txt$/, ''))
      .sort(),
  ).toEqual(names);
});

describe('the lowered code of a specimen is the one a person has read', () => {
  it.each(names)('%s', (name) => {
    const program = programOf(texts.get(name) ?? '', scenarioOf(texts.get(name) ?? ''));
    const found = `${printCode(program, program.processes[0]?.code ?? [])}\n`;
    const file = join(folder, 'expected', `${name}.txt`);
    if (process.env['UPDATE'] === '1') {
      mkdirSync(join(folder, 'expected'), { recursive: true });
      writeFileSync(file, found);
    }
    expect(found).toBe(readFileSync(file, 'utf8'));
  });
});

describe.skipIf(!hasGcc)('a specimen gives what gcc gives (skipped without gcc: it is the oracle)', () => {
  let expected: ReadonlyMap<string, string>;

  beforeAll(() => {
    expected = new Map(names.map((name) => [name, outputOf(mainOf(texts.get(name) ?? ''))]));
  }, 60_000);

  it.each(names)('%s', (name) => {
    const program = programOf(texts.get(name) ?? '', scenarioOf(texts.get(name) ?? ''), newWorkshop());
    const found = INPUTS.map(([a, b, c]) => {
      const done = run(program, { a, b, c });
      return `${done.end} ${done.memory.get('out')}`;
    });
    expect(found).toEqual(
      (expected.get(name) ?? '')
        .trim()
        .split('\n')
        .map((value) => `end ${value}`),
    );
  });
});

/** The objects that a specimen declares extern are those of its scenario. */
function objectsOf(text: string): string {
  return [...text.matchAll(/^extern (.*;)$/gm)].map((match) => match[1]).join('\n');
}

function scenarioOf(text: string): string {
  return `int a, b, c, out;\n${objectsOf(text)}\n/* process P0 on cpu0: run */\nvoid P0(void)\n{\n\tout = specimen(a, b, c);\n}\n`;
}

function mainOf(text: string): string {
  const calls = INPUTS.map(([a, b, c]) =>
    `printf("%d\\n", specimen(${a}, ${b}, ${c}));`.replace('-2147483648', '(-2147483647 - 1)'),
  );
  return `#include <stdio.h>\n#include <stdbool.h>\n${text}\nint missing(int x) { return x; }\n${objectsOf(text)}\nint main(void)\n{\n${calls.join('\n')}\nreturn 0;\n}\n`;
}
