// Placing a hunk by aligned tokens, when its context was reworded, re-wrapped or lightly changed in the base.
// bench/c/place.ts has the experiment behind the limits; every rule here refuses rather than guesses.
import type { Hunk } from '../types.ts';
import { alignTo, findStretches, type HunkToken } from './align.ts';
import type { Definition } from './functions.ts';
import { hunkTokens } from './hunk-tokens.ts';
import {
  addedWords,
  chooseStretch,
  edgesOf,
  FEWEST_WORDS,
  isNearer,
  LARGEST,
  lineOf,
  standsElsewhere,
  tokensFrom,
} from './place-choice.ts';
import { namedFunction, type Placement, type Window } from './place-text.ts';
import { functionOfLine, type Target } from './rewrite.ts';
import { changeOf, isSameChange, type Met, spliceGroups } from './splice.ts';
import { isWord, type Token } from './tokens.ts';

const ACCEPTED = 0.25; // cost per token
const ACCEPTED_ADDED = 0.2; // the same for code that is added: nothing that it removes tells the place
const ACCEPTED_DISTINCT = 0.33; // the same where only the removed code tells the place, which stands once in the file
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
  if (rate >= ACCEPTED_ADDED && onlyAdds(hunk))
    return refused(`its context differs too much for code that it adds: ${rate.toFixed(2)} a token`, line);
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
  const fn = changedFunction(target, hunk, { old, file, met });
  const body = fn === undefined ? stretch : file.filter((token) => token.start >= fn.bodyStart && token.start < fn.end);
  const isDistinct = rate < ACCEPTED_DISTINCT && removesDistinct(hunk, old, file);
  const isAround = isDistinct || isAnchored(target, hunk, { old, file, met });
  if (rate >= ACCEPTED && !isAround && !removesOnce(hunk, old, body))
    return refused(
      `nothing of its context on one side is there, and the rest differs: ${rate.toFixed(2)} a token`,
      line,
    );
  const isOnce = isAround && removesOnce(hunk, old, body);
  const isTold = isOnce && found.isNamed && fn?.name === namedFunction(hunk);
  const shifted = isTold ? undefined : shiftedCall(hunk, { old, file, met }, found.isNamed ? stretch : body);
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
  if (!(isTold && isDistinct) && missesEnd(target, hunk, { old, file, met }))
    return refused('the function begins or ends elsewhere in the base', line);
  if (removedRuns(old).some((run) => countOf(hard(body), run) > 1) && !isAround)
    return refused('the code it removes stands there more than once, and its context on one side does not', line);
  const gone = standsElsewhere(old, file, met, found);
  if (gone !== undefined && !isNearer(target, hunk, window.drift, [file[found.stretch.start], file[gone.start]]))
    return refused('the code around it stands elsewhere, without what it removes', line);
  const splices = spliceGroups(hunk, { old, file, met, scope: isTold ? body : isAround ? file : undefined });
  if (typeof splices === 'string') return refused(splices, line);
  if (removedRuns(old).some((run) => countOf(hard(old), run) !== countOf(hard(stretch), run))) {
    return refused('it removes one of several equal statements, and the base has another number of them', line);
  }
  const inRow = removedRuns(old).map((run) => run + run.slice(1));
  if (inRow.some((twice) => countOf(hard(stretch), twice) > countOf(hard(old), twice)))
    return refused('it removes a statement that stands twice in a row in the base', line);
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
 * A call of the context that meets another call of it or one that another call met, or is still made elsewhere: nothing
 * was renamed, one line met another. Elsewhere is `near`; for the lines next to what is put in, the whole file. Told as
 * `put() for get()`; undefined when there is none.
 */
function shiftedCall(hunk: Hunk, { old, file, met }: Met, near: readonly Token[]): string | undefined {
  const callsOf = (tokens: readonly { readonly text: string }[]): Set<string> =>
    new Set(tokens.flatMap(({ text }, at) => (isWord(text) && tokens[at + 1]?.text === '(' ? [text] : [])));
  const [mine, theirs] = [callsOf(old), callsOf(near)];
  const names = new Map<string, string>(); // of a call in the base: its name in the hunk
  for (const [index, token] of old.entries()) {
    const other = file[met[index] ?? -1]?.text;
    if (other === undefined || other === token.text) continue;
    const isCall = old[index + 1]?.text === '(' && !FIXED_WORDS.has(token.text) && !FIXED_WORDS.has(other);
    if (!isCall) continue;
    const isTwice = (names.get(other) ?? token.text) !== token.text;
    const isMade = theirs.has(token.text) || (isNextToChange(hunk, token.line) && callsOf(file).has(token.text));
    if (isTwice || mine.has(other) || isMade) return `${other}() for ${token.text}()`;
    names.set(other, token.text);
  }
  return undefined;
}

/** Whether the place of what a hunk puts in rests on this line: nothing that it removes there tells the place. */
function isNextToChange(hunk: Hunk, line: number): boolean {
  return isInsertion(hunk, line - 1, -1) || isInsertion(hunk, line + 1, 1);
}

/** Whether the run of changed lines that starts at `line`, upwards or downwards, only adds. */
function isInsertion(hunk: Hunk, line: number, step: 1 | -1): boolean {
  let at = line;
  while (hunk.lines[at]?.startsWith('+') === true) at += step;
  return at !== line && hunk.lines[at]?.startsWith('-') !== true;
}

/** Whether every change of a hunk removes code that stands once in `tokens`, and no line of it in its context. */
function removesOnce(hunk: Hunk, old: readonly HunkToken[], tokens: readonly Token[]): boolean {
  const linesOf = (mark: string): string[] =>
    hunk.lines.flatMap((line) => (line[0] === mark && /\w/.test(line) ? [line.slice(1).trim()] : []));
  const removed = new Set(linesOf('-'));
  if (linesOf(' ').some((line) => removed.has(line))) return false;
  const runs = onlyAdds(hunk) ? [] : removedRuns(old);
  return runs.length > 0 && runs.every((run) => countOf(hard(tokens), run) === 1);
}

const DISTINCT_WORDS = 3;

/** Whether every change of a hunk removes code of several words that stands once in the whole file: it can be no other. */
function removesDistinct(hunk: Hunk, old: readonly HunkToken[], file: readonly Token[]): boolean {
  const isRich = (run: string): boolean => run.split(' ').filter(isWord).length >= DISTINCT_WORDS;
  return removedRuns(old).every(isRich) && removesOnce(hunk, old, file);
}

/** Whether one of the changes of a hunk removes nothing. */
function onlyAdds(hunk: Hunk): boolean {
  return hunk.lines.some(
    (line, at) => line.startsWith('+') && !/^[-+]/.test(hunk.lines[at - 1] ?? '') && isInsertion(hunk, at, 1),
  );
}

const NEAR = 8; // lines

/**
 * Whether a whole line of the context stands in the base above what a hunk changes, and another one below: of code where
 * the hunk met it, of a comment near what it removes.
 */
function isAnchored(target: Target, hunk: Hunk, { old, file, met }: Met): boolean {
  const first = hunk.lines.findIndex((line) => /^[-+]/.test(line));
  const last = hunk.lines.findLastIndex((line) => /^[-+]/.test(line));
  const removed = old.findIndex((token, index) => token.fixed && (met[index] ?? -1) >= 0);
  const change = lineOf(target, file[met[removed] ?? -1]);
  const near = target.lines.slice(Math.max(0, change - NEAR), change + NEAR).map((line) => line.trim());
  const isThere = (line: number): boolean => {
    const text = hunk.lines[line]?.slice(1).trim() ?? '';
    if (/^\/?\*.*\w.*\w/.test(text)) return near.includes(text);
    const own = old.flatMap((token, index) => (token.line === line && !token.soft ? [index] : []));
    return own.length >= 3 && own.every((index) => file[met[index] ?? -1]?.text === old[index]?.text);
  };
  const isAbove = hunk.lines.slice(0, first).some((_, at) => isThere(at));
  return isAbove && hunk.lines.slice(last + 1).some((_, at) => isThere(last + 1 + at));
}

/** The function that the first removed token stands in, or what meets the context nearest to the first change. */
function changedFunction(target: Target, hunk: Hunk, { old, file, met }: Met): Definition | undefined {
  const isMet = (index: number): boolean => (met[index] ?? -1) >= 0;
  const change = hunk.lines.findIndex((line) => /^[-+]/.test(line));
  const removed = old.findIndex((token, index) => token.fixed && isMet(index));
  const above = old.findLastIndex((token, index) => token.line < change && isMet(index));
  const below = old.findIndex((token, index) => token.line > change && isMet(index));
  const at = file[met[[removed, above, below].find((index) => index >= 0) ?? -1] ?? -1];
  return target.functions.find((one) => at !== undefined && one.bodyStart <= at.start && at.start < one.end);
}

/** A word of the context that met one outside of the function that is changed, though the hunk stays inside of it. */
function outsideWord(target: Target, hunk: Hunk, all: Met): string | undefined {
  const fn = changedFunction(target, hunk, all);
  if (fn === undefined) return undefined;
  const edges = edgesOf(hunk);
  const far = all.old.findIndex((token, index) => {
    const at = all.file[all.met[index] ?? -1]?.start;
    if (at === undefined || !isWord(token.text)) return false;
    return (!edges.above && at < fn.bodyStart) || (!edges.below && at >= fn.end);
  });
  return all.old[far]?.text;
}

/**
 * Whether the first or last brace of a function, in the context of a hunk, met none of the base: then the code that
 * stands there is another part of its function. An archive page that folded the blanks does not say which braces these are.
 */
function missesEnd(target: Target, hunk: Hunk, { old, file, met }: Met): boolean {
  if (!hunk.lines.some((line) => /^[-+ ](?:\t| {2,})\S/.test(line))) return false;
  return old.some((token, index) => {
    if ((token.text !== '{' && token.text !== '}') || !/^ [{}]\s*$/.test(hunk.lines[token.line] ?? '')) return false;
    const at = file[met[index] ?? -1];
    return at === undefined || (at.start > 0 && target.file.text[at.start - 1] !== '\n');
  });
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
