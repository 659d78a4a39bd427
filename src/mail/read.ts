// Bytes -> Thread. Start here: the form, the mails, the tree, the blocks, the patches.

import type { Message, Patch, Thread } from '../types.ts';
import { readBody } from './blocks.ts';
import { readForm } from './form.ts';
import { readLines, readMail } from './mail.ts';
import { patchOf } from './patch.ts';
import type { SaidBy } from './quotes.ts';
import { nameSpeakers, remember } from './quotes.ts';
import { seriesOf } from './series.ts';
import type { Threaded } from './thread.ts';
import { threadMails } from './thread.ts';

/**
 * Reads a thread from the bytes of an mbox, a mail, an archive text page or a patch, plain or gzip-packed; the form is
 * told by content, `name` only names the input in messages. Spans are offsets into the (unpacked) bytes behind a byte
 * order mark. Throws InputError for an empty or binary input and for text that is no mail. Linear but for sorting.
 */
export async function readThread(bytes: Uint8Array, name: string): Promise<Thread> {
  const form = await readForm(bytes, name);
  const threaded = threadMails(form.mails.map((raw) => readMail(form, raw)));
  const messages: Message[] = [];
  const patches: Patch[] = [];
  const said: SaidBy = new Map();
  for (const entry of threaded) {
    const { mail } = entry;
    const { lines, lossy } = await readLines(form, mail);
    const body = readBody(lines, { author: mail.from.name || undefined, lossy: mail.collapsed });
    messages.push(message(entry, nameSpeakers(body.blocks, said), lossy));
    if (threaded.length > 1) remember(said, mail.from.name, lines);
    const patch = patchOf(mail, lines, body);
    if (patch !== undefined) patches.push(patch);
  }
  return {
    kind: form.kind,
    lossy: [...new Set(messages.flatMap((each) => each.lossy))].sort(),
    subject: threaded[0]?.mail.subject.whole ?? '',
    messages,
    speakers: speakersOf(messages),
    series: seriesOfThread(threaded, patches),
    patches,
  };
}

function message({ mail, parent }: Threaded, blocks: Message['blocks'], lossy: readonly string[]): Message {
  const { id, synthetic, rawDate, date } = mail;
  const from = { from: mail.from.name, address: mail.from.address };
  return {
    id,
    synthetic,
    virtual: false,
    subject: mail.subject.whole,
    ...from,
    rawDate,
    date,
    parent,
    blocks,
    lossy,
  };
}

function speakersOf(messages: readonly Message[]): Thread['speakers'] {
  const depths = new Map<string, Set<number>>();
  for (const { speaker, depth } of messages.flatMap((each) => each.blocks)) {
    if (speaker === undefined) continue;
    depths.set(speaker, (depths.get(speaker) ?? new Set()).add(depth));
  }
  return [...depths.keys()].sort().map((name) => ({ name, depths: [...depths.get(name)!].sort((a, b) => a - b) }));
}

function seriesOfThread(threaded: readonly Threaded[], patches: readonly Patch[]): Thread['series'] {
  const byId = new Map(threaded.map((entry) => [entry.mail.id, entry]));
  const roots = new Map<string, string>();
  for (const { mail, parent } of threaded) roots.set(mail.id, roots.get(parent?.id ?? '') ?? parent?.id ?? mail.id);
  const posted = patches.flatMap((patch) => {
    const mail = byId.get(patch.messageId)?.mail;
    return patch.kind === 'posted' && mail !== undefined ? [{ patch, mail, root: roots.get(mail.id) ?? mail.id }] : [];
  });
  const covers = threaded.map(({ mail }) => mail).filter((mail) => mail.subject.index === 0 && !mail.subject.reply);
  return seriesOf(posted, covers);
}
