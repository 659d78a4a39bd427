// The hunks of a body with the comments that stand in them, whole or trimmed, and loose `+` lines.

import type { BlockKind, Hunk, QuotedHunk } from '../types.ts';
import type { HunkSpot, LocatedDiff, LocatedFile } from './hunks.ts';
import type { BodyLine } from './lines.ts';
import { isBlank } from './lines.ts';
import type { Turn } from './turns.ts';

/** A hunk as it stands in one mail, before the patch it was taken from is looked for. */
export interface QuotedDiff {
  readonly turn: Turn;
  readonly line: number; // 1-based, of the mail body
  readonly path: string | undefined;
  readonly blobs: string | undefined; // `aaaa..bbbb` of the index line
  readonly hunk: Hunk; // zero ranges when no @@ was quoted
  readonly comments: QuotedHunk['comments'];
}

interface ReadLines {
  readonly lines: readonly BodyLine[];
  readonly turns: readonly Turn[];
  readonly kinds: readonly BlockKind[];
}

const LOOSE = { oldStart: 0, oldLines: 0, newStart: 0, newLines: 0, section: '', complete: false } as const;

/** Returns the hunks of all turns in the order of the body, then sorted by line. Linear in the lines. */
export function quotedDiffs(body: ReadLines, diffs: readonly LocatedDiff[]): readonly QuotedDiff[] {
  const found: QuotedDiff[] = [];
  const short: HunkSpot[] = [];
  for (const { spots } of diffs) {
    for (const spot of spots) {
      const { file, hunk, at, rows } = spot;
      if (!hunk.complete) short.push(spot);
      else if (body.lines[at]!.depth === 0) continue;
      const { path, blobs } = headOf(file);
      const turn = body.turns[at]!;
      found.push({ path, blobs, turn, line: body.lines[at]!.number, hunk, comments: comments(body, at, rows) });
    }
  }
  if (body.kinds.includes('hunk-fragment')) found.push(...looseFragments(body, marked(short, body.lines.length)));
  return found.length > 1 ? found.sort((a, b) => a.line - b.line) : found;
}

/** By index of the lines: 1 in one of the hunks. */
function marked(spots: readonly HunkSpot[], size: number): Uint8Array {
  const inHunk = new Uint8Array(size);
  for (const { at, rows } of spots) {
    inHunk[at] = 1;
    for (const row of rows) inHunk[row] = 1;
  }
  return inHunk;
}

function headOf(file: LocatedFile): { path: string | undefined; blobs: string | undefined } {
  const named = file.headers.find((line) => line.startsWith('+++ ') && !line.includes('/dev/null'));
  const removed = file.headers.find((line) => line.startsWith('--- '));
  const path = /^(?:\+\+\+|---) "?(?:[ab]\/)?([^\t"]+)/.exec(named ?? removed ?? '')?.[1];
  const blobs = file.headers
    .map((line) => /^index ([0-9a-f]+\.\.[0-9a-f]+)/.exec(line)?.[1])
    .find((ids) => ids !== undefined);
  return { path, blobs };
}

/** Text of lower depth between the lines of a hunk, and right behind its last one: the first line of each speaker there. */
function comments({ lines, turns }: ReadLines, at: number, rows: readonly number[]): QuotedHunk['comments'] {
  const depth = lines[at]!.depth;
  if (depth === 0) return [];
  const found: QuotedHunk['comments'][number][] = [];
  const spots = [at, ...rows];
  for (const [after, spot] of spots.entries()) {
    const end = spots[after + 1] ?? lines.length;
    const heard = new Set<Turn>();
    for (let next = spot + 1; next < end; next++) {
      const line = lines[next]!;
      if (isBlank(line)) continue;
      if (line.depth >= depth) break;
      const turn = turns[next]!;
      if (!heard.has(turn)) found.push({ after, speaker: turn.speaker, depth: line.depth, line: line.number });
      heard.add(turn);
    }
  }
  return found;
}

/** Runs of loose added and removed lines, of one turn. */
function looseFragments({ lines, turns, kinds }: ReadLines, inHunk: Uint8Array): QuotedDiff[] {
  const found: QuotedDiff[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (kinds[at] !== 'hunk-fragment' || inHunk[at] === 1 || isBlank(lines[at]!)) continue;
    let end = at + 1;
    while (end < lines.length && kinds[end] === 'hunk-fragment' && inHunk[end] === 0 && turns[end] === turns[at]) end++;
    const hunk: Hunk = { ...LOOSE, lines: lines.slice(at, end).map((line) => line.text) };
    const rows = Array.from({ length: end - at - 1 }, (_row, index) => at + 1 + index);
    found.push({
      turn: turns[at]!,
      line: lines[at]!.number,
      path: undefined,
      blobs: undefined,
      hunk,
      comments: comments({ lines, turns, kinds }, at, rows).map((each) => ({ ...each, after: each.after + 1 })),
    });
    at = end - 1;
  }
  return found;
}
