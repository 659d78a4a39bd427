// Relations as bit matrices: row e holds the events d with (d, e) in the relation, `words` 32-bit words a row.

/** A relation over `count` events. */
export type Rows = Int32Array;

/** True when bit `d` of row `e` is set. */
export function has(rows: Rows, words: number, e: number, d: number): boolean {
  return (rows[e * words + (d >>> 5)]! & (1 << (d & 31))) !== 0;
}

/** Sets bit `d` of row `e`. */
export function add(rows: Rows, words: number, e: number, d: number): void {
  rows[e * words + (d >>> 5)]! |= 1 << (d & 31);
}

/** Adds row `from` of `source` to row `to` of `target`. */
export function join(target: Rows, to: number, source: Rows, from: number, words: number): void {
  for (let w = 0; w < words; w++) target[to * words + w]! |= source[from * words + w]!;
}

/** Adds to row `to` of `target` the rows of `source` for each event in row `over` of `set`. */
export function joinOver(target: Rows, to: number, source: Rows, set: Rows, over: number, words: number): void {
  for (let w = 0; w < words; w++) {
    for (let bits = set[over * words + w]!; bits !== 0; bits &= bits - 1) {
      join(target, to, source, (w << 5) | (31 - Math.clz32(bits & -bits)), words);
    }
  }
}

/** True when event `e` is in the set `set`. */
export function isIn(set: Rows, e: number): boolean {
  return (set[e >>> 5]! & (1 << (e & 31))) !== 0;
}

/** Closes a relation transitively in place. Warshall on rows: count squared times words. */
export function close(rows: Rows, count: number, words: number): void {
  for (let k = 0; k < count; k++) {
    const word = k >>> 5;
    const bit = 1 << (k & 31);
    let empty = 0;
    for (let w = 0; w < words; w++) empty |= rows[k * words + w]!;
    if (empty === 0) continue;
    for (let e = 0; e < count; e++) {
      if ((rows[e * words + word]! & bit) !== 0) join(rows, e, rows, k, words);
    }
  }
}

/** Adds the identity. */
export function reflect(rows: Rows, count: number, words: number): void {
  for (let e = 0; e < count; e++) add(rows, words, e, e);
}

/**
 * Closes `direct` transitively into `closed`, which is empty; false when there is a cycle. `along` is carried with it: in the end each
 * of its rows also holds the rows of what comes before. Linear in the pairs that do not follow from others, times words.
 */
export function closeAcyclic(
  direct: Rows,
  closed: Rows,
  along: Rows | undefined,
  count: number,
  words: number,
): boolean {
  const colour = new Uint8Array(count); // 1 while what comes before an event is looked at, 2 when it is closed
  // as deep as a chain of events: at most the width of the rows
  const visit = (e: number): boolean => {
    colour[e] = 1;
    for (let w = words - 1; w >= 0; w--) {
      // latest first: what comes before it is then covered
      for (
        let bits = direct[e * words + w]! & ~closed[e * words + w]!;
        bits !== 0;
        bits = direct[e * words + w]! & ~closed[e * words + w]!
      ) {
        const d = (w << 5) | (31 - Math.clz32(bits));
        if (colour[d] === 1 || (colour[d] === 0 && !visit(d))) return false;
        join(closed, e, closed, d, words);
        if (along !== undefined) join(along, e, along, d, words);
        closed[e * words + w]! |= 1 << (d & 31);
      }
    }
    colour[e] = 2;
    return true;
  };
  for (let e = 0; e < count; e++) if (colour[e] === 0 && !visit(e)) return false;
  return true;
}
