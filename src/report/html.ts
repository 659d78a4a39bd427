// One HTML file that needs no server, no network and no script: a radio button shows the base, the patch or a fix.

import { createHash } from 'node:crypto';
import type { Review, ReviewPatch, ReviewTrace, ReviewTraceStep } from '../types.ts';
import { attribute, html, SCRIPT, styleOf } from './html-parts.ts';
import { DEFAULT_OPTIONS, type Part, type ReportOptions, type Section } from './parts.ts';
import { lineOf } from './places.ts';
import { stepWords } from './schedule.ts';
import { sectionsOf } from './sections.ts';
import { cleaned, counted, cut, thousands } from './text.ts';
import { readWords, tellingPatches } from './verdict.ts';
import { invariantWords, type RuleRun, ruleRuns, scenarioWords, sideOf } from './view.ts';
import { modelName, patchWords } from './words.ts';

const MOST_VERSIONS = 30; // radio buttons of one scenario

/**
 * Returns the review as one HTML file, ending with a newline. Everything is readable without script and without style;
 * a content security policy keeps text out of a mail from becoming script, style, a link or a request. The script only
 * adds buttons that walk through the steps.
 */
export function renderHtml(review: Review, options: Partial<ReportOptions> = {}): string {
  const safe = cleaned(review);
  const asked: ReportOptions = { ...DEFAULT_OPTIONS, ...options };
  const versions = versionsOf(safe, asked);
  const style = styleOf(versions.length);
  const subject = safe.thread.subject === '' ? '(no subject)' : safe.thread.subject;
  const explorers = ruleRuns(safe).flatMap((run) =>
    run.scenarios.map((scenario, index) => explorer(safe, { run, scenario, versions, id: `${idOf(run)}-${index}` })),
  );
  return `${[
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${html(`relore: ${cut(subject, 100)}`)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${html(subject)}</h1>`,
    `<p>${html(readWords(safe))}</p>`,
    ...withExplorers(sectionsOf(safe, asked), explorers),
    '</main>',
    `<footer><p>${html(`relore ${safe.tool.version}, rules ${safe.tool.rules.slice(0, 12)}. No reproducer was run. No language model was used.`)}</p></footer>`,
    `<script>${SCRIPT}</script>`,
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
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

function panel(review: Review, { run, scenario }: Explorer, version: Version): string {
  const side = sideOf(review, version.id, { ...run, scenario });
  const title =
    version.patch === undefined ? 'Before: no patch' : `${version.id}: ${version.patch.reading ?? version.patch.title}`;
  const trace = side?.trace === undefined ? undefined : review.traces[side.trace];
  const heading = `<h4>${html(title)}${version.patch === undefined ? '' : html(` (${patchWords(version.patch)})`)}</h4>`;
  if (trace === undefined) {
    const states = `${thousands(side?.states ?? 0)} states under ${modelName(run.model)}`;
    const words =
      side?.verdict === 'holds'
        ? `No violation found in ${states}, the search exhausted.`
        : `Not decided: ${side?.why ?? side?.verdict ?? 'not run'}.`;
    return `<section>${heading}<p>${html(words)}</p></section>`;
  }
  return `<section>${heading}${scheduleTable(review, trace, side?.trace ?? '')}</section>`;
}

/** The schedule: a row a step, a column a process, then the line of code and what it changed. */
function scheduleTable(review: Review, trace: ReviewTrace, id: string): string {
  const present = trace.processes.filter(({ name }) => trace.steps.some((step) => step.process === name));
  const hidden = trace.steps.filter((step) => !step.matters).length;
  const caption = `Schedule ${id}: ${counted(trace.switches, 'context switch')}, path ${trace.path}`;
  const head = ['step', ...present.map(({ cpu, label }) => `${cpu} ${label}`), 'line', 'code', 'state'];
  let number = 0;
  const rows = trace.steps.map((step) => {
    number++;
    return stepRow(step, number, present);
  });
  const toggle = hidden === 0 ? '' : `<label class="all"><input type="checkbox"> all steps (${hidden} more)</label>`;
  return [
    toggle,
    `<div class="scroll" role="region" tabindex="0" aria-label="${attribute(`schedule ${id}`)}">`,
    `<table class="schedule"><caption>${html(caption)}</caption>`,
    `<thead><tr>${head.map((text) => `<th scope="col">${html(text)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody></table></div>`,
    ...(trace.end === '' ? [] : [`<p>At the end: <code>${html(trace.end)}</code></p>`]),
    `<p class="violated">Violated: ${html(invariantWords(review, { rule: trace.rule, trace: id }))}</p>`,
  ].join('\n');
}

function stepRow(step: ReviewTraceStep, number: number, present: ReviewTrace['processes']): string {
  const cells = present.map(({ name }) => `<td>${name === step.process ? html(stepWords(step)) : ''}</td>`);
  const place = `${step.file}:${lineOf(step)}${step.added === true && step.newLine === undefined ? '+' : ''}`;
  const where = `<td><code>${html(place)}</code> ${html(`${step.function}()`)}</td><td><code>${html(step.text)}</code></td>`;
  const minor = step.matters ? '' : ' class="minor"';
  return `<tr${minor}><th scope="row">${number}</th>${cells.join('')}${where}<td><code>${html(step.values)}</code></td></tr>`;
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
