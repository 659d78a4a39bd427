// Placing a hunk by its exact lines: offset allowed, fuzz never. Context that differs is a matter for place-tokens.ts.
import type { Hunk } from '../types.ts';
import { functionOfLine, type LineChange, type Target } from './rewrite.ts';

/** Where a hunk goes, or why not. `from` and `to` are the 0-based lines its old side covers, to exclusive. */
export type Placement =
  | {
      readonly kind: 'placed';
      readonly from: number;
      readonly to: number;
      readonly changes: readonly LineChange[];
      readonly notes: readonly string[];
      readonly isExact: boolean; // by its text, not by its tokens
    }
  | { readonly kind: 'refused'; readonly why: string; readonly line: number | undefined }; // line: 1-based, of the target

/** Where to look: not above `from` (0-based line), and expect the hunk `drift` lines from where its header says. */
export interface Window {
  readonly from: number;
  readonly drift: number;
}

/**
 * Places `hunk` where the lines of its old side stand exactly. Undefined when they stand nowhere, or only inside
 * another function than the one the hunk names. Among several places: the stated line, then the named function, then
 * the nearest within one function; a choice between functions is refused.
 * At worst lines of the file times lines of the hunk.
 */
export function placeByText(target: Target, hunk: Hunk, window: Window): Placement | undefined {
  const old = oldSide(hunk);
  if (old.length === 0) {
    return { kind: 'refused', why: 'the hunk has no context to place it by', line: hunk.oldStart };
  }
  const lead = Math.max(
    0,
    hunk.lines.findIndex((line) => line[0] === '+' || line[0] === '-'),
  );
  const named = namedFunction(hunk);
  const isNamed = named !== undefined && target.functions.some((fn) => fn.name === named);
  const places = exactPlaces(target.lines, old, window.from).map((at) => ({
    at,
    fn: functionOfLine(target, at + lead)?.name,
  }));
  const fitting = isNamed ? places.filter((place) => place.fn === undefined || place.fn === named) : places;
  const expected = hunk.oldStart - 1 + window.drift;
  const stated = fitting.find((place) => place.at === expected);
  if (stated !== undefined) return placedAt(stated.at, hunk, []);
  const inNamed = isNamed ? fitting.filter((place) => place.fn === named) : [];
  const chosen = inNamed.length > 0 ? inNamed : fitting;
  const [first, second] = [...chosen].sort((a, b) => Math.abs(a.at - expected) - Math.abs(b.at - expected));
  if (first === undefined) return undefined;
  if (second !== undefined) {
    const oneFunction = chosen.every((place) => place.fn !== undefined && place.fn === first.fn);
    const tied = Math.abs(first.at - expected) === Math.abs(second.at - expected);
    if (!oneFunction || tied) {
      const lines = chosen.map((place) => place.at + 1).sort((a, b) => a - b);
      const why = `its lines stand at ${lines.length} places (lines ${lines.slice(0, 4).join(', ')}) and its header does not tell which`;
      return { kind: 'refused', why, line: lines[0] };
    }
  }
  const offset = first.at - (hunk.oldStart - 1);
  return placedAt(first.at, hunk, [`placed ${Math.abs(offset)} lines ${offset < 0 ? 'above' : 'below'} its header`]);
}

/** Places `hunk` at the line its header says and nowhere else; refuses when its old side does not stand there. */
export function placeAtLine(target: Target, hunk: Hunk): Placement {
  const old = oldSide(hunk);
  // A hunk without old lines goes behind the line it names.
  const at = old.length === 0 ? hunk.oldStart : hunk.oldStart - 1;
  const isThere = old.every((line, index) => target.lines[at + index] === line);
  if (isThere && at >= 0 && at <= target.lines.length) return placedAt(at, hunk, []);
  return { kind: 'refused', why: 'its blob id is that of the file, but its lines are not', line: hunk.oldStart };
}

/** Returns the lines of the hunk before the change, without their first column. */
export function oldSide(hunk: Hunk): string[] {
  return side(hunk, '-');
}

/** Returns the lines of the hunk after the change, without their first column. */
export function newSide(hunk: Hunk): string[] {
  return side(hunk, '+');
}

function side(hunk: Hunk, mark: '-' | '+'): string[] {
  return hunk.lines
    .filter((line) => line === '' || line[0] === ' ' || line[0] === mark)
    .map((line) => withoutReturn(line.slice(1)));
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Returns the 0-based lines at which `wanted` stands exactly, from `from` on. */
export function exactPlaces(lines: readonly string[], wanted: readonly string[], from: number): number[] {
  const places: number[] = [];
  for (let at = from; at + wanted.length <= lines.length; at += 1) {
    let length = 0;
    while (length < wanted.length && lines[at + length] === wanted[length]) length += 1;
    if (length === wanted.length) places.push(at);
  }
  return places;
}

/**
 * Returns the function that the first change of `hunk` is in, as far as the hunk says: by a function header in its
 * context, else by the text behind the second @@, which is the nearest header above the hunk. Undefined when a closing
 * brace in column 1 stands between the two, for then the header names the function before.
 */
export function namedFunction(hunk: Hunk): string | undefined {
  let name = functionInHeader(hunk.section.replace(/\/\*.*/, '')); // a section may be a label with a remark
  for (const line of hunk.lines) {
    if (line[0] === '+' || line[0] === '-') return name;
    const text = line.slice(1);
    if (text.startsWith('}')) name = undefined;
    else if (/^[A-Za-z_][^;]*$/.test(text) && !/^\w+:/.test(text)) name = functionInHeader(text) ?? name;
  }
  return name;
}

/** The name in `static int name(struct folio *folio,`: the first word before a parenthesis that is no attribute. */
function functionInHeader(text: string): string | undefined {
  for (const match of text.matchAll(/([A-Za-z_]\w*)\s*\(\s*(\w*)/g)) {
    const word = match[1] ?? '';
    const call = /^(COMPAT_)?SYSCALL_DEFINE\d$/.exec(word);
    if (call !== null) return `${call[1] === undefined ? '' : 'compat_'}sys_${match[2] ?? ''}`;
    if (!/^__(?:attribute__|printf|scanf|aligned|section|releases|acquires|must_hold)$/.test(word)) return word;
  }
  return undefined;
}

function placedAt(at: number, hunk: Hunk, notes: readonly string[]): Placement {
  const changes: LineChange[] = [];
  let line = at;
  let index = 0;
  while (index < hunk.lines.length) {
    const mark = hunk.lines[index]?.[0] ?? ' ';
    if (mark === ' ') line += 1;
    if (mark !== '+' && mark !== '-') {
      index += 1;
      continue;
    }
    const start = line;
    const add: { text: string }[] = [];
    for (; /^[-+\\]/.test(hunk.lines[index] ?? ''); index += 1) {
      const text = hunk.lines[index] ?? '';
      if (text[0] === '-') line += 1;
      if (text[0] === '+') add.push({ text: withoutReturn(text.slice(1)) });
    }
    changes.push({ at: start, remove: line - start, add });
  }
  return { kind: 'placed', from: at, to: line, changes, notes, isExact: true };
}
