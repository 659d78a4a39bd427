// One rule: its invariant, the schedule that breaks it, the versions, the changes, what would help, and what was said.

import { attribute, html } from '../html/escape.ts';
import { STEP_SCRIPT } from '../html/island.ts';
import { scheduleTable } from '../html/schedule.ts';
import type { HistoryRace, HistoryTrial, MemoryModel, ReviewTrace, Rule } from '../types.ts';
import { claimHtml, claimsAbout } from './claims.ts';
import { edgeTable } from './edges.ts';
import { explorersOf, explorerWords } from './graph-data.ts';
import { mainRaces } from './home.ts';
import {
  argumentPath,
  functionPath,
  link,
  modelWords,
  prose,
  racePath,
  shell,
  table,
  tag,
  verdictWords,
  walkPath,
} from './shell.ts';
import type { Site } from './site.ts';
import { axis, axisStyle, bar, legend, runWords, TIMELINE_STYLE } from './timeline.ts';
import { knownFunctions, traceRows } from './traces.ts';

const MODELS: readonly MemoryModel[] = ['sc', 'tso', 'lkmm'];

/** Returns the page of a rule. */
export function racePage(site: Site, rule: Rule): string {
  const path = racePath(rule.name);
  const known = knownFunctions(site);
  const races = mainRaces(site, rule.name);
  const invariants = [...new Set(races.map(({ invariant }) => invariant))];
  const body = [
    `<p class="crumbs">${link(path, 'races.html', 'Races')}</p>`,
    `<h1>${html(rule.title)}</h1>`,
    `<p class="lead">Invariant: ${html(invariants.join('; '))}.</p>`,
    ...(site.introductions.get(rule.name) ?? []).map((text) => `<p>${prose(path, text, known)}</p>`),
    '<h2>Versions</h2>',
    legend(),
    `<div class="timeline">${axis(site.history)}`,
    ...races.map(
      (race) =>
        `<div class="row"><span class="name">${link(path, path, race.scenario, race.scenario)} <small>${html(race.words)}</small></span>${bar(site.history, race)}</div>`,
    ),
    '</div>',
    ...races.map((race) => scenarioPart(site, path, rule, race)),
    ...changes(site, path, rule),
    ...trials(site, path, rule),
    ...said(site, path, rule),
    '<h2>What this rule does not see</h2>',
    `<ul>${rule.notSeen.map((words) => `<li>${prose(path, words, known)}</li>`).join('')}</ul>`,
    `<p class="faint">${html(`The rule is ${rule.file}; ${rule.confidence}.`)} Functions: ${rule.functions.map((name) => link(path, functionPath(name), `${name}()`)).join(', ')}.</p>`,
  ].join('\n');
  return shell({
    path,
    title: rule.title,
    body,
    version: site.version,
    script: STEP_SCRIPT,
    style: `${TIMELINE_STYLE}${axisStyle(site.history)}`,
  });
}

function scenarioPart(site: Site, path: string, rule: Rule, race: HistoryRace): string {
  const { history } = site;
  const runs = MODELS.map((model) => ({ model, words: runWords(history, race.runs[model]) })).filter(
    ({ words }) => words !== '',
  );
  const same = new Set(runs.map(({ words }) => words)).size === 1;
  const lines = same
    ? [`<li>${runs.map(({ model }) => modelWords(model)).join(', ')}: ${html(runs[0]?.words ?? '')}</li>`]
    : runs.map(({ model, words }) => `<li>${modelWords(model)}: ${html(words)}</li>`);
  const scenario = rule.scenarios.find(({ name }) => name === race.scenario);
  const models = scenario === undefined ? [] : explorersOf(history, rule.name, scenario);
  const walks = models.map((model) => link(path, walkPath(rule.name, race.scenario, model), explorerWords(model)));
  return [
    `<section><h2 id="${attribute(race.scenario)}">${html(`${race.scenario}: ${race.words}`)}</h2>`,
    `<ul>${lines.join('')}</ul>`,
    walks.length === 0 ? '' : `<p>Step through ${walks.join(' or ')}.</p>`,
    brokenBy(site, race),
    '</section>',
  ].join('\n');
}

/** The schedule of the newest step that is violated. */
function brokenBy(site: Site, race: HistoryRace): string {
  const { history } = site;
  const found = MODELS.flatMap((model) => {
    const run = race.runs[model].findLast(
      ({ verdict, schedules }) => verdict === 'violated' && schedules !== undefined,
    );
    const last = run?.schedules?.at(-1);
    const trace = last === undefined ? undefined : history.traces[last.trace];
    return trace === undefined || run === undefined ? [] : [{ trace, id: last?.trace ?? '', step: run.to, model }];
  });
  const [first] = found;
  if (first === undefined) return '';
  return `<h3>${html(`The schedule that breaks it, on ${history.steps[first.step]?.name ?? ''} under ${modelWords(first.model)}`)}</h3>${traceHtml(first.trace, first.id)}`;
}

/** A schedule of the history to read, and to step through. */
export function traceHtml(trace: ReviewTrace, id: string): string {
  const { processes, rows } = traceRows(trace);
  return [
    `<div class="walk" id="${attribute(id)}">`,
    scheduleTable({ label: `schedule ${id}`, caption: '', processes, rows, cells: [] }),
    `<p class="outcome violated">${html(`Violated: ${trace.words}.${trace.end === '' ? '' : ` At the end: ${trace.end}.`}`)}</p>`,
    '</div>',
  ].join('\n');
}

function changes(site: Site, path: string, rule: Rule): string[] {
  const edges = site.history.edges.filter(({ race }) => race === rule.name || race.startsWith(`${rule.name}/`));
  if (edges.length === 0) return [];
  const known = knownFunctions(site);
  return [
    '<h2>Changes that opened and closed it</h2>',
    '<p>Computed: the model says so, before and after the commit. Read: somebody wrote it, and the model’s word stands beside.</p>',
    edgeTable(site.history, path, edges, { label: 'changes', withRace: true, known }),
  ];
}

function trials(site: Site, path: string, rule: Rule): string[] {
  const own = site.history.trials.filter((trial) => trial.rule === rule.name);
  if (own.length === 0) return [];
  const scenarios = [...new Set(own.flatMap(({ cells }) => cells.map(({ scenario }) => scenario)))];
  const rows = own.map((trial) => [
    html(trial.version),
    `${html(trial.words)}${trial.edits.length === 0 ? '' : `<br><code class="faint">${html(trial.edits.join(' + '))}</code>`}`,
    ...scenarios.map((scenario) => trialCell(trial, scenario)),
  ]);
  return [
    '<h2>What would help, and what would not</h2>',
    table('trials', ['on', 'change', ...scenarios.map((name) => html(name))], rows),
    `<p class="faint">Where the memory models differ, each is named. ${link(path, 'search.html', 'Search')} finds the commits.</p>`,
  ];
}

/** The verdict of a trial on a scenario's main property; models that say the same are not named. */
function trialCell({ cells }: HistoryTrial, scenario: string): string {
  const own = cells.filter((cell) => cell.scenario === scenario);
  const property = own[0]?.property;
  const main = own.filter((cell) => cell.property === property);
  const verdicts = [...new Set(main.map(({ verdict }) => verdict))];
  if (verdicts.length === 0) return '';
  return verdicts
    .map((verdict) => {
      const models = main.filter((cell) => cell.verdict === verdict).map(({ model }) => modelWords(model));
      return tag(verdict, `${verdictWords(verdict)}${verdicts.length === 1 ? '' : ` ${models.join(', ')}`}`);
    })
    .join(' ');
}

/** The arguments about it, and the claims of reviewed threads. */
function said(site: Site, path: string, rule: Rule): string[] {
  const chains = site.history.genealogies.filter(({ rules }) => rules.includes(rule.name));
  const claims = site.reviews.flatMap((one) =>
    claimsAbout(one.review, rule.name).map((claim) => claimHtml(path, one, claim)),
  );
  const threads = site.history.threads.filter(({ rules }) => rules.includes(rule.name));
  return [
    ...(chains.length === 0
      ? []
      : [
          '<h2>Who argued what</h2>',
          `<ul>${chains
            .map(({ id, title, words, arguments: all }) => {
              const verdicts = [...new Set(all.map(({ verdict }) => verdict))];
              return `<li>${link(path, argumentPath(id), title)}: ${html(words)} ${verdicts.map((verdict) => tag(verdict)).join(' ')}</li>`;
            })
            .join('')}</ul>`,
        ]),
    ...(claims.length === 0 ? [] : ['<h2>Claims of reviewed threads</h2>', ...claims]),
    ...(threads.length === 0
      ? []
      : [
          '<h2>Discussions</h2>',
          `<ul>${threads.map(({ subject, date, words, id }) => `<li>${html(subject)}, ${html(date)}: ${html(words)} <span class="faint mono">${html(id)}</span></li>`).join('')}</ul>`,
        ]),
  ];
}
