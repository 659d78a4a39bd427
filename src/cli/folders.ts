// What may be mail in a folder and in the folders below it.
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { epochsOf } from './inbox.ts';

/** A file that may be mail, or a public-inbox. */
export type FolderPart =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inbox'; readonly path: string; readonly epochs: readonly string[] };

/**
 * Returns the files and public-inboxes in `folder` and below, in the order of their names; of a maildir those in new/ and cur/ (tmp/ holds
 * what is not delivered yet) and in its folders, whose names begin with a dot. Other hidden names, git repositories that hold no mail,
 * and folders that links lead to a second time are passed over.
 */
export async function* partsBelow(folder: string): AsyncGenerator<FolderPart> {
  const seen = new Set<string>();
  const left = [folder]; // the next one last
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined || entry.isFile()) yield { kind: 'file', path };
    if (entry?.isDirectory() !== true) continue;
    const real = await realpath(path);
    if (seen.has(real)) continue;
    seen.add(real);
    const epochs = await epochsOf(path);
    if (epochs !== undefined) yield { kind: 'inbox', path, epochs };
    else if (path === folder || !(await isRepository(path))) left.push(...(await entriesOf(path)).reverse());
  }
}

/** Whether a folder is a git repository, with a checkout or without, that holds no mail. */
export async function isRepository(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  const isGit = names.includes('.git') || (names.includes('HEAD') && names.includes('objects'));
  return isGit && (await epochsOf(folder)) === undefined;
}

/** What is to be looked at in a folder, in the order of the names. */
async function entriesOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  if (!names.includes('cur') || !names.includes('new'))
    return names.filter((name) => !name.startsWith('.')).map((name) => join(folder, name));
  const paths = ['cur', 'new'].map((box) => join(folder, box));
  for (const name of names) {
    const isFolder =
      name.startsWith('.') && (await stat(join(folder, name, 'cur')).catch(() => undefined)) !== undefined;
    if (isFolder) paths.push(join(folder, name));
  }
  return paths;
}
