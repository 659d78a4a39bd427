import { describe, expect, it } from 'vitest';
import { readArchive, streamThreads } from '../../src/mail/archive.ts';
import { mail } from './mails.ts';

const RD = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n';

function archiveOf(mails: readonly string[], size: number) {
  const bytes = Buffer.from(mails.map((each) => `${RD}${each}\n`).join(''));
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const read = async (from: number, to: number) => bytes.subarray(from, to);
  return { bytes, archive: { name: 'box', chunks, read } };
}

/** Two threads whose mails alternate, a reply before its root, and a reply without ids. */
const MAILS = [
  mail('> root of one\n\nanswer\n', { 'Message-ID': '<1b@x>', 'In-Reply-To': '<1a@x>', Subject: 'Re: one' }),
  mail('root of two\n', { 'Message-ID': '<2a@x>', Subject: 'two' }),
  mail('root of one\n', { 'Message-ID': '<1a@x>', Subject: 'one' }),
  mail('late\n', { 'Message-ID': '<2c@x>', References: '<2a@x> <2gone@x>', Subject: 'Re: two' }),
  mail('by its title\n', { 'Message-ID': '<1c@x>', Subject: 'Re: one' }),
];

describe('an archive', () => {
  it('gives its mails one by one, with their blocks and their places', async () => {
    const { bytes, archive } = archiveOf(MAILS, 100);
    const found: string[] = [];
    for await (const { mail: each, from, to, blocks } of readArchive(archive.chunks(), 'box')) {
      found.push(`${each.id} ${(await blocks()).length}`);
      expect(bytes.toString('latin1', from, to)).toContain(each.id);
    }
    expect(found).toEqual(['1b@x 2', '2a@x 1', '1a@x 1', '2c@x 1', '1c@x 1']);
  });

  it('gives its threads whole, in the order of their first mails, and where their bytes came from', async () => {
    const { bytes, archive } = archiveOf(MAILS, 70);
    const ids: string[][] = [];
    for await (const { thread, bytes: own, pieces } of streamThreads(archive)) {
      ids.push(
        thread.messages
          .filter((message) => !message.virtual)
          .map((message) => message.id)
          .sort(),
      );
      for (const [index, { at, from }] of pieces.entries()) {
        const end = pieces[index + 1]?.at ?? own.length;
        expect(Buffer.from(own).toString('latin1', at, end)).toBe(bytes.toString('latin1', from, from + end - at));
      }
    }
    expect(ids).toEqual([
      ['1a@x', '1b@x', '1c@x'],
      ['2a@x', '2c@x'],
    ]);
  });

  it('that is no mbox is refused', async () => {
    const { archive } = archiveOf([], 10);
    await expect(readArchive(archive.chunks(), 'box').next()).rejects.toThrow('box: expected an mbox');
  });
});
