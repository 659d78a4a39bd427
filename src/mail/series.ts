// Posted patches -> series: one posting each, by thread root, version and count.

import type { Patch, Series } from '../types.ts';
import type { Mail } from './mail.ts';

/** A posted patch with the mail that carries it and the first mail of its thread. */
export interface PostedPatch {
  readonly patch: Patch;
  readonly mail: Mail;
  readonly root: string; // Message-ID
}

const WINDOW = 20 * 60_000; // ms between two patches of a series that was sent without threading

/**
 * Returns the series of a thread in order of first appearance. Patches belong together when thread, author, version
 * and total agree and no number repeats; without any References, when they were sent within 20 minutes. An unnumbered
 * patch is a series of its own.
 */
export function seriesOf(posted: readonly PostedPatch[], covers: readonly Mail[]): Series[] {
  const groups: PostedPatch[][] = [];
  const open = new Map<string, PostedPatch[]>();
  for (const entry of posted) {
    const keys = isUnthreaded(entry.mail)
      ? [seriesKey(entry, entry.root), seriesKey(entry, '')]
      : [seriesKey(entry, entry.root)];
    const group = keys
      .map((key) => open.get(key))
      .find((candidate) => candidate !== undefined && belongs(entry, candidate));
    if (group !== undefined) {
      group.push(entry);
      continue;
    }
    const fresh = [entry];
    groups.push(fresh);
    for (const key of keys) open.set(key, fresh);
  }
  return groups.map((group) => seriesFrom(group, covers));
}

function seriesKey({ patch, mail }: PostedPatch, root: string): string {
  return JSON.stringify([root, mail.from.address ?? mail.from.name, patch.version, patch.total]);
}

function isUnthreaded(mail: Mail): boolean {
  return mail.inReplyTo.length === 0 && mail.references.length === 0;
}

function belongs(entry: PostedPatch, group: readonly PostedPatch[]): boolean {
  const { index } = entry.patch;
  if (index === undefined || group.some((member) => member.patch.index === index)) return false;
  const last = group.at(-1)!;
  if (last.root === entry.root) return true;
  return Math.abs(Date.parse(entry.mail.date ?? '') - Date.parse(last.mail.date ?? '')) <= WINDOW;
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
