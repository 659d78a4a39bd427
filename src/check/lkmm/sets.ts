// Sets of events as bits: small ones on their own, or several in one array, one after another.

/** The empty set of events. */
export function noEvents(words: number): Int32Array {
  return new Int32Array(words);
}

/** Adds set `from` to set `to`. */
export function merge(target: Int32Array, to: number, source: Int32Array, from: number, words: number): void {
  for (let w = 0; w < words; w++) target[to * words + w]! |= source[from * words + w]!;
}

/** Makes set `to` a copy of set `from`. */
export function replace(target: Int32Array, to: number, source: Int32Array, from: number, words: number): void {
  for (let w = 0; w < words; w++) target[to * words + w] = source[from * words + w]!;
}

/** The set of the one event `id`. */
export function only(id: number, words: number): Int32Array {
  const set = noEvents(words);
  set[id >>> 5] = 1 << (id & 31);
  return set;
}

/** Union of two sets; one of them when the other adds nothing. */
export function union(a: Int32Array, b: Int32Array): Int32Array {
  let adds = 0;
  for (let w = 0; w < a.length; w++) adds |= b[w]! & ~a[w]!;
  return adds === 0 ? a : a.map((bits, w) => bits | b[w]!);
}
