// `relore site DIR`: the pages as files.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { pagesOf } from '../web/pages.ts';
import { EXIT } from './exit.ts';
import { openSite, type PagesOptions } from './pages.ts';

const MARK = 'relore-site.txt'; // says that the folder may be replaced

/**
 * Writes every page below `dir`, whole or not at all: a folder beside it takes its place when it is complete. Throws InputError for a
 * folder that holds other files, and for one that cannot be written.
 */
export async function siteCommand(dir: string, options: PagesOptions): Promise<void> {
  const target = resolve(dir);
  await checkTarget(target, dir);
  const started = Date.now();
  const beside = `${target}.${process.pid}.tmp`;
  try {
    // Before anything is read, and the last folder by itself: below /proc Node's recursive mkdir never ends.
    await mkdir(dirname(beside), { recursive: true });
    await mkdir(beside);
    const site = await openSite(options);
    const { pages, bytes } = await writePages(beside, pagesOf(site), site.version);
    await rm(target, { recursive: true, force: true });
    await rename(beside, target);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const size = (bytes / 1e6).toFixed(1);
    process.stdout.write(`${pages} pages, ${size} MB, ${seconds} s: ${join(dir, 'index.html')}\n`);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof InputError || code === undefined) throw error;
    throw new InputError({ place: { file: dir }, expected: 'a folder that can be written', found: code });
  }
  process.exitCode = EXIT.nothing;
}

async function checkTarget(target: string, dir: string): Promise<void> {
  const names = existsSync(target) ? await readdir(target).catch(() => undefined) : [];
  const found = names === undefined ? 'something else' : 'other files in it';
  if (names !== undefined && (names.length === 0 || names.includes(MARK))) return;
  throw new InputError({ place: { file: dir }, expected: 'a new folder, or one that relore site wrote', found });
}

async function writePages(
  folder: string,
  pages: ReturnType<typeof pagesOf>,
  version: string,
): Promise<{ readonly pages: number; readonly bytes: number }> {
  let count = 0;
  let bytes = 0;
  await writeFile(join(folder, MARK), `Written by relore ${version}; the next run replaces this folder.\n`);
  for (const [path, make] of pages) {
    const text = make();
    if (text === undefined) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    count++;
    bytes += Buffer.byteLength(text);
  }
  return { pages: count, bytes };
}
