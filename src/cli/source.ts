// Bytes from outside: files, standard input and maildirs, bounded.

import { createReadStream, createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assert, InputError } from '../errors.ts';
import type { Archive } from '../mail/archive.ts';
import { INSIDE, isMail } from '../mail/form.ts';
import { isMbox } from '../mail/mbox.ts';
import { isPacked, unpack, unpackStream } from '../mail/unpack.ts';
import { epochMails, epochsOf } from './inbox.ts';
import { cacheFolder, readMasks, readRemote, remoteOf } from './lore.ts';

/** The most bytes that are read from one source: 512 MB. */
export const MOST_BYTES = 512 * 1024 * 1024;

/** Bytes from which on a file is an archive of many threads, rather than one to be held. */
export interface ArchiveSizes {
  readonly plain: number;
  readonly packed: number;
}

const LEAST: ArchiveSizes = { plain: 16 * 1024 * 1024, packed: 2 * 1024 * 1024 };

/** An archive that is open; `close` removes what was unpacked for it. */
export interface OpenArchive {
  readonly archive: Archive;
  readonly close: () => Promise<void>;
}

/**
 * Opens a large mbox for reading it thread by thread; undefined when `names` is anything else: several sources, a small
 * file, a page. A packed archive is unpacked into a temporary file, since threads are read from all over it.
 */
export async function openArchive(
  names: readonly string[],
  least: ArchiveSizes = LEAST,
): Promise<OpenArchive | undefined> {
  const [name = '-', ...rest] = names;
  if (name === '-' || rest.length > 0) return undefined;
  const entry = await stat(name).catch(() => undefined);
  if (entry?.isDirectory() === true) return inboxArchive(name);
  if (entry?.isFile() !== true || entry.size < Math.min(least.plain, least.packed)) return undefined;
  const file = await open(name);
  const head = await bytesAt(file, 0, HEAD);
  if (!isPacked(head)) {
    if (entry.size >= least.plain && isMbox(head))
      return { archive: archiveIn(name, name, file), close: () => file.close() };
    await file.close();
    return undefined;
  }
  await file.close();
  return entry.size < least.packed ? undefined : unpackedArchive(name, least.plain);
}

const HEAD = 65_536; // bytes that tell an mbox

async function unpackedArchive(name: string, least: number): Promise<OpenArchive | undefined> {
  return spooled(name, unpackStream(createReadStream(name), name), least);
}

/** A public-inbox as an mbox; undefined for a directory that is none. */
async function inboxArchive(folder: string): Promise<OpenArchive | undefined> {
  const epochs = await epochsOf(folder);
  return epochs === undefined ? undefined : spooled(folder, inboxMbox(epochs), 0);
}

async function* inboxMbox(epochs: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const epoch of epochs) for await (const { bytes } of epochMails(epoch)) yield mboxEntry(bytes);
}

/** Threads are read from all over an archive: what comes as a stream is put into a temporary file. */
async function spooled(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  least: number,
): Promise<OpenArchive | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'relore-'));
  const path = join(folder, 'archive.mbox');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(Readable.from(chunks), createWriteStream(path));
    const file = await open(path);
    const { size } = await file.stat();
    if (size >= least && isMbox(await bytesAt(file, 0, HEAD)))
      return { archive: archiveIn(name, path, file), close: () => file.close().then(remove) };
    await file.close();
  } catch (error) {
    await remove();
    throw error;
  }
  await remove();
  return undefined;
}

function archiveIn(name: string, path: string, file: FileHandle): Archive {
  return {
    name,
    chunks: () => createReadStream(path, { highWaterMark: 1 << 20 }),
    read: (from, to) => bytesAt(file, from, to),
  };
}

async function bytesAt(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, to - from, from);
  return bytes.subarray(0, bytesRead);
}

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

async function readStream(stream: AsyncIterable<Uint8Array | string>, name: string): Promise<Uint8Array> {
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

function unreadable(name: string, error: NodeJS.ErrnoException): InputError {
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

function mboxEntry(bytes: Uint8Array): Buffer {
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
