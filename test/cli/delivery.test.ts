import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  heldBack,
  isAskedFor,
  readEnvelopes,
  readTold,
  recipientsOf,
  type Told,
  writeTold,
} from '../../src/cli/delivery.ts';
import { run } from '../../src/cli/program.ts';

const dir = mkdtempSync(join(tmpdir(), 'relore-delivery-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MM = 'linux-mm@kvack.org';
const mail = { from: 'Ada@Example.org', recipients: ['bo@example.org', MM, 'linux-kernel@vger.kernel.org'] };

describe('who may be written to', () => {
  it('is the author and the lists of the mail, when both asked', () => {
    expect(recipientsOf(mail, { lists: [MM], people: ['ada@example.org'] })).toEqual({
      to: 'Ada@Example.org',
      cc: [MM],
    });
  });

  it('is nobody when only the list asked, only the author, or somebody who was copied', () => {
    expect(recipientsOf(mail, { lists: [MM] })).toBeUndefined();
    expect(recipientsOf(mail, { people: ['ada@example.org'] })).toBeUndefined();
    expect(recipientsOf(mail, { lists: [MM], people: ['bo@example.org'] })).toBeUndefined();
    expect(recipientsOf(mail, { lists: ['netdev@vger.kernel.org'], people: ['ada@example.org'] })).toBeUndefined();
  });
});

describe('whether a series is asked for', () => {
  it('needs what is named, and no more', () => {
    expect(isAskedFor(mail, {})).toBe(true);
    expect(isAskedFor(mail, { lists: [MM] })).toBe(true);
    expect(isAskedFor(mail, { lists: [MM], people: ['bo@example.org'] })).toBe(false);
    expect(isAskedFor({ from: undefined, recipients: [MM] }, { people: ['ada@example.org'] })).toBe(false);
  });
});

describe('how often the command of a watch runs', () => {
  const told = (scenario: string, day = '2026-11-21'): Told => ({ day, scenarios: [scenario] });
  const next = { day: '2026-11-21', scenarios: ['lruvec-stability/S5m', 'shm-unlock/S3'] };

  it('is bounded a day', () => {
    const two = [told('a/S1'), told('b/S1')];
    expect(heldBack(two, next, 3)).toBeUndefined();
    expect(heldBack([...two, told('c/S1')], next, 3)).toBe('3 series were told today: --most');
    expect(heldBack([...two, told('c/S1', '2026-11-20')], next, 3)).toBeUndefined();
  });

  it('ends for a scenario that three series of a day opened', () => {
    const same = [told('shm-unlock/S3'), told('shm-unlock/S3')];
    expect(heldBack(same, next, 9)).toBeUndefined();
    expect(heldBack([...same, told('shm-unlock/S3')], next, 9)).toBe(
      'shm-unlock/S3 was opened by 3 series today: look for one cause',
    );
  });

  it('is kept in a file, of which only this day counts', async () => {
    const file = join(dir, 'state', 'a.told.json');
    expect(await readTold(file, '2026-11-21')).toEqual([]);
    await writeTold(file, [told('a/S1'), told('b/S1', '2026-11-20')]);
    expect(await readTold(file, '2026-11-21')).toEqual([told('a/S1')]);
    writeFileSync(file, '{');
    await expect(readTold(file, '2026-11-21')).rejects.toThrow('what an earlier watch wrote');
  });
});

describe('envelopes', () => {
  const read = async (header: string) =>
    readEnvelopes(Buffer.from(`${header}Message-ID: <m@example.org>\nSubject: s\n\nText.\n`), 'm.eml');

  it('hold To and Cc over folded lines, without names, each once', async () => {
    const header =
      'From: Ada <ada@example.org>\nTo: "Example, Bo" <Bo@Example.org>,\n\tlinux-mm@kvack.org\nCC: =?utf-8?q?=C3=89_X?= <e@example.org>, bo@example.org\n';
    expect((await read(header)).get('m@example.org')).toEqual({
      from: 'ada@example.org',
      recipients: ['bo@example.org', MM, 'e@example.org'],
    });
  });

  it('do not take a name, a body or another field for an address', async () => {
    const header = 'From: ada@example.org\nTo: "x@evil.example" <bo@example.org>\nReply-To: y@evil.example\n';
    expect((await read(header)).get('m@example.org')?.recipients).toEqual(['bo@example.org']);
  });
});

describe('a draft', () => {
  const patch = readFileSync(join(import.meta.dirname, '../../fixtures/patches/lock-then-token.patch'), 'utf8');
  const file = join(dir, 'm.eml');
  writeFileSync(file, patch.replace('Subject:', `To: ${MM}\nCc: bo@example.org\nSubject:`));

  async function headerOf(...args: string[]): Promise<string> {
    const out = join(dir, 'draft.eml');
    const review = ['review', file, '--format', 'reply', '-o', out, '--fail-on', 'never', ...args];
    await run(review);
    return readFileSync(out, 'utf8').split('\n\n')[0] ?? '';
  }

  it('is addressed only when list and author asked', { timeout: 60_000 }, async () => {
    expect(await headerOf('--lists', MM)).not.toMatch(/^(?:To|Cc):/im);
    const asked = await headerOf('--lists', MM, '--people', 'cleo@example.org');
    expect(asked).toMatch(/^To: cleo@example\.org$/m);
    expect(asked).toMatch(/^Cc: linux-mm@kvack\.org$/m);
  });
});
