// Where the lines of a schedule stand in the files as they are after the patch and the rest of its series: a CI system
// shows an annotation on these.
import type { KernelSource, Review, ReviewTrace, ReviewTraceStep, SourceFile } from '../types.ts';
import type { Variant } from './variants.ts';

/**
 * The schedules with `newLine` on every step of a posted diff whose line has moved or is new. A line that a later patch
 * of the series takes away again has none. Linear in the changed files and the steps.
 */
export function withNewLines(
  traces: ReadonlyMap<string, ReviewTrace>,
  variants: readonly Variant[],
  series: Review['series'],
): Review['traces'] {
  const after = new Map(
    variants.flatMap((variant): [string, KernelSource][] => {
      if (variant.kind !== 'posted' && variant.kind !== 'reply') return [];
      const source = lastOf(variant, variants, series);
      return source === undefined ? [] : [[variant.id, source]];
    }),
  );
  const moved = (trace: ReviewTrace): ReviewTrace => {
    const source = after.get(trace.patch);
    return source === undefined ? trace : { ...trace, steps: trace.steps.map((step) => placed(step, source)) };
  };
  return Object.fromEntries([...traces].map(([id, trace]) => [id, moved(trace)]));
}

/** The code after the last patch of the series that applies: what a checkout of the series has. */
function lastOf(variant: Variant, variants: readonly Variant[], series: Review['series']): KernelSource | undefined {
  const ids = series.find((one) => one.patches.includes(variant.id))?.patches ?? [variant.id];
  return ids.map((id) => variants.find((one) => one.id === id)?.after).findLast((source) => source !== undefined);
}

function placed(step: ReviewTraceStep, source: KernelSource): ReviewTraceStep {
  const file = source.read(step.file);
  if (file?.origin === undefined) return step;
  const newLine = lineIn(file, step);
  return newLine === undefined || (newLine === step.line && step.added === undefined) ? step : { ...step, newLine };
}

/** Of several lines that were added behind the same old one, the one that has the call of the step. */
function lineIn(file: SourceFile, step: ReviewTraceStep): number | undefined {
  const wanted = step.added === true ? -step.line : step.line;
  const { origin, text } = file;
  const first = origin?.indexOf(wanted) ?? -1;
  if (origin === undefined || first < 0) return undefined;
  if (step.added === undefined) return first + 1;
  const lines = text.split('\n');
  const call = /[A-Za-z_]\w*/.exec(step.text)?.[0] ?? step.text;
  for (let line = first; line < origin.length && origin[line] === wanted; line++) {
    if (lines[line]?.includes(step.text) === true) return line + 1;
  }
  for (let line = first; line < origin.length && origin[line] === wanted; line++) {
    if (lines[line]?.includes(call) === true) return line + 1;
  }
  return first + 1;
}
