import { describe, expect, it } from 'vitest';
import { explore } from '../../src/check/explore.ts';
import { walkOf } from '../../src/check/walk.ts';
import { nameOf, scheduleOf } from '../../src/check/walk-path.ts';
import type { Instruction, Process, Program, Walk } from '../../src/types.ts';

const at = { frames: [{ file: 'mm/a.c', line: 1, function: 'f' }], text: 'x' };

function load(dst: number, address: number): Instruction {
  return { op: 'load', dst, address: { kind: 'const', value: address }, order: 'once', at };
}

function store(address: number, value: number): Instruction {
  return {
    op: 'store',
    address: { kind: 'const', value: address },
    value: { kind: 'const', value },
    order: 'once',
    at,
  };
}

const END: Instruction = { op: 'end', at };

function process(name: string, code: Instruction[]): Process {
  return { name, label: name.toLowerCase(), cpu: name.replace('P', 'cpu'), code: [...code, END], registers: 1 };
}

/** Store buffering: each writes its own word, then reads the other's; both 0 is what x86-TSO adds. */
const BUFFERING: Program = {
  name: 'sb',
  cells: ['x', 'y', 'a', 'b'].map((object, k) => ({
    address: 64 + 8 * k,
    size: 4,
    object,
    field: '',
    init: object === 'a' || object === 'b' ? 1 : 0,
    kind: 'word',
    signed: true,
  })),
  processes: [
    process('P0', [store(64, 1), load(0, 72), { ...store(80, 0), value: { kind: 'reg', reg: 0 } } as Instruction]),
    process('P1', [store(72, 1), load(0, 64), { ...store(88, 0), value: { kind: 'reg', reg: 0 } } as Instruction]),
  ],
  invariants: [
    {
      name: 'seen',
      when: 'end',
      level: 'error',
      words: 'one of the two sees the store of the other',
      code: [
        { op: 'load', dst: 0, address: { kind: 'const', value: 80 }, order: 'plain', at },
        { op: 'load', dst: 1, address: { kind: 'const', value: 88 }, order: 'plain', at },
        {
          op: 'set',
          dst: 0,
          value: { kind: 'binary', op: '|', left: { kind: 'reg', reg: 0 }, right: { kind: 'reg', reg: 1 } },
          at,
        },
        END,
      ],
      registers: 2,
    },
  ],
  observed: [2, 3],
};

function walk(program: Program, model: 'sc' | 'tso', states = 1_000): Walk {
  const found = walkOf(program, model, { states });
  if ('what' in found) throw new Error(found.why);
  return found;
}

/** Every schedule from the first state, as its choices. */
function schedules({ states }: Walk): number[][] {
  const open: { state: number; choices: number[] }[] = [{ state: 0, choices: [] }];
  const whole: number[][] = [];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { choices } = states[one.state]!;
    if (choices.length === 0) whole.push(one.choices);
    for (const [k, { to }] of choices.entries()) open.push({ state: to, choices: [...one.choices, k] });
  }
  return whole;
}

describe('the graph of choices', () => {
  it('has the schedules of store buffering that can be told apart, and no end under SC where both read 0', () => {
    const graph = walk(BUFFERING, 'sc');
    expect(graph.cut).toBeUndefined();
    expect(graph.path).toBe('');
    expect(graph.violated).toEqual([]);
    expect(graph.states.filter(({ end }) => end === 'whole')).toHaveLength(3);
    // Two stores and two loads in program order: six orders.
    expect(schedules(graph)).toHaveLength(6);
  });

  it('names the schedule of x86-TSO in which both stores wait in their buffers', () => {
    const graph = walk(BUFFERING, 'tso');
    expect(graph.violated).toEqual(['seen']);
    const { taken, fits } = scheduleOf(graph, graph.path);
    const last = graph.states[graph.states[taken.at(-1)!.state]!.choices[taken.at(-1)!.choice]!.to]!;
    expect({ fits, end: last.end, violated: last.violated }).toEqual({ fits: true, end: 'whole', violated: ['seen'] });
    expect(nameOf(graph.states, taken)).toBe(graph.path);
  });

  it('agrees with the search about what is violated, however small it is cut', () => {
    for (const model of ['sc', 'tso'] as const) {
      const outcome = explore(BUFFERING, model, { states: 1_000 });
      const names = outcome.kind === 'refused' ? ['refused'] : outcome.violations.map(({ property }) => property);
      for (const states of [1, 2, 5, 1_000]) expect(walk(BUFFERING, model, states).violated).toEqual(names);
    }
  });

  it('keeps the violation when it is cut, and says so', () => {
    const graph = walk(BUFFERING, 'tso', 1);
    expect(graph.cut).toBe('the 1 nearest states');
    const { taken } = scheduleOf(graph, graph.path);
    const reached = taken.map(({ state, choice }) => graph.states[state]!.choices[choice]!.to);
    expect(graph.states[reached.at(-1)!]!.violated).toEqual(['seen']);
    expect(graph.states.some(({ choices }) => choices.some(({ to }) => to === -1))).toBe(true);
  });

  it('gives every schedule one name, and every name its schedule', () => {
    const graph = walk(BUFFERING, 'tso');
    const names = schedules(graph).map((choices) => {
      let state = 0;
      const taken = choices.map((choice) => {
        const before = state;
        state = graph.states[before]!.choices[choice]!.to;
        return { state: before, choice };
      });
      const name = nameOf(graph.states, taken);
      expect(scheduleOf(graph, name)).toEqual({ taken, fits: true });
      return name;
    });
    expect(new Set(names).size).toBe(names.length);
  });

  it('says that a name does not fit, and goes on as if it ended', () => {
    const graph = walk(BUFFERING, 'sc');
    expect(scheduleOf(graph, '9')).toEqual({ ...scheduleOf(graph, ''), fits: false });
    expect(scheduleOf(graph, '0/0/0/0/0/0/0/0').fits).toBe(false);
    expect(scheduleOf(graph, 'x').fits).toBe(false);
  });

  it('tells the state after each step: the word of the last write', () => {
    const graph = walk(BUFFERING, 'sc');
    const values = new Map(graph.cells.map(({ name, value }) => [name, value]));
    const { taken } = scheduleOf(graph, '');
    for (const { state, choice } of taken) {
      for (const number of graph.states[state]!.choices[choice]!.steps) {
        const step = graph.steps[number]!;
        if (step.cell !== undefined && step.value !== undefined) values.set(graph.cells[step.cell]!.name, step.value);
      }
    }
    // P0 runs first and reads 0; P1 reads 1.
    expect([...values]).toEqual([
      ['x', '1'],
      ['y', '1'],
      ['a', '0'],
      ['b', '1'],
    ]);
  });
});
