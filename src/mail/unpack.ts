// gzip and xz, told by their first bytes and never by a name.

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../errors.ts';

/** The most bytes that one packed input may unpack to in memory: 1 GiB. */
export const MOST_UNPACKED = 1 << 30;

type Packing = 'gzip' | 'xz';

/** True for gzip and xz, by the first six bytes. */
export function isPacked(head: Uint8Array): boolean {
  return packingOf(head) !== undefined;
}

/**
 * Returns the bytes behind gzip or xz, and other bytes as they are. Throws InputError for damaged data and for more
 * than `most` bytes.
 */
export async function unpack(bytes: Uint8Array, name: string, most = MOST_UNPACKED): Promise<Buffer> {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (packingOf(packed) === undefined) return packed;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of unpackStream([packed], name)) {
    size += part.length;
    if (size > most) throw damaged(name, `data that unpacks to at most ${most} bytes`, 'more');
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

/** Like unpack, a chunk at a time: memory does not grow with the input. */
export async function* unpackStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const source = withHead(chunks);
  const { value: head } = await source.next();
  const packing = head === undefined ? undefined : packingOf(head);
  const whole = followedBy(head, source);
  if (packing === undefined) {
    yield* whole;
    return;
  }
  try {
    for await (const part of packing === 'gzip' ? Readable.from(whole).pipe(createGunzip()) : await unxz(whole))
      yield part as Uint8Array;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw damaged(
      name,
      `whole ${packing} data`,
      `damaged data (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
}

function packingOf(head: Uint8Array): Packing | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return Buffer.from(head.subarray(0, 6)).toString('latin1') === '\xfd7zXZ\0' ? 'xz' : undefined;
}

/** The chunks again, the first one at least six bytes long when there are as many. */
async function* withHead(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head =
      head.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([head, chunk]);
    if (head.length < 6) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

async function* followedBy(head: Uint8Array | undefined, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head === undefined) return;
  yield head;
  yield* rest;
}

async function unxz(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { XzReadableStream } = await import('xz-decompress');
  const packed = Readable.toWeb(Readable.from(chunks)) as unknown as ReadableStream<Uint8Array>;
  return Readable.fromWeb(new XzReadableStream(packed) as never) as AsyncIterable<Uint8Array>;
}

function damaged(file: string, expected: string, found: string): InputError {
  return new InputError({ place: { file }, expected, found });
}
