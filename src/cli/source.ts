// Bytes from outside: files, standard input and maildirs, bounded.

import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, InputError } from '../errors.ts';
import { INSIDE, isMail } from '../mail/form.ts';
import { unpack } from '../mail/unpack.ts';
import { epochMails, epochsOf } from './inbox.ts';
import { cacheFolder, readMasks, readRemote, remoteOf } from './lore.ts';

/** The most bytes that are read from one source: 512 MB. */
export const MOST_BYTES = 512 * 1024 * 1024;

/** One input: an mbox, a mail, a patch or a page; or one message of a maildir. */
export interface Source {
  readonly name: string; // as the user wrote it, '(stdin)' for standard input
  readonly bytes: Uint8Array;
}

/**
 * Returns the bytes behind each name: a file, `-` for standard input, or a directory, which gives one source a file,
 * sorted by name: a maildir, mails, or a patch series. gzip and xz are unpacked.
 * Without a name, standard input when something is piped into it.
 * Throws InputError for what is missing, unreadable or too large; whether it is mail is for the mail reader to say.
 */
export async function readSources(names: readonly string[], remote: RemoteOptions = {}): Promise<readonly Source[]> {
  if (names.length === 0 && process.stdin.isTTY) {
    throw new InputError({
      place: { file: '(no source)' },
      expected: 'a file, a maildir or - for standard input',
      found: 'nothing',
    });
  }
  const sources: Source[] = [];
  for (const name of names.length === 0 ? ['-'] : names) sources.push(...(await readSource(name, remote)));
  return sources;
}

/** How what stands on a server is read. */
export interface RemoteOptions {
  readonly refresh?: boolean; // fetch again what an earlier run has kept
}

async function readSource(name: string, { refresh = false }: RemoteOptions): Promise<readonly Source[]> {
  if (name === '-') return [{ name: '(stdin)', bytes: await readStream(process.stdin, '(stdin)') }];
  const entry = await stat(name).catch((error: NodeJS.ErrnoException) => error);
  if (entry instanceof Error) {
    const remote = remoteOf(name, readMasks(process.cwd()));
    if (remote === undefined) throw unreadable(name, entry);
    const say = (words: string) => void process.stderr.write(`relore: ${words}\n`);
    return [{ name, bytes: await readRemote(remote, { refresh, say, folder: cacheFolder(process.env) }) }];
  }
  if (entry.isDirectory()) return (await readInbox(name)) ?? readMaildir(name);
  if (!entry.isFile()) return [{ name, bytes: await readStream(createReadStream(name), name) }];
  return [{ name, bytes: await unpack(await readBounded(name, entry.size), name) }];
}

/** Returns the mails of a public-inbox, epoch by epoch, as the bytes of an mbox. */
export async function* inboxMbox(epochs: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const epoch of epochs) for await (const { bytes } of epochMails(epoch)) yield mboxEntry(bytes);
}

async function readInbox(folder: string): Promise<readonly Source[] | undefined> {
  const epochs = await epochsOf(folder);
  return epochs === undefined ? undefined : [{ name: folder, bytes: await readStream(inboxMbox(epochs), folder) }];
}

/** Reads a maildir, or a directory of mails: the files of new/ and cur/; tmp/ holds mail that is not delivered yet. */
async function readMaildir(folder: string): Promise<readonly Source[]> {
  const entries = await readdir(folder);
  const boxes = ['new', 'cur'].filter((box) => entries.includes(box));
  if (boxes.length === 0) return readFolder(folder, entries);
  const sources: Source[] = [];
  let total = 0;
  for (const box of boxes) {
    for (const name of (await readdir(join(folder, box))).sort()) {
      const path = join(folder, box, name);
      const entry = await stat(path);
      if (!entry.isFile() || name.startsWith('.')) continue;
      total += entry.size;
      sources.push({ name: path, bytes: await unpack(await readBounded(path, total), path, MOST_BYTES) });
    }
  }
  if (sources.length === 0)
    throw new InputError({ place: { file: folder }, expected: 'mail in cur/ or new/', found: 'none' });
  return sources;
}

const MAIL_FILE = /\.(?:eml|patch|diff|mbox|mboxrd|mbx|txt)(?:\.(?:gz|xz))?$/i;

/** Reads a folder of mails or of a patch series: the files whose names say so, sorted, so that 0001 comes before 0002. */
async function readFolder(folder: string, entries: readonly string[]): Promise<readonly Source[]> {
  const names = entries.filter((name) => MAIL_FILE.test(name) && !name.startsWith('.')).sort();
  if (names.length === 0) {
    throw new InputError({
      place: { file: folder },
      expected: 'a file, maildir (a directory with cur/ or new/) or directory of .eml, .mbox or .patch files',
      found: entries.length === 0 ? 'an empty directory' : 'a directory with none of these',
    });
  }
  const sources: Source[] = [];
  let total = 0;
  for (const name of names) {
    const path = join(folder, name);
    const entry = await stat(path);
    if (!entry.isFile()) continue;
    total += entry.size;
    sources.push({ name: path, bytes: await unpack(await readBounded(path, total), path, MOST_BYTES) });
  }
  return sources;
}

async function readBounded(name: string, size: number): Promise<Uint8Array> {
  if (size > MOST_BYTES) throw tooLarge(name);
  return readFile(name).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error);
  });
}

/** Returns all bytes of a stream. Throws InputError for more than 512 MB. */
export async function readStream(stream: AsyncIterable<Uint8Array | string>, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > MOST_BYTES) throw tooLarge(name);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function tooLarge(name: string): InputError {
  return new InputError({
    place: { file: name },
    expected: 'at most 512 MB',
    found: 'more; a thread is enough, split the archive',
  });
}

/** Returns what to throw for a file that cannot be read. */
export function unreadable(name: string, error: NodeJS.ErrnoException): InputError {
  const found =
    error.code === 'ENOENT'
      ? 'no such file'
      : error.code === 'EACCES'
        ? 'a file that may not be read'
        : (error.code ?? 'an error');
  return new InputError({ place: { file: name }, expected: 'a file or maildir', found });
}

/**
 * Returns several sources as one mbox, so that the mails of a maildir or of many patch files make one thread.
 * A source that is an mbox already keeps its bytes; other mails, pages and diffs get a separator line and mboxrd quoting
 * of `From `.
 */
export function joined(sources: readonly Source[]): Source {
  const [first, ...rest] = sources;
  assert(first !== undefined, 'expected a source');
  if (rest.length === 0) return first;
  return {
    name: sources.map(({ name }) => name).join(', '),
    bytes: Buffer.concat(sources.map(({ bytes }) => mboxEntry(bytes))),
  };
}

/** Returns a mail, page or diff as an entry of an mbox, with its separator; an mbox keeps its own. */
export function mboxEntry(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('latin1');
  const head = isMail(bytes) ? '' : INSIDE;
  const mail = text.startsWith('From ')
    ? text
    : `From mboxrd@z Thu Jan  1 00:00:00 1970\n${head}${text.replace(/^(>*From )/gm, '>$1')}`;
  return Buffer.from(`${mail.replace(/\r?\n?$/, '')}\n\n`, 'latin1');
}

/**
 * Throws InputError unless `folder` holds mm/, as a kernel checkout or an unpacked linux-source package does, or is a
 * repository without a checkout, from which a mail may name a commit.
 */
export async function checkTree(folder: string): Promise<void> {
  const expected = 'a kernel source tree with mm/';
  await checkFolder(folder, expected);
  for (const name of ['mm', '.git', 'objects']) {
    if ((await stat(join(folder, name)).catch(() => undefined))?.isDirectory() === true) return;
  }
  throw new InputError({
    place: { file: folder },
    expected: `${expected}, or a git repository and --base`,
    found: 'a directory without mm/',
  });
}

/** Throws InputError, naming what was `expected`, unless `folder` is a directory. */
export async function checkFolder(folder: string, expected: string): Promise<void> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined) throw new InputError({ place: { file: folder }, expected, found: 'no such directory' });
  if (!entry.isDirectory()) throw new InputError({ place: { file: folder }, expected, found: 'a file' });
}
