// The local states of a process: a place in its code, what it still knows, what it holds, and what waits in its store buffer.

/** What a process does in a local state: `local` touches nothing shared, `fence` waits for the store buffer, `wait` for a condition. */
export type LocalKind = 'access' | 'choose' | 'local' | 'fence' | 'wait' | 'ended' | 'dead';

/** Locks that a process holds: their addresses, ascending. One object for each set. */
export interface Locks {
  readonly id: number;
  readonly held: readonly number[];
}

/** How often a process has turned off interrupts, preemption, and everybody else. */
export interface Context {
  readonly irq: number;
  readonly preempt: number;
  readonly atomic: number;
}

export const NO_CONTEXT: Context = { irq: 0, preempt: 0, atomic: 0 };

/** A store that waits in the buffer of its processor. */
export interface Buffered {
  readonly pc: number;
  readonly address: number;
  readonly value: number;
  readonly locks: Locks; // held when the store was executed
}

/** A store buffer, oldest store first. One object for each content. */
export interface StoreBuffer {
  readonly id: number;
  readonly stores: readonly Buffered[];
}

export interface LocalState {
  readonly id: number; // dense in its automaton
  readonly kind: LocalKind;
  readonly pc: number; // -1 when ended or dead
  readonly values: readonly number[]; // of the registers that are kept there, ascending; of the end of an invariant, its result
  readonly locks: Locks;
  readonly context: Context;
  readonly buffer: StoreBuffer;
  readonly address: number; // of the access
  readonly first: number; // operands of the access
  readonly second: number;
  readonly divides: boolean; // by zero, in an operand
  readonly waits: boolean; // for its own store buffer to drain
}

/** One step of a process by itself. */
export interface Move {
  readonly to: LocalState;
  readonly word: number; // what the access leaves in its word
  readonly found: readonly number[]; // see properties.ts
  readonly length: number; // instructions
  readonly covered: readonly number[]; // accesses that were run, by index in the code
}
