// Bytes -> Thread. Start here: the form, the mails, the tree, the blocks, the patches.

import type { Message, Thread } from '../types.ts';
import { readBody } from './blocks.ts';
import type { Part } from './finish.ts';
import { finishThread } from './finish.ts';
import type { Form } from './form.ts';
import { readForm } from './form.ts';
import type { Mail } from './mail.ts';
import { innerMails, readLines, readMail } from './mail.ts';
import { patchOf } from './patch.ts';
import type { Threaded } from './thread.ts';
import { threadMails } from './thread.ts';

/**
 * Reads a thread from the bytes of an mbox, a mail, an archive text page or a patch, plain or gzip-packed; the form is
 * told by content, `name` only names the input in messages. Spans are offsets into the (unpacked) bytes behind a byte
 * order mark. Throws InputError for an empty or binary input and for text that is no mail. Linear but for sorting.
 */
export async function readThread(bytes: Uint8Array, name: string): Promise<Thread> {
  const form = await readForm(bytes, name);
  const threaded = threadMails(form.mails.flatMap((raw) => withInner(form, readMail(form, raw))));
  const parts: Part[] = [];
  for (const entry of threaded) {
    const { mail } = entry;
    const { lines, lossy } = await readLines(form, mail);
    const body = readBody(lines, { author: mail.from.name || undefined, lossy: mail.collapsed });
    const { blocks, turns, quoted } = body;
    parts.push({
      threaded: entry,
      message: message(entry, blocks, lossy),
      turns,
      quoted,
      patch: patchOf(mail, lines, body),
    });
  }
  return finishThread(form.kind, parts);
}

function withInner(form: Form, mail: Mail): Mail[] {
  return [mail, ...innerMails(form, mail)];
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
