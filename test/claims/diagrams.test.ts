import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findDiagrams } from '../../src/claims/diagrams.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Block } from '../../src/types.ts';
import { mail, threadOf } from './specimens.ts';

function drawn(text: string, kind: Block['kind'] = 'diagram') {
  return findDiagrams(threadOf(mail('1@relore.example', [{ by: 'Ada', text, kind }])));
}

function stepsOf(text: string, kind?: Block['kind']): string[] | undefined {
  return drawn(text, kind)[0]?.steps.map(({ cpu, text: step }) => `${cpu ?? '?'}: ${step}`);
}

const TABBED =
  'CPU 0\t\t\tCPU 1\n=====\t\t\t=====\nlock(&a)\n\t\t\tset_bit(0, &w) // 1\nunlock(&a)\t\tclear_bit(0, &w)';

describe('a drawing with its columns', () => {
  it('gives each step to the column it stands in, tabs and rulers included', () => {
    expect(stepsOf(TABBED)).toEqual([
      'cpu0: lock(&a)',
      'cpu1: set_bit(0, &w) // 1',
      'cpu0: unlock(&a)',
      'cpu1: clear_bit(0, &w)',
    ]);
    expect(drawn(TABBED)[0]).toMatchObject({ columns: 'kept', solutions: 1, verdict: 'not-modelled' });
  });

  it('may have three columns, and indented code in each', () => {
    const text = [
      'cpu0              cpu1              cpu2',
      'if (a)',
      '  lock()',
      '                  b()',
      '                                      c()',
    ];
    expect(stepsOf(text.join('\n'))).toEqual(['cpu0: if (a)', 'cpu0: lock()', 'cpu1: b()', 'cpu2: c()']);
  });

  it('may part its columns by bars', () => {
    expect(stepsOf('cpu0          | cpu1\na()           |\n              | b()')).toEqual(['cpu0: a()', 'cpu1: b()']);
  });

  it('is found in prose, up to the first blank line', () => {
    const text = 'As follows:\n\ncpu0            cpu1\n\na()\n                b()\n\nThis is bad.';
    expect(stepsOf(text, 'prose')).toEqual(['cpu0: a()', 'cpu1: b()']);
  });
});

describe('a drawing whose columns were folded', () => {
  it('keeps the steps, joins a wrapped comment, and gives no CPU', () => {
    const text = 'cpu1 cpu2\nfolio_test_clear_lru() // 0\nputback folio // add\nto the list\nfolio_set_lru()';
    expect(stepsOf(text)).toEqual([
      '?: folio_test_clear_lru() // 0',
      '?: putback folio // add to the list',
      '?: folio_set_lru()',
    ]);
    expect(drawn(text)[0]).toMatchObject({ columns: 'collapsed', solutions: 0, verdict: 'not-modelled' });
  });
});

describe('what is no drawing', () => {
  it.each([
    'cpu 1 is in __munlock_folio() and cpu 2 is isolating the folio:',
    'It ran on CPU0 and CPU1.\nfoo()',
    'cpu1:\na()\ncpu2:\nb()',
    'cpu1 cpu1\na()',
    'cpu1          cpu2',
  ])('%j', (text) => expect(drawn(text, 'prose')).toEqual([]));
});

it('a quoted drawing is the same drawing', () => {
  const first = mail('1@relore.example', [{ by: 'Ada', text: TABBED, kind: 'diagram' }]);
  const second = mail('2@relore.example', [
    { by: 'Ada', depth: 1, text: TABBED.replaceAll('\t\t\t', '\t\t\t '), kind: 'diagram' },
  ]);
  expect(findDiagrams(threadOf(first, second)).map(({ messageId }) => messageId)).toEqual(['1@relore.example']);
});

const SPECIAL = new URL('../../../shared/mail-samples/special/', import.meta.url);

describe.skipIf(!existsSync(SPECIAL))('real drawings, skipped where ../shared is absent', () => {
  it.each([
    ['diagram-cgroups-05.eml', 'cpu1 cpu2 cpu1 cpu2 cpu2 cpu2 cpu1 cpu1 cpu1 cpu1'],
    ['diagram-cgroups-07.eml', 'cpu1 cpu2 cpu1 cpu2 cpu2 cpu2 cpu2 cpu1 cpu1 cpu1 cpu1'],
    ['diagram-quoted-cgroups-03.eml', `${'cpu1 '.repeat(11)}${'cpu2 '.repeat(4)}${'cpu1 '.repeat(12)}`.trim()],
  ])('%s', async (name, cpus) => {
    const diagrams = findDiagrams(await readThread(readFileSync(new URL(name, SPECIAL)), name));
    expect(diagrams.map(({ steps }) => steps.map(({ cpu }) => cpu).join(' '))).toEqual([cpus]);
  });
});
