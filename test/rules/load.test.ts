import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRule, readRules } from '../../src/rules/load.ts';

const RULES = join(import.meta.dirname, '..', '..', 'rules');

const SCENARIO = `struct page page;

/* process P0 on cpu1: first */
void P0(void)
{
}

/* invariant I-a at end: a holds */
bool I_a(void)
{
	return true;
}`;

const GOOD = `---
title: A small rule
functions: [lru_add]
source:
  files: [mm/swap.c]
  commits: [1234567e1234]
confidence: made up
invariant: I-a
---

# A small rule

Prose.

## S1: two processes

More prose.

\`\`\`c scenario
${SCENARIO}
\`\`\`

## Edits

### edit fix-1: the barrier comes back

\`\`\`edit
insert "smp_mb();" before folio_evictable in lru_add
\`\`\`

## Result

| code | version | edits | S1 SC |
|---|---|---|---|
| as it is | v6.12 | - | violated |
| with the barrier | v6.12 | fix-1 | holds |

## What this rule does not see

- Large folios,
  and more.
- Time.
`;

/** The message for the rule GOOD with one text in place of another. */
function failure(from: string, to: string): string {
  expect(GOOD.split(from).length, from).toBe(2);
  try {
    parseRule(GOOD.replace(from, to), 'rules/small.md');
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

describe('the Result of a rule', () => {
  it('may be several tables, each with columns of its own', () => {
    const second = '| code | version | edits | S1 I-a SC |\n|---|---|---|---|\n| as it was | v2.6.18 | - | holds |\n';
    const rule = parseRule(
      GOOD.replace('\n## What this', () => `\nThe past:\n\n${second}\n## What this`),
      'rules/a.md',
    );
    expect(rule.rows.map((row) => [row.version, row.expected, row.others?.length ?? 0])).toEqual([
      ['v6.12', { S1: { sc: 'violated' } }, 0],
      ['v6.12', { S1: { sc: 'holds' } }, 0],
      ['v2.6.18', {}, 1],
    ]);
  });
});

describe('a column that names a property', () => {
  it('is kept apart from those of the main invariant', () => {
    const text = GOOD.replace('| S1 SC |', '| S1 asserts SC |');
    expect(parseRule(text, 'rules/small.md').rows.map(({ expected, others }) => ({ expected, others }))).toEqual([
      { expected: {}, others: [{ scenario: 'S1', property: 'asserts', model: 'sc', expected: 'violated' }] },
      { expected: {}, others: [{ scenario: 'S1', property: 'asserts', model: 'sc', expected: 'holds' }] },
    ]);
  });

  it('is refused when no scenario declares the property', () => {
    expect(failure('| S1 SC |', '| S1 I-b SC |')).toBe(
      'rules/small.md:44: expected an invariant of the scenarios, or one of the words after them (I-a, asserts, faults, deadlock), found I-b',
    );
  });
});

describe('a rule file', () => {
  it('is read with the line of each part', () => {
    const rule = parseRule(GOOD, 'rules/small.md');
    expect(rule).toEqual({
      name: 'small',
      file: 'rules/small.md',
      title: 'A small rule',
      functions: ['lru_add'],
      informs: [],
      invariant: 'I-a',
      scenarios: [{ name: 'S1', words: 'two processes', code: `${SCENARIO}\n`, line: 20 }],
      edits: [
        {
          name: 'fix-1',
          words: 'the barrier comes back',
          edits: [
            {
              kind: 'insert',
              code: 'smp_mb();',
              where: 'before',
              anchor: { call: 'folio_evictable' },
              functions: ['lru_add'],
            },
          ],
          diff: undefined,
          line: 36,
        },
      ],
      rows: [
        { words: 'as it is', version: 'v6.12', edits: [], expected: { S1: { sc: 'violated' } }, line: 46 },
        { words: 'with the barrier', version: 'v6.12', edits: ['fix-1'], expected: { S1: { sc: 'holds' } }, line: 47 },
      ],
      confidence: 'made up',
      notSeen: ['Large folios, and more.', 'Time.'],
    });
  });

  it.each([
    ['no front matter', '---\ntitle', 'title', 'rules/small.md:1: expected front matter'],
    ['YAML that does not parse', 'functions: [lru_add]', 'functions: [lru_add', 'rules/small.md:'],
    ['an unknown key', 'confidence:', 'certainty:', 'rules/small.md:7: expected one of the keys'],
    ['a missing key', 'confidence: made up\n', '', 'expected the key confidence'],
    ['a key twice', 'confidence: made up', 'title: again\nconfidence: made up', 'rules/small.md:'],
    [
      'a commit id that is too short',
      '1234567e1234',
      '1234567',
      'rules/small.md:6: expected a commit id of 12 digits or more in commits, found 1234567',
    ],
    ['functions that are no list', '[lru_add]', 'lru_add', 'rules/small.md:3: expected a list for functions'],
    [
      'an invariant that no scenario declares',
      'invariant: I-a\n---',
      'invariant: I-b\n---',
      'rules/small.md:8: expected an invariant of the scenarios (I-a), found I-b',
    ],
    [
      'a scenario without its heading',
      '## S1: two',
      '## Two',
      'rules/small.md:19: expected a heading "## S1: words" over a scenario',
    ],
    [
      'a heading without its scenario',
      '```c scenario',
      '```c',
      'rules/small.md:15: expected one ```c scenario block under "S1: two processes", found ```c',
    ],
    [
      'a process of another form',
      'process P0 on cpu1: first',
      'process P0: first',
      'rules/small.md:22: expected /* process P0 on cpu1: words */',
    ],
    [
      'a process whose function is called otherwise',
      'void P0(void)',
      'void P1(void)',
      'rules/small.md:23: expected void P0(void), found void P1(void)',
    ],
    [
      'an invariant of another form',
      'at end: a holds',
      'finally: a holds',
      'rules/small.md:27: expected /* invariant NAME at end|always',
    ],
    [
      'an invariant whose function is called otherwise',
      'bool I_a',
      'bool I_b',
      'rules/small.md:28: expected bool I_a(void)',
    ],
    [
      'an edit outside the language',
      'insert "smp_mb();" before',
      'put "smp_mb();" before',
      'rules/small.md:39: expected an edit: move A before|after B',
    ],
    ['a diff that is none', '```edit\ninsert', '```diff\ninsert', 'rules/small.md:39: expected a unified diff'],
    [
      'an edit without a name',
      '### edit fix-1: the',
      '### edit: the',
      'rules/small.md:36: expected ### edit name: words',
    ],
    ['a missing Result', '## Result', '## Results', 'expected the section "## Result", found none'],
    [
      'an unknown scenario in a column',
      '| S1 SC |',
      '| S2 SC |',
      'rules/small.md:44: expected a scenario (S1) and SC, TSO or LKMM, found S2 SC',
    ],
    ['an unknown model in a column', '| S1 SC |', '| S1 PSO |', 'rules/small.md:44: expected a scenario (S1)'],
    [
      'other columns',
      '| code | version |',
      '| code | release |',
      'rules/small.md:44: expected the columns code, version, edits first',
    ],
    [
      'an unknown edit in a row',
      '| v6.12 | fix-1 |',
      '| v6.12 | fix-2 |',
      'rules/small.md:47: expected one of the edits fix-1, found fix-2',
    ],
    [
      'a version that is no tag',
      '| as it is | v6.12 |',
      '| as it is | 6.12 |',
      'rules/small.md:46: expected a version like v6.12, found 6.12',
    ],
    [
      'a cell that is no verdict',
      '| - | violated |',
      '| - | maybe |',
      'rules/small.md:46: expected holds, violated or - for S1, found maybe',
    ],
    ['a row with a cell too few', '| - | violated |', '| violated |', 'rules/small.md:46: expected 4 cells'],
    [
      'two rows of the same code',
      '| v6.12 | fix-1 |',
      '| v6.12 | - |',
      'rules/small.md:47: expected each version with its edits once',
    ],
    [
      'no list of what it does not see',
      '## What this rule does not see',
      '## Limits',
      'expected the section "## What this rule does not see", found none',
    ],
  ])('with %s is refused at its line', (_words, from, to, message) => {
    expect(failure(from, to)).toContain(message);
  });

  it('with a scenario twice is refused, with two scenarios it is not', () => {
    const again = (name: string) => `## ${name}: again\n\n\`\`\`c scenario\n${SCENARIO}\n\`\`\`\n\n## Edits`;
    expect(failure('## Edits', again('S1'))).toContain(
      'rules/small.md:37: expected each scenario once, found S1 again',
    );
    expect(failure('## Edits', again('S2'))).toBe('no error');
  });

  it('with a process twice in one scenario is refused', () => {
    const twice = '/* process P0 on cpu2: second */\nvoid P0(void)\n{\n}\n\n/* invariant';
    expect(failure('/* invariant', twice)).toContain(
      'rules/small.md:27: expected each name once in a scenario, found P0',
    );
  });

  it('may state nothing for a cell, declare information, and be written with CRLF', () => {
    expect(failure('| - | violated |', '| - | - |')).toBe('no error');
    expect(failure('invariant I-a at end: a', 'invariant I-a always, information: a')).toBe('no error');
    expect(parseRule(GOOD.replaceAll('\n', '\r\n'), 'rules/small.md')).toEqual(parseRule(GOOD, 'rules/small.md'));
  });
});

describe('stranded-unevictable', () => {
  const rule = readRules(RULES).find(({ name }) => name === 'stranded-unevictable')!;

  it('has three scenarios, eleven edits, nineteen rows of S1 and S2 and seven of S1i', () => {
    expect(rule.scenarios.map(({ name }) => name)).toEqual(['S1', 'S2', 'S1i']);
    expect(rule.edits.map(({ name }) => name)).toEqual([
      'fix-1',
      'old-order',
      'barrier',
      'both-sets',
      'fix-3',
      'fix-3-partial',
      'second-attempt',
      'retest',
      'renamed',
      'count-first',
      'split-helper',
    ]);
    expect(rule.rows.length).toBe(26);
    expect(rule.notSeen.length).toBe(6);
    expect(rule.invariant).toBe('I-strand');
  });

  it.each(['sc', 'tso', 'lkmm'] as const)('expects the verdicts of the S1/S2 table under %s, in its order', (model) => {
    const rows = rule.rows.slice(0, 19);
    const cells = (name: string) => rows.map(({ expected }) => expected[name]?.[model]?.[0] ?? '-').join('');
    expect(cells('S1')).toBe('hhhvvvvhhhvhvvhvhhh');
    expect(cells('S2')).toBe('hhhvvvvhhhvhv--vhhh');
  });

  it('places its scenarios and edits at their lines', () => {
    const lines = readFileSync(join(RULES, 'stranded-unevictable.md'), 'utf8').split('\n');
    for (const { code, line } of rule.scenarios) expect(lines[line - 1]).toBe(code.split('\n')[0]);
    for (const { name, line } of rule.edits) expect(lines[line - 1]).toContain(`### edit ${name}: `);
  });
});
