import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bodyLines, PLAIN } from '../../src/mail/lines.ts';
import type { Block, Thread } from '../../src/types.ts';
import { missing, readShared, shared } from './mails.ts';

const noSeeds = missing('seeds');
const noThreads = missing('mail-samples/seed-threads');
const SEEDS = {
  '000': '000_0c551f96f09144a6',
  '001': '001_af3e61d481365817',
  '003': '003_a1b80ebfd62945eb',
  '004': '004_53e7d2f40c5b0243',
};

/** Depths of all lines of a seed file, its head included: counts by depth, as mail.md section 7 lists them. */
function depthCounts(seed: keyof typeof SEEDS): number[] {
  const bytes = readFileSync(shared(`seeds/${SEEDS[seed]}.txt`));
  const counts: number[] = [];
  for (const line of bodyLines(bytes, 0, bytes.length, PLAIN)) counts[line.depth] = (counts[line.depth] ?? 0) + 1;
  return counts;
}

/** The speakers met at each depth, in order of first appearance. */
function speakersByDepth(blocks: readonly Block[]): (string | undefined)[][] {
  const found: (string | undefined)[][] = [];
  for (const { depth, speaker } of blocks) {
    found[depth] ??= [];
    if (!found[depth].includes(speaker)) found[depth].push(speaker);
  }
  return found;
}

const ONLY = (thread: Thread) => thread.messages[0]?.blocks ?? [];

describe.skipIf(noSeeds !== '')(`the seeds${noSeeds}`, () => {
  it.each([
    ['000', [20, 12, 14, 14, 8, 14, 8, 3, 10]],
    ['001', [65, 8, 15, 1]],
    ['003', [23, 19, 18, 6, 26, 11, 2, 4, 5]],
    ['004', [32, 26, 8, 8, 13]],
  ] as const)('seed %s has its lines at their depths', (seed, counts) => {
    expect(depthCounts(seed)).toEqual(counts);
  });

  it('seed 003: nine depths, five turns, one synthetic message', async () => {
    const thread = await readShared(`seeds/${SEEDS['003']}.txt`);
    expect(thread.kind).toBe('page');
    expect(thread.messages.map((message) => message.synthetic)).toEqual([true]);
    expect(speakersByDepth(ONLY(thread))).toEqual([
      ['Yin Fengwei'],
      ['Yosry Ahmed'],
      ['Yosry Ahmed'],
      ['Yin Fengwei'],
      ['Yosry Ahmed'],
      ['Yin Fengwei'],
      ['Yu Zhao'],
      ['Yin, Fengwei'],
      ['Yu Zhao'],
    ]);
    expect(thread.speakers).toEqual([
      { name: 'Yin Fengwei', depths: [0, 3, 5] },
      { name: 'Yin, Fengwei', depths: [7] },
      { name: 'Yosry Ahmed', depths: [1, 2, 4] },
      { name: 'Yu Zhao', depths: [6, 8] },
    ]);
  });

  it('seed 003: two collapsed diagrams, the header and the wrapped step in the block', async () => {
    const diagrams = ONLY(await readShared(`seeds/${SEEDS['003']}.txt`)).filter((block) => block.kind === 'diagram');
    expect(diagrams.map((block) => [block.depth, block.text.split('\n').length, block.text.split('\n')[0]])).toEqual([
      [4, 6, 'cpu1 cpu2'],
      [1, 5, 'cpu1 cpu2'],
    ]);
    expect(diagrams[0]?.text.split('\n').at(-1)).toBe('folio_test_clear_mlocked()');
  });

  it('seed 003: the sentence over blank lines is in one block', async () => {
    const texts = ONLY(await readShared(`seeds/${SEEDS['003']}.txt`)).map((block) => block.text);
    expect(
      texts.filter((text) => /move folio_test_clear_lru\(folio\) into\n\nlru locked range\./.test(text)).length,
    ).toBe(1);
  });

  it('seed 003: the spans of the page cover the text they cite', async () => {
    const bytes = readFileSync(shared(`seeds/${SEEDS['003']}.txt`));
    for (const block of ONLY(await readShared(`seeds/${SEEDS['003']}.txt`))) {
      const raw = bytes.toString('utf8', ...block.span).split('\n');
      expect(raw.map((line) => line.replace(/^(?:> ?)+/, '').trim())).toEqual(
        block.text.split('\n').map((line) => line.trim()),
      );
    }
  });

  it('seed 000: five speakers known, the innermost two not, and a fragment that is no patch', async () => {
    const thread = await readShared(`seeds/${SEEDS['000']}.txt`);
    expect(speakersByDepth(ONLY(thread))).toEqual([
      ['Rafael Aquini'],
      ['Michal Hocko'],
      ['Rafael Aquini'],
      ['Michal Hocko'],
      ['Shakeel Butt'],
      ['Andrew Morton'],
      ['Rafael Aquini'],
      [undefined],
      [undefined],
    ]);
    expect(
      ONLY(thread)
        .filter((block) => block.kind === 'hunk-fragment')
        .map((block) => block.depth),
    ).toEqual([8]);
    expect(thread.patches).toEqual([]);
  });

  it('seed 001: a mojibake attribution names depth 2, depth 3 stays unknown, nothing is a diff of anyone', async () => {
    const thread = await readShared(`seeds/${SEEDS['001']}.txt`);
    expect(speakersByDepth(ONLY(thread))).toEqual([['Hugh Dickins'], ['Alex Shi'], ['Hugh Dickins'], [undefined]]);
    expect(thread.patches).toEqual([]);
  });

  it('seed 004: depths, the page dump of four lines, the quoted trailer, the proposed comment', async () => {
    const blocks = ONLY(await readShared(`seeds/${SEEDS['004']}.txt`));
    expect(speakersByDepth(blocks)).toEqual([
      ['Michal Hocko'],
      ['Hugh Dickins'],
      ['Michal Hocko'],
      ['Hugh Dickins'],
      ['Michal Hocko'],
    ]);
    const shape = (kind: Block['kind']) =>
      blocks.filter((block) => block.kind === kind).map((block) => [block.depth, block.text.split('\n').length]);
    expect(shape('pagedump')).toEqual([[0, 4]]);
    expect(shape('hunk-fragment')).toEqual([[0, 2]]);
    expect(shape('trailer')).toEqual([
      [4, 1],
      [4, 3],
      [3, 1],
    ]);
    expect(shape('signature')).toEqual([[0, 3]]);
  });
});

describe.skipIf(noSeeds !== '' || noThreads !== '')(`the seeds against their originals${noSeeds}${noThreads}`, () => {
  it.each([
    ['000', 'seed000-original.eml'],
    ['001', 'seed001-original.eml'],
    ['003', 'seed003-original-body-transcribed.eml'],
    ['004', 'seed004-original-transcribed.eml'],
  ] as const)('seed %s and %s: the same kinds at the same depths by the same speakers', async (seed, original) => {
    const page = ONLY(await readShared(`seeds/${SEEDS[seed]}.txt`));
    const raw = ONLY(await readShared(`mail-samples/seed-threads/${original}`));
    const view = (blocks: readonly Block[]) => blocks.map((block) => [block.depth, block.speaker, block.kind]);
    expect(view(page)).toEqual(view(raw));
  });

  it('the raw thread of seed 000: 29 mails, each under its parent, four patches of three authors', async () => {
    const thread = await readShared('mail-samples/seed-threads/seed000-thread-mlock2-selftest.mbox');
    const ids = new Set(thread.messages.map((message) => message.id));
    expect([ids.size, thread.messages.filter((message) => message.parent === undefined).length]).toEqual([29, 1]);
    expect(thread.messages.every((message) => message.parent === undefined || ids.has(message.parent.id))).toBe(true);
    expect(thread.patches.map((patch) => [patch.kind, patch.author])).toEqual([
      ['posted', 'Rafael Aquini'],
      ['reply', 'Rafael Aquini'],
      ['reply', 'Michal Hocko'],
      ['reply', 'Michal Hocko'],
    ]);
    expect(thread.messages.find((message) => message.id === '20200323150259.GD23364@optiplex-lnx')).toMatchObject({
      date: '2020-03-23T15:02:59Z',
      parent: { id: '20200323145106.GM7524@dhcp22.suse.cz', how: 'in-reply-to', guessed: false },
    });
  });

  it('the raw thread of seed 001: 24 mails, 16 patches in one series', async () => {
    const thread = await readShared('mail-samples/seed-threads/seed001-thread-memcg-lru-lock-v11.mbox');
    expect([thread.messages.length, thread.messages.filter((message) => message.parent === undefined).length]).toEqual([
      24, 1,
    ]);
    expect(
      thread.series.map((series) => [series.subject, series.version, series.patches.length, series.missing]),
    ).toEqual([['per memcg lru lock', 11, 16, []]]);
    expect(
      thread.patches.flatMap((patch) => patch.files.flatMap((file) => file.hunks)).every((hunk) => hunk.complete),
    ).toBe(true);
  });
});
