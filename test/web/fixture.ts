// The shipped knowledge as a site. The history is taken as it lies there, also while rules are being worked on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatherSite } from '../../src/site.ts';
import type { History } from '../../src/types.ts';
import type { Site } from '../../src/web/site.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Reads the rules, the computed history, and reviews the retold threads. */
export function shippedSite(): Promise<Site> {
  const rulesDir = join(ROOT, 'rules');
  const history = JSON.parse(readFileSync(join(rulesDir, 'history/computed.json'), 'utf8')) as History;
  return gatherSite({ rulesDir, threadsDir: join(ROOT, 'threads'), version: '0.0.0', history });
}

/** Every tag of a page with its attributes; the content of style and script is left out. */
export function tagsOf(page: string): { readonly name: string; readonly attributes: ReadonlyMap<string, string> }[] {
  const bare = page.replaceAll(/<(style|script)\b([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2></$1>');
  return [...bare.matchAll(/<([a-zA-Z][^\s/>]*)((?:[^>"]|"[^"]*")*)>/g)].map(([, name = '', rest = '']) => ({
    name: name.toLowerCase(),
    attributes: new Map(
      [...rest.matchAll(/([^\s=/"]+)(?:="([^"]*)")?/g)].map(([, key = '', value = '']) => [
        key.toLowerCase(),
        unescaped(value),
      ]),
    ),
  }));
}

/** Text of HTML without its references. */
export function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#10;', '\n')
    .replaceAll('&nbsp;', '\u00a0')
    .replaceAll('&amp;', '&');
}
