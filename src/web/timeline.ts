// Races against versions, as a picture: a bar is thick where a race is open, and a thin line where its invariant holds.

import { attribute, html } from '../html/escape.ts';
import type { History, HistoryRace, HistoryRun, MemoryModel } from '../types.ts';
import { modelWords, verdictWords } from './shell.ts';

const MODELS: readonly MemoryModel[] = ['sc', 'tso', 'lkmm'];
const LANE = 8; // height of one memory model
const UNIT = 20; // width of one version

/** The style of the pages that have a timeline. */
export const TIMELINE_STYLE = `
.timeline{margin:1rem 0}.timeline .row{display:grid;grid-template-columns:15rem minmax(0,1fr);column-gap:1rem;align-items:center;padding:.18rem 0}
.timeline .row:hover{background:var(--soft)}.timeline .name{font-size:.9rem;line-height:1.3}.timeline .name small{color:var(--faint);font-size:.86em}
.timeline svg{display:block;width:100%;height:1.6rem}.timeline .tick{stroke:var(--line);stroke-width:.5;vector-effect:non-scaling-stroke}
.timeline rect.violated{fill:var(--bad)}.timeline line.holds{stroke:var(--good);stroke-width:1.5;vector-effect:non-scaling-stroke}
.timeline line.bounded{stroke:var(--warn);stroke-width:2;stroke-dasharray:3 3;vector-effect:non-scaling-stroke}
.axis{position:relative;height:3.2rem;font-size:.74rem;color:var(--faint);font-variant-numeric:tabular-nums}
.axis span{position:absolute;bottom:.2rem;transform-origin:0 100%;transform:rotate(-50deg);white-space:nowrap}
.timeline h3{margin:1.1rem 0 .1rem}.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;font-size:.86rem;color:var(--faint);max-width:none}.legend svg{display:inline-block;width:2rem;height:.7rem;vertical-align:baseline;margin-right:.4rem}
@media(max-width:40rem){.timeline .row{grid-template-columns:1fr;padding:.4rem 0}.axis span:not(.few){display:none}.timeline .row.head .name{display:none}}
`;

/** Where step `step` stands: one version is one unit, and the steps between two versions share the room. */
function placeOf(history: History, step: number): number {
  const { versions, steps } = history;
  const next = versions.findIndex((one) => one.step >= step);
  if (next < 0) {
    const last = versions.at(-1)?.step ?? 0;
    return versions.length - 1 + (step - last) / Math.max(1, steps.length - last);
  }
  const low = versions[next - 1]?.step ?? 0;
  const high = versions[next]?.step ?? 0;
  return next === 0 ? 0 : next - 1 + (step - low) / Math.max(1, high - low);
}

/** The names of the versions above the bars. */
export function axis(history: History): string {
  const { versions } = history;
  const many = versions.length;
  const names = versions.map(({ name }, index) => {
    const few = index === 0 || index === many - 1 || index % 4 === 0 ? ' class="few"' : '';
    return `<span${few} data-at="${index}">${html(name)}</span>`;
  });
  return `<div class="row head" aria-hidden="true"><span class="name"></span><div class="axis">${names.join('')}</div></div>`;
}

/** The places of the names, as style: a policy forbids style attributes. */
export function axisStyle(history: History): string {
  const { versions } = history;
  return versions
    .map((_, index) => `.axis [data-at="${index}"]{left:${round((100 * index) / versions.length)}%}`)
    .join('');
}

/** Returns the bar of a race: three lanes, one for each memory model, with words for those who cannot see it. */
export function bar(history: History, race: HistoryRace): string {
  const width = history.versions.length * UNIT;
  const ticks = history.versions.map(
    (_, index) => `<line class="tick" x1="${index * UNIT}" x2="${index * UNIT}" y1="0" y2="${3 * LANE}"/>`,
  );
  const lanes = MODELS.flatMap((model, lane) => race.runs[model].map((run) => segmentOf(history, run, lane)));
  return `<svg viewBox="0 0 ${width} ${3 * LANE}" preserveAspectRatio="none" role="img" aria-label="${attribute(barWords(history, race))}">${ticks.join('')}${lanes.join('')}</svg>`;
}

function segmentOf(history: History, run: HistoryRun, lane: number): string {
  const from = round(UNIT * placeOf(history, run.from));
  const isLast = run.to >= history.steps.length - 1;
  const to = round(UNIT * (isLast ? history.versions.length : placeOf(history, run.to + 1)));
  const middle = lane * LANE + LANE / 2;
  switch (run.verdict) {
    case 'violated':
      return `<rect class="violated" x="${from}" y="${lane * LANE + 1}" width="${round(to - from)}" height="${LANE - 2}"/>`;
    case 'holds':
    case 'bounded':
      return `<line class="${run.verdict}" x1="${from}" x2="${to}" y1="${middle}" y2="${middle}"/>`;
    case 'refused':
      return '';
    default:
      return run.verdict satisfies never;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The bar in words: 'SC and x86-TSO: holds v4.16 to v5.17, violated v5.18 to v6.13; LKMM: ...'. */
export function barWords(history: History, race: HistoryRace): string {
  const byWords = new Map<string, string[]>();
  for (const model of MODELS) {
    const words = runWords(history, race.runs[model]);
    if (words !== '') byWords.set(words, [...(byWords.get(words) ?? []), modelWords(model)]);
  }
  return [...byWords].map(([words, models]) => `${models.join(', ')}: ${words}`).join('; ');
}

/** Runs in words; versions that have no such code are left out. */
export function runWords(history: History, runs: readonly HistoryRun[]): string {
  return runs
    .filter(({ verdict }) => verdict !== 'refused')
    .flatMap((run) => {
      const inside = history.versions.filter(({ step }) => run.from <= step && step <= run.to);
      const first = inside[0]?.name;
      const last = inside.at(-1)?.name;
      if (first === undefined || last === undefined) return [];
      return [`${verdictWords(run.verdict)} ${first === last ? `in ${first}` : `${first} to ${last}`}`];
    })
    .join(', ');
}

/** What thick and thin mean. */
export function legend(): string {
  const sample = (inner: string) => `<svg viewBox="0 0 40 10" aria-hidden="true">${inner}</svg>`;
  return [
    '<p class="legend timeline">',
    `<span>${sample('<rect class="violated" x="0" y="1" width="40" height="8"/>')}violated by some schedule</span>`,
    `<span>${sample('<line class="holds" x1="0" x2="40" y1="5" y2="5"/>')}holds in every schedule</span>`,
    `<span>${sample('<line class="bounded" x1="0" x2="40" y1="5" y2="5"/>')}not decided</span>`,
    '<span>empty: the code is not there, or not modelled</span>',
    '<span>three lanes: SC, x86-TSO, LKMM</span>',
    '</p>',
  ].join('');
}
