// Changes and what they did to races, as tables and sentences: computed and stated ones beside each other.

import { html } from '../html/escape.ts';
import type { EdgeEvidence, History, HistoryEdge } from '../types.ts';
import { link, modelWords, prose, racePath, searchPath, table, tag, verdictWords } from './shell.ts';

/** Returns the edges as a table; `withRace` adds a column that names the race. */
export function edgeTable(
  history: History,
  path: string,
  edges: readonly HistoryEdge[],
  options: { readonly label: string; readonly withRace: boolean; readonly known: ReadonlySet<string> },
): string {
  const { label, withRace, known } = options;
  const head = ['release', 'commit', 'what it did', ...(withRace ? ['race'] : []), 'evidence'];
  const rows = edges.map((edge) => [
    html(edge.release === '' ? 'never merged' : edge.release),
    `${commitLink(path, edge.commit)} ${prose(path, edge.subject, known)}`,
    `${tag(edge.kind)} ${prose(path, edge.words, known)}`,
    ...(withRace ? [raceLink(history, path, edge.race)] : []),
    evidenceHtml(history, edge),
  ]);
  return table(label, head, rows);
}

/** A commit, as a link to all that is known of it. */
export function commitLink(path: string, commit: string): string {
  return commit === '' ? '' : `<a class="mono" href="${searchPath(path, commit)}">${html(commit)}</a>`;
}

function raceLink(history: History, path: string, race: string): string {
  const [rule = '', scenario = ''] = race.split('/');
  const known = history.races.some((one) => one.rule === rule);
  if (known) return link(path, racePath(rule), scenario === '' ? rule : `${rule} ${scenario}`, scenario);
  const topic = history.topics.find(({ id }) => id === race);
  return topic === undefined ? html(race) : link(path, 'races.html', topic.title, topic.id);
}

function evidenceHtml(history: History, edge: HistoryEdge): string {
  const words = html(evidenceWords(history, edge.evidence));
  const { check } = edge;
  if (check === undefined) return words;
  const verdict = { agrees: 'good', differs: 'bad', 'not-computed': 'plain' }[check.verdict];
  const said = { agrees: 'the model agrees', differs: 'the model differs', 'not-computed': 'not computed' }[
    check.verdict
  ];
  return `${words}<br>${tag(verdict, said)} <span class="faint">${html(check.why)}</span>`;
}

/** Where an edge is known from, in words. */
export function evidenceWords(history: History, evidence: EdgeEvidence): string {
  switch (evidence.kind) {
    case 'computed': {
      const models = evidence.models.map(modelWords).join(', ');
      const from = history.steps[evidence.from]?.name ?? '';
      const to = history.steps[evidence.to]?.name ?? '';
      return `computed (${models}): ${verdictWords(evidence.before)} at ${from}, ${verdictWords(evidence.after)} at ${to}`;
    }
    case 'read':
      return `read in ${evidence.where.join(', ')}`;
    case 'analysis':
      return 'our analysis';
    case 'memory':
      return 'from memory';
    default:
      return evidence satisfies never;
  }
}
