// Leads quoted, trimmed and edited hunks back to the full patch of the thread they were taken from.

import type { Hunk, Patch, QuotedHunk } from '../types.ts';
import type { QuotedDiff } from './quoted.ts';
import type { Turn } from './turns.ts';

/** A mail whose quotes are led home. */
export interface QuotingMail {
  readonly message: { readonly id: string };
  readonly quoted: readonly QuotedDiff[];
}

/** Where the full patches are, and whose words each turn is. */
export interface Home {
  readonly patches: readonly Patch[];
  readonly resolved: { readonly nodeOf: ReadonlyMap<Turn, string> };
}

interface Spot {
  readonly patch: Patch;
  readonly path: string | undefined;
  readonly blobs: string;
  readonly index: number; // of the hunk in its file
  readonly hunk: Hunk;
  readonly keys: readonly string[]; // of its lines
}

const MOST_SPOTS = 64; // hunks one line is looked for in; a commoner line tells nothing
const MOST_TRIED = 6; // hunks whose lines are compared with a quote
const MOST_LINES = 400; // of a quote
const TELLING = 6; // characters of a line behind its first column

/**
 * Returns the quoted hunks of all mails, anchored where the thread has the full hunk: by the same `index a..b` and @@, by
 * the same @@ and section, or by the longest common run of lines. Two telling lines must agree, one
 * with an @@.
 */
export function anchorQuotes(mails: readonly QuotingMail[], { patches, resolved }: Home): QuotedHunk[] {
  const spots = patches.flatMap(spotsOf);
  const authors = new Map(patches.map((patch) => [patch.id, patch.author]));
  const byLine = new Map<string, Spot[]>();
  for (const spot of spots) {
    for (const key of new Set(spot.keys)) {
      const known = byLine.get(key);
      if (known === undefined) byLine.set(key, [spot]);
      else if (known.length <= MOST_SPOTS) known.push(spot);
    }
  }
  return mails.flatMap(({ message, quoted }) =>
    quoted.map(({ turn, line, path, blobs, hunk, comments }) => {
      const origin = resolved.nodeOf.get(turn);
      const from = { messageId: message.id, origin: origin === message.id ? undefined : origin };
      const anchor = anchorOf({ hunk, path, blobs }, from, byLine);
      const speaker = turn.speaker ?? authors.get(anchor?.patch ?? '');
      const whole = { messageId: message.id, speaker, depth: turn.depth, line, path, hunk, comments };
      return anchor === undefined ? whole : { ...whole, anchor };
    }),
  );
}

function spotsOf(patch: Patch): Spot[] {
  return patch.files.flatMap((file) =>
    file.hunks.map((hunk, index) => ({
      patch,
      path: file.newPath ?? file.oldPath,
      blobs: `${file.oldBlob ?? ''}..${file.newBlob ?? ''}`,
      index,
      hunk,
      keys: hunk.lines.map(keyOf),
    })),
  );
}

// Blanks are folded: quotes lose tabs, archives collapse them.
function keyOf(line: string): string {
  return `${line[0] ?? ' '}${line.slice(1).replace(/\s+/g, '')}`;
}

interface Piece {
  readonly hunk: Hunk;
  readonly path: string | undefined;
  readonly blobs: string | undefined;
}

function anchorOf(
  piece: Piece,
  from: { readonly messageId: string; readonly origin: string | undefined },
  byLine: ReadonlyMap<string, readonly Spot[]>,
): QuotedHunk['anchor'] {
  const keys = piece.hunk.lines.map(keyOf);
  const candidates = likely(piece, keys, from.origin, byLine);
  let best: { readonly score: number; readonly anchor: NonNullable<QuotedHunk['anchor']> } | undefined;
  for (const spot of candidates) {
    if (spot.patch.messageId === from.messageId) continue;
    const run = longestRun(keys, spot.keys);
    const how = agreement(piece, spot);
    if (run.telling < (how === 'lines' ? 2 : 1)) continue;
    const known =
      (how === 'blobs' ? 1_000 : how === 'range' ? 500 : 0) + (spot.patch.messageId === from.origin ? 100 : 0);
    const score = known + run.length * 2 + (piece.path === spot.path ? 1 : 0);
    if (best !== undefined && score <= best.score) continue;
    const place = { patch: spot.patch.id, path: spot.path, hunk: spot.index, offset: run.offset };
    best = { score, anchor: { ...place, matched: run.length, how } };
  }
  return best?.anchor;
}

/** The hunks that share most telling lines; those of the same range and of the quoted mail first. */
function likely(
  piece: Piece,
  keys: readonly string[],
  origin: string | undefined,
  byLine: ReadonlyMap<string, readonly Spot[]>,
): readonly Spot[] {
  const votes = new Map<Spot, number>();
  for (const key of new Set(keys.slice(0, MOST_LINES))) {
    if (!isTelling(key)) continue;
    for (const spot of (byLine.get(key) ?? []).slice(0, MOST_SPOTS)) votes.set(spot, (votes.get(spot) ?? 0) + 1);
  }
  const rank = ([spot, count]: readonly [Spot, number]) =>
    count + (agreement(piece, spot) === 'lines' ? 0 : 2_000) + (spot.patch.messageId === origin ? 1_000 : 0);
  return [...votes]
    .map((vote) => ({ spot: vote[0], rank: rank(vote) }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, MOST_TRIED)
    .map(({ spot }) => spot);
}

function isTelling(key: string): boolean {
  return key.length > TELLING;
}

function agreement({ hunk, blobs }: Piece, spot: Spot): 'blobs' | 'range' | 'lines' {
  const ranged =
    hunk.oldStart === spot.hunk.oldStart &&
    hunk.newStart === spot.hunk.newStart &&
    hunk.oldLines === spot.hunk.oldLines;
  if (!ranged || hunk.oldLines + hunk.newLines === 0) return 'lines';
  return blobs !== undefined && blobs === spot.blobs ? 'blobs' : 'range';
}

/** The longest run of equal lines and where it starts in the full hunk. Bounded by MOST_LINES of the piece. */
function longestRun(
  piece: readonly string[],
  whole: readonly string[],
): { length: number; telling: number; offset: number } {
  const found = { length: 0, telling: 0, offset: 0 };
  let above = new Int32Array(whole.length + 1);
  for (let at = 0; at < Math.min(piece.length, MOST_LINES); at++) {
    const row = new Int32Array(whole.length + 1);
    for (let to = 0; to < whole.length; to++) {
      if (piece[at] !== whole[to]) continue;
      const length = above[to]! + 1;
      row[to + 1] = length;
      if (length <= found.length) continue;
      const telling = piece.slice(at - length + 1, at + 1).filter(isTelling).length;
      Object.assign(found, { length, telling, offset: to - length + 1 });
    }
    above = row;
  }
  return found;
}
