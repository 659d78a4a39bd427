// Limits end a search with the figures, not in a crash: of states, and of bytes at a scale that a test can wait for.
import { describe, expect, it } from 'vitest';
import { family } from '../../bench/check/family.ts';
import { explore } from '../../src/check/explore.ts';
import { createEdges, endless } from '../../src/check/livelock.ts';
import { createSpace } from '../../src/check/space.ts';
import { bin, c, cell, type Line, NONE, program, r } from './build.ts';

const big = family('c', 4, 3, 'one word');

describe('a search that is too large', () => {
  it('stops at the limit of states', () => {
    const outcome = explore(big, 'sc', { states: 1_000 });
    expect(outcome.kind === 'bounded' && [outcome.states, outcome.bound]).toEqual([1_000, '1,000 states']);
  });

  it('stops when the next states do not fit in the memory, and says how many did', () => {
    for (const [bytes, least] of [
      [200_000, 7_000],
      [1_000_000, 35_000],
    ] as const) {
      const outcome = explore(big, 'sc', { states: 20_000_000 }, { ...NONE, bytes });
      if (outcome.kind !== 'bounded') throw new Error(`expected a bounded search, got ${outcome.kind}`);
      expect(outcome.bound).toBe(`${outcome.states.toLocaleString('en-US')} states in ${bytes / 1e6} MB`);
      expect(outcome.states).toBeGreaterThan(least);
      expect(bytes / outcome.states).toBeLessThan(30);
    }
    expect(explore(big, 'sc', { states: 20_000_000 }, { ...NONE, bytes: 50_000_000 }).kind).toBe('complete');
  });

  it('counts the steps between states where loops make it keep them', () => {
    const counts: Line[] = [
      { op: 'load', dst: 0, address: c(64), order: 'once' },
      { op: 'store', address: c(64), value: bin(r(0), '+', c(1)), order: 'once' },
      { op: 'branch', cond: bin(r(0), '<', c(100)), then: 0, else: 3 },
      { op: 'end' },
    ];
    const one = program([cell(64, 'x')], [counts, counts]);
    const bytes = 300_000;
    const [whole, small] = [100_000_000, bytes].map((most) =>
      explore(one, 'sc', { states: 20_000_000 }, { ...NONE, bytes: most }),
    );
    expect(whole?.kind).toBe('complete');
    expect(small?.kind === 'bounded' && small.bound?.endsWith(' states in 0.3 MB')).toBe(true);
    // Without the steps there would be room for more than ten thousand.
    expect(small?.kind === 'bounded' && small.states).toBeLessThan(8_000);
  });
});

describe('a space', () => {
  it('never takes more than it may, old arrays that are being copied among them', () => {
    for (const most of [20_000, 100_000, 1_000_000]) {
      const space = createSpace(() => 2 ** 30);
      const field = space.addField();
      space.most = most;
      for (let state = 0; !space.isFull; state++) {
        space.set(field, state);
        expect(space.keep(-1, 0)).toBe(state);
        if (state % 997 === 0) expect(space.bytes()).toBeLessThanOrEqual(most);
      }
      expect(space.bytes()).toBeLessThanOrEqual(most);
      for (const state of [0, space.count - 1]) {
        space.load(state);
        expect([space.get(field), space.keep(-1, 0)]).toEqual([state, state]);
      }
    }
  });
});

describe('edges', () => {
  it('are kept in chunks, and the states that lead to no end are found over all of them', () => {
    const edges = createEdges();
    const count = 100_000;
    for (let state = 0; state + 1 < count; state++) if (state !== 70_000) edges.add(state, state + 1);
    expect(edges.count()).toBe(count - 2);
    expect(endless(count, edges, [count - 1])).toBe(0);
    edges.add(70_000, 70_001);
    expect(endless(count, edges, [count - 1])).toBeUndefined();
    expect(endless(count, createEdges(), [0])).toBe(1);
  });
});
