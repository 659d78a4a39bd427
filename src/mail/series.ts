// Posted patches -> series: one posting each, by thread root, version and count.

import type { Patch, Series } from '../types.ts';
import type { Mail } from './mail.ts';

/** A posted patch with the mail that carries it and the first mail of its thread. */
export interface PostedPatch {
  readonly patch: Patch;
  readonly mail: Mail;
  readonly root: string; // Message-ID
}

/**
 * Returns the series of a thread in order of first appearance. Patches belong together when thread, author, version
 * and total agree and no number repeats; an unnumbered patch is a series of its own.
 */
export function seriesOf(posted: readonly PostedPatch[], covers: readonly Mail[]): Series[] {
  const groups: PostedPatch[][] = [];
  const open = new Map<string, PostedPatch[]>();
  for (const entry of posted) {
    const { total, index, version } = entry.patch;
    const key = JSON.stringify([entry.root, entry.mail.from.address ?? entry.mail.from.name, version, total]);
    const group = open.get(key);
    const fits = group !== undefined && index !== undefined && !group.some((member) => member.patch.index === index);
    if (fits) {
      group.push(entry);
      continue;
    }
    const fresh = [entry];
    groups.push(fresh);
    open.set(key, fresh);
  }
  return groups.map((group) => seriesFrom(group, covers));
}

function seriesFrom(group: readonly PostedPatch[], covers: readonly Mail[]): Series {
  const sorted = [...group].sort((a, b) => (a.patch.index ?? 0) - (b.patch.index ?? 0));
  const { patch, mail } = sorted[0]!;
  const cover = covers.find(
    (candidate) =>
      candidate.subject.total === patch.total &&
      (candidate.subject.version ?? 1) === patch.version &&
      candidate.from.address === mail.from.address &&
      (mail.inReplyTo.includes(candidate.id) || mail.references.includes(candidate.id)),
  );
  const present = new Set(sorted.map((entry) => entry.patch.index));
  const missing: number[] = [];
  for (let n = 1; n <= Math.min(patch.total ?? 0, 999); n++) if (!present.has(n)) missing.push(n);
  return {
    subject: cover?.subject.title ?? patch.title,
    version: patch.version,
    patches: sorted.map((entry) => entry.patch.id),
    missing,
  };
}
