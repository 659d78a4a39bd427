// What each line of a body is: an attribution, a part of a diff, a step of a diagram, a log line, code, or prose.

import type { BlockKind } from '../types.ts';
import type { Attribution } from './attribution.ts';
import { diagramEnd, isDiagramHeader, mayBeDiagram } from './diagram.ts';
import { footerEnd } from './footers.ts';
import type { Kinds } from './hunks.ts';
import type { BodyLine } from './lines.ts';
import { isBlank, SIGN } from './lines.ts';
import {
  isDiffstat,
  isPageDumpLine,
  isStatement,
  isTrace,
  isTrailer,
  looksLikeCode,
  looksLikeSentence,
  mayBeCode,
  mayBeDiffstat,
  mayBeLog,
} from './words.ts';

/** The kind of each line, and the lines that begin a block of their own whatever stands before them. */
export interface LineKinds {
  readonly kinds: readonly BlockKind[];
  readonly begins: ReadonlySet<number>;
}

const MAX_SIGNATURE = 8; // lines
const PLUS = 43;
const MINUS = 45;
const UNDERSCORE = 95;
const MAX_BULLETS = 40; // lines that begin with a dash before a run is given up as a list

/** Returns the kinds of a body, given its attributions and the kinds of the lines of its diffs. Blank lines get `prose`; linear in the lines. */
export function lineKinds(lines: readonly BodyLine[], attributions: readonly Attribution[], kinds: Kinds): LineKinds {
  const begins = new Set<number>();
  for (const { from, to } of attributions) {
    begins.add(from).add(to);
    kinds.fill('attribution', from, to);
  }
  for (let at = 0; at < lines.length; ) {
    const end = footerEnd(lines, at);
    if (kinds[at] === undefined && end > at) fill(kinds, 'signature', at, end);
    at = Math.max(at + 1, end);
  }
  markSignatures(lines, kinds);
  for (let at = 0; at < lines.length; ) at = markFrom(lines, kinds, begins, at);
  for (let at = 0; at < kinds.length; at++) kinds[at] ??= 'prose';
  return { kinds: kinds as BlockKind[], begins };
}

/** Marks what starts at one line; returns the index to go on from. */
function markFrom(lines: readonly BodyLine[], kinds: Kinds, begins: Set<number>, at: number): number {
  const line = lines[at]!;
  if (kinds[at] !== undefined || isBlank(line)) return at + 1;
  const diagram = mayBeDiagram(line) && isDiagramHeader(line.text) ? diagramEnd(lines, at) : at;
  if (diagram > at) {
    begins.add(at).add(diagram);
    return fill(kinds, 'diagram', at, diagram);
  }
  if ((line.signs & SIGN.colon) !== 0 && isTrailer(line.text)) return fill(kinds, 'trailer', at, at + 1);
  if ((line.first === MINUS && isRuler(line.text)) || (mayBeDiffstat(line) && isDiffstat(line.text)))
    return fill(kinds, 'diff', at, at + 1);
  const loose = looseDiffEnd(lines, kinds, at);
  if (loose > at) return fill(kinds, 'hunk-fragment', at, loose);
  const [kind, traced] = traceRun(lines, kinds, at);
  if (traced > at) return fill(kinds, kind, at, traced);
  const code = codeEnd(lines, kinds, at);
  return code > at ? fill(kinds, 'code', at, code) : at + 1;
}

function fill(kinds: Kinds, kind: BlockKind, from: number, to: number): number {
  for (let at = from; at < to; at++) kinds[at] ??= kind;
  return to;
}

function isRuler(text: string): boolean {
  return text === '---' || text === '--- ';
}

function markSignatures(lines: readonly BodyLine[], kinds: Kinds): void {
  const last = lines.findLastIndex((line) => line.depth === 0 && !isBlank(line));
  for (let at = 0; at < lines.length; at++) {
    const { text, depth, first } = lines[at]!;
    if (first !== MINUS && first !== UNDERSCORE) continue;
    const opens = /^(?:-- ?|_{10,})$/.test(text) || (at === last && /^-- ?\S/.test(text) && !text.startsWith('---'));
    if (kinds[at] !== undefined || !opens) continue;
    kinds[at] = 'signature';
    for (
      let end = at + 1;
      end < lines.length && end <= at + MAX_SIGNATURE && lines[end]!.depth === depth && kinds[end] === undefined;
      end++
    ) {
      kinds[end] = 'signature';
    }
  }
}

/** Added or removed lines without a hunk header: proposed text, or what is left of a quoted hunk. */
function looseDiffEnd(lines: readonly BodyLine[], kinds: Readonly<Kinds>, at: number): number {
  const { first } = lines[at]!;
  if (first !== PLUS && first !== MINUS) return at;
  const depth = lines[at]!.depth;
  const changed = /^[+-](?!\d|[+-]{2} )/;
  let end = at;
  let added = 0;
  let code = 0;
  while (
    end < lines.length &&
    lines[end]!.depth === depth &&
    kinds[end] === undefined &&
    changed.test(lines[end]!.text)
  ) {
    if (end - at > MAX_BULLETS && added < 2 && code === 0) break;
    const { text } = lines[end]!;
    if (/^\+(?:\s|$)/.test(text)) added++;
    if (/^[+-](?:\t| {4})/.test(text) || isStatement(text.slice(1)) || looksLikeCode(text.slice(1))) code++;
    end++;
  }
  return added >= 2 || code > 0 ? end : at;
}

/** Log lines; one line of another form may stand between two of them. A run with page dump lines and no call trace is a page dump. */
function traceRun(lines: readonly BodyLine[], kinds: Readonly<Kinds>, at: number): readonly [BlockKind, number] {
  const depth = lines[at]!.depth;
  let end = at;
  let count = 0;
  let dump = false;
  for (
    let next = at;
    next < lines.length && next <= end + 1 && lines[next]!.depth === depth && kinds[next] === undefined;
    next++
  ) {
    const { text } = lines[next]!;
    const log = mayBeLog(lines[next]!);
    const page = log && isPageDumpLine(text);
    if (!page && !(log && isTrace(lines[next]!))) {
      if (end === at || looksLikeSentence(text)) break;
      continue;
    }
    dump ||= page;
    count++;
    end = next + 1;
  }
  if (count === 0 || (count === 1 && !dump && !/BUG|WARNING|Call Trace|\[ *\d+\.\d+\]/.test(lines[at]!.text)))
    return ['trace', at];
  const calls = lines.slice(at, end).some((line) => /Call [Tt]race:|RIP:/.test(line.text));
  return [dump && !calls ? 'pagedump' : 'trace', end];
}

/** Two or more lines of C, or one whole statement that stands apart from prose. */
function codeEnd(lines: readonly BodyLine[], kinds: Readonly<Kinds>, at: number): number {
  const depth = lines[at]!.depth;
  let end = at;
  let count = 0;
  let comment = false;
  for (let next = at; next < lines.length && lines[next]!.depth === depth && kinds[next] === undefined; next++) {
    const { text } = lines[next]!;
    if (isBlank(lines[next]!)) continue;
    const indented = count > 0 && /^(?:\t| {4})/.test(text) && !looksLikeSentence(text);
    if (!comment && !indented && !(mayBeCode(lines[next]!) && looksLikeCode(text))) break;
    comment = comment ? !text.includes('*/') : /^\s*\/\*(?!.*\*\/)/.test(text);
    count++;
    end = next + 1;
  }
  if (count !== 1) return end;
  const apart =
    at === 0 || isBlank(lines[at - 1]!) || lines[at - 1]!.depth !== depth || /^(?:\t| {2})/.test(lines[at]!.text);
  return apart && isStatement(lines[at]!.text) ? end : at;
}
