// Where results go: standard output or a file, whole or not at all.

import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { readMasks } from './lore.ts';
import { page, showsLinks, withLinks } from './pager.ts';

export type ColorWish = 'auto' | 'always' | 'never';

/** How text for a person is shown on a terminal. */
export interface Showing {
  readonly pager: boolean; // false: --no-pager
  readonly ids?: readonly string[]; // Message-IDs that are on a server
}

/**
 * Writes text for a person: like emit, but on a terminal its Message-IDs are links, and what is longer than the terminal goes
 * through a pager. Throws what emit throws.
 */
export async function present(text: string, file: string | undefined, { pager, ids = [] }: Showing): Promise<void> {
  if (file !== undefined || !process.stdout.isTTY) return emit(text, file);
  const links = showsLinks(process.stdout, process.env) && ids.length > 0;
  const shown = links ? withLinks(text, new Set(ids), readMasks(process.cwd()).link) : text;
  if (!pager || !page(shown, process.stdout, process.env)) process.stdout.write(shown);
}

/**
 * Writes `text` to standard output, or to `file` by way of a temporary file beside it that is renamed when it is
 * complete: a full disk leaves the old file as it was. A link is followed; a device or pipe is written directly.
 * Throws InputError when the file cannot be written.
 */
export async function emit(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    await writeWhole(text, await realpath(file).catch(() => file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'an error';
    throw new InputError({ place: { file }, expected: 'a file that can be written', found: code });
  }
}

async function writeWhole(text: string, file: string): Promise<void> {
  const entry = await stat(file).catch(() => undefined);
  if (entry !== undefined && !entry.isFile()) return writeFile(file, text);
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(beside, text, { flag: 'wx' });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Returns whether to colour: the option first, then FORCE_COLOR, then NO_COLOR, then whether a terminal is there. */
export function wantsColor(wish: ColorWish, toFile: boolean): boolean {
  if (wish !== 'auto') return wish === 'always';
  if (toFile) return false;
  const { FORCE_COLOR = '', NO_COLOR = '', TERM } = process.env;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return NO_COLOR === '' && process.stdout.isTTY && TERM !== 'dumb';
}

/** Returns the columns to print in: those of the terminal, 100 when there is none. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : 100;
}
