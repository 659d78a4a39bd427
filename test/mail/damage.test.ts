import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Hunk, Thread } from '../../src/types.ts';
import { mail } from './mails.ts';

const DIFF = [
  'diff --git a/mm/x.c b/mm/x.c',
  'index 1111111..2222222 100644',
  '--- a/mm/x.c',
  '+++ b/mm/x.c',
  '@@ -10,4 +10,5 @@ static void f(void)',
  ' {',
  '-\told();',
  '+\tnew();',
  '+\tmore();',
  ' ',
  ' }',
  '@@ -40,3 +41,3 @@',
  ' a',
  '-b',
  '+c',
  ' d',
];
const BODY = [
  'On 7/19/23 09:52, Bo Reader wrote:',
  '> On Tue, Jul 18, 2023 at 6:32 PM Cy Other <cy@example.org> wrote:',
  '>> CPU0          CPU1',
  '>> take(a)',
  '>>               drop(a)',
  '>',
  '> Reviewed-by: Bo Reader <bo@example.org>',
  '',
  ...DIFF,
  '-- ',
  'Ann',
];
const SAMPLE = mail(BODY.join('\n'), { Subject: 'Re: [PATCH] mm: x' });

/** Reads damaged bytes; an InputError is an answer, anything else thrown is not. */
async function readDamaged(bytes: Uint8Array): Promise<Thread | undefined> {
  try {
    return await readThread(bytes, 'damaged');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return undefined;
  }
}

function isTrue(hunk: Hunk): boolean {
  const old = hunk.lines.filter((line) => !line.startsWith('+')).length;
  const fresh = hunk.lines.filter((line) => !line.startsWith('-')).length;
  return old === hunk.oldLines && fresh === hunk.newLines;
}

/** Blocks in order, none overlapping, all inside the source; complete hunks count true. */
function expectSound(thread: Thread | undefined, size: number): void {
  for (const message of thread?.messages ?? []) {
    let end = 0;
    for (const block of message.blocks) {
      expect(block.span[0]).toBeGreaterThanOrEqual(end);
      end = block.span[1];
      expect(end).toBeLessThanOrEqual(size);
    }
  }
  const hunks = (thread?.patches ?? []).flatMap((patch) => patch.files.flatMap((file) => file.hunks));
  for (const hunk of hunks) expect(hunk.complete && !isTrue(hunk)).toBe(false);
}

describe('damaged mail', () => {
  it('a mail cut at any byte is read or refused, and a cut hunk is never complete', async () => {
    const bytes = Buffer.from(SAMPLE);
    const whole = (await readDamaged(bytes))?.patches[0]?.files[0]?.hunks.map((hunk) => hunk.complete);
    expect(whole).toEqual([true, true]);
    for (let cut = 0; cut < bytes.length; cut++) expectSound(await readDamaged(bytes.subarray(0, cut)), cut);
  });

  it('a mail with any one line of its diff removed has no complete hunk where the line was', async () => {
    for (let at = 5; at < DIFF.length; at++) {
      if (at === 11) continue;
      const lines = DIFF.filter((_, index) => index !== at);
      const thread = await readDamaged(Buffer.from(mail(lines.join('\n'), { Subject: '[PATCH] mm: x' })));
      expect(thread?.patches[0]?.files[0]?.hunks[at < 11 ? 0 : 1]?.complete, DIFF[at]).toBe(false);
    }
  });

  it('lines doubled, dropped, re-wrapped, re-quoted or with collapsed blanks never throw and never count wrong', async () => {
    const damage = fc.constantFrom<(line: string) => string[]>(
      (line) => [line, line],
      () => [],
      (line) => [line.slice(0, 12), line.slice(12)],
      (line) => [`> ${line}`],
      (line) => [line.replace(/^> ?/, '')],
      (line) => [line.replace(/[ \t]+/g, ' ').trim()],
      (line) => [`${line}\r`],
      (line) => [`${line}\0\ufffd`],
      (line) => [line, '', '>'],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(BODY.length - 1), damage), { maxLength: 6 }), async (changes) => {
        const lines = BODY.map((line) => [line]);
        for (const [at, change] of changes) lines[at] = (lines[at] ?? []).flatMap(change);
        const bytes = Buffer.from(mail(lines.flat().join('\n'), { Subject: '[PATCH] mm: x' }));
        expectSound(await readDamaged(bytes), bytes.length);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it('any bytes are read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (noise, headed) => {
        const bytes = headed ? Buffer.concat([Buffer.from(mail('')), noise]) : noise;
        expectSound(await readDamaged(bytes), bytes.length);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  const FORMS: readonly (readonly [string, string])[] = [
    ['an mbox', `From mboxrd@z Thu Jan  1 00:00:00 1970\n${SAMPLE}\n\nFrom a@x Tue Jan  2 03:04:05 2024\n${SAMPLE}`],
    [
      'a mail in parts',
      mail(
        `--b\nContent-Transfer-Encoding: quoted-printable\n\n=3E quoted=\n text\n--b\nContent-Type: message/rfc822\n\n${SAMPLE}\n--b\nContent-Type: text/x-patch\nContent-Transfer-Encoding: base64\n\n${Buffer.from(DIFF.join('\n')).toString('base64')}\n--b--\n`,
        { 'Content-Type': 'multipart/mixed; boundary=b' },
      ),
    ],
    ['a mail in one line', `${BODY.join(' ')} ${BODY.slice(0, 7).join(' ').repeat(6)}`.replace(/\s+/g, ' ')],
    ['an archive page', `Re: q\n\nFrom: Ann\nDate: Tue Jul 18 2023 - 21:57:49 EST\n\n\n${BODY.join('\n')}\n`],
  ];

  it.each(FORMS)(
    '%s cut at any byte, or with any one byte changed, is read or refused within 2 s',
    async (_form, text) => {
      const bytes = Buffer.from(text);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(bytes.length),
          fc.constantFrom(...Buffer.from('\0 \n>@-+=<"\xff')),
          async (at, byte) => {
            const changed = Buffer.from(bytes);
            if (at < changed.length) changed[at] = byte;
            for (const input of [bytes.subarray(0, at), changed]) {
              const thread = await readDamaged(input);
              const hunks = (thread?.patches ?? []).flatMap((patch) => patch.files.flatMap((file) => file.hunks));
              for (const hunk of [...hunks, ...(thread?.quoted ?? []).map((quoted) => quoted.hunk)])
                expect(hunk.complete && !isTrue(hunk)).toBe(false);
            }
          },
        ),
        { numRuns: 150, seed: 11 },
      );
    },
  );

  it('lines wrapped at 72 columns, collapsed tabs and lost marks in a real size of mail are read', async () => {
    const long = Array.from(
      { length: 3_000 },
      (_, n) => `${'> '.repeat(n % 9)}${BODY[n % BODY.length]} ${'words of a line '.repeat(n % 7)}`,
    );
    const wrapped = long.flatMap((line) => line.match(/.{1,72}/g) ?? []).join('\n');
    for (const body of [
      wrapped,
      wrapped.replace(/\t/g, ' '),
      wrapped.replace(/^> /gm, ''),
      wrapped.replace(/\n/g, ' '),
    ]) {
      await readDamaged(Buffer.from(mail(body)));
      await readDamaged(Buffer.from(body));
    }
  });
});
