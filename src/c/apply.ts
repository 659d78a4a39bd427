// A patch applied to kernel sources in memory, or the reason why it does not fit.
import { createHash } from 'node:crypto';
import type { Applied, AppliedEdit, FileDiff, KernelSource, Refusal, SourceFile } from '../types.ts';
import { changedFunctions, describeChanges } from './changed.ts';
import { placeAsStated, placeHunks } from './place.ts';
import { openTarget, rewrite } from './rewrite.ts';
import { isReadFrom } from './tree.ts';

type FileResult =
  | {
      readonly kind: 'applied';
      readonly files: readonly SourceFile[];
      readonly notes: readonly string[];
      readonly edits: readonly AppliedEdit[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Applies the diff of one patch to `source`. Every hunk is placed against the file as it is in `source`, by exact text
 * at any offset, then by aligned tokens (place.ts has the rules); one hunk that does not fit refuses the whole patch. When
 * the blob id of the index line is that of the file, the hunks go where they say.
 * A deleted file is among `files` with an empty text: see withFiles. Files outside mm/ and the headers that are read
 * are left out with a note. Refuses incomplete hunks, files that are missing or already there, and a patch that is
 * already applied.
 */
export function applyPatch(source: KernelSource, files: readonly FileDiff[]): Applied {
  const changed: SourceFile[] = [];
  const notes: string[] = [];
  const edits: AppliedEdit[] = [];
  for (const diff of files) {
    const path = diff.newPath ?? diff.oldPath ?? '';
    if (files.some((other) => other !== diff && (other.newPath ?? other.oldPath) === path)) {
      return refused(path, 'the patch has two diffs of this file; expected one diff a file');
    }
    if (!isReadFrom(path)) {
      notes.push(`${path} is not read and not changed: it is outside mm/ and the headers`);
      continue;
    }
    const result = applyFile(source, diff, files);
    if (result.kind === 'refused') return result;
    changed.push(...result.files);
    notes.push(...result.notes);
    edits.push(...result.edits);
  }
  return { kind: 'applied', files: changed, functions: changedFunctions(source, changed), words: '', notes, edits };
}

function applyFile(source: KernelSource, diff: FileDiff, patch: readonly FileDiff[]): FileResult {
  const { oldPath, newPath } = diff;
  const path = newPath ?? oldPath ?? '';
  const cut = diff.hunks.find((hunk) => !hunk.complete);
  if (cut !== undefined) {
    return refused(path, `the hunk at line ${cut.oldStart} is incomplete: its header counts more lines than it has`);
  }
  if (oldPath === undefined) return createFile(source, diff, path);
  const old = source.read(oldPath);
  if (old === undefined)
    return refused(oldPath, `the patch changes a file that is not in the sources of ${source.name}`);
  if (newPath !== undefined && newPath !== oldPath && source.read(newPath) !== undefined) {
    return refused(newPath, `the patch renames ${oldPath} to a file that is already there`);
  }
  const target = openTarget(old);
  const stated = isPreImage(old, diff) ? placeAsStated(target, diff) : undefined;
  // A mail may have damaged the lines of a diff that was made for this very file.
  const placed = stated?.kind === 'placed' ? stated : placeHunks(source, target, diff, patch);
  if (placed.kind === 'refused') return placed;
  const result = rewrite(old, placed.changes);
  const notes = placed.notes.map((note) => `${path}: ${note}`);
  const edits = describeChanges(target, oldPath, placed.changes);
  if (newPath === undefined) {
    if (result.text.trim() !== '')
      return refused(oldPath, 'the patch deletes the file, but lines that it does not know are left');
    return { kind: 'applied', files: [{ path: oldPath, text: '' }], notes, edits };
  }
  if (newPath === oldPath) return { kind: 'applied', files: [result], notes, edits };
  return {
    kind: 'applied',
    files: [
      { path: oldPath, text: '' },
      { ...result, path: newPath },
    ],
    notes,
    edits,
  };
}

/** True when the index line of the diff names the very text that `file` has: then every hunk stands where it says. */
function isPreImage(file: SourceFile, { oldBlob }: FileDiff): boolean {
  if (oldBlob === undefined || !/^[0-9a-f]{7,64}$/.test(oldBlob) || /^0+$/.test(oldBlob)) return false;
  const bytes = Buffer.from(file.text, 'utf8');
  const header = `blob ${bytes.length}\0`;
  return ['sha1', 'sha256'].some((name) =>
    createHash(name).update(header).update(bytes).digest('hex').startsWith(oldBlob),
  );
}

function createFile(source: KernelSource, diff: FileDiff, path: string): FileResult {
  if (source.read(path) !== undefined) return refused(path, 'the patch creates a file that is already there');
  const lines = diff.hunks.flatMap((hunk) => hunk.lines.filter((line) => line[0] !== '\\'));
  if (lines.some((line) => line[0] !== '+'))
    return refused(path, 'the patch creates a file with lines that are not added');
  const text = `${lines.map((line) => line.slice(1)).join('\n')}\n`;
  const origin = new Int32Array(lines.length + 1);
  return { kind: 'applied', files: [{ path, text, origin }], notes: [], edits: [] };
}

function refused(what: string, why: string): { readonly kind: 'refused'; readonly refusal: Refusal } {
  return { kind: 'refused', refusal: { what, why, place: { file: what, line: 1 } } };
}
