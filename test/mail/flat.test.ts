import { describe, expect, it } from 'vitest';
import { isFlattened } from '../../src/mail/flat.ts';
import { codeLines } from '../../src/mail/flatcode.ts';
import { missing, outline, read, readShared } from './mails.ts';

const noSeeds = missing('seeds');

// Two levels, paragraphs parted by empty quoted lines, an answer after an empty line of its own depth.
const BODY = [
  'On Mon, 8 Jan 2024, Bo Reader wrote:',
  '> On Sun, 7 Jan 2024, Cy Other wrote:',
  '> > The page is added to the list of the first processor without its lock,',
  '> > and the second one may see it there before the flag is set again.',
  '> >',
  '> > So it stays behind when the count is above zero at that time.',
  '>',
  '> Then the flag has to be set first, or the list has to be taken later, and',
  '> either will do, as far as I can tell from the code and from my own tests.',
  '>',
  '> Could you try the second way, with the test that you had posted last week',
  '> and tell me what comes out of it on the machine that had shown it before?',
  '> If it does not show it within an hour, then I would take it to be mended.',
  '> Please let it run over night all the same, since the last one took so long.',
  '> And thank you for all the work that went into the test, it helps us a lot.',
  '> I would send the change myself, but my own machine is out of order now.',
  '> The list of what I had changed is below, in the order in which I did it.',
  '> It is the only one here that has so many processors and so little memory.',
];

describe('a mail flattened into one line', () => {
  it('is told by its length and its marks, not by a comparison here and there', () => {
    expect(isFlattened(BODY.join(' '))).toBe(true);
    expect(isFlattened(`${'a > b and so on '.repeat(4)}${'x'.repeat(2_000)}`)).toBe(false);
    const unnamed = BODY.join(' ').replace(/wrote:/g, 'here');
    expect(isFlattened(unnamed)).toBe(true); // a mark behind a mark
    expect(isFlattened(unnamed.replace(/(?:> )+/g, '> '))).toBe(false);
  });

  it('is told without quotes by a trailer of a person or the header of a diff, and is one speaker then', async () => {
    const prose = 'This changes how a list is walked when a > b holds. '.repeat(30);
    expect(isFlattened(prose)).toBe(false);
    expect(isFlattened(`${prose}the Reviewed-by: of nobody is no trailer`)).toBe(false);
    for (const sign of ['Reviewed-by: Bo Reader <bo@example.org>', 'diff --git a/mm/x.c b/mm/x.c index 1..2']) {
      const { messages } = await read(`${prose}${sign} more`);
      expect(messages[0]?.blocks.map((block) => [block.depth, block.speaker])).toEqual([[0, undefined]]);
    }
  });

  it('is taken for mail when all of the input is one line of sentences, and is not when it is data or code', async () => {
    const said = 'Hi all, this walks the list under the lock, so that nobody can take the entry off. '.repeat(3);
    expect((await read(said)).kind).toBe('flat');
    expect(
      (
        await read(
          'On Mon, Ann Reader wrote: > this walks the list under the lock, > and nothing else in this file does so. No.',
        )
      ).kind,
    ).toBe('flat');
    for (const other of [
      `{"text": "${said}"}`,
      `/* ${said} */`,
      `<p>${said}</p>`,
      '0xdead 17, '.repeat(40),
      'a list.',
      `${said}\n${said}`,
    ])
      await expect(read(other)).rejects.toThrow(/expected a mail/);
  });

  it('a header block above a quote names its speaker, as an attribution does', async () => {
    const head =
      'From: Bo Reader <bo@example.org> Date: Wed, May 8, 2019 at 1:30 PM To: Ann, Cy Cc: <list@example.org>';
    const blocks = (await read([head, '', ...BODY.slice(2).map((line) => line.replace(/^(?:> ?)+/, '> '))].join(' ')))
      .messages[0]?.blocks;
    expect(blocks?.slice(0, 2).map(({ depth, speaker, kind }) => [depth, speaker, kind])).toEqual([
      [0, undefined, 'attribution'],
      [1, 'Bo Reader', 'prose'],
    ]);
  });

  it('gets its depths and speakers back, and says that they are estimates', async () => {
    const thread = await read(BODY.join(' '));
    expect(thread.kind).toBe('flat');
    expect(thread.lossy).toContain('line ends lost: depths and speakers are estimates');
    expect(outline(thread.messages[0]?.blocks ?? [])).toEqual([
      '0 ? attribution',
      '1 Bo Reader attribution',
      '2 Cy Other prose',
      '1 Bo Reader prose',
    ]);
    expect(thread.messages[0]?.blocks.map((block) => block.text.split('\n').length)).toEqual([1, 1, 4, 11]);
  });
});

describe('an answer in the middle of a sentence', () => {
  const quote = [
    'On Mon, 8 Jan 2024, Bo Reader wrote:',
    '> On Sun, 7 Jan 2024, Cy Other wrote:',
    '> > On Sat, 6 Jan 2024, Di Author wrote:',
    '> > > The page is added to the list of the first processor without its lock,',
    '> > > so that the second one can see it.',
  ];
  const rest = BODY.slice(7).map((line) => line.trim());

  it('leaves the sentence with the one who began it, whatever stands in it', async () => {
    const open = ['> >', '> > Fine; though I would call it something else, and I say it once again,'];
    const answer = ['>', '> Yes, that name has to go, and I have a better one for the next version of', '> it.'];
    const on = ['>', '> > more loudly, that the name of the list is not what the list is for.', '>', ...rest];
    const flat = [...quote, ...open, ...answer, ...on].join(' ');
    const blocks = (await read(flat)).messages[0]?.blocks ?? [];
    const speakerOf = (words: string) => blocks.find(({ text }) => text.includes(words))?.speaker;
    expect(['Fine; though', 'Yes, that', 'more loudly'].map(speakerOf)).toEqual(['Cy Other', 'Bo Reader', 'Cy Other']);
  });
});

describe.skipIf(noSeeds !== '')(`seed 002, flattened${noSeeds}`, () => {
  it('has four levels, two diffs of one base, and the answers inside the second', async () => {
    const thread = await readShared('seeds/002_8188e2f542964e0c.txt');
    const blocks = thread.messages[0]?.blocks ?? [];
    expect(thread.speakers).toEqual([
      { name: 'Hugh Dickins', depths: [2] },
      { name: 'Peter Xu', depths: [1, 3] },
    ]);
    const bases = blocks.filter((block) => block.text.includes('8f1de811a1dc..'));
    expect(bases.map((block) => [block.depth, /8f1de811a1dc\.\.\w+/.exec(block.text)?.[0]])).toEqual([
      [1, '8f1de811a1dc..51fe02a22ea9'],
      [3, '8f1de811a1dc..e454f3c6aeb9'],
    ]);
    expect(blocks.find((block) => block.text === 'Good.')).toMatchObject({ speaker: 'Hugh Dickins', depth: 2 });
    expect(
      blocks.find((block) => block.text.includes('I know zap_huge_pmd') || block.text.includes('think zap_huge_pmd()')),
    ).toMatchObject({ depth: 2 });
    const speakerOf = (words: string) => {
      const block = blocks.find(({ text }) => text.includes(words));
      return [block?.depth, block?.speaker];
    };
    expect(speakerOf('Good; though')).toEqual([2, 'Hugh Dickins']); // left open: Peter answers before it goes on
    expect(speakerOf("Sure, I'll drop")).toEqual([1, 'Peter Xu']);
    expect(speakerOf('more forcefully')).toEqual([2, 'Hugh Dickins']);
  });

  it('both diffs are whole again, with their empty lines: 8 to 10 lines, and 16 to 14 with the answers inside', async () => {
    const thread = await readShared('seeds/002_8188e2f542964e0c.txt');
    const quoted = thread.quoted ?? [];
    expect(
      quoted.map(({ depth, hunk }) => [depth, hunk.oldLines, hunk.newLines, hunk.lines.length, hunk.complete]),
    ).toEqual([
      [1, 8, 10, 11, true],
      [3, 16, 14, 18, true],
    ]);
    expect(quoted[1]?.comments.map(({ speaker, depth }) => [speaker, depth])).toEqual([
      ['Hugh Dickins', 2],
      ['Hugh Dickins', 2],
      ['Peter Xu', 1],
    ]);
  });

  it('the attached program is one block of code, each #include a line of it', async () => {
    const thread = await readShared('seeds/002_8188e2f542964e0c.txt');
    const last = thread.messages.find((message) => !message.virtual)?.blocks.at(-1);
    expect([last?.kind, last?.depth]).toEqual(['code', 0]);
    const lines = last?.text.split('\n') ?? [];
    expect(lines.filter((line) => line.startsWith('#include')).every((line) => /^#include <[\w/.]+>$/.test(line))).toBe(
      true,
    );
    expect(lines.filter((line) => line.startsWith('#include')).length).toBeGreaterThan(5);
  });
});

describe('a C file in one line', () => {
  const FILE =
    '#define _GNU_SOURCE /* see below */ #include <stdio.h> #include "own.h" #define SIZE(n) ((n) * 2) static int f(int n) { for (int i = 0; i < n; i++) { puts("a; b { #include"); } return n > 0; } ';

  it('gets a line for each directive, statement and brace; strings and for(;;) stay whole', () => {
    expect(codeLines(FILE).map(({ text }) => text)).toEqual([
      '#define _GNU_SOURCE',
      '/* see below */',
      '#include <stdio.h>',
      '#include "own.h"',
      '#define SIZE(n) ((n) * 2)',
      'static int f(int n) {',
      'for (int i = 0; i < n; i++) {',
      'puts("a; b { #include");',
      '}',
      'return n > 0;',
      '}',
    ]);
  });

  it('each piece is where it says', () => {
    for (const { text, at } of codeLines(FILE)) expect(FILE.slice(at, at + text.length)).toBe(text);
  });
});
