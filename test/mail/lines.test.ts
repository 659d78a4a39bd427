import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDiagramHeader, mayBeDiagram } from '../../src/mail/diagram.ts';
import type { BodyLine } from '../../src/mail/lines.ts';
import { bodyLines, isBlank, lineOf, PLAIN } from '../../src/mail/lines.ts';
import {
  isDiffstat,
  isPageDumpLine,
  isTrace,
  isTraceLine,
  looksLikeCode,
  mayBeCode,
  mayBeDiffstat,
  mayBeLog,
} from '../../src/mail/words.ts';

function lines(text: string | Buffer, options = PLAIN): BodyLine[] {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return bodyLines(bytes, 0, bytes.length, options);
}

/** Pieces that the forms of lines are made of, so that random lines often come near one. */
const PIECES = fc.constantFrom(
  ...[
    '>',
    '> ',
    '+',
    '-',
    ' ',
    '\t',
    '\0',
    '\r',
    'é',
    '你',
    '\u00a0',
    '|',
    ';',
    '{',
    '}',
    '*/',
    '/*',
    '//',
    'else',
    '#define X',
    'if (a)',
    'static int f(void)',
  ],
  ...[
    '[  12.345678]',
    'BUG: ',
    'Call Trace:',
    'Kernel panic',
    'general protection fault',
    'RIP: 0010:',
    'f+0x1f/0x60',
    'ff 00 ab cd ef 01 23 45 ',
    'Allocated by task',
    'The buggy address',
    'which belongs to the cache',
    'page:ffff count:2 mapcount:1',
    'page dumped because: x',
    'flags: 0x17ffff8000(',
  ],
  ...[
    'CPU0',
    'cpu 1',
    'Thread A',
    'P1',
    '   ',
    ' mm/x.c | 12 ++--',
    ' 2 files changed, 3 insertions(+)',
    ' create mode 100644 x',
    'From x',
    'words of a sentence',
    '=3D',
    '=',
  ],
);
const LINE = fc.array(PIECES, { maxLength: 6 }).map((pieces) => pieces.join(''));

describe('a line', () => {
  it('has the first characters and the signs of its text, however it was quoted and encoded', () => {
    fc.assert(
      fc.property(fc.array(LINE, { maxLength: 8 }), fc.boolean(), fc.boolean(), (texts, flowed, fromEscape) => {
        for (const line of lines(texts.join('\n'), { ...PLAIN, flowed, fromEscape })) {
          const { first, lead, signs } = lineOf(line.depth, line.text, line);
          expect([line.first, line.lead, line.signs & 511]).toEqual([first, lead, signs]);
          expect(isBlank(line)).toBe(line.text.trim() === '');
        }
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });

  it('that cannot be of a form by its characters never is', () => {
    fc.assert(
      fc.property(LINE, (text) => {
        const line = lineOf(0, text, { start: 0, end: 0, number: 1 });
        expect([text, isTrace(line)]).toEqual([text, isTraceLine(text)]);
        if (!mayBeLog(line)) expect([text, isTraceLine(text), isPageDumpLine(text)]).toEqual([text, false, false]);
        if (!mayBeCode(line)) expect([text, looksLikeCode(text)]).toEqual([text, false]);
        if (!mayBeDiffstat(line)) expect([text, isDiffstat(text)]).toEqual([text, false]);
        if (!mayBeDiagram(line)) expect([text, isDiagramHeader(text)]).toEqual([text, false]);
      }),
      { numRuns: 20_000, seed: 3 },
    );
  });

  it('keeps its bytes: the lines of any body cover it in order, whatever the encoding says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, quotedPrintable) => {
        const body = Buffer.from(bytes);
        let end = 0;
        for (const line of lines(body, { ...PLAIN, quotedPrintable })) {
          expect(line.start).toBeLessThanOrEqual(line.end);
          expect(line.end).toBeLessThanOrEqual(body.length);
          expect(line.end).toBeGreaterThanOrEqual(end);
          end = line.end;
        }
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });

  it('of quoted-printable is one where it was broken in two, and two where a line end was encoded', () => {
    const read = (text: string) =>
      lines(text, { ...PLAIN, quotedPrintable: true }).map(({ depth, text: words, start, end }) => [
        depth,
        words,
        start,
        end,
      ]);
    expect(read('> a =\nb=20\nc=0Ad  \n=E2=82=AC=\n')).toEqual([
      [1, 'a b ', 0, 10],
      [0, 'c', 11, 18],
      [0, 'd', 11, 18],
      [0, '€', 19, 29],
    ]);
  });
});
