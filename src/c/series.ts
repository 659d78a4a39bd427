// The patches of a series, each on top of the ones before it, in memory.
import type { Applied, FileDiff, KernelSource, SourceFile } from '../types.ts';
import { applyPatch } from './apply.ts';
import { withFiles } from './tree.ts';

/** What became of a series: the sources after it, and each patch with the sources it was applied to. */
export interface AppliedSeries {
  readonly source: KernelSource;
  readonly patches: readonly { readonly before: KernelSource; readonly applied: Applied }[]; // in order
}

/**
 * Applies the patches of a series in order. One that is refused is left out, and the next are tried without it. `known`
 * are files whose names count as known in added lines and that no patch changes: rows of the primitives table.
 */
export function applySeries(
  source: KernelSource,
  patches: readonly { readonly files: readonly FileDiff[] }[],
  known: readonly SourceFile[] = [],
): AppliedSeries {
  const results: { readonly before: KernelSource; readonly applied: Applied }[] = [];
  let before = source;
  for (const { files } of patches) {
    const applied = applyPatch(withFiles(before, known), files);
    results.push({ before, applied });
    if (applied.kind === 'applied') before = withFiles(before, applied.files);
  }
  return { source: before, patches: results };
}
