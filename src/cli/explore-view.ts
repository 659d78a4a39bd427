// Where a reader stands in the schedules of a walk, and what a key does. Pure: explore.ts has the terminal.

import { nameOf, scheduleOf } from '../check/walk-path.ts';
import type { Walk, WalkStep } from '../types.ts';
import type { WalkCode } from '../web/walk-data.ts';

/** A place in a schedule. */
export interface View {
  readonly taken: WalkCode['taken'];
  readonly at: number; // index of the step that was taken last, -1 before the first
  readonly all: boolean; // also steps that nobody else can tell
}

/** One line of a schedule: a step, and the turn it belongs to. */
export interface Line {
  readonly step: WalkStep;
  readonly turn: number; // index into View.taken; -1 before the first choice
}

/** The start of the schedule that `path` names; `fits` is false when the name has choices that are not there. */
export function viewOf(walk: Walk, path: string): { readonly view: View; readonly fits: boolean } {
  const { taken, fits } = scheduleOf(walk, path);
  return { view: { taken, at: -1, all: false }, fits };
}

/** The lines that are shown: steps that matter, and of a turn the reader could take otherwise at least one. */
export function linesOf(walk: Walk, { taken, all }: View): readonly Line[] {
  const first = all ? walk.first.flatMap((number) => lineOf(walk, number, -1)) : [];
  const rest = taken.flatMap(({ state, choice }, turn) => {
    const { choices } = walk.states[state]!;
    const lines = (choices[choice]?.steps ?? []).flatMap((number) => lineOf(walk, number, turn));
    const telling = all ? lines : lines.filter(({ step }) => step.matters);
    return telling.length === 0 && choices.length > 1 ? lines.slice(0, 1) : telling;
  });
  return [...first, ...rest];
}

function lineOf(walk: Walk, number: number, turn: number): Line[] {
  const step = walk.steps[number];
  return step === undefined ? [] : [{ step, turn }];
}

/** The other choices that there are instead of the next line's turn, when it begins one. */
export function othersAt(walk: Walk, view: View): readonly { readonly choice: number; readonly words: string }[] {
  const lines = linesOf(walk, view);
  const next = lines[view.at + 1];
  if (next === undefined || next.turn < 0 || lines[view.at]?.turn === next.turn) return [];
  const { state, choice } = view.taken[next.turn]!;
  return walk.states[state]!.choices.flatMap((other, index) => {
    if (index === choice) return [];
    const steps = other.steps.flatMap((number) => walk.steps[number] ?? []);
    const step = steps.find(({ matters }) => matters) ?? steps[0];
    const { cpu = '', label = '' } = walk.processes[other.process] ?? {};
    return [{ choice: index, words: `${cpu} ${label}: ${step?.event ?? 'goes on'}` }];
  });
}

/** What a key makes of a view; undefined: the reader leaves. Keys without a meaning change nothing. */
export function pressed(walk: Walk, view: View, key: string): View | undefined {
  const last = linesOf(walk, view).length - 1;
  switch (key) {
    case 'right':
    case 'down':
    case 'n':
    case 'space':
      return { ...view, at: Math.min(last, view.at + 1) };
    case 'left':
    case 'up':
    case 'p':
      return { ...view, at: Math.max(-1, view.at - 1) };
    case 'home':
      return { ...view, at: -1 };
    case 'end':
      return { ...view, at: last };
    case 'a':
      return { ...view, all: !view.all, at: -1 };
    case 'v':
      return { ...viewOf(walk, walk.path).view, all: view.all };
    case 'q':
    case 'escape':
      return undefined;
    default:
      return /^[1-9]$/.test(key) ? turned(walk, view, Number(key) - 1) : view;
  }
}

/** The view with another turn after the line that was taken last. */
function turned(walk: Walk, view: View, index: number): View {
  const other = othersAt(walk, view)[index];
  const next = linesOf(walk, view)[view.at + 1];
  if (other === undefined || next === undefined) return view;
  const { state } = view.taken[next.turn]!;
  const before = [...view.taken.slice(0, next.turn), { state, choice: other.choice }];
  const name = before.filter((one) => walk.states[one.state]!.choices.length > 1).map(({ choice }) => choice);
  return { ...view, taken: scheduleOf(walk, name.join('/')).taken };
}

/** The name of the schedule that is shown. */
export function pathOf(walk: Walk, { taken }: View): string {
  return nameOf(walk.states, taken);
}

/** The words that change or decide, after the line that was taken last; `isNew` for the one it changed. */
export function stateOf(
  walk: Walk,
  view: View,
): readonly { readonly name: string; readonly value: string; readonly isNew: boolean }[] {
  const values = walk.cells.map(({ value }) => value);
  const all = linesOf(walk, { ...view, all: true });
  const shown = linesOf(walk, view)[view.at];
  let changed = -1;
  for (const { step } of shown === undefined ? [] : all.slice(0, placeOf(all, shown, walk, view) + 1)) {
    if (step.cell === undefined || step.value === undefined) continue;
    values[step.cell] = step.value;
    changed = step === shown?.step ? step.cell : -1;
  }
  return walk.cells.map(({ name }, index) => ({ name, value: values[index] ?? '', isNew: index === changed }));
}

/** The index in all lines of a line that is shown: a step may come again in another turn, or twice in one. */
function placeOf(all: readonly Line[], shown: Line, walk: Walk, view: View): number {
  const before = linesOf(walk, view).slice(0, view.at);
  const same = before.filter(({ step, turn }) => step === shown.step && turn === shown.turn).length;
  let left = same;
  return all.findIndex(({ step, turn }) => step === shown.step && turn === shown.turn && left-- === 0);
}
