// Which events of two versions of the code are the same, and which of them stay where they are.
import type { IrEvent } from './ir-events.ts';

/**
 * Two events are the same when the operation, what it is about, how it is ordered and what it writes are. Where one of
 * them cannot be told by a name, the text of the source decides.
 */
export function isSameEvent(a: IrEvent | undefined, b: IrEvent | undefined): boolean {
  if (a === undefined || b === undefined || a.op !== b.op || a.order !== b.order) return false;
  if (!a.isTold || !b.isTold) return a.at.text === b.at.text;
  return a.noun === b.noun && isSameValue(a.value, b.value);
}

/** A value that comes from several places is told as `...`, and may be any other. */
function isSameValue(a: string, b: string): boolean {
  return a === b || a.includes('...') || b.includes('...');
}

function functionOf(event: IrEvent): string {
  return event.at.frames[0]?.function ?? '';
}

/** How much an event counts among those that stay: what is left moved is then the smaller part. */
function weightOf(event: IrEvent): number {
  if (event.op === 'lock' || event.op === 'unlock' || event.op === 'trylock') return 4;
  return event.op === 'fence' || event.op === 'assert' || event.op === 'assert-held' ? 1 : 3;
}

/** The heaviest common subsequence: old index -> fresh index. */
export function align(old: readonly IrEvent[], fresh: readonly IrEvent[]): Map<number, number> {
  const width = fresh.length + 1;
  const best = new Int32Array((old.length + 1) * width);
  const meeting = (i: number, j: number): number => {
    const [a, b] = [old[i], fresh[j]];
    if (a === undefined || b === undefined || !isSameEvent(a, b)) return -1;
    // Where events repeat, one of the same source text is the likelier twin.
    const bonus = (a.at.text === b.at.text ? 1 : 0) + (functionOf(a) === functionOf(b) ? 1 : 0);
    return (best[(i + 1) * width + j + 1] ?? 0) + weightOf(a) * 4 + bonus;
  };
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const without = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = Math.max(without, meeting(i, j));
    }
  }
  const pairs = new Map<number, number>();
  for (let i = 0, j = 0; i < old.length && j < fresh.length; ) {
    const here = best[i * width + j] ?? 0;
    if (here === meeting(i, j)) {
      pairs.set(i, j);
      i += 1;
      j += 1;
    } else if (here === (best[(i + 1) * width + j] ?? 0)) i += 1;
    else j += 1;
  }
  return pairs;
}
