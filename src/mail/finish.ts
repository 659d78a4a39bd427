// Mails read one by one -> a thread: quotes led home, virtual messages, ghosts, series, trailers, anchors.

import type { Message, Patch, SourceKind, Thread } from '../types.ts';
import { anchorQuotes } from './anchor.ts';
import { originOf } from './bot.ts';
import { inThreadOrder } from './order.ts';
import type { QuotedDiff } from './quoted.ts';
import { relatePatches } from './relate.ts';
import { seriesOfThread } from './series.ts';
import type { Threaded } from './thread.ts';
import { threadTrailers } from './trailers.ts';
import type { Turn } from './turns.ts';
import type { Resolved } from './virtual.ts';
import { resolveQuotes } from './virtual.ts';

/** What was read of one mail. */
export interface Part {
  readonly threaded: Threaded;
  readonly message: Message;
  readonly turns: readonly Turn[];
  readonly quoted: readonly QuotedDiff[];
  readonly patch: Patch | undefined;
}

/** Returns the thread of mails that were read one by one, parents first. Linear but for sorting. */
export function finishThread(kind: SourceKind, parts: readonly Part[]): Thread {
  const resolved = resolveQuotes(
    parts.map(({ threaded: { mail }, message, turns }) => ({
      message,
      turns,
      chain: [...new Set([...mail.references, ...mail.inReplyTo.slice(0, 1)])],
    })),
  );
  const known = [...resolved.virtual.filter(({ from }) => from !== 'unknown'), ...parts.map(({ message }) => message)];
  const authors = new Map(known.map(({ id, from }) => [id, from]));
  const all = [...resolved.virtual, ...parts.map((part) => named(part, authors, resolved))];
  const messages = inThreadOrder(all, resolved.links).map((each) => ({ ...each, parent: resolved.links.get(each.id) }));
  const patches = relatePatches(parts.flatMap(({ patch }) => (patch === undefined ? [] : [patch])));
  const { series, postings } = seriesOfThread(
    parts.map((part) => part.threaded),
    patches,
  );
  return {
    kind,
    lossy: [...new Set(parts.flatMap((part) => part.message.lossy))].sort(),
    subject: parts[0]?.threaded.mail.subject.whole ?? '',
    messages,
    speakers: speakersOf(messages),
    series,
    patches,
    postings,
    ghosts: ghostsOf(parts, messages),
    trailers: threadTrailers(messages, { patches, series, postings }),
    quoted: anchorQuotes(parts, { patches, resolved }),
  };
}

/** A turn that was led home is spoken by the author of that mail, when the quote names no one. */
function named(
  { message, turns, threaded: { mail } }: Part,
  authors: ReadonlyMap<string, string>,
  { nodeOf, certain }: Resolved,
): Message {
  const origin = originOf(mail.from, mail.headers);
  const blocks = message.blocks.map((block, index) => {
    const turn = turns[index]!;
    const speaker = block.speaker ?? (certain.has(turn) ? authors.get(nodeOf.get(turn) ?? '') : undefined);
    return speaker === undefined || speaker === block.speaker ? block : { ...block, speaker };
  });
  return { ...message, blocks, ...(origin === undefined ? {} : { origin }) };
}

function ghostsOf(parts: readonly Part[], messages: readonly Message[]): string[] {
  const known = new Set(messages.map((message) => message.id));
  const ids = parts.flatMap(({ threaded: { mail } }) => [...mail.inReplyTo, ...mail.references]);
  return [...new Set(ids.filter((id) => !known.has(id)))].sort();
}

function speakersOf(messages: readonly Message[]): Thread['speakers'] {
  const depths = new Map<string, Set<number>>();
  for (const message of messages) {
    if (message.virtual) continue;
    for (const { speaker, depth } of message.blocks) {
      if (speaker === undefined) continue;
      depths.set(speaker, (depths.get(speaker) ?? new Set()).add(depth));
    }
  }
  return [...depths.keys()].sort().map((name) => ({ name, depths: [...depths.get(name)!].sort((a, b) => a - b) }));
}
