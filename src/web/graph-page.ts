// The explorer of one scenario under LKMM: executions as graphs, each a part of the page that a link names, so that another store for a
// read, other code, and a link that stays all work without script. The script only draws the arrows.

import { ARROW_SCRIPT, GRAPH_STYLE } from '../html/arrows.ts';
import { attribute, html, segment } from '../html/escape.ts';
import type { Executions, MemoryModel, Rule, Scenario, ShownExecution } from '../types.ts';
import type { GraphCode, ScenarioGraphs, ShownEvent } from './graph-data.ts';
import { eventsOf, nameOf, nearest } from './graph-data.ts';
import { link, modelWords, prose, racePath, shell, tag, walkPath } from './shell.ts';

/** What one explorer of executions shows. */
export interface GraphPage {
  readonly version: string; // of relore
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly graphs: ScenarioGraphs;
  readonly models: readonly MemoryModel[]; // that have a page of schedules
}

const MOST_BYTES = 290_000; // of one page
const SIZES = [24, 16, 10, 6, 4, 2, 1]; // executions of each code

/** Returns the page, at most about 300 kB: executions farthest from the first are left out where it would be more, and that is said. */
export function graphPage(page: GraphPage): string {
  let made = '';
  for (let codes = page.graphs.codes.length; codes > 0; codes--) {
    for (const most of codes === page.graphs.codes.length ? SIZES : [1]) {
      made = pageWith(page, page.graphs.codes.slice(0, codes), most);
      if (Buffer.byteLength(made) <= MOST_BYTES) return made;
    }
  }
  return made === '' ? pageWith(page, [], 1) : made;
}

/** An execution on the page. */
interface Part {
  readonly code: GraphCode;
  readonly execution: ShownExecution;
  readonly id: string; // 'v6.12:0123abcd', the fragment of its link
}

function pageWith({ version, rule, scenario, graphs, models }: GraphPage, codes: readonly GraphCode[], most: number) {
  const path = walkPath(rule.name, scenario.name, 'lkmm');
  const shown = codes.map(
    (code) => new Map(nearest(code.executions, most).map((index) => [index, partOf(code, index)])),
  );
  const firsts = shown.flatMap((parts) => [...parts.values()].slice(0, 1));
  const start = firsts.find(({ execution }) => execution.violated.length > 0) ?? firsts[0];
  const sections = shown.flatMap((parts) =>
    [...parts.values()].map((part) => ({ part, text: sectionOf(part, parts, firsts, part === start) })),
  );
  const others = models.map((model) =>
    link(path, walkPath(rule.name, scenario.name, model), `every schedule under ${modelWords(model)}`),
  );
  const left = [...graphs.left, ...graphs.codes.slice(codes.length).map(({ id }) => `${id}: no room on this page`)];
  const body = [
    `<p class="crumbs">${link(path, racePath(rule.name), rule.title)}</p>`,
    `<h1>${html(`${scenario.name}: ${scenario.words}`)}</h1>`,
    `<p class="lead">Executions under LKMM, which no single order of steps has to give; ${others.join(', ')}.</p>`,
    '<p>Each column has the events of one process in program order. <b class="rf">sees</b> (rf) names the store that a read sees, <b class="fr">before</b> (fr) the store that comes next after it, <b class="co">overwritten by</b> (co) the next store of the same word. Where a read could see another store, a link shows the execution in which it does.</p>',
    // The one to begin with stands last: it is shown unless another is named.
    `<div class="graphs">${[...sections.filter(({ part }) => part !== start), ...sections.filter(({ part }) => part === start)].map(({ text }) => text).join('\n')}</div>`,
    ...(left.length === 0
      ? []
      : [
          `<h2>Not on this page</h2><ul>${left.map((words) => `<li>${prose(path, words, new Set())}</li>`).join('')}</ul>`,
        ]),
  ].join('\n');
  const title = `${scenario.name} of ${rule.name}, LKMM`;
  return shell({ path, title, body, version, script: ARROW_SCRIPT, style: GRAPH_STYLE });
}

function partOf(code: GraphCode, index: number): Part {
  const execution = code.executions.executions[index]!;
  return { code, execution, id: `${code.id}:${nameOf(execution)}` };
}

function sectionOf(part: Part, near: ReadonlyMap<number, Part>, firsts: readonly Part[], isStart: boolean): string {
  const { code, execution, id } = part;
  const { executions: all } = code;
  const events = eventsOf(all, execution);
  const codes = firsts.map((first) => {
    const current = first.code === code ? ' aria-current="true"' : '';
    return `<a href="#${segment(first.id)}"${current}>${html(first.code.id)} ${foundIn(first.code.executions)}</a>`;
  });
  return [
    `<section id="${attribute(id)}" tabindex="-1" aria-label="${attribute(`execution on ${code.id}`)}"${isStart ? ' class="start"' : ''}>`,
    `<nav class="codes" aria-label="which code">${codes.join('')}</nav>`,
    `<h2>${html(code.id)} ${execution.isSequential ? tag('holds', 'an interleaving gives it') : tag('warn', 'no interleaving gives it')}</h2>`,
    ...(code.words === '' ? [] : [`<p>${html(code.words)}</p>`]),
    `<p class="faint">${html(countOf(all, near.size))} <a href="#${segment(id)}">link to this execution</a></p>`,
    '<div class="graph">',
    ...all.processes.map(({ cpu, label }, process) =>
      columnOf(
        `${cpu} ${label}`,
        process,
        events.filter((event) => event.process === process),
        near,
      ),
    ),
    '</div>',
    outcomeOf(all, execution),
    '</section>',
  ].join('\n');
}

/** What the executions that were found say of the code. */
function foundIn({ executions, invariants, bound }: Executions): string {
  const information = new Set(invariants.filter(({ level }) => level === 'information').map(({ name }) => name));
  const isBroken = executions.some(({ violated }) => violated.some((name) => !information.has(name)));
  if (isBroken) return '<b class="violated">violated</b>';
  return bound === undefined ? '<b class="holds">holds</b>' : '<b class="bounded">none found that violates</b>';
}

function countOf({ executions, bound }: Executions, shown: number): string {
  const count = `${shown} of ${executions.length} executions on this page`;
  return bound === undefined
    ? `${count}, and there are no others.`
    : `${count}; the search stopped at ${bound}, there may be more.`;
}

function columnOf(
  title: string,
  process: number,
  events: readonly ShownEvent[],
  near: ReadonlyMap<number, Part>,
): string {
  const lines: string[] = [];
  for (let at = 0; at < events.length; ) {
    const end = events.findIndex((event, index) => index >= at && event.isShared);
    const own = events.slice(at, end < 0 ? events.length : end);
    if (own.length > 0)
      lines.push(
        `<li class="own"><details><summary>${own.length === 1 ? '1 event' : `${own.length} events`} on words of its own</summary><ol>${own.map((event) => eventOf(event, near)).join('')}</ol></details></li>`,
      );
    const shared = end < 0 ? undefined : events[end];
    if (shared !== undefined) lines.push(eventOf(shared, near));
    at += own.length + 1;
  }
  return `<div class="p${process % 4}"><h3>${html(title)}</h3><ol>${lines.join('\n')}</ol></div>`;
}

function eventOf(event: ShownEvent, near: ReadonlyMap<number, Part>): string {
  const { name, words, text, where, sees, before, overwritten, others } = event;
  const edges = (kind: string, said: string, to: readonly string[]): string =>
    to.map((one) => ` <span class="${kind}" data-to="${attribute(one)}">${said} ${html(one)}</span>`).join('');
  const choices = others.map(({ from, execution }) => {
    const other = near.get(execution);
    const said = `let ${name} see ${from}`;
    return other === undefined
      ? `<span class="other">${html(said)} (not on this page)</span>`
      : `<a class="other" href="#${segment(other.id)}">${html(said)}</a>`;
  });
  return [
    `<li data-e="${attribute(name)}"><b>${html(name)}</b> ${html(words)}`,
    edges('rf', 'sees', sees === undefined ? [] : [sees]),
    edges('fr', 'before', before),
    edges('co', 'overwritten by', overwritten),
    `<span class="code"><code>${html(text)}</code> ${html(where)}</span>${choices.join('')}</li>`,
  ].join('');
}

function outcomeOf({ invariants }: Executions, { violated, outcome }: ShownExecution): string {
  const errors = invariants.filter(({ level }) => level === 'error');
  const information = new Set(invariants.filter(({ level }) => level === 'information').map(({ name }) => name));
  const broken = violated
    .filter((name) => !information.has(name))
    .map((name) => invariants.find((one) => one.name === name)?.words ?? name);
  const words =
    broken.length > 0
      ? `Violated in this execution: ${broken.join('; ')}.`
      : `Holds in this execution: ${errors.map((one) => one.words).join('; ')}.`;
  const end = outcome === '' ? '' : ` <span class="faint">At the end: ${html(outcome)}</span>`;
  return `<p class="outcome ${broken.length > 0 ? 'violated' : 'holds'}">${html(words)}${end}</p>`;
}
