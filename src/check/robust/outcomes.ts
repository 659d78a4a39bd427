// What one access can come to: into the register, and into its cell.
import type { Expr, Instruction } from '../../types.ts';
import type { variantsOf } from '../lkmm/issue.ts';
import { dependsOf, modified, valueIn } from '../lkmm/reading.ts';
import { noEvents } from '../lkmm/sets.ts';
import type { Cpu, State } from '../lkmm/state.ts';
import type { Value } from '../lkmm/term.ts';
import { combine } from '../lkmm/term.ts';
import { type Bits, EVERY_BIT, Unknown } from './facts.ts';

/** What an access gives when the value of its cell is `old`: into the register, and into the cell. */
export interface Effect {
  readonly dst?: number;
  readonly result?: Value;
  readonly next?: Value;
}

/** The address of an access. Throws Unknown for an instruction without one. */
export function addressOf(instruction: Instruction): Expr {
  if ('address' in instruction) return instruction.address;
  if ('domain' in instruction && instruction.domain !== undefined) return instruction.domain;
  throw new Unknown(`${instruction.op} has no address`);
}

/** Which outcome of a conditional access is meant. */
export type Variant = ReturnType<typeof variantsOf>[number];

/** The outcomes of an access to a cell whose value is `old`, a term when it is not known. */
export function effectsOf(
  state: State,
  cpu: Cpu,
  instruction: Instruction,
  old: Value,
): readonly { readonly effect: Effect; readonly variant: Variant }[] {
  const value = (expr: Expr): Value => valueIn(state, cpu, expr);
  const masked = (mask: number | undefined): Value =>
    mask === undefined || mask === 0 ? old : combine('&', old, mask);
  const only = (effect: Effect): { effect: Effect; variant: Variant }[] => [{ effect, variant: 'only' }];
  const either = (condition: Value, success: Effect, failure: Effect): { effect: Effect; variant: Variant }[] => [
    ...(condition === 0 ? [] : [{ effect: success, variant: 'success' as const }]),
    ...(typeof condition === 'number' && condition !== 0 ? [] : [{ effect: failure, variant: 'failure' as const }]),
  ];
  switch (instruction.op) {
    case 'load':
      return only({ dst: instruction.dst, result: masked(instruction.mask) });
    case 'store':
      return only({ next: value(instruction.value) });
    case 'unlock':
      return only({ next: 0 });
    case 'rmw': {
      const { fn, dst, mask } = instruction;
      const next = modified(fn, old, value(instruction.operand));
      return only(dst === undefined ? { next } : { dst, result: masked(mask), next });
    }
    case 'cmpxchg': {
      const { dst } = instruction;
      const next = value(instruction.desired);
      return either(combine('==', old, value(instruction.expected)), { dst, result: old, next }, { dst, result: old });
    }
    case 'add-unless': {
      const { dst } = instruction;
      const next = combine('+', old, value(instruction.operand));
      return either(combine('!=', old, value(instruction.unless)), { dst, result: 1, next }, { dst, result: 0 });
    }
    case 'try-bits': {
      const { dst, mask } = instruction;
      const next = combine('|', old, mask);
      return either(combine('==', combine('&', old, mask), 0), { dst, result: 1, next }, { dst, result: 0 });
    }
    case 'await': {
      const { mask, value: wanted, take: takes } = instruction;
      if (combine('==', combine('&', old, mask), wanted | 0) === 0) return []; // it waits for ever
      return only(takes ? { next: combine('|', old, mask) } : {});
    }
    case 'lock':
      return combine('==', old, 0) === 0 ? [] : only({ next: cpu.process + 1 });
    case 'trylock': {
      const { dst } = instruction;
      return either(combine('==', old, 0), { dst, result: 1, next: cpu.process + 1 }, { dst, result: 0 });
    }
    case 'is-locked': {
      const { dst } = instruction;
      return either(combine('!=', old, 0), { dst, result: 1 }, { dst, result: 0 });
    }
    default:
      throw new Unknown(`${instruction.op} is not followed`);
  }
}

/** What an access that writes may do to the bits of its cell, as far as its code says. */
export function changedBits(state: State, cpu: Cpu, instruction: Instruction): Bits {
  if (instruction.op === 'try-bits') return { sets: instruction.mask, clears: 0, copies: 0 };
  if (instruction.op === 'await') return { sets: instruction.take ? instruction.mask : 0, clears: 0, copies: 0 };
  if (instruction.op !== 'rmw') return EVERY_BIT;
  const operand = valueIn(state, cpu, instruction.operand);
  if (typeof operand !== 'number') return EVERY_BIT;
  switch (instruction.fn) {
    case 'or':
      return { sets: operand, clears: 0, copies: 0 };
    case 'andnot':
      return { sets: 0, clears: operand, copies: 0 };
    case 'and':
      return { sets: 0, clears: ~operand, copies: 0 };
    case 'xor':
      return { sets: operand, clears: operand, copies: 0 };
    default:
      return EVERY_BIT;
  }
}

/** The word behind a read-modify-write of `old`, as far as nobody else changes it. */
export function nextOf(state: State, cpu: Cpu, instruction: Instruction, old: number): Value | undefined {
  if (instruction.op === 'rmw') return modified(instruction.fn, old, valueIn(state, cpu, instruction.operand));
  return instruction.op === 'await' ? old | instruction.mask : undefined;
}

/** The reads that the value stored depends on. */
export function inputs(cpu: Cpu, instruction: Instruction, words: number): Int32Array {
  switch (instruction.op) {
    case 'store':
      return dependsOf(cpu, instruction.value, words);
    case 'rmw':
    case 'add-unless':
      return dependsOf(cpu, instruction.operand, words);
    case 'cmpxchg':
      return dependsOf(cpu, instruction.desired, words);
    default:
      return noEvents(words);
  }
}

/** True for an access that is a full fence. */
export function isFull(instruction: Instruction): boolean {
  return 'order' in instruction && instruction.order === 'mb';
}

/** What a store may do to the bits of its cell: a plain read-modify-write leaves most of them as they were read there. */
export function storedBits(value: Value, cell: number, loc: readonly number[]): Bits {
  if (typeof value === 'number') return { sets: value, clears: ~value, copies: 0 };
  if (value.kind === 'read' && loc[value.event] === cell) return { sets: 0, clears: 0, copies: -1 };
  if (value.kind !== 'binary' || typeof value.right !== 'number') return EVERY_BIT;
  const { op, left, right } = value;
  if (op !== '&' && op !== '|') return EVERY_BIT;
  const { sets, clears, copies } = storedBits(left, cell, loc);
  if (op === '&') return { sets: sets & right, clears: clears | ~right, copies: copies & right };
  return { sets: sets | right, clears: clears & ~right, copies: copies & ~right };
}
