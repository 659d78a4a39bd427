// The search: every consistent execution graph of a program, each once, depth first and without a table of graphs.
//
// A read takes its value from a write that is in the graph, or commits to one that is not: it is then pending, and its process
// waits. A placed write is taken by some of the pending reads of its cell. When every process waits, one that may still write
// what another waits for runs ahead with symbols for values: that is load buffering. Which process moves is a function of the
// graph alone and the choices at each step exclude each other, so no graph is reached twice.
import type { MemoryModel, Program } from '../../types.ts';
import { Full } from './append.ts';
import { type Axioms, createAxioms } from './axioms.ts';
import { type Ground, groundOf } from './footing.ts';
import { createMachine } from './machine.ts';
import { type Fault, initial, type State } from './state.ts';
import type { Reach } from './values.ts';

/** How much is searched before it is given up. */
export interface Budget {
  readonly graphs: number; // consistent executions
  readonly nodes: number; // steps of the search with a choice
  readonly unroll: number; // turns of a loop that are not folded, a process
  readonly guess?: Guess;
}

/** A corner of the search where executions are found soon: what it finds is real, what it does not find may be all the same. */
export interface Guess {
  readonly waits: number; // reads that wait for a later write at a time
  readonly lastFirst: boolean; // of the processes that could read, the last does
}

/** Who is told what a search finds. */
export interface Observer {
  /** Called before the first graph, and again when the search starts over because a loop made more events than expected. */
  readonly begin: () => void;
  /** A consistent finished execution; false stops the search. */
  readonly finished: (graph: State, axioms: Axioms) => boolean;
  /** A process faults in this consistent execution, which is not finished; false stops the search. */
  readonly fault: (graph: State, fault: Fault) => boolean;
}

/** What a search found out, beside the graphs. */
export interface Searched {
  readonly graphs: number;
  readonly nodes: number;
  readonly bound: string | undefined; // what was given up
}

const WIDEST = 16; // 512 events

/**
 * Tells `observer` of each consistent finished execution of `program` under `model`, once.
 * `kept` are the registers, by process, that matter at the end; `reach` says which cells an instruction can access, when more is known
 * than its code says. Exponential in the reads and writes that conflict.
 */
export function search(
  program: Program,
  model: Exclude<MemoryModel, 'tso'>,
  kept: readonly (readonly number[])[],
  budget: Budget,
  observer: Observer,
  reach?: Reach,
): Searched {
  const ground = groundOf(program, kept, reach);
  // a bound on the events of one execution; loops make it too large, so it is only where the search begins
  for (let words = Math.min(Math.max(1, Math.ceil(ground.events / 32)), WIDEST / 2); ; words *= 2) {
    if (words > WIDEST) {
      return { graphs: 0, nodes: 0, bound: `${WIDEST * 32} events in one execution` };
    }
    observer.begin();
    try {
      return searchWith(ground, model, words, budget, observer);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
    }
  }
}

function searchWith(
  ground: Ground,
  model: Exclude<MemoryModel, 'tso'>,
  words: number,
  budget: Budget,
  observer: Observer,
): Searched {
  const axioms = createAxioms(words);
  const machine = createMachine(ground, words, budget);
  const open: State[] = [
    initial(
      words,
      ground.program.cells.map((cell) => cell.init | 0),
      ground.processes.map(({ registers }) => registers),
    ),
  ];
  let graphs = 0;
  let nodes = 0;
  let bound: string | undefined;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const next = machine.advance(state);
    if (next === 'dead') continue;
    if (next === 'stuck') {
      // the path is not followed to its end; what it reached must be possible for that to matter
      if (axioms.consistent(state, model)) bound ??= machine.bound();
      continue;
    }
    if (next === 'fault') {
      if (axioms.consistent(state, model) && !observer.fault(state, state.fault!)) break;
      continue;
    }
    if (next === 'finished') {
      if (state.fresh && !axioms.consistent(state, model)) continue;
      graphs++;
      if (!observer.finished(state, axioms)) break;
      if (graphs >= budget.graphs) return { graphs, nodes, bound: `${budget.graphs.toLocaleString('en')} executions` };
      continue;
    }
    if (state.fresh) {
      if (!axioms.consistent(state, model)) continue;
      state.fresh = false;
    }
    if (++nodes > budget.nodes) return { graphs, nodes, bound: `${budget.nodes.toLocaleString('en')} steps` };
    const children = next();
    for (let k = children.length - 1; k >= 0; k--) open.push(children[k]!);
  }
  return { graphs, nodes, bound };
}
