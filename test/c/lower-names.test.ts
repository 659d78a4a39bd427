// Names that come through macros of other files: what a macro is given means what it means where the macro is used.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import { run } from './interpret.ts';
import { newWorkshop, sourceOf } from './specimen.ts';

beforeAll(loadGrammar);

const LEAST = `#define LEAST(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define LEAST_INT(a, b) LEAST(int, a, b)
#define NAMED(x) ((x) + LIMIT_OF_USER)
#define CALLED(x) (OF_USER(x))
`;

function valueIn(expression: string, file: string): string {
  const source = sourceOf({
    'include/linux/least.h': LEAST,
    'mm/user.c': `${file}int user(int x)\n{\n\treturn ${expression};\n}\n`,
  });
  const code = 'int out;\n/* process P0 on cpu0: run */\nvoid P0(void)\n{\n\tout = user(9);\n}\n';
  const lowered = lowerScenario(newWorkshop(), source, { name: 'names', file: 'rules/names.md', line: 1, code });
  if (lowered.kind === 'refused') return `${lowered.refusal.what}: ${lowered.refusal.why}`;
  return String(run(lowered.program).memory.get('out'));
}

describe('the text of a macro sees what the function around it sees', () => {
  it.each([
    [
      'a constant of the .c file, handed on by a macro that takes a type',
      'LEAST_INT(x, LIMIT)',
      '#define LIMIT 5\n',
      '5',
    ],
    [
      'a constant that is made of others there',
      'LEAST_INT(x, LIMIT)',
      '#define LIMIT (MASK - 1)\n#define MASK 4\n',
      '3',
    ],
    ['a constant that the macro itself names', 'NAMED(0)', '#define LIMIT_OF_USER 6\n', '6'],
    ['a macro of the .c file', 'CALLED(x)', '#define OF_USER(x) ((x) + 1)\n', '10'],
  ])('%s', (_, expression, file, expected) => {
    expect(valueIn(expression, file)).toBe(expected);
  });

  it('and no more than that', () => {
    expect(valueIn('LEAST_INT(x, LIMIT)', '')).toMatch(/^LIMIT: expected a known name/);
  });
});
