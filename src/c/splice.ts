// From aligned tokens to line changes: what may be taken out or put in where, and the check that the result has the
// tokens that the hunk says.
import type { Hunk } from '../types.ts';
import type { HunkToken } from './align.ts';
import { hunkTokens } from './hunk-tokens.ts';
import { lineAt } from './mask.ts';
import { type LineChange, type NewLine, rewrite, type Target } from './rewrite.ts';
import { type Token, tokenize } from './tokens.ts';

/** Replaces the file tokens [from, to) by the lines `add`. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly add: readonly string[];
  readonly added: readonly string[]; // tokens of `add`
  readonly late: boolean; // an insertion that goes below the comments in front of the next token
}

/**
 * One splice for each run of changed lines that has code, or the reason why one has no sure place. `scope` is where
 * removed code that stands once can be no other: the function that the hunk names, or the file; undefined when the
 * context around it is not there.
 */
export function spliceGroups(
  hunk: Hunk,
  { old, file, met, scope }: Met & { readonly scope: readonly Token[] | undefined },
): Splice[] | string {
  const splices: Splice[] = [];
  const fresh = hunkTokens(hunk, '+');
  for (const [first, last] of changedRuns(hunk)) {
    const removed = old.flatMap((token, index) => (token.line >= first && token.line < last ? [index] : []));
    const added = fresh
      .filter((token) => token.line >= first && token.line < last && token.fixed)
      .map((token) => token.text);
    if (removed.length === 0 && added.length === 0) continue;
    const follows = old.findIndex((token) => token.line >= last);
    const next = follows < 0 ? old.length : follows;
    const span =
      removed.length > 0
        ? removedSpan(removed, { old, file, met, added, scope })
        : insertPoint(next, { old, file, met });
    if (typeof span === 'string') return span;
    const lines = hunk.lines
      .slice(first, last)
      .flatMap((line) => (line[0] === '+' ? [line.slice(1).replace(/\r$/, '')] : []));
    const above = hunk.lines[first - 1]?.slice(1).trim() ?? '';
    const late = above !== '' && (old[next - 1]?.line ?? -1) < first - 1;
    splices.push({ from: span[0], to: span[1], add: lines, added, late });
  }
  const unordered = splices.some((splice, index) => index > 0 && splice.from < (splices[index - 1]?.to ?? 0));
  return unordered ? 'its parts fit only in another order' : splices;
}

/** Runs of changed lines as [first, last) indices into hunk.lines. */
function changedRuns(hunk: Hunk): [number, number][] {
  const runs: [number, number][] = [];
  let index = 0;
  while (index < hunk.lines.length) {
    const first = index;
    while (/^[-+\\]/.test(hunk.lines[index] ?? '')) index += 1;
    if (index > first) runs.push([first, index]);
    else index += 1;
  }
  return runs;
}

/** What the old side of a hunk met in a file: for each of its tokens the index of one of the file, or -1. */
export interface Met {
  readonly old: readonly HunkToken[];
  readonly file: readonly Token[];
  readonly met: readonly number[];
}

interface Aligned extends Met {
  readonly added: readonly string[];
  readonly scope: readonly Token[] | undefined;
}

const STATEMENT_END = new Set([';', '{', '}', ':']);

/** The file tokens [from, to) of a removed run, when removing them means the same there. */
function removedSpan(removed: readonly number[], { old, file, met, added, scope }: Aligned): [number, number] | string {
  const hits = removed.map((index) => met[index] ?? -1).filter((at) => at >= 0);
  const [from, final] = [hits[0], hits.at(-1)];
  if (from === undefined || final === undefined) return 'the code it removes is not there';
  let to = final + 1;
  const wanted = braceBalance(removed.map((index) => old[index]?.text ?? ''));
  const balance = () => braceBalance(file.slice(from, to).map((token) => token.text));
  while (balance() > wanted && file[to]?.text === '}' && !met.includes(to)) to += 1;
  // The net change must be the hunk's: nothing of the base goes that the hunk does not remove.
  if (file.slice(from, to).some((token, index) => !token.soft && !hits.includes(from + index))) {
    return 'the base has more code where it removes some';
  }
  if (balance() !== wanted) return 'the braces of the base do not pair with those it removes';
  const before = (removed[0] ?? 0) - 1;
  const after = (removed.at(-1) ?? 0) + 1;
  const isWhole = STATEMENT_END.has(old[after - 1]?.text ?? '') && endsStatement(old, before);
  const isBody = !isWhole && STATEMENT_END.has(old[after - 1]?.text ?? '') && old[before]?.text === ')';
  const joinsBefore = isBody
    ? met[before] === from - 1 && isSameHead({ old, file, met }, before)
    : before < 0
      ? from === 0
      : meetsBefore(old, met, before, from);
  const meetsNext = isBody ? met[after] === to : meetsAfter(old, met, after, to);
  const joinsAfter = after >= old.length ? to === file.length : meetsNext;
  // Whole statements may have new neighbours, if the neighbour before ends a statement too: else an `if` would
  // lose its body or take the next statement for it.
  const isLoose = isWhole && endsStatement(file, from - 1) && file[to]?.text !== 'else';
  const needsBefore = !isLoose || added[0] === 'else';
  // A body that goes without another makes the next statement the body: it must be the one the hunk shows.
  const isReplaced = added.length > 0 && STATEMENT_END.has(added.at(-1) ?? '');
  const needsAfter = isWhole || isBody ? !isReplaced && (isBody || added.length > 0) : true;
  if (!(joinsBefore && joinsAfter) && isGone(old, file.slice(Math.max(0, from - NEAR), to + NEAR), before, after))
    return 'the code around it stands there without what it removes';
  // Without either neighbour it may be another one like it: if there are several, or nothing around it stands there.
  const isAlone = !joinsBefore && !joinsAfter && (scope === undefined || timesIn(scope, file.slice(from, to)) > 1);
  if (
    isAlone ||
    (needsBefore && !joinsBefore) ||
    (needsAfter && !joinsAfter) ||
    (file[to]?.text === 'else' && !joinsAfter)
  ) {
    return 'what stands next to the code it changes is different in the base';
  }
  return [from, to];
}

const NEAR = 200; // tokens

/** Whether the statements above and below a removed run stand side by side in `near`: what was between them is gone. */
function isGone(old: readonly HunkToken[], near: readonly Token[], before: number, after: number): boolean {
  let first = before;
  while (first > 0 && !STATEMENT_END.has(old[first - 1]?.text ?? ';')) first -= 1;
  let last = after;
  while (last < old.length && !STATEMENT_END.has(old[last]?.text ?? ';')) last += 1;
  if (before - first < NEIGHBOURS.least || last - after < NEIGHBOURS.least || last >= old.length) return false;
  return timesIn(near, [...old.slice(first, before + 1), ...old.slice(after, last + 1)]) > 0;
}

/** Whether the token at `at` ends a statement, preprocessor lines behind it aside unless the code is on one too. */
function endsStatement(tokens: readonly (HunkToken | Token)[], at: number): boolean {
  let last = at;
  if (tokens[at + 1]?.directive !== true) while (tokens[last]?.directive === true) last -= 1;
  return STATEMENT_END.has(tokens[last]?.text ?? ';');
}

/** How often the tokens of `run` stand in a row in `file`. */
function timesIn(file: readonly Token[], run: readonly { readonly text: string }[]): number {
  let count = 0;
  for (let at = 0; at + run.length <= file.length; at += 1) {
    let length = 0;
    while (length < run.length && file[at + length]?.text === run[length]?.text) length += 1;
    if (length === run.length) count += 1;
  }
  return count;
}

/** True when the `)` of the hunk closes the head of the same `if` or loop as the one it meets. */
function isSameHead({ old, file, met }: Met, close: number): boolean {
  const [mine, theirs] = [openingOf(old, close), openingOf(file, met[close] ?? -1)];
  return mine > 0 && theirs > 0 && met[mine - 1] === theirs - 1 && old[mine - 1]?.text === file[theirs - 1]?.text;
}

/** The index of the parenthesis that the one at `close` closes, or -1. */
function openingOf(tokens: readonly { readonly text: string }[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    if (tokens[at]?.text === ')') depth += 1;
    if (tokens[at]?.text === '(') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** The place between the two file tokens that the hunk inserts between: both must stand side by side. */
function insertPoint(next: number, { old, file, met }: Met): [number, number] | string {
  const at = next < old.length ? (met[next] ?? -1) : (met[next - 1] ?? -1) + 1;
  const joinsBefore = next === 0 ? at === 0 : meetsBefore(old, met, next - 1, at);
  const joinsAfter = next >= old.length ? at === file.length || joinsBefore : meetsAfter(old, met, next, at);
  if (at < 0 || !joinsBefore || !joinsAfter) return 'what stands around the code it adds is different in the base';
  if (repeats(file, at) && !repeats(old, next)) return 'the base has twice in a row what stands above the code it adds';
  return [at, at];
}

const LONGEST_REPEATED = 24; // tokens

/** Whether the statement that ends in front of `end` stands there twice in a row. */
function repeats(tokens: readonly { readonly text: string }[], end: number): boolean {
  if (!STATEMENT_END.has(tokens[end - 1]?.text ?? '')) return false;
  for (let length = NEIGHBOURS.least; length <= Math.min(LONGEST_REPEATED, end / 2); length += 1) {
    let same = 0;
    while (same < length && tokens[end - 1 - same]?.text === tokens[end - 1 - same - length]?.text) same += 1;
    if (same === length) return true;
  }
  return false;
}

// A few tokens are not enough: the `(folio);` of the line above may meet that of a line the base has in between. The
// nearest statement has to be there as a whole, as far as that is short.
const NEIGHBOURS = { least: 3, most: 10 };

/** True when the hunk tokens that end with `last` meet the file tokens right before `end`. */
function meetsBefore(old: readonly HunkToken[], met: readonly number[], last: number, end: number): boolean {
  for (let back = 0; back < Math.min(NEIGHBOURS.most, last + 1); back += 1) {
    if (back >= NEIGHBOURS.least && STATEMENT_END.has(old[last - back]?.text ?? '')) return true;
    if (met[last - back] !== end - 1 - back) return false;
  }
  return true;
}

/** True when the hunk tokens from `first` on meet the file tokens from `start` on. */
function meetsAfter(old: readonly HunkToken[], met: readonly number[], first: number, start: number): boolean {
  for (let ahead = 0; ahead < Math.min(NEIGHBOURS.most, met.length - first); ahead += 1) {
    if (ahead >= NEIGHBOURS.least && STATEMENT_END.has(old[first + ahead - 1]?.text ?? '')) return true;
    if (met[first + ahead] !== start + ahead) return false;
  }
  return true;
}

function braceBalance(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + (token === '{' ? 1 : token === '}' ? -1 : 0), 0);
}

/** The splice as whole lines; what else stands on its first and last line stays on lines of its own. */
export function changeOf(target: Target, file: readonly Token[], splice: Splice): LineChange {
  const add: NewLine[] = splice.add.map((text) => ({ text }));
  const text = target.file.text;
  const before = file[splice.from - 1];
  const next = file[splice.to];
  if (splice.from === splice.to) {
    const above = before === undefined ? 0 : lineAt(target.starts, before.end - 1); // lines above the insertion
    const below = next === undefined ? target.lines.length : lineAt(target.starts, next.start) - 1;
    if (above <= below) return { at: splice.late ? below : afterComment(target, above, below), remove: 0, add };
  }
  const start = file[splice.from]?.start ?? text.length;
  const end = splice.to > splice.from ? (file[splice.to - 1]?.end ?? start) : start;
  const first = lineAt(target.starts, start) - 1;
  const last = lineAt(target.starts, Math.max(start, end - 1)) - 1;
  const head = text.slice(target.starts[first] ?? 0, start);
  const tail = (target.lines[last] ?? '').slice(end - (target.starts[last] ?? 0));
  const keepsHead = before !== undefined && before.end > (target.starts[first] ?? 0);
  const keepsTail = next !== undefined && lineAt(target.starts, next.start) - 1 === last;
  return {
    at: first,
    remove: last - first + 1,
    add: [
      ...(keepsHead ? [{ text: head.trimEnd(), from: first }] : []),
      ...add,
      ...(keepsTail ? [{ text: `${/^\s*/.exec(head)?.[0] ?? ''}${tail.trimStart()}`, from: last }] : []),
    ],
  };
}

/** A comment that begins behind the code of line `above` may end further down: the insertion goes below it. */
function afterComment(target: Target, above: number, below: number): number {
  for (let line = above; line < below; line += 1) {
    const text = target.file.text.slice(0, target.starts[line] ?? 0);
    if (text.lastIndexOf('/*') > text.lastIndexOf('*/')) continue;
    // Below the blank line that ends a paragraph, as the added lines have it in the diff as a rule.
    return target.lines[line] === '' ? line + 1 : line;
  }
  return below;
}

/** True when the changed text has exactly the tokens that the splices say. */
export function isSameChange(
  target: Target,
  file: readonly Token[],
  splices: readonly Splice[],
  changes: readonly LineChange[],
): boolean {
  const from = file[0]?.start ?? 0;
  const expected: string[] = tokenize(target.file.text, 0, from).map((token) => token.text);
  let next = 0;
  for (const splice of splices) {
    for (; next < splice.from; next += 1) expected.push(file[next]?.text ?? '');
    expected.push(...splice.added);
    next = splice.to;
  }
  for (; next < file.length; next += 1) expected.push(file[next]?.text ?? '');
  if (
    changes.some(
      (change, index) => index > 0 && change.at < (changes[index - 1]?.at ?? 0) + (changes[index - 1]?.remove ?? 0),
    )
  ) {
    return false;
  }
  const actual = tokenize(rewrite(target.file, changes).text);
  return actual.length === expected.length && actual.every((token, index) => token.text === expected[index]);
}
