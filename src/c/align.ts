// Semi-global alignment of a hunk's old side with the tokens of a file: the whole hunk against any stretch of the file.
import type { Token } from './tokens.ts';
import { isWord } from './tokens.ts';

/** A token of a hunk. A fixed token (of a removed line) may only meet its equal. */
export interface HunkToken {
  readonly text: string;
  readonly soft: boolean;
  readonly fixed: boolean;
  readonly directive: boolean; // on a preprocessor line
  readonly line: number; // index into Hunk.lines
}

/** A stretch of the file that the hunk fits. */
export interface Stretch {
  readonly start: number; // index of its first token
  readonly end: number; // exclusive
  readonly cost: number; // in all, not per token
}

const NEVER = 1e9;

/** Returns what it costs that a token stands on one side only. bench/c/place.ts measures what the costs give. */
function gapCost(token: { readonly text: string; readonly soft: boolean }): number {
  if (token.soft) return 0.1;
  return isWord(token.text) ? 1 : 0.5;
}

const OTHER_WORD = 0.8; // one word in place of another
const OTHER_KEPT = 1.5; // the same for a word that the file has: it was not renamed

interface Costs {
  readonly ids: Int32Array; // of the file's tokens
  readonly gaps: Float64Array;
  readonly words: Uint8Array;
  readonly hunkIds: readonly number[];
  readonly others: readonly number[]; // what it costs that another word stands for a token of the hunk
}

function costsOf(hunk: readonly HunkToken[], file: readonly Token[]): Costs {
  const known = new Map<string, number>();
  const idOf = (text: string) => {
    const id = known.get(text) ?? known.size;
    known.set(text, id);
    return id;
  };
  const ids = new Int32Array(file.length);
  const gaps = new Float64Array(file.length);
  const words = new Uint8Array(file.length);
  for (const [index, token] of file.entries()) {
    ids[index] = idOf(token.text);
    gaps[index] = gapCost(token);
    words[index] = isWord(token.text) ? 1 : 0;
  }
  const size = known.size;
  const hunkIds = hunk.map((token) => idOf(token.text));
  const others = hunk.map((token, index) => {
    if (token.fixed || !isWord(token.text)) return NEVER;
    return (hunkIds[index] ?? size) < size ? OTHER_KEPT : OTHER_WORD;
  });
  return { ids, gaps, words, hunkIds, others };
}

/** What extra tokens of the file cost behind hunk token `row`: inside a run of removed lines only soft ones may stand. */
function isTight(hunk: readonly HunkToken[], row: number): boolean {
  return hunk[row]?.fixed === true && hunk[row + 1]?.fixed === true;
}

/**
 * Returns the stretches of `file` that fit `hunk`, cheapest first: the best one, and the best that does not overlap it
 * if there is one. Empty when the removed tokens stand nowhere. Time is hunk tokens times file tokens.
 */
export function findStretches(hunk: readonly HunkToken[], file: readonly Token[]): Stretch[] {
  const width = file.length + 1;
  const { ids, gaps, words, hunkIds, others } = costsOf(hunk, file);
  let cost = new Float64Array(width);
  let start = new Int32Array(width);
  for (let column = 0; column < width; column += 1) start[column] = column;
  let nextCost = new Float64Array(width);
  let nextStart = new Int32Array(width);
  for (const [row, token] of hunk.entries()) {
    const missing = token.fixed && !token.soft ? NEVER : gapCost(token);
    const other = others[row] ?? NEVER;
    const tight = isTight(hunk, row);
    const last = row === hunk.length - 1;
    const id = hunkIds[row] ?? -1;
    nextCost[0] = (cost[0] ?? 0) + missing;
    nextStart[0] = 0;
    for (let column = 1; column < width; column += 1) {
      const at = column - 1;
      const meet = ids[at] === id ? 0 : words[at] === 1 ? other : NEVER;
      let best = (cost[at] as number) + meet;
      let from = start[at] as number;
      const without = (cost[column] as number) + missing;
      if (without < best) {
        best = without;
        from = start[column] as number;
      }
      const gap = gaps[at] as number;
      const extra = (nextCost[at] as number) + (last || (tight && gap > 0.1) ? NEVER : gap);
      if (extra < best) {
        best = extra;
        from = nextStart[at] as number;
      }
      nextCost[column] = best;
      nextStart[column] = from;
    }
    [cost, nextCost] = [nextCost, cost];
    [start, nextStart] = [nextStart, start];
  }
  const best = cheapest(cost, start, undefined);
  if (best === undefined) return [];
  const second = cheapest(cost, start, best);
  return second === undefined ? [best] : [best, second];
}

function cheapest(cost: Float64Array, start: Int32Array, apartFrom: Stretch | undefined): Stretch | undefined {
  let found: Stretch | undefined;
  for (let end = 1; end < cost.length; end += 1) {
    const value = cost[end] ?? NEVER;
    const from = start[end] ?? 0;
    if (value >= NEVER || from >= end || (found !== undefined && value >= found.cost)) continue;
    if (apartFrom !== undefined && from < apartFrom.end && end > apartFrom.start) continue;
    found = { start: from, end, cost: value };
  }
  return found;
}

/**
 * Returns for each hunk token the index of the file token it meets within `stretch`, or -1.
 * Among equal alignments a token meets its equal as late in the stretch as possible. Time as findStretches.
 */
export function alignTo(hunk: readonly HunkToken[], file: readonly Token[], stretch: Stretch): number[] {
  const part = file.slice(stretch.start, stretch.end);
  const { ids, gaps, words, hunkIds, others } = costsOf(hunk, part);
  const width = part.length + 1;
  const step = new Uint8Array((hunk.length + 1) * width); // 1 meet, 2 hunk token missing, 3 file token extra
  let cost = new Float64Array(width);
  for (let column = 1; column < width; column += 1) {
    cost[column] = NEVER;
    step[column] = 3;
  }
  for (const [row, token] of hunk.entries()) {
    const next = new Float64Array(width);
    const missing = token.fixed && !token.soft ? NEVER : gapCost(token);
    const other = others[row] ?? NEVER;
    const tight = isTight(hunk, row);
    const line = (row + 1) * width;
    next[0] = (cost[0] ?? 0) + missing;
    step[line] = 2;
    for (let column = 1; column < width; column += 1) {
      const at = column - 1;
      const gap = gaps[at] ?? 0;
      const meet = ids[at] === hunkIds[row] ? 0 : words[at] === 1 ? other : NEVER;
      const choices = [
        (cost[at] ?? 0) + meet,
        (cost[column] ?? 0) + missing,
        (next[at] ?? 0) + (tight && gap > 0.1 ? NEVER : gap),
      ];
      const best = Math.min(...choices);
      next[column] = best;
      step[line + column] = choices.indexOf(best) + 1;
    }
    cost = next;
  }
  const met = new Array<number>(hunk.length).fill(-1);
  let row = hunk.length;
  let column = part.length;
  while (row > 0) {
    const taken = step[row * width + column] ?? 2;
    if (taken !== 3) row -= 1;
    if (taken === 1) met[row] = stretch.start + column - 1;
    if (taken !== 2) column -= 1;
  }
  return met;
}
