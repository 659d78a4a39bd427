// What a worker thread reads of an archive: where the mails of a stretch are, and what some threads are to a batch.
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { BatchSettings, Triaged } from '../batch.ts';
import { triage } from '../batch.ts';
import type { Knowledge } from '../knowledge.ts';
import type { MailPlace, Place } from '../mail/archive.ts';
import { placeOf, readArchive, threadAt } from '../mail/archive.ts';
import { isMbox, splitChunks } from '../mail/mbox.ts';
import type { ArchiveFile } from './archive.ts';
import { archiveIn, bytesAt, fileChunks } from './archive.ts';

/** What is asked of a worker thread. Places are bytes of the file. */
export type ReadTask =
  | { readonly kind: 'scan'; readonly file: ArchiveFile; readonly from: number; readonly most: number } // bytes, but one mail at least
  | { readonly kind: 'end'; readonly file: ArchiveFile; readonly from: number }
  | { readonly kind: 'threads'; readonly file: ArchiveFile; readonly threads: readonly (readonly Place[])[] };

/** The mails of a stretch, and the byte behind the last one. */
export interface Scanned {
  readonly mails: readonly MailPlace[];
  readonly next: number;
}

/** A thread that was read. */
export interface ReadThread {
  readonly mails: number;
  readonly triaged: Triaged;
  readonly places: readonly Place[];
}

/** What each task gives: a stretch, the byte behind the mail that begins at `from`, or threads in their order. */
export type PartRead = Scanned | number | readonly ReadThread[];

/** Does a task; the rules are loaded when threads are read. Throws what the reader throws. */
export async function readPart(
  task: ReadTask,
  settings: BatchSettings,
  loaded: () => Promise<Knowledge>,
): Promise<PartRead> {
  const file = await open(task.file.path);
  try {
    if (task.kind === 'scan') return await scan(file, task);
    if (task.kind === 'end') return await endOfMail(file, task);
    const archive = archiveIn(task.file.name, file);
    const knowledge = await loaded();
    const read: ReadThread[] = [];
    for (const places of task.threads) {
      const { thread } = await threadAt(archive, places);
      const mails = thread.messages.filter(({ virtual }) => !virtual).length;
      const source = { name: archive.name, models: settings.models.length };
      read.push({ mails, triaged: triage(knowledge, thread, source), places });
    }
    return read;
  } finally {
    await file.close();
  }
}

async function scan(handle: FileHandle, { from, most, file }: ReadTask & { kind: 'scan' }): Promise<Scanned> {
  const mails: MailPlace[] = [];
  let next = from;
  for await (const mail of readArchive(fileChunks(handle, from), file.name, from)) {
    mails.push(placeOf(mail));
    next = mail.to;
    if (next - from >= most) break;
  }
  return { mails, next };
}

/** By the splitter; when that is what breaks, by the next line that could begin a mail. */
async function endOfMail(handle: FileHandle, { file, from }: ReadTask & { kind: 'end' }): Promise<number> {
  try {
    for await (const [first] of splitChunks(fileChunks(handle, from), file.name, from)) if (first) return first.to;
    return file.size;
  } catch {
    return nextSeparator(handle, from + 1, file.size);
  }
}

const WINDOW = 1 << 20; // bytes
const HEAD = 4096; // bytes that tell a separator

async function nextSeparator(handle: FileHandle, start: number, size: number): Promise<number> {
  for (let at = start; at < size; at += WINDOW) {
    const bytes = await bytesAt(handle, at, at + WINDOW + HEAD);
    for (let found = bytes.indexOf('\n\nFrom '); found >= 0; found = bytes.indexOf('\n\nFrom ', found + 1))
      if (isMbox(bytes.subarray(found + 2))) return at + found + 2;
  }
  return size;
}
