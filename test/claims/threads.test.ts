import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { extractClaims } from '../../src/claims/claims.ts';
import { findDrawings } from '../../src/claims/diagrams.ts';
import { readThread } from '../../src/mail/read.ts';
import type { Claim } from '../../src/types.ts';
import { cues, said, vocabulary } from './specimens.ts';

const SEEDS = new URL('../../../shared/seeds/', import.meta.url);
const OURS = new URL('../../threads/mlock-large-folio/thread.mbox', import.meta.url);
const hasSeeds = existsSync(SEEDS);

async function claimsOf(bytes: Uint8Array, name: string): Promise<Claim[]> {
  return extractClaims(await readThread(bytes, name), vocabulary, cues);
}

describe.skipIf(!hasSeeds)('the seeds, skipped where ../shared is absent', () => {
  const seed = (name: string) => readFileSync(new URL(name, SEEDS));
  const NAME = '003_a1b80ebfd62945eb.txt';

  it('seed 003 has exactly three fixes, the first withdrawn by its author', async () => {
    const claims = await claimsOf(seed(NAME), NAME);
    const lines = claims.map((each) => [
      each.id,
      each.speaker,
      each.depth,
      each.hedge,
      each.status,
      each.edits,
      each.repeats.length,
    ]);
    const functions: readonly string[] = [];
    const move = {
      kind: 'move',
      what: { call: 'folio_test_clear_mlocked' },
      where: 'before',
      anchor: { call: 'folio_test_clear_lru' },
      functions,
    };
    const title = 'mm/munlock: delete smp_mb() from __pagevec_lru_add_fn()';
    const lock = {
      kind: 'move-into-lock',
      what: { call: 'folio_test_clear_lru' },
      lock: { lock: 'lru_lock' },
      functions,
    };
    expect(lines).toEqual([
      ['fix-1', 'Yosry Ahmed', 2, 'weak', 'withdrawn', [move], 1],
      ['fix-2', 'Yosry Ahmed', 1, 'strong', 'stands', [{ kind: 'revert', commit: '2262ace60713', title }], 0],
      ['fix-3', 'Yin Fengwei', 0, 'weak', 'stands', [lock], 0],
    ]);
    expect(claims[0]?.statusQuote).toBe('Hmm, actually this might not be enough.');
    expect(claims[0]?.repeats[0]?.quote).toContain('(clear PG_lru) after we possibly clear PG_mlocked?');
  });

  it('the span of a fix at depth 0 is that of its sentence', async () => {
    const claims = await claimsOf(seed(NAME), NAME);
    const [from, to] = claims[2]!.span;
    const text = seed(NAME).subarray(from, to).toString();
    expect(text.replace(/\s+/g, ' ')).toBe('I think we should move folio_test_clear_lru(folio) into lru locked range.');
  });

  it('seed 003 has two collapsed diagrams of four steps, a wrapped line joined', async () => {
    const diagrams = findDrawings(await readThread(seed(NAME), NAME));
    expect(diagrams.map(({ isKept, steps }) => [isKept, ...steps.map(({ text }) => text)])).toEqual([
      [
        false,
        'isolate folio',
        'folio_test_clear_lru() // 0',
        'putback folio // add to unevictable list',
        'folio_test_clear_mlocked()',
      ],
      [
        false,
        'folio_evictable() //false',
        'folio_test_clear_mlocked()',
        'folio_test_clear_lru() //false',
        'folio_set_lru()',
      ],
    ]);
  });

  it.each(['000_0c551f96f09144a6.txt', '001_af3e61d481365817.txt'])(
    '%s proposes no change that relore can try',
    async (name) => {
      expect(await claimsOf(seed(name), name)).toEqual([]);
    },
  );

  it('other names for the same people change nothing but the names', async () => {
    const renamed = seed(NAME)
      .toString()
      .replaceAll('Yosry', 'Qwert')
      .replaceAll('Fengwei', 'Zuiop')
      .replaceAll('Yin', 'Asd');
    const rename = (name: string | undefined) =>
      name?.replace('Yosry', 'Qwert').replace('Yin', 'Asd').replace('Fengwei', 'Zuiop');
    const before = await claimsOf(seed(NAME), NAME);
    const after = await claimsOf(Buffer.from(renamed), NAME);
    const bare = (claims: readonly Claim[]) =>
      claims.map(({ id, depth, quote, hedge, status, statusQuote, edits }) => [
        id,
        depth,
        quote,
        hedge,
        status,
        statusQuote,
        edits,
      ]);
    expect(bare(after)).toEqual(bare(before));
    expect(after.map(({ speaker }) => speaker)).toEqual(before.map(({ speaker }) => rename(speaker)));
  });
});

describe('threads/mlock-large-folio', () => {
  const bytes = readFileSync(OURS);

  it('holds three fixes in prose and nothing that was a joke', async () => {
    const claims = await claimsOf(bytes, 'thread.mbox');
    const lines = claims.map(({ id, messageId, speaker, hedge, status, edits }) => [
      id,
      messageId,
      speaker,
      hedge,
      status,
      edits[0]?.kind,
    ]);
    expect(lines).toEqual([
      ['fix-1', '20230904-3@relore.example', 'Anouk Perrin', 'weak', 'withdrawn', 'move'],
      ['fix-2', '20230904-5@relore.example', 'Anouk Perrin', 'strong', 'stands', 'revert'],
      ['fix-3', '20230904-6@relore.example', 'Deniz Aksoy', 'weak', 'stands', 'move-into-lock'],
    ]);
    expect(claims[0]?.statusQuote).toBe('Hmm, no, this is not enough.');
  });

  it('holds one diagram with columns and one without, each once though it is quoted', async () => {
    const diagrams = findDrawings(await readThread(bytes, 'thread.mbox'));
    expect(diagrams.map(({ message, isKept, steps }) => [message.id, isKept, steps.length])).toEqual([
      ['20230904-2@relore.example', true, 8],
      ['20230904-5@relore.example', false, 5],
    ]);
    expect(diagrams[0]?.steps.map(({ cpu }) => cpu).join(' ')).toBe('cpu0 cpu1 cpu1 cpu0 cpu0 cpu0 cpu1 cpu1');
  });

  it('reads the same twice', async () => {
    expect(JSON.stringify(await claimsOf(bytes, 'a'))).toBe(JSON.stringify(await claimsOf(bytes, 'a')));
  });
});

describe('a text of a stranger is read in linear time', () => {
  const MEGABYTE = 1_000_000;
  it.each([
    ['one word', 'to '],
    ['quotes', '"'],
    ['open parentheses', 'folio_set_lru('],
    ['flags', 'clear PG_lru before '],
    ['calls', 'move folio_set_lru() '],
    ['fixes', 'We should move folio_set_lru() before folio_test_clear_lru(). '],
    ['retractions', 'That is not enough. '],
    ['blank lines', 'a\n\n'],
    ['one long word', 'x'],
  ])('%s', (_, unit) => {
    extractClaims(said(unit.repeat(Math.ceil(MEGABYTE / unit.length))), vocabulary, cues);
  });
});
