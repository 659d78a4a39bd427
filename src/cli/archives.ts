// Everything a batch reads as one archive, so that threads and series come together across files.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { readForm } from '../mail/form.ts';
import { isMbox } from '../mail/mbox.ts';
import { unpackStream } from '../mail/unpack.ts';
import type { OpenArchive } from './archive.ts';
import { openArchive, spooled } from './archive.ts';
import { isRepository, partsBelow } from './folders.ts';
import { inboxMbox, mboxEntry, readStream, unreadable } from './source.ts';

const HEAD = 65_536; // bytes that tell an mbox

/** A file below a folder that is not read, or not to its end, and what it is instead of mail. */
export interface Refused {
  readonly file: string;
  readonly found: string;
  readonly isCut: boolean; // mail stood before what cannot be read
}

/** Archives that are open as one. */
export interface OpenArchives extends OpenArchive {
  readonly refused: readonly Refused[];
}

/**
 * Opens mbox files, packed or not, public-inbox folders, maildirs and folders of any of these, at any depth, as one archive. One plain mbox is
 * read where it is; all else by way of a temporary file, of the size of the mails. What is no mail below a folder is refused and listed.
 * Throws InputError for a name that is missing, empty or no mail.
 */
export async function openArchives(names: readonly string[]): Promise<OpenArchives> {
  const [name = '', ...rest] = names;
  if (rest.length === 0) {
    const one = await openArchive([name], { plain: 1, packed: 1 });
    if (one !== undefined) return { ...one, refused: [] };
  }
  const refused: Refused[] = [];
  const archive = await spooled(names.join(', '), mailsOf(names, refused), 0);
  if (archive !== undefined) return { ...archive, refused };
  throw new InputError({
    place: { file: names.join(', ') },
    expected: 'an mbox, a public-inbox or mails',
    found: 'none',
  });
}

async function* mailsOf(names: readonly string[], refused: Refused[]): AsyncGenerator<Uint8Array> {
  for (const name of names) {
    const entry = await stat(name).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(name, error);
    });
    if (entry.isDirectory()) yield* folderMails(name, refused);
    else if (entry.size === 0)
      throw new InputError({ place: { file: name }, expected: 'an archive of mail', found: 'an empty file' });
    else yield* fileMails(name);
  }
}

/** An mbox as it is, closed by a blank line; another file as one mail. */
async function* fileMails(name: string): AsyncGenerator<Uint8Array> {
  const chunks = unpackStream(createReadStream(name), name);
  const { value: first, done } = await chunks.next();
  if (done === true) throw new InputError({ place: { file: name }, expected: 'a mail', found: 'an empty file' });
  if (!isMbox(Buffer.from(first.subarray(0, HEAD)))) {
    const bytes = await readStream(followedBy(first, chunks), name);
    await readForm(bytes, name); // refuses what is no mail
    yield mboxEntry(bytes);
    return;
  }
  yield* followedBy(first, chunks);
  yield Buffer.from('\n\n');
}

async function* followedBy(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* folderMails(folder: string, refused: Refused[]): AsyncGenerator<Uint8Array> {
  if (await isRepository(folder))
    throw new InputError({
      place: { file: folder },
      expected: 'a public-inbox (v2), a maildir or a folder of mails',
      found: 'a git repository that holds no mail',
    });
  let count = 0;
  for await (const part of partsBelow(folder)) {
    let some = false;
    try {
      for await (const chunk of part.kind === 'inbox' ? inboxMbox(part.epochs) : fileMails(part.path)) {
        some = true;
        yield chunk;
      }
    } catch (error) {
      refused.push({ file: part.path, found: foundIn(error), isCut: some });
      yield Buffer.from('\n\n'); // what follows is no part of a mail that is cut
    }
    if (some) count++;
  }
  if (count > 0) return;
  const found = refused.length === 0 ? 'none' : `${refused.length} files that are none`;
  throw new InputError({ place: { file: folder }, expected: 'mail in it', found });
}

/** What stood there instead. Errors of the system are told by their code; what else is thrown ends the run. */
function foundIn(error: unknown): string {
  if (error instanceof InputError) return error.found;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return unreadable('', error as NodeJS.ErrnoException).found;
}
