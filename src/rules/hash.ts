// One number for all that relore knows: a review says which rules it was made with.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Returns the sha256, in hex, over the files under `dir` in the order of their paths: path, size in bytes, bytes.
 * The same on every machine: paths have / and are sorted by code unit. Hidden files do not count, nor does history/, which
 * no verdict depends on and which is computed from the rest.
 */
export function rulesHash(dir: string): string {
  const hash = createHash('sha256');
  for (const path of filesUnder(dir)) {
    const bytes = readFileSync(join(dir, path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('history/'))
    .sort();
}
