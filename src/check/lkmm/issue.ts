// One memory instruction becomes events: which reads and writes, with which tags, as linux-kernel.def says for 6.12.
import type { Expr, FenceKind, Instruction } from '../../types.ts';
import { append } from './append.ts';
import { IS, NOWHERE } from './event.ts';
import { dependsOf, readingOf, type Variant, valueIn, writeTag } from './reading.ts';
import { merge, noEvents, only, replace, union } from './sets.ts';
import { type Cpu, Fault, SET, type State } from './state.ts';
import { combine, type Value } from './term.ts';

const NEAR_NULL = 64; // bytes

/** What the events are made from: cells by address, which of them are locks, and the code. */
export interface Cells {
  readonly cellAt: ReadonlyMap<number, number>;
  readonly isLock: readonly boolean[];
  readonly code: readonly (readonly Instruction[])[]; // by process
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
