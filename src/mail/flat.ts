// A whole mail in one line: blank runs folded, line ends gone. The quote marks that stood at line starts are what is
// left of the lines, so a run of marks is where a line began:
//
//     ... wrote: > > some > > > shmem pages. > > > > Yes. > > > > > When that
//                              ^^^^^ depth 3  ^^^^^^^ an empty line of depth 2, then depth 2
//
// A run counts the marks of empty lines too. Which split of each run is meant is found by the cheapest path through
// the depths, with costs for what repliers do: paragraphs part with an empty line of their depth, answers come after
// an empty line of the answer's depth, an attribution is followed by a deeper line.

import { attributedName } from './attribution.ts';
import type { BodyLine } from './lines.ts';
import { lineOf } from './lines.ts';

const RUN = /(?: >+)+(?= |$)/g;
const GLUED_RUN = /(?: >+)+(?=[^=>]|$)/g; // where the author puts no blank behind the marks: ` >text`
const ATTRIBUTED = /(?:wrote|writes|schrieb|écrit|写道) ?[:：] >/;
const TRAILER = / [A-Z][a-z]+(?:-[a-z]+)*-by: [^<>]{1,80} <[^<>\s@]+@[^<>\s]+>/;
const DIFF = / diff --git a\/\S+ b\/\S+ |^diff --git a\/\S+ b\/\S+ /;
const HEAD = /(?:^|(?<=\s))From: [^<>]{1,100}<[^<>\s]+>,? (?:Date|Sent): [^<>]{5,100}? To: /; // see outlook.ts
const FIELD = /(?<=\s|^)(?:From|Date|Sent|To|Cc|CC|Subject): /g;
const MAX_DEPTH = 12;
const MAX_RUN = 60; // marks; a longer run is no quote
const WIDTH = 80; // columns of a mail line as its author wrote it
const REST = 12; // columns; so little that begins in lower case is the end of a long line, no answer to it
const CODE_WIDTH = 110; // columns of a line of a diff, which no mailer wraps
const GLUED = / >+(?=[A-Za-z])/g;
const GIVEN = /(?<=>) (?=[A-Z][a-z]+(?:-[a-z]+)*-by: [^<>]{1,80} <[^<>\s]+>)/; // a trailer behind another
const FULL = 48; // columns; a shorter line ends its paragraph

/**
 * True for a line that holds a whole mail: over 1,000 characters with quotes, or with what only mail has: a trailer of a
 * person, the header of a diff.
 */
export function isFlattened(line: string): boolean {
  return line.length > 1_000 && (hasQuotes(line) || TRAILER.test(line) || DIFF.test(line));
}

const LEAST_WORDS = 15;
const LEAST_SHARE = 0.2; // of what stands between blanks: page dumps and traces are mostly numbers

/** True for text of one line that reads like mail though little of its form is left: a quote under an attribution, or sentences and no code. */
export function isSentences(line: string): boolean {
  if (line.length >= 100 && ATTRIBUTED.test(line)) return true;
  if (line.length < 200 || /^\s*(?:[{[<]|\/[*/]|#)/.test(line) || !/[a-z]{2}[.?!,:] [A-Za-z"'(]/.test(line))
    return false;
  const all = line.split(/\s+/);
  const words = all.filter((word) => /^["'(]*[A-Za-z][A-Za-z'\u2019-]*[.,;:?!)"']*$/.test(word));
  return words.length >= LEAST_WORDS && words.length / all.length >= LEAST_SHARE;
}

/** Five runs of marks or more, and an attribution, a header block or a mark behind a mark: comparisons have none of these. */
export function hasQuotes(line: string): boolean {
  return (
    (ATTRIBUTED.test(line) || HEAD.test(line) || / > >/.test(line)) && (line.match(runsOf(line)) ?? []).length >= 5
  );
}

interface Segment {
  readonly marks: number; // before the text
  readonly glued: number; // marks of the last mark word before the text when it holds several (`>>>`), else 0
  readonly text: string;
  readonly at: number; // characters from the start of the line
}

/**
 * Returns the lines that a flattened mail most likely had: unquoted text stays in long lines. Depths are estimates.
 * Spans are bytes, from `start` on. O(runs x depths^2).
 */
export function unflatten(line: string, start: number): BodyLine[] {
  const segments = hasQuotes(line) ? segmentsOf(line) : [{ marks: 0, glued: 0, text: line, at: 0 }];
  const depths = bestDepths(segments);
  const lines: BodyLine[] = [];
  const offset = byteOffsets(line, start);
  const add = (depth: number, text: string, at: number) => {
    const span = { start: offset(at), end: offset(at + text.length) };
    if (text.trim() !== '') lines.push(lineOf(depth, text.trim(), { ...span, number: lines.length + 1 }));
  };
  for (const [index, { text, at }] of segments.entries()) {
    const depth = depths[index] ?? 0;
    const empty = depths[index - 1] === depth && depth > 0 ? (segments[index]!.marks - depth) / depth : 0;
    const place = { start: offset(at), end: offset(at) };
    for (let n = 0; n < empty && empty % 1 === 0; n++)
      lines.push(lineOf(depth, '', { ...place, number: lines.length + 1 }));
    const cut = depth === 0 ? text.length : quotedLength(text);
    const named = attributionStart(text);
    const body = text.slice(0, named);
    const quoted = Math.min(cut, body.length);
    add(depth, body.slice(0, quoted), at);
    add(0, body.slice(quoted), at + quoted);
    const fields = HEAD.test(text.slice(named)) ? [...text.slice(named).matchAll(FIELD)] : [];
    let from = named;
    for (const field of fields.slice(1).map((match) => named + match.index)) {
      add(quoted < body.length ? 0 : depth, text.slice(from, field), at + from);
      from = field;
    }
    add(quoted < body.length ? 0 : depth, text.slice(from), at + from);
  }
  return lines;
}

function segmentsOf(line: string): Segment[] {
  const segments: Segment[] = [];
  let marks = 0;
  let glued = 0;
  let at = 0;
  for (const run of line.matchAll(runsOf(line))) {
    const words = run[0].trim().split(' ');
    const count = run[0].replace(/ /g, '').length;
    if (count > MAX_RUN || isOperator(line, run.index, count)) continue;
    segments.push({ marks, glued, text: line.slice(at, run.index), at });
    marks = count;
    glued = words.at(-1)!.length > 1 && words.every((word) => word.length > 1) ? words.at(-1)!.length : 0;
    at = run.index + run[0].length;
  }
  segments.push({ marks, glued, text: line.slice(at), at });
  return segments;
}

/** Most authors put a blank behind their marks; `>` glued to a word is a mark only in a mail that does so all over. */
function runsOf(line: string): RegExp {
  const glued = line.match(GLUED)?.length ?? 0;
  return glued >= 3 && glued * 3 > (line.match(RUN)?.length ?? 0) ? GLUED_RUN : RUN;
}

/** True for a single `>` that compares with a number inside parentheses: `if (nr > 0`. A list and a dump begin lines with numbers. */
function isOperator(line: string, at: number, count: number): boolean {
  if (count !== 1 || !/^ > \d+\b(?![.:])/.test(line.slice(at, at + 24))) return false;
  const before = line.slice(Math.max(0, at - 60), at);
  const mark = before.lastIndexOf(' > ');
  const own = mark < 0 ? before : before.slice(mark);
  return /[\w)\]]$/.test(own) && own.split('(').length > own.split(')').length;
}

/** Byte offsets by character, for characters asked in ascending order. */
function byteOffsets(line: string, start: number): (at: number) => number {
  let seen = 0;
  let bytes = start;
  return (at) => {
    bytes += Buffer.byteLength(line.slice(seen, at));
    seen = at;
    return bytes;
  };
}

/**
 * How much of a segment is the quoted line: what is too long for one goes on, unquoted, behind its last sentence, or
 * behind what ends a line of C.
 */
function quotedLength(text: string): number {
  const code = /^ (?:@@ |[+-]|diff |index )/.test(text);
  if (text.length <= (code ? CODE_WIDTH : WIDTH)) return text.length;
  const given = text.search(GIVEN);
  if (given > 0 && given <= WIDTH) return given;
  const head = text.slice(0, WIDTH);
  const ends = code ? ['; ', '{ ', '} ', '*/ ', ') ', '. ', '@@ '] : ['. ', '? ', '! ', ': ', ') '];
  const end = Math.max(
    ...ends.map((each) => (head.lastIndexOf(each) < 0 ? -1 : head.lastIndexOf(each) + each.length - 1)),
  );
  const cut = end > 0 ? end : Math.max(head.lastIndexOf(' '), 1);
  return text.length - cut <= REST && /^ ?[a-z]/.test(text.slice(cut)) ? text.length : cut;
}

/** The cheapest depth of each segment, by dynamic programming over the runs. */
function bestDepths(segments: readonly Segment[]): number[] {
  const named = segments.map(({ text }) => attributionStart(text) < text.length);
  const introduced = Math.max(1, named.filter(Boolean).length);
  const deepest = Math.min(MAX_DEPTH, introduced + 2);
  let costs = [0];
  const from: number[][] = [[]];
  for (let index = 1; index < segments.length; index++) {
    const next: number[] = [];
    const back: number[] = [];
    for (let depth = 0; depth <= Math.min(deepest, segments[index]!.marks); depth++) {
      next[depth] = Number.POSITIVE_INFINITY;
      if (segments[index]!.glued > 0 && segments[index]!.glued !== depth) continue;
      costs.forEach((cost, before) => {
        const previous = segments[index - 1]!;
        const step = {
          before,
          depth,
          empty: segments[index]!.marks - depth,
          named: named[index - 1]!,
          full: previous.text.length + 2 * before >= FULL,
          answered: previous.text.length > 2 * WIDTH,
          broken: isUnfinished(previous.text) || /^ [a-z]/.test(segments[index]!.text),
        };
        const unknown = before <= introduced && depth > introduced ? 3 : 0;
        const total = cost + stepCost(step) + unknown;
        if (total < next[depth]!) [next[depth], back[depth]] = [total, before];
      });
    }
    costs = next;
    from.push(back);
  }
  return traceBack(costs, from);
}

/** True for a line of prose that no paragraph ends with. */
function isUnfinished(text: string): boolean {
  const words = text.trim();
  return words.length >= FULL && /[a-z,]$/.test(words) && !/[{}=]|->|\/\*|;(?! [a-z])/.test(words);
}

function traceBack(costs: readonly number[], from: readonly (readonly number[])[]): number[] {
  const depths: number[] = [];
  let depth = 0;
  costs.forEach((cost, at) => {
    if (cost < (costs[depth] ?? Number.POSITIVE_INFINITY)) depth = at;
  });
  for (let index = from.length - 1; index >= 0; index--) {
    depths[index] = depth;
    depth = from[index]![depth] ?? 0;
  }
  return depths;
}

/** Where the attribution that ends a text begins: behind the text when there is none. */
function attributionStart(text: string): number {
  const head = HEAD.exec(text);
  if (head !== null) return head.index;
  const tail = /^(?:.*\s)?(?:On|Am|Le|在|于|\*)\s.{4,200}[:：]\s*$/su.exec(text.slice(-300));
  if (tail === null) return attributedName(text.trim(), true) === undefined ? text.length : 0;
  const from = text.length - Math.min(text.length, 300);
  const opening = [...text.slice(from).matchAll(/(?:^|\s)(?=(?:On|Am|Le|在|于|\*)\s)/gu)].map(
    (match) => from + match.index,
  );
  const found = opening.reverse().find((at) => attributedName(text.slice(at).trim(), true) !== undefined);
  return found ?? text.length;
}

interface Step {
  readonly before: number; // depth of the line above
  readonly depth: number;
  readonly empty: number; // marks left for empty lines between the two
  readonly named: boolean; // the line above is an attribution
  readonly full: boolean; // the line above is long enough to have been wrapped
  readonly broken: boolean; // a sentence goes on from one to the other, or is left open
  readonly answered: boolean; // the text above is too long for one line: unquoted text followed the quote
}

/** The cost of going from one line to the next; lower is what repliers do more often. */
function stepCost({ before, depth, empty, named, full, answered, broken }: Step): number {
  if (depth === 0) return empty === 1 && (before === 0 || answered) ? 1 : Number.POSITIVE_INFINITY; // `>` is an operator
  const attribution = named && depth !== before + 1 ? 4 : 0;
  if (empty === 0) return attribution + (depth === before ? (full ? 0 : 1) : named && depth === before + 1 ? 0 : 3);
  const [low, high] = before < depth ? [before, depth] : [depth, before];
  const open = broken ? 1.5 : 0.9; // an author ends a sentence before a paragraph; one who answers need not wait for it
  const usual: readonly (readonly [marks: number, cost: number])[] = [
    [Math.min(before, depth) || depth, depth === before ? open : 1], // one empty line of the lower depth
    [before, depth < before ? 2 : depth === before ? open : 1], // one of the line above
    [chain(low, high - 1), 1], // one of each depth on the way
    [chain(low, high), 1.1],
    [chain(low + 1, high), 1.5],
    [chain(low, high) + low, 2],
    [2 * low, 2],
    [2 * before, 2],
  ];
  const costs = usual.filter(([marks]) => marks === empty).map(([, cost]) => cost);
  return attribution + Math.min(4 + empty / 8, ...costs);
}

/** from + (from + 1) + ... + to: the marks of one empty line of each depth. */
function chain(from: number, to: number): number {
  return to < from ? 0 : ((from + to) * (to - from + 1)) / 2;
}
