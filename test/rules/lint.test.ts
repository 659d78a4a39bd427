import { describe, expect, it } from 'vitest';
import { type Known, lintRule } from '../../src/rules/lint.ts';
import { scaffold } from '../../src/rules/scaffold.ts';

const known: Known = { versions: ['v6.0', 'v6.12'], isFunction: (name) => name === 'folio_add_lru' };

/** A rule without a mistake: one scenario, one edit, one row of each verdict. */
const SOUND = `---
title: A race
functions:
  - folio_add_lru
  - folio_deactivate # in kernel trees
source:
  files: [mm/swap.c]
confidence: read
invariant: I-race
---

# A race

Two sides meet.

## S1: both at once

\`\`\`c scenario
int shared;
/* process P0 on cpu1: one */
void P0(void)
{
	shared = 1;
}
/* invariant I-race at end: it is set */
bool I_race(void)
{
	return shared;
}
\`\`\`

### edit late: the mistake

\`\`\`edit
delete folio_get in folio_add_lru
\`\`\`

## Result

| code | version | edits | S1 SC |
|---|---|---|---|
| right | v6.12 | - | holds |
| wrong | v6.12 | late | violated |

## What this rule does not see

- Much.
`;

const problemsOf = (text: string): string[] =>
  lintRule(text, 'rules/race.md', known).map(({ kind, file, line, words }) => `${kind} ${file}:${line} ${words}`);

/** The line of SOUND that has `words`, 1-based. */
const lineOf = (words: string, text = SOUND): number => text.split('\n').findIndex((line) => line.includes(words)) + 1;

describe('the linter of rules', () => {
  it('finds nothing in a rule that is whole', () => {
    expect(problemsOf(SOUND)).toEqual([]);
  });

  it.each([
    [
      'a function that nothing has',
      '- folio_add_lru\n',
      '- folio_ad_lru\n',
      4,
      'no version of the model sources has folio_ad_lru()',
    ],
    [
      'a version that is no tag',
      '| v6.12 | - |',
      '| v6.11 | - |',
      lineOf('| right'),
      'rules/kernel/series has no tag v6.11; it has v6.0, v6.12',
    ],
    [
      'a column that names no scenario',
      'edits | S1 SC |',
      'edits | S2 SC |',
      lineOf('| code'),
      'expected a scenario (S1) and SC, TSO or LKMM, found S2 SC',
    ],
    [
      'a rule that never says violated',
      '| late | violated |',
      '| late | holds |',
      lineOf('| right'),
      'no row says violated',
    ],
    ['a rule that never holds', '| - | holds |', '| - | violated |', lineOf('| right'), 'no row says holds'],
    [
      'an edit that no row uses',
      '| wrong | v6.12 | late | violated |',
      '| wrong | v6.0 | - | violated |',
      lineOf('### edit late'),
      'no row uses the edit late',
    ],
    [
      'a section that is missing',
      '## What this rule does not see',
      '## Limits',
      1,
      'expected the section "## What this rule does not see", found none',
    ],
    ['text that is missing', 'Two sides meet.\n', '', lineOf('# A race'), 'there is no text above the first scenario'],
  ])('says where there is %s', (_, from, to, line, words) => {
    expect(SOUND).toContain(from);
    const problems = problemsOf(SOUND.replace(from, to));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`wrong rules/race.md:${line} `);
    expect(problems[0]).toContain(words);
  });

  it('a scenario that no row is about', () => {
    const two = SOUND.replace(
      '### edit late',
      `${SOUND.slice(SOUND.indexOf('## S1'), SOUND.indexOf('### edit late')).replace('S1', 'S2')}### edit late`,
    );
    expect(problemsOf(two)).toEqual([
      `wrong rules/race.md:${lineOf('## S2', two) + 3} no row of the Result tables says anything of S2`,
    ]);
  });
});

describe('a rule that has just begun', () => {
  it('reads, and every problem is a place that is left to fill in', () => {
    const problems = lintRule(scaffold('some-race', 'v6.12', ['folio_add_lru']), 'rules/some-race.md', known);
    expect(problems.filter(({ kind }) => kind === 'wrong')).toEqual([]);
    expect(problems.map(({ words }) => words)).toContain('what the code does, in the order in which it does it');
    expect(problems).toHaveLength(13);
  });

  it('has a version that is no tag: that is wrong in any rule', () => {
    const text = scaffold('some-race', 'v9.9', ['folio_add_lru']).replaceAll('FILL IN', 'here');
    expect(lintRule(text, 'rules/some-race.md', known).map(({ words }) => words.slice(0, 33))).toContain(
      'rules/kernel/series has no tag v9',
    );
  });
});
