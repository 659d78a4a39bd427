import { describe, expect, it } from 'vitest';
import { family } from '../../../bench/check/family.ts';
import { executionsOf } from '../../../src/check/lkmm/executions.ts';
import { exploreLkmm } from '../../../src/check/lkmm/explore.ts';
import type { Executions, Program } from '../../../src/types.ts';
import { bin, c, cell, invariant, type Line, program, r } from '../build.ts';

const X = 64;
const Y = 72;
const SEEN = [80, 88] as const;
const END: Line = { op: 'end' };

/** Store buffering: each process stores one cell and reads the other; both reads give 0 only when loads overtake stores. */
function storeBuffering(fence: readonly Line[]): Program {
  const half = (own: number, other: number, seen: number): readonly Line[] => [
    { op: 'store', address: c(own), value: c(1), order: 'once' },
    ...fence,
    { op: 'load', dst: 0, address: c(other), order: 'once' },
    { op: 'store', address: c(seen), value: r(0), order: 'once' },
    END,
  ];
  const cells = [cell(X, 'a.x'), cell(Y, 'a.y'), cell(SEEN[0], 'a.p', 7), cell(SEEN[1], 'a.q', 7)];
  const told: Line[] = [
    { op: 'load', dst: 1, address: c(SEEN[0]), order: 'once' },
    { op: 'load', dst: 2, address: c(SEEN[1]), order: 'once' },
    { op: 'set', dst: 0, value: bin(r(1), '|', r(2)) },
    END,
  ];
  return program(cells, [half(X, Y, SEEN[0]), half(Y, X, SEEN[1])], [invariant('I-seen', 'end', told)]);
}

function executions(of: Program, most = 100): Executions {
  const found = executionsOf(of, most);
  if ('what' in found) throw new Error(found.why);
  return found;
}

describe('the executions of a program under LKMM', () => {
  it('store buffering has four, and the reader begins with the one that no interleaving gives', () => {
    const { executions: all, first, bound } = executions(storeBuffering([]));
    expect(bound).toBeUndefined();
    expect(all.map(({ isSequential, violated }) => [isSequential, violated])).toEqual(
      all.map((_, k) => (k === first ? [false, ['I-seen']] : [true, []])),
    );
    expect(all.length).toBe(4);
    const { events, words, rf, fr, outcome } = all[first]!;
    expect(outcome).toBe('a.x=1 a.y=1 a.p=0 a.q=0');
    expect(events.map(({ process, kind }) => `${process} ${kind}`)).toEqual([
      ...['0 write', '0 read', '0 write'],
      ...['1 write', '1 read', '1 write'],
    ]);
    expect(words[1]).toBe('read y: 0');
    expect(rf).toEqual([
      [-1, 1],
      [-1, 4],
    ]);
    expect(fr).toEqual([
      [1, 3],
      [4, 0],
    ]);
  });

  it('a read that could see another store names the execution in which it does', () => {
    const { executions: all, first } = executions(storeBuffering([]));
    const { others } = all[first]!;
    expect(others.map(({ read, from }) => [read, from])).toEqual([
      [1, "P1 in 'store'"],
      [4, "P0 in 'store'"],
    ]);
    for (const { read, execution } of others)
      expect(all[execution]!.rf.find((edge) => edge[1] === read)![0]).not.toBe(-1);
  });

  it('a full fence stands where the process ran it, and leaves three', () => {
    const { executions: all } = executions(storeBuffering([{ op: 'fence', fence: 'mb' }]));
    expect(all.map(({ violated }) => violated)).toEqual([[], [], []]);
    expect(all[0]!.events.slice(0, 4).map(({ kind, tag }) => `${kind} ${tag}`)).toEqual([
      ...['write once', 'fence mb', 'read once', 'write once'],
    ]);
  });

  it('says when there are more', () => {
    expect(executions(storeBuffering([]), 2).bound).toBe('2 executions');
  });

  it('the munlock family has as many as the verdict counts, and the same properties break', () => {
    for (const variant of ['a', 'b', 'c', 'n'] as const) {
      const one = family(variant, 2, 2, 'split words');
      const outcome = exploreLkmm(one);
      if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
      const { executions: all } = executions(one, 1000);
      expect(all.length).toBe(outcome.states);
      expect([...new Set(all.flatMap(({ violated }) => violated))].sort()).toEqual(
        outcome.violations.map(({ property }) => property),
      );
      expect([...new Set(all.map((each) => each.outcome))].sort()).toEqual(outcome.terminals);
    }
  });
});
