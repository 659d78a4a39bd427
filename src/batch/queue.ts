// What a queue of chunks has to do. Jobs are only hints: results are the truth, so a chunk may be done twice and may be lost.
import type { Unit } from './unit.ts';

/** A chunk that a worker holds until its lease ends. */
export interface Held {
  readonly id: string;
  readonly units: readonly Unit[];
  readonly attempt: number; // 1 for the first
}

/** How many chunks are where. */
export interface QueueState {
  readonly waiting: number;
  readonly active: number;
  readonly done: number;
  readonly dead: number; // gave no result after all attempts
}

/** A chunk that is given up, and why. */
export interface DeadChunk {
  readonly id: string;
  readonly series: readonly string[];
  readonly subjects: readonly string[];
  readonly why: string;
}

/** A queue for one set of rules and one engine. Every call throws InputError when the server is gone or refuses. */
export interface Queue {
  /** Adds a chunk; waits while as many wait as may. */
  add(units: readonly Unit[]): Promise<void>;
  /** A chunk, or undefined when none waits. */
  take(): Promise<Held | undefined>;
  /** The chunk's results are stored. */
  done(held: Held): Promise<void>;
  /** The chunk could not be done: it is tried again, then in halves, then given up. */
  failed(held: Held, why: string): Promise<void>;
  state(): Promise<QueueState>;
  dead(): Promise<readonly DeadChunk[]>;
  close(): Promise<void>;
}
