// What an instruction that reads comes to, in each of its outcomes: tags, demand, the write of a pair, the result.
import type { Expr, Instruction, Order } from '../../types.ts';
import { registersOf } from './code.ts';
import { type Demand, IS } from './event.ts';
import { noEvents, union } from './sets.ts';
import { type Cpu, type State, settle } from './state.ts';
import { combine, evaluate, type Value } from './term.ts';

/** An instruction that reads: `test` says how the two outcomes of a conditional one are told apart. */
export type Variant = 'only' | 'success' | 'failure';

const uses = new WeakMap<Expr, readonly number[]>();

/** The reads that `expr` depends on, by way of the registers of `cpu`. */
export function dependsOf(cpu: Cpu, expr: Expr, words: number): Int32Array {
  if (expr.kind === 'const') return noEvents(words);
  let registers = uses.get(expr);
  if (registers === undefined) {
    registers = registersOf(expr);
    uses.set(expr, registers);
  }
  let result: Int32Array | undefined;
  for (const reg of registers) result = result === undefined ? cpu.depends[reg]! : union(result, cpu.depends[reg]!);
  return result ?? noEvents(words);
}

/** The value of `expr` in `cpu`, with settled reads put in. */
export function valueIn(state: State, cpu: Cpu, expr: Expr): Value {
  return settle(state, evaluate(expr, cpu.registers));
}

/** What an instruction that reads does, in one variant. */
export interface Reading {
  readonly address: Expr;
  readonly is: number; // of the read
  readonly demand?: Demand;
  readonly isFull?: boolean; // smp_mb() before and after
  readonly write?: { readonly is: number; readonly value: (old: Value) => Value; readonly data: Int32Array };
  readonly dst?: number | undefined;
  readonly result?: (old: Value) => Value; // into dst; the value read when absent
  readonly depends?: Int32Array; // of dst besides the read
  readonly independent?: true; // dst does not depend on the read either
}

function masked(value: Value, mask: number | undefined): Value {
  return mask === undefined || mask === 0 ? value : combine('&', value, mask);
}

function readTag(order: Order): number {
  switch (order) {
    case 'plain':
      return IS.plain;
    case 'acquire':
      return IS.acquire;
    case 'relaxed':
      return IS.noreturn;
    case 'once':
    case 'release':
    case 'mb':
      return 0;
    default:
      return order satisfies never;
  }
}

/** The tag of a write. */
export function writeTag(order: Order): number {
  return order === 'release' ? IS.release : 0;
}

/** The reading that `instruction` of `cpu` does in one of its outcomes. */
export function readingOf(state: State, cpu: Cpu, instruction: Instruction, variant: Variant): Reading {
  const { words } = state;
  const none = noEvents(words);
  const succeeds = variant === 'success';
  switch (instruction.op) {
    case 'load': {
      const { address, dst, mask, order } = instruction;
      return { address, is: readTag(order), isFull: order === 'mb', dst, result: (old) => masked(old, mask) };
    }
    case 'rmw': {
      const { address, order, fn, dst, mask } = instruction;
      const operand = valueIn(state, cpu, instruction.operand);
      const data = dependsOf(cpu, instruction.operand, words);
      return {
        address,
        is: IS.rmw | (order === 'plain' ? 0 : readTag(order)),
        isFull: order === 'mb',
        write: {
          is: IS.rmw | writeTag(order) | (fn === 'xchg' ? 0 : IS.valueFromRead),
          value: (old) => modified(fn, old, operand),
          data,
        },
        dst,
        result: (old) => masked(old, mask),
        // herd's fetch operations give a result that depends on the operand too, its exchange does not
        depends: fn === 'xchg' ? none : data,
      };
    }
    case 'cmpxchg': {
      const { address, order, dst } = instruction;
      const demand: Demand = { mask: -1, value: valueIn(state, cpu, instruction.expected), equal: succeeds };
      if (!succeeds) return { address, is: IS.rmw, demand, dst };
      const desired = valueIn(state, cpu, instruction.desired);
      const write = {
        is: IS.rmw | writeTag(order),
        value: () => desired,
        data: dependsOf(cpu, instruction.desired, words),
      };
      return { address, is: IS.rmw | readTag(order), demand, isFull: order === 'mb', write, dst };
    }
    case 'add-unless': {
      const { address, order, dst } = instruction;
      const demand: Demand = { mask: -1, value: valueIn(state, cpu, instruction.unless), equal: !succeeds };
      const depends = dependsOf(cpu, instruction.unless, words);
      if (!succeeds) return { address, is: IS.rmw, demand, dst, result: () => 0, depends };
      const operand = valueIn(state, cpu, instruction.operand);
      const write = {
        is: IS.rmw | IS.valueFromRead | writeTag(order),
        value: (old: Value) => combine('+', old, operand),
        data: dependsOf(cpu, instruction.operand, words),
      };
      return {
        address,
        is: IS.rmw | readTag(order),
        demand,
        isFull: order === 'mb',
        write,
        dst,
        result: () => 1,
        depends,
      };
    }
    case 'try-bits': {
      const { address, mask, dst } = instruction;
      const demand: Demand = { mask, value: 0, equal: succeeds };
      if (!succeeds) return { address, is: 0, demand, dst, result: () => 0 };
      const write = { is: IS.rmw | IS.valueFromRead, value: (old: Value) => combine('|', old, mask), data: none };
      return { address, is: IS.rmw | IS.acquire, demand, write, dst, result: () => 1 };
    }
    case 'await': {
      const { address, mask, value, take } = instruction;
      const demand: Demand = { mask, value: value | 0, equal: true };
      if (!take) return { address, is: IS.acquire, demand };
      const write = { is: IS.rmw | IS.valueFromRead, value: (old: Value) => combine('|', old, mask), data: none };
      return { address, is: IS.rmw | IS.acquire, demand, write };
    }
    case 'lock':
      return locking(cpu, instruction.address, none, undefined);
    case 'trylock': {
      const { address, dst } = instruction;
      if (succeeds) return locking(cpu, address, none, dst);
      return { address, is: 0, demand: { mask: -1, value: 0, equal: false }, dst, result: () => 0 };
    }
    case 'is-locked': {
      const demand: Demand = { mask: -1, value: 0, equal: !succeeds };
      return { address: instruction.address, is: 0, demand, dst: instruction.dst, result: () => (succeeds ? 1 : 0) };
    }
    case 'rcu-lock':
      return { address: instruction.domain!, is: IS.srcuLock, dst: instruction.dst };
    default:
      throw new Error(`expected an instruction that reads, found ${instruction.op}`);
  }
}

/** LKR and LKW: the read must see a free lock. The result of a trylock carries no dependency; LKR is an acquire anyway. */
function locking(cpu: Cpu, address: Expr, none: Int32Array, dst: number | undefined): Reading {
  return {
    address,
    is: IS.lkr | IS.acquire | IS.rmw,
    demand: { mask: -1, value: 0, equal: true },
    write: { is: IS.lkw | IS.rmw, value: () => cpu.process + 1, data: none },
    dst,
    result: () => 1,
    independent: true,
  };
}

/** The word behind a read-modify-write of `old`. */
export function modified(fn: Extract<Instruction, { op: 'rmw' }>['fn'], old: Value, operand: Value): Value {
  switch (fn) {
    case 'or':
      return combine('|', old, operand);
    case 'and':
      return combine('&', old, operand);
    case 'andnot':
      return combine('&', old, typeof operand === 'number' ? ~operand : { kind: 'unary', op: '~', arg: operand });
    case 'xor':
      return combine('^', old, operand);
    case 'add':
      return combine('+', old, operand);
    case 'xchg':
      return operand;
    default:
      return fn satisfies never;
  }
}
