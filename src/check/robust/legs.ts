// The legs of critical cycles: ways through one process between two conflicts, with the critical sections around them.
import type { Program } from '../../types.ts';
import type { Event } from '../lkmm/event.ts';
import { IS, ROWS } from '../lkmm/event.ts';
import type { Path } from './paths.ts';

/** A way through one process: an access, or one and a later one of another cell, with the locks around them. */
export interface Leg {
  readonly process: number;
  readonly entry: number; // index into events
  readonly exit: number;
  readonly events: readonly Event[]; // ids are indices; rows of one word
  readonly loc: readonly number[];
  readonly sections: readonly Section[];
  readonly from: readonly Origin[]; // every place where the paths have it
}

/** Two accesses of a path, by event. */
export interface Origin {
  readonly path: number; // index into the paths of the process
  readonly entry: number;
  readonly exit: number;
}

/** A critical section around an access of a leg; indices into its events. */
export interface Section {
  readonly cell: number;
  readonly lkr: number;
  readonly lkw: number;
  readonly unlock: number; // -1: never
}

// ---------------------------------------------------------------- which cells matter

/** Cells that two processes access, one of them writing, and that no one lock protects on every path. */
export function conflicting(program: Program, paths: readonly (readonly Path[])[]): boolean[] {
  const isLock = program.cells.map(({ kind }) => kind === 'lock');
  const readers = program.cells.map(() => new Set<number>());
  const writers = program.cells.map(() => new Set<number>());
  const common: (Set<number> | undefined)[] = program.cells.map(() => undefined);
  for (const [process, all] of paths.entries()) {
    for (const path of all) {
      const held = heldAt(path, isLock);
      for (const [k, event] of path.events.entries()) {
        const cell = path.loc[k]!;
        if (cell < 0 || path.quiet.has(k)) continue;
        if ((event.is & IS.read) !== 0) readers[cell]!.add(process);
        if ((event.is & IS.write) !== 0) writers[cell]!.add(process);
        const here = new Set(held[k]!.map((section) => section.cell));
        const before = common[cell];
        common[cell] = before === undefined ? here : new Set([...before].filter((lock) => here.has(lock)));
      }
    }
  }
  return program.cells.map((_, cell) => {
    const all = new Set([...readers[cell]!, ...writers[cell]!]);
    if (all.size < 2 || writers[cell]!.size === 0) return false;
    return isLock[cell]! || common[cell]?.size === 0;
  });
}

/** The critical sections that each event of a path stands in. */
function heldAt(path: Path, isLock: readonly boolean[]): Section[][] {
  const open: Section[] = [];
  const held: Section[][] = [];
  for (const [k, event] of path.events.entries()) {
    const cell = path.loc[k]!;
    if ((event.is & IS.lkw) !== 0 && isLock[cell]!)
      open.push({ cell, lkr: event.partner, lkw: k, unlock: unlockOf(path, k) });
    held.push([...open]);
    if ((event.is & IS.unlock) !== 0) {
      const at = open.findIndex((section) => section.unlock === k);
      if (at >= 0) open.splice(at, 1);
    }
  }
  return held;
}

function unlockOf(path: Path, lkw: number): number {
  return path.events.findIndex((event, k) => k > lkw && (event.is & IS.unlock) !== 0 && path.loc[k] === path.loc[lkw]);
}

// ---------------------------------------------------------------- legs

/** Every leg of the paths of one process, equal ones once. */
export function legsOf(paths: readonly Path[], process: number, relevant: readonly boolean[]): Leg[] {
  const found = new Map<string, Leg>();
  for (const [index, path] of paths.entries()) {
    const held = heldAt(path, relevant);
    const spots = path.events.flatMap((event, k) =>
      relevant[path.loc[k] ?? -1] === true && (event.is & (IS.read | IS.write)) !== 0 && !path.quiet.has(k) ? [k] : [],
    );
    for (const [at, a] of spots.entries()) {
      add(found, path, process, held, { path: index, entry: a, exit: a });
      for (const b of spots.slice(at + 1))
        if (path.loc[a] !== path.loc[b]) add(found, path, process, held, { path: index, entry: a, exit: b });
    }
  }
  return [...found.values()];
}

function add(
  found: Map<string, Leg>,
  path: Path,
  process: number,
  held: readonly (readonly Section[])[],
  origin: Origin,
): void {
  const { entry: a, exit: b } = origin;
  // A lock is entered by its lock operation and left by its unlock: the other accesses to it follow from these.
  const [first, last] = [path.events[a]!, path.events[b]!];
  if ((first.is & (IS.lkw | IS.unlock)) !== 0 && a !== b) return;
  if ((last.is & (IS.lkr | IS.lkw)) !== 0 && a !== b) return;
  const sections = [...new Set([...held[a]!, ...held[b]!])];
  const kept = new Set([a, b]);
  for (const k of [a, b]) if (path.events[k]!.partner >= 0) kept.add(path.events[k]!.partner);
  for (const { lkr, lkw, unlock } of sections) for (const k of [lkr, lkw, unlock]) if (k >= 0) kept.add(k);
  const ids = [...kept].sort((x, y) => x - y);
  const events = ids.map((id, index) => restricted(path, id, index, ids));
  const to = (id: number): number => ids.indexOf(id);
  const leg: Leg = {
    process,
    entry: to(a),
    exit: to(b),
    events,
    loc: ids.map((id) => path.loc[id]!),
    sections: sections.map(({ cell, lkr, lkw, unlock }) => ({ cell, lkr: to(lkr), lkw: to(lkw), unlock: to(unlock) })),
    from: [origin],
  };
  const key = JSON.stringify([
    leg.entry,
    leg.exit,
    leg.loc,
    leg.sections,
    events.map((event) => [event.is, event.partner, [...event.rows], event.locks, event.handed]),
  ]);
  const known = found.get(key);
  found.set(key, known === undefined ? leg : { ...known, from: [...known.from, origin] });
}

/** An event of a path as one of the few that are kept: its rows tell the order among these. */
function restricted(path: Path, id: number, index: number, ids: readonly number[]): Event {
  const event = path.events[id]!;
  const rows = new Int32Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    for (const [bit, other] of ids.entries()) {
      if ((event.rows[row * path.words + (other >>> 5)]! & (1 << (other & 31))) !== 0) rows[row]! |= 1 << bit;
    }
  }
  const isKept = (lkr: number): boolean => ids.includes(lkr);
  return {
    ...event,
    id: index,
    partner: ids.indexOf(event.partner),
    rows,
    locks: event.locks.filter(isKept).map((lkr) => ids.indexOf(lkr)),
    handed: event.locks.slice(0, event.handed).filter(isKept).length,
  };
}
