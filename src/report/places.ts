// Where a finding is shown: a line that the patch touches when there is one, as it stands after the series.

import type { Review, ReviewHunk, ReviewPatch, ReviewTrace, ReviewTraceStep } from '../types.ts';

/** A line of the file after the patch and the rest of its series; of the base when there is no patch. */
export interface FoundPlace {
  readonly file: string;
  readonly line: number; // 1-based
  readonly function: string; // '' when not known
}

/** Returns the line of a step in the file after the series. */
export function lineOf(step: ReviewTraceStep): number {
  return Math.max(1, step.newLine ?? step.line);
}

/**
 * Returns the line to show a finding at: a step on a line that the patch added, else the changed line that is nearest to
 * a step of a function that it touches, else the first changed line, else the first step.
 */
export function placeOf(review: Review, patch: ReviewPatch | undefined, trace: ReviewTrace | undefined): FoundPlace {
  const steps = trace?.steps.filter(({ matters }) => matters) ?? [];
  const added = steps.find((step) => step.added === true);
  if (added !== undefined) return stepPlace(added);
  const changed = patch === undefined ? [] : changedLines(review, patch);
  const near = nearest(steps, changed, patch) ?? nearest(trace?.steps ?? [], changed, patch);
  if (near !== undefined) return near;
  const touched = changed.find(({ section }) => patch?.functions.some((name) => section.includes(`${name}(`)) === true);
  const line = touched ?? changed[0];
  if (line !== undefined) return { file: line.file, line: line.line, function: '' };
  const [first] = steps;
  if (first !== undefined) return stepPlace(first);
  return { file: patch?.files[0] ?? '(no file)', line: 1, function: patch?.functions[0] ?? '' };
}

function stepPlace(step: ReviewTraceStep): FoundPlace {
  return { file: step.file, line: lineOf(step), function: step.function };
}

interface Changed {
  readonly file: string;
  readonly line: number;
  readonly section: string; // of the hunk
}

/** The changed line that is nearest to a step of a function that the patch touches. */
function nearest(
  steps: readonly ReviewTraceStep[],
  changed: readonly Changed[],
  patch: ReviewPatch | undefined,
): FoundPlace | undefined {
  const near = steps
    .filter((step) => patch?.functions.includes(step.function) === true)
    .flatMap((step) => changed.filter(({ file }) => file === step.file).map(({ line }) => ({ step, line })))
    .sort((a, b) => Math.abs(a.line - lineOf(a.step)) - Math.abs(b.line - lineOf(b.step)))[0];
  return near === undefined ? undefined : { ...stepPlace(near.step), line: near.line };
}

/** The lines that a patch adds, or that follow what it deletes, as they stand after the rest of its series. */
function changedLines(review: Review, patch: ReviewPatch): Changed[] {
  const ids = review.series.find(({ patches }) => patches.includes(patch.id))?.patches ?? [patch.id];
  const later = ids.slice(ids.indexOf(patch.id) + 1);
  const rest = later.flatMap((id) => review.patches.filter((one) => one.id === id && one.applies));
  return (patch.hunks ?? []).flatMap((hunk) =>
    hunkLines(hunk).map((line) => ({
      file: hunk.file,
      section: hunk.section,
      line: rest.reduce((at, next) => movedBy(next, hunk.file, at), line),
    })),
  );
}

/** New line numbers of the added lines of a hunk, and of the line after each deletion. */
function hunkLines(hunk: ReviewHunk): number[] {
  const lines: number[] = [];
  let at = hunk.newStart;
  for (const text of hunk.lines) {
    if (text.startsWith('+')) lines.push(at);
    else if (text.startsWith('-') && lines.at(-1) !== at) lines.push(at);
    if (!text.startsWith('-') && !text.startsWith('\\')) at++;
  }
  return [...new Set(lines)];
}

/** Where a line of `file` stands after one more patch; a line that it deletes becomes the one that follows. */
function movedBy(patch: ReviewPatch, file: string, line: number): number {
  let shift = 0;
  for (const hunk of patch.hunks ?? []) {
    if (hunk.file !== file || hunk.oldStart > line) continue;
    let at = hunk.oldStart;
    for (const text of hunk.lines) {
      if (at > line) break;
      if (text.startsWith('+')) shift++;
      else {
        if (text.startsWith('-') && at < line) shift--;
        at++;
      }
    }
  }
  return Math.max(1, line + shift);
}
