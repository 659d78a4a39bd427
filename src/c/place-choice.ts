// Which stretch of a file a hunk is meant for, when its tokens fit more than one. Every limit refuses rather than guesses.
import type { Hunk } from '../types.ts';
import { findStretches, type HunkToken, type Stretch } from './align.ts';
import type { Definition } from './functions.ts';
import { hunkTokens } from './hunk-tokens.ts';
import { lineAt } from './mask.ts';
import { namedFunction } from './place-text.ts';
import type { Target } from './rewrite.ts';
import { isWord, type Token, tokenize } from './tokens.ts';

const ACCEPTED_WITH_NOTE = 0.45;
// The same when the hunk names a function that the file does not have: another function may hold the same statement.
const ACCEPTED_ELSEWHERE = 0.2;
const MARGIN = 0.1; // cost per token by which the best place must beat the next in the named function
// The same over the whole file, when the hunk names no function that the file has: the worse the best place fits, the
// further the next must be. Chosen so that bench/c/place.ts has no wrong place.
const MARGIN_UNNAMED = { base: 0.15, perCost: 0.5 };
// The same for exact lines in a function that the hunk does not name: when the stated line is nearer to them, when it is
// nearer to the other place, and when none is stated.
const MARGIN_EXACT = { nearer: 0.05, farther: 0.35, unstated: 0.2 };
// A place without any other, or with none that fits nearly as well, may differ in words that else tell another place.
const ALONE = { margin: 0.28, cost: 0.2 };
const GONE = 0.15; // cost per token of a context that stands without what is removed
/** A hunk of fewer words is not aligned. */
export const FEWEST_WORDS = 4;
/** Of hunk tokens times file tokens. */
export const LARGEST = 6e7; // hunk tokens times file tokens: below 1 s

/** The stretch that was chosen, and how sure that is. */
export interface Chosen {
  readonly stretch: Stretch;
  readonly isNamed: boolean; // the hunk names the function, and the file has it
  readonly isAlone: boolean; // no other place of the file comes near
  readonly within: readonly [number, number]; // tokens that were searched: those of the named function, or all
}

const tokenLists = new WeakMap<Target, Token[]>();

function tokensOf(target: Target): Token[] {
  const known = tokenLists.get(target) ?? tokenize(target.file.text);
  tokenLists.set(target, known);
  return known;
}

/** The tokens of a file from a 0-based line on. */
export function tokensFrom(target: Target, line: number): Token[] {
  const from = target.starts[line] ?? Number.MAX_SAFE_INTEGER;
  return line === 0 ? tokensOf(target) : tokensOf(target).filter((token) => token.start >= from);
}

/** The 1-based line of a token; 1 without one. */
export function lineOf(target: Target, token: Token | undefined): number {
  return token === undefined ? 1 : lineAt(target.starts, token.start);
}

/**
 * True when the lines of `hunk` stand exactly somewhere in a function that the hunk does not name, and almost as well
 * somewhere else: two functions with the same code, of which the base changed the one that is meant.
 */
export function hasRival(target: Target, hunk: Hunk, drift: number): boolean {
  const named = namedFunction(hunk);
  if (target.functions.some((fn) => fn.name === named)) return false;
  const old = hunkTokens(hunk, '-');
  if (!old.some((token) => token.fixed) && addedWords(hunk).length === 0) return false;
  const file = tokensOf(target);
  if (old.length * file.length > LARGEST) return false;
  const [best, second] = findStretches(old, file);
  if (best === undefined || second === undefined) return false;
  const nearer = isNearer(target, hunk, drift, [file[best.start], file[second.start]]);
  const margin = hunk.oldStart <= 1 ? MARGIN_EXACT.unstated : nearer ? MARGIN_EXACT.nearer : MARGIN_EXACT.farther;
  return second.cost / old.length < margin;
}

/** Whether the line that the header states is nearer to the first of two places than to the second. */
export function isNearer(
  target: Target,
  hunk: Hunk,
  drift: number,
  [one, other]: readonly (Token | undefined)[],
): boolean {
  if (one === undefined || other === undefined || hunk.oldStart <= 1) return false;
  const distance = (token: Token): number => Math.abs(lineOf(target, token) - hunk.oldStart - drift);
  return distance(one) < distance(other);
}

/** Whether a hunk leaves the function of its first change: above that change, below it. */
export function edgesOf(hunk: Hunk): { readonly above: boolean; readonly below: boolean } {
  const first = hunk.lines.findIndex((line) => /^[-+]/.test(line));
  const isEdge = (line: string): boolean => /^[ -][A-Za-z_{}]/.test(line) && !/^.\w+:/.test(line);
  return { above: hunk.lines.slice(0, first).some(isEdge), below: hunk.lines.slice(first).some(isEdge) };
}

/** Where a hunk that names `fn` may stand, as tokens: the reach of its context, and the function alone. */
function roomIn(
  fn: Definition,
  hunk: Hunk,
  old: readonly HunkToken[],
  file: readonly Token[],
): { readonly reach: readonly [number, number]; readonly own: readonly [number, number] } {
  const indexOf = (offset: number): number => {
    const found = file.findIndex((token) => token.start >= offset);
    return found < 0 ? file.length : found;
  };
  const edges = edgesOf(hunk);
  const end = indexOf(fn.end);
  const start = edges.above ? indexOf(fn.start) - old.length : indexOf(fn.bodyStart);
  return {
    reach: [Math.max(0, start), Math.min(file.length, edges.below ? end + old.length : end)],
    own: [indexOf(edges.above ? fn.start : fn.bodyStart), end],
  };
}

function shifted({ start, end, cost }: Stretch, by: number): Stretch {
  return { start: start + by, end: end + by, cost };
}

/** The stretch to use, or the reason why there is none. */
export function chooseStretch(
  target: Target,
  hunk: Hunk,
  old: readonly HunkToken[],
  file: readonly Token[],
  drift: number,
): Chosen | string {
  const named = namedFunction(hunk);
  const candidates: Stretch[] = [];
  let within: readonly [number, number] = [0, file.length];
  for (const fn of target.functions) {
    if (fn.name !== named) continue;
    const room = roomIn(fn, hunk, old, file);
    within = room.reach;
    const [first] = findStretches(old, file.slice(...room.reach)).map((one) => shifted(one, room.reach[0]));
    if (first === undefined) continue;
    // Where the context leaves the function, the neighbour that is like it is no second place.
    const rivals = findStretches(old, file.slice(...room.own)).map((one) => shifted(one, room.own[0]));
    candidates.push(first, ...rivals.filter((one) => one.end <= first.start || one.start >= first.end));
  }
  const isNamed = target.functions.some((fn) => fn.name === named);
  if (!isNamed) candidates.push(...findStretches(old, file));
  const [best, ...others] = candidates.sort((a, b) => a.cost - b.cost || a.start - b.start);
  const where = isNamed ? ` in ${named ?? ''}` : '';
  if (best === undefined) return `the code it removes is not${where === '' ? ' in the file' : where}`;
  if (best.cost / old.length >= ACCEPTED_WITH_NOTE) {
    return `its context differs too much${where}: ${(best.cost / old.length).toFixed(2)} a token`;
  }
  const second = others.find((other) => other.end <= best.start || other.start >= best.end);
  const rate = best.cost / old.length;
  if (!isNamed && named !== undefined && rate >= ACCEPTED_ELSEWHERE) {
    return `it names ${named}, which the base does not have, and its context differs: ${rate.toFixed(2)} a token`;
  }
  const lead = second === undefined ? Number.POSITIVE_INFINITY : (second.cost - best.cost) / old.length;
  const nearer = isNearer(target, hunk, drift, [file[best.start], file[second?.start ?? -1]]);
  const margin = isNamed || nearer ? MARGIN : MARGIN_UNNAMED.base + MARGIN_UNNAMED.perCost * rate;
  if (second !== undefined && lead < margin) {
    const lines = [best, second].map((stretch) => lineOf(target, file[stretch.start]));
    return `it fits two places about equally well (lines ${lines.join(' and ')})`;
  }
  return { stretch: best, isNamed, isAlone: lead >= ALONE.margin && rate < ALONE.cost, within };
}

/** Where the context alone stands, almost unchanged, apart from the chosen stretch: there the removed code is gone. */
export function standsElsewhere(
  old: readonly HunkToken[],
  file: readonly Token[],
  met: readonly number[],
  { stretch, within: [from, to] }: Chosen,
): Stretch | undefined {
  const context = old.filter((token) => !token.fixed);
  const isTelling = context.filter((token) => isWord(token.text)).length >= FEWEST_WORDS;
  if (context.length === old.length || !isTelling) return undefined;
  const [found] = findStretches(context, file.slice(from, to));
  if (found === undefined) return undefined;
  const best = { start: found.start + from, end: found.end + from, cost: found.cost };
  const isInside = old.some((token, index) => token.fixed && isWithin(met[index] ?? -1, best));
  if (isInside) return undefined;
  return best.cost / context.length < GONE && best.cost < stretch.cost ? best : undefined;
}

function isWithin(at: number, { start, end }: Stretch): boolean {
  return start <= at && at < end;
}

/** The words that a hunk puts in. */
export function addedWords(hunk: Hunk): string[] {
  return hunkTokens(hunk, '+').flatMap((token) => (token.fixed && isWord(token.text) ? [token.text] : []));
}
