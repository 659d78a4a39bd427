// The tokens of a hunk, each with the line of the hunk it is on.
import type { Hunk } from '../types.ts';
import type { HunkToken } from './align.ts';
import { tokenize } from './tokens.ts';

/** Tokens of one side of a hunk. A comment that was opened above the hunk is dropped up to its end. */
export function hunkTokens(hunk: Hunk, mark: '-' | '+'): HunkToken[] {
  const indices = hunk.lines.flatMap((line, index) =>
    line === '' || line[0] === ' ' || line[0] === mark ? [index] : [],
  );
  let text = indices.map((index) => (hunk.lines[index] ?? '').slice(1)).join('\n');
  const close = text.indexOf('*/');
  const open = text.indexOf('/*');
  if (close >= 0 && (open < 0 || close < open))
    text = text.slice(0, close + 2).replace(/[^\n]/g, ' ') + text.slice(close + 2);
  const tokens: HunkToken[] = [];
  let row = 0;
  let scanned = 0;
  for (const token of tokenize(text)) {
    for (; scanned < token.start; scanned += 1) if (text[scanned] === '\n') row += 1;
    const line = indices[row] ?? 0;
    const fixed = hunk.lines[line]?.[0] === mark;
    tokens.push({ text: token.text, soft: token.soft, fixed, directive: token.directive, line });
  }
  return tokens;
}
