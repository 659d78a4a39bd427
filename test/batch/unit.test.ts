import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Unit } from '../../src/batch/unit.ts';
import { chunksOf, halves, packChunk, seriesHash, unpackChunk } from '../../src/batch/unit.ts';
import { readThread } from '../../src/mail/read.ts';

const THREAD = readFileSync(join(import.meta.dirname, '../../threads/mlock-large-folio/thread.mbox'), 'utf8');

function unit(series: string, pairs: number): Unit {
  const of = { thread: `${series}@example.org`, subject: series, date: '2024-12-02T00:00:00Z', name: 'a.mbox' };
  return { series, pairs, ...of, bytes: Buffer.from(`From ${series} \u0000\u00ff`) };
}

async function* given(units: readonly Unit[]): AsyncGenerator<Unit> {
  yield* units;
}

async function chunks(pairs: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  const units = pairs.map((count, index) => unit(String(index), count));
  for await (const chunk of chunksOf(given(units))) found.push(chunk.map(({ series }) => series).join('+'));
  return found;
}

describe('the hash of a series', () => {
  const hash = async (text: string) => seriesHash(await readThread(Buffer.from(text), 'x.mbox'));

  it('is the same for other people and other Message-IDs', async () => {
    const other = THREAD.replaceAll('relore.example', 'elsewhere.example').replaceAll('Mira Solberg', 'Ada Example');
    expect(other).not.toBe(THREAD);
    expect(await hash(other)).toBe(await hash(THREAD));
  });

  it('is another for a line of a diff, a day, and one more reply', async () => {
    const own = await hash(THREAD);
    const replies = THREAD.split(/^(?=From )/m);
    for (const changed of [
      THREAD.replace(/^\+.*[a-z].*$/m, (line) => `${line} /* so */`),
      THREAD.replace('Date: Mon, 4 Sep 2023 10:12', 'Date: Tue, 5 Sep 2023 10:12'),
      replies.slice(0, -1).join(''),
    ]) {
      expect(changed).not.toBe(THREAD);
      expect(await hash(changed)).not.toBe(own);
    }
  });
});

describe('a chunk', () => {
  it('has about 100 pairs of scenario and model, and a larger series is one of its own', async () => {
    expect(await chunks([40, 40, 40, 250, 10, 90, 1])).toEqual(['0+1', '2', '3', '4+5', '6']);
    expect(await chunks([])).toEqual([]);
  });

  it('is cut in halves down to one series', () => {
    const names = (parts: readonly (readonly Unit[])[]) =>
      parts.map((part) => part.map(({ series }) => series).join('+'));
    const five = ['a', 'b', 'c', 'd', 'e'].map((series) => unit(series, 1));
    expect(names(halves(five))).toEqual(['a+b+c', 'd+e']);
    expect(names(halves(five.slice(0, 2)))).toEqual(['a', 'b']);
    expect(halves(five.slice(0, 1))).toEqual([]);
  });

  it('comes out of its bytes as it went in', () => {
    const chunk = [unit('a', 3), unit('b', 4)];
    expect(unpackChunk(packChunk(chunk))).toEqual(chunk);
    expect(() => unpackChunk(packChunk(chunk).subarray(0, 50))).toThrow();
  });
});
