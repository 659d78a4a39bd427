// A public-inbox v2 on disk: git repositories ("epochs") in which each commit holds one mail, in the file `m`.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InputError } from '../errors.ts';
import { runGit, startGit } from './git.ts';

/** One mail of an inbox. */
export interface InboxMail {
  readonly commit: string; // that holds it
  readonly bytes: Buffer;
}

const MOST_MAIL = 64 << 20; // bytes; what is larger is passed over

/**
 * Returns the epochs of the inbox in `folder`, oldest first: git/0.git, git/1.git, ..., or the folder itself when it is one epoch.
 * Undefined when it is no public-inbox: a git repository of something else is none.
 */
export async function epochsOf(folder: string): Promise<readonly string[] | undefined> {
  const names = await readdir(join(folder, 'git')).catch(() => []);
  const numbers = names
    .flatMap((name) => /^(\d{1,6})\.git$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  if (numbers.length > 0) return numbers.map((number) => join(folder, 'git', `${number}.git`));
  const isBare = await Promise.all(['HEAD', 'objects'].map((name) => stat(join(folder, name)).catch(() => undefined)));
  if (isBare.some((entry) => entry === undefined)) return undefined;
  return holdsMail(folder) ? [folder] : undefined;
}

/** Whether the newest commit has one file, m or d. */
function holdsMail(epoch: string): boolean {
  const { status, out } = runGit(epoch, ['ls-tree', '--name-only', 'HEAD']);
  return status === 0 && /^[md]\n$/.test(out.toString('utf8'));
}

/**
 * Gives the mails of an epoch in the order of delivery, those behind the commit `after` when it is given; deleted mail is passed over. One git
 * reads and one lists for the whole epoch. Throws InputError when git cannot read it.
 */
export async function* epochMails(epoch: string, after?: string): AsyncGenerator<InboxMail> {
  const range = after === undefined ? ['HEAD'] : [`${after}..HEAD`];
  const list = startGit(epoch, ['rev-list', '--reverse', '--first-parent', ...range, '--']);
  const objects = startGit(epoch, ['cat-file', '--batch=%(objecttype) %(objectsize) %(rest)', '--buffer']);
  let said = '';
  for (const git of [list, objects]) {
    git.on('error', (error) => {
      said ||= error.message;
    });
    git.stderr.on('data', (part: Buffer) => {
      said = (said + part.toString('utf8')).slice(0, 1000);
    });
    git.stdin.on('error', () => {});
  }
  const isWatched = { ended: false };
  const feeding = feed(list.stdout, objects.stdin, isWatched);
  try {
    yield* mailsIn(objects.stdout);
    await feeding;
    const found = said.split('\n')[0]?.replace(/\p{Cc}/gu, '?') ?? '';
    if (found !== '') throw new InputError({ place: { file: epoch }, expected: 'an epoch of a public-inbox', found });
  } finally {
    isWatched.ended = true;
    list.kill();
    objects.kill();
  }
}

async function feed(
  commits: NodeJS.ReadableStream,
  into: NodeJS.WritableStream,
  watched: { readonly ended: boolean },
): Promise<void> {
  for await (const commit of createInterface({ input: commits, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (watched.ended) return;
    if (!into.write(`${commit}:m ${commit}\n`))
      await new Promise<void>((resolve) => {
        into.once('drain', resolve);
        into.once('error', () => resolve());
        into.once('close', () => resolve());
      });
  }
  into.end();
}

/** Reads `blob SIZE COMMIT`, the bytes and a line end, again and again; `COMMIT:m missing` is a deleted mail. */
async function* mailsIn(stream: AsyncIterable<Buffer | string>): AsyncGenerator<InboxMail> {
  let rest: Buffer = Buffer.alloc(0);
  let head: { size: number; commit: string } | undefined;
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    parts.push(bytes);
    size += bytes.length;
    if (head !== undefined && size <= head.size) continue;
    rest = parts.length === 1 ? bytes : Buffer.concat(parts, size);
    let at = 0;
    for (;;) {
      if (head === undefined) {
        const end = rest.indexOf(10, at);
        if (end < 0) break;
        head = headOf(rest.toString('latin1', at, end));
        at = end + 1;
        if (head === undefined) continue;
      }
      if (rest.length < at + head.size + 1) break;
      if (head.size <= MOST_MAIL) yield { commit: head.commit, bytes: Buffer.from(rest.subarray(at, at + head.size)) };
      at += head.size + 1;
      head = undefined;
    }
    rest = rest.subarray(at);
    parts = rest.length === 0 ? [] : [rest];
    size = rest.length;
  }
}

function headOf(line: string): { size: number; commit: string } | undefined {
  const [, size, commit = ''] = /^blob (\d+) ([0-9a-f]{40,64})$/.exec(line) ?? [];
  return size === undefined ? undefined : { size: Number(size), commit };
}
