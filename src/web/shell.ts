// What every page shares: the bar above, the foot, and where pages are.

import { attribute, html, segment } from '../html/escape.ts';
import { framed } from '../html/page.ts';
import type { MemoryModel, Verdict } from '../types.ts';

/** A page: where it is and what it says. */
export interface Shell {
  readonly path: string; // 'race/stranded-unevictable.html'
  readonly title: string;
  readonly body: string; // HTML, without main
  readonly version: string; // of relore
  readonly script?: string;
  readonly versions?: number; // most radio buttons of one choice
  readonly forms?: true;
  readonly style?: string;
  readonly alone?: true; // no other page is there
}

const PLACES: readonly (readonly [string, string])[] = [
  ['index.html', 'relore'],
  ['races.html', 'Races'],
  ['functions.html', 'Functions'],
  ['arguments.html', 'Arguments'],
  ['threads.html', 'Threads'],
  ['search.html', 'Search'],
];

/** Returns the whole page. Links are relative, so that the pages work in any folder. */
export function shell({ path, title, body, version, script = '', versions = 0, forms, style, alone }: Shell): string {
  const up = upFrom(path);
  const nav = PLACES.map(([to, words]) => {
    const here = to === path ? ' aria-current="page"' : '';
    return `<a href="${up}${to}"${here}>${words}</a>`;
  });
  const whole = [
    '<a class="skip" href="#main">to the content</a>',
    ...(alone === true ? [] : [`<header class="top"><nav aria-label="pages">${nav.join('')}</nav></header>`]),
    `<main id="main">`,
    body,
    '</main>',
    `<footer><p>${html(`relore ${version}. Verdicts are computed on model sources, by exhausted searches. No reproducer was run. No language model was used.`)}</p></footer>`,
  ].join('\n');
  return framed({
    title: path === 'index.html' ? title : `${title} · relore`,
    body: whole,
    script,
    versions,
    ...(forms === undefined ? {} : { forms }),
    ...(style === undefined ? {} : { style }),
  });
}

/** '' for a page at the top, '../' for one in a folder, and so on. */
export function upFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 1);
}

/** Where the page of a rule is. */
export function racePath(rule: string): string {
  return `race/${fileName(rule)}.html`;
}

/** Where the explorer of a scenario is. */
export function walkPath(rule: string, scenario: string, model: MemoryModel): string {
  return `walk/${fileName(rule)}/${fileName(scenario)}-${model}.html`;
}

export function functionPath(name: string): string {
  return `function/${fileName(name)}.html`;
}

export function threadPath(id: string): string {
  return `thread/${fileName(id)}.html`;
}

export function reviewPath(id: string): string {
  return `review/${fileName(id)}.html`;
}

export function argumentPath(id: string): string {
  return `argument/${fileName(id)}.html`;
}

/** A name as one part of a path on any file system: other characters than letters, digits, `._@+-` become `%XX`, as do leading dots. */
export function fileName(name: string): string {
  return encodeURIComponent(name.replaceAll(/[\uD800-\uDFFF]/g, '?'))
    .replaceAll('%40', '@')
    .replaceAll('%2B', '+')
    .replaceAll(/[*'()!~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E')
    .slice(0, 200);
}

/** Returns a link from the page at `from`; `to` is a path of this site, `anchor` a place on it. */
export function link(from: string, to: string, words: string, anchor = ''): string {
  return `<a href="${attribute(href(from, to, anchor))}">${html(words)}</a>`;
}

/** The address of a page, as a relative link. A file called `a%3Ab.html` is asked for as `a%253Ab.html`. */
export function href(from: string, to: string, anchor = ''): string {
  const escaped = to.split('/').map((part) => part.replaceAll('%', '%25'));
  return `${upFrom(from)}${escaped.join('/')}${anchor === '' ? '' : `#${segment(anchor)}`}`;
}

/** Returns a verdict as a small label. */
export function tag(verdict: string, words = verdict): string {
  return `<span class="tag ${attribute(verdict.replaceAll(/[^a-z-]/g, ''))}">${html(words)}</span>`;
}

/** Returns the name of a memory model as kernel people write it. */
export function modelWords(model: MemoryModel): string {
  return { sc: 'SC', tso: 'x86-TSO', lkmm: 'LKMM' }[model];
}

/** Returns a verdict in words: what is refused is not modelled there. */
export function verdictWords(verdict: Verdict): string {
  return { holds: 'holds', violated: 'violated', bounded: 'not decided', refused: 'not modelled' }[verdict];
}

/** Returns a table in a box that scrolls by itself; on a phone its rows are stacked. Cells and heads are HTML; heads without elements. */
export function table(label: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((words) => (words === '' ? '<td></td>' : `<th scope="col">${words}</th>`)).join('');
  const cellOf = (cell: string, index: number): string => {
    const name = head[index] ?? '';
    return cell === '' ? '<td></td>' : `<td${index === 0 || name === '' ? '' : ` data-head="${name}"`}>${cell}</td>`;
  };
  const lines = rows.map((row) => `<tr>${row.map(cellOf).join('')}</tr>`).join('\n');
  return `<div class="scroll" role="region" tabindex="0" aria-label="${attribute(label)}"><table class="stack"><thead><tr>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

/** Returns plain text with names of kernel functions as code, and those in `known` as links. */
export function prose(from: string, text: string, known: ReadonlySet<string>): string {
  return text
    .split(/(`[^`]*`|\b\w+\(\))/)
    .map((part, index) => {
      if (index % 2 === 0) return html(part);
      const words = part.startsWith('`') ? part.slice(1, -1) : part;
      const name = words.replace(/\(\)$/, '');
      return known.has(name) ? link(from, functionPath(name), words) : `<code>${html(words)}</code>`;
    })
    .join('');
}

/** Returns the field that searches; it asks search.html with ?q=. */
export function searchForm(from: string, query: string): string {
  return [
    `<form class="search" role="search" action="${href(from, 'search.html')}" method="get">`,
    `<input type="search" name="q" value="${attribute(query)}" aria-label="search races, functions, commits, claims and messages" placeholder="folio_test_clear_lru, 2262ace60713, barrier" size="40"> `,
    '<button>Search</button></form>',
  ].join('');
}

/** The address of a search for `query`. */
export function searchPath(from: string, query: string): string {
  return `${href(from, 'search.html')}?q=${segment(query)}`;
}
