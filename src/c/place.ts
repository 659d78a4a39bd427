// Placing all hunks of one file. The rules, each of which closes a way to a silent wrong answer:
//   every hunk is placed against the original text, in order, none over another;
//   exact text first, then tokens, never fuzz;
//   every name that the added lines use is known where they land.
import type { FileDiff, Hunk, KernelSource, Refusal } from '../types.ts';
import { exactPlaces, newSide, oldSide, type Placement, placeByText } from './place-text.ts';
import type { LineChange, Target } from './rewrite.ts';

/** The line changes of all hunks of a file, in order, or the reason why one does not fit. */
export type Placed =
  | { readonly kind: 'placed'; readonly changes: readonly LineChange[]; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Places the hunks of `diff` in `target`. `patch` is the whole patch: names it adds elsewhere count as known. */
export function placeHunks(_source: KernelSource, target: Target, diff: FileDiff, _patch: readonly FileDiff[]): Placed {
  const changes: LineChange[] = [];
  const notes: string[] = [];
  let window = { from: 0, drift: 0 };
  for (const hunk of diff.hunks) {
    const placement = placeHunk(target, hunk, window);
    if (placement.kind === 'refused') {
      const why = `the hunk at line ${hunk.oldStart} does not fit: ${placement.why}`;
      const place = { file: target.file.path, line: placement.line ?? hunk.oldStart };
      return { kind: 'refused', refusal: { what: target.file.path, why, place } };
    }
    changes.push(...placement.changes);
    notes.push(...placement.notes.map((note) => `the hunk at line ${hunk.oldStart}: ${note}`));
    window = { from: placement.to, drift: placement.from - (hunk.oldStart - 1) };
  }
  return { kind: 'placed', changes, notes };
}

function placeHunk(target: Target, hunk: Hunk, window: { readonly from: number; readonly drift: number }): Placement {
  const byText = placeByText(target, hunk, window);
  if (byText !== undefined) return byText;
  if (isApplied(target, hunk)) return { kind: 'refused', why: 'it is already applied', line: undefined };
  return { kind: 'refused', why: 'its lines are not in the file', line: undefined };
}

/** True when the file has the new side of the hunk; called when it does not have the old side. */
function isApplied(target: Target, hunk: Hunk): boolean {
  const lines = newSide(hunk);
  return lines.length > 0 && oldSide(hunk).join() !== lines.join() && exactPlaces(target.lines, lines, 0).length > 0;
}
