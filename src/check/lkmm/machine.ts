// The processes of a program on a graph that grows: which of them moves, and where there is a choice. Which process moves is a
// function of the graph alone, and the choices of a step exclude each other.
import { assert } from '../../errors.ts';
import type { Expr, Instruction } from '../../types.ts';
import { Undefined } from '../arithmetic.ts';
import { block, type Choice, chooseSource, isLast, place, placementsOf, sourcesFor } from './choose.ts';
import { IS, NOWHERE, PENDING } from './event.ts';
import type { Ground } from './footing.ts';
import { type Cells, cellOf, isRead, issueRead, issueWrite, isWrite, variantsOf } from './issue.ts';
import { claim, type Fuel, runLocal, type Stop, take } from './local.ts';
import { assumptionsHold, isReady } from './place.ts';
import { valueIn } from './reading.ts';
import type { Budget } from './search.ts';
import { type Cpu, copy, Fault, type State, settle } from './state.ts';
import { mayBeWritten, runAhead, starves } from './wait.ts';

/** What became of a state that was run on: a choice, or its end. */
export type Advanced = 'dead' | 'finished' | 'stuck' | 'fault' | Choice;

/** The processes of a program, running on a graph. */
export interface Machine {
  /** Runs `state` on until there is a choice. */
  readonly advance: (state: State) => Advanced;
  readonly bound: () => string;
}

const STEPS = 10_000;

/** A machine for the program of `ground`, with rows of `words` words; of the budget it keeps to the turns of loops and to the guess. */
export function createMachine(ground: Ground, words: number, { unroll, guess }: Budget): Machine {
  const fuel: Fuel = { unroll, steps: STEPS };
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
      if (guess !== undefined && state.pending.length > guess.waits) {
        bound = 'a part of the executions';
        return 'stuck';
      }
      if (starves(state, ground)) return 'dead';
      const local = runAll(state);
      if (state.fault !== undefined && isGenuine(state)) return 'fault';
      if (local !== undefined) return local;
      const cpu = nextWriter(state) ?? nextReader(state);
      if (cpu === undefined) {
        if (state.cpus.every((one) => one.ended && one.blocked < 0)) {
          // what is open then waits for itself: a value out of thin air, which is no execution
          return state.pending.length === 0 && state.loose.length === 0 ? 'finished' : 'dead';
        }
        if (!runAhead(state, ground)) return 'dead';
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
        const choice = state.source[r] === NOWHERE ? undefined : chooseSource(state, ground, r);
        if (choice === undefined) continue;
        return choice;
      }
      return () =>
        variants.flatMap((variant) => {
          const child = copy(state);
          const own = child.cpus[cpu.process]!;
          const r = issueRead(child, own, cells, variant);
          if (variant === 'failure' && isFutile(child, own)) return [];
          return assumptionsHold(child) ? sourcesFor(child, ground, r) : [];
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
        return chooseSource(state, ground, e) ?? 'moved';
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
          bound = `${unroll} turns of a loop`;
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
              const { instruction } = stop;
              const before = child.events.length;
              own.marks = [...own.marks, { pc: own.pc, instruction, before, value: value | 0 }];
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
              if (left?.kind === 'unrolled') bound = `${unroll} turns of a loop`;
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
      if (cell >= 0 && !mayBeWritten(state, ground, cpu.process, cell, state.events.length)) return cpu;
      if (contended === undefined || guess?.lastFirst === true) contended = cpu;
    }
    return contended;
  };

  return { advance, bound: () => bound };
}

function addressOf(instruction: Instruction): Expr | undefined {
  if (!isRead(instruction) && !isWrite(instruction)) return undefined;
  return 'address' in instruction ? instruction.address : 'domain' in instruction ? instruction.domain : undefined;
}
