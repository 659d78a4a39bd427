import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findDrawings } from '../../src/claims/diagrams.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Block } from '../../src/types.ts';
import { mail, threadOf } from './specimens.ts';

function drawn(text: string, kind: Block['kind'] = 'diagram') {
  return findDrawings(threadOf(mail('1@relore.example', [{ by: 'Ada', text, kind }])));
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
    expect(drawn(TABBED)[0]).toMatchObject({ columns: ['cpu0', 'cpu1'], isKept: true, isCut: false });
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
    expect(drawn(text)[0]).toMatchObject({ columns: ['cpu1', 'cpu2'], isKept: false });
  });

  it('parts a line that is one bare name a column', () => {
    const text = 'cpu1 cpu2\nmove_account() split_huge_page()\nlist_del(&a) // of the first\nfolio_get()';
    expect(stepsOf(text)).toEqual([
      '?: move_account()',
      '?: split_huge_page()',
      '?: list_del(&a) // of the first',
      '?: folio_get()',
    ]);
  });

  it('is said in prose beside it who is who', () => {
    const prose = 'If cpu 1 is in __munlock_folio() and\ncpu 2 is isolating the folio. On cpu 3 nothing runs:';
    const thread = threadOf(
      mail('1@relore.example', [
        { by: 'Ada', text: prose },
        { by: 'Ada', text: 'cpu1 cpu2\nfolio_get()\nfolio_put()', kind: 'diagram' },
        { by: 'Bob', depth: 1, text: 'cpu1 is in folio_get()' },
      ]),
    );
    expect(findDrawings(thread)[0]?.roles).toEqual([
      { column: 'cpu1', text: 'is in __munlock_folio() and' },
      { column: 'cpu2', text: 'is isolating the folio' },
    ]);
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
  expect(findDrawings(threadOf(first, second)).map(({ message }) => message.id)).toEqual(['1@relore.example']);
});

it('a drawing of a thousand lines is cut at sixty steps, and says so', () => {
  const [long] = drawn(`CPU0                CPU1\n${'a_call()            b_call()\n'.repeat(500)}`);
  expect([long?.steps.length, long?.isCut]).toEqual([60, true]);
});

const SPECIAL = new URL('../../../shared/mail-samples/special/', import.meta.url);

describe.skipIf(!existsSync(SPECIAL))('real drawings, skipped where ../shared is absent', () => {
  const samples: readonly (readonly [string, string])[] = [
    ['diagram-cgroups-05.eml', 'cpu1 cpu2 cpu1 cpu2 cpu2 cpu2 cpu1 cpu1 cpu1 cpu1'],
    ['diagram-cgroups-07.eml', 'cpu1 cpu2 cpu1 cpu2 cpu2 cpu2 cpu2 cpu1 cpu1 cpu1 cpu1'],
    ['diagram-cgroups-09.eml', 'cpu0 cpu1 cpu1 cpu0'],
    ['diagram-cgroups-11.eml', 'cpu0 cpu1 cpu1 cpu0'],
    ['diagram-cgroups-13.eml', 'cpu0 cpu1 cpu1 cpu0'],
    ...[
      'diagram-cgroups-01',
      'diagram-cgroups-03',
      ...['01', '05', '07'].map((n) => `diagram-quoted-cgroups-${n}`),
    ].map((name) => [`${name}.eml`, `${'cpu1 '.repeat(11)}${'cpu2 '.repeat(4)}${'cpu1 '.repeat(12)}`.trim()] as const),
    ['diagram-quoted-cgroups-03.eml', `${'cpu1 '.repeat(11)}${'cpu2 '.repeat(4)}${'cpu1 '.repeat(12)}`.trim()],
  ];
  it.each(samples)('%s', async (name, cpus) => {
    const diagrams = findDrawings(await readThread(readFileSync(new URL(name, SPECIAL)), name));
    expect(diagrams.map(({ steps }) => steps.map(({ cpu }) => cpu).join(' '))).toEqual([cpus]);
  });
});
