import { describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../src/knowledge.ts';
import { readThread } from '../../src/mail/read.ts';
import { postedVariants } from '../../src/review/variants.ts';
import type { KernelSource } from '../../src/types.ts';

const knowledge = await loadKnowledge(new URL('../../rules', import.meta.url).pathname);

const BOX = `static int box_take(struct box *box)
{
	int n;

	n = box->count;
	if (!n)
		return 0;
	box->count = n - 1;
	return 1;
}
`;

const source: KernelSource = {
  kind: 'model',
  name: 'box',
  paths: ['mm/box.c'],
  read: (path) => (path === 'mm/box.c' ? { path, text: BOX } : undefined),
};

/** A reply with one hunk. */
const reply = (n: number, hunk: readonly string[]): string =>
  [
    'From mboxrd@z Thu Jan  1 00:00:00 1970',
    `From: P${n} <p${n}@example.org>`,
    `Date: Mon, 4 Sep 2023 1${n}:00:00 +0000`,
    'Subject: Re: the box',
    `Message-ID: <${n}@example.org>`,
    'In-Reply-To: <0@example.org>',
    '',
    'What about this?',
    '',
    '--- a/mm/box.c',
    '+++ b/mm/box.c',
    ...hunk,
    '',
    '',
  ].join('\n');

const FIRST = ['@@ -4,4 +4,5 @@', ' ', ' \tn = box->count;', '+\tsmp_rmb();', ' \tif (!n)', ' \t\treturn 0;'];
const SECOND = [
  '@@ -5,4 +5,5 @@',
  ' \tn = box->count;',
  ' \tsmp_rmb();',
  '+\tbox->count = n;',
  ' \tif (!n)',
  ' \t\treturn 0;',
];
const STRANGE = [
  '@@ -5,4 +5,5 @@',
  ' \tm = box->other;',
  ' \tsmp_wmb();',
  '+\tbox->count = n;',
  ' \tif (!m)',
  ' \t\treturn 1;',
];

async function told(hunks: readonly (readonly string[])[]): Promise<string[]> {
  const mails = hunks.map((hunk, index) => reply(index + 1, hunk)).join('');
  const thread = await readThread(new TextEncoder().encode(mails), 'thread.mbox');
  return postedVariants(knowledge, thread, source).map(({ id, after, notes }) =>
    `${id}: ${after === undefined ? 'refused' : 'applied'} ${notes.join()}`.trim(),
  );
}

describe('a diff of a reply', () => {
  it('that does not fit the base is tried on the code with another one', async () => {
    expect(await told([FIRST, SECOND])).toEqual([
      'reply-1: applied',
      'reply-2: applied on the code with reply-1: it does not fit the base',
    ]);
    expect(await told([SECOND, FIRST])).toEqual([
      'reply-1: applied on the code with reply-2: it does not fit the base',
      'reply-2: applied',
    ]);
  });

  it('that fits neither is refused', async () => {
    expect(await told([FIRST, STRANGE])).toEqual(['reply-1: applied', 'reply-2: refused']);
  });
});
