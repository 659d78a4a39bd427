// One screen of `relore explore`: the schedule in columns, the state, the source and the turns that could be taken.

import { clean, padEnd } from '../report/text.ts';
import type { Walk } from '../types.ts';
import { placeOf, type WalkCode } from '../web/walk-data.ts';
import { verdictOf } from '../web/walk-page.ts';
import { type Line, linesOf, othersAt, pathOf, stateOf, type View } from './explore-view.ts';

/** The room there is, and whether it has colours. */
export interface Screen {
  readonly width: number; // columns
  readonly height: number; // lines
  readonly color: boolean;
}

const NUMBER = 5; // columns
const KEYS = 'arrows step · 1-9 another turn · v a violating schedule · a all steps · q quit';

/** Returns the lines of a screen, at most `height`, none longer than `width`. */
export function screenLines(title: string, code: WalkCode, view: View, screen: Screen): string[] {
  const { walk } = code;
  const lines = linesOf(walk, view);
  const beside = [...stateLines(walk, view), '', ...sourceLines(code, lines[view.at])];
  const others = othersAt(walk, view).map(({ words }, index) => `  ${index + 1}  ${words}`);
  const outcome = view.at === lines.length - 1 ? outcomeLines(walk, view) : [];
  const foot = [...(others.length === 0 ? [] : ['instead of the next step:', ...others]), ...outcome, KEYS];
  const head = [`${title}, ${code.id}: ${verdictOf(walk)}; schedule ${pathOf(walk, view) || '(no turn named)'}`, ''];
  const room = Math.max(3, screen.height - head.length - foot.length - 3);
  const body = scheduleRows(walk, lines, view, { ...screen, height: room });
  const left = Math.max(20, screen.width - WIDEST_STATE - 2);
  const wide = screen.width >= 100;
  const rows = wide
    ? Array.from({ length: Math.max(body.length, Math.min(beside.length, room)) }, (_, index) => ({
        text: `${padEnd(cutTo(body[index]?.text ?? '', left), left)}  ${beside[index] ?? ''}`.trimEnd(),
        isHere: body[index]?.isHere === true,
      }))
    : body;
  return [
    ...head.map((text) => bold(cutTo(text, screen.width), screen.color)),
    ...rows.map(({ text, isHere }) => {
      const cut = cutTo(text, screen.width);
      return isHere ? inverse(cut, screen.color) : cut;
    }),
    '',
    ...foot.map((text) => cutTo(text, screen.width)),
  ];
}

const WIDEST_STATE = 46; // columns of the state and the source

interface Row {
  readonly text: string;
  readonly isHere: boolean;
}

/** The head and those lines about the one that was taken last that fit. */
function scheduleRows(walk: Walk, lines: readonly Line[], view: View, screen: Screen): Row[] {
  const room = screen.width >= 100 ? screen.width - WIDEST_STATE - 2 : screen.width;
  const column = Math.max(16, Math.floor((room - NUMBER) / Math.max(1, walk.processes.length)));
  const heads = walk.processes.map(({ cpu, label }) => padEnd(cutTo(`${cpu} ${label}`, column - 1), column));
  const rows = lines.map(({ step }, index) => {
    const mark = index === view.at ? '>' : ' ';
    const words = cutTo(clean(step.event), column - 1);
    return {
      text: `${mark}${String(index + 1).padStart(NUMBER - 2)} ${' '.repeat(column * step.process)}${words}`.trimEnd(),
      isHere: index === view.at,
    };
  });
  const from = Math.max(0, Math.min(view.at - Math.floor(screen.height / 2), rows.length - screen.height + 1));
  return [
    { text: `${' '.repeat(NUMBER)}${heads.join('')}`.trimEnd(), isHere: false },
    ...rows.slice(from, from + screen.height - 1),
  ];
}

function stateLines(walk: Walk, view: View): string[] {
  return stateOf(walk, view).map(({ name, value, isNew }) =>
    cutTo(`${isNew ? '*' : ' '} ${clean(name)} = ${clean(value)}`, WIDEST_STATE),
  );
}

function sourceLines({ source }: WalkCode, line: Line | undefined): string[] {
  if (line === undefined) return [];
  const window = source(line.step);
  const place = cutTo(`${placeOf(line.step)} ${line.step.function}()`, WIDEST_STATE);
  if (window === undefined) return [place, cutTo(clean(line.step.text), WIDEST_STATE)];
  return [
    place,
    ...window.lines.map(({ number, text, isHere }) =>
      cutTo(`${isHere ? '>' : ' '}${number.padStart(4)}  ${clean(text.replaceAll('\t', '  '))}`, WIDEST_STATE),
    ),
  ];
}

function outcomeLines(walk: Walk, { taken }: View): string[] {
  const last = taken.at(-1);
  const choice = last === undefined ? undefined : walk.states[last.state]?.choices[last.choice];
  const end = walk.states[choice === undefined ? 0 : choice.to];
  if (end === undefined) return [`The schedule goes on, but only ${walk.cut ?? ''} are here: --states takes more.`];
  const errors = walk.invariants.filter(({ level }) => level === 'error');
  const broken = taken.flatMap(({ state, choice: index }) => walk.states[state]?.choices[index]?.violated ?? []);
  const names = errors.filter(({ name }) => end.violated.includes(name)).map(({ words }) => words);
  if (names.length + broken.length > 0) return [`Violated: ${[...names, ...broken].join('; ')}.`];
  if (end.end === 'deadlock') return ['This schedule ends in a deadlock.'];
  return [`Holds in this schedule: ${errors.map(({ words }) => words).join('; ')}.`];
}

function cutTo(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

function bold(text: string, color: boolean): string {
  return color ? `\u001b[1m${text}\u001b[0m` : text;
}

function inverse(text: string, color: boolean): string {
  return color ? `\u001b[7m${text}\u001b[0m` : text;
}
