// Quotes that lost their marks or never had `>`: bars of some editors, and lines that a mailer wrapped behind the mark.

import { attributedName } from './attribution.ts';
import type { BodyLine } from './lines.ts';
import { atDepth, isBlank, lineOf } from './lines.ts';

const BAR = /^\|(?: |$)/;
const WRAPPED_AT = 60; // characters; a mailer that wraps quotes leaves lines at least this long above the rest
const REST = 40; // characters of what is left of a wrapped line
const MOST_LINES = 3; // of an attribution

/**
 * Returns the lines with `| ` quotes below an attribution one level deeper, and the rests of wrapped quote lines back at
 * their depth. A single rest may be an answer; two or more in one mail are a mailer's work. Linear in the lines.
 */
export function requoted(lines: readonly BodyLine[]): readonly BodyLine[] {
  return withRests(withBars(lines));
}

function withBars(lines: readonly BodyLine[]): readonly BodyLine[] {
  if (!lines.some((line) => line.first === 0x7c)) return lines;
  const changed = [...lines];
  for (let at = 1; at < lines.length; at++) {
    const { depth } = lines[at]!;
    if (!BAR.test(lines[at]!.text) || !isIntroduced(lines, at)) continue;
    for (
      ;
      at < lines.length && lines[at]!.depth === depth && (BAR.test(lines[at]!.text) || isBarBlank(lines, at));
      at++
    ) {
      changed[at] = lineOf(depth + 1, lines[at]!.text.replace(/^\| ?/, ''), lines[at]!);
    }
  }
  return changed;
}

function isBarBlank(lines: readonly BodyLine[], at: number): boolean {
  return isBlank(lines[at]!) && BAR.test(lines[at + 1]?.text ?? '');
}

/** True when an attribution of up to three lines stands right above, one blank line allowed. */
function isIntroduced(lines: readonly BodyLine[], at: number): boolean {
  const { depth } = lines[at]!;
  let last = at - 1;
  if (isBlank(lines[last]!)) last--;
  let text = '';
  for (let up = last; up >= 0 && up > last - MOST_LINES && lines[up]!.depth === depth && !isBlank(lines[up]!); up--) {
    text = `${lines[up]!.text.slice(0, 200).trim()} ${text}`.trim();
    if (/[:：]$/u.test(text) && attributedName(text, true) !== undefined) return true;
  }
  return false;
}

function withRests(lines: readonly BodyLine[]): readonly BodyLine[] {
  const rests: number[] = [];
  for (let at = 1; at + 1 < lines.length; at++) if (isRest(lines, at)) rests.push(at);
  if (rests.length < 2) return lines;
  const changed = [...lines];
  for (const at of rests) changed[at] = atDepth(lines[at]!, lines[at - 1]!.depth);
  return changed;
}

/** A short line that goes on in the middle of a sentence, between two lines of one deeper depth. */
function isRest(lines: readonly BodyLine[], at: number): boolean {
  const [above, line, below] = [lines[at - 1]!, lines[at]!, lines[at + 1]!];
  if (line.depth >= above.depth || below.depth !== above.depth || isBlank(below)) return false;
  if (above.text.length < WRAPPED_AT || line.text.length > REST || /[.:;!?]$/.test(above.text.trim())) return false;
  return /^[a-z(]/.test(line.text) && !/[.!?]$/.test(line.text.trim());
}
