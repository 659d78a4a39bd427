// Diffs that a thread shows only as quotes: the mail that had them is not in the input, and people argue about them.
import type { Patch, QuotedHunk, Thread } from '../types.ts';

/**
 * `thread` with a patch for each diff that is known only from quotes: its hunks name a file, are complete, and stand in no
 * patch of the thread. Hunks of one speaker at one depth of one mail are one patch; a diff that is quoted twice counts once.
 */
export function withQuotedPatches(thread: Thread): Thread {
  const groups = new Map<string, QuotedHunk[]>();
  for (const quoted of thread.quoted ?? []) {
    if (quoted.path === undefined || quoted.anchor !== undefined) continue;
    const key = JSON.stringify([quoted.messageId, quoted.speaker, quoted.depth]);
    groups.set(key, [...(groups.get(key) ?? []), quoted]);
  }
  const seen = new Set<string>();
  const found: Patch[] = [];
  for (const hunks of groups.values()) {
    // A diff that lost a part may mean anything.
    if (hunks.some(({ hunk }) => !hunk.complete || hunk.oldStart < 1)) continue;
    const text = JSON.stringify(hunks.map(({ path, hunk }) => [path, hunk.lines]));
    if (seen.has(text)) continue;
    seen.add(text);
    found.push(patchOf(hunks, found.length + 1));
  }
  return found.length === 0 ? thread : { ...thread, patches: [...thread.patches, ...found] };
}

function patchOf(hunks: readonly QuotedHunk[], number: number): Patch {
  const [first] = hunks as [QuotedHunk, ...QuotedHunk[]];
  const paths = [...new Set(hunks.map(({ path }) => path))];
  return {
    id: `quoted-${number}`,
    messageId: first.messageId,
    kind: 'reply',
    title: `a diff ${first.speaker === undefined ? '' : `of ${first.speaker} `}that is known from a quote`,
    author: first.speaker,
    index: undefined,
    total: undefined,
    version: 1,
    files: paths.map((path) => ({
      oldPath: path,
      newPath: path,
      oldBlob: undefined,
      newBlob: undefined,
      hunks: hunks.filter((one) => one.path === path).map(({ hunk }) => hunk),
    })),
    baseCommit: undefined,
    notes: '',
  };
}
