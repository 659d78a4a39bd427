// One memory instruction becomes events: which reads and writes, with which tags, as linux-kernel.def says for 6.12.
import type { Expr, FenceKind, Instruction, Order } from '../../types.ts';
import { registersOf } from './code.ts';
import { type Demand, IS, NOWHERE } from './event.ts';
import { append, type Cpu, Fault, merge, noEvents, only, replace, SET, type State, settle, union } from './state.ts';
import { combine, evaluate, type Value } from './term.ts';

/** An instruction that reads: `test` says how the two outcomes of a conditional one are told apart. */
export type Variant = 'only' | 'success' | 'failure';

const NEAR_NULL = 64; // bytes

/** What the events are made from: cells by address, which of them are locks, and the code. */
export interface Cells {
  readonly cellAt: ReadonlyMap<number, number>;
  readonly isLock: readonly boolean[];
  readonly code: readonly (readonly Instruction[])[]; // by process
}

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

/** The cell an address names, -1 while it is open. Throws Fault when it names none. */
export function cellOf(cells: Cells, address: Value, instruction: Instruction): number {
  if (typeof address !== 'number') return -1;
  const cell = cells.cellAt.get(address);
  if (cell === undefined)
    throw new Fault(
      instruction,
      `expected the address of an object, found ${address}`,
      address >= 0 && address < NEAR_NULL,
    );
  return cell;
}

/** The outcomes an instruction that reads can have. */
export function variantsOf(instruction: Instruction): readonly Variant[] {
  switch (instruction.op) {
    case 'cmpxchg':
    case 'add-unless':
    case 'try-bits':
    case 'trylock':
    case 'is-locked':
      return ['success', 'failure'];
    default:
      return ['only'];
  }
}

/** True for an instruction with a read. */
export function isRead(instruction: Instruction): boolean {
  switch (instruction.op) {
    case 'load':
    case 'rmw':
    case 'cmpxchg':
    case 'add-unless':
    case 'try-bits':
    case 'await':
    case 'lock':
    case 'trylock':
    case 'is-locked':
      return true;
    case 'rcu-lock':
      return instruction.domain !== undefined;
    default:
      return false;
  }
}

/** What an instruction that reads does, in one variant. */
interface Reading {
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

/** Adds the events of a reading instruction of `cpu`, and moves it on. Returns the read, which has no source yet. */
export function issueRead(state: State, cpu: Cpu, cells: Cells, variant: Variant): number {
  const instruction = cells.code[cpu.process]![cpu.pc]!;
  const { words } = state;
  const reading = readingOf(state, cpu, instruction, variant);
  if (reading.isFull === true) fence(cpu, 'mb', words);
  const address = valueIn(state, cpu, reading.address);
  const cell = cellOf(cells, address, instruction);
  const addr = dependsOf(cpu, reading.address, words);
  const isPair = reading.write !== undefined;
  const nothing = noEvents(words);
  const { demand } = reading;
  const is = reading.is | IS.read | (isPair ? IS.pair : 0);
  // the pair's write follows at once: its id is known
  const partner = isPair ? state.events.length + 1 : -1;
  const r = append(state, cpu, { instruction, is, address, cell, addr, data: nothing, partner, demand });
  const old: Value = { kind: 'read', event: r };
  if (reading.write !== undefined) {
    const { write } = reading;
    const data = (write.is & IS.valueFromRead) !== 0 ? union(write.data, only(r, words)) : write.data;
    const value = write.value(old);
    const w = append(state, cpu, {
      instruction,
      is: write.is | IS.write | IS.pair,
      address,
      cell,
      addr,
      data,
      value,
      partner: r,
    });
    state.loose = [...state.loose, w];
  }
  if (reading.isFull === true) fence(cpu, 'mb', words);
  if (demand !== undefined && typeof demand.value !== 'number') {
    const left = demand.mask === -1 ? old : combine('&', old, demand.mask);
    const value = combine('==', left, demand.value);
    if (typeof value !== 'number') state.assumed = [...state.assumed, { value, holds: demand.equal }];
  }
  if (reading.dst !== undefined) {
    cpu.registers[reading.dst] = reading.result?.(old) ?? old;
    const own = reading.independent === true ? nothing : only(r, words);
    cpu.depends[reading.dst] = reading.depends === undefined ? own : union(own, reading.depends);
  }
  cpu.pc++;
  if (cell < 0) {
    state.source[r] = NOWHERE;
    state.loose = [...state.loose, r];
  } else state.pending = [...state.pending, r];
  return r;
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

function writeTag(order: Order): number {
  return order === 'release' ? IS.release : 0;
}

function readingOf(state: State, cpu: Cpu, instruction: Instruction, variant: Variant): Reading {
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

/** True for an instruction that writes and does not read. */
export function isWrite(instruction: Instruction): boolean {
  return (
    instruction.op === 'store' ||
    instruction.op === 'unlock' ||
    (instruction.op === 'rcu-unlock' && instruction.domain !== undefined)
  );
}

/** Adds the event of an instruction that only writes, and moves `cpu` on. Returns the write, which has no place yet. */
export function issueWrite(state: State, cpu: Cpu, cells: Cells): number {
  const instruction = cells.code[cpu.process]![cpu.pc]!;
  const { words } = state;
  const nothing = noEvents(words);
  const write = (is: number, addressed: Expr, valued: Expr | undefined): number => {
    const address = valueIn(state, cpu, addressed);
    const cell = cellOf(cells, address, instruction);
    const partner = (is & IS.unlock) !== 0 ? heldBy(state, cpu, cell, instruction) : -1;
    const value = valued === undefined ? 0 : valueIn(state, cpu, valued);
    const addr = dependsOf(cpu, addressed, words);
    const data = valued === undefined ? nothing : dependsOf(cpu, valued, words);
    const w = append(state, cpu, { instruction, is: is | IS.write, address, cell, addr, data, value, partner });
    state.loose = [...state.loose, w];
    cpu.pc++;
    return w;
  };
  switch (instruction.op) {
    case 'store': {
      const { order } = instruction;
      const w = write(order === 'plain' ? IS.plain : writeTag(order), instruction.address, instruction.value);
      if (order === 'mb') fence(cpu, 'mb', words); // smp_store_mb()
      return w;
    }
    case 'unlock':
      return write(IS.unlock | IS.release, instruction.address, undefined);
    case 'rcu-unlock':
      return write(IS.srcuUnlock, instruction.domain!, instruction.index);
    default:
      throw new Error(`expected an instruction that writes, found ${instruction.op}`);
  }
}

/** The LKW that `cpu` holds the lock `cell` by. Throws Fault when it does not hold it. */
export function heldBy(state: State, cpu: Cpu, cell: number, instruction: Instruction): number {
  for (let e = state.events.length - 1; e >= 0; e--) {
    const event = state.events[e]!;
    if (event.process !== cpu.process || state.loc[e] !== cell) continue;
    if ((event.is & IS.unlock) !== 0) break;
    if ((event.is & IS.lkw) !== 0) return e;
  }
  throw new Fault(instruction, 'expected a lock that this process holds, found one that it does not hold');
}

/** The effect of a fence on what `cpu` does later. */
export function fence(cpu: Cpu, kind: FenceKind, words: number): void {
  const { sets } = cpu;
  switch (kind) {
    case 'mb':
      merge(sets, SET.strong, sets, SET.accesses, words);
      return;
    case 'wmb':
      replace(sets, SET.wmb, sets, SET.writes, words);
      return;
    case 'rmb':
      replace(sets, SET.rmb, sets, SET.reads, words);
      replace(sets, SET.rmbAny, sets, SET.counted, words);
      return;
    case 'before-atomic':
      replace(sets, SET.beforeAtomic, sets, SET.accesses, words);
      return;
    case 'after-atomic':
      merge(sets, SET.strong, sets, SET.atomic, words);
      return;
    case 'after-spinlock':
      merge(sets, SET.strong, sets, SET.locked, words);
      return;
    case 'after-srcu-read-unlock':
      merge(sets, SET.strong, sets, SET.srcu, words);
      return;
    case 'after-unlock-lock':
      for (let w = 0; w < words; w++)
        sets[SET.strong * words + w]! |= sets[SET.pulp * words + w]! & sets[SET.accesses * words + w]!;
      cpu.handed = cpu.locks.length;
      return;
    case 'barrier':
      return;
    default:
      kind satisfies never;
  }
}

export { Fault } from './state.ts';
