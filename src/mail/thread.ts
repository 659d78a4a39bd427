// Mails -> a tree: duplicates merged, parents found, loops broken, oldest first.

import type { ParentLink } from '../types.ts';
import type { Mail } from './mail.ts';
import { inThreadOrder } from './order.ts';

/** A mail with its place in the tree. */
export interface Threaded {
  readonly mail: Mail;
  readonly parent: ParentLink | undefined;
}

/**
 * Returns the mails of a thread, parents before children, else by date, else in file order. Mails of one Message-ID
 * are one, with the longer References. A parent that is not in the input is still named when nothing nearer is.
 * O(n log n) in the mails.
 */
export function threadMails(mails: readonly Mail[]): Threaded[] {
  const unique = mergeDuplicates(mails);
  const links = linkParents(unique);
  return inThreadOrder(unique, links).map((mail) => ({ mail, parent: links.get(mail.id) }));
}

function mergeDuplicates(mails: readonly Mail[]): Mail[] {
  const byId = new Map<string, Mail>();
  for (const mail of mails) {
    const seen = byId.get(mail.id);
    const longer = seen !== undefined && mail.references.length > seen.references.length;
    if (seen === undefined) byId.set(mail.id, mail);
    else if (longer) byId.set(mail.id, { ...seen, references: mail.references });
  }
  return [...byId.values()];
}

function linkParents(mails: readonly Mail[]): Map<string, ParentLink> {
  const known = new Set(mails.map((mail) => mail.id));
  const links = new Map<string, ParentLink>();
  const roots = new Map<string, string>(); // union-find over the tree, to refuse a link that would close a loop
  for (const mail of mails) {
    const link = parentLink(mail, known);
    if (link === undefined) continue;
    if (known.has(link.id)) {
      if (findRoot(roots, link.id) === mail.id) continue;
      roots.set(mail.id, link.id);
    }
    links.set(mail.id, link);
  }
  linkBySubject(mails, links);
  return links;
}

/** In-Reply-To when it is present here, else the nearest present one of References, else the nearest named one. */
function parentLink(mail: Mail, known: ReadonlySet<string>): ParentLink | undefined {
  const direct = mail.inReplyTo.filter((id) => id !== mail.id);
  const chain = mail.references.filter((id) => id !== mail.id).toReversed();
  const present = direct.find((id) => known.has(id));
  if (present !== undefined) return { id: present, how: 'in-reply-to', guessed: false };
  const ancestor = chain.find((id) => known.has(id));
  if (ancestor !== undefined) return { id: ancestor, how: 'references', guessed: ancestor !== chain[0] };
  if (direct[0] !== undefined) return { id: direct[0], how: 'in-reply-to', guessed: false };
  return chain[0] === undefined ? undefined : { id: chain[0], how: 'references', guessed: false };
}

function findRoot(roots: Map<string, string>, id: string): string {
  let root = id;
  for (let up = roots.get(root); up !== undefined; up = roots.get(root)) root = up;
  for (let at = id; at !== root; ) {
    const up = roots.get(at) ?? root;
    roots.set(at, root);
    at = up;
  }
  return root;
}

/** A reply without any ids belongs to the first mail of the same title: the last resort, and marked as a guess. */
function linkBySubject(mails: readonly Mail[], links: Map<string, ParentLink>): void {
  const first = new Map<string, Mail>();
  for (const mail of mails) {
    if (!mail.subject.reply && !first.has(mail.subject.whole)) first.set(mail.subject.whole, mail);
  }
  for (const mail of mails) {
    const parent = first.get(mail.subject.whole);
    if (!mail.subject.reply || links.has(mail.id) || parent === undefined) continue;
    links.set(mail.id, { id: parent.id, how: 'subject', guessed: true });
  }
}
