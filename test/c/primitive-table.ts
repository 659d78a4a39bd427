// Reads fixtures/primitives: what each row of rules/primitives.h allows and forbids, one small program a line.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryModel } from '../../src/types.ts';

const folder = join(import.meta.dirname, '../../fixtures/primitives');

/** never: the outcome is in no execution. sometimes: in at least one. */
type Word = 'never' | 'sometimes';

/** One line of a table, with each [[a b]] replaced by one of its words. */
export interface PrimitiveTest {
  readonly where: string; // 3.3-references.txt:12
  readonly words: string; // the line, without the reason
  readonly why: string;
  readonly expects:
    | { readonly kind: 'outcome'; readonly words: Readonly<Partial<Record<MemoryModel, Word>>> }
    | { readonly kind: 'violated'; readonly property: RegExp }
    | { readonly kind: 'refused' };
  readonly code: string; // of the scenario, without the objects that all share
}

/** A table: its tests, and the rows that it leaves to something else. */
export interface PrimitiveTable {
  readonly file: string;
  readonly tests: readonly PrimitiveTest[];
  readonly untested: readonly string[]; // each with a reason in the file
}

const all = (word: Word): Record<MemoryModel, Word> => ({ sc: word, tso: word, lkmm: word });
const LKMM_ONLY: Record<MemoryModel, Word> = { sc: 'never', tso: 'never', lkmm: 'sometimes' };
const BUFFERED: Record<MemoryModel, Word> = { sc: 'never', tso: 'sometimes', lkmm: 'sometimes' };

interface Shape {
  readonly p0: string;
  readonly p1?: string;
  readonly bad: string;
  readonly words: Readonly<Partial<Record<MemoryModel, Word>>>;
  readonly marks?: readonly [string, string];
}

const storeBuffering = (op = '', words: Shape['words'] = all('never')): Shape => ({
  p0: `WRITE_ONCE(x, 1); ${op}; r0 = READ_ONCE(y);`,
  p1: 'WRITE_ONCE(y, 1); smp_mb(); r1 = READ_ONCE(x);',
  bad: '!r0 && !r1',
  words,
});
const messagePassing = (write = '', read = '', words: Shape['words'] = all('never')): Shape => ({
  p0: `WRITE_ONCE(x, 1); ${write};`,
  p1: `r0 = ${read}; r1 = READ_ONCE(x);`,
  bad: 'r0 && !r1',
  words,
});
const critical = (take = '', give = ''): string => `${take}; r0 = READ_ONCE(x); r1 = READ_ONCE(x); ${give};`;

/** What a line says, by its first words; `a` and `b` are the texts before and after `;;`, `cond` the one after `=>`. */
const SHAPES: Readonly<Record<string, (a: string, b: string, cond: string) => Shape>> = {
  // a full barrier between a store and a load
  full: (a) => storeBuffering(a),
  // an atomic operation that is none: x86 orders it all the same
  'unordered rmw': (a) => storeBuffering(a, LKMM_ONLY),
  unordered: (a) => storeBuffering(a, BUFFERED),
  // what is written before `a` is seen after `b` has seen it
  passes: (a, b) => messagePassing(a, b),
  'may pass late': (a, b) => messagePassing(a, b, LKMM_ONLY),
  'one wins': (a) => ({ p0: `r0 = ${a};`, p1: `r1 = ${a};`, bad: 'r0 + r1 != 1', words: all('never') }),
  keeps: (a, b, cond) => ({ p0: `${a};`, p1: `${b === '' ? a : b};`, bad: `!(${cond})`, words: all('never') }),
  loses: (a, b, cond) => ({ p0: `${a};`, p1: `${b === '' ? a : b};`, bad: `!(${cond})`, words: all('sometimes') }),
  never: (a, b, cond) => ({ p0: `${a};`, p1: `${b};`, bad: cond, words: all('never') }),
  sometimes: (a, b, cond) => ({ p0: `${a};`, p1: `${b};`, bad: cond, words: all('sometimes') }),
  excludes: (a, b) => ({
    p0: `${a}; r0 = x; x = r0 + 1; ${b};`,
    p1: `${a}; r1 = x; x = r1 + 1; ${b};`,
    bad: 'x != 2',
    words: all('never'),
  }),
  // both inside at once: two readers
  shares: (a, b) => ({
    p0: `${a}; WRITE_ONCE(x, 1); r0 = READ_ONCE(y); ${b};`,
    p1: `${a}; WRITE_ONCE(y, 1); r1 = READ_ONCE(x); ${b};`,
    bad: 'r0 && r1',
    words: all('sometimes'),
  }),
  // `a` ends only after `b`, and sees what came before it; waits are no events of LKMM
  waits: (a, b) => ({
    p0: `${a}; r0 = READ_ONCE(x);`,
    p1: `WRITE_ONCE(x, 1); ${b};`,
    bad: '!r0',
    words: { sc: 'never', tso: 'never' },
  }),
  'may time out': (a, b) => ({
    p0: `r0 = ${a};`,
    p1: `${b};`,
    bad: '!r0',
    words: { sc: 'sometimes', tso: 'sometimes' },
  }),
  // an interrupt, or another task, of the same CPU between `a` and `b`; contexts are no events of LKMM, and the search
  // gives each process a store buffer, where x86 has one for each CPU
  'not interrupted': (a, b) => interrupted(a, b, 'never', 'interrupt'),
  interrupted: (a, b) => interrupted(a, b, 'sometimes', 'interrupt'),
  'not preempted': (a, b) => interrupted(a, b, 'never', 'task'),
  preempted: (a, b) => interrupted(a, b, 'sometimes', 'task'),
  is: (a) => ({ p0: `r0 = !!(${a});`, bad: '!r0', words: all('never') }),
};

function interrupted(take: string, give: string, word: Word, by: 'interrupt' | 'task'): Shape {
  return {
    p0: critical(take, give),
    p1: 'WRITE_ONCE(x, 1);',
    bad: 'r0 != r1',
    words: { sc: word },
    marks: ['task', by],
  };
}

/** Returns the tables of fixtures/primitives, sorted by name. Throws with file and line for a line that is none. */
export function readPrimitiveTables(): readonly PrimitiveTable[] {
  return readdirSync(folder)
    .sort()
    .map((file) => readTable(file, readFileSync(join(folder, file), 'utf8')));
}

function readTable(file: string, text: string): PrimitiveTable {
  const tests: PrimitiveTest[] = [];
  const untested: string[] = [];
  let objects = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const where = `${file}:${index + 1}`;
    const [line = '', why = ''] = raw.split(/\s*\/\/\s*/);
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, head = '', rest = ''] = /^([a-z ]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (head === 'objects') objects = rest === '' ? '' : `${objects}${rest}\n`;
    else if (head === 'untested') {
      if (why === '') throw new Error(`${where}: expected // and the reason`);
      untested.push(...rest.split(/\s+/));
    } else for (const one of alternatives(rest)) tests.push(testOf({ where, why }, head, one, objects));
  }
  return { file, tests, untested };
}

/** `a[[b c]]d` is abd and acd. */
function alternatives(text: string): string[] {
  const found = /^(.*?)\[\[(.*?)\]\](.*)$/.exec(text);
  if (found === null) return [text];
  const [, before = '', words = '', after = ''] = found;
  return words.split(' ').flatMap((word) => alternatives(`${before}${word === '-' ? '' : word}${after}`));
}

function testOf(place: { where: string; why: string }, head: string, text: string, objects: string): PrimitiveTest {
  const words = `${head}: ${text}`;
  const [code = '', cond = ''] = text.split(/\s*=>\s*/);
  const [a = '', b = ''] = code.split(/\s*;;\s*/);
  if (head === 'refused' || head === 'fails' || head === 'faults') {
    const expects =
      head === 'refused'
        ? ({ kind: 'refused' } as const)
        : ({ kind: 'violated', property: head === 'fails' ? /^assert: / : /^fault: / } as const);
    const shape = { p0: `${a};`, ...(b === '' ? {} : { p1: `${b};` }), bad: '0', words: {} };
    return { ...place, words, expects, code: scenarioOf(shape, objects) };
  }
  const shape = SHAPES[head]?.(a, b, cond);
  if (shape === undefined) throw new Error(`${place.where}: expected one of ${Object.keys(SHAPES).join(', ')}`);
  return { ...place, words, expects: { kind: 'outcome', words: shape.words }, code: scenarioOf(shape, objects) };
}

function scenarioOf({ p0, p1, bad, marks = ['process', 'process'] }: Shape, objects: string): string {
  const body = (name: string, mark: string, cpu: string, text: string): string =>
    `/* ${mark} ${name} on ${cpu}: ${name} */\nvoid ${name}(void)\n{\n\t${text}\n}\n`;
  const second = p1 === undefined ? '' : body('P1', marks[1], marks[1] === 'process' ? 'cpu1' : 'cpu0', p1);
  return `${objects}${body('P0', marks[0], 'cpu0', p0)}${second}/* invariant I-bad at end: the outcome does not happen */\nbool I_bad(void)\n{\n\treturn !(${bad});\n}\n`;
}
