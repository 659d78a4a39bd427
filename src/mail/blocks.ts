// Body lines -> blocks: who speaks, how deep, what kind of text, and which bytes.

import type { Block } from '../types.ts';
import type { Attribution } from './attribution.ts';
import { findAttributions } from './attribution.ts';
import type { LocatedDiff } from './hunks.ts';
import { locateDiffs } from './hunks.ts';
import { lineKinds } from './kinds.ts';
import type { BodyLine } from './lines.ts';
import { isBlank } from './lines.ts';
import { deepenBelowHeads } from './outlook.ts';

/** What is known about a mail before its body is read. */
export interface BodyContext {
  readonly author: string | undefined; // speaks at depth 0
  readonly lossy: boolean; // leading blanks were stripped
}

/** A body read: its blocks in order and the diff its author wrote, unquoted. */
export interface Body {
  readonly blocks: readonly Block[];
  readonly diff: LocatedDiff;
}

/** Returns the blocks of a body. Every non-blank line is in exactly one; linear in the lines. */
export function readBody(physical: readonly BodyLine[], context: BodyContext): Body {
  const lines = deepenBelowHeads(physical);
  const attributions = findAttributions(lines);
  const speakers = lineSpeakers(lines, attributions, context);
  const groups = samePerson(lines, speakers);
  const diffs = groups.map((picks) => locateDiffs(lines, picks, context.lossy));
  const { kinds, begins } = lineKinds(lines, attributions, diffs);
  const own = groups.findIndex((picks) => lines[picks[0]!]!.depth === 0);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at]!)) {
      at++;
      continue;
    }
    const end = blockEnd({ lines, kinds, begins }, at);
    blocks.push(block(lines.slice(at, end), speakers[at], kinds[at]!));
    at = end;
  }
  return { blocks, diff: diffs[own] ?? { files: [], kinds: new Map() } };
}

/**
 * Returns the speaker of each line. An attribution at depth d names the speaker of depth d+1 and forgets deeper ones;
 * where a depth rises again without attribution, the last speaker known there goes on.
 */
export function lineSpeakers(
  lines: readonly BodyLine[],
  attributions: readonly Attribution[],
  context: BodyContext,
): (string | undefined)[] {
  const known: (string | undefined)[] = [context.author];
  const named = new Map(attributions.map((attribution) => [attribution.to, attribution]));
  return lines.map((line, index) => {
    const attribution = named.get(index);
    if (attribution !== undefined) introduce(known, lines[attribution.from]!.depth + 1, attribution.name);
    return known[line.depth];
  });
}

function introduce(known: (string | undefined)[], depth: number, name: string): void {
  if (known[depth] === name) return;
  known.length = Math.min(known.length, depth + 1);
  known[depth] = name;
}

/** Indices of the non-blank or quoted lines, grouped by depth and speaker, in order of first appearance. */
function samePerson(lines: readonly BodyLine[], speakers: readonly (string | undefined)[]): number[][] {
  const groups = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const key = `${line.depth} ${speakers[index] ?? ''}`;
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
