// Places in the code, each with a set of locks held: the grain at which persistent sets know what is still to come.
import type { Bits } from './footprint.ts';
import type { Node } from './graph.ts';

/** In `Spot.flags`: a node there is a right mover. */
export const RIGHT = 1;

/** A place in the code with a set of locks held, as far as it was seen. */
export interface Spot {
  readonly id: number;
  readonly touches: Map<number, Bits>; // slot -> bits
  readonly next: Set<Spot>;
  flags: number; // what nodes here do: bits 1 << STOP.x, and RIGHT
}

export interface Spots {
  readonly at: (node: Node) => Spot; // expected constant time
  readonly link: (from: Spot, to: Spot) => void;
  readonly clear: () => void; // of all flags
}

/** No places yet. `kindOf`: processes with one number are alike, and share their places. `onNew` hears of every place and link. */
export function createSpots(kindOf: readonly number[], onNew: () => void): Spots {
  const spots = new Map<string, Spot>();
  return { at, link, clear };

  function at({ owner, state }: Node): Spot {
    const key = `${kindOf[owner]}/${state.pc}/${state.locks.id}`;
    let spot = spots.get(key);
    if (spot !== undefined) return spot;
    spot = { id: spots.size, touches: new Map(), next: new Set(), flags: 0 };
    spots.set(key, spot);
    onNew();
    return spot;
  }

  function link({ next }: Spot, to: Spot): void {
    if (next.has(to)) return;
    next.add(to);
    onNew();
  }

  function clear(): void {
    for (const spot of spots.values()) spot.flags = 0;
  }
}
