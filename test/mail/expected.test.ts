import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/mail/form.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Message, Thread } from '../../src/types.ts';
import { filesBelow, missing, readShared, shared } from './mails.ts';

// What the tests of patchwork, b4 and git state of their samples: the rows of EXPECTED.md that no other test here asserts.
const SAMPLES = 'mail-samples';
const absent = missing(SAMPLES);

function text(message: Message | undefined): string {
  return (message?.blocks ?? []).map((block) => block.text).join('\n');
}

describe.skipIf(absent !== '')(`single mails as patchwork's tests state them${absent}`, () => {
  const sample = (name: string) => readShared(`${SAMPLES}/patchwork/mail/${name}.mbox`);

  it.each([
    ['0001-git-pull-request', 'git://git.kernel.org/pub/scm/linux/kernel/git/benh/powerpc.git next'],
    ['0002-git-pull-request-wrapped', 'git://git.kernel.org/pub/scm/linux/kernel/git/benh/powerpc.git next'],
    ['0004-git-pull-request-git+ssh', 'git+ssh://git.kernel.org/pub/scm/linux/kernel/git/benh/powerpc.git next'],
    ['0005-git-pull-request-ssh', 'ssh://git.kernel.org/pub/scm/linux/kernel/git/benh/powerpc.git next'],
    ['0006-git-pull-request-http', 'http://git.kernel.org/pub/scm/linux/kernel/git/benh/powerpc.git next'],
    ['0017-git-pull-request-git-2-14-3', 'git://git.kernel.org/pub/scm/linux/kernel/git/davem/net'],
    [
      '0023-git-pull-request-newline-in-url',
      'https://git.kernel.org/pub/scm/linux/kernel/git/matthias.bgg/linux.git/\ntags/v5.4-next-soc',
    ],
    [
      '0024-git-pull-request-trailing-space',
      'git://git.kernel.org/pub/scm/linux/kernel/git/nsekhar/linux-davinci.git tags/davinci-for-v5.6/soc',
    ],
  ])('%s: the URL to pull from is in its prose, and it is no patch', async (name, url) => {
    const thread = await sample(name);
    const prose = thread.messages[0]?.blocks.filter((block) => block.kind === 'prose').map((block) => block.text);
    expect(prose?.join('\n').replace(/ +$/gm, '')).toContain(url);
    expect(thread.patches).toEqual([]);
  });

  it('0003: a pull request with its diff has both', async () => {
    const thread = await sample('0003-git-pull-request-with-diff');
    expect(text(thread.messages[0])).toContain('tip/linux-2.6-tip.git x86-fixes-for-linus');
    expect(thread.patches[0]?.files[0]?.newPath).toBe('arch/x86/include/asm/smp.h');
  });

  it('0007: a CVS diff begins at its Index line', async () => {
    const [message] = (await sample('0007-cvs-format-diff')).messages;
    expect(message?.blocks.find((block) => block.kind === 'diff')?.text.startsWith('Index')).toBe(true);
  });

  it.each([
    ['0008-git-rename', 2, 0],
    ['0009-git-rename-with-diff', 2, 1],
  ])('%s: %i files are renamed, with %i hunks', async (name, files, hunks) => {
    const [patch] = (await sample(name)).patches;
    expect(patch?.files.filter((file) => file.oldPath !== file.newPath).length).toBe(files);
    expect(patch?.files.flatMap((file) => file.hunks).length).toBe(hunks);
    if (hunks === 1)
      expect(patch?.files.flatMap((file) => file.hunks)[0]?.lines.filter((line) => line[0] !== ' ')).toEqual([
        '-a',
        '+b',
      ]);
  });

  it('0010: a charset that does not exist loses neither the message nor the diff', async () => {
    const thread = await sample('0010-invalid-charset');
    expect(thread.patches[0]?.files[0]?.hunks.every((hunk) => hunk.complete)).toBe(true);
    expect(thread.messages[0]?.blocks.some((block) => block.kind === 'prose')).toBe(true);
  });

  it('0011: two marks of a missing line end stand in the diff, none in the message', async () => {
    const [message] = (await sample('0011-no-newline-at-end-of-file')).messages;
    const marks = (kind: 'diff' | 'prose') =>
      (message?.blocks ?? [])
        .filter((block) => block.kind === kind)
        .flatMap((block) => block.text.match(/^\\ No newline at end of file$/gm) ?? []).length;
    expect([marks('diff'), marks('prose')]).toEqual([2, 0]);
  });

  it.each([
    '0012-invalid-header-char',
    '0013-with-utf8-body',
    '0014-with-unencoded-utf8-headers',
    '0015-with-invalid-utf8-headers',
    '0016-no-subject',
    '0019-multipart-patch',
  ])('%s: diff and message are read, without markup', async (name) => {
    const thread = await sample(name);
    expect(thread.patches.length).toBe(1);
    expect(text(thread.messages[0])).not.toContain('<div');
    if (name === '0016-no-subject') expect(thread.messages[0]?.subject).toBe('');
  });

  it('0020: a comment in two parts is its text', async () => {
    const [message] = (await sample('0020-multipart-comment')).messages;
    expect(text(message).length).toBeGreaterThan(50);
    expect(text(message)).not.toContain('<div');
  });

  it('0021, 0022: an empty new file and a mode alone are patches without hunks', async () => {
    const [empty] = (await sample('0021-git-empty-new-file')).patches;
    expect(empty?.files.map((file) => [file.oldPath, file.hunks.length])).toEqual([[undefined, 0]]);
    const [mode] = (await sample('0022-git-mode-change')).patches;
    expect(mode?.files.map((file) => [file.modes?.length, file.hunks.length])).toEqual([[2, 0]]);
  });

  it.each([
    ['0025-git-add-binary-file', [true], ['literal 142', 'literal 0']],
    ['0026-git-add-mixed-binary-text-files', [true, undefined], ['literal 142', 'literal 0']],
    ['0027-git-modify-binary-file', [true], ['literal 0', 'literal 142']],
  ])('%s: which files are binary is known, and their data is in the diff', async (name, binary, words) => {
    const thread = await sample(name);
    expect(thread.patches[0]?.files.map((file) => file.binary)).toEqual(binary);
    const diff = thread.messages[0]?.blocks.filter((block) => block.kind === 'diff').map((block) => block.text);
    for (const word of ['GIT binary patch', ...words]) expect(diff?.join('\n')).toContain(word);
  });

  it('fuzzed mails: each gives its mails with dates that exist and names that fit', async () => {
    const files = filesBelow('patchwork/fuzz', /\.mbox$/);
    expect(files.length).toBe(17);
    for (const file of files) {
      const thread = await readShared(file);
      const form = await readForm(readFileSync(shared(file)), file);
      expect(thread.messages.length, file).toBeGreaterThan(0);
      expect(thread.messages.length, file).toBeLessThanOrEqual(form.mails.length + 1);
      for (const { id, from, date, blocks } of thread.messages) {
        expect(id, file).not.toMatch(/[\s<>]/);
        expect(from.length, file).toBeLessThanOrEqual(2_000);
        if (date !== undefined) expect(new Date(date).toISOString().slice(0, 19), file).toBe(date.slice(0, 19));
        for (const { span } of blocks) expect(span[0] <= span[1], file).toBe(true);
      }
    }
  });
});

describe.skipIf(absent !== '')(`git's mailinfo goldens${absent}`, () => {
  const FOLDER = `${SAMPLES}/git-t5100`;
  const golden = (name: string) => readFileSync(shared(`${FOLDER}/${name}`), 'utf8');

  async function mailsOf(name: string): Promise<Thread[]> {
    const form = await readForm(readFileSync(shared(`${FOLDER}/${name}`)), name);
    const threads: Thread[] = [];
    for (const raw of form.mails) {
      const bytes = Buffer.concat([
        Buffer.from('X-Read-As: mail\nMIME-Version: 1.0\n'),
        form.source.subarray(raw.start, raw.end),
      ]);
      threads.push(await readThread(bytes, name));
    }
    return threads;
  }

  /** Where we differ on purpose: a comment behind an address is no part of the name of a speaker. */
  const NAMES: Readonly<Record<number, string>> = { 4: 'Nathaniel Borenstein' };

  it('rfc2047: the eleven senders and subjects', async () => {
    const threads = await mailsOf('rfc2047-samples.mbox');
    expect(threads.length).toBe(11);
    for (const [index, thread] of threads.entries()) {
      const info = golden(`rfc2047-info-${String(index + 1).padStart(4, '0')}`);
      const author = /^Author: (.*)$/m.exec(info)?.[1];
      const subject = /^Subject: (.*)$/m.exec(info)?.[1];
      expect([index + 1, thread.messages[0]?.subject]).toEqual([index + 1, subject?.replace(/^Re: /, '')]);
      if (author !== undefined && author !== '') expect(thread.messages[0]?.from).toBe(NAMES[index + 1] ?? author);
    }
  });

  it('quoted-cr: base64 with CR at the line ends gives the message and its patch', async () => {
    const threads = await mailsOf('quoted-cr.mbox');
    const message = golden('quoted-cr-msg').replace(/%%/g, '\r'); // CR, as git's test writes it
    for (const thread of threads) {
      expect(thread.messages[0]).toMatchObject({ from: 'A U Thor', address: 'mail@example.com' });
      expect(text(thread.messages[0])).toContain(message.split('\n')[0]?.trim());
      expect(thread.patches.length).toBe(1);
    }
  });

  it('nul-plain, nul-b64: NUL bytes stay where they are', async () => {
    for (const [name, expected] of [
      ['nul-plain', 'nul-plain'],
      ['nul-b64.in', 'nul-b64.expect'],
    ] as const) {
      const thread = await readThread(readFileSync(shared(`${FOLDER}/${name}`)), name);
      const lines = new Set(
        text(thread.messages[0])
          .split('\n')
          .map((line) => line.trim()),
      );
      const nul = golden(expected)
        .split('\n')
        .filter((line) => line.includes('\0'));
      expect(nul.length, name).toBeGreaterThan(0);
      expect(
        nul.filter((line) => !lines.has(line.trim())),
        name,
      ).toEqual([]);
    }
  });

  it('the messages of the eighteen samples: every line git keeps is read at depth 0', async () => {
    const whole = readFileSync(shared(`${FOLDER}/sample.mbox`)).toString('latin1');
    const starts = [...whole.matchAll(/^From .*\d{2}:\d{2}.*\n/gm)];
    for (const [index, start] of starts.entries()) {
      const raw = whole.slice(start.index + start[0].length, starts[index + 1]?.index ?? whole.length);
      const thread = await readThread(Buffer.from(raw, 'latin1'), 'sample');
      const blocks = thread.messages.filter((each) => !each.virtual).flatMap((each) => each.blocks);
      const lines = new Set(
        blocks.flatMap((block) => (block.depth === 0 ? block.text.split('\n') : [])).map((line) => line.trim()),
      );
      const kept = golden(`msg${String(index + 1).padStart(4, '0')}`).split('\n');
      const lost = kept.filter((line) => line.trim() !== '' && !line.startsWith('>') && !lines.has(line.trim()));
      expect([index + 1, lost]).toEqual([index + 1, []]);
    }
  });
});

describe.skipIf(absent !== '')(`what b4 verifies of the threads it reads${absent}`, () => {
  /** Titles and trailers of the commits of a .verify file, oldest first; lines with an address alone begin each. */
  function commits(name: string): { title: string; trailers: string[] }[] {
    const parts = readFileSync(shared(`${SAMPLES}/b4/${name}.verify`), 'utf8').split(/^(?:\S+@\S+\n)+/m);
    return parts
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const lines = part.split('\n').filter((line) => line !== '---');
        const trailers = lines.filter(
          (line) => /^[A-Z][a-z]+(?:-[a-z]+)*-by: /.test(line) && !line.includes('Test Override'),
        );
        return { title: lines[0] ?? '', trailers: trailers.sort() };
      })
      .reverse();
  }

  it.each([
    ['shazam-git1-just-series', 'shazam-git1-just-series-defaults'],
    ['trailers-thread-with-followups', 'trailers-thread-with-followups'],
    ['trailers-thread-with-cover-followup', 'trailers-thread-with-cover-followup'],
  ])('%s: the titles in order, and the trailers of each', async (name, verify) => {
    const thread = await readShared(`${SAMPLES}/b4/${name}.mbox`);
    const [series] = thread.series;
    const found = (series?.patches ?? []).map((id) => {
      const given = (thread.trailers ?? []).filter(
        (trailer) =>
          /-by$/.test(trailer.name) && (trailer.to === id || trailer.series === 0) && trailer.mismatch !== true,
      );
      return {
        title: thread.patches.find((patch) => patch.id === id)?.title ?? '',
        trailers: [...new Set(given.map((each) => `${each.name}: ${each.value}`))].sort(),
      };
    });
    expect(found).toEqual(commits(verify));
  });
});
