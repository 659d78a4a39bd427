import { describe, expect, it } from 'vitest';
import { looseDay } from '../../src/mail/date.ts';
import { withQuotedPatches } from '../../src/review/quoted.ts';
import type { Hunk, QuotedHunk, Thread } from '../../src/types.ts';

const HUNK: Hunk = {
  oldStart: 10,
  oldLines: 2,
  newStart: 10,
  newLines: 2,
  section: '',
  lines: [' a();', '-b();', '+c();'],
  complete: true,
};
const QUOTED: QuotedHunk = {
  messageId: 'm@x',
  speaker: 'A',
  depth: 1,
  line: 3,
  path: 'mm/a.c',
  hunk: HUNK,
  comments: [],
};
const THREAD: Thread = {
  kind: 'page',
  lossy: [],
  subject: 's',
  messages: [],
  speakers: [],
  series: [],
  patches: [],
};
const patches = (...quoted: readonly QuotedHunk[]) => withQuotedPatches({ ...THREAD, quoted }).patches;

describe('a diff that is known only from a quote is a patch', () => {
  it('with the hunks of one speaker at one depth together', () => {
    const [patch, ...others] = patches(QUOTED, { ...QUOTED, path: 'mm/b.c' });
    expect(others).toEqual([]);
    expect(patch).toMatchObject({ kind: 'reply', messageId: 'm@x', author: 'A' });
    expect(patch?.files.map(({ newPath, hunks }) => [newPath, hunks.length])).toEqual([
      ['mm/a.c', 1],
      ['mm/b.c', 1],
    ]);
  });

  it('once, when two mails quote it', () => {
    expect(patches(QUOTED, { ...QUOTED, messageId: 'n@x', depth: 2 })).toHaveLength(1);
  });

  it.each([
    ['without a file name', { path: undefined }],
    [
      'that stands in a patch of the thread',
      { anchor: { patch: 'p', path: 'mm/a.c', hunk: 0, offset: 0, matched: 3, how: 'lines' } },
    ],
    ['that was trimmed', { hunk: { ...HUNK, complete: false } }],
    ['without a range', { hunk: { ...HUNK, oldStart: 0 } }],
  ] as const)('but none %s', (_, change) => {
    expect(patches({ ...QUOTED, ...change })).toEqual([]);
  });

  it('and none at all when one hunk of it was trimmed', () => {
    expect(patches(QUOTED, { ...QUOTED, hunk: { ...HUNK, complete: false } })).toEqual([]);
  });
});

it.each([
  ['Mon, 15 Nov 2021', '2021-11-15'],
  ['Sat, Jan 08, 2022 at 05:19:04PM -0800', '2022-01-08'],
  ['Tue Jul 18 2023 - 21:57:49 EST', '2023-07-18'],
  ['7/17/23 08:35', undefined],
  ['31 Feb 2021', undefined],
])('the day in %s is %s', (raw, day) => {
  expect(looseDay(raw)).toBe(day);
});
