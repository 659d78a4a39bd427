// Posted patches -> series: one posting each, by thread root, version and count.

import type { Patch, Posting, Series } from '../types.ts';
import type { Mail } from './mail.ts';
import type { Threaded } from './thread.ts';

/** A posted patch with the mail that carries it and the first mail of its thread. */
export interface PostedPatch {
  readonly patch: Patch;
  readonly mail: Mail;
  readonly root: string; // Message-ID
}

/** The series of a thread, and what else is known of each. */
export interface Postings {
  readonly series: readonly Series[];
  readonly postings: readonly Posting[];
}

const MOST_VERSIONS = 100; // series of one name that are looked at
const WINDOW = 20 * 60_000; // ms between two patches of a series that was sent without threading

/**
 * Returns the series of a thread in order of first appearance. Patches belong together when thread, author, version
 * and total agree and no number repeats; without any References, when they were sent within 20 minutes. An unnumbered
 * patch is a series of its own.
 */
export function seriesOf(posted: readonly PostedPatch[], covers: readonly Mail[]): Postings {
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
  return related(
    groups.map((group) => [...group].sort(byIndex)),
    covers,
  );
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

function byIndex(a: PostedPatch, b: PostedPatch): number {
  return (a.patch.index ?? 0) - (b.patch.index ?? 0);
}

function related(groups: readonly (readonly PostedPatch[])[], covers: readonly Mail[]): Postings {
  const series: Series[] = [];
  const postings: Posting[] = [];
  const firstOf = new Map<string, number>();
  const namedBy = new Map<string, readonly number[]>();
  for (const group of groups) {
    const cover = coverOf(group, covers);
    const one = seriesFrom(group, cover);
    const labels = [
      ...new Set([...(cover?.subject.labels ?? []), ...group.flatMap(({ mail }) => mail.subject.labels)]),
    ].sort();
    const names = namesOf(one, group);
    const key = `${one.version}\n${group.map(({ patch }) => patch.title).join('\n')}`;
    const resends = firstOf.get(key) ?? -1;
    const earlier = names.flatMap((name) => namedBy.get(name) ?? []).filter((at) => one.version > series[at]!.version);
    const rerolls = resends >= 0 ? -1 : earlier.reduce((last, at) => Math.max(last, at), -1);
    if (resends < 0) firstOf.set(key, series.length);
    for (const name of names) namedBy.set(name, [...(namedBy.get(name) ?? []).slice(-MOST_VERSIONS), series.length]);
    series.push(one);
    postings.push({
      cover: cover?.id,
      labels,
      ...(resends < 0 ? {} : { resends }),
      ...(rerolls < 0 ? {} : { rerolls }),
    });
  }
  return { series, postings };
}

/** What a later version shares with an earlier one: the name of the series, a title, a change-id. */
function namesOf(one: Series, group: readonly PostedPatch[]): string[] {
  const names = group.flatMap(({ patch }) => [patch.title, patch.changeId ?? '']);
  return [...new Set([one.subject, ...names])].filter((name) => name !== '');
}

/** The cover letter above a patch, or the author's own mail that a lone patch answers; of the same total; of another version only when the patches state none. */
function coverOf(group: readonly PostedPatch[], covers: readonly Mail[]): Mail | undefined {
  const { patch, mail } = group[0]!;
  const above = covers.filter(
    (cover) =>
      (cover.subject.index === 0 || patch.total === undefined) &&
      cover.subject.total === patch.total &&
      cover.from.address === mail.from.address &&
      (mail.inReplyTo.includes(cover.id) || mail.references.includes(cover.id)),
  );
  const own =
    group.length === 1 && patch.total === undefined
      ? above.find((cover) => mail.inReplyTo.includes(cover.id))
      : undefined;
  if (own !== undefined) return own;
  const same = above.find((cover) => (cover.subject.version ?? 1) === patch.version);
  return same ?? (mail.subject.version === undefined ? above.at(-1) : undefined);
}

function seriesFrom(sorted: readonly PostedPatch[], cover: Mail | undefined): Series {
  const { patch, mail } = sorted[0]!;
  const present = new Set(sorted.map((entry) => entry.patch.index));
  const missing: number[] = [];
  for (let n = 1; n <= Math.min(patch.total ?? 0, 999); n++) if (!present.has(n)) missing.push(n);
  return {
    subject: cover?.subject.title ?? patch.title,
    version: mail.subject.version ?? cover?.subject.version ?? 1,
    patches: sorted.map((entry) => entry.patch.id),
    missing,
  };
}

/** Returns the series among the posted patches of a thread, given its mails with parents before children. */
export function seriesOfThread(threaded: readonly Threaded[], patches: readonly Patch[]): Postings {
  const byId = new Map(threaded.map((entry) => [entry.mail.id, entry]));
  const roots = new Map<string, string>();
  for (const { mail, parent } of threaded) roots.set(mail.id, roots.get(parent?.id ?? '') ?? parent?.id ?? mail.id);
  const posted = patches.flatMap((patch) => {
    const mail = byId.get(patch.messageId)?.mail;
    return patch.kind === 'posted' && mail !== undefined ? [{ patch, mail, root: roots.get(mail.id) ?? mail.id }] : [];
  });
  const carries = new Set(patches.map((patch) => patch.messageId));
  const covers = threaded
    .map(({ mail }) => mail)
    .filter((mail) => !mail.subject.reply && (mail.subject.index === 0 || !carries.has(mail.id)));
  return seriesOf(posted, covers);
}
