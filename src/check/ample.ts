// Persistent sets (Godefroid 1996): processes whose next steps nothing that the others may ever do can disturb. Then only these
// processes need to step. Footprints are bits of cells, and a step is everything from one stop to the next.
import type { Analysis } from './analyse.ts';
import { type Bits, conflicts } from './footprint.ts';
import type { Layout } from './layout.ts';
import type { Plan } from './plan.ts';
import type { Choose } from './search.ts';
import type { Watched } from './sharing.ts';

type Footprint = ReadonlyMap<number, Bits>; // cell -> bits

/** Per process and stop number: what the next step touches, and what the process may touch from here on. */
interface Stops {
  readonly next: readonly Footprint[];
  readonly future: readonly Footprint[];
  readonly isWatched: readonly boolean[]; // the next step may change what an invariant over every state reads
}

/** Chooses a small persistent set in the state of `vector`; all enabled processes when there is none smaller. */
export function persistentSets(
  plan: Plan,
  layout: Layout,
  analysis: Analysis,
  watched: Watched,
  vector: Int32Array,
): Choose {
  const n = plan.automata.length;
  const stops = plan.automata.map((_, p) => stopsOf(plan, layout, analysis, watched, p));
  const known = stops.map((mine) => stops.map((theirs) => new Uint8Array(mine.next.length * theirs.next.length))); // 1 no, 2 yes
  const at = new Int32Array(n);
  const needs = new Int32Array(n);

  function canDisturb(q: number, p: number): boolean {
    const { length } = stops[q]!.next;
    const index = at[p]! * length + at[q]!;
    const table = known[p]![q]!;
    if (table[index] === 0) table[index] = meet(stops[p]!.next[at[p]!]!, stops[q]!.future[at[q]!]!) ? 2 : 1;
    return table[index] === 2;
  }

  return (enabled) => {
    if ((enabled & (enabled - 1)) === 0) return enabled;
    for (let p = 0; p < n; p++) at[p] = vector[layout.regions[p]!.slot]! & layout.regions[p]!.mask;
    for (let p = 0; p < n; p++) {
      needs[p] = 0;
      for (let q = 0; q < n; q++) if (q !== p && at[q]! > 1 && at[p]! > 1 && canDisturb(q, p)) needs[p]! |= 1 << q;
    }
    let best = enabled;
    for (let p = 0; p < n; p++) {
      if ((enabled & (1 << p)) === 0) continue;
      const set = close(1 << p, needs) & enabled;
      if (count(set) < count(best) && !changesWatched(set)) best = set;
    }
    return best;
  };

  function changesWatched(set: number): boolean {
    for (let p = 0; p < n; p++) if ((set & (1 << p)) !== 0 && stops[p]!.isWatched[at[p]!] === true) return true;
    return false;
  }
}

/** The set with everyone whom a member needs. */
function close(start: number, needs: Int32Array): number {
  let set = start;
  for (let before = 0; before !== set; ) {
    before = set;
    for (let p = 0; p < needs.length; p++) if ((set & (1 << p)) !== 0) set |= needs[p]!;
  }
  return set;
}

function count(set: number): number {
  let size = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) size++;
  return size;
}

function meet(a: Footprint, b: Footprint): boolean {
  for (const [cell, bits] of a) {
    const other = b.get(cell);
    if (other !== undefined && conflicts(bits, other)) return true;
  }
  return false;
}

function stopsOf(plan: Plan, layout: Layout, analysis: Analysis, watched: Watched, p: number): Stops {
  const automaton = plan.automata[p]!;
  const spots = analysis.spots[p]!;
  const future = reachable(
    automaton.nodes.map(({ edges }) => edges.map(({ to }) => to)),
    spots.map(({ touches }) => touches),
  );
  const nothing: Footprint = new Map();
  const next: Footprint[] = [nothing, nothing];
  const later: Footprint[] = [nothing, nothing];
  const isWatched = [false, false];
  for (const node of layout.regions[p]!.stops) {
    const step = stepFrom(plan, analysis, p, node);
    next.push(step);
    later.push(future[node]!);
    isWatched.push([...step].some(([cell, bits]) => (bits.writes & (watched.get(cell) ?? 0)) !== 0));
  }
  return { next, future: later, isWatched };
}

/** What one step from a stop may touch: the instruction there and all that follow up to the next stop. */
function stepFrom(plan: Plan, analysis: Analysis, p: number, first: number): Footprint {
  const automaton = plan.automata[p]!;
  const step = new Map<number, Bits>();
  // A node is seen twice when it can be reached both before and after the one access that a step may run on through.
  const seen = new Set<number>();
  const open: { readonly node: number; readonly moves: boolean }[] = [
    { node: first, moves: automaton.movesRight[first]! },
  ];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { node } = place;
    const moves = place.moves && plan.program.processes[p]!.code[automaton.nodes[node]!.pc]!.op !== 'unlock';
    include(step, analysis.spots[p]![node]!.touches);
    for (const { to } of automaton.nodes[node]!.edges) {
      if (to < 0 || automaton.stop[to] === 'point' || (automaton.stop[to] === 'access' && !moves)) continue;
      const next = { node: to, moves: moves && automaton.stop[to] !== 'access' };
      const key = to * 2 + Number(next.moves);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(next);
    }
  }
  return step;
}

/** For each node what it and the nodes after it touch. */
function reachable(next: readonly (readonly number[])[], touches: readonly Footprint[]): readonly Footprint[] {
  const all = touches.map((own) => new Map(own));
  for (let changed = true; changed; ) {
    changed = false;
    for (let node = next.length - 1; node >= 0; node--) {
      for (const to of next[node]!) if (to >= 0 && include(all[node]!, all[to]!)) changed = true;
    }
  }
  return all;
}

/** Adds `more` to `into`; true when something was new. */
function include(into: Map<number, Bits>, more: Footprint): boolean {
  let changed = false;
  for (const [cell, bits] of more) {
    const known = into.get(cell);
    const reads = (known?.reads ?? 0) | bits.reads;
    const writes = (known?.writes ?? 0) | bits.writes;
    if (known !== undefined && known.reads === reads && known.writes === writes) continue;
    into.set(cell, { reads, writes });
    changed = true;
  }
  return changed;
}
