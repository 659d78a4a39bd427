// Placing all hunks of one file. The rules, each of which closes a way to a silent wrong answer:
//   every hunk is placed against the original text, in order, none over another;
//   exact text first, then tokens, never fuzz;
//   every name that the added lines use is known where they land.
import type { FileDiff, Hunk, KernelSource, Refusal } from '../types.ts';
import type { Definition } from './functions.ts';
import { hunkTokens } from './hunk-tokens.ts';
import { hasRival } from './place-choice.ts';
import { exactPlaces, newSide, type Placement, placeAtLine, placeByText, type Window } from './place-text.ts';
import { isAppliedByTokens, placeByTokens } from './place-tokens.ts';
import { unknownNames } from './resolve.ts';
import { functionOfLine, type LineChange, type Target } from './rewrite.ts';

/** The line changes of all hunks of a file, in order, or the reason why one does not fit. */
export type Placed =
  | { readonly kind: 'placed'; readonly changes: readonly LineChange[]; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Places the hunks of `diff` in `target`. `patch` is the whole patch: names it adds elsewhere count as known. */
export function placeHunks(source: KernelSource, target: Target, diff: FileDiff, patch: readonly FileDiff[]): Placed {
  const changes: LineChange[] = [];
  const notes: string[] = [];
  let window = { from: 0, drift: 0 };
  for (const hunk of diff.hunks) {
    const placement = placeHunk(target, hunk, window);
    if (placement.kind === 'refused') return refuse(target, hunk, placement.why, placement.line);
    const unknown = unknownNames(
      source,
      target,
      { tokens: hunkTokens(hunk, '+'), functions: touched(target, placement) },
      patch,
    );
    // A constant may come from a header that is not read; where the text fits exactly that is no sign of another base.
    const strange = placement.isExact ? unknown.filter((name) => /[a-z]/.test(name)) : unknown;
    if (strange.length > 0) {
      const why = `it uses ${strange.join(', ')}, which the sources of ${source.name} do not have there: the base is too different`;
      return refuse(target, hunk, why, placement.from + 1);
    }
    changes.push(...placement.changes);
    notes.push(...placement.notes.map((note) => `the hunk at line ${hunk.oldStart}: ${note}`));
    if (unknown.length > 0) notes.push(`${unknown.join(', ')} is not in the sources of ${source.name}`);
    window = { from: placement.to, drift: placement.from - (hunk.oldStart - 1) };
  }
  return { kind: 'placed', changes, notes };
}

/** Places the hunks of `diff` at the lines they state, in a file that is their very pre-image; refuses a damaged hunk. */
export function placeAsStated(target: Target, diff: FileDiff): Placed {
  const changes: LineChange[] = [];
  for (const hunk of diff.hunks) {
    const placement = placeAtLine(target, hunk);
    if (placement.kind === 'refused') return refuse(target, hunk, placement.why, placement.line);
    changes.push(...placement.changes);
  }
  const isOrdered = changes.every((change, index) => {
    const before = changes[index - 1];
    return before === undefined || change.at >= before.at + before.remove;
  });
  if (isOrdered) return { kind: 'placed', changes, notes: ['the file is the one the patch was made for'] };
  const why = 'the hunks overlap or stand in another order than in the file';
  return { kind: 'refused', refusal: { what: target.file.path, why, place: { file: target.file.path, line: 1 } } };
}

function refuse(target: Target, hunk: Hunk, reason: string, line: number | undefined): Placed {
  const why = `the hunk at line ${hunk.oldStart} does not fit: ${reason}`;
  return {
    kind: 'refused',
    refusal: { what: target.file.path, why, place: { file: target.file.path, line: line ?? hunk.oldStart } },
  };
}

function placeHunk(target: Target, hunk: Hunk, window: Window): Placement {
  const byText = placeByText(target, hunk, window);
  if (byText?.kind === 'placed' && byText.from !== hunk.oldStart - 1 + window.drift) {
    const line = byText.changes[0]?.at ?? byText.from;
    if (functionOfLine(target, line) !== undefined && hasRival(target, hunk, window.drift)) {
      return {
        kind: 'refused',
        why: 'it names no function of the base and fits two places almost equally well',
        line: line + 1,
      };
    }
  }
  if (byText !== undefined) return byText;
  const applied: Placement = { kind: 'refused', why: 'it is already applied', line: undefined };
  if (isApplied(target, hunk)) return applied;
  const byTokens = placeByTokens(target, hunk, window);
  return byTokens.kind === 'refused' && isAppliedByTokens(target, hunk) ? applied : byTokens;
}

/** True when the file has the new side of the hunk; called when it does not have the old side. */
function isApplied(target: Target, hunk: Hunk): boolean {
  const lines = newSide(hunk);
  return lines.length > 0 && exactPlaces(target.lines, lines, 0).length > 0;
}

function touched(target: Target, placement: { readonly from: number; readonly to: number }): Definition[] {
  const start = target.starts[placement.from] ?? 0;
  const end = target.starts[placement.to] ?? target.file.text.length;
  return target.functions.filter((fn) => fn.start < end && fn.end > start);
}
