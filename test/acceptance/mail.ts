// Patch mails made at test time from a kernel tree that is read by path: no kernel text is kept here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Changes one file's text. */
export interface FileEdit {
  readonly path: string; // relative to the tree
  readonly edit: (text: string) => string;
}

/** A patch mail whose diff is what `edits` do to the files of `tree`, as git format-patch would send it. */
export function patchMail(tree: string, subject: string, edits: readonly FileEdit[]): Uint8Array {
  return mailWith(
    subject,
    edits.map(({ path, edit }) => diffOf(path, readFileSync(join(tree, path), 'utf8'), edit)).join(''),
  );
}

/** A patch mail with `diff` as it is. */
export function mailWith(subject: string, diff: string, author = 'Ada Example <ada@example.org>'): Uint8Array {
  const lines = [
    `From: ${author}`,
    'Date: Mon, 06 Jan 2025 10:00:00 +0000',
    `Subject: [PATCH] ${subject}`,
    'Message-ID: <patch-1@example.org>',
    '',
    'A change made for a test.',
    '',
    'Signed-off-by: Ada Example <ada@example.org>',
    '---',
    '',
    diff,
    '-- ',
    '2.39.5',
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

/** The unified diff that git makes of a change to one file. Throws when `edit` changes nothing. */
export function diffOf(path: string, before: string, edit: (text: string) => string): string {
  const after = edit(before);
  if (after === before) throw new Error(`expected the edit of ${path} to change it`);
  const dir = mkdtempSync(join(tmpdir(), 'relore-patch-'));
  try {
    for (const [side, text] of [
      ['a', before],
      ['b', after],
    ] as const) {
      mkdirSync(join(dir, side, dirname(path)), { recursive: true });
      writeFileSync(join(dir, side, path), text);
    }
    execFileSync('git', ['diff', '--no-index', '--no-color', '--no-prefix', `a/${path}`, `b/${path}`], { cwd: dir });
    throw new Error(`expected git to find a difference in ${path}`);
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: Buffer };
    if (status !== 1 || stdout === undefined) throw error;
    return stdout.toString('utf8');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Replaces exactly one match, and throws otherwise: a test must not go on with a tree that it does not fit. */
export function once(text: string, pattern: RegExp, replacement: string): string {
  const count = [...text.matchAll(new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`))].length;
  if (count !== 1) throw new Error(`expected one match of ${pattern}, found ${count}`);
  return text.replace(pattern, replacement);
}

/** The text of one function, changed by `edit`; found by its name at the margin and the brace that closes it there. */
export function inFunction(name: string, edit: (body: string) => string): (text: string) => string {
  return (text) => {
    const match = new RegExp(`^[a-z][^\\n;]*\\b${name}\\([^;{]*\\n\\{[\\s\\S]*?^\\}`, 'm').exec(text);
    if (match === null) throw new Error(`expected a function ${name}`);
    return text.slice(0, match.index) + edit(match[0]) + text.slice(match.index + match[0].length);
  };
}
