// Everything a batch reads as one archive, so that threads and series come together across files.
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { readForm } from '../mail/form.ts';
import { isMbox } from '../mail/mbox.ts';
import { unpackStream } from '../mail/unpack.ts';
import type { OpenArchive } from './archive.ts';
import { openArchive, spooled } from './archive.ts';
import { epochsOf } from './inbox.ts';
import { inboxMbox, mboxEntry, readStream, unreadable } from './source.ts';

const HEAD = 65_536; // bytes that tell an mbox

/**
 * Opens mbox files, packed or not, public-inbox folders, maildirs and folders of mails as one archive. One plain mbox is read where it is;
 * all else by way of a temporary file, of the size of the mails. Throws InputError for what is missing, empty or no mail.
 */
export async function openArchives(names: readonly string[]): Promise<OpenArchive> {
  const [name = '', ...rest] = names;
  if (rest.length === 0) {
    const one = await openArchive([name], { plain: 1, packed: 1 });
    if (one !== undefined) return one;
  }
  const archive = await spooled(names.join(', '), mailsOf(names), 0);
  if (archive !== undefined) return archive;
  throw new InputError({
    place: { file: names.join(', ') },
    expected: 'an mbox, a public-inbox or mails',
    found: 'none',
  });
}

async function* mailsOf(names: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const name of names) {
    const entry = await stat(name).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(name, error);
    });
    if (entry.isDirectory()) yield* folderMails(name);
    else if (entry.size === 0)
      throw new InputError({ place: { file: name }, expected: 'an archive of mail', found: 'an empty file' });
    else yield* fileMails(name);
  }
}

/** An mbox as it is, closed by a blank line; another file as one mail. */
async function* fileMails(name: string): AsyncGenerator<Uint8Array> {
  const chunks = unpackStream(createReadStream(name), name);
  const { value: first, done } = await chunks.next();
  if (done === true) return;
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

async function* folderMails(folder: string): AsyncGenerator<Uint8Array> {
  const epochs = await epochsOf(folder);
  if (epochs !== undefined) {
    yield* inboxMbox(epochs);
    return;
  }
  const entries = await readdir(folder);
  const isRepository =
    ['objects', 'HEAD', '.git'].filter((name) => entries.includes(name)).length > 1 || entries.includes('.git');
  if (isRepository)
    throw new InputError({
      place: { file: folder },
      expected: 'a public-inbox (v2), a maildir or a folder of mails',
      found: 'a git repository that holds no mail',
    });
  const boxes = ['new', 'cur'].filter((box) => entries.includes(box));
  const files = (boxes.length === 0 ? [''] : boxes).map(async (box) =>
    (await readdir(join(folder, box))).sort().map((name) => join(folder, box, name)),
  );
  let count = 0;
  for (const path of (await Promise.all(files)).flat()) {
    const isFile = (await stat(path)).isFile() && !path.split('/').at(-1)?.startsWith('.');
    if (!isFile) continue;
    count++;
    yield* fileMails(path);
  }
  if (count === 0) throw new InputError({ place: { file: folder }, expected: 'mail in it', found: 'none' });
}
