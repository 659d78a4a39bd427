// Archives too large to hold: the mails one by one, or the threads one by one. Memory is that of one chunk, one mail or
// one thread, and of one short record a mail where threads are told apart.

import { InputError } from '../errors.ts';
import type { Block, Thread } from '../types.ts';
import { readBody } from './blocks.ts';
import type { Mail } from './mail.ts';
import { readLines, readMail } from './mail.ts';
import type { ChunkedMail } from './mbox.ts';
import { splitChunks } from './mbox.ts';
import { readThread } from './read.ts';

/** A mail of an archive: what its header says, its blocks when asked for, and where it is. */
export interface ArchivedMail {
  readonly mail: Mail;
  readonly from: number; // byte of the archive, of the separator line
  readonly to: number; // byte of the archive, of the next separator line
  /** Reads the body; a promise when mailparser must decode it. Spans count from `from - raw.start` as in the piece that was read; call before the next mail is taken. */
  readonly blocks: () => readonly Block[] | Promise<readonly Block[]>;
}

/** An unpacked mbox that can be read twice: once through, then at places. */
export interface Archive {
  readonly name: string;
  readonly chunks: () => AsyncIterable<Uint8Array>;
  readonly read: (from: number, to: number) => Promise<Uint8Array>;
}

/** A thread of an archive and the bytes it was read from: spans are offsets into them. */
export interface ArchivedThread {
  readonly thread: Thread;
  readonly bytes: Uint8Array;
  readonly pieces: readonly { readonly at: number; readonly from: number }[]; // byte of `bytes`, byte of the archive
}

/**
 * Returns the mails of an mbox, unpacked and in chunks of any size, the first one at byte `at`. Throws InputError when no mail begins
 * there.
 */
export async function* readArchive(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  at = 0,
): AsyncGenerator<ArchivedMail> {
  let count = 0;
  for await (const mails of splitChunks(chunks, name, at)) {
    count += mails.length;
    for (const each of mails) yield archived(each);
  }
  if (count === 0)
    throw new InputError({ place: { file: name }, expected: 'an mbox', found: 'no separator line at its start' });
}

function archived({ source, raw, from, to }: ChunkedMail): ArchivedMail {
  const form = { kind: 'mbox', source, mails: [raw] } as const;
  const mail = readMail(form, raw);
  const author = mail.from.name || undefined;
  const blocks = () => {
    const read = readLines(form, mail);
    if (read instanceof Promise)
      return read.then(({ lines, whole }) => readBody(lines, { author, lossy: false, whole }).blocks);
    return readBody(read.lines, { author, lossy: false, whole: read.whole }).blocks;
  };
  return { mail, from, to, blocks };
}

/** Where a mail is in its archive. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Where a mail is, and what tells its thread. */
export interface MailPlace extends Place {
  readonly id: string;
  readonly above: readonly string[]; // ids of References and In-Reply-To
  readonly title: string; // the subject without prefixes
  readonly reply: boolean; // the subject says so
}

/** Returns the threads of an archive in the order of their first mails, one at a time. Throws what a mail that breaks the reader throws. */
export async function* streamThreads(archive: Archive): AsyncGenerator<ArchivedThread> {
  const gathered = gatherThreads();
  for await (const mail of readArchive(archive.chunks(), archive.name)) gathered.add(placeOf(mail));
  for (const places of gathered.threads()) yield await threadAt(archive, places);
}

/** Returns the thread whose mails are at `places`. */
export async function threadAt(
  archive: Pick<Archive, 'name' | 'read'>,
  places: readonly Place[],
): Promise<ArchivedThread> {
  let at = 0;
  const pieces = places.map(({ from, to }) => {
    const piece = { at, from };
    at += to - from;
    return piece;
  });
  const bytes = await bytesOf(archive, places);
  return { thread: await readThread(bytes, archive.name), bytes, pieces };
}

/** Returns the bytes of the mails at `places`, one behind the other. */
export async function bytesOf(archive: Pick<Archive, 'read'>, places: readonly Place[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(places.map(({ from, to }) => archive.read(from, to))));
}

/** Returns what tells the thread of a mail. */
export function placeOf({ mail, from, to }: ArchivedMail): MailPlace {
  const { whole: title, reply } = mail.subject;
  return { from, to, id: mail.id, above: [...mail.references, ...mail.inReplyTo], title, reply };
}

/** Mails as they are put together to threads. */
export interface GatheredThreads {
  readonly add: (mail: MailPlace) => void;
  /** The places of each thread, in the order of their first mails. */
  readonly threads: () => Place[][];
}

/**
 * Puts mails together by Message-ID, In-Reply-To and References; a reply without any joins the first thread of its title. Keeps the ids
 * and two numbers a mail.
 */
export function gatherThreads(): GatheredThreads {
  const numbers = new Map<string, number>(); // of ids and, for replies without ids, of titles
  const up: number[] = [];
  const number = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    up.push(up.length);
    numbers.set(copied(name), up.length - 1);
    return up.length - 1;
  };
  const mails: (Place & { readonly number: number })[] = [];
  return {
    add({ from, to, id, above, title, reply }) {
      const own = number(id);
      for (const one of above) join(up, number(one), own);
      const named = `\n${title}`;
      if (reply ? above.length === 0 && numbers.has(named) : !numbers.has(named)) join(up, number(named), own);
      mails.push({ from, to, number: own });
    },
    threads() {
      const threads = new Map<number, Place[]>();
      for (const { from, to, number: own } of mails) {
        const root = rootOf(up, own);
        const places = threads.get(root);
        if (places === undefined) threads.set(root, [{ from, to }]);
        else places.push({ from, to });
      }
      return [...threads.values()];
    },
  };
}

/** A string of its own: a part of a string would keep the whole header in memory. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

function join(up: number[], a: number, b: number): void {
  const [one, other] = [rootOf(up, a), rootOf(up, b)];
  up[Math.max(one, other)] = Math.min(one, other);
}

function rootOf(up: number[], of: number): number {
  let root = of;
  while (up[root] !== root) root = up[root]!;
  for (let at = of; at !== root; ) {
    const next = up[at]!;
    up[at] = root;
    at = next;
  }
  return root;
}
