// Persistent sets (Godefroid 1996): processes whose next steps nothing that the others may ever do can disturb. Then only these
// processes need to step. A step is everything from one stop to the next; what a process may touch is what it was seen to touch.
import { type Bits, conflicts, include } from './footprint.ts';
import { type Sharing, STOP } from './sharing.ts';
import { RIGHT, type Spot } from './spots.ts';

type Footprint = Map<number, Bits>; // slot -> bits

/** What a process at a spot may touch in its next step, and from here on. */
interface Reach {
  readonly next: Footprint;
  readonly future: Footprint;
  readonly isWatched: boolean; // the next step may change what an invariant over every state reads
}

/** Chooses a small persistent set when the processes stand at `nodes`: `enabled`, a set as bits, or a part of it. */
export type Choose = (enabled: number, nodes: Int32Array) => number;

/** Persistent sets of `n` processes for what is known now; made anew when more is known. */
export function persistentSets(n: number, sharing: Sharing): Choose {
  const reaches: (Reach | undefined)[] = []; // by spot
  const needs = new Int32Array(n);
  const at = new Int32Array(n); // spots
  let room = 16;
  let meets = new Uint8Array(room * room); // by spot and spot: 1 the future of the second leaves the next step of the first alone, 2 not

  function see(p: number, spot: Spot): void {
    at[p] = spot.id;
    if (reaches[spot.id] !== undefined) return;
    const next = stepFrom(spot);
    const isWatched = [...next].some(([slot, { writes }]) => sharing.isWatched(slot, writes));
    reaches[spot.id] = { next, future: futureOf(spot), isWatched };
    if (spot.id < room) return;
    while (spot.id >= room) room *= 2;
    meets = new Uint8Array(room * room);
  }

  function canDisturb(q: number, p: number): boolean {
    const index = p * room + q;
    if (meets[index] === 0) meets[index] = meet(reaches[p]!.next, reaches[q]!.future) ? 2 : 1;
    return meets[index] === 2;
  }

  function changesWatched(set: number): boolean {
    for (let p = 0; p < n; p++) if ((set & (1 << p)) !== 0 && reaches[at[p]!]!.isWatched) return true;
    return false;
  }

  return (enabled, nodes) => {
    if ((enabled & (enabled - 1)) === 0) return enabled;
    for (let p = 0; p < n; p++) see(p, sharing.spotOf[nodes[p]!]!);
    for (let p = 0; p < n; p++) {
      needs[p] = 0;
      for (let q = 0; q < n; q++) if (q !== p && canDisturb(at[q]!, at[p]!)) needs[p]! |= 1 << q;
      if (needs[p] === 0 && (enabled & (1 << p)) !== 0 && !changesWatched(1 << p)) return 1 << p;
    }
    let best = enabled;
    for (let p = 0; p < n; p++) {
      if ((enabled & (1 << p)) === 0) continue;
      const set = close(1 << p, needs) & enabled;
      if (count(set) < count(best) && !changesWatched(set)) best = set;
    }
    return best;
  };
}

/** What one step from a spot may touch: the instruction there and all that follow up to the next stop. */
function stepFrom(first: Spot): Footprint {
  const step: Footprint = new Map();
  // A spot is seen twice when it can be reached both before and after the one access that a step may run on through.
  const seen = new Set<number>();
  const open: (readonly [Spot, boolean])[] = [[first, (first.flags & RIGHT) !== 0]];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const [spot, moves] = place;
    for (const [slot, bits] of spot.touches) include(step, slot, bits);
    for (const to of spot.next) {
      const runsOn = (to.flags & ((1 << STOP.run) | (1 << STOP.soft))) !== 0 || to.flags <= RIGHT;
      if (!runsOn && !(moves && (to.flags & (1 << STOP.access)) !== 0)) continue;
      const key = to.id * 2 + Number(moves && runsOn);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push([to, moves && runsOn]);
    }
  }
  return step;
}

function futureOf(first: Spot): Footprint {
  const all: Footprint = new Map();
  const seen = new Set([first]);
  for (const spot of seen) {
    for (const [slot, bits] of spot.touches) include(all, slot, bits);
    for (const to of spot.next) seen.add(to);
  }
  return all;
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

/** How many bits of `set` are 1. */
export function count(set: number): number {
  let size = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) size++;
  return size;
}

function meet(a: Footprint, b: Footprint): boolean {
  for (const [slot, bits] of a) {
    const other = b.get(slot);
    if (other !== undefined && conflicts(bits, other)) return true;
  }
  return false;
}
