import { describe, expect, it } from 'vitest';
import type { Message, Thread } from '../../src/types.ts';
import { mail, missing, readSharedWhole, readWhole } from './mails.ts';

const mbox = (mails: readonly string[]) =>
  mails.map((each) => `From a@x Mon Jan  1 00:00:00 2024\n${each}\n\n`).join('');

/** Speaker, stated date and parent of each virtual message. */
function virtual(thread: Thread): [string, string | undefined, string | undefined][] {
  const names = new Map(thread.messages.map((message) => [message.id, message.from]));
  return thread.messages
    .filter((message) => message.virtual)
    .map((message) => [message.from, message.rawDate, names.get(message.parent?.id ?? '')]);
}

const BO = 'On Mon, 1 Jan 2024 10:20:00 +0000, Bo Reader wrote:';
const FIRST = 'the first mail asks about the lock';
const SECOND = 'the second mail answers with a barrier';
const chain = mail(`${BO}\n> On Sun, 31 Dec 2023, Cy Writer wrote:\n>\n> > ${FIRST}\n>\n> ${SECOND}\n\nmine\n`, {
  'In-Reply-To': '<bo@x>',
  References: '<cy@x> <bo@x>',
});

describe('messages known only from quotes', () => {
  it('each quoted turn is one, with its speaker, its stated date and the ids that References names', async () => {
    const thread = await readWhole(chain);
    expect(virtual(thread)).toEqual([
      ['Cy Writer', 'Sun, 31 Dec 2023', undefined],
      ['Bo Reader', 'Mon, 1 Jan 2024 10:20:00 +0000', 'Cy Writer'],
    ]);
    expect(thread.messages.map((message) => message.id)).toEqual(['cy@x', 'bo@x', '1@example.org']);
    expect(thread.messages[1]?.blocks.map((block) => [block.depth, block.kind, block.text])).toEqual([
      [0, 'attribution', 'On Sun, 31 Dec 2023, Cy Writer wrote:'],
      [0, 'prose', SECOND],
    ]);
    expect(thread.ghosts).toEqual([]);
  });

  it('the real mail takes the place of the virtual one when it appears', async () => {
    const real = mail(`${SECOND}\n`, {
      From: 'Bo Reader <bo@x>',
      'Message-ID': '<bo@x>',
      Date: 'Mon, 1 Jan 2024 10:20:11 +0000',
    });
    const thread = await readWhole(mbox([real, chain]));
    expect(virtual(thread)).toEqual([['Cy Writer', 'Sun, 31 Dec 2023', undefined]]);
    expect(thread.messages.find((message) => message.id === 'bo@x')?.virtual).toBe(false);
  });

  it('two mails that quote the same missing one make one virtual message of both parts', async () => {
    const quote = (text: string, id: string) =>
      mail(`On Mon, 1 Jan 2024 10:20:00 +0000, Bo Reader wrote:\n> ${text}\n\nreply of ${id}\n`, {
        From: `${id} <${id}@x>`,
        'Message-ID': `<${id}@x>`,
        'In-Reply-To': '<gone@x>',
      });
    const thread = await readWhole(
      mbox([quote('one telling line of the mail', 'a'), quote('another telling line of it', 'b')]),
    );
    expect(virtual(thread).map(([from]) => from)).toEqual(['Bo Reader']);
    expect(thread.messages.filter((message) => message.parent?.id === 'gone@x').length).toBe(2);
    expect(thread.messages.find((message) => message.virtual)?.blocks.length).toBe(2);
  });

  it('a parent that nothing quotes is a ghost', async () => {
    expect((await readWhole(mail('text\n', { 'In-Reply-To': '<gone@x>' }))).ghosts).toEqual(['gone@x']);
  });

  it('two mails of one person at two times stay two, whatever their zones', async () => {
    const text = `On Tue, Jul 18, 2023 at 6:32 PM Bo Reader wrote:\n> On 7/18/23 06:48, Bo Reader wrote:\n> > ${FIRST}\n> ${SECOND}\n`;
    expect(virtual(await readWhole(mail(text))).length).toBe(2);
    const twelve = text.replace('06:48', '06:32');
    expect(virtual(await readWhole(mail(twelve))).length).toBe(2);
  });
});

describe('a mail that repeats its own words', () => {
  it('is not the one it quotes', async () => {
    const text = `${FIRST}\n${SECOND}\n`;
    const thread = await readWhole(mail(`${text}\n> ${FIRST}\n> ${SECOND}\n`));
    expect(virtual(thread)).toEqual([['unknown', undefined, undefined]]);
  });
});

describe('mail without ids', () => {
  const root = mail('the root of the thread says this\nand it says that as well\n', { 'Message-ID': '<r@x>' });
  const answer = (quote: string) =>
    mail(`${quote}\n\nmine\n`, {
      From: 'Bo <b@x>',
      'Message-ID': '<b@x>',
      Date: 'Wed, 3 Jan 2024 03:04:05 +0100',
      Subject: 'another subject',
    });
  const parent = async (quote: string): Promise<Message['parent']> =>
    (await readWhole(mbox([root, answer(quote)]))).messages.find((message) => message.id === 'b@x')?.parent;

  it('is linked by two lines it quotes, for sure', async () => {
    expect(await parent('> the root of the thread says this\n> and it says that as well')).toEqual({
      id: 'r@x',
      how: 'quote',
      guessed: false,
      matched: 2,
    });
  });

  it('is linked by one line, as a guess', async () => {
    expect(await parent('> the root of the thread says this')).toEqual({
      id: 'r@x',
      how: 'quote',
      guessed: true,
      matched: 1,
    });
  });

  it('is linked by the name and the minute that its attribution states, in any zone', async () => {
    const by = (date: string) => parent(`On ${date}, Ann Author wrote:\n> [all of it trimmed]`);
    expect(await by('Tue, Jan 2, 2024 at 2:04 AM')).toMatchObject({ id: 'r@x', how: 'attribution', guessed: false });
    expect((await by('Tue, Jan 2, 2024 at 2:11 AM'))?.id).not.toBe('r@x');
  });
});

const noSeeds = missing('seeds');

describe.skipIf(noSeeds !== '')(`the seeds and who is quoted in them${noSeeds}`, () => {
  it('seed 000: eight messages known only from quotes, the innermost two of nobody known', async () => {
    expect(virtual(await readSharedWhole('seeds/000_0c551f96f09144a6.txt'))).toEqual([
      ['unknown', undefined, undefined],
      ['unknown', undefined, 'unknown'],
      ['Rafael Aquini', 'Sat, 21 Mar 2020 22:03:26 -0400', 'unknown'],
      ['Andrew Morton', 'Sat, Mar 21, 2020 at 9:31 PM', 'Rafael Aquini'],
      ['Shakeel Butt', 'Sun 22-03-20 09:36:49', 'Andrew Morton'],
      ['Michal Hocko', 'Mon, Mar 23, 2020 at 08:52:08AM +0100', 'Shakeel Butt'],
      ['Rafael Aquini', 'Mon 23-03-20 10:42:40', 'Michal Hocko'],
      ['Michal Hocko', 'Mon, Mar 23, 2020 at 03:51:06PM +0100', 'Rafael Aquini'],
    ]);
  });

  it('seed 001: Alex Shi, Hugh Dickins behind the mojibake, and the diffstat of nobody known', async () => {
    expect(virtual(await readSharedWhole('seeds/001_af3e61d481365817.txt')).map(([from]) => from)).toEqual([
      'unknown',
      'Hugh Dickins',
      'Alex Shi',
    ]);
  });

  it('seed 003: eight of three people, each answering the next', async () => {
    expect(
      virtual(await readSharedWhole('seeds/003_a1b80ebfd62945eb.txt')).map(
        ([from, date]) => `${from}, ${date?.replace('\u202f', ' ')}`,
      ),
    ).toEqual([
      'Yu Zhao, 7/15/2023 2:06 PM',
      'Yin, Fengwei, Sun, Jul 16, 2023 at 6:00 PM',
      'Yu Zhao, 7/17/23 08:35',
      'Yin Fengwei, Sun, Jul 16, 2023 at 6:58 PM',
      'Yosry Ahmed, 7/19/23 06:48',
      'Yin Fengwei, Tue, Jul 18, 2023 at 4:47 PM',
      'Yosry Ahmed, Tue, Jul 18, 2023 at 6:32 PM',
      'Yosry Ahmed, 7/19/23 09:52',
    ]);
  });

  it('seed 004: four of two people', async () => {
    expect(
      virtual(await readSharedWhole('seeds/004_53e7d2f40c5b0243.txt')).map(([from, date]) => `${from}, ${date}`),
    ).toEqual([
      'Michal Hocko, Tue, 20 Nov 2018',
      'Hugh Dickins, Tue 20-11-18 17:47:21',
      'Michal Hocko, Wed, 21 Nov 2018',
      'Hugh Dickins, Wed 21-11-18 18:27:11',
    ]);
  });
});

const noThreads = missing('mail-samples/seed-threads');

describe.skipIf(noThreads !== '')(`whole threads${noThreads}`, () => {
  it.each([
    ['seed000-thread-mlock2-selftest.mbox', 29],
    ['seed001-thread-memcg-lru-lock-v11.mbox', 24],
  ] as const)('%s: every quote is led home to one of the %i mails', async (file, count) => {
    const thread = await readSharedWhole(`mail-samples/seed-threads/${file}`);
    expect([thread.messages.length, virtual(thread), thread.ghosts]).toEqual([count, [], []]);
  });

  it("seed 000: the acks of the counter-patch are its own, and no trailer of the replies is the posted patch's", async () => {
    const thread = await readSharedWhole('mail-samples/seed-threads/seed000-thread-mlock2-selftest.mbox');
    const counter = '20200324154218.GS19542@dhcp22.suse.cz';
    const signs = (id: string) =>
      thread.trailers
        ?.filter((trailer) => trailer.to === id && /-by$/.test(trailer.name))
        .map((trailer) => `${trailer.name}: ${trailer.speaker}`);
    expect(signs(counter)).toEqual([
      'Reported-by: Michal Hocko',
      'Signed-off-by: Michal Hocko',
      'Acked-by: Rafael Aquini',
    ]);
    expect(signs('20200322013525.1095493-1-aquini@redhat.com')).toEqual(['Signed-off-by: Rafael Aquini']);
  });

  it('seed 000: the fragment at depth 8 is led back to the second hunk of the posted patch', async () => {
    const thread = await readSharedWhole('mail-samples/seed-threads/seed000-thread-mlock2-selftest.mbox');
    const fragment = thread.quoted?.find((each) => each.messageId === '20200323150259.GD23364@optiplex-lnx');
    expect(fragment).toMatchObject({
      depth: 8,
      speaker: 'Rafael Aquini',
      hunk: { complete: false, oldLines: 0 },
      anchor: { patch: '20200322013525.1095493-1-aquini@redhat.com', hunk: 1, how: 'lines' },
    });
  });
});
