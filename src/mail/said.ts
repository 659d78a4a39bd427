// Which mail has a line as its own text: how quotes are led back to the mail they were taken from.

import type { Block } from '../types.ts';

const TELLING = 16; // characters; shorter lines are said by everyone
const LONGEST = 300; // characters

/** Telling lines of a text, folded: the ones that name the mail they come from. */
export function tellingLines(blocks: readonly Block[]): string[] {
  const lines: string[] = [];
  for (const block of blocks) {
    if (block.kind === 'attribution' || block.kind === 'signature') continue;
    for (const raw of block.text.split('\n')) {
      const line = raw.replace(/\s+/g, ' ').trim();
      if (line.length >= TELLING && line.length <= LONGEST) lines.push(line);
    }
  }
  return lines;
}

/** Lines by the mail that says them unquoted; '' for a line that several mails say. */
export interface SaidIn {
  readonly owner: Map<string, string>;
}

/** Adds the unquoted telling lines of a mail. */
export function noteSaid(said: SaidIn, id: string, blocks: readonly Block[]): void {
  for (const line of tellingLines(blocks.filter((block) => block.depth === 0))) {
    const known = said.owner.get(line);
    said.owner.set(line, known === undefined || known === id ? id : '');
  }
}

/** Returns the mails that say some of `lines`, the best first, and how many of them. Linear in the lines. */
export function saidWhere(
  said: SaidIn,
  lines: readonly string[],
): readonly { readonly id: string; readonly count: number }[] {
  const votes = new Map<string, number>();
  for (const line of lines) {
    const id = said.owner.get(line) ?? '';
    if (id !== '') votes.set(id, (votes.get(id) ?? 0) + 1);
  }
  return [...votes].map(([id, count]) => ({ id, count })).sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}

/** Whether two names are one person's: `Reader, Bo` is `Reader Bo`. Unknown is no one. */
export function isSamePerson(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || personKey(a) === personKey(b);
}

/** A name in a form that is equal for the ways one person writes it. */
export function personKey(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/\([^()]*\)/g, ' ')
    .match(/[\p{L}\d]+/gu);
  return (words ?? []).sort().join(' ');
}

/**
 * Whether two addresses can be one. Archives print `aquini@xxxxxxxxxx` for `aquini@redhat.com`: the local part stays and
 * the length of the run is the length of the domain.
 */
export function isSameAddress(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [left, right] = [a.toLowerCase().split('@'), b.toLowerCase().split('@')];
  if (left[0] !== right[0]) return false;
  const hidden = (domain: string | undefined) => /^x{3,}$/.test(domain ?? '');
  const lengths = left[1]?.length === right[1]?.length;
  return left[1] === right[1] || ((hidden(left[1]) || hidden(right[1])) && lengths);
}
