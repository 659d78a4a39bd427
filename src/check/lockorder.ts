// Orders of locks that run in a circle: what lockdep warns of, whether or not an execution deadlocks.
import type { CodePoint, LockCycle, Program } from '../types.ts';
import type { Engine } from './engine.ts';

interface Taken {
  readonly process: number;
  readonly pc: number;
  readonly at: CodePoint;
  readonly held: readonly number[]; // slots held then
}

/** The shortest circles, one for each set of locks, in order of their locks. Locks that are only tried wait for nobody. */
export function lockCycles(program: Program, { graph, alike }: Pick<Engine, 'graph' | 'alike'>): readonly LockCycle[] {
  const next = new Map<number, Map<number, Taken[]>>(); // held -> taken -> where
  for (const { owner, state, slot, pc, isFlush } of graph.nodes) {
    const instruction = program.processes[owner]?.code[pc];
    if (isFlush || instruction?.op !== 'lock' || slot < 0) continue;
    const held = state.locks.held.map((address) => graph.slotOf(address));
    for (const lock of held) {
      const ways = next.get(lock) ?? new Map<number, Taken[]>();
      next.set(lock, ways);
      const list = ways.get(slot) ?? [];
      ways.set(slot, list);
      for (const process of alike[owner]!)
        if (!list.some((one) => one.process === process && one.pc === pc))
          list.push({ process, pc, at: program.processes[process]!.code[pc]!.at, held });
    }
  }
  const found = new Map<string, LockCycle>();
  for (const start of next.keys()) {
    const circle = circleFrom(start, next);
    if (circle === undefined) continue;
    const locks = circle.map(({ lock }) => graph.slots[lock]!.cell);
    const key = [...locks].sort((a, b) => a - b).join();
    if (found.has(key)) continue;
    found.set(key, { locks, taken: circle.map(({ taken: { process, at } }) => ({ process, at })) });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cycle]) => cycle);
}

interface Link {
  readonly lock: number; // slot that is held
  readonly taken: Taken; // where the next one is taken
}

/** Breadth-first back to `start`, by at least two processes that hold no lock in common besides. */
function circleFrom(
  start: number,
  next: ReadonlyMap<number, ReadonlyMap<number, Taken[]>>,
): readonly Link[] | undefined {
  let layer: (readonly [number, readonly Link[]])[] = [[start, []]];
  for (let length = 0; length < next.size && layer.length > 0 && layer.length < 1000; length++) {
    const later: (readonly [number, readonly Link[]])[] = [];
    for (const [lock, links] of layer) {
      for (const [to, places] of next.get(lock) ?? []) {
        for (const taken of places) {
          if (links.some((link) => link.taken.process === taken.process || isGuarded(link.taken, taken))) continue;
          const longer = [...links, { lock, taken }];
          if (to === start) {
            if (longer.length > 1) return longer;
          } else if (!links.some((link) => link.lock === to)) later.push([to, longer]);
        }
      }
    }
    layer = later;
  }
  return undefined;
}

/** A lock that both hold keeps them from meeting. */
function isGuarded(a: Taken, b: Taken): boolean {
  return a.held.some((lock) => b.held.includes(lock));
}
