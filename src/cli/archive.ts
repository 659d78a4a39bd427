// Archives on disk and on standard input, read thread by thread: memory does not grow with them.

import { createReadStream, createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputError } from '../errors.ts';
import type { Archive } from '../mail/archive.ts';
import { isMbox } from '../mail/mbox.ts';
import { isPacked, unpackStream } from '../mail/unpack.ts';
import { epochsOf } from './inbox.ts';
import type { Source } from './source.ts';
import { inboxMbox, readStream } from './source.ts';

/** Bytes from which on a file is an archive of many threads, rather than one to be held. */
export interface ArchiveSizes {
  readonly plain: number;
  readonly packed: number;
}

const STDIN = '(stdin)';
const LEAST: ArchiveSizes = { plain: 16 * 1024 * 1024, packed: 2 * 1024 * 1024 };

/** An unpacked mbox on disk, which every worker thread opens for itself. */
export interface ArchiveFile {
  readonly path: string;
  readonly name: string; // of the source, as the user wrote it
  readonly size: number; // bytes
}

/** An archive that is open; `close` removes what was unpacked for it. */
export interface OpenArchive {
  readonly archive: Archive;
  readonly file: ArchiveFile;
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
    if (entry.size >= least.plain && isMbox(head)) {
      const { size } = entry;
      return { archive: archiveIn(name, file), file: { path: name, name, size }, close: () => file.close() };
    }
    await file.close();
    return undefined;
  }
  await file.close();
  return entry.size < least.packed ? undefined : unpackedArchive(name, least.plain);
}

const HEAD = 65_536; // bytes that tell an mbox
const CHUNK = 1 << 18; // bytes

async function unpackedArchive(name: string, least: number): Promise<OpenArchive | undefined> {
  return spooled(name, unpackStream(createReadStream(name), name), least);
}

/** A public-inbox as an mbox; undefined for a directory that is none. */
async function inboxArchive(folder: string): Promise<OpenArchive | undefined> {
  const epochs = await epochsOf(folder);
  return epochs === undefined ? undefined : spooled(folder, inboxMbox(epochs), 0);
}

/**
 * Reads standard input, unpacked: an mbox of `least` bytes or more as an archive, by way of a temporary file, since its
 * threads are read from all over it; anything else as one source. Throws InputError for more than 512 MB of that.
 */
export async function openStdin(
  stream: AsyncIterable<Uint8Array>,
  least: number = LEAST.plain,
): Promise<OpenArchive | Source> {
  const chunks = unpackStream(stream, STDIN);
  const held: Uint8Array[] = [];
  let size = 0;
  while (size < least) {
    const { value, done } = await chunks.next();
    if (done === true) return { name: STDIN, bytes: Buffer.concat(held, size) };
    held.push(value);
    size += value.length;
  }
  const head = Buffer.concat(held, size);
  const whole = followedBy(head, chunks);
  const archive = isMbox(head) ? await spooled(STDIN, whole, 0) : undefined;
  return archive ?? { name: STDIN, bytes: await readStream(whole, STDIN) };
}

async function* followedBy(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/** Threads are read from all over an archive: what comes as a stream is put into a temporary file. Undefined when it is no mbox; throws InputError when the disk is full. */
export async function spooled(
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
      return { archive: archiveIn(name, file), file: { path, name, size }, close: () => file.close().then(remove) };
    await file.close();
  } catch (error) {
    await remove();
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const expected = 'room for the unpacked mails in the folder for temporary files (TMPDIR)';
    throw isFull ? new InputError({ place: { file: tmpdir() }, expected, found: 'a full disk' }) : error;
  }
  await remove();
  return undefined;
}

/** An mbox file as an archive. */
export function archiveIn(name: string, file: FileHandle): Archive {
  return {
    name,
    chunks: () => fileChunks(file),
    read: (from, to) => bytesAt(file, from, to),
  };
}

/**
 * The bytes of a file from byte `from` on, each chunk in the place of the one before: fresh memory for each costs as much as reading it.
 */
export async function* fileChunks(file: FileHandle, from = 0): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.alloc(CHUNK);
  for (let at = from; ; ) {
    const { bytesRead } = await file.read(bytes, 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield bytes.subarray(0, bytesRead);
  }
}

/** The bytes [from, to) of a file, fewer at its end. */
export async function bytesAt(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, to - from, from);
  return bytes.subarray(0, bytesRead);
}
