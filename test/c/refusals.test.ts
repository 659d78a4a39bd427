import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import type { KernelSource } from '../../src/types.ts';
import { lower, newWorkshop } from './specimen.ts';

beforeAll(loadGrammar);

const scenario = `int out;
struct thing { int key; unsigned int flag : 1; };
struct thing thing;
/* process P0 on cpu0: run */
void P0(void)
{
	out = specimen(1, 2);
}
`;

/** The refusal of a function body, as `what | why | file:line`. */
function refusalOf(text: string, objects = scenario): string {
  const lowered = lower(text, objects);
  if (lowered.kind === 'lowered') return 'lowered';
  const { what, why, place } = lowered.refusal;
  return `${what} | ${why} | ${place?.file ?? ''}:${place?.line ?? 0}`;
}

const body = (lines: string): string => `int specimen(int a, int b)\n{\n${lines}\n}\n`;

describe('what is not known is refused by name, with file and line', () => {
  it.each([
    [
      'an identifier',
      body('\treturn a + nowhere;'),
      'nowhere | expected a known name; add a row for `nowhere` to rules/primitives.h, or an object of that name to the scenario | mm/specimen.c:3',
    ],
    [
      'a constant',
      body('\treturn a & MISSING_BIT;'),
      'MISSING_BIT | expected a known name; add a row for `MISSING_BIT` to rules/primitives.h, or an object of that name to the scenario | mm/specimen.c:3',
    ],
    [
      'a callee',
      body('\n\treturn unheard_of(a);'),
      'unheard_of() | expected a definition in the source, found none; a row `#define unheard_of(...)` in rules/primitives.h or in the scenario would admit it | mm/specimen.c:4',
    ],
    [
      'a field',
      `extern struct thing thing;\n${body('\treturn thing.lock;')}`,
      'thing.lock | expected a field of struct thing; none is called lock | mm/specimen.c:4',
    ],
    [
      'a struct',
      body('\treturn ((struct nothing *)0)->key;'),
      'nothing.key | expected the definition of struct nothing; it is not in the source | mm/specimen.c:3',
    ],
    [
      'the size of a struct',
      body('\treturn sizeof(struct nothing);'),
      'struct nothing | expected the definition of struct nothing; it is not in the source | mm/specimen.c:3',
    ],
    [
      'a step over a struct',
      body('\tstruct nothing *p = 0;\n\treturn p + a == 0;'),
      'struct nothing | expected the definition of struct nothing; it is not in the source | mm/specimen.c:4',
    ],
    [
      'a type',
      body('\tunread_t x = a;\n\treturn x;'),
      'unread_t | expected the definition of unread_t; it is not in the source',
    ],
    [
      'the value of an ignored callee',
      body('\treturn count_vm_event(a);'),
      'count_vm_event(a) | expected a value, found a call that returns none | mm/specimen.c:3',
    ],
  ])('%s', (_, text, expected) => {
    expect(refusalOf(text).slice(0, expected.length)).toBe(expected);
  });
});

describe('what is not modelled is refused, never approximated', () => {
  it.each([
    [
      'the address of a bit-field',
      `extern struct thing thing;\n${body('\treturn *&thing.flag;')}`,
      'a bit-field has no address',
    ],
    [
      'a static local that starts with a variable',
      `extern struct thing thing;\n${body('\tstatic int n = thing.key;\n\treturn n;')}`,
      'expected a constant initialiser',
    ],
    ['recursion', body('\treturn a ? specimen(a - 1, b) : b;'), 'expected no recursion'],
    ['a wide constant', body('\treturn a == 0x100000000;'), 'wider values are not modelled'],
    ['a wide shift', body('\treturn 1UL << 40;'), 'expected a shift by 0 to 31, found 40'],
    ['a part of a word', body('\treturn *(unsigned char *)&a;'), 'parts of a word are not modelled'],
    [
      'a pointer to a part of a word',
      `extern struct thing thing;\n${body('\treturn *(unsigned char *)&thing.key;')}`,
      'parts of a word are not modelled',
    ],
    [
      'a missing argument',
      `static int two(int x, int y) { return x + y; }\n${body('\treturn two(a);')}`,
      'expected 2 arguments, found 1',
    ],
    [
      'an argument too many',
      `static int one(int x) { return x; }\n${body('\treturn one(a, b);')}`,
      'expected 1 arguments, found 2',
    ],
    ['a goto to no label', body('\tgoto nowhere;'), 'expected a label nowhere in the function'],
    [
      'a case inside a block of its switch',
      body('\tswitch (a) {\n\tcase 1:\n\t\tif (b) {\n\tcase 2:\n\t\t\tb++;\n\t\t}\n\t}\n\treturn b;'),
      'expected case labels directly inside their switch',
    ],
    [
      'an iteration macro without a row',
      body('\tlist_for_each(pos, head) {\n\t\ta++;\n\t}\n\treturn a;'),
      'expected an iteration macro; a row `#define list_for_each(...) for (...)`',
    ],
    [
      'a list that is asked for its order',
      `struct list_head;\nextern struct list_head heads;\n${body('\treturn list_is_singular(&heads);')}`,
      'list_is_singular() | expected a row, found that rules/primitives.h leaves it out on purpose',
    ],
    ['a cast that may be a product', body('\treturn (a * (b)) & 3;').replace('(a * (b)) & 3', '(a * (b * 2)) & 3'), ''],
  ])('%s', (_, text, expected) => {
    const found = refusalOf(text);
    if (expected === '') expect(found === 'lowered' || found.includes('expected a cast to a type')).toBe(true);
    else expect(found).toContain(expected);
  });

  it('kernel text does not see the objects of a scenario that it does not declare', () => {
    expect(refusalOf(body('\treturn thing.key;'))).toContain('thing | expected a known name');
    expect(refusalOf(`extern struct thing thing;\n${body('\treturn thing.key;')}`)).toBe('lowered');
  });
});

describe('syntax errors', () => {
  it('inside a lowered function it is refused with its line', () => {
    expect(refusalOf(body('\ta = ;\n\treturn a;'))).toMatch(
      /^specimen\(\) \| expected C that can be read, found a syntax error at .* \| mm\/specimen.c:3$/,
    );
  });

  it('elsewhere in the file it does not matter', () => {
    expect(refusalOf(`int broken(int x)\n{\n\tif (x == = 2) return;\n}\n${body('\treturn a;')}`)).toBe('lowered');
  });

  it('its line is the one before the patch when the file was edited', () => {
    const text = body('\ta++;\n\treturn unheard_of(a);');
    const file = { path: 'mm/specimen.c', text, origin: Int32Array.from([1, 2, -2, 3, 4]) };
    const source: KernelSource = {
      kind: 'model',
      name: 's',
      paths: [file.path],
      read: (path) => (path === file.path ? file : undefined),
    };
    const lowered = lowerScenario(newWorkshop(), source, {
      name: 'specimen',
      file: 'rules/specimen.md',
      line: 1,
      code: scenario,
    });
    expect(lowered).toMatchObject({ kind: 'refused', refusal: { place: { file: 'mm/specimen.c', line: 3 } } });
  });
});

describe('a scenario that is not valid is an input error with file and line', () => {
  it.each([
    ['a syntax error', 'int out;\nint = 3;\n', /^rules\/specimen.md:2: expected C that can be read/],
    ['no process', 'int out;\n', /expected at least one `\/\* process P0 on cpu1: label \*\/`/],
    [
      'a mark that is not read',
      '/* process zero */\nvoid P0(void) { }\n',
      /^rules\/specimen.md:1: expected `\/\* process P0 on cpu1: label \*\/`/,
    ],
    [
      'an object twice',
      'int out;\nint out;\n/* process P0 on cpu0: run */\nvoid P0(void) { }\n',
      /^rules\/specimen.md:2: expected each object once/,
    ],
    [
      'an initialiser that is not constant',
      'int one = 1;\nint out = one + 1;\n/* process P0 on cpu0: run */\nvoid P0(void) { }\n',
      /^rules\/specimen.md:2: expected a constant initialiser/,
    ],
    [
      'an invariant that writes',
      'int out;\n/* process P0 on cpu0: run */\nvoid P0(void) { }\n/* invariant I-x at end: words */\nbool I_x(void)\n{\n\tout = 1;\n\treturn out;\n}\n',
      /expected an invariant that only reads, found store/,
    ],
  ])('%s', (_, text, expected) => {
    expect(() => lower('int x;', text)).toThrow(expected);
  });
});
