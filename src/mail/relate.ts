// Patches of a thread among each other: the same change posted again, and small fixes for an earlier patch.

import { createHash } from 'node:crypto';
import type { FileDiff, Patch } from '../types.ts';

/**
 * Returns an id that is equal for the same changed lines in the same files, whatever the blanks, line numbers and context
 * (as git patch-id does); undefined when a hunk is incomplete or nothing changes.
 */
export function patchIdOf(files: readonly FileDiff[]): string | undefined {
  const hunks = files.flatMap((file) => file.hunks);
  if (hunks.length === 0 || hunks.some((hunk) => !hunk.complete)) return undefined;
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file.oldPath ?? ''} ${file.newPath ?? ''}\n`);
    for (const line of file.hunks.flatMap((hunk) => hunk.lines)) {
      if (line[0] !== ' ') hash.update(`${line.replace(/\s+/g, '')}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Returns the patches, oldest first as they came, each told which earlier one it repeats or amends. Linear. */
export function relatePatches(patches: readonly Patch[]): Patch[] {
  const byContent = new Map<string, string>();
  const byName = new Map<string, string>();
  return patches.map((patch) => {
    const repeats = patch.patchId === undefined ? undefined : byContent.get(patch.patchId);
    const name = fileName(patch.title);
    const stem = /^(.*?)(?:-fix(?:up|es)?(?:-v?\d+)?)+$/.exec(name)?.[1] ?? /^fixup-(.+)$/.exec(name)?.[1];
    const amends = stem === undefined ? undefined : byName.get(stem);
    if (patch.patchId !== undefined && repeats === undefined) byContent.set(patch.patchId, patch.id);
    if (!byName.has(name)) byName.set(name, patch.id);
    return { ...patch, ...(repeats === undefined ? {} : { repeats }), ...(amends === undefined ? {} : { amends }) };
  });
}

/** The title as quilt would name its file; `+ mm-x-fix.patch added to mm-unstable branch` already is one. */
function fileName(title: string): string {
  const quilt = /^(?:\+\s*)?([\w.+-]+)\.patch\b/.exec(title)?.[1] ?? title;
  return quilt
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
