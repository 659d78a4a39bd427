// Orders the messages of a thread and keeps it a tree.

import type { ParentLink } from '../types.ts';

/** What the order of a thread is made from. */
export interface Placed {
  readonly id: string;
  readonly date: string | undefined; // ISO 8601, UTC
}

/**
 * Returns the messages with parents before children, else by date, else in the order they came. `links` must be free of
 * loops. O(n log n).
 */
export function inThreadOrder<T extends Placed>(messages: readonly T[], links: ReadonlyMap<string, ParentLink>): T[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const keys = new Map<string, { time: string; level: number }>();
  for (const message of messages) {
    const path: T[] = [];
    for (
      let up: T | undefined = message;
      up !== undefined && !keys.has(up.id);
      up = byId.get(links.get(up.id)?.id ?? '')
    )
      path.push(up);
    for (const step of path.toReversed()) {
      const above = keys.get(links.get(step.id)?.id ?? '');
      const own = step.date ?? '';
      const time = above !== undefined && above.time > own ? above.time : own;
      keys.set(step.id, { time, level: (above?.level ?? 0) + 1 });
    }
  }
  const order = messages.map((message, index) => ({ message, index, ...keys.get(message.id)! }));
  order.sort((a, b) => compare(a.time, b.time) || a.level - b.level || a.index - b.index);
  return order.map((entry) => entry.message);
}

/** True when `parent` is `id` or stands below it, so that linking them would close a loop. Linear in the depth of the tree. */
export function closesLoop(links: ReadonlyMap<string, ParentLink>, id: string, parent: string): boolean {
  for (let up: string | undefined = parent; up !== undefined; up = links.get(up)?.id) if (up === id) return true;
  return false;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
