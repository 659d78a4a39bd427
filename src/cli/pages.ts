// What `serve` and `site` share: the shipped knowledge as a site.

import { join } from 'node:path';
import { readHistory } from '../history/file.ts';
import { gatherSite } from '../site.ts';
import type { Site } from '../web/site.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { checkFolder } from './source.ts';

/** Options of a command that makes pages. */
export interface PagesOptions {
  readonly rules?: string;
}

/** Reads the shipped knowledge; what is left is left out when `isStopped` says that nobody waits any more. Throws InputError for rules that do not read, or whose history was not computed. */
export async function openSite({ rules }: PagesOptions, isStopped?: () => boolean): Promise<Site> {
  const rulesDir = rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const { folder, version } = packageRoot();
  const shipped = { rulesDir, threadsDir: join(folder, 'threads'), version, history: readHistory(rulesDir) };
  return gatherSite(isStopped === undefined ? shipped : { ...shipped, isStopped });
}
