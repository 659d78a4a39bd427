// The nodes of an execution graph. Fences are not nodes: their order is in the rows of the accesses around them.
import type { Instruction } from '../../types.ts';
import type { Value } from './term.ts';

/** What an event is, as bits. The names are those of linux-kernel.bell and lock.cat. */
export const IS = {
  read: 1,
  write: 2,
  plain: 4,
  acquire: 8,
  release: 16,
  noreturn: 32,
  rmw: 64, // the set RMW; lock pairs and the read of a failed cmpxchg are in it
  lkr: 128,
  lkw: 256,
  unlock: 512,
  srcuLock: 1024,
  srcuUnlock: 2048,
  sync: 4096, // synchronize_rcu or synchronize_srcu
  rcuLock: 8192,
  rcuUnlock: 16384,
  pair: 32768, // half of a read-modify-write pair
  valueFromRead: 65536, // the write of a pair computes with the value read: a data dependency inside the pair
} as const;

/**
 * Rows of an event, each a set of events of its own process that stand before it. `po` is program order, `gp` grace periods,
 * `rmbIn` reads before the last smp_rmb(), `rmbOut` anything before it when the event is a read, `pulp` what is before an unlock
 * that precedes a lock: po-unlock-lock-po of one process. addr, data, ctrl hold the reads it depends on.
 */
export const ROW = {
  po: 0,
  strong: 1,
  gp: 2,
  wmb: 3,
  rmbIn: 4,
  rmbOut: 5,
  release: 6,
  acquire: 7,
  addr: 8,
  data: 9,
  ctrl: 10,
  pulp: 11,
} as const;
export const ROWS = 12;

/** A condition on the value of a read: (value & mask) is, or is not, `value`. */
export interface Demand {
  readonly mask: number;
  readonly value: Value;
  readonly equal: boolean;
}

/** A node: what is fixed when its process executes it. */
export interface Event {
  readonly id: number; // in order of creation: a process's events have rising ids
  readonly process: number;
  readonly pc: number;
  readonly instruction: Instruction;
  readonly is: number; // bits of IS
  readonly address: Value; // of the cell; 0 for RCU nodes without a domain
  readonly value: Value; // of a write
  readonly partner: number; // the other half of a read-modify-write pair, the lock of an RCU unlock; -1
  readonly demand: Demand | undefined;
  readonly rows: Int32Array; // ROWS sets of `words` words
  readonly locks: readonly number[]; // LKR events before it
  readonly handed: number; // how many of these stand before the last smp_mb__after_unlock_lock()
}

export const INIT = -1; // source of a read: the initial value
export const PENDING = -2; // a read that takes a write which is not placed yet
export const NOWHERE = -3; // a read whose address is not known yet
export const NO_SOURCE = -4; // not a read

/** An execution graph, finished or not: what the axioms look at. Arrays are indexed by event. */
export interface Graph {
  readonly words: number; // 32-bit words of a set of events
  readonly events: readonly Event[];
  readonly loc: readonly number[]; // cell, -1 while the address is not known and for plain RCU
  readonly source: readonly number[]; // of a read: a write, INIT, PENDING, NOWHERE; NO_SOURCE for the others
  readonly place: readonly number[]; // of a write: its index in co[loc], 0 while it has none
  readonly co: readonly (readonly number[])[]; // by cell: INIT, then writes in coherence order
}
