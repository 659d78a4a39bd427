// Two-column interleavings: a header of processors, then one step a line. Columns may have survived or be collapsed.

import type { BodyLine } from './lines.ts';
import { codesOf, isBlank } from './lines.ts';
import { looksLikeSentence } from './words.ts';

const WHO =
  '(?:cpu|core|thread|task|process|proc|kthread|reader|writer|context)(?:[ #_-]{0,2}(?:\\d{1,3}|[a-z]))\\b|p\\d{1,2}\\b';
const NOTE = '(?:\\s?\\([^()]{0,40}\\))?:?';
const HEADER = new RegExp(`^[\\s|*]*(?:${WHO})${NOTE}(?:[\\s|,/]+(?:${WHO})${NOTE})+[\\s|*]*$`, 'i');
const HEADER_STARTS = codesOf('cCtTpPkKrRwW|*');
const RULERS = /^\s*[-=]{3,}(?:\s{2,}[-=]{3,})+\s*$/;
const READ = 500; // characters of a line that decide what it is
const MAX_STEPS = 160; // lines of one diagram

/** False when isDiagramHeader cannot be true. */
export function mayBeDiagram({ lead }: BodyLine): boolean {
  return HEADER_STARTS[lead] === 1;
}

/** True for a line that names two or more processors and nothing else: `cpu1   cpu2`, `Thread A | Thread B`. */
export function isDiagramHeader(text: string): boolean {
  return text.length < 200 && HEADER.test(text);
}

/**
 * Returns the index behind the last line of the diagram whose header is at `at`; `at` itself when fewer than two
 * steps follow. A diagram ends at another depth, at prose, and at a blank line that no clear step follows.
 */
export function diagramEnd(lines: readonly BodyLine[], at: number): number {
  const depth = lines[at]!.depth;
  const laidOut = /\S(?: {3,}|\t+)\S/.test(lines[at]!.text);
  let end = at + 1;
  let steps = 0;
  for (let next = at + 1; next < lines.length && next - at < MAX_STEPS; next++) {
    const line = lines[next]!;
    if (isBlank(line)) continue;
    if (line.depth !== depth || isDiagramHeader(line.text)) break;
    const afterBlank = next > end && steps > 0;
    if (afterBlank ? !isClearStep(line.text.slice(0, READ), laidOut) : !isStep(line.text, laidOut)) break;
    end = next + 1;
    if (!RULERS.test(line.text.slice(0, READ))) steps++;
  }
  return steps >= 2 ? end : at;
}

function isStep(whole: string, laidOut: boolean): boolean {
  const text = whole.slice(0, READ);
  if (isClearStep(text, laidOut)) return true;
  const words = text.trim().split(/\s+/).length;
  return words <= 8 && !looksLikeSentence(text) && !/[.?!:]$/.test(text.trim());
}

// A step by its form alone: in columns, indented, a call, a comment, a ruler; in a diagram that kept its columns also
// any indented line and any lone identifier.
function isClearStep(text: string, laidOut: boolean): boolean {
  if (/\S(?: {3,}|\t+ *)\S/.test(text) || /^(?: {6}|\t)/.test(text) || RULERS.test(text)) return true;
  if (looksLikeSentence(text)) return false;
  if (laidOut && /^(?: {2,}\S|\s*\w+_\w+$)/.test(text)) return true;
  return (
    /^\s*(?:[\w>.-]+\s*=\s*)?[\w>.-]+\(.*\)[;,]?\s*(?:\/\/.*|\/\*.*|#.*)?$/.test(text) ||
    /^\s*[\w>.-]+\([^.]*<[-=]{1,3} /.test(text) ||
    /^\s*(?:\/\/|\/\*|#|\.\.\.|[|<>^+-]{2,})/.test(text)
  );
}
