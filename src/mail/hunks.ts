// Finds the diffs of one speaker in a mail and counts every hunk strictly. A hunk whose lines do not add up to its
// header is incomplete: trimmed by a reply, re-wrapped, or edited by hand. A diff parser alone would never say so.

import type { BlockKind, Hunk } from '../types.ts';
import { combinedLines } from './combined.ts';
import type { BodyLine } from './lines.ts';
import { looksLikeCode, looksLikeSentence } from './words.ts';

/** One file of a located diff: the header lines as written, and its hunks. */
export interface LocatedFile {
  readonly headers: readonly string[]; // `diff --git`, `index`, `---`, `+++` ...; empty for a hunk without header
  readonly hunks: readonly Hunk[];
  readonly combined: boolean; // diff --cc: its hunks are counted but not kept, since no one tree has their lines
}

/** The diffs of one run of lines. */
export interface LocatedDiff {
  readonly files: readonly LocatedFile[];
  readonly spots: readonly HunkSpot[];
  readonly first: number | undefined; // index of the first line of the first of them
}

/** What each line of a body is, by index; undefined where it is not known. */
export type Kinds = (BlockKind | undefined)[];

/** Where a located hunk stands. */
export interface HunkSpot {
  readonly file: LocatedFile;
  readonly hunk: Hunk;
  readonly at: number; // index of its @@ line
  readonly rows: readonly number[]; // indices of the lines behind it
}

const AT = 64; // the codes of what a line outside of hunk and header must begin with to matter: @ d I -
const LETTER_D = 100;
const LETTER_I = 73;
const MINUS = 45;
const PLUS = 43;
const BLANK = 32;
const TAB = 9;
const BACKSLASH = 92;
const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$/;
const START = /^(?:diff -|Index: \S)/;
const EXTENDED =
  /^(?:index [0-9a-f]{4,64}(?:,[0-9a-f]{4,64})?\.\.[0-9a-f]{4,64}|(?:old|new) mode \d|(?:new|deleted) file mode \d|(?:dis)?similarity index \d|(?:rename|copy) (?:from|to) |={20,}$|Binary files .* differ$)/;
const INDEX_HEAD = /^(?:Index: |={20,}$|RCS file: |retrieving revision )/; // CVS and quilt
const LITERAL = /^(?:GIT binary patch|(?:literal|delta) \d+)$/;

interface OpenFile {
  headers: string[];
  hunks: Hunk[];
  combined: boolean;
}

/**
 * Locates the diffs among `picks`, indices of lines of one speaker at one depth, in order, and writes into `kinds` which
 * lines are theirs. A comment of a lower depth may stand inside a hunk; anything deeper ends it. `lossy` says that
 * leading blanks were stripped, so that a context line may start with any character. Linear in the lines.
 */
export function locateDiffs(
  { lines, kinds, lossy }: { readonly lines: readonly BodyLine[]; readonly kinds: Kinds; readonly lossy: boolean },
  picks: readonly number[],
): LocatedDiff {
  const files: OpenFile[] = [];
  const spots: HunkSpot[] = [];
  let first: number | undefined;
  let inHeader = false;
  for (let at = 0; at < picks.length; ) {
    const { text, first: character } = lines[picks[at]!]!;
    if (!inHeader && !mayBegin(character)) {
      at++;
      continue;
    }
    const header = headerLines(lines, picks, at, inHeader);
    const match = header > 0 || character !== AT ? null : HUNK.exec(text);
    let end = at + 1;
    if (header > 0) {
      end = at + header;
      const file = !inHeader || startsFile(files, text) ? openFile(files, text) : files.at(-1)!;
      for (let next = at; next < end; next++) file.headers.push(textAt(lines, picks, next));
      for (let next = at; next < end && next < picks.length; next++) kinds[picks[next]!] = 'diff';
      first ??= picks[at];
    } else if (match !== null && files.at(-1)?.combined !== true) {
      const taken = readHunk({ lines, picks, at, lossy }, match);
      const file = files.at(-1) ?? openFile(files, '');
      file.hunks.push(taken.hunk);
      end = taken.next;
      spots.push({ file, hunk: taken.hunk, at: picks[at]!, rows: picks.slice(at + 1, end) });
      const kind = taken.hunk.complete ? 'diff' : 'hunk-fragment';
      for (let next = at; next < end; next++) kinds[picks[next]!] = kind;
      first ??= picks[at];
    } else if (character === AT && files.at(-1)?.combined === true) {
      const { count, complete } = combinedLines(text, (row) => rowText(lines, picks, at, row));
      end = at + 1 + count;
      if (count > 0) for (let next = at; next < end; next++) kinds[picks[next]!] = complete ? 'diff' : 'hunk-fragment';
    }
    inHeader = header > 0 || (inHeader && text.trim() === '');
    at = end;
  }
  return { files, spots, first };
}

/** The text of a row behind the pick `at`, undefined behind the last one and where something deeper stands in between. */
function rowText(lines: readonly BodyLine[], picks: readonly number[], at: number, row: number): string | undefined {
  const index = at + 1 + row;
  return index >= picks.length || interrupted(lines, picks, index) ? undefined : lines[picks[index]!]!.text;
}

function mayBegin(first: number): boolean {
  return first === MINUS || first === AT || first === LETTER_D || first === LETTER_I;
}

function openFile(files: OpenFile[], first: string): OpenFile {
  const file: OpenFile = { headers: [], hunks: [], combined: /^diff --(?:cc|combined) /.test(first) };
  files.push(file);
  return file;
}

function startsFile(files: readonly OpenFile[], text: string): boolean {
  const headers = files.at(-1)?.headers ?? [];
  if (START.test(text)) return text.startsWith('Index: ') || !headers.every((line) => INDEX_HEAD.test(line));
  return text.startsWith('--- ') && headers.some((line) => line.startsWith('+++ '));
}

/** Count of header lines at `at`: 0 when the line is none. `--- x` is one only with `+++ y` and, outside a header, `@@` behind it. */
function headerLines(lines: readonly BodyLine[], picks: readonly number[], at: number, open: boolean): number {
  const text = textAt(lines, picks, at);
  if (START.test(text)) return isDiffStart(lines, picks, at) ? 1 : 0;
  if (text.startsWith('--- ') && textAt(lines, picks, at + 1).startsWith('+++ ')) {
    return open || HUNK.test(textAt(lines, picks, at + 2)) ? 2 : 0;
  }
  if (!open) return 0;
  if (EXTENDED.test(text) || INDEX_HEAD.test(text)) return 1;
  return LITERAL.test(text) ? 1 + binaryLines(lines, picks, at + 1) : 0;
}

function isDiffStart(lines: readonly BodyLine[], picks: readonly number[], at: number): boolean {
  const text = textAt(lines, picks, at);
  if (/^diff --git \S+ \S+/.test(text)) return true;
  const next = textAt(lines, picks, at + 1);
  return (
    EXTENDED.test(next) || INDEX_HEAD.test(next) || next.startsWith('--- ') || /^diff --(?:cc|combined) \S/.test(text)
  );
}

function binaryLines(lines: readonly BodyLine[], picks: readonly number[], from: number): number {
  let at = from;
  while (
    /^(?:[A-Za-z][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]+|(?:literal|delta) \d+|)$/.test(textAt(lines, picks, at)) &&
    at < picks.length
  )
    at++;
  return at - from;
}

function textAt(lines: readonly BodyLine[], picks: readonly number[], at: number): string {
  const index = picks[at];
  return index === undefined ? '' : lines[index]!.text;
}

interface Reader {
  readonly lines: readonly BodyLine[];
  readonly picks: readonly number[];
  readonly at: number; // of the @@ line
  readonly lossy: boolean;
}

function readHunk(reader: Reader, header: RegExpExecArray): { hunk: Hunk; next: number } {
  const { lines, picks } = reader;
  const oldLines = Number(header[2] ?? 1);
  const newLines = Number(header[4] ?? 1);
  const taken: string[] = [];
  let left = oldLines;
  let right = newLines;
  let next = reader.at + 1;
  while ((left > 0 || right > 0) && next < picks.length && !interrupted(lines, picks, next)) {
    const { first } = lines[picks[next]!]!;
    const line = hunkLine(lines[picks[next]!]!, reader.lossy);
    if (line === undefined) break;
    if (first !== PLUS && first !== BACKSLASH) left--;
    if (first !== MINUS && first !== BACKSLASH) right--;
    if (left < 0 || right < 0) break;
    if (first !== BACKSLASH) taken.push(line);
    next++;
  }
  if (textAt(lines, picks, next).startsWith('\\ No newline')) next++;
  const complete = left === 0 && right === 0 && !runsOn(lines, picks, next);
  const oldStart = Number(header[1]);
  const newStart = Number(header[3]);
  const section = header[5]?.trim() ?? '';
  return { hunk: { oldStart, oldLines, newStart, newLines, section, lines: taken, complete }, next };
}

/** A line of a hunk with its first column, or undefined when the line cannot be one. */
function hunkLine(line: BodyLine, lossy: boolean): string | undefined {
  const { text, first } = line;
  if (first === BLANK || first === PLUS || first === MINUS || first === BACKSLASH) return text;
  if (text === '') return ' ';
  if (first === TAB) return ` ${text}`;
  if (HUNK.test(text) || START.test(text)) return undefined;
  if (lossy) return looksLikeSentence(text) ? undefined : ` ${text}`;
  return line.depth > 0 && looksLikeCode(text) ? ` ${text}` : undefined;
}

/** True when something deeper than the hunk stands right before pick `at`: the hunk was cut there. */
function interrupted(lines: readonly BodyLine[], picks: readonly number[], at: number): boolean {
  const from = picks[at - 1]! + 1;
  const to = picks[at]!;
  if (from === to) return false;
  const { depth } = lines[to]!;
  for (let index = from; index < to; index++) if (lines[index]!.depth > depth) return true;
  return false;
}

/** True when a full hunk is followed at once by more changed lines: it was lengthened by hand. */
function runsOn(lines: readonly BodyLine[], picks: readonly number[], at: number): boolean {
  if (picks[at] !== picks[at - 1]! + 1) return false;
  const text = textAt(lines, picks, at);
  return /^\+(?!\+\+ )/.test(text) || /^-(?!-|- )\S?/.test(text);
}
