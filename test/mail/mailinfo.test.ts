import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readThread } from '../../src/mail/read.ts';
import { parseSubject } from '../../src/mail/subject.ts';
import type { Thread } from '../../src/types.ts';
import { missing, shared } from './mails.ts';

const FOLDER = 'mail-samples/git-t5100';
const absent = missing(FOLDER);

const golden = (name: string) => readFileSync(shared(`${FOLDER}/${name}`), 'utf8');

/** The mails of git's sample, split as git-mailsplit does: at every `From ` line that begins a line. */
function samples(): Buffer[] {
  const text = readFileSync(shared(`${FOLDER}/sample.mbox`)).toString('latin1');
  const starts = [...text.matchAll(/^From .*\d{2}:\d{2}.*\n/gm)];
  return starts.map((start, index) =>
    Buffer.from(text.slice(start.index + start[0].length, starts[index + 1]?.index ?? text.length), 'latin1'),
  );
}

/** `added removed` of each file as git apply counts them in the golden patch. */
function numstat(name: string): string[] {
  if (golden(name).trim() === '') return [];
  const out = execFileSync('git', ['apply', '--numstat', shared(`${FOLDER}/${name}`)], { encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((line) => line.split('\t').slice(0, 2).join(' '));
}

function counts(thread: Thread): string[] {
  return (thread.patches[0]?.files ?? []).map((file) => {
    const lines = file.hunks.flatMap((hunk) => hunk.lines);
    return ['+', '-'].map((mark) => lines.filter((line) => line.startsWith(mark)).length).join(' ');
  });
}

/**
 * Where we differ on purpose. 0001: git keeps the comment behind an address in the name; a speaker is known by the name
 * before it. 0015: git takes `From: bogosity` for an author without address; to us a From without an address is text.
 */
const AUTHORS: Readonly<Record<string, string>> = { '0001': 'A (zzz) U Thor', '0015': 'A U Thor' };

describe.skipIf(absent !== '')(`mails as git-mailinfo reads them${absent}`, () => {
  const mails = absent === '' ? samples() : [];
  const rows = mails.map((raw, index) => ({ raw, n: String(index + 1).padStart(4, '0') }));

  it('there are eighteen', () => {
    expect(mails.length).toBe(18);
  });

  it.each(rows)('$n: author, subject and the counts of the diff', async ({ raw, n }) => {
    const name = existsSync(shared(`${FOLDER}/info${n}--scissors`)) ? `${n}--scissors` : n;
    const info = golden(`info${name}`);
    const thread = await readThread(raw, n);
    const patch = thread.patches[0];
    const real = thread.messages.find((message) => !message.virtual);
    const author = AUTHORS[n] ?? /^Author: (.*)$/m.exec(info)?.[1];
    const subject = /^Subject: (.*)$/m.exec(info)?.[1];
    expect([
      patch?.author ?? real?.from,
      patch?.title ?? parseSubject(real?.subject ?? '').title,
      counts(thread),
    ]).toEqual([author, subject, numstat(`patch${name}`)]);
  });
});
