// Trailers, tied to the diff they stand in or were given for.

import type { Message, Patch, Posting, Series, Trailer } from '../types.ts';
import { parseMailbox } from './header.ts';
import { isSameAddress, personKey } from './said.ts';

/** What trailers are tied to. */
export interface Targets {
  readonly patches: readonly Patch[];
  readonly series: readonly Series[];
  readonly postings: readonly Posting[];
}

interface Target {
  readonly patch: string | undefined;
  readonly series: number | undefined;
}

const LINE = /^([A-Z][A-Za-z]*(?:-[A-Za-z]+)*)\s*:\s*(\S.*)$/;
const GIVEN = /(?:-by|^Fixes|^Closes|^Link)$/i; // what a reply can give to a patch
const NO_TRAILER = /^(?:From|To|CC|base-commit|change-id|prerequisite-.*|References|Message-Id)$/i;
const NOWHERE: Target = { patch: undefined, series: undefined };

/**
 * Returns the trailers of all mails that were read. In a mail with a diff they belong to that diff. In a reply they
 * belong to the nearest patch above it, or by way of a cover letter to its series; a Signed-off-by next to loose changes
 * of the replier belongs to those changes, and one sent to a cover letter to nothing. Quoted trailers are no one's again.
 */
export function threadTrailers(messages: readonly Message[], targets: Targets): Trailer[] {
  const patchOf = new Map(targets.patches.map((patch) => [patch.messageId, patch.id]));
  const coverOf = new Map(
    targets.postings.flatMap(({ cover }, index) => (cover === undefined ? [] : [[cover, index] as const])),
  );
  const above = new Map<string, Target>();
  const found: Trailer[] = [];
  for (const message of messages) {
    const own = patchOf.get(message.id);
    const cover = coverOf.get(message.id);
    const inherited = above.get(message.parent?.id ?? '') ?? NOWHERE;
    const target =
      own !== undefined
        ? { patch: own, series: undefined }
        : cover !== undefined
          ? { patch: undefined, series: cover }
          : inherited;
    above.set(message.id, target);
    if (message.virtual || message.origin === 'bot') continue;
    found.push(...trailersOf(message, target, own !== undefined || cover !== undefined));
  }
  return found;
}

function trailersOf(message: Message, target: Target, own: boolean): Trailer[] {
  const blocks = message.blocks.filter((block) => block.depth === 0);
  const firstDiff = blocks.findIndex((block) => block.kind === 'diff');
  const changes = blocks.some((block) => ['diff', 'hunk-fragment', 'code'].includes(block.kind));
  const found: Trailer[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.kind !== 'trailer' || (own && firstDiff >= 0 && index > firstDiff && isBelowRuler(blocks, index)))
      continue;
    for (const [name, value] of unfolded(block.text)) {
      if (NO_TRAILER.test(name) || (!own && !GIVEN.test(name))) continue;
      const signs = /^signed-off-by$/i.test(name);
      const away = signs && !own && (changes || target.series !== undefined);
      const { patch, series } = away ? NOWHERE : target;
      const mismatch = !own && /-by$/i.test(name) && !signs && !isSender(value, message);
      const tied = { messageId: message.id, speaker: block.speaker, to: patch, own };
      found.push({
        name,
        value,
        ...tied,
        ...(series === undefined ? {} : { series }),
        ...(mismatch ? { mismatch: true } : {}),
      });
    }
  }
  return found;
}

/** The text between `---` and the first hunk is no part of the message that git keeps; below the hunks nothing is. */
function isBelowRuler(blocks: readonly Message['blocks'][number][], at: number): boolean {
  return blocks.slice(0, at).some((block) => block.kind === 'diff' && /^(?:--- ?$|diff -|--- |@@ -)/m.test(block.text));
}

/** Name and value of each trailer; a line that is none and begins with a blank goes on with the one above. */
function unfolded(text: string): (readonly [string, string])[] {
  const found: [string, string][] = [];
  for (const line of text.split('\n')) {
    const trailer = LINE.exec(line);
    if (trailer !== null) found.push([trailer[1] ?? '', (trailer[2] ?? '').replace(/<mailto:[^<>]*>/g, '').trim()]);
    else if (/^\s+\S/.test(line) && found.length > 0) found.at(-1)![1] += ` ${line.trim()}`;
  }
  return found;
}

/** By address, as far as an archive left it, or by name. */
function isSender(value: string, message: Message): boolean {
  const { name, address } = parseMailbox(value);
  if (isSameAddress(address, message.address)) return true;
  return personKey(name) === personKey(message.from);
}
