// A thread with the claims marked where they were said, and the model's verdict beside each.

import { attribute, html } from '../html/escape.ts';
import type { Block, Message, ReviewClaim } from '../types.ts';
import { CLAIM_WORDS, placeOfQuote } from './claims.ts';
import { link, racePath, reviewPath, shell, tag, threadPath } from './shell.ts';
import type { Site, SiteReview } from './site.ts';

const MOST_TEXT = 220_000; // characters of mail on one page
const LONG_QUOTE = 6; // lines

const STYLE = `
.mail{border-top:1px solid var(--line);padding:1rem 0 .5rem}.mail h2{font-size:1.02rem;margin:0}.mail .head{color:var(--faint);font-size:.9rem;margin:.1rem 0 .75rem}
.said{display:grid;grid-template-columns:minmax(0,1fr) 20rem;gap:0 2rem}.said>*{grid-column:1;min-width:0}.said>.beside{grid-column:2;font-size:.9rem}
.said pre{margin:.35rem 0;white-space:pre-wrap;font-family:inherit;font-size:1rem}.said pre.code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.82rem;white-space:pre;overflow-x:auto;background:var(--soft);border-radius:.4rem;padding:.6rem .8rem;tab-size:8}
.said .quoted{border-left:3px solid var(--line);padding-left:.8rem;color:var(--faint)}
mark,mark[class],.beside[class]{color:inherit}mark{background:var(--mark);padding:.05em .1em;border-radius:.2em}mark.refuted{box-shadow:0 2px var(--bad)}mark.confirmed{box-shadow:0 2px var(--good)}
.beside{border-left:3px solid var(--line);padding-left:.8rem;margin:.35rem 0}.beside.refuted{border-color:var(--bad)}.beside.confirmed{border-color:var(--good)}.beside p{margin:.15rem 0}
.tree{list-style:none;padding:0;max-width:none}.tree li{padding:.12rem 0}
@media(max-width:60rem){.said{grid-template-columns:minmax(0,1fr)}.said>.beside{grid-column:1}}
`;

/** Returns the list of threads: those that were reviewed, then the discussions that changes and arguments refer to. */
export function threadsPage(site: Site): string {
  const path = 'threads.html';
  const reviewed = site.reviews.map(({ id, review }) => {
    const verdicts = review.claims.map(({ verdict }) => verdict);
    const counted = [...new Set(verdicts)].map((verdict) =>
      tag(verdict, `${verdicts.filter((one) => one === verdict).length} ${CLAIM_WORDS[verdict]}`),
    );
    return `<dt>${link(path, threadPath(id), review.thread.subject === '' ? id : review.thread.subject)}</dt><dd>${review.thread.messages.length} messages, ${review.claims.length} claims: ${counted.join(' ')} ${link(path, reviewPath(id), 'the review')}</dd>`;
  });
  const known = site.history.threads.map(
    ({ id, subject, date, words, rules }) =>
      `<dt>${html(subject)} <span class="faint">${html(date)}</span></dt><dd>${html(words)} ${rules.map((rule) => link(path, racePath(rule), rule)).join(', ')} <span class="mono faint">${html(id)}</span></dd>`,
  );
  const body = [
    '<h1>Threads</h1>',
    `<h2>Reviewed</h2><dl>${reviewed.join('\n')}</dl>`,
    ...(known.length === 0
      ? []
      : ['<h2>Discussions that changes and arguments refer to</h2>', `<dl>${known.join('\n')}</dl>`]),
  ].join('\n');
  return shell({ path, title: 'Threads', body, version: site.version });
}

/** Returns the page of a reviewed thread; mail beyond 220,000 characters is left out, and that is said. */
export function threadPage(version: string, of: SiteReview): string {
  const path = threadPath(of.id);
  const { review, thread } = of;
  const messages = thread?.messages ?? [];
  const depths = depthsOf(messages);
  let room = MOST_TEXT;
  const parts: string[] = [];
  for (const message of messages) {
    const part = room > 0 ? messageHtml(path, of, message) : '';
    room -= part.length;
    if (part !== '') parts.push(part);
  }
  const left = messages.length - parts.length;
  const tree = messages.map(
    (message, index) =>
      `<li>${'&nbsp;&nbsp;'.repeat(Math.min(8, depths.get(message.id) ?? 0))}<a href="#m${index}">${html(message.from)}</a> <span class="faint">${html(day(message))}</span></li>`,
  );
  const body = [
    `<p class="crumbs">${link(path, 'threads.html', 'Threads')}</p>`,
    `<h1>${html(review.thread.subject === '' ? '(no subject)' : review.thread.subject)}</h1>`,
    `<p class="lead">${messages.length} messages, ${review.claims.length} claims. Claims are marked where they were said; beside each stands what the model says. ${link(path, reviewPath(of.id), 'The review')}.</p>`,
    `<ol class="tree">${tree.join('\n')}</ol>`,
    ...parts.map((part, index) => part.replace('<article', `<article id="m${index}"`)),
    ...(left === 0
      ? []
      : [`<p class="warn">${left} more messages are left out here: the page would be too large.</p>`]),
  ].join('\n');
  return shell({ path, title: review.thread.subject, body, version, style: STYLE });
}

function day({ date, rawDate }: Message): string {
  return date === undefined ? (rawDate ?? '') : `${date.slice(0, 10)} ${date.slice(11, 16)}`;
}

function depthsOf(messages: readonly Message[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { id, parent } of messages) depths.set(id, parent === undefined ? 0 : (depths.get(parent.id) ?? 0) + 1);
  return depths;
}

function messageHtml(path: string, of: SiteReview, message: Message): string {
  const claims = of.review.claims.filter(({ messageId }) => messageId === message.id);
  const patch = of.review.patches.find(
    ({ messageId, kind }) => messageId === message.id && kind !== 'prose' && kind !== 'combination',
  );
  const verdict =
    patch === undefined
      ? ''
      : ` ${link(path, reviewPath(of.id), patch.id)} ${tag(patch.verdict === 'closes' ? 'good' : patch.verdict === 'opens' ? 'bad' : 'plain', patch.applies ? patch.verdict.replaceAll('-', ' ') : 'does not apply')}`;
  const open = new Set(claims);
  const blocks = message.blocks.map((block) => blockHtml(path, of, block, open));
  const rest = [...open].map((claim) => besideHtml(path, of, claim));
  return [
    '<article class="mail">',
    `<h2>${html(message.subject)}</h2>`,
    `<p class="head">${html(message.from)}, ${html(day(message))}${verdict}</p>`,
    `<div class="said">${blocks.join('\n')}${rest.join('\n')}</div>`,
    '</article>',
  ].join('\n');
}

/** A run of lines; the claims of `open` that stand in it are marked, and taken out of it. */
function blockHtml(path: string, of: SiteReview, block: Block, open: Set<ReviewClaim>): string {
  if (block.kind === 'trailer' || block.kind === 'signature' || block.kind === 'attribution')
    return block.text.trim() === '' ? '' : `<pre class="faint">${html(block.text)}</pre>`;
  if (block.depth > 0) return quotedHtml(block);
  if (block.kind !== 'prose') return `<pre class="code" tabindex="0">${html(block.text)}</pre>`;
  const found = [...open]
    .flatMap((claim) => {
      const place = placeOfQuote(block.text, claim);
      return place === undefined ? [] : [{ claim, from: place[0], to: place[1] }];
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  const pieces: string[] = [];
  for (const { claim, from, to } of found) {
    open.delete(claim);
    const anchor = `id="claim-${attribute(claim.id)}"`;
    if (from < at) {
      pieces.push(`<span ${anchor}></span>`);
      continue;
    }
    pieces.push(html(block.text.slice(at, from)));
    pieces.push(`<mark class="${attribute(claim.verdict)}" ${anchor}>${html(block.text.slice(from, to))}</mark>`);
    at = to;
  }
  pieces.push(html(block.text.slice(at)));
  const notes = found.map(({ claim }) => besideHtml(path, of, claim));
  return `<pre>${pieces.join('')}</pre>${notes.join('\n')}`;
}

function quotedHtml({ text, speaker, kind }: Block): string {
  const lines = text.split('\n').length;
  const inner = `<pre class="${kind === 'prose' ? 'quoted' : 'code quoted'}"${kind === 'prose' ? '' : ' tabindex="0"'}>${html(text)}</pre>`;
  if (lines <= LONG_QUOTE) return inner;
  return `<details><summary class="faint">${lines} lines of ${html(speaker ?? 'an earlier mail')}</summary>${inner}</details>`;
}

function besideHtml(path: string, of: SiteReview, claim: ReviewClaim): string {
  const status = claim.status === 'stands' ? '' : ` <span class="faint">${html(claim.status)} later</span>`;
  return `<div class="beside ${attribute(claim.verdict)}"><p>${tag(claim.verdict, CLAIM_WORDS[claim.verdict])} <span class="faint">${html(claim.kind)}</span>${status}</p><p>${html(claim.why)}.${scheduleOf(path, of, claim)}</p></div>`;
}

/** The schedule that answers a claim: where the review shows it, and the race that it belongs to. */
function scheduleOf(path: string, { id, review, report }: SiteReview, { trace: name }: ReviewClaim): string {
  const trace = name === undefined ? undefined : review.traces[name];
  if (name === undefined || trace === undefined) return '';
  const anchor = report.body.includes(`id="${attribute(name)}"`) ? name : '';
  return ` ${link(path, reviewPath(id), `schedule ${name}`, anchor)}, ${link(path, racePath(trace.rule), trace.rule)}`;
}
