// Every page of a site by its path: a server asks for one, a static site writes all.

import { argumentPage, argumentsPage } from './argument-page.ts';
import { functionPage, functionsPage } from './function-page.ts';
import { explorersOf } from './graph-data.ts';
import { graphPage } from './graph-page.ts';
import { homePage, racesPage } from './home.ts';
import { racePage } from './race-page.ts';
import { reviewPage } from './review-page.ts';
import { itemsOf } from './search.ts';
import { staticSearchPage } from './search-page.ts';
import { argumentPath, functionPath, racePath, reviewPath, threadPath, walkPath } from './shell.ts';
import type { Site } from './site.ts';
import { threadPage, threadsPage } from './thread-page.ts';
import { knownFunctions } from './traces.ts';
import { walkPage } from './walk-page.ts';

const MODELS = ['sc', 'tso'] as const;

/** A page that is made when it is asked for; undefined when its schedules cannot be computed. */
export type MakePage = () => string | undefined;

/** Returns the pages of a site by path, in a fixed order. */
export function pagesOf(site: Site): ReadonlyMap<string, MakePage> {
  const { version, history } = site;
  const pages: [string, MakePage][] = [
    ['index.html', () => homePage(site)],
    ['races.html', () => racesPage(site)],
    ['functions.html', () => functionsPage(site)],
    ['arguments.html', () => argumentsPage(site)],
    ['threads.html', () => threadsPage(site)],
    ['search.html', () => staticSearchPage(version, itemsOf(site))],
    ...site.rules.map((rule): [string, MakePage] => [racePath(rule.name), () => racePage(site, rule)]),
    ...[...knownFunctions(site)]
      .sort()
      .map((name): [string, MakePage] => [functionPath(name), () => functionPage(site, name)]),
    ...history.genealogies.map((chain): [string, MakePage] => [
      argumentPath(chain.id),
      () => argumentPage(site, chain),
    ]),
    ...site.reviews.flatMap((one): [string, MakePage][] => [
      [threadPath(one.id), () => threadPage(version, one)],
      [reviewPath(one.id), () => reviewPage(version, one)],
    ]),
    ...walkPages(site),
  ];
  return new Map(pages);
}

function walkPages(site: Site): [string, MakePage][] {
  const { version, history } = site;
  return site.rules.flatMap((rule) =>
    rule.scenarios.flatMap((scenario) => {
      const models = explorersOf(history, rule.name, scenario);
      const pages = MODELS.map((model): [string, MakePage] => [
        walkPath(rule.name, scenario.name, model),
        () => {
          const walks = site.walks(rule.name, scenario.name, model);
          return walks === undefined ? undefined : walkPage({ version, rule, scenario, model, walks, models });
        },
      ]);
      if (!models.includes('lkmm')) return pages;
      const graphs = (): string | undefined => {
        const found = site.graphs(rule.name, scenario.name);
        return found && graphPage({ version, rule, scenario, graphs: found, models: MODELS });
      };
      return [...pages, [walkPath(rule.name, scenario.name, 'lkmm'), graphs] as [string, MakePage]];
    }),
  );
}
