// Text of strangers in every place that a page shows: names, subjects, quotes, rules, words of the history, and queries.
import { beforeAll, describe, expect, it } from 'vitest';
import { reportBody } from '../../src/report/html.ts';
import type { History, Review, Rule, Thread } from '../../src/types.ts';
import { pagesOf } from '../../src/web/pages.ts';
import { found, itemsOf, readQuery } from '../../src/web/search.ts';
import { searchPage } from '../../src/web/search-page.ts';
import type { Site } from '../../src/web/site.ts';
import { shippedSite, tagsOf } from './fixture.ts';

const PAYLOADS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</script><script>alert(1)</script>',
  '</style><svg onload=alert(1)>',
  'javascript:alert(1)',
  '<!--',
  ']]><a href="javascript:alert(1)">x</a>',
  '&#60;script&#62;',
  '\u2028</title><base href="//evil.example/">',
  '\ud800<iframe srcdoc="x">',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant as text
  '`${alert(1)}`',
];

// What keeps a page together is kept: kinds, verdicts, and the names that link its parts.
const KEPT = new Set([
  'kind',
  'verdict',
  'model',
  'models',
  'status',
  'hedge',
  'how',
  'level',
  'change',
  'schema',
  'op',
]);

/** A copy in which every string has a payload behind it, another one each time; names stay names of the same things. */
function spoiled<T>(value: T, key = ''): T {
  if (typeof value === 'string') return (KEPT.has(key) ? value : `${value}${payloadOf(value)}`) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => spoiled(one, key)) as T;
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoiled(one as unknown, name)])) as T;
}

function payloadOf(text: string): string {
  const sum = [...text].reduce((hash, one) => (hash * 31 + (one.codePointAt(0) ?? 0)) % 9973, 7);
  return PAYLOADS[sum % PAYLOADS.length] ?? '';
}

const TAGS = new Set(
  'html head meta title style body a header nav main h1 h2 h3 h4 p ul ol li dl dt dd div span small b code pre table caption thead tbody tr th td section article fieldset legend input label form button select option svg rect line figure figcaption blockquote footer details summary script mark br'.split(
    ' ',
  ),
);
const KEYS =
  /^(?:lang|charset|http-equiv|content|name|id|class|href|for|type|checked|value|role|tabindex|scope|method|action|size|placeholder|selected|hidden|viewbox|preserveaspectratio|x|x1|x2|y|y1|y2|width|height|aria-[a-z]+|data-[a-z]+)$/;

/** What a page has that no page of ours has. */
function strange(page: string): string[] {
  const wrong: string[] = [];
  for (const { name, attributes } of tagsOf(page)) {
    if (!TAGS.has(name)) wrong.push(`<${name}>`);
    for (const [key, value] of attributes) {
      if (!KEYS.test(key)) wrong.push(`${name} ${key}`);
      if ((key === 'href' || key === 'action') && !/^(?:#|(?:\.\.\/)*[\w@%+.,/-]+\.html)/.test(value))
        wrong.push(`${name} ${key}=${value}`);
    }
  }
  const scripts = [...page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)].map(([, rest, text = '']) =>
    rest === '' ? (/alert\(1\)/.test(text) ? 'script with a payload' : '') : text.includes('<') ? 'data with <' : '',
  );
  return [...new Set([...wrong, ...scripts.filter((one) => one !== '')])];
}

describe('text of strangers', () => {
  let site: Site;

  beforeAll(async () => {
    const shipped = await shippedSite();
    const rules = shipped.rules.filter(({ name }) => name === 'memcg-id') as readonly Rule[];
    const history = { ...shipped.history } as History;
    const [one] = shipped.reviews;
    const own = history.races.filter(({ rule }) => rule === 'memcg-id');
    const small: History = {
      ...history,
      races: own,
      traces: Object.fromEntries(Object.entries(history.traces).filter(([, trace]) => trace.rule === 'memcg-id')),
    };
    const review = spoiled(one?.review) as Review;
    const thread = spoiled(one?.thread) as Thread;
    const walks = shipped.walks('memcg-id', 'S8', 'sc');
    const graphs = shipped.graphs('memcg-id', 'S8s');
    site = {
      version: `1${PAYLOADS[0] ?? ''}`,
      history: spoiledHistory(small),
      rules: spoiled(rules),
      introductions: new Map(spoiled(rules).map(({ name }) => [name, PAYLOADS])),
      reviews: [{ id: `r${PAYLOADS[1] ?? ''}`, review, thread, report: reportBody(review, { tellingOnly: true }) }],
      walks: () => (walks === undefined ? undefined : spoiled(walks)),
      graphs: () => (graphs === undefined ? undefined : spoiled(graphs)),
    };
  }, 120_000);

  it('reaches no page as anything but text', () => {
    const pages = [...pagesOf(site)];
    const wrong = pages
      .map(([path, make]) => [path, strange(make() ?? '')] as const)
      .filter(([, list]) => list.length > 0);
    expect(wrong).toEqual([]);
    expect(pages.length).toBeGreaterThan(40);
  });

  it('is there to read, in every kind of page', () => {
    for (const [path, make] of pagesOf(site))
      if (!/^search|^function/.test(path)) expect(make(), path).toMatch(/&lt;(?:script|img|svg)|alert\(1\)/);
  });

  it('reaches no name of a file that a site writes but as letters, digits, %, and a few signs', () => {
    for (const path of pagesOf(site).keys()) expect(path).toMatch(/^[\w@%+.-]+(?:\/[\w@%+.-]+){0,2}\.html$/);
  });

  it.each(PAYLOADS)('in a query is only text: %s', (payload) => {
    const items = itemsOf(site);
    for (const key of ['q', 'kind', 'verdict']) {
      const query = readQuery(new URLSearchParams({ [key]: payload, from: payload }));
      const page = searchPage('1', found(items, query), query, { kinds: items, recorded: [] });
      expect(strange(page)).toEqual([]);
    }
  });

  it('would be found: a page with a payload let through has something strange', () => {
    for (const payload of PAYLOADS.slice(0, 2)) expect(strange(`<p>${payload}</p>`)).not.toEqual([]);
    expect(strange('<a href="javascript:alert(1)">x</a>')).toEqual(['a href=javascript:alert(1)']);
    expect(strange('<script>alert(1)</script>')).toEqual(['script with a payload']);
  });
});

/** The history with payloads; what its parts find each other by stays as it is. */
function spoiledHistory(history: History): History {
  const { races, versions, steps, traces, ...rest } = history;
  return {
    ...(spoiled(rest) as Omit<History, 'races' | 'versions' | 'steps' | 'traces'>),
    schema: 'relore.history/1',
    versions: spoiled(versions),
    steps: spoiled(steps),
    traces: Object.fromEntries(Object.entries(traces).map(([id, trace]) => [id, spoiled(trace)])),
    races: races.map((race) => ({
      ...(spoiled({ ...race, runs: undefined }) as unknown as typeof race),
      runs: race.runs,
    })),
  };
}
