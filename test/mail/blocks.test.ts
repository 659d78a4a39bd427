import { describe, expect, it } from 'vitest';
import { blocksOf, mail, outline, read } from './mails.ts';

describe('blocks', () => {
  it('an attribution at depth d names the speaker of depth d+1, glued or spaced marks alike', async () => {
    const glued = [
      'On 7/19/23 09:52, Bo Reader wrote:',
      '> On 7/18/23 08:00, Cy Other wrote:',
      '>> third',
      '> second',
      'first',
    ];
    const spaced = glued.map((line) => line.replace('>> ', '> > '));
    for (const lines of [glued, spaced]) {
      expect(outline(await blocksOf(lines.join('\n')))).toEqual([
        '0 Ann Author attribution',
        '1 Bo Reader attribution',
        '2 Cy Other prose',
        '1 Bo Reader prose',
        '0 Ann Author prose',
      ]);
    }
  });

  it('a depth that rises again is spoken by the same person', async () => {
    const body =
      'On 7/19/23 09:52, Bo Reader wrote:\n> On 7/18/23 08:00, Cy Other wrote:\n>> early\n> middle\nreply\n>> late';
    const late = (await blocksOf(body)).at(-1);
    expect([late?.speaker, late?.depth, late?.text]).toEqual(['Cy Other', 2, 'late']);
  });

  it('a new attribution at the same depth forgets the deeper speakers', async () => {
    const body =
      'On 7/19/23 09:52, Bo Reader wrote:\n> On 7/18/23 08:00, Cy Other wrote:\n>> x\n\nOn 7/20/23 09:52, Di Fourth wrote:\n> y\n>> z';
    expect(outline(await blocksOf(body)).slice(-2)).toEqual(['1 Di Fourth prose', '2 ? prose']);
  });

  it('a depth that nobody introduced is unknown, not guessed', async () => {
    expect(outline(await blocksOf('On 7/19/23 09:52, Bo Reader wrote:\n> >> x\n> y'))).toEqual([
      '0 Ann Author attribution',
      '3 ? prose',
      '1 Bo Reader prose',
    ]);
  });

  it('an attribution over two lines is one block', async () => {
    const body = 'On Fri, Feb 5, 2021 at 8:35 AM Bo Reader\n<bo@example.org> wrote:\n> text\n';
    expect(outline(await blocksOf(body))).toEqual(['0 Ann Author attribution', '1 Bo Reader prose']);
  });

  it('blank lines stay inside the prose of one speaker', async () => {
    const [block] = await blocksOf('We should move it into\n\nthe locked range.\n');
    expect(block?.text).toBe('We should move it into\n\nthe locked range.');
  });

  it('a span covers exactly the bytes of its lines, after text that is not ASCII', async () => {
    const text = mail('Grüße zuvor\n\n> quoted – text\nown text\n');
    const bytes = Buffer.from(text);
    const blocks = (await read(text)).messages[0]?.blocks ?? [];
    expect(blocks.map((block) => bytes.toString('utf8', ...block.span))).toEqual([
      'Grüße zuvor',
      '> quoted – text',
      'own text',
    ]);
    expect(blocks.map((block) => block.line)).toEqual([1, 3, 4]);
  });

  it('a comparison at the start of a line is no quote mark', async () => {
    expect(outline(await blocksOf('when the count is\n>= 2 it fails\n'))).toEqual(['0 Ann Author prose']);
  });

  it('a diagram with its columns is one block, from the header to the last step', async () => {
    const body =
      'Two processors:\n\n  CPU0                CPU1\n  take(a)\n                      drop(a)\n\n                      put(a)\n\nThat is the whole story of it.\n';
    const blocks = await blocksOf(body);
    expect(outline(blocks)).toEqual(['0 Ann Author prose', '0 Ann Author diagram', '0 Ann Author prose']);
    expect(blocks[1]?.text.split('\n').length).toBe(5);
  });

  it('a collapsed diagram keeps a wrapped step and ends at prose; a sentence about two processors is none', async () => {
    const blocks = await blocksOf(
      'cpu1 cpu2\ntake one page\ntest_flag() // 0\ngive it back // to\nthe other list\n\nSo the page is lost for good here.\n',
    );
    expect(blocks.map((block) => [block.kind, block.text.split('\n').length])).toEqual([
      ['diagram', 5],
      ['prose', 1],
    ]);
    expect(outline(await blocksOf('cpu 1 is in one function and cpu 2\nruns another\n'))).toEqual([
      '0 Ann Author prose',
    ]);
  });

  it.each([
    ['trace', 'BUG: unable to handle page fault\nCall Trace:\n lru_foo+0x1f/0x60\n ? bar_baz+0x0/0x20'],
    [
      'pagedump',
      '[  12.345678] page:ffffea0000000000 count:3 mapcount:1 mapping:ffff0000 index:0x6b\n[  12.345679] name:"file"',
    ],
    ['trailer', 'Reviewed-by: Bo Reader <bo@example.org>\nFixes: 0123456789ab ("mm: x")'],
    ['code', '\tif (flag)\n\t\tclear(flag);'],
    ['code', '\n    smp_mb();\n'],
    ['hunk-fragment', '+\t/* one */\n+\t/* two */'],
    ['prose', '- first point\n- second point'],
    ['prose', 'the lock is taken, and then;\nnothing happens'],
    ['prose', 'If we do take() before put() it works'],
    ['prose', 'first the lock is taken by the reader;\nthen the page is moved by the writer;'],
    ['diagram', 'CPU0          CPU1\n\ntake_it\n  if (x)\n\nput_it\n  goto out'],
  ])('%s: %j', async (kind, text) => {
    const blocks = await blocksOf(`${text}\n`);
    expect(blocks.map((block) => block.kind)).toEqual([kind]);
  });

  it('a header block names the quote below it, with marks or without', async () => {
    const head = 'From: Bo Reader <bo@example.org>\nDate: Wed, May 8, 2019 at 1:30 PM\nTo: Ann Author\n\n';
    expect(outline(await blocksOf(`${head}> quoted\n\nmine\n`))).toEqual([
      '0 Ann Author attribution',
      '1 Bo Reader prose',
      '0 Ann Author prose',
    ]);
    const outlook =
      'mine\n\n-----Original Message-----\nFrom: Bo Reader\nSent: Monday 1 May 2023 10:00\nTo: Ann\nSubject: x\n\nhis\n> deeper\n';
    expect(outline(await blocksOf(outlook))).toEqual([
      '0 Ann Author prose',
      '0 Ann Author attribution',
      '1 Bo Reader prose',
      '2 ? prose',
    ]);
  });

  it('in-body From and Subject lines of a patch are no quote header', async () => {
    const blocks = await blocksOf(
      'From: Bo Writer <bo@example.org>\nDate: Mon, 1 May 2023 10:00:00 +0000\nSubject: mm: x\n\nmine\n',
    );
    expect(blocks.at(-1)).toMatchObject({ speaker: 'Ann Author', depth: 0 });
    const before =
      'From: Bo Writer <bo@example.org>\nDate: Mon, 1 May 2023 10:00:00 +0000\nSubject: mm: x\n\n> quoted\n';
    expect(outline(await blocksOf(before)).at(-1)).toBe('1 ? prose');
  });

  it('the row that a memory dump points at is no quote', async () => {
    const rows = [' ', '>', ' '].map((mark) => `${mark}ffff888096f20f80: fb fb fb fb fb fb fb fb fb fb`);
    expect(outline(await blocksOf(`${rows.join('\n')}\n`))).toEqual(['0 Ann Author trace']);
  });

  it('a signature is set apart', async () => {
    expect(outline(await blocksOf('text\n-- \nAnn Author\nSome Labs\n'))).toEqual([
      '0 Ann Author prose',
      '0 Ann Author signature',
    ]);
  });

  it('bars below an attribution are a quote; bars of a table are not', async () => {
    const bars = 'On 7/19/23 09:52, Bo Reader wrote:\n| one line of it\n| and another\n\nmine\n';
    expect(outline(await blocksOf(bars))).toEqual([
      '0 Ann Author attribution',
      '1 Bo Reader prose',
      '0 Ann Author prose',
    ]);
    expect(outline(await blocksOf('Some numbers:\n| a | b |\n| 1 | 2 |\n'))).toEqual(['0 Ann Author prose']);
  });

  it('the rests of lines that a mailer wrapped belong to the quote; a single short answer does not', async () => {
    const long = '> this quoted line is so long that the mailer of the sender has to wrap it here and';
    const wrapped = `On 7/19/23 09:52, Bo Reader wrote:\n${long}\nthere\n${long}\nalso there\n> end of it\n\nmine\n`;
    expect(outline(await blocksOf(wrapped))).toEqual([
      '0 Ann Author attribution',
      '1 Bo Reader prose',
      '0 Ann Author prose',
    ]);
    const answered = `On 7/19/23 09:52, Bo Reader wrote:\n${long}\nyes indeed\n> end of it\n`;
    expect(outline(await blocksOf(answered))).toEqual([
      '0 Ann Author attribution',
      '1 Bo Reader prose',
      '0 Ann Author prose',
      '1 Bo Reader prose',
    ]);
  });

  it("PGP armour and list footers are no one's words", async () => {
    const armour =
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nthe text\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n';
    const footer = 'To unsubscribe from this list: send the line "unsubscribe" to x@example.org\n';
    expect(outline(await blocksOf(armour + footer))).toEqual([
      '0 Ann Author signature',
      '0 Ann Author prose',
      '0 Ann Author signature',
    ]);
  });
});
