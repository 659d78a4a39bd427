// Claim genealogy: who argued for and against a barrier, a lock or an order, and what the model says of each argument.

import { html } from '../html/escape.ts';
import type { Genealogy } from '../types.ts';
import { commitLink } from './edges.ts';
import { argumentPath, link, prose, racePath, shell, tag } from './shell.ts';
import type { Site } from './site.ts';
import { knownFunctions } from './traces.ts';

const STYLE = `
.chain{list-style:none;padding:0;max-width:58rem}.chain>li{display:grid;grid-template-columns:7.5rem 1fr;gap:.1rem 1.25rem;padding:.7rem 0;border-bottom:1px solid var(--line)}
.chain .when{color:var(--faint);font-size:.9rem;font-variant-numeric:tabular-nums}.chain p{margin:.15rem 0}.chain>li>div{min-width:0}
@media(max-width:40rem){.chain>li{grid-template-columns:1fr}}
`;

/** Returns the list of arguments. */
export function argumentsPage(site: Site): string {
  const path = 'arguments.html';
  const items = site.history.genealogies.map(
    ({ id, kind, title, words, arguments: all }) =>
      `<dt>${link(path, argumentPath(id), title)} ${tag('plain', kind)}</dt><dd>${html(words)} <span class="faint">${all.length} arguments, ${all.filter(({ verdict }) => verdict === 'refuted').length} refuted by the model.</span></dd>`,
  );
  const body = `<h1>Arguments</h1><p class="lead">For a barrier, a lock or an order: who argued for and against it, in order, and what the model says of each argument.</p><dl>${items.join('\n')}</dl>`;
  return shell({ path, title: 'Arguments', body, version: site.version });
}

/** Returns the chain of one argument. */
export function argumentPage(site: Site, chain: Genealogy): string {
  const path = argumentPath(chain.id);
  const known = knownFunctions(site);
  const rules = site.rules.filter(({ name }) => chain.rules.includes(name));
  const items = chain.arguments.map((one) => {
    const where = one.messageId === undefined ? '' : `<span class="mono faint">${html(one.messageId)}</span>`;
    const commit = one.commit === undefined ? '' : commitLink(path, one.commit);
    const source = { read: 'read', analysis: 'our analysis', memory: 'from memory' }[one.evidence];
    return [
      `<li id="${html(one.id)}"><span class="when">${html(one.date)}</span><div>`,
      `<p><b>${html(one.who)}</b> ${tag('plain', one.stance)} <span class="faint">${source}</span></p>`,
      `<p>${prose(path, one.words, known)}</p>`,
      `<p>${tag(one.verdict, one.verdict === 'not-modelled' ? 'not modelled' : one.verdict)} ${prose(path, one.why, known)}</p>`,
      where === '' && commit === '' ? '' : `<p>${where} ${commit}</p>`,
      '</div></li>',
    ].join('');
  });
  const body = [
    `<p class="crumbs">${link(path, 'arguments.html', 'Arguments')}</p>`,
    `<h1>${html(chain.title)}</h1>`,
    `<p class="lead">${prose(path, chain.words, known)}</p>`,
    `<p>Races: ${rules.map((rule) => link(path, racePath(rule.name), rule.title)).join(', ')}.</p>`,
    `<ol class="chain">${items.join('\n')}</ol>`,
  ].join('\n');
  return shell({ path, title: chain.title, body, version: site.version, style: STYLE });
}
