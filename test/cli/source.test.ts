import { describe, expect, it } from 'vitest';
import { cellsExit } from '../../src/cli/rules.ts';
import { replayCommandLine } from '../../src/cli/run.ts';
import { joined } from '../../src/cli/source.ts';
import type { CellResult } from '../../src/report/rules.ts';

const source = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });

describe('several sources', () => {
  it('become one mbox: mails get a separator, and lines that look like one are quoted', () => {
    const { bytes, name } = joined([
      source('a', 'A: 1\n\nFrom x\n>From y\n'),
      source('b', 'From b@x Thu\nB: 2\n\n>From z\n'),
    ]);
    expect(name).toBe('a, b');
    expect(Buffer.from(bytes).toString()).toBe(
      'From mboxrd@z Thu Jan  1 00:00:00 1970\nA: 1\n\n>From x\n>>From y\n\nFrom b@x Thu\nB: 2\n\n>From z\n\n',
    );
  });

  it('keep their bytes whatever the character set, and one source is left as it is', () => {
    const bytes = Buffer.from([0xe9, 0xff, 0x0a]);
    const one = { name: 'a', bytes };
    expect(joined([one])).toBe(one);
    expect(Buffer.from(joined([one, one]).bytes).indexOf(bytes)).toBe(39);
  });
});

describe('the replay line', () => {
  it('is the command line that made the review, quoted for a shell', () => {
    const options = { model: ['sc'], bound: 2_000_000 } as const;
    expect(replayCommandLine(['a.mbox'], options)).toBe('relore replay a.mbox');
    expect(replayCommandLine([], options)).toBe('relore replay -');
    expect(replayCommandLine(["it's; rm"], { ...options, tree: '../linux', kernel: 'v6.12', bound: 10 })).toBe(
      `relore replay 'it'\\''s; rm' --tree ../linux --kernel v6.12 --bound 10`,
    );
  });
});

describe('the exit code of a rules test', () => {
  const cell: CellResult = {
    rule: 'r',
    row: 'v6.12',
    scenario: 'S1',
    model: 'sc',
    expected: 'holds',
    computed: 'holds',
    states: 1,
  };

  it('is 0 only when every expected cell was computed as expected', () => {
    expect(cellsExit([cell, { ...cell, expected: undefined, computed: 'violated' }])).toBe(0);
    expect(cellsExit([cell, { ...cell, computed: 'violated' }])).toBe(1);
    expect(cellsExit([cell, { ...cell, computed: 'bounded' }])).toBe(3);
    expect(
      cellsExit([
        { ...cell, computed: 'refused' },
        { ...cell, computed: 'violated' },
      ]),
    ).toBe(1);
  });

  it('is 3 when there is nothing to test', () => {
    expect(cellsExit([])).toBe(3);
    expect(cellsExit([{ ...cell, expected: undefined }])).toBe(3);
    expect(cellsExit([{ ...cell, model: 'tso', computed: 'refused', notRun: true }])).toBe(3);
    expect(cellsExit([cell, { ...cell, model: 'tso', computed: 'refused', notRun: true }])).toBe(0);
  });
});
