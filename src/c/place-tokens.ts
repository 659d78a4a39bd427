// Placing a hunk by aligned tokens, when its context was reworded, re-wrapped or lightly changed in the base.
// bench/c/place.ts has the experiment behind the limits; every rule here refuses rather than guesses.
import type { Hunk } from '../types.ts';
import { alignTo, findStretches, type HunkToken } from './align.ts';
import type { Definition } from './functions.ts';
import { hunkTokens } from './hunk-tokens.ts';
import {
  addedWords,
  chooseStretch,
  FEWEST_WORDS,
  isNearer,
  LARGEST,
  lineOf,
  standsElsewhere,
  tokensFrom,
} from './place-choice.ts';
import { namedFunction, type Placement, type Window } from './place-text.ts';
import { functionOfLine, type Target } from './rewrite.ts';
import { changeOf, isSameChange, spliceGroups } from './splice.ts';
import { isWord, type Token } from './tokens.ts';

const ACCEPTED = 0.25; // cost per token
// Words that are not renamed: where one stands for another, the code is other code.
const FIXED_WORDS = new Set('true false NULL if else while for do switch case return goto break continue'.split(' '));

/** Places `hunk` where its old side aligns, or says why not. Time is hunk tokens times file tokens. */
export function placeByTokens(target: Target, hunk: Hunk, window: Window): Placement {
  const old = hunkTokens(hunk, '-');
  const file = tokensFrom(target, window.from);
  if (old.filter((token) => isWord(token.text)).length < FEWEST_WORDS)
    return refused('its context is too small to align');
  if (old.length * file.length > LARGEST) return refused('it is too large to align');
  const found = chooseStretch(target, hunk, old, file, window.drift);
  if (typeof found === 'string') return refused(found);
  const met = alignTo(old, file, found.stretch);
  const line = lineOf(target, file[found.stretch.start]);
  const rate = found.stretch.cost / old.length;
  const swaps = substitutions(old, file, met);
  const isSure = found.isNamed || found.isAlone;
  const kept = [...swaps.keys()].find((word) => !isSure && target.functions.some((fn) => fn.name === word));
  if (kept !== undefined) {
    return refused(
      `it names no function of the base, which has ${swaps.get(kept) ?? ''} for ${kept} there but ${kept} elsewhere`,
      line,
    );
  }
  const stretch = file.slice(found.stretch.start, found.stretch.end);
  const shifted = shiftedCall(target, hunk, { old, file, met, stretch, isNamed: found.isNamed });
  if (shifted !== undefined) return refused(`the calls around it are others in the base: ${shifted}`, line);
  const opposite = isSure ? undefined : [...swaps].find((pair) => pair.some((word) => FIXED_WORDS.has(word)));
  if (opposite !== undefined) {
    return refused(`it names no function of the base, which has ${opposite[1]} for ${opposite[0]} there`, line);
  }
  const used = addedWords(hunk).find((word) => swaps.has(word));
  if (used !== undefined) {
    return refused(`it adds ${used} where the base has ${swaps.get(used) ?? ''}: the base is too different`, line);
  }
  const outside = outsideWord(target, hunk, { old, file, met });
  if (outside !== undefined) return refused(`its context reaches over the edge of a function at ${outside}`, line);
  const gone = standsElsewhere(old, file, found);
  if (gone !== undefined && !isNearer(target, hunk, window.drift, [file[found.stretch.start], file[gone.start]]))
    return refused('the code around it stands elsewhere, without what it removes', line);
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
 * A call of the context that meets another call of it, or is still made elsewhere: nothing was renamed, one line met
 * another. Elsewhere is the function; where the hunk names it, only for the lines next to what is put in, else the stretch.
 * Told as `put() for get()`; undefined when there is none.
 */
function shiftedCall(
  target: Target,
  hunk: Hunk,
  all: Met & { readonly stretch: readonly Token[]; readonly isNamed: boolean },
): string | undefined {
  const { old, file, met, stretch, isNamed } = all;
  const callsOf = (tokens: readonly { readonly text: string }[]): Set<string> =>
    new Set(tokens.flatMap(({ text }, at) => (isWord(text) && tokens[at + 1]?.text === '(' ? [text] : [])));
  const fn = changedFunction(target, all);
  const body = fn === undefined ? stretch : file.filter((token) => token.start >= fn.bodyStart && token.start < fn.end);
  const [mine, near, wide] = [callsOf(old), callsOf(stretch), callsOf(body)];
  for (const [index, token] of old.entries()) {
    const other = file[met[index] ?? -1]?.text;
    if (other === undefined || other === token.text) continue;
    const isCall = old[index + 1]?.text === '(' && !FIXED_WORDS.has(token.text) && !FIXED_WORDS.has(other);
    const theirs = isNamed && !isNextToChange(hunk, token.line) ? near : wide;
    if (isCall && (mine.has(other) || theirs.has(token.text))) return `${other}() for ${token.text}()`;
  }
  return undefined;
}

/** Whether the place of what a hunk puts in rests on this line: nothing that it removes tells the place. */
function isNextToChange(hunk: Hunk, line: number): boolean {
  if (hunk.lines.some((one) => one.startsWith('-'))) return false;
  return [hunk.lines[line - 1], hunk.lines[line + 1]].some((one) => one !== undefined && /^[-+]/.test(one));
}

/** What the old side of a hunk met in the file. */
interface Met {
  readonly old: readonly HunkToken[];
  readonly file: readonly Token[];
  readonly met: readonly number[];
}

/** The function that the first removed token, or the first one that met any, stands in. */
function changedFunction(target: Target, { old, file, met }: Met): Definition | undefined {
  const isMet = (index: number): boolean => (met[index] ?? -1) >= 0;
  const removed = old.findIndex((token, index) => token.fixed && isMet(index));
  const at = file[met[removed >= 0 ? removed : met.findIndex((_, index) => isMet(index))] ?? -1];
  return target.functions.find((one) => at !== undefined && one.bodyStart <= at.start && at.start < one.end);
}

/** A word of the context that met one outside of the function that is changed, though the hunk stays inside of it. */
function outsideWord(target: Target, hunk: Hunk, all: Met): string | undefined {
  const fn = changedFunction(target, all);
  if (fn === undefined) return undefined;
  const first = hunk.lines.findIndex((line) => /^[-+]/.test(line));
  const last = hunk.lines.findLastIndex((line) => /^[-+]/.test(line));
  const isEdge = (line: string): boolean => /^ [A-Za-z_{}]/.test(line);
  const [isAbove, isBelow] = [hunk.lines.slice(0, first).some(isEdge), hunk.lines.slice(last + 1).some(isEdge)];
  const far = all.old.findIndex((token, index) => {
    const at = all.file[all.met[index] ?? -1]?.start;
    if (at === undefined || !isWord(token.text)) return false;
    return (!isAbove && at < fn.bodyStart) || (!isBelow && at >= fn.end);
  });
  return all.old[far]?.text;
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
