// The first page: every race against every version, and the list of races.

import { html } from '../html/escape.ts';
import type { HistoryRace, Rule } from '../types.ts';
import { href, link, racePath, searchForm, shell } from './shell.ts';
import type { Site } from './site.ts';
import { axis, axisStyle, bar, legend, TIMELINE_STYLE } from './timeline.ts';

/** Returns the timeline: index.html, and races.html with the invariant of each race beside. */
export function homePage(site: Site): string {
  const path = 'index.html';
  const { history } = site;
  const first = history.versions[0]?.name ?? '';
  const last = history.versions.at(-1)?.name ?? '';
  const computed = history.edges.filter(({ evidence }) => evidence.kind === 'computed').length;
  const body = [
    '<h1>Races of the kernel’s memory management, replayed</h1>',
    `<p class="lead">${html(`${site.rules.length} rules, each with an invariant and the scenarios that could break it, model-checked on every step from ${first} to ${last}: ${history.steps.length} code states, ${computed} changes of a verdict. A thick bar is a race that some schedule runs into; the schedule is one click away.`)}</p>`,
    searchForm(path, ''),
    '<h2>Races against versions</h2>',
    legend(),
    `<div class="timeline">${axis(history)}`,
    ...site.rules.map((rule) => ruleRows(site, path, rule)),
    '</div>',
  ].join('\n');
  return shell({
    path,
    title: 'relore: races of the kernel’s memory management, replayed',
    body,
    version: site.version,
    forms: true,
    style: `${TIMELINE_STYLE}${axisStyle(history)}`,
  });
}

function ruleRows(site: Site, path: string, rule: Rule): string {
  const races = mainRaces(site, rule.name);
  if (races.length === 0) return '';
  const rows = races.map(
    (race) =>
      `<div class="row"><span class="name">${link(path, racePath(rule.name), race.scenario, race.scenario)} <small>${html(race.words)}</small></span>${bar(site.history, race)}</div>`,
  );
  return `<h3><a href="${href(path, racePath(rule.name))}">${html(rule.title)}</a></h3>${rows.join('\n')}`;
}

/** The races that the rule is about, one for each scenario. */
export function mainRaces(site: Site, rule: string): readonly HistoryRace[] {
  return site.history.races.filter((race) => race.rule === rule && race.isMain);
}

/** Returns the list of races with their invariants. */
export function racesPage(site: Site): string {
  const path = 'races.html';
  const rules = site.rules.map((rule) => {
    const races = mainRaces(site, rule.name);
    const invariants = [...new Set(races.map(({ invariant }) => invariant))];
    return `<dt>${link(path, racePath(rule.name), rule.title)}</dt><dd>${invariants.map((words) => `Invariant: ${html(words)}.`).join(' ')} <span class="faint">${html(races.map(({ scenario }) => scenario).join(', '))}</span></dd>`;
  });
  const topics = site.history.topics.map(
    ({ id, title, words }) => `<dt id="${html(id)}">${html(title)}</dt><dd>${html(words)}</dd>`,
  );
  const body = [
    '<h1>Races</h1>',
    `<dl>${rules.join('\n')}</dl>`,
    ...(topics.length === 0 ? [] : ['<h2>Known, and not modelled</h2>', `<dl>${topics.join('\n')}</dl>`]),
  ].join('\n');
  return shell({ path, title: 'Races', body, version: site.version });
}
