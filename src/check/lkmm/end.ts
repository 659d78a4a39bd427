// What is asked of an execution when it has ended: invariants, on the last write of each cell.
import type { Invariant, Program } from '../../types.ts';
import { binary } from '../arithmetic.ts';
import { FAULT } from '../properties.ts';
import { finalValue } from './engine.ts';
import type { State } from './state.ts';
import { evaluate, type Value } from './term.ts';

/** A property that an execution violates. */
export interface Broken {
  readonly property: string;
  readonly kind: 'invariant' | 'assert' | 'fault';
  readonly level: 'error' | 'information';
}

/** Everything that the finished execution `graph` violates. */
export function brokenBy(program: Program, graph: State): readonly Broken[] {
  const cells = program.cells.map((_, cell) => finalValue(graph, cell));
  const asserts = graph.failures.map(
    ({ what }): Broken => ({ property: `assert: ${what}`, kind: 'assert', level: 'error' }),
  );
  const invariants = program.invariants.flatMap((invariant): Broken[] => {
    const { name, level } = invariant;
    const result = holdsAtEnd(program, invariant, cells);
    if (result === true) return [];
    if (result === false) return [{ property: name, kind: 'invariant', level }];
    return [{ property: `${FAULT.invariant} ${name}`, kind: 'fault', level: 'error' }];
  });
  return [...asserts, ...invariants];
}

const STEPS = 100_000; // instructions of one invariant

/** The truth of an invariant on the values of the cells; undefined when it cannot be evaluated. */
function holdsAtEnd(program: Program, invariant: Invariant, cells: readonly number[]): boolean | undefined {
  const registers: Value[] = new Array<Value>(invariant.registers).fill(0);
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  let pc = 0;
  for (let step = 0; step < STEPS; step++) {
    const instruction = invariant.code[pc]!;
    switch (instruction.op) {
      case 'end':
        return registers[0] !== 0;
      case 'set':
        registers[instruction.dst] = evaluate(instruction.value, registers);
        pc++;
        break;
      case 'load': {
        const cell = cellAt.get(evaluate(instruction.address, registers) as number);
        if (cell === undefined) return undefined;
        const mask = instruction.mask ?? 0;
        registers[instruction.dst] = mask === 0 ? cells[cell]! : binary('&', cells[cell]!, mask);
        pc++;
        break;
      }
      case 'branch':
        pc = evaluate(instruction.cond, registers) !== 0 ? instruction.then : instruction.else;
        break;
      case 'jump':
        pc = instruction.to;
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}
