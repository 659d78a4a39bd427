// What a batch is made of: a thread with a series that rules know something of, and chunks of such threads.
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Block, Thread } from '../types.ts';

/** A thread whose series touches functions of rules. */
export interface Unit {
  readonly series: string; // hash of what was posted and said: see seriesHash
  readonly thread: string; // Message-ID of the first message
  readonly subject: string; // of the first message
  readonly date: string; // ISO 8601 of the first message; ''
  readonly pairs: number; // scenarios times memory models, an upper bound
  readonly name: string; // of the source
  readonly bytes: Uint8Array; // mbox of the thread
}

/**
 * Returns 40 hex digits of what a thread holds: subjects, days and text, in order, without ids, trailers, signatures and who wrote what,
 * which no verdict depends on. The same series in two archives, or posted twice, is one series.
 */
export function seriesHash(thread: Thread): string {
  const hash = createHash('sha256');
  const numbers = new Map(thread.messages.map(({ id }, index) => [id, index]));
  for (const { subject, date, rawDate, parent, blocks } of thread.messages) {
    const above = parent === undefined ? '' : String(numbers.get(parent.id) ?? '');
    hash.update(JSON.stringify([subject, date ?? rawDate ?? '', above, said(blocks)]));
  }
  return hash.digest('hex').slice(0, 40);
}

function said(blocks: readonly Block[]): (string | number)[][] {
  return blocks.flatMap(({ kind, depth, text }) =>
    kind === 'attribution' || kind === 'signature' || kind === 'trailer' ? [] : [[kind, depth, text]],
  );
}

/** The most scenarios times models of one chunk, unless one unit has more. */
export const MOST_PAIRS = 100;

/** Gathers units to chunks of about `most` pairs, in their order. */
export async function* chunksOf(units: AsyncIterable<Unit>, most = MOST_PAIRS): AsyncGenerator<readonly Unit[]> {
  let chunk: Unit[] = [];
  let pairs = 0;
  for await (const unit of units) {
    if (chunk.length > 0 && pairs + unit.pairs > most) {
      yield chunk;
      chunk = [];
      pairs = 0;
    }
    chunk.push(unit);
    pairs += unit.pairs;
  }
  if (chunk.length > 0) yield chunk;
}

/** The two halves of a chunk that has more than one unit: one of them breaks, the other is worth another try. */
export function halves(chunk: readonly Unit[]): readonly (readonly Unit[])[] {
  const middle = Math.ceil(chunk.length / 2);
  return chunk.length < 2 ? [] : [chunk.slice(0, middle), chunk.slice(middle)];
}

/** A chunk as bytes for another machine. */
export function packChunk(chunk: readonly Unit[]): Buffer {
  const plain = chunk.map((unit) => ({ ...unit, bytes: Buffer.from(unit.bytes).toString('base64') }));
  return gzipSync(JSON.stringify(plain));
}

/** What packChunk packed. Throws when the bytes are not whole. */
export function unpackChunk(bytes: Uint8Array): readonly Unit[] {
  const plain = JSON.parse(gunzipSync(bytes).toString('utf8')) as (Omit<Unit, 'bytes'> & { bytes: string })[];
  return plain.map((unit) => ({ ...unit, bytes: Buffer.from(unit.bytes, 'base64') }));
}
