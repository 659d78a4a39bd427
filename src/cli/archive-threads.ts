// The threads of an archive, read by worker threads, so that a mail that ends one (by a crash, its memory, its time) is found, named and
// left out, and the rest goes on.
//
//   stretches -- where mails are --> threads (gathered here) -- some at a time --> what each is to a batch
import type { Ended } from '../batch/pool.ts';
import { InputError } from '../errors.ts';
import type { Place } from '../mail/archive.ts';
import { gatherThreads } from '../mail/archive.ts';
import type { ArchiveFile } from './archive.ts';
import type { ReadTask, ReadThread, Scanned } from './archive-part.ts';

/** Worker threads that read. */
export interface Readers {
  readonly threads: number;
  run<T>(task: ReadTask): Promise<Ended<T>>;
}

/** What was left out: a mail, or a thread by its first mail, and why. */
export type OnBroken = (what: 'mail' | 'thread', from: number, why: string) => void;

const STRETCH = 8 << 20; // bytes of one task
const THREADS = 64; // of one task
const THREAD_BYTES = 1 << 20; // of one task, unless one thread has more

/**
 * Returns what the threads of an archive are to a batch, in the order of their first mails. `isWanted` may leave threads out before they
 * are read. A mail that breaks a worker thread costs its stretch a second reading, mail by mail; a thread that does, its neighbours.
 */
export async function* triagedThreads(
  file: ArchiveFile,
  readers: Readers,
  onBroken: OnBroken,
  isWanted: (places: readonly Place[]) => boolean = () => true,
): AsyncGenerator<ReadThread> {
  const gathered = gatherThreads();
  for await (const { mails } of scanned(file, readers, onBroken)) mails.forEach(gathered.add);
  const running: Promise<readonly ReadThread[]>[] = [];
  for (const threads of tasksOf(gathered.threads().filter(isWanted))) {
    running.push(readThreads(threads, file, readers, onBroken));
    if (running.length > readers.threads) yield* (await running.shift()) ?? [];
  }
  for (const read of running) yield* await read;
}

async function* scanned(file: ArchiveFile, readers: Readers, onBroken: OnBroken): AsyncGenerator<Scanned> {
  let careful = 0; // up to here mail by mail
  for (let from = 0; from < file.size; ) {
    const most = from < careful ? 1 : STRETCH;
    const ended = await readers.run<Scanned>({ kind: 'scan', file, from, most });
    if (ended.kind === 'done') {
      yield ended.value;
      from = ended.value.next;
      continue;
    }
    if (most > 1) {
      careful = from + STRETCH;
      continue;
    }
    onBroken('mail', from, ended.why);
    const end = await readers.run<number>({ kind: 'end', file, from });
    if (end.kind === 'failed') {
      const expected = 'worker threads that can look for the next mail: more --memory, more --timeout';
      throw new InputError({ place: { file: file.name }, expected, found: end.why });
    }
    from = end.value;
  }
}

/** Reads threads by one task; those of a task that breaks, each by one of its own. */
async function readThreads(
  threads: readonly (readonly Place[])[],
  file: ArchiveFile,
  readers: Readers,
  onBroken: OnBroken,
): Promise<readonly ReadThread[]> {
  const ended = await readers.run<readonly ReadThread[]>({ kind: 'threads', file, threads });
  if (ended.kind === 'done') return ended.value;
  const [first = []] = threads;
  if (threads.length === 1) return withoutBroken(first, ended.why, file, readers, onBroken);
  const read: ReadThread[] = [];
  for (const one of threads) read.push(...(await readThreads([one], file, readers, onBroken)));
  return read;
}

/** A thread that breaks, without those of its mails that break alone. */
async function withoutBroken(
  thread: readonly Place[],
  why: string,
  file: ArchiveFile,
  readers: Readers,
  onBroken: OnBroken,
): Promise<readonly ReadThread[]> {
  const whole: Place[] = [];
  for (const place of thread.length === 1 ? [] : thread) {
    const alone = await readers.run({ kind: 'threads', file, threads: [[place]] });
    if (alone.kind === 'done') whole.push(place);
    else onBroken('mail', place.from, alone.why);
  }
  if (whole.length > 0 && whole.length < thread.length) return readThreads([whole], file, readers, onBroken);
  if (whole.length > 0 || thread.length === 1)
    onBroken(thread.length === 1 ? 'mail' : 'thread', thread[0]?.from ?? 0, why);
  return [];
}

function* tasksOf(threads: readonly (readonly Place[])[]): Generator<readonly (readonly Place[])[]> {
  let task: (readonly Place[])[] = [];
  let bytes = 0;
  for (const places of threads) {
    const size = places.reduce((sum, { from, to }) => sum + to - from, 0);
    if (task.length > 0 && (task.length >= THREADS || bytes + size > THREAD_BYTES)) {
      yield task;
      task = [];
      bytes = 0;
    }
    task.push(places);
    bytes += size;
  }
  if (task.length > 0) yield task;
}
