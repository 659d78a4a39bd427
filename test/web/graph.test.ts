import { describe, expect, it } from 'vitest';
import type { Executions, History, Scenario, ShownExecution } from '../../src/types.ts';
import { eventsOf, hasGraphs, nameOf, nearest } from '../../src/web/graph-data.ts';

/** Two processes: a store and a flag, and an exchange that reads the flag and then the store. */
const MP: ShownExecution = {
  events: [
    { process: 0, pc: 0, kind: 'write', tag: 'once', cell: 0, value: 1 },
    { process: 0, pc: 1, kind: 'fence', tag: 'wmb', cell: undefined, value: undefined },
    { process: 0, pc: 2, kind: 'write', tag: 'once', cell: 1, value: 1 },
    { process: 1, pc: 0, kind: 'read', tag: 'once', cell: 1, value: 1 },
    { process: 1, pc: 0, kind: 'write', tag: 'once', cell: 1, value: 2 },
    { process: 1, pc: 1, kind: 'read', tag: 'once', cell: 0, value: 0 },
    { process: 1, pc: 2, kind: 'write', tag: 'plain', cell: 2, value: 0 },
  ],
  rf: [
    [2, 3],
    [-1, 5],
  ],
  co: [[0], [2, 4], [6]],
  words: ['write x', 'fence wmb', 'write flag', 'exchange flag: was 1', 'writes 2', 'read x: 0', 'write own'],
  at: [0, 0, 0, 1, 1, 1, 1],
  pairs: [[3, 4]],
  fr: [[5, 0]],
  outcome: '',
  violated: ['I'],
  isSequential: false,
  others: [
    { read: 5, from: "P0 in 'x = 1'", execution: 2 },
    { read: 3, from: 'the initial value', execution: 1 },
  ],
};
const other = (...to: number[]): ShownExecution => ({
  ...MP,
  rf: [[-1, 3]],
  others: to.map((execution) => ({ read: 3, from: '', execution })),
});
const ALL: Executions = {
  ...{ model: 'lkmm', processes: [], cells: [], invariants: [], first: 0, bound: undefined },
  places: [
    { file: 'mm/x.c', line: 7, function: 'writer', text: 'x = 1' },
    { file: '', line: 0, function: '', text: 'own()' },
  ],
  executions: [MP, other(3), other(0), other(1), other(0)],
};

describe('an execution on a page', () => {
  it('has the two halves of an exchange as one event, and names of events for edges', () => {
    const events = eventsOf(ALL, MP);
    expect(events.map(({ name, sees, before, overwritten }) => [name, sees, before, overwritten])).toEqual([
      ['a1', undefined, [], []],
      ['a2', undefined, [], []],
      ['a3', undefined, [], ['b1']],
      ['b1', 'a3', [], []],
      ['b2', 'the initial value', ['a1'], []],
      ['b3', undefined, [], []],
    ]);
    expect(events.map(({ isShared }) => isShared)).toEqual([true, true, true, true, true, false]);
    expect(events[0]?.where).toBe('mm/x.c:7 in writer()');
    expect(events[3]?.where).toBe('');
    expect(events[4]?.others.map(({ execution }) => execution)).toEqual([2]);
  });

  it('is named by what its reads see and by the order of stores, and by nothing else', () => {
    expect(nameOf(MP)).toMatch(/^[0-9a-f]{8}$/);
    expect(nameOf({ ...MP, words: [], violated: [], others: [] })).toBe(nameOf(MP));
    expect(nameOf({ ...MP, rf: [[-1, 3]] })).not.toBe(nameOf(MP));
    expect(nameOf({ ...MP, co: [[0], [4, 2], [6]] })).not.toBe(nameOf(MP));
  });

  it('is shown when few other stores lead to it from the first one', () => {
    expect(nearest(ALL, 10)).toEqual([0, 2, 1, 3]);
    expect(nearest(ALL, 2)).toEqual([0, 2]);
    expect(nearest({ ...ALL, executions: [] }, 2)).toEqual([]);
  });
});

describe('a scenario', () => {
  const history = (lkmm: string): History =>
    ({
      races: [
        {
          ...{ rule: 'r', scenario: 'S', isMain: true },
          runs: {
            sc: [{ from: 0, to: 1, verdict: 'holds' }],
            lkmm: [{ from: 0, to: 1, verdict: lkmm }],
          },
        },
      ],
    }) as unknown as History;
  const scenario = (code: string): Scenario => ({ name: 'S', words: '', code, line: 1 });

  it('has a page of executions when LKMM says something else than SC, unless its invariant holds always', () => {
    expect(hasGraphs(history('holds'), 'r', scenario(''))).toBe(false);
    expect(hasGraphs(history('violated'), 'r', scenario(''))).toBe(true);
    expect(hasGraphs(history('violated'), 'r', scenario('/* invariant I always: words */'))).toBe(false);
    expect(hasGraphs(history('violated'), 'other', scenario(''))).toBe(false);
  });
});
