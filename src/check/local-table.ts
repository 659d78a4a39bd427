// The local states of one process, each once: equal ones are one object, so that they are compared by identity.
import { type Buffered, type Context, type LocalState, type Locks, NO_CONTEXT, type StoreBuffer } from './local.ts';

export interface LocalTable {
  /** The state with these fields; a new one gets the next number. Expected constant time. */
  readonly stateOf: (fields: Omit<LocalState, 'id'>) => LocalState;
  readonly locksOf: (held: readonly number[]) => Locks; // addresses, sorted
  readonly bufferOf: (stores: readonly Buffered[]) => StoreBuffer;
  readonly contextOf: (context: Context) => Context;
}

/** An empty table. */
export function createLocalTable(): LocalTable {
  const states = new Map<number, LocalState[]>(); // by hash
  const lockSets = new Map<string, Locks>();
  const buffers = new Map<string, StoreBuffer>();
  const contexts = new Map<string, Context>([[keyOf(NO_CONTEXT), NO_CONTEXT]]);
  let size = 0;
  return { stateOf, locksOf, bufferOf, contextOf };

  function locksOf(held: readonly number[]): Locks {
    const key = held.join();
    const known = lockSets.get(key) ?? { id: lockSets.size, held };
    lockSets.set(key, known);
    return known;
  }

  function bufferOf(stores: readonly Buffered[]): StoreBuffer {
    const key = stores.map((one) => `${one.pc} ${one.address} ${one.value} ${one.locks.id}`).join();
    const known = buffers.get(key) ?? { id: buffers.size, stores };
    buffers.set(key, known);
    return known;
  }

  function contextOf(context: Context): Context {
    const known = contexts.get(keyOf(context)) ?? context;
    contexts.set(keyOf(context), known);
    return known;
  }

  function stateOf(fields: Omit<LocalState, 'id'>): LocalState {
    const { kind, pc, values, locks, buffer, context } = fields;
    let hash = Math.imul(pc, 0x9e3779b1) ^ (locks.id << 8) ^ (buffer.id << 16) ^ (kind === 'dead' ? 1 : 0);
    for (const value of values) hash = Math.imul(hash ^ value, 0x85ebca6b) ^ (hash >>> 13);
    const list = states.get(hash) ?? [];
    if (list.length === 0) states.set(hash, list);
    for (const one of list) {
      if (one.pc !== pc || one.locks !== locks || one.buffer !== buffer || one.kind !== kind) continue;
      if (one.context === context && values.every((value, k) => one.values[k] === value)) return one;
    }
    const state: LocalState = { id: size++, ...fields };
    list.push(state);
    return state;
  }
}

function keyOf({ irq, preempt, atomic }: Context): string {
  return `${irq} ${preempt} ${atomic}`;
}
