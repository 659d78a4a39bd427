// Line changes to a file, keeping for each line where it came from.
import { assert } from '../errors.ts';
import type { SourceFile } from '../types.ts';
import { type Definition, definitionAt, findFunctions } from './functions.ts';
import { lineStarts } from './mask.ts';

/** A line to put in. `from` is the 0-based line of the file it is a copy of: a moved line keeps its origin. */
export interface NewLine {
  readonly text: string; // without line end
  readonly from?: number;
}

/** Takes `remove` lines away at the 0-based line `at` and puts `add` there. */
export interface LineChange {
  readonly at: number;
  readonly remove: number;
  readonly add: readonly NewLine[];
}

/** A file opened for changes: its lines without line ends, and its functions. */
export interface Target {
  readonly file: SourceFile;
  readonly lines: readonly string[];
  readonly starts: readonly number[]; // offset of each line
  readonly functions: readonly Definition[];
}

const opened = new WeakMap<SourceFile, Target>();

/** Returns the lines and functions of `file`; the same answer for the same object. Linear. */
export function openTarget(file: SourceFile): Target {
  const known = opened.get(file) ?? readTarget(file);
  opened.set(file, known);
  return known;
}

function readTarget(file: SourceFile): Target {
  const lines = file.text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return { file, lines, starts: lineStarts(file.text), functions: findFunctions(file.text) };
}

/** Returns the function whose body the 0-based `line` lies in, its header lines not counted. */
export function functionOfLine(target: Target, line: number): Definition | undefined {
  const offset = target.starts[line] ?? target.file.text.length;
  const found = definitionAt(target.functions, offset);
  return found !== undefined && offset >= found.bodyStart ? found : undefined;
}

/**
 * Returns the file after `changes`, which are in order and do not overlap. `origin` says for each line which line of
 * the file before edits it is, or minus the line it follows; a file that was edited before keeps its first origins.
 * Lines put into a file with CR LF line ends get them too. Linear.
 */
export function rewrite(file: SourceFile, changes: readonly LineChange[]): SourceFile {
  const old = file.text.split('\n');
  const end = old[0]?.endsWith('\r') === true ? '\r' : '';
  const originOf = (line: number) => file.origin?.[line] ?? line + 1;
  const text: string[] = [];
  const origin: number[] = [];
  let next = 0;
  const keep = (until: number) => {
    for (; next < until; next += 1) {
      text.push(old[next] ?? '');
      origin.push(originOf(next));
    }
  };
  for (const change of changes) {
    assert(change.at >= next, 'expected line changes in order');
    keep(change.at);
    next = change.at + change.remove;
    // An added line follows the kept line above it; when none is kept, the last of those it replaces.
    let above = change.add.some((line) => line.from !== undefined) ? change.at - 1 : next - 1;
    for (const line of change.add) {
      text.push(line.text + end);
      origin.push(line.from === undefined ? -Math.abs(above < 0 ? 0 : originOf(above)) : originOf(line.from));
      above = line.from ?? above;
    }
  }
  keep(old.length);
  return { path: file.path, text: text.join('\n'), origin: Int32Array.from(origin) };
}
