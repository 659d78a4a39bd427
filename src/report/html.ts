// One HTML file that needs no server, no network and no script: a radio button shows the base, the patch or a fix.

import { attribute, html } from '../html/escape.ts';
import { STEP_SCRIPT } from '../html/island.ts';
import { framed } from '../html/page.ts';
import { type ScheduleRow, scheduleTable } from '../html/schedule.ts';
import type { Review, ReviewPatch, ReviewTrace, ReviewTraceStep } from '../types.ts';
import { DEFAULT_OPTIONS, type Part, type ReportOptions, type Section } from './parts.ts';
import { lineOf } from './places.ts';
import { orderWords, stepWords } from './schedule.ts';
import { sectionsOf } from './sections.ts';
import { selectSchedules } from './select.ts';
import { cleaned, counted, cut, thousands } from './text.ts';
import { readWords, tellingPatches } from './verdict.ts';
import { invariantWords, type RuleRun, ruleRuns, scenarioWords, sideOf } from './view.ts';
import { modelName, patchWords } from './words.ts';

const MOST_VERSIONS = 30; // radio buttons of one scenario

/** How a review is printed as HTML. */
export interface HtmlOptions extends ReportOptions {
  readonly tellingOnly: boolean; // leave out the steps that wait behind "all steps"
}

/**
 * Returns the review as one HTML file, ending with a newline. Everything is readable without script and without style;
 * a content security policy keeps text out of a mail from becoming script, style, a link or a request. The script steps
 * through the schedules.
 */
export function renderHtml(review: Review, options: Partial<HtmlOptions> = {}): string {
  const safe = cleaned(review);
  const subject = safe.thread.subject === '' ? '(no subject)' : safe.thread.subject;
  const { body, versions } = reportBody(review, options);
  const whole = [
    '<main>',
    `<h1>${html(subject)}</h1>`,
    `<p class="lead">${html(readWords(safe))}</p>`,
    body,
    '</main>',
    `<footer><p>${html(`relore ${safe.tool.version}, rules ${safe.tool.rules.slice(0, 12)}. No reproducer was run. No language model was used.`)}</p></footer>`,
  ];
  return framed({ title: `relore: ${cut(subject, 100)}`, body: whole.join('\n'), script: STEP_SCRIPT, versions });
}

/** Returns the sections of a review as HTML, and how many radio buttons stand in a row at most. It needs style and script of src/html. */
export function reportBody(
  review: Review,
  options: Partial<HtmlOptions> = {},
): { readonly body: string; readonly versions: number } {
  const safe = cleaned(review);
  const asked: HtmlOptions = { ...DEFAULT_OPTIONS, tellingOnly: false, ...options };
  const versions = versionsOf(safe, asked);
  const named = new Set<string>();
  const order = tellingScenarios(safe);
  const explorers = ruleRuns(safe)
    .flatMap((run) => run.scenarios.map((scenario, index) => ({ run, scenario, id: `${idOf(run)}-${index}` })))
    .map((of) => ({ of, rank: order.indexOf(scenarioKey({ ...of.run, scenario: of.scenario })) }));
  const printed = (of: Pick<Explorer, 'run' | 'scenario' | 'id'>): string =>
    explorer(safe, { ...of, versions, tellingOnly: asked.tellingOnly, named });
  const telling = explorers.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank);
  const quiet = explorers.filter(({ rank }) => rank < 0);
  const shown = [...telling.map(({ of }) => printed(of)), ...quietly(quiet.map(({ of }) => printed(of)))];
  return { body: withExplorers(sectionsOf(safe, asked), shown).join('\n'), versions: versions.length };
}

function scenarioKey({ rule, model, scenario }: Pick<ReviewTrace, 'rule' | 'model' | 'scenario'>): string {
  return `${rule} ${model} ${scenario}`;
}

/** The scenarios that have a schedule, as the text report orders schedules: what a patch opens, or the race that is discussed, first. */
function tellingScenarios(review: Review): readonly string[] {
  const { shown, hidden } = selectSchedules(review, false);
  const traces = [...shown, ...hidden].flatMap(({ trace, same }) => [trace, ...same.map((one) => one.trace)]);
  return [...new Set(traces.map(scenarioKey))];
}

/** Scenarios without a schedule in any version: a reader opens them when wanted. */
function quietly(explorers: readonly string[]): string[] {
  if (explorers.length === 0) return [];
  const summary = `${counted(explorers.length, 'scenario')} without a schedule in any version`;
  return [`<details><summary>${html(summary)}</summary>`, ...explorers, '</details>'];
}

function idOf(run: RuleRun): string {
  return `${run.rule}-${run.model}`.replace(/[^A-Za-z0-9-]/g, '-');
}

/** A code version that a scenario was run on; the base is ''. */
interface Version {
  readonly id: string;
  readonly label: string;
  readonly patch: ReviewPatch | undefined;
}

function versionsOf(review: Review, asked: ReportOptions): readonly Version[] {
  const patches = tellingPatches(review, asked.all).filter((patch) => patch.applies);
  return [
    { id: '', label: 'before', patch: undefined },
    ...patches.map((patch) => ({ id: patch.id, label: patch.id, patch })),
  ].slice(0, MOST_VERSIONS);
}

interface Explorer {
  readonly run: RuleRun;
  readonly scenario: string;
  readonly versions: readonly Version[];
  readonly id: string;
  readonly tellingOnly: boolean;
  readonly named: Set<string>; // schedules that a link finds: each once
}

/** One scenario: a radio button a version, then a panel each. Without style all panels stand below each other. */
function explorer(review: Review, of: Explorer): string {
  const { run, scenario, id } = of;
  const versions = of.versions.filter((version) => sideOf(review, version.id, { ...run, scenario }) !== undefined);
  const words = scenarioWords(review, run.rule, scenario);
  const violated = (version: Version) => sideOf(review, version.id, { ...run, scenario })?.verdict === 'violated';
  const first = Math.max(0, versions.findIndex(violated));
  const radios = versions.map((version, index) => {
    const own = `${id}-${index}`;
    const verdict = sideOf(review, version.id, { ...run, scenario })?.verdict ?? '';
    const checked = index === first ? ' checked' : '';
    return `<input type="radio" name="${attribute(id)}" id="${attribute(own)}"${checked}><label for="${attribute(own)}">${html(version.label)} <b class="${attribute(verdict)}">${html(verdict)}</b></label>`;
  });
  const panels = versions.map((version) => panel(review, of, version));
  return [
    `<h3>${html(`${scenario}${words === undefined ? '' : `: ${words}`}`)}</h3>`,
    `<p class="faint">${html(`${run.rule}, ${modelName(run.model)}`)}</p>`,
    `<fieldset><legend>Which code</legend>`,
    ...radios,
    `<div class="panels">`,
    ...panels,
    '</div></fieldset>',
  ].join('\n');
}

function panel(review: Review, { run, scenario, tellingOnly, named }: Explorer, version: Version): string {
  const side = sideOf(review, version.id, { ...run, scenario });
  const title =
    version.patch === undefined ? 'Before: no patch' : `${version.id}: ${version.patch.reading ?? version.patch.title}`;
  const trace = side?.trace === undefined ? undefined : review.traces[side.trace];
  const heading = `<h4>${html(title)}${version.patch === undefined ? '' : html(` (${patchWords(version.patch)})`)}</h4>`;
  if (trace === undefined) {
    const states = `${thousands(side?.states ?? 0)} states under ${modelName(run.model)}`;
    const holds = side?.verdict === 'holds';
    const words = holds
      ? `No violation found in ${states}, the search exhausted.`
      : `Not decided: ${side?.why ?? side?.verdict ?? 'not run'}.`;
    return `<section>${heading}<p class="outcome ${holds ? 'holds' : 'open'}">${html(words)}</p></section>`;
  }
  const name = side?.trace ?? '';
  const anchor = named.has(name) ? '' : ` id="${attribute(name)}"`;
  named.add(name);
  return `<section${anchor}>${heading}<div class="walk">${schedule(review, tellingOnly ? telling(trace) : trace, side?.trace ?? '')}</div></section>`;
}

function telling(trace: ReviewTrace): ReviewTrace {
  return { ...trace, steps: trace.steps.filter((step) => step.matters) };
}

/** The schedule, what it ends in, and what it violates. */
function schedule(review: Review, trace: ReviewTrace, id: string): string {
  const present = trace.processes.filter(({ name }) => trace.steps.some((step) => step.process === name));
  const hidden = trace.steps.filter((step) => !step.matters).length;
  const names = present.map(({ name }) => name);
  const end = trace.end === '' ? '' : ` At the end: ${trace.end}.`;
  return [
    hidden === 0 ? '' : `<label class="all"><input type="checkbox"> all steps (${hidden} more)</label>`,
    scheduleTable({
      label: `schedule ${id}`,
      caption: `Schedule ${id}: ${counted(trace.switches, 'context switch')}, path ${trace.path}`,
      processes: present,
      rows: trace.steps.map((step) => rowOf(step, names.indexOf(step.process))),
      cells: [],
    }),
    `<p class="outcome violated">Violated: ${html(invariantWords(review, { rule: trace.rule, trace: id }))}.${html(end)}</p>`,
    ...orderWords(trace).map(
      (line) => `<p class="outcome order">${html(`${line[0]?.toUpperCase()}${line.slice(1)}`)}.</p>`,
    ),
  ].join('\n');
}

function rowOf(step: ReviewTraceStep, process: number): ScheduleRow {
  const [, cell = '', value = ''] = /^(.+?): .* -> (.*)$/.exec(step.values) ?? [];
  const added = step.added === true && step.newLine === undefined ? '+' : '';
  return {
    process,
    event: stepWords(step),
    place: `${step.file}:${lineOf(step)}${added}`,
    function: step.function,
    text: step.text,
    cell,
    value,
    change: cell === '' ? '' : step.values,
    matters: step.matters,
  };
}

/** The sections of the report; the schedules are replaced by the explorers, the quotes below them stay. */
function withExplorers(sections: readonly Section[], explorers: readonly string[]): string[] {
  const printed = sections.map((section) => {
    const parts = section.parts.filter((part) => part.kind !== 'schedule');
    return {
      title: section.title,
      html: parts.map(partHtml).join('\n'),
      schedules: parts.length < section.parts.length,
    };
  });
  const at = Math.max(
    1,
    printed.findIndex(({ schedules }) => schedules),
  );
  return printed.flatMap(({ title, html: inner, schedules }, index) => {
    const own = `<section><h2>${html(title)}</h2>\n${index === at && schedules ? explorers.join('\n') : ''}${inner}</section>`;
    if (index !== at || schedules || explorers.length === 0) return [own];
    return [`<section><h2>Scenarios</h2>\n${explorers.join('\n')}</section>`, own];
  });
}

function partHtml(part: Part): string {
  switch (part.kind) {
    case 'text':
      return `<p class="${part.tone}">${html(part.text)}</p>`;
    case 'verdicts':
      return `<dl>${part.rows
        .map(
          ({ words, tone, id, title, note }) =>
            `<dt><b class="${tone}">${html(words)}</b> ${html(id)}</dt><dd>${html(title)}${note === '' ? '' : `<br>${html(note)}`}</dd>`,
        )
        .join('')}</dl>`;
    case 'schedule':
      return '';
    case 'quote':
      return `<figure><figcaption>${html(part.who)}</figcaption><blockquote>${html(part.quote)}</blockquote></figure>`;
    case 'table':
      return `<div class="scroll" role="region" tabindex="0" aria-label="${attribute(part.head.filter((text) => text !== '').join(', '))}"><table><thead><tr>${part.head
        .map((text) => (text === '' ? '<td></td>' : `<th scope="col">${html(text)}</th>`))
        .join('')}</tr></thead><tbody>${part.rows
        .map((row) => `<tr>${row.map(({ text, tone }) => `<td class="${tone}">${html(text)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table></div>`;
    case 'entries':
      return `<dl>${part.entries
        .map(({ label, lines }) => `<dt>${html(label)}</dt><dd>${lines.map((line) => html(line)).join('<br>')}</dd>`)
        .join('')}</dl>`;
    case 'list':
      return `<ul>${part.items.map((item) => `<li>${html(item)}</li>`).join('')}</ul>`;
    case 'command':
      return `<pre class="scroll" tabindex="0">${html(part.text)}</pre>`;
    default:
      return part satisfies never;
  }
}
