// Breadth-first search over packed states. The search goes on after a violation: it keeps the first witness of each property.
import type { Limit } from '../types.ts';
import type { Engine } from './codegen.ts';
import type { Layout } from './layout.ts';
import type { Plan } from './plan.ts';
import { FAULT, propertyName } from './properties.ts';
import { createTable, keep, type StateTable } from './table.ts';

/** How a violation is reached: the state before it, and the step (process and choice) that runs into it, if it takes one. */
export interface Witness {
  readonly property: string;
  readonly kind: 'invariant' | 'assert' | 'deadlock' | 'fault';
  readonly level: 'error' | 'information';
  readonly state: number; // -1: before the first stop of any process
  readonly process: number | undefined;
  readonly choice: number;
}

/** What a finished or bounded search knows. */
export interface Found {
  readonly table: StateTable;
  readonly transitions: number;
  readonly witnesses: readonly Witness[]; // sorted by property
  readonly terminals: readonly (readonly number[])[]; // distinct final values of the observed cells
  readonly complete: boolean;
  readonly bound: string | undefined;
}

/** Chooses the processes that must step in the state of the vector: a set as bits. `enabled` is never 0. */
export type Choose = (enabled: number) => number;

const MOST_BYTES = 4e9;

/** Searches every state that is reachable under `choose`. Linear in states times processes. */
export function search(plan: Plan, layout: Layout, engine: Engine, limit: Limit, choose: Choose | undefined): Found {
  const { program } = plan;
  const n = program.processes.length;
  const { vector, found } = engine;
  const table = createTable(layout.words);
  const witnesses = new Map<string, Witness>();
  const terminals = new Map<string, readonly number[]>();
  const always = invariantsOf('always');
  const atEnd = invariantsOf('end');
  const bytes = layout.words * 4 + 14;
  const most = Math.min(limit.states, Math.floor(MOST_BYTES / (bytes * 1.5)));
  let transitions = 0;

  vector.fill(0);
  for (const [index, cell] of program.cells.entries()) vector[layout.firstCell + index] = cell.init;
  for (let p = 0; p < n; p++) {
    engine.start[p]!();
    if (found.length > 0) report(-1, p, 0);
  }
  engine.pack(table.arena, 0);
  keep(table, -1, 0);
  if (always.length > 0) evaluate(always, 0);

  let complete = true;
  const ways = new Int32Array(n);
  for (let state = 0; state < table.count && complete; state++) {
    engine.unpack(table.arena, state * layout.words);
    const enabled = processesThatCanStep();
    if (enabled === 0) {
      finish(state);
      continue;
    }
    const chosen = choose === undefined ? enabled : choose(enabled);
    const leadsOn = expand(state, chosen);
    // Cycle proviso (Bosnacki and Holzmann, SPIN 2005): a reduced set must lead to a state that is yet to be expanded.
    if (chosen !== enabled && !leadsOn) expand(state, enabled & ~chosen);
  }
  const count = complete ? table.count : table.count - 1;
  const bound = complete ? undefined : `${count.toLocaleString('en-US')} states`;
  const sorted = [...witnesses.values()].sort((a, b) => (a.property < b.property ? -1 : 1));
  return { table, transitions, witnesses: sorted, terminals: [...terminals.values()], complete, bound };

  function invariantsOf(when: 'end' | 'always'): readonly number[] {
    return program.invariants.flatMap((invariant, k) => (invariant.when === when ? [k] : []));
  }

  function processesThatCanStep(): number {
    let enabled = 0;
    for (let p = 0; p < n; p++) {
      ways[p] = engine.choices[p]!();
      if (ways[p]! > 0) enabled |= 1 << p;
    }
    return enabled;
  }

  /** Takes every step of the processes in `set` (bits); true when one leads to a state that is yet to be expanded. */
  function expand(state: number, set: number): boolean {
    let leadsOn = false;
    for (let p = 0; p < n; p++) {
      if ((set & (1 << p)) === 0) continue;
      for (let choice = 0; choice < ways[p]!; choice++) {
        engine.unpack(table.arena, state * layout.words);
        engine.step[p]!(choice);
        transitions++;
        if (found.length > 0) report(state, p, choice);
        const before = table.count;
        engine.pack(table.arena, before * layout.words);
        const next = keep(table, state, p + choice * n);
        if (next > state) leadsOn = true;
        if (next < before) continue;
        if (always.length > 0) evaluate(always, next);
        complete &&= table.count <= most;
        if (!complete) return true;
      }
    }
    return leadsOn;
  }

  function report(state: number, process: number, choice: number): void {
    for (const code of found) {
      const property = propertyName(code, program.processes[process]!, plan.fuel);
      const kind = property.startsWith('fault') ? 'fault' : 'assert';
      if (!witnesses.has(property)) witnesses.set(property, { property, kind, level: 'error', state, process, choice });
    }
    found.length = 0;
  }

  function evaluate(which: readonly number[], state: number): void {
    for (const k of which) {
      const { name, level } = program.invariants[k]!;
      const value = engine.invariants[k]!();
      if (value === 1) continue;
      const property = value === 0 ? name : `${FAULT.invariant} ${name}`;
      const kind = value === 0 ? 'invariant' : 'fault';
      if (!witnesses.has(property))
        witnesses.set(property, { property, kind, level, state, process: undefined, choice: 0 });
    }
  }

  /** A state in which no process can step. A run in which a process died says nothing about ends and deadlocks. */
  function finish(state: number): void {
    let blocked = false;
    for (let p = 0; p < n; p++) {
      const stop = vector[layout.regions[p]!.slot]! & layout.regions[p]!.mask;
      if (stop === 1) return;
      blocked ||= stop !== 0;
    }
    if (blocked) {
      if (!witnesses.has('deadlock'))
        witnesses.set('deadlock', {
          property: 'deadlock',
          kind: 'deadlock',
          level: 'error',
          state,
          process: undefined,
          choice: 0,
        });
      return;
    }
    const values = program.observed.map((index) => vector[layout.firstCell + index]!);
    terminals.set(values.join(), values);
    evaluate(atEnd, state);
  }
}
