// Body lines -> blocks: who speaks, how deep, what kind of text, and which bytes.

import type { Block } from '../types.ts';
import { findAttributions } from './attribution.ts';
import type { Kinds, LocatedDiff } from './hunks.ts';
import { locateDiffs } from './hunks.ts';
import { lineKinds } from './kinds.ts';
import type { BodyLine, WholeText } from './lines.ts';
import { isBlank, textOf } from './lines.ts';
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
  readonly whole?: WholeText | undefined; // the text the lines were cut from
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
  const groups = samePerson(turns);
  const marks: Kinds = new Array<undefined>(lines.length).fill(undefined);
  const diffs = groups.map((picks) => locateDiffs({ lines, kinds: marks, lossy: context.lossy }, picks));
  const { kinds, begins } = lineKinds(lines, attributions, marks);
  const own = groups.findIndex((picks) => lines[picks[0]!]!.depth === 0);
  const blocks: Block[] = [];
  const blockTurns: Turn[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at]!)) {
      at++;
      continue;
    }
    const end = blockEnd({ lines, kinds, begins }, at);
    const { speaker, depth } = turns[at]!;
    const span = [lines[at]!.start, lines[end - 1]!.end] as const;
    blocks.push({
      speaker,
      depth,
      kind: kinds[at]!,
      text: textOf(lines, at, end, context.whole),
      span,
      line: lines[at]!.number,
    });
    blockTurns.push(turns[at]!);
    at = end;
  }
  const diff = diffs[own] ?? { files: [], spots: [], first: undefined };
  return { blocks, turns: blockTurns, diff, quoted: quotedDiffs({ lines, turns, kinds }, diffs) };
}

/** Indices of the non-blank or quoted lines, grouped by turn, in order of first appearance. */
function samePerson(turns: readonly Turn[]): number[][] {
  const groups = new Map<Turn, number[]>();
  let last: Turn | undefined;
  let group: number[] = [];
  for (let index = 0; index < turns.length; index++) {
    const turn = turns[index]!;
    if (turn !== last) {
      group = groups.get(turn) ?? [];
      if (group.length === 0) groups.set(turn, group);
      last = turn;
    }
    group.push(index);
  }
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
    if (begins.size > 0 && begins.has(next)) break;
    if (isBlank(lines[next]!)) continue;
    if (lines[next]!.depth !== lines[at]!.depth || kinds[next] !== kinds[at]) break;
    end = next + 1;
  }
  return end;
}
