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

/** True when a closed relation relates no event to itself. */
export function isAcyclic(closed: Rows, count: number, words: number): boolean {
  for (let e = 0; e < count; e++) if (has(closed, words, e, e)) return false;
  return true;
}

/** Adds the identity. */
export function reflect(rows: Rows, count: number, words: number): void {
  for (let e = 0; e < count; e++) add(rows, words, e, e);
}
