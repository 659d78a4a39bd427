// A proportion with its 95 % interval, by Wilson's score: honest for small counts and for proportions near 1.

/** Returns `0.894 [0.82, 0.94] (93 of 104)`; `-` when nothing was counted. */
export function proportion(hits: number, of: number): string {
  if (of === 0) return '-';
  const { low, high } = wilson(hits, of);
  return `${(hits / of).toFixed(3)} [${low.toFixed(2)}, ${high.toFixed(2)}] (${hits} of ${of})`;
}

const Z = 1.96; // 95 %

/** The interval of Wilson (1927), without continuity correction. */
export function wilson(hits: number, of: number): { readonly low: number; readonly high: number } {
  const p = hits / of;
  const scale = 1 + Z ** 2 / of;
  const middle = p + Z ** 2 / (2 * of);
  const spread = Z * Math.sqrt((p * (1 - p)) / of + Z ** 2 / (4 * of ** 2));
  return { low: (middle - spread) / scale, high: (middle + spread) / scale };
}
