// Placing a hunk by aligned tokens, when its context was reworded, re-wrapped or lightly changed in the base.
// bench/c/place.ts has the experiment behind the limits; every rule here refuses rather than guesses.
import type { Hunk } from '../types.ts';
import { alignTo, findStretches, type HunkToken, type Stretch } from './align.ts';
import { hunkTokens } from './hunk-tokens.ts';
import { lineAt } from './mask.ts';
import { namedFunction, type Placement, type Window } from './place-text.ts';
import { functionOfLine, type Target } from './rewrite.ts';
import { changeOf, isSameChange, spliceGroups } from './splice.ts';
import { isWord, type Token, tokenize } from './tokens.ts';

const ACCEPTED = 0.25; // cost per token
const ACCEPTED_WITH_NOTE = 0.45;
// The same when the hunk names a function that the file does not have: another function may hold the same statement.
const ACCEPTED_ELSEWHERE = 0.2;
const MARGIN = 0.1; // cost per token by which the best place must beat the next in the named function
// The same over the whole file, when the hunk names no function that the file has: the worse the best place fits, the
// further the next must be. Chosen so that bench/c/place.ts has no wrong place.
const MARGIN_UNNAMED = { base: 0.15, perCost: 0.5, exact: 0.2 };
// Words that are not renamed: where one stands for another, the code is other code.
const FIXED_WORDS = new Set('true false NULL if else while for do switch case return goto break continue'.split(' '));
const FEWEST_WORDS = 4;
const LARGEST = 6e7; // hunk tokens times file tokens: below 1 s

/** Places `hunk` where its old side aligns, or says why not. Time is hunk tokens times file tokens. */
export function placeByTokens(target: Target, hunk: Hunk, window: Window): Placement {
  const old = hunkTokens(hunk, '-');
  const file = tokensFrom(target, window.from);
  if (old.filter((token) => isWord(token.text)).length < FEWEST_WORDS)
    return refused('its context is too small to align');
  if (old.length * file.length > LARGEST) return refused('it is too large to align');
  const found = chooseStretch(target, hunk, old, file);
  if (typeof found === 'string') return refused(found);
  const met = alignTo(old, file, found.stretch);
  const line = lineOf(target, file[found.stretch.start]);
  const rate = found.stretch.cost / old.length;
  const swaps = substitutions(old, file, met);
  const kept = [...swaps.keys()].find((word) => !found.isNamed && target.functions.some((fn) => fn.name === word));
  if (kept !== undefined) {
    return refused(
      `it names no function of the base, which has ${swaps.get(kept) ?? ''} for ${kept} there but ${kept} elsewhere`,
      line,
    );
  }
  const stretch = file.slice(found.stretch.start, found.stretch.end);
  const shifted = shiftedCall(old, file, met, stretch);
  if (shifted !== undefined) return refused(`the calls around it are others in the base: ${shifted}`, line);
  const opposite = found.isNamed ? undefined : [...swaps].find((pair) => pair.some((word) => FIXED_WORDS.has(word)));
  if (opposite !== undefined) {
    return refused(`it names no function of the base, which has ${opposite[1]} for ${opposite[0]} there`, line);
  }
  const used = addedWords(hunk).find((word) => swaps.has(word));
  if (used !== undefined) {
    return refused(`it adds ${used} where the base has ${swaps.get(used) ?? ''}: the base is too different`, line);
  }
  const splices = spliceGroups(hunk, old, file, met);
  if (typeof splices === 'string') return refused(splices, line);
  if (removedRuns(old).some((run) => countOf(hard(old), run) !== countOf(hard(stretch), run))) {
    return refused('it removes one of several equal statements, and the base has another number of them', line);
  }
  const changes = splices.flatMap((splice) => changeOf(target, file, splice) ?? []);
  if (!isSameChange(target, file, splices, changes)) {
    return refused('the lines of the base are broken differently where it changes them', line);
  }
  const first = splices[0];
  const named = namedFunction(hunk);
  const within = first === undefined ? undefined : functionOfLine(target, lineOf(target, file[first.from]) - 1)?.name;
  if (found.isNamed && within !== named) return refused(`the code it changes is not in ${named ?? ''}`, line);
  const notes = [`placed by its tokens, ${rate.toFixed(2)} a token${rate < ACCEPTED ? '' : ', which is much'}`];
  if (swaps.size > 0) notes.push(`the base has ${[...swaps].map(([from, to]) => `${to} for ${from}`).join(', ')}`);
  if (named !== undefined && within !== undefined && named !== within)
    notes.push(`it names ${named} and goes into ${within}`);
  const to = Math.max(
    lineOf(target, file[found.stretch.end - 1]),
    ...changes.map((change) => change.at + change.remove),
  );
  return { kind: 'placed', from: line - 1, to, changes, notes, isExact: false };
}

/** True when the new side of the hunk stands in the file, comments and layout aside. */
export function isAppliedByTokens(target: Target, hunk: Hunk): boolean {
  const side = hunkTokens(hunk, '+');
  const file = tokensFrom(target, 0);
  if (side.filter((token) => isWord(token.text)).length < FEWEST_WORDS || side.length * file.length > LARGEST)
    return false;
  const best = findStretches(side, file)[0];
  return best !== undefined && best.cost === 0;
}

function refused(why: string, line?: number): Placement {
  return { kind: 'refused', why, line };
}

const tokenLists = new WeakMap<Target, Token[]>();

function tokensOf(target: Target): Token[] {
  const known = tokenLists.get(target) ?? tokenize(target.file.text);
  tokenLists.set(target, known);
  return known;
}

function tokensFrom(target: Target, line: number): Token[] {
  const from = target.starts[line] ?? Number.MAX_SAFE_INTEGER;
  return line === 0 ? tokensOf(target) : tokensOf(target).filter((token) => token.start >= from);
}

function lineOf(target: Target, token: Token | undefined): number {
  return token === undefined ? 1 : lineAt(target.starts, token.start);
}

interface Chosen {
  readonly stretch: Stretch;
  readonly isNamed: boolean; // the hunk names the function, and the file has it
}

/**
 * True when the lines of `hunk` stand exactly somewhere in a function that the hunk does not name, and almost as well
 * somewhere else: two functions with the same code, of which the base changed the one that is meant.
 */
export function hasRival(target: Target, hunk: Hunk): boolean {
  const named = namedFunction(hunk);
  if (target.functions.some((fn) => fn.name === named)) return false;
  const old = hunkTokens(hunk, '-');
  if (!old.some((token) => token.fixed) && addedWords(hunk).length === 0) return false;
  const file = tokensOf(target);
  if (old.length * file.length > LARGEST) return false;
  const second = findStretches(old, file)[1];
  return second !== undefined && second.cost / old.length < MARGIN_UNNAMED.exact;
}

/** The stretch to use, or the reason why there is none. */
function chooseStretch(target: Target, hunk: Hunk, old: readonly HunkToken[], file: readonly Token[]): Chosen | string {
  const named = namedFunction(hunk);
  const candidates: Stretch[] = [];
  for (const fn of target.functions) {
    if (fn.name !== named) continue;
    // Context may reach over the end of the function, and over its start when its header is in the context.
    const slack = namedFunction({ ...hunk, section: '' }) === named ? old.length : 0;
    const start = Math.max(0, file.findIndex((token) => token.start >= fn.start) - slack);
    const after = file.findIndex((token) => token.start >= fn.end);
    const end = Math.min(file.length, (after < 0 ? file.length : after) + old.length);
    for (const found of findStretches(old, file.slice(start, end))) {
      candidates.push({ start: found.start + start, end: found.end + start, cost: found.cost });
    }
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
  const margin = isNamed ? MARGIN : MARGIN_UNNAMED.base + MARGIN_UNNAMED.perCost * rate;
  if (second !== undefined && (second.cost - best.cost) / old.length < margin) {
    const lines = [best, second].map((stretch) => lineOf(target, file[stretch.start]));
    return `it fits two places about equally well (lines ${lines.join(' and ')})`;
  }
  return { stretch: best, isNamed };
}

/** Words of the hunk that met another word, in the order of the hunk. */
function substitutions(old: readonly HunkToken[], file: readonly Token[], met: readonly number[]): Map<string, string> {
  const swaps = new Map<string, string>();
  for (const [index, token] of old.entries()) {
    const other = file[met[index] ?? -1]?.text;
    if (other !== undefined && other !== token.text) swaps.set(token.text, other);
  }
  return swaps;
}

/**
 * A call of the context that meets another call of it, or is still made elsewhere in the stretch: nothing was renamed, one
 * line met another. Told as `put() for get()`; undefined when there is none.
 */
function shiftedCall(
  old: readonly HunkToken[],
  file: readonly Token[],
  met: readonly number[],
  stretch: readonly Token[],
): string | undefined {
  const callsOf = (tokens: readonly { readonly text: string }[]): Set<string> =>
    new Set(tokens.flatMap(({ text }, at) => (isWord(text) && tokens[at + 1]?.text === '(' ? [text] : [])));
  const [mine, theirs] = [callsOf(old), callsOf(stretch)];
  for (const [index, token] of old.entries()) {
    const other = file[met[index] ?? -1]?.text;
    if (other === undefined || other === token.text) continue;
    const isCall = old[index + 1]?.text === '(';
    if (isCall && (mine.has(other) || theirs.has(token.text))) return `${other}() for ${token.text}()`;
  }
  return undefined;
}

/** The tokens of each run of removed code, soft ones left out, with a blank at each end. */
function removedRuns(old: readonly HunkToken[]): string[] {
  const runs: string[] = [];
  for (let at = 0; at < old.length; at += 1) {
    const start = at;
    while (old[at]?.fixed === true) at += 1;
    const run = hard(old.slice(start, at));
    if (run.trim() !== '') runs.push(run);
  }
  return runs;
}

function hard(tokens: readonly { readonly text: string; readonly soft: boolean }[]): string {
  return ` ${tokens.flatMap((token) => (token.soft ? [] : [token.text])).join(' ')} `;
}

/** How often `run` stands in `text`, both with a blank at each end. */
function countOf(text: string, run: string): number {
  let count = 0;
  for (let at = text.indexOf(run); at >= 0; at = text.indexOf(run, at + 1)) count += 1;
  return count;
}

function addedWords(hunk: Hunk): string[] {
  return hunkTokens(hunk, '+').flatMap((token) => (token.fixed && isWord(token.text) ? [token.text] : []));
}
