import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../errors.ts';

interface PackageFile {
  readonly name?: string;
  readonly version?: string;
}

/**
 * Returns the folder of relore's package.json and the version in it, looking upwards from this module: two levels
 * from src/cli, one from dist, two from a chunk of dist. Throws when the package is not laid out as it was published.
 */
export function packageRoot(): { readonly folder: string; readonly version: string } {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < 4; level++) {
    const found = readPackage(folder);
    if (found?.name === 'relore') return { folder, version: found.version ?? '0.0.0' };
    folder = dirname(folder);
  }
  assert(false, 'expected package.json of relore above the program');
  return { folder, version: '0.0.0' };
}

/** Returns the folder of the rules that are shipped. */
export function shippedRules(): string {
  return join(packageRoot().folder, 'rules');
}

function readPackage(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
  } catch {
    return undefined;
  }
}
