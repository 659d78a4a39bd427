// The whole site of the shipped knowledge: every page is made, small, whole, and its links lead somewhere.
import { beforeAll, describe, expect, it } from 'vitest';
import { pagesOf } from '../../src/web/pages.ts';
import type { Site } from '../../src/web/site.ts';
import { shippedSite, tagsOf } from './fixture.ts';

const MOST_BYTES = 300_000;

describe('the site of the shipped knowledge', () => {
  const pages = new Map<string, string>();
  let site: Site;

  beforeAll(async () => {
    site = await shippedSite();
    for (const [path, make] of pagesOf(site)) {
      const page = make();
      if (page !== undefined) pages.set(path, page);
    }
  }, 300_000);

  it('has a page for each race, each scenario under SC and TSO, each function, argument, thread and review', () => {
    const scenarios = site.rules.flatMap(({ name, scenarios: all }) => all.map((one) => `${name}/${one.name}`));
    for (const one of scenarios)
      for (const model of ['sc', 'tso']) expect([...pages.keys()]).toContain(`walk/${one}-${model}.html`);
    for (const { name } of site.rules) expect([...pages.keys()]).toContain(`race/${name}.html`);
    for (const { id } of site.history.genealogies) expect([...pages.keys()]).toContain(`argument/${id}.html`);
    for (const { id } of site.reviews)
      expect(pages.has(`thread/${id}.html`) && pages.has(`review/${id}.html`)).toBe(true);
    expect(site.reviews.length).toBeGreaterThan(0);
  });

  it('has pages of at most 300 kB', () => {
    const large = [...pages].filter(([, page]) => Buffer.byteLength(page) > MOST_BYTES).map(([path]) => path);
    expect(large).toEqual([]);
  });

  it('has only links that lead to a page of it, and to a place on that page', () => {
    const ids = new Map<string, Set<string>>();
    for (const [path, page] of pages)
      ids.set(path, new Set(tagsOf(page).flatMap(({ attributes }) => attributes.get('id') ?? [])));
    const broken: string[] = [];
    for (const [path, page] of pages) {
      for (const { name, attributes } of tagsOf(page)) {
        const href = attributes.get('href');
        if (name !== 'a' || href === undefined) continue;
        const url = new URL(href, `http://site/${path.split('/').map(encodeURIComponent).join('/')}`);
        const target = decodeURIComponent(url.pathname.slice(1));
        const anchor = decodeURIComponent(url.hash.slice(1));
        if (!pages.has(target)) broken.push(`${path}: ${href}`);
        else if (anchor !== '' && ids.get(target)?.has(anchor) !== true) broken.push(`${path}: ${href}`);
      }
    }
    expect([...new Set(broken)]).toEqual([]);
  });

  it('closes what it opens, names nothing twice, and has no style or handler in a tag', () => {
    const VOID = new Set(['meta', 'input', 'br', 'line', 'rect']);
    for (const [path, page] of pages) {
      const bare = page.replaceAll(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '');
      const open: string[] = [];
      for (const [, slash, name = ''] of bare.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>/g)) {
        if (slash === '/') expect(open.pop(), `${path} </${name}>`).toBe(name);
        else if (!VOID.has(name)) open.push(name);
      }
      expect(open, path).toEqual([]);
      const tags = tagsOf(page);
      const ids = tags.flatMap(({ attributes }) => attributes.get('id') ?? []);
      expect(ids.length - new Set(ids).size, path).toBe(0);
      for (const { attributes } of tags)
        for (const key of attributes.keys()) expect(key, path).not.toMatch(/^on|^style$|^src$|^srcset$/);
    }
  });

  it('is the same bytes when it is made again', async () => {
    const again = pagesOf(await shippedSite());
    for (const path of ['index.html', 'walk/stranded-unevictable/S1-sc.html', 'review/mlock-large-folio.html'])
      expect(again.get(path)?.(), path).toBe(pages.get(path));
  }, 60_000);

  it('shows that the stranding holds to v5.17 and is violated from v5.18, and why a revert alone does not help', () => {
    const page = pages.get('race/stranded-unevictable.html') ?? '';
    expect(page).toContain('violated v5.18 to ');
    expect(page).toMatch(/holds v[\d.]+ to v5\.17/);
    const walk = pages.get('walk/stranded-unevictable/S1-sc.html') ?? '';
    const label = (code: string) =>
      new RegExp(`>${code.replaceAll(/[.+]/g, '\\$&')} <b class="(\\w+)">`).exec(walk)?.[1];
    expect([
      label('v5.17'),
      label('v5.18'),
      label('v6.12 + revert 2262ace60713/1'),
      label('v6.12 + fix-1'),
      label('v6.12 + old-order + fix-1'),
    ]).toEqual(['holds', 'violated', 'violated', 'violated', 'holds']);
  });
});
