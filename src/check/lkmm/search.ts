// The search: every consistent execution graph of a program, each once, depth first and without a table of graphs.
//
// A read takes its value from a write that is in the graph, or commits to one that is not: it is then pending, and its process
// waits. A placed write is taken by some of the pending reads of its cell. When every process waits, one that may still write
// what another waits for runs ahead with symbols for values: that is load buffering. Which process moves is a function of the
// graph alone and the choices at each step exclude each other, so no graph is reached twice.
import { assert } from '../../errors.ts';
import type { Expr, Instruction, MemoryModel, Program } from '../../types.ts';
import { Undefined } from '../arithmetic.ts';
import { type Axioms, createAxioms } from './axioms.ts';
import { IS, NOWHERE, PENDING } from './event.ts';
import { feedOf, type Ground, groundOf } from './footing.ts';
import { type Cells, cellOf, isRead, issueRead, issueWrite, isWrite, valueIn, variantsOf } from './issue.ts';
import { claim, type Fuel, runLocal, type Stop, take } from './local.ts';
import { mayOvertake } from './overtake.ts';
import { assumptionsHold, connect, insert, isReady, placesOf, sourcesOf, takersOf } from './place.ts';
import { type Cpu, copy, Fault, Full, initial, SET, type State, settle } from './state.ts';

/** How much is searched before it is given up. */
export interface Budget {
  readonly graphs: number; // consistent executions
  readonly nodes: number; // steps of the search with a choice
  readonly unroll: number; // turns of a loop that are not folded, a process
}

/** Who is told what a search finds. */
export interface Observer {
  /** Called before the first graph, and again when the search starts over because a loop made more events than expected. */
  readonly begin: () => void;
  /** A consistent finished execution; false stops the search. */
  readonly finished: (graph: State, axioms: Axioms) => boolean;
  /** A process faults in this consistent execution, which is not finished; false stops the search. */
  readonly fault: (graph: State, fault: Fault) => boolean;
}

/** What a search found out, beside the graphs. */
export interface Searched {
  readonly graphs: number;
  readonly nodes: number;
  readonly bound: string | undefined; // what was given up
}

const STEPS = 10_000;
const WIDEST = 16; // 512 events

/**
 * Tells `observer` of each consistent finished execution of `program` under `model`, once.
 * `kept` are the registers, by process, that matter at the end. Exponential in the reads and writes that conflict.
 */
export function search(
  program: Program,
  model: Exclude<MemoryModel, 'tso'>,
  kept: readonly (readonly number[])[],
  budget: Budget,
  observer: Observer,
): Searched {
  const ground = groundOf(program, kept);
  for (let words = Math.max(1, Math.ceil(ground.events / 32)); ; words *= 2) {
    if (words > WIDEST) {
      return { graphs: 0, nodes: 0, bound: `${WIDEST * 32} events in one execution` };
    }
    observer.begin();
    try {
      return searchWith(ground, model, words, budget, observer);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
    }
  }
}

function searchWith(
  ground: Ground,
  model: Exclude<MemoryModel, 'tso'>,
  words: number,
  budget: Budget,
  observer: Observer,
): Searched {
  const axioms = createAxioms(words);
  const machine = createMachine(ground, words, budget);
  const open: State[] = [
    initial(
      words,
      ground.program.cells.map((cell) => cell.init | 0),
      ground.processes.map(({ registers }) => registers),
    ),
  ];
  let graphs = 0;
  let nodes = 0;
  let bound: string | undefined;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const next = machine.advance(state);
    if (next === 'dead') continue;
    if (next === 'stuck') {
      // the path is not followed to its end; what it reached must be possible for that to matter
      if (axioms.consistent(state, model)) bound ??= machine.bound();
      continue;
    }
    if (next === 'fault') {
      if (axioms.consistent(state, model) && !observer.fault(state, state.fault!)) break;
      continue;
    }
    if (next === 'finished') {
      if (state.fresh && !axioms.consistent(state, model)) continue;
      graphs++;
      if (!observer.finished(state, axioms)) break;
      if (graphs >= budget.graphs) return { graphs, nodes, bound: `${budget.graphs.toLocaleString('en')} executions` };
      continue;
    }
    if (state.fresh) {
      if (!axioms.consistent(state, model)) continue;
      state.fresh = false;
    }
    if (++nodes > budget.nodes) return { graphs, nodes, bound: `${budget.nodes.toLocaleString('en')} steps` };
    const children = next();
    for (let k = children.length - 1; k >= 0; k--) open.push(children[k]!);
  }
  return { graphs, nodes, bound };
}

/** A choice is worked out only when the graph so far is consistent. */
type Choice = () => readonly State[];
type Advanced = 'dead' | 'finished' | 'stuck' | 'fault' | Choice;

interface Machine {
  /** Runs `state` on until there is a choice. */
  readonly advance: (state: State) => Advanced;
  readonly bound: () => string;
}

function createMachine(ground: Ground, words: number, budget: Budget): Machine {
  const fuel: Fuel = { unroll: budget.unroll, steps: STEPS };
  const cells: Cells = {
    cellAt: ground.cellAt,
    isLock: ground.isLock,
    code: ground.processes.map(({ code }) => code),
  };
  let bound = '';

  const advance = (state: State): Advanced => {
    try {
      return run(state);
    } catch (error) {
      if (error instanceof Undefined) return 'dead'; // a division by zero: not an execution
      throw error;
    }
  };

  /** Runs `step` of a process; when it faults the process stops there, and the rest runs on. */
  const guarded = <T>(state: State, cpu: Cpu, step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      cpu.ended = true;
      cpu.blocked = -1;
      state.fault ??= error;
      return undefined;
    }
  };

  /** True when the faults of a graph cannot come from a guess: nothing is open but what waits at the end of its process. */
  const isGenuine = (state: State): boolean =>
    state.assumed.length === 0 &&
    state.pending.every((r) => isLast(state, state.cpus[state.events[r]!.process]!, r)) &&
    state.loose.every((e) => state.pending.includes(state.events[e]!.partner));

  const run = (state: State): Advanced => {
    for (;;) {
      if (state.fault !== undefined && isGenuine(state)) return 'fault';
      const settled = settleLoose(state);
      if (settled === 'dead') return 'dead';
      if (typeof settled === 'function') return settled;
      if (settled === 'moved') continue;
      if (state.pending.some((r) => !isFed(state, r))) return 'dead';
      const local = runAll(state);
      if (state.fault !== undefined && isGenuine(state)) return 'fault';
      if (local !== undefined) return local;
      const cpu = nextWriter(state) ?? nextReader(state);
      if (cpu === undefined) {
        if (state.cpus.every((one) => one.ended && one.blocked < 0)) {
          // what is open then waits for itself: a value out of thin air, which is no execution
          return state.pending.length === 0 && state.loose.length === 0 ? 'finished' : 'dead';
        }
        if (!runAhead(state)) return 'dead';
        continue;
      }
      if (isWrite(cells.code[cpu.process]![cpu.pc]!)) {
        guarded(state, cpu, () => issueWrite(state, cpu, cells));
        continue;
      }
      const variants = variantsOf(cells.code[cpu.process]![cpu.pc]!);
      if (variants.length === 1) {
        const r = issueRead(state, cpu, cells, variants[0]!);
        if (state.source[r] === NOWHERE) block(state, r);
        const choice = state.source[r] === NOWHERE ? undefined : chooseSource(state, r);
        if (choice === undefined) continue;
        return choice;
      }
      return () =>
        variants.flatMap((variant) => {
          const child = copy(state);
          const own = child.cpus[cpu.process]!;
          const r = issueRead(child, own, cells, variant);
          if (variant === 'failure' && isFutile(child, own)) return [];
          return assumptionsHold(child) ? sourcesFor(child, r) : [];
        });
    }
  };

  /** True when `cpu` goes back to try again whatever it reads: that turn is not followed. */
  const isFutile = (state: State, cpu: Cpu): boolean => {
    const trial = copy(state);
    const ahead = trial.cpus[cpu.process]!;
    const stop = guarded(trial, ahead, () => runLocal(trial, ahead, ground.processes[cpu.process]!, cells, fuel));
    return stop?.kind === 'folded';
  };

  /** Places what became known. 'moved' when the graph changed, undefined when there is nothing to do. */
  const settleLoose = (state: State): 'dead' | 'moved' | Choice | undefined => {
    for (const e of state.loose) {
      const event = state.events[e]!;
      if (state.loc[e]! < 0) {
        const address = settle(state, event.address);
        if (typeof address !== 'number') continue;
        // a process that ran ahead of a fault did what it never does
        const cell = cells.cellAt.get(address);
        if (cell === undefined) return 'dead';
        state.loc[e] = cell;
        state.fresh = true;
      }
      if (state.source[e] === NOWHERE) {
        state.loose = state.loose.filter((one) => one !== e);
        state.source[e] = PENDING;
        state.pending = [...state.pending, e];
        return chooseSource(state, e) ?? 'moved';
      }
      if ((event.is & IS.write) === 0 || !isReady(state, e)) continue;
      state.loose = state.loose.filter((one) => one !== e);
      const placements = placementsOf(state, e);
      if (placements.length === 0) return 'dead';
      if (placements.length === 1) return place(state, e, placements[0]!) ? 'moved' : 'dead';
      return () =>
        placements.flatMap((placement) => {
          const child = copy(state);
          return place(child, e, placement) ? [child] : [];
        });
    }
    return undefined;
  };

  /** Runs every process that does not wait up to its next access. */
  const runAll = (state: State): Advanced | undefined => {
    for (const cpu of state.cpus) {
      if (cpu.ended || cpu.blocked >= 0) continue;
      const footing = ground.processes[cpu.process]!;
      const stop = guarded(state, cpu, (): Stop => {
        const result = runLocal(state, cpu, footing, cells, fuel);
        if (result.kind === 'access') checkAddress(state, cpu);
        return result;
      });
      if (stop === undefined) continue;
      switch (stop.kind) {
        case 'access':
        case 'end':
          continue;
        case 'folded':
          return 'dead';
        case 'unrolled':
          bound = `${budget.unroll} turns of a loop`;
          return 'stuck';
        case 'endless':
          bound = `${STEPS.toLocaleString('en')} instructions without an access`;
          return 'stuck';
        case 'choose':
          return () =>
            stop.instruction.values.map((value) => {
              const child = copy(state);
              const own = child.cpus[cpu.process]!;
              own.registers[stop.instruction.dst] = value | 0;
              own.depends[stop.instruction.dst] = new Int32Array(words);
              own.pc++;
              return child;
            });
        case 'fork':
          return () =>
            [true, false].flatMap((holds) => {
              const child = copy(state);
              child.assumed = [...child.assumed, { value: stop.value, holds }];
              const own = child.cpus[cpu.process]!;
              if (stop.instruction.op === 'assert') {
                claim(child, own, stop.instruction.what, holds);
                return [child];
              }
              const left = take(child, own, footing, stop.instruction, holds, fuel);
              if (left?.kind === 'unrolled') bound = `${budget.unroll} turns of a loop`;
              return left === undefined ? [child] : [];
            });
        default:
          stop satisfies never;
      }
    }
    return undefined;
  };

  /** Throws Fault when the next access of `cpu` is to no cell. */
  const checkAddress = (state: State, cpu: Cpu): void => {
    const instruction = cells.code[cpu.process]![cpu.pc]!;
    const address = addressOf(instruction);
    if (address !== undefined) cellOf(cells, valueIn(state, cpu, address), instruction);
  };

  const nextWriter = (state: State): Cpu | undefined =>
    state.cpus.find((cpu) => !cpu.ended && cpu.blocked < 0 && isWrite(cells.code[cpu.process]![cpu.pc]!));

  /** Reads that nobody can write any more come first. */
  const nextReader = (state: State): Cpu | undefined => {
    let contended: Cpu | undefined;
    for (const cpu of state.cpus) {
      if (cpu.ended || cpu.blocked >= 0) continue;
      const instruction = cells.code[cpu.process]![cpu.pc]!;
      assert(isRead(instruction), `expected an access at ${cpu.pc} of process ${cpu.process}`);
      const value = valueIn(state, cpu, addressOf(instruction)!);
      const cell = cellOf(cells, value, instruction);
      if (cell >= 0 && !mayBeWritten(state, cpu.process, cell, state.events.length)) return cpu;
      contended ??= cpu;
    }
    return contended;
  };

  /** True when a write to `cell` may still come: from another process, or from one of its own before event `r`. */
  const mayBeWritten = (state: State, process: number, cell: number, r: number): boolean =>
    state.cpus.some(
      (cpu) =>
        cpu.process !== process && !cpu.ended && writesAny(ground.processes[cpu.process]!.mayWrite[cpu.pc]!, cell),
    ) || state.loose.some((w) => isLooseWriter(state, w, cell, process, r));

  const isLooseWriter = (state: State, w: number, cell: number, process: number, r: number): boolean => {
    const event = state.events[w]!;
    if ((event.is & IS.write) === 0 || (state.loc[w] !== cell && state.loc[w]! >= 0)) return false;
    return event.process !== process || w < r;
  };

  /** True when some write may still feed the pending read. */
  const isFed = (state: State, r: number): boolean => {
    const event = state.events[r]!;
    const cell = state.loc[r]!;
    // reads of a lock wait for who takes it or for who frees it
    const takes = ground.isLock[cell]! && event.demand?.equal === false;
    const feed = feedOf(cell, takes);
    for (const cpu of state.cpus)
      if (cpu.process !== event.process && !cpu.ended && ground.processes[cpu.process]!.mayWrite[cpu.pc]![feed] === 1)
        return true;
    return state.loose.some((w) => {
      if (!isLooseWriter(state, w, cell, event.process, r)) return false;
      return !ground.isLock[cell]! || ((state.events[w]!.is & IS.lkw) !== 0) === takes;
    });
  };

  /** Gives read `r` its source, or returns the choice between several. */
  const chooseSource = (state: State, r: number): Choice | 'dead' | undefined => {
    const indices = sourcesOf(state, r);
    const waits = isFed(state, r);
    if (indices.length === 1 && !waits) {
      const write = state.co[state.loc[r]!]![indices[0]!]!;
      return connect(state, r, write) ? undefined : 'dead';
    }
    if (indices.length === 0) {
      if (!waits) return 'dead';
      block(state, r);
      return undefined;
    }
    return () => branches(state, r, indices, waits);
  };

  const sourcesFor = (state: State, r: number): readonly State[] => {
    if (state.source[r] === NOWHERE) {
      block(state, r);
      return [state];
    }
    return branches(state, r, sourcesOf(state, r), isFed(state, r));
  };

  const branches = (state: State, r: number, indices: readonly number[], waits: boolean): readonly State[] => {
    const cell = state.loc[r]!;
    const children = indices.flatMap((i) => {
      const child = copy(state);
      return connect(child, r, state.co[cell]![i]!) ? [child] : [];
    });
    if (!waits) return children;
    const child = copy(state);
    block(child, r);
    return [...children, child];
  };

  const block = (state: State, r: number): void => {
    const cpu = state.cpus[state.events[r]!.process]!;
    // a read of a process that ran ahead may become known late: the process has moved on
    if (cpu.blocked < 0 && isLast(state, cpu, r)) cpu.blocked = r;
  };

  const isLast = (state: State, cpu: Cpu, r: number): boolean => {
    for (let e = state.events.length - 1; e > r; e--) {
      const event = state.events[e]!;
      if (event.process === cpu.process && event.partner !== r) return false;
    }
    return true;
  };

  interface Placement {
    readonly k: number;
    readonly takers: readonly number[];
  }

  const placementsOf = (state: State, w: number): readonly Placement[] => {
    const value = settle(state, state.events[w]!.value) as number;
    return placesOf(state, w).flatMap((k) =>
      subsets(takersOf(state, w, k, value), (r) => (state.events[r]!.is & IS.pair) !== 0).map((takers) => ({
        k,
        takers,
      })),
    );
  };

  const place = (state: State, w: number, { k, takers }: Placement): boolean => {
    insert(state, w, k, settle(state, state.events[w]!.value) as number);
    return takers.every((r) => connect(state, r, w));
  };

  /**
   * Lets a process that waits go on although its read is open. Were every pending read fed by a write that is ordered behind a
   * pending read of its own process, hb would have a cycle: so in an execution that can be finished some process may overtake.
   * The argument needs marked accesses: a plain write is let go on wherever it stands, and while a plain access is open all are.
   */
  const runAhead = (state: State): boolean => {
    const isPlain = [...state.pending, ...state.loose].some((e) => !isMarked(state, e));
    for (const cpu of state.cpus) {
      if (cpu.ended || cpu.blocked < 0) continue;
      const footing = ground.processes[cpu.process]!;
      const own = state.pending.filter((r) => state.events[r]!.process === cpu.process && isMarked(state, r));
      const isHeldBack = own.some((r) => isOrderedAfter(cpu, r));
      const overtaking = isHeldBack || isPlain ? undefined : mayOvertake(cpu, footing, own);
      const feedsAnother = state.pending.some((r) => {
        const event = state.events[r]!;
        if (event.process === cpu.process) return false;
        const cell = state.loc[r]!;
        const takes = ground.isLock[cell]! && event.demand?.equal === false;
        const feed = feedOf(cell, takes);
        if (own.length === 0 || isPlain) return footing.mayWrite[cpu.pc]![feed] === 1;
        return overtaking?.[feed] === 1 || footing.mayWritePlain[cpu.pc]![feed] === 1;
      });
      if (!feedsAnother) continue;
      cpu.blocked = -1;
      return true;
    }
    return false;
  };

  const isMarked = (state: State, e: number): boolean => (state.events[e]!.is & IS.plain) === 0;

  /** True when everything the process does next is ordered behind its read `r`, by a fence or an acquire. */
  const isOrderedAfter = (cpu: Cpu, r: number): boolean => {
    const word = r >>> 5;
    const fenced =
      cpu.sets[SET.strong * words + word]! | cpu.sets[SET.acquires * words + word]! | cpu.sets[SET.gp * words + word]!;
    return (fenced & (1 << (r & 31))) !== 0;
  };

  return { advance, bound: () => bound };
}

function addressOf(instruction: Instruction): Expr | undefined {
  if (!isRead(instruction) && !isWrite(instruction)) return undefined;
  return 'address' in instruction ? instruction.address : 'domain' in instruction ? instruction.domain : undefined;
}

function writesAny(feeds: Uint8Array, cell: number): boolean {
  return feeds[feedOf(cell, false)] === 1 || feeds[feedOf(cell, true)] === 1;
}

/** Every subset of `items` with at most one for which `isSingle` holds. */
function subsets(items: readonly number[], isSingle: (item: number) => boolean): readonly (readonly number[])[] {
  let all: (readonly number[])[] = [[]];
  for (const item of items) {
    const single = isSingle(item);
    all = all.flatMap((set) => (single && set.some(isSingle) ? [set] : [set, [...set, item]]));
  }
  return all;
}
