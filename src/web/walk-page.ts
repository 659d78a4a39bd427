// The explorer of one scenario under one memory model: every code version with its schedule to read, and all schedules to walk.

import { attribute, html, json } from '../html/escape.ts';
import { STEP_SCRIPT } from '../html/island.ts';
import { WALK_SCRIPT } from '../html/island-walk.ts';
import { type ScheduleRow, scheduleTable } from '../html/schedule.ts';
import type { MemoryModel, Rule, Scenario, Walk, WalkChoice } from '../types.ts';
import { fitted } from './fit.ts';
import { link, modelWords, prose, racePath, shell, tag, walkPath } from './shell.ts';
import type { ScenarioWalks } from './site.ts';
import { hasViolation, placeOf, type WalkCode, walkData } from './walk-data.ts';

/** What one explorer shows. */
export interface WalkPage {
  readonly version: string; // of relore
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly model: 'sc' | 'tso';
  readonly walks: ScenarioWalks;
  readonly models: readonly MemoryModel[]; // that have a page
  readonly alone?: true; // a file by itself: no other page is there
}

/** Returns the page, at most about 300 kB: states farthest from the start are left out where it would be more, and that is said. */
export function walkPage(page: WalkPage): string {
  return fitted(page.walks.codes, (codes) => pageWith(page, codes));
}

function pageWith(
  { version, rule, scenario, model, walks, models, alone }: WalkPage,
  codes: readonly WalkCode[],
): string {
  const path = walkPath(rule.name, scenario.name, model);
  const command = `relore explore ${rule.name}/${scenario.name}${model === 'sc' ? '' : ` --model ${model}`}`;
  const { data, windows } = walkData(codes, command);
  const others = models
    .filter((other) => other !== model)
    .map((other) =>
      link(
        path,
        walkPath(rule.name, scenario.name, other),
        other === 'lkmm' ? 'executions under LKMM' : `the same under ${modelWords(other)}`,
      ),
    );
  const shown = Math.max(
    0,
    codes.findIndex(({ walk }) => hasViolation(walk)),
  );
  const body = [
    `<p class="crumbs">${alone === true ? html(rule.title) : link(path, racePath(rule.name), rule.title)}</p>`,
    `<h1>${html(`${scenario.name}: ${scenario.words}`)}</h1>`,
    `<p class="lead">Every schedule under ${modelWords(model)}${others.length === 0 ? '' : `; ${others.join(', ')}`}. <span id="link-said" role="status" class="warn"></span></p>`,
    `<fieldset><legend>Which code</legend>`,
    ...codes.map((code, index) => choiceOf(code, index, index === shown)),
    '<div class="panels">',
    ...codes.map((code, index) => panelOf(code, index)),
    '</div></fieldset>',
    ...(walks.left.length === 0
      ? []
      : [
          `<h2>Not on this page</h2><ul>${walks.left.map((words) => `<li>${prose(path, words, new Set())}</li>`).join('')}</ul>`,
        ]),
    '<h2>By keyboard</h2>',
    '<p>The arrow keys step while a schedule has the focus, Home goes to the start and End to the last step. A dashed button in the column of another process takes the other turn. Which code is chosen is a group of radio buttons: the turns stay the same as far as the code allows it.</p>',
    `<p class="faint">On the command line: <code>${html(command)}</code></p>`,
    `<script type="application/json" id="sources">${json(windows)}</script>`,
    `<script type="application/json" id="walks">${json(data)}</script>`,
  ].join('\n');
  return shell({
    path,
    title: `${scenario.name} of ${rule.name}, ${modelWords(model)}`,
    body,
    version,
    script: `${STEP_SCRIPT}${WALK_SCRIPT}`,
    versions: codes.length,
    ...(alone === undefined ? {} : { alone }),
  });
}

function choiceOf({ id, walk }: WalkCode, index: number, isChosen: boolean): string {
  const verdict = verdictOf(walk);
  return `<input type="radio" name="code" id="choose-${index}"${isChosen ? ' checked' : ''}><label for="choose-${index}">${html(id)} <b class="${verdict}">${html(verdict === 'bounded' ? 'not decided' : verdict)}</b></label>`;
}

/** What the search says of the errors of a scenario. */
export function verdictOf({ violated, bound, invariants }: Walk): 'violated' | 'holds' | 'bounded' {
  const information = new Set(invariants.filter(({ level }) => level === 'information').map(({ name }) => name));
  if (violated.some((name) => !information.has(name))) return 'violated';
  return bound === undefined ? 'holds' : 'bounded';
}

function panelOf(code: WalkCode, index: number): string {
  const { walk } = code;
  const { rows, outcome, cells } = scheduleOf(code);
  const about = code.words === '' ? '' : `<p>${html(code.words)}</p>`;
  return [
    `<section><h2>${html(code.id)} ${tag(verdictOf(walk))}</h2>${about}`,
    `<p class="faint">${html(summaryOf(walk))}</p>`,
    `<div class="walk" id="code-${index}">`,
    scheduleTable({
      label: `schedule on ${code.id}`,
      caption: '',
      processes: walk.processes,
      rows,
      cells,
    }),
    `<p class="outcome ${attribute(outcome.kind)}" role="status">${html(outcome.words)}</p>`,
    '</div></section>',
  ].join('\n');
}

function summaryOf(walk: Walk): string {
  const count = walk.searched.toLocaleString('en-US');
  const searched = walk.bound === undefined ? `${count} states, the search exhausted` : `stopped at ${walk.bound}`;
  const cut = walk.cut === undefined ? '' : ` To walk here: ${walk.cut}.`;
  return `${searched}.${cut}`;
}

interface Told {
  readonly rows: readonly ScheduleRow[];
  readonly outcome: { readonly kind: 'violated' | 'holds' | 'open'; readonly words: string };
  readonly cells: readonly (readonly [string, string])[];
}

/** The schedule that a page shows before the script runs: its telling steps, and the state after each. */
function scheduleOf({ walk, taken }: WalkCode): Told {
  const rows: ScheduleRow[] = [];
  const broken: string[] = [];
  let state = 0;
  for (const { state: from, choice: index } of taken) {
    const choice = walk.states[from]?.choices[index];
    if (choice === undefined) break;
    rows.push(...rowsOf(walk, choice, (walk.states[from]?.choices.length ?? 0) > 1));
    broken.push(...choice.violated);
    state = choice.to;
  }
  const cells = walk.cells.map(({ name, value }) => [name, value] as const);
  return { rows, outcome: outcomeOf(walk, state, broken), cells };
}

/** The steps that others can tell; of a step that is a turn, at least the first. */
function rowsOf(walk: Walk, choice: WalkChoice, isTurn: boolean): readonly ScheduleRow[] {
  const steps = choice.steps.flatMap((number) => walk.steps[number] ?? []);
  const telling = steps.filter((step) => step.matters);
  return (telling.length === 0 && isTurn ? steps.slice(0, 1) : telling).map((step) => {
    const cell = step.cell === undefined || step.value === undefined ? '' : (walk.cells[step.cell]?.name ?? '');
    return {
      process: step.process,
      event: step.event,
      place: placeOf(step),
      function: step.function,
      text: step.text,
      cell,
      value: step.value ?? '',
      change: cell === '' ? '' : `${cell} = ${step.value ?? ''}`,
      matters: true,
    };
  });
}

function outcomeOf(walk: Walk, state: number, broken: readonly string[]): Told['outcome'] {
  const end = walk.states[state];
  const errors = walk.invariants.filter(({ level }) => level === 'error');
  if (end === undefined) return { kind: 'open', words: 'The schedule goes on, but not on this page.' };
  const names = errors.filter(({ name }) => end.violated.includes(name)).map(({ words }) => words);
  if (names.length + broken.length > 0)
    return { kind: 'violated', words: `Violated by this schedule: ${[...names, ...broken].join('; ')}.` };
  if (end.end === 'deadlock') return { kind: 'violated', words: 'This schedule ends in a deadlock.' };
  return { kind: 'holds', words: `Holds in this schedule: ${errors.map(({ words }) => words).join('; ')}.` };
}
