// Whom a mail was sent to: asked only by the policy of drafts, no verdict depends on it.
import { readForm } from './form.ts';
import { decodeWords } from './header.ts';
import { innerMails, readMail } from './mail.ts';

const MOST_FIELD = 65_536; // characters of To and Cc that are looked at
const MOST_ADDRESSES = 500;

/**
 * Returns the addresses of To and Cc of each mail of a thread, by Message-ID, in lower case, in order, each once. A form that keeps none
 * (an archive page) has an empty list. Throws InputError as readThread does. Linear.
 */
export async function readRecipients(bytes: Uint8Array, name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const form = await readForm(bytes, name);
  const mails = form.mails.map((raw) => readMail(form, raw));
  return new Map(
    mails
      .flatMap((mail) => [mail, ...innerMails(form, mail)])
      .map(({ id, raw }) => [id, addressesOf(form.source.toString('utf8', raw.start, raw.body))]),
  );
}

/** Addresses of the To and Cc fields of a header block; display names, comments and groups are passed over. */
function addressesOf(header: string): string[] {
  const found = new Set<string>();
  const unfolded = header.slice(0, 4 * MOST_FIELD).replace(/\r?\n[ \t]+/g, ' ');
  for (const [, value = ''] of unfolded.matchAll(/^(?:to|cc)[ \t]*:(.*)$/gim)) {
    const bare = decodeWords(value.slice(0, MOST_FIELD)).replace(/"(?:[^"\\]|\\.)*"/g, '');
    for (const [address] of bare.matchAll(/[^\s()<>",;:@]+@[^\s()<>",;:@]+/g)) {
      if (found.size < MOST_ADDRESSES) found.add(address.toLowerCase());
    }
  }
  return [...found];
}
