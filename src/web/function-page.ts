// Functions: which races they take part in, which changes touched that, and who spoke of them.

import { html } from '../html/escape.ts';
import { CLAIM_WORDS } from './claims.ts';
import { edgeTable } from './edges.ts';
import { mainRaces } from './home.ts';
import { functionPath, link, racePath, reviewPath, shell, tag, threadPath } from './shell.ts';
import type { Site } from './site.ts';
import { axis, axisStyle, bar, TIMELINE_STYLE } from './timeline.ts';
import { knownFunctions } from './traces.ts';

/** Returns the list of functions. */
export function functionsPage(site: Site): string {
  const path = 'functions.html';
  const names = [...knownFunctions(site)].sort();
  const items = names.map((name) => {
    const rules = site.rules.filter(({ functions }) => functions.includes(name)).length;
    return `<li>${link(path, functionPath(name), name)}${rules > 1 ? ` <span class="faint">${rules} rules</span>` : ''}</li>`;
  });
  const body = `<h1>Functions</h1><p class="lead">By their names of any version: ${names.length} functions that the rules name.</p><ul class="names mono">${items.join('\n')}</ul>`;
  return shell({
    path,
    title: 'Functions',
    body,
    version: site.version,
    style:
      '.names{columns:17rem;max-width:none;list-style:none;padding:0}.names li{break-inside:avoid;padding:.1rem 0}',
  });
}

/** Returns the page of a function. */
export function functionPage(site: Site, name: string): string {
  const path = functionPath(name);
  const { history } = site;
  const rules = site.rules.filter(({ functions }) => functions.includes(name));
  const topics = history.topics.filter(({ functions }) => functions.includes(name));
  const edges = history.edges.filter(
    ({ race, subject, words }) =>
      topics.some(({ id }) => id === race) ||
      (rules.some((rule) => race.split('/')[0] === rule.name) && `${subject} ${words}`.includes(name)),
  );
  const also = history.edges.filter(
    (edge) => !edges.includes(edge) && rules.some((rule) => edge.race.split('/')[0] === rule.name),
  );
  const known = knownFunctions(site);
  const rows = rules.flatMap((rule) =>
    mainRaces(site, rule.name).map(
      (race) =>
        `<div class="row"><span class="name">${link(path, racePath(rule.name), `${rule.name} ${race.scenario}`, race.scenario)} <small>${html(race.words)}</small></span>${bar(history, race)}</div>`,
    ),
  );
  const mentions = spokenOf(site, path, name);
  const body = [
    `<p class="crumbs">${link(path, 'functions.html', 'Functions')}</p>`,
    `<h1><code>${html(name)}()</code></h1>`,
    `<p class="lead">Takes part in ${rows.length} scenarios of ${rules.length} rules.</p>`,
    ...(rows.length === 0 ? [] : ['<h2>Races</h2>', `<div class="timeline">${axis(history)}${rows.join('\n')}</div>`]),
    ...topics.map(({ title, words }) => `<h2>${html(title)}</h2><p>${html(words)} No rule models it.</p>`),
    ...(edges.length === 0
      ? []
      : [
          '<h2>Changes that name it</h2>',
          edgeTable(history, path, edges, { label: 'changes', withRace: true, known }),
        ]),
    ...(also.length === 0
      ? []
      : [
          '<h2>Other changes to these races</h2>',
          edgeTable(history, path, also, { label: 'other changes', withRace: true, known }),
        ]),
    ...(mentions.length === 0 ? [] : ['<h2>Claims and patches</h2>', `<ul>${mentions.join('\n')}</ul>`]),
  ].join('\n');
  return shell({
    path,
    title: `${name}()`,
    body,
    version: site.version,
    style: `${TIMELINE_STYLE}${axisStyle(history)}`,
  });
}

function spokenOf(site: Site, path: string, name: string): string[] {
  const word = new RegExp(`(?<!\\w)${name.replaceAll(/[^\w]/g, '')}(?!\\w)`);
  return site.reviews.flatMap(({ id, review }) => [
    ...review.patches
      .filter(({ functions, kind }) => functions.includes(name) && kind !== 'combination')
      .map(
        (patch) =>
          `<li>${link(path, reviewPath(id), patch.id)} changes it: ${html(patch.reading ?? patch.title)} ${tag('plain', patch.verdict)}</li>`,
      ),
    ...review.claims
      .filter(({ quote }) => word.test(quote))
      .map(
        (claim) =>
          `<li>${html(claim.speaker ?? 'unknown speaker')}: “${html(claim.quote)}” ${tag(claim.verdict, CLAIM_WORDS[claim.verdict])} ${link(path, threadPath(id), 'in the thread', `claim-${claim.id}`)}</li>`,
      ),
  ]);
}
