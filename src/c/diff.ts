// The strict reader of unified diffs in our own patch stack. Diffs in mail are read by the mail stage, which forgives.
import { InputError } from '../errors.ts';
import type { FileDiff, Hunk } from '../types.ts';

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;

/** A patch file: the lines before the diff, and the diff. */
export interface PatchFile {
  readonly header: readonly string[];
  readonly files: readonly FileDiff[];
  readonly lines: readonly (readonly number[])[]; // per file, per hunk: the 1-based line of its @@ in the patch file
}

/**
 * Returns the header lines and the file diffs of one patch file. Linear.
 * Throws InputError with file and line for a hunk whose counts do not agree with its lines, or an unpaired header.
 */
export function readPatchFile(text: string, file: string): PatchFile {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.startsWith('--- ') || line.startsWith('diff --git '));
  if (first < 0) throw new InputError({ place: { file, line: 1 }, expected: 'a unified diff', found: 'none' });
  const files: FileDiff[] = [];
  const places: number[][] = [];
  let at = first;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (!line.startsWith('--- ')) {
      if (line.startsWith('@@')) throw unexpected(file, at, 'a --- line before the hunk', line);
      at += 1;
      continue;
    }
    const next = lines[at + 1] ?? '';
    if (!next.startsWith('+++ ')) throw unexpected(file, at + 1, 'a +++ line', next);
    const hunks: Hunk[] = [];
    const hunkLines: number[] = [];
    const names = { oldPath: pathOf(line), newPath: pathOf(next) };
    at += 2;
    while ((lines[at] ?? '').startsWith('@@')) {
      hunkLines.push(at + 1);
      const read = readHunk(lines, at, file);
      hunks.push(read.hunk);
      at = read.next;
    }
    if (hunks.length === 0) throw unexpected(file, at, 'a hunk', lines[at] ?? 'the end of the file');
    files.push({ ...names, oldBlob: undefined, newBlob: undefined, hunks });
    places.push(hunkLines);
  }
  return { header: lines.slice(0, first), files, lines: places };
}

function readHunk(lines: readonly string[], at: number, file: string): { hunk: Hunk; next: number } {
  const header = HUNK.exec(lines[at] ?? '');
  if (header === null) throw unexpected(file, at, '@@ -line,count +line,count @@', lines[at] ?? '');
  const count = (text: string | undefined) => (text === undefined ? 1 : Number(text));
  const oldLines = count(header[2]);
  const newLines = count(header[4]);
  const body: string[] = [];
  let before = 0;
  let after = 0;
  let next = at + 1;
  while (next < lines.length && (before < oldLines || after < newLines)) {
    const line = lines[next] ?? '';
    const mark = line[0] ?? ' '; // an editor may have cut the blank of an empty context line
    if (mark !== '\\' && !' +-'.includes(mark))
      throw unexpected(file, next, 'a line that starts with blank, + or -', line);
    if (mark === ' ' || mark === '-') before += 1;
    if (mark === ' ' || mark === '+') after += 1;
    if (mark !== '\\') body.push(line === '' ? ' ' : line);
    next += 1;
  }
  if (before !== oldLines || after !== newLines) {
    const found = `${before} and ${after}`;
    throw unexpected(file, at, `${oldLines} old and ${newLines} new lines in the hunk`, found);
  }
  const starts = { oldStart: Number(header[1]), newStart: Number(header[3]) };
  const section = (header[5] ?? '').trim();
  return { hunk: { ...starts, oldLines, newLines, section, lines: body, complete: true }, next };
}

function pathOf(line: string): string | undefined {
  const path = line.slice(4).split('\t')[0]?.trim() ?? '';
  return path === '/dev/null' ? undefined : path.replace(/^[ab]\//, '');
}

function unexpected(file: string, at: number, expected: string, found: string): InputError {
  return new InputError({ place: { file, line: at + 1 }, expected, found: found === '' ? 'an empty line' : found });
}
