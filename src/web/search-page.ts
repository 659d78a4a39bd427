// The search: filters are in the link. A server answers it; on a static site the script hides what does not fit.

import { attribute, html, segment } from '../html/escape.ts';
import { type Item, KINDS, type Query } from './search.ts';
import { href, link, searchPath, shell, tag } from './shell.ts';

const PAGE = 50; // items
const MOST_TEXT = 900; // characters of an item that a static page searches
const MOST_LISTED = 265_000; // characters of the list on a static page
const LONGEST = 240; // characters of an excerpt

const STYLE = `
.filters{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin:1rem 0}.filters label{font-size:.86rem;color:var(--faint)}.filters input,.filters select,.filters button{display:block;height:2.4rem}
.hits{list-style:none;padding:0;max-width:58rem}.hits li{padding:.55rem 0;border-bottom:1px solid var(--line)}.hits p{margin:.1rem 0;font-size:.92rem}
`;

/** Hides what the link does not ask for; the same words as search.ts. */
const STATIC_SCRIPT = `
const asked=new URLSearchParams(location.search);
const query={q:asked.get('q')??'',kind:asked.get('kind')??'',verdict:asked.get('verdict')??''};
for(const name in query){const field=document.querySelector('[name='+name+']');if(field)field.value=query[name]}
const wordly=(c)=>c!==undefined&&/[\\p{L}\\p{N}_]/u.test(c);
const has=(text,word)=>{const prefix=word.endsWith('*'),want=prefix?word.slice(0,-1):word;if(want==='')return false;
for(let at=text.indexOf(want);at>=0;at=text.indexOf(want,at+1)){const after=text[at+want.length];
if((!wordly(text[at-1])||!wordly(want[0]))&&(prefix||!wordly(after)||!wordly(want[want.length-1])))return true}return false};
const words=query.q.toLowerCase().split(/\\s+/).filter(Boolean).slice(0,10);
let count=0;
for(const item of document.querySelectorAll('.hits li')){const text=(item.querySelector('a').textContent+' '+item.querySelector('p').textContent).toLowerCase()+(item.dataset.rest??'');
const fits=(query.kind===''||item.dataset.kind===query.kind)&&(query.verdict===''||item.dataset.verdict===query.verdict)&&words.every((word)=>has(text,word));
item.hidden=!fits;if(fits)count++}
if(asked.size>0)document.getElementById('count').textContent=count===0?'Nothing fits.':count+' found.';
`;

/** Beside the hits: what the filters offer, and what recorded mail says. */
export interface SearchContext {
  readonly kinds: readonly Item[]; // everything: the filters offer its verdicts
  readonly recorded: readonly Item[]; // of the store, already narrowed
}

/** Returns the answer to a query, as a server gives it: 50 hits, and links to more. */
export function searchPage(
  version: string,
  shipped: readonly Item[],
  query: Query,
  { kinds, recorded }: SearchContext,
): string {
  const path = 'search.html';
  const hits = [...shipped, ...recorded];
  const shown = hits.slice(query.from, query.from + PAGE);
  const more = (from: number, words: string) => {
    const rest = `&kind=${segment(query.kind)}&verdict=${segment(query.verdict)}&from=${from}`;
    return `<a href="${attribute(`${searchPath(path, query.text)}${rest}`)}">${words}</a>`;
  };
  const isAsked = query.text !== '' || query.kind !== '' || query.verdict !== '';
  const said = hits.length === 0 ? 'Nothing fits.' : `${hits.length} ${isAsked ? 'found' : 'things to find'}.`;
  const body = [
    '<h1>Search</h1>',
    filters(kinds, query),
    `<p id="count" role="status">${said}</p>`,
    `<ul class="hits">${shown.map((item) => itemHtml(path, item, false)).join('\n')}</ul>`,
    `<p>${query.from > 0 ? more(Math.max(0, query.from - PAGE), 'those before') : ''} ${query.from + PAGE < hits.length ? more(query.from + PAGE, 'more') : ''}</p>`,
  ].join('\n');
  return shell({ path, title: 'Search', body, version, forms: true, style: STYLE });
}

/** Returns everything as one list, which the script of the page narrows to what the link asks for. */
export function staticSearchPage(version: string, items: readonly Item[]): string {
  const path = 'search.html';
  const lines: string[] = [];
  let room = MOST_LISTED;
  for (const item of items) {
    const line = itemHtml(path, item, true);
    room -= line.length;
    if (room > 0) lines.push(line);
  }
  const left = items.length - lines.length;
  const body = [
    '<h1>Search</h1>',
    filters(items, { text: '', kind: '', verdict: '', from: 0 }),
    `<p id="count" role="status">${lines.length} things to find.</p>`,
    ...(left === 0
      ? []
      : [`<p class="warn">${left} more are not on this page: <code>relore serve</code> has them.</p>`]),
    `<ul class="hits">${lines.join('\n')}</ul>`,
  ].join('\n');
  return shell({ path, title: 'Search', body, version, forms: true, style: STYLE, script: STATIC_SCRIPT });
}

function filters(items: readonly Item[], query: Query): string {
  const verdicts = [...new Set(items.map(({ verdict }) => verdict))].filter((one) => one !== '').sort();
  return [
    `<form class="filters" role="search" action="${href('search.html', 'search.html')}" method="get">`,
    `<label>words <input type="search" name="q" value="${attribute(query.text)}" size="34"></label>`,
    select('kind', 'kind', KINDS, query.kind),
    select('verdict', 'verdict', verdicts, query.verdict),
    '<button>Search</button></form>',
    '<p class="faint">All words must be there, and count whole: <code>lru_add</code> does not find <code>folio_batch_lru_add</code>; <code>lru_add*</code> finds what begins so.</p>',
  ].join('\n');
}

function select(name: string, words: string, values: readonly string[], chosen: string): string {
  const options = ['', ...values].map(
    (value) =>
      `<option value="${attribute(value)}"${value === chosen ? ' selected' : ''}>${html(value === '' ? 'any' : value)}</option>`,
  );
  return `<label>${words} <select name="${name}">${options.join('')}</select></label>`;
}

function itemHtml(path: string, { kind, title, text, verdict, to, anchor }: Item, isStatic: boolean): string {
  const short = text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
  const rest =
    isStatic && short !== text ? ` data-rest="${attribute(text.slice(LONGEST, MOST_TEXT).toLowerCase())}"` : '';
  const data = isStatic ? ` data-kind="${kind}" data-verdict="${attribute(verdict)}"${rest}` : '';
  return `<li${data}>${tag('plain', kind)} ${link(path, to, title, anchor)} ${verdict === '' ? '' : tag(verdict)}<p class="faint">${html(short)}</p></li>`;
}
