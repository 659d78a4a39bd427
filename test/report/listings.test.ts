import { describe, expect, it } from 'vitest';
import { type CellResult, renderCell, renderCellCount, renderRuleList } from '../../src/report/rules.ts';
import { renderThread, renderThreadJson, renderThreadMarkdown } from '../../src/report/thread.ts';
import { renderTrace } from '../../src/report/trace.ts';
import type { Block, Message, Rule, Thread } from '../../src/types.ts';
import { violatedReview } from './fixtures.ts';

function message(id: string, change: Partial<Message> = {}): Message {
  const prose = { speaker: 'Ada Example', depth: 0, kind: 'prose', text: 'text', span: [0, 4], line: 1 } as const;
  return {
    id,
    synthetic: false,
    virtual: false,
    subject: 'a subject',
    from: 'Ada Example',
    address: undefined,
    rawDate: undefined,
    date: '2023-07-15T10:00:00.000Z',
    parent: undefined,
    blocks: [prose, { ...prose, depth: 2, kind: 'diagram' }, { ...prose, depth: 1 }],
    lossy: [],
    ...change,
  };
}

const reply = (to: string, guessed = false) => ({ id: to, how: 'quote' as const, guessed });

const range = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1 };

const thread: Thread = {
  kind: 'mbox',
  lossy: [],
  subject: 'a subject',
  messages: [
    message('a@x'),
    message('b@x', { parent: reply('a@x') }),
    message('c@x', { parent: reply('a@x', true) }),
    message('d@x', { parent: reply('b@x'), virtual: true, blocks: [] }),
    message('e@x', { parent: reply('gone@x') }),
  ],
  speakers: [{ name: 'Ada Example', depths: [2, 0, 1] }],
  series: [{ subject: 'a title', version: 3, patches: ['patch-1'], missing: [2] }],
  postings: [{ cover: 'a@x', labels: ['RESEND'] }],
  ghosts: ['gone@x'],
  trailers: [
    { name: 'Signed-off-by', value: 'A <a@x>', messageId: 'a@x', speaker: 'A', to: 'patch-1', own: true },
    { name: 'Reviewed-by', value: 'Bo Reader <bo@x>', messageId: 'b@x', speaker: 'Bo', to: 'patch-1', own: false },
    {
      ...{ name: 'Acked-by', value: 'Bo Reader <bo@x>', messageId: 'c@x', speaker: 'Cy' },
      ...{ to: undefined, own: false, series: 0, mismatch: true },
    },
  ],
  quoted: [
    {
      ...{ messageId: 'b@x', speaker: 'Ada Example', depth: 1, line: 3, path: 'mm/x.c' },
      hunk: { ...range, section: '', lines: ['-old();'], complete: false },
      comments: [{ after: 1, speaker: 'Bo', depth: 0, line: 5 }],
      anchor: { patch: 'patch-1', path: 'mm/x.c', hunk: 0, offset: 0, matched: 1, how: 'blobs' },
    },
  ],
  patches: [
    {
      id: 'patch-1',
      messageId: 'a@x',
      kind: 'posted',
      title: 'a title',
      author: undefined,
      index: 1,
      total: 2,
      version: 3,
      files: [
        {
          ...{ oldPath: 'mm/x.c', newPath: 'mm/x.c', oldBlob: undefined, newBlob: undefined },
          hunks: [{ ...range, section: '', lines: ['-old();', '+new();'], complete: true }],
        },
      ],
      baseCommit: undefined,
      notes: '',
    },
  ],
};

describe('a thread', () => {
  it('is printed as a tree, replies below what they answer', () => {
    expect(renderThread(thread, { color: false, width: 80 })).toBe(
      [
        'a subject',
        '4 messages, 1 known only from quotes, 1 speaker and 1 patch, read as mbox.',
        '',
        'Ada Example  2023-07-15 10:00Z',
        '    "text"',
        '    mm/x.c: 1 hunk, +1 -1; 1 prose; quotes Ada Example (1, 2); <a@x>',
        '  Ada Example  2023-07-15 10:00Z',
        '      "text"',
        '      gives Reviewed-by to patch 1/2; 1 prose; quotes Ada Example (1, 2); parent',
        '      found by quote; <b@x>',
        '    Ada Example  2023-07-15 10:00Z',
        '        no text of its own; known only from quotes; parent found by quote; <d@x>',
        '  Ada Example  2023-07-15 10:00Z',
        '      "text"',
        '      gives Acked-by to the series; 1 prose; quotes Ada Example (1, 2); parent',
        '      guessed by quote; <c@x>',
        'Ada Example  2023-07-15 10:00Z',
        '    "text"',
        '    1 prose; quotes Ada Example (1, 2); answers <gone@x>, which is not in the',
        '    input; parent found by quote; <e@x>',
        '',
        'Series',
        '  a title: v3, RESEND, 1 patch, 2 missing, cover <a@x>',
        '    Acked-by: Bo Reader <bo@x> (given by Cy)',
        '    a title: 1/2 by unknown; mm/x.c: 1 hunk, +1 -1; <patch-1>',
        '      Reviewed-by: Bo Reader <bo@x>',
        '',
        'Quoted hunks',
        '  1 quoted hunk, 1 found in a patch of the thread, 1 commented by the sender:',
        '    <b@x> line 3: quoted at depth 1 (Ada Example); mm/x.c; 1 line of it; 1',
        '      comment; from <patch-1> mm/x.c hunk 1, by blobs',
        '',
        'Not in the input',
        '  <gone@x>',
        '',
        'Speakers',
        '  Ada Example: at depths 0, 1, 2',
        '',
      ].join('\n'),
    );
  });

  it('shows where the subject changes, counter-patches, robots and what a pull request asks for', () => {
    const [posted] = thread.patches;
    const asks: Block = {
      ...{ speaker: 'Ada Example', depth: 0, kind: 'prose', span: [0, 4], line: 1 },
      text: 'The following changes are available in the Git repository at:\n\n  git://example.org/x.git\ntags/y\n',
    };
    const messages = [
      message('a@x', { subject: 'another subject', blocks: [asks] }),
      message('b@x', { parent: reply('a@x'), subject: 'another subject', origin: 'bot' }),
      message('c@x', { parent: reply('a@x'), subject: 'a third subject' }),
    ];
    const patches = [{ ...posted!, id: 'c@x', messageId: 'c@x', kind: 'reply' as const }];
    const shown = renderThread({ ...thread, messages, patches, trailers: [], series: [] }, { color: false, width: 80 });
    expect(shown.split('\n').slice(3, 17)).toEqual([
      'Ada Example  2023-07-15 10:00Z',
      '    another subject',
      '    "The following changes are available in the Git repository at:',
      '    git://example.org/x.git tags/y"',
      '    asks to pull git://example.org/x.git tags/y; 1 prose; <a@x>',
      '  Ada Example  2023-07-15 10:00Z',
      '      [written by a program]',
      '      "text"',
      '      1 prose; quotes Ada Example (1, 2); parent found by quote; <b@x>',
      '  Ada Example  2023-07-15 10:00Z',
      '      [counter-patch] a third subject',
      '      "text"',
      '      mm/x.c: 1 hunk, +1 -1; 1 prose; quotes Ada Example (1, 2); parent found by',
      '      quote; <c@x>',
    ]);
  });

  it('shows how the own words of a message begin: no greeting, no quote, no diff, a line or two', () => {
    const block = (kind: Block['kind'], depth: number, text: string): Block => ({
      ...{ speaker: 'Ada Example', span: [0, 4], line: 1 },
      ...{ kind, depth, text },
    });
    const own = [
      block('prose', 1, 'not mine'),
      block('prose', 0, 'Hi Bo,\n\nthe flag is set\ntoo late.'),
      block('code', 0, 'set(flag);'),
      block('prose', 0, `So \u001b[2Jit ${'goes on and '.repeat(30)}ends.`),
    ];
    const one = { ...thread, messages: [message('a@x', { blocks: own })] };
    const begins = '"the flag is set too late. So it goes on and goes on and goes on and goes on';
    expect(renderThread(one, { color: false, width: 80 }).split('\n').slice(4, 6)).toEqual([
      `    ${begins}`,
      '    and goes on and goes on and goes on and goes on and goes on..."',
    ]);
    expect(renderThreadMarkdown(one)).toContain(`: ${begins}`);
  });

  it('may be as deep as a stranger makes it', () => {
    const messages = Array.from({ length: 20_000 }, (_, index) =>
      message(`m${index}@x`, index === 0 ? {} : { parent: reply(`m${index - 1}@x`) }),
    );
    expect(renderThread({ ...thread, messages }, { color: false, width: 80 }).split('\n').length).toBeGreaterThan(
      40_000,
    );
  });

  it('loses escape sequences on a terminal and markup in Markdown', () => {
    const nobody = { ...thread, messages: [message('a@x', { from: '' })] };
    expect(renderThread(nobody, { color: false, width: 80 })).toContain('\n(no sender)  2023');
    const hostile = { ...thread, messages: [message('a@x', { from: '\u001b[2J<b>@x' })] };
    expect(renderThread(hostile, { color: false, width: 80 })).toContain('\n<b>@x  2023');
    expect(renderThreadMarkdown(hostile)).toContain('**\\<b\\>@<!-- -->x**');
  });

  it('is complete as JSON', () => {
    expect(JSON.parse(renderThreadJson(thread))).toMatchObject({
      schema: 'relore.thread/1',
      messages: [{ blocks: [{ text: 'text' }, {}, {}] }, {}, {}, {}, {}],
    });
  });
});

describe('a replayed schedule', () => {
  it('has every step with its code line and the change of state', () => {
    const lines = renderTrace(violatedReview().traces['t3']!, { color: false, width: 80 }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'stranded-unevictable S1 fix-1, SC, path 1/1/0/0',
      '1  cpu2 drain    lock lruvec.lru_lock',
      '                  mm/memcontrol.c:1244 spin_lock_irqsave()',
      '                  spin_lock_irqsave(&lruvec->lru_lock, *flags)',
    ]);
    expect(lines.filter((line) => /^\d[. ] cpu/.test(line))).toHaveLength(8);
    expect(lines).toContain('                  mm/mlock.c:126+ folio_test_clear_mlocked()');
    expect(lines).toContain('                  folio.flags: mlocked -> 0');
    expect(lines.at(-2)).toBe('violated: no evictable folio is left on the unevictable list (I-strand)');
  });
});

describe('rules', () => {
  const rule: Rule = {
    name: 'a-rule',
    file: 'rules/a-rule.md',
    title: 'a title',
    functions: ['f', 'g'],
    invariant: 'x',
    scenarios: [{ name: 'S1', words: 'two processes', code: '', line: 1 }],
    edits: [],
    rows: [],
    confidence: 'high',
    notSeen: [],
  };
  const cell: CellResult = {
    rule: 'a-rule',
    row: 'v6.12',
    scenario: 'S1',
    model: 'sc',
    expected: 'holds',
    computed: 'holds',
    states: 1204,
  };

  it('are listed with their scenarios and rows', () => {
    expect(renderRuleList([rule])).toBe(
      'a-rule: a title\n  1 scenario, 0 rows, 2 functions, confidence high\n  S1  two processes\n\n1 rule\n',
    );
  });

  it('print a cell on a line, and one that differs with both verdicts', () => {
    expect(renderCell(cell, false)).toBe('ok    a-rule  S1 SC  holds        1,204 states  v6.12\n');
    expect(renderCell({ ...cell, computed: 'violated' }, false)).toBe(
      'DIFF  a-rule  S1 SC  violated     1,204 states  v6.12\n      expected holds\n      computed violated\n',
    );
    expect(renderCell({ ...cell, property: 'asserts' }, false)).toContain('a-rule  S1 asserts SC  holds ');
    expect(renderCell({ ...cell, computed: 'bounded', why: '10 states' }, false)).toContain('UNDEC a-rule');
  });

  it('show a cell whose model is not explored as not run, never as passing', () => {
    const tso: CellResult = { ...cell, model: 'tso', computed: 'refused', notRun: true };
    expect(renderCell(tso, false)).toBe('not run a-rule  S1 x86-TSO  v6.12\n');
    expect(renderCellCount([cell, tso])).toBe('2 cells: 1 as expected, 0 differ, 1 not run: x86-TSO is not explored\n');
  });

  it('count what differs apart from what was not decided', () => {
    const cells: CellResult[] = [
      cell,
      { ...cell, computed: 'violated' },
      { ...cell, computed: 'refused' },
      { ...cell, expected: undefined },
    ];
    expect(renderCellCount(cells)).toBe('4 cells: 1 as expected, 1 differs, 1 not decided, 1 left open by the table\n');
  });
});
