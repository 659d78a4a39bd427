// Who speaks in each line: a turn is what one mail said, as far as another mail quotes it.

import type { Attribution } from './attribution.ts';
import type { BodyLine } from './lines.ts';

/** The part of a body that comes from one mail: depth 0 is the mail itself, the others are quoted. */
export interface Turn {
  readonly depth: number;
  readonly speaker: string | undefined; // undefined: no attribution names one
  readonly date: string | undefined; // as the attribution states it
  readonly above: Turn | undefined; // whose mail quotes it
  readonly attributed: boolean;
}

/**
 * Returns the turn of each line. An attribution at depth d opens a turn at depth d+1 and ends deeper ones; where a depth
 * rises again without attribution, the last turn known there goes on. Linear in the lines and the greatest depth.
 */
export function lineTurns(
  lines: readonly BodyLine[],
  attributions: readonly Attribution[],
  author: string | undefined,
): readonly Turn[] {
  const known: Turn[] = [{ depth: 0, speaker: author, date: undefined, above: undefined, attributed: true }];
  let next = 0; // of the attributions
  let attribution = attributions[next];
  const turns: Turn[] = [];
  for (let index = 0; index < lines.length; index++) {
    if (attribution !== undefined && attribution.to === index) {
      introduce(known, lines[attribution.from]!.depth, attribution);
      attribution = attributions[++next];
    }
    turns.push(turnAt(known, lines[index]!.depth));
  }
  return turns;
}

function introduce(known: Turn[], depth: number, { name, date }: Attribution): void {
  const above = turnAt(known, depth);
  const old = known[depth + 1];
  if (old?.speaker === name && (date === undefined || old.date === undefined || old.date === date)) return;
  known.length = depth + 1;
  known.push({ depth: depth + 1, speaker: name, date, above, attributed: true });
}

function turnAt(known: Turn[], depth: number): Turn {
  while (known.length <= depth) {
    known.push({
      depth: known.length,
      speaker: undefined,
      date: undefined,
      above: known.at(-1),
      attributed: false,
    });
  }
  return known[depth]!;
}
