// What a patch does to the events of the code: which are moved, added, removed or done in another way, in the words of
// a kernel developer. Names of locals, layout, tracepoints and what no scenario watches make no difference.
import type { AppliedEdit, Program } from '../types.ts';
import { align, isSameEvent } from './ir-align.ts';
import { type Found, gained, grouped, hasValue, type IrChange, lost, moved, placeOf, type Sides } from './ir-change.ts';
import { type EventList, eventsOf } from './ir-events.ts';
import { reachOf } from './ir-reach.ts';
import { changedConditions, changedWays } from './ir-ways.ts';
import { sliceAlike } from './slice.ts';

export type { IrChange } from './ir-change.ts';

const MOST_EVENTS = 3000; // of one process; beyond it the comparison is refused by an assertion of size

/**
 * Returns the differences between the processes of two versions of a scenario, each once, in the order of the code.
 * `watch`: what the scenario watches (see slice.ts), or all accesses.
 */
export function diffPrograms(before: Program, after: Program, watch: 'scenario' | 'all' = 'scenario'): IrChange[] {
  const [old, fresh] = [before, after].map((program) => ({ program, reach: reachOf(program) }));
  if (old === undefined || fresh === undefined) return [];
  const [oldSlice, freshSlice] = sliceAlike(old, fresh);
  const changes: IrChange[] = [];
  for (const [p, process] of before.processes.entries()) {
    const q = after.processes.findIndex((one) => one.name === process.name);
    const lists = [
      eventsOf(before, p, old.reach, (pc) => watch === 'all' || oldSlice.keep[p]?.[pc] === true),
      eventsOf(after, q, fresh.reach, (pc) => watch === 'all' || freshSlice.keep[q]?.[pc] === true),
    ] as const;
    for (const change of irDiff(...lists)) {
      // A helper that two processes run is one change.
      const isKnown = changes.some((one) => one.words === change.words && one.function === change.function);
      if (!isKnown) changes.push(change);
    }
  }
  return changes;
}

/** Returns differences as the edits of a report: moved is a move, added an insert, removed a delete, changed a replace. */
export function editsOf(changes: readonly IrChange[]): AppliedEdit[] {
  const kinds = { moved: 'move', added: 'insert', removed: 'delete', changed: 'replace' } as const;
  return changes.map(({ kind, words, place, function: name }) => ({
    function: name,
    file: place.file,
    kind: kinds[kind],
    what: words,
    line: place.line,
  }));
}

/**
 * Returns the differences between two lists of events, in the order of the code. Time is events times events; lists of
 * more than 3,000 events give one change that says so.
 */
export function irDiff(before: EventList, after: EventList): IrChange[] {
  const [old, fresh] = [before.events, after.events];
  if (old.length > MOST_EVENTS || fresh.length > MOST_EVENTS) {
    const at = placeOf(old[0] ?? fresh[0]);
    return [{ kind: 'changed', words: `more than ${MOST_EVENTS} events: not compared`, ...at }];
  }
  const pairs = align(old, fresh);
  const found: Found[] = [];
  const gone = old.flatMap((_, index) => (pairs.has(index) ? [] : [index]));
  const kept = new Set(pairs.values());
  const come = fresh.flatMap((_, index) => (kept.has(index) ? [] : [index]));
  const partner = new Map<number, number>(); // a removed event that is added elsewhere
  for (const index of gone) {
    const to = come.find((one) => !hasValue(partner, one) && isSameEvent(old[index], fresh[one]));
    if (to !== undefined) partner.set(index, to);
  }
  const sides: Sides = { old, fresh, pairs, partner };
  const remodelled = changedWays(sides, gone, come);
  found.push(...remodelled.found);
  const moves = [...partner].filter(([index]) => !remodelled.old.has(index));
  found.push(...grouped(moves.map(([index, to]) => ({ index, to, of: old }))).map((run) => moved(sides, run)));
  const removed = gone.filter((index) => !partner.has(index) && !remodelled.old.has(index));
  found.push(...grouped(removed.map((index) => ({ index, to: index, of: old }))).map((run) => lost(sides, run)));
  const added = come.filter((index) => !hasValue(partner, index) && !remodelled.fresh.has(index));
  found.push(...grouped(added.map((index) => ({ index, to: index, of: fresh }))).map((run) => gained(sides, run)));
  if (found.length === 0) found.push(...changedConditions(before, after, pairs));
  return found.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...change }) => change);
}
