// Body lines -> blocks: who speaks, how deep, what kind of text, and which bytes.

import type { Block } from '../types.ts';
import { findAttributions } from './attribution.ts';
import type { LocatedDiff } from './hunks.ts';
import { locateDiffs } from './hunks.ts';
import { lineKinds } from './kinds.ts';
import type { BodyLine } from './lines.ts';
import { isBlank } from './lines.ts';
import { deepenBelowHeads } from './outlook.ts';
import type { QuotedDiff } from './quoted.ts';
import { quotedDiffs } from './quoted.ts';
import { requoted } from './requote.ts';
import type { Turn } from './turns.ts';
import { lineTurns } from './turns.ts';

/** What is known about a mail before its body is read. */
export interface BodyContext {
  readonly author: string | undefined; // speaks at depth 0
  readonly lossy: boolean; // leading blanks were stripped
}

/** A body read: its blocks in order and the diff its author wrote, unquoted. */
export interface Body {
  readonly blocks: readonly Block[];
  readonly turns: readonly Turn[]; // of each block
  readonly diff: LocatedDiff;
  readonly quoted: readonly QuotedDiff[]; // hunks and loose fragments at any depth
}

/** Returns the blocks of a body. Every non-blank line is in exactly one; linear in the lines. */
export function readBody(physical: readonly BodyLine[], context: BodyContext): Body {
  const lines = deepenBelowHeads(requoted(physical));
  const attributions = findAttributions(lines);
  const turns = lineTurns(lines, attributions, context.author);
  const groups = samePerson(lines, turns);
  const diffs = groups.map((picks) => locateDiffs(lines, picks, context.lossy));
  const { kinds, begins } = lineKinds(lines, attributions, diffs);
  const own = groups.findIndex((picks) => lines[picks[0]!]!.depth === 0);
  const blocks: Block[] = [];
  const blockTurns: Turn[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at]!)) {
      at++;
      continue;
    }
    const end = blockEnd({ lines, kinds, begins }, at);
    blocks.push(block(lines.slice(at, end), turns[at]!.speaker, kinds[at]!));
    blockTurns.push(turns[at]!);
    at = end;
  }
  const diff = diffs[own] ?? { files: [], kinds: new Map(), spots: [] };
  return { blocks, turns: blockTurns, diff, quoted: quotedDiffs({ lines, turns, kinds }, diffs) };
}

/** Indices of the non-blank or quoted lines, grouped by turn, in order of first appearance. */
function samePerson(lines: readonly BodyLine[], turns: readonly Turn[]): number[][] {
  const groups = new Map<Turn, number[]>();
  lines.forEach((_line, index) => {
    const key = turns[index]!;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()];
}

interface Marked {
  readonly lines: readonly BodyLine[];
  readonly kinds: readonly Block['kind'][];
  readonly begins: ReadonlySet<number>;
}

/**
 * Index behind the last line of the block that begins at `at`. Blank lines of any depth do not end it; a change of
 * speaker at one depth always has an attribution of a lower depth in between.
 */
function blockEnd(marked: Marked, at: number): number {
  const { lines, kinds, begins } = marked;
  let end = at + 1;
  for (let next = at + 1; next < lines.length; next++) {
    if (begins.has(next)) break;
    if (isBlank(lines[next]!)) continue;
    if (lines[next]!.depth !== lines[at]!.depth || kinds[next] !== kinds[at]) break;
    end = next + 1;
  }
  return end;
}

function block(lines: readonly BodyLine[], speaker: string | undefined, kind: Block['kind']): Block {
  const first = lines[0]!;
  const text = lines.map((line) => (isBlank(line) ? '' : line.text)).join('\n');
  return { speaker, depth: first.depth, kind, text, span: [first.start, lines.at(-1)!.end], line: first.number };
}
