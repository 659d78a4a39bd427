// The schedules of a page as data for its script: texts once each, everything else by number.

import type { Walk, WalkStep } from '../types.ts';

/** One code version in the explorer. */
export interface WalkCode {
  readonly id: string; // 'v6.12', 'v6.12 + fix-1': names it in a link
  readonly words: string; // what is done to the code there, or ''
  readonly option: string; // of the command line: '--kernel v6.12'
  readonly walk: Walk;
  readonly taken: readonly { readonly state: number; readonly choice: number }[]; // the schedule that Walk.path names
  readonly source: (step: WalkStep) => SourceWindow | undefined;
}

/** A few lines of a source about the line of a step. */
export interface SourceWindow {
  readonly title: string; // mm/mlock.c __munlock_folio()
  readonly lines: readonly { readonly number: string; readonly text: string; readonly isHere: boolean }[];
}

/** What the script reads. Numbers are indices into `t`, unless said. */
export interface WalkData {
  readonly t: readonly string[];
  readonly command: string;
  readonly processes: readonly (readonly [string, string])[]; // cpu, label
  readonly codes: readonly {
    readonly id: string;
    readonly option: string;
    readonly cut: string;
    readonly path: string;
    readonly found: 0 | 1; // path names a violation
    readonly cells: readonly (readonly [number, number])[]; // name, value at the start
    readonly invariants: readonly (readonly [number, number, 0 | 1])[]; // name, words, is an error
    readonly first: readonly number[]; // indices into steps
    /** process, function, place, line text, event, index of the cell, value, matters, index of the source window; -1: none. */
    readonly steps: readonly (readonly number[])[];
    /** end (0 no, 1 whole, 2 deadlock, 3 fault), indices of invariants, choices: process, to, steps, names of assertions. */
    readonly states: readonly (readonly [
      number,
      readonly number[],
      readonly (readonly [number, number, readonly number[], readonly number[]])[],
    ])[];
  }[];
}

const ENDS = ['no', 'whole', 'deadlock', 'fault'] as const;

/** The windows as the script reads them: title, then number, text and 1 for the line of the step. */
export type WindowData = readonly [string, readonly (readonly [string, string, 0 | 1])[]];

/** Returns the data of the codes, and the windows that their steps name. Linear in the walks. */
export function walkData(
  codes: readonly WalkCode[],
  command: string,
): { readonly data: WalkData; readonly windows: readonly WindowData[] } {
  const t: string[] = [];
  const numbers = new Map<string, number>();
  const text = (value: string): number => {
    const known = numbers.get(value) ?? t.push(value) - 1;
    numbers.set(value, known);
    return known;
  };
  const windows: WindowData[] = [];
  const windowNumbers = new Map<string, number>();
  const windowOf = (window: SourceWindow | undefined): number => {
    if (window === undefined) return -1;
    const lines = window.lines.map(({ number, text: line, isHere }) => [number, line, isHere ? 1 : 0] as const);
    const key = JSON.stringify([window.title, lines]);
    const known = windowNumbers.get(key) ?? windows.push([window.title, lines]) - 1;
    windowNumbers.set(key, known);
    return known;
  };
  const data = codes.map(({ id, option, walk, source }): WalkData['codes'][number] => ({
    id,
    option,
    cut: walk.cut ?? '',
    path: walk.path,
    found: hasViolation(walk) ? 1 : 0,
    cells: walk.cells.map(({ name, value }) => [text(name), text(value)] as const),
    invariants: walk.invariants.map(
      ({ name, words, level }) => [text(name), text(words), level === 'error' ? 1 : 0] as const,
    ),
    first: walk.first,
    steps: walk.steps.map((step) => [
      step.process,
      text(step.function),
      text(placeOf(step)),
      text(step.text),
      text(step.event),
      step.cell ?? -1,
      step.value === undefined ? -1 : text(step.value),
      step.matters ? 1 : 0,
      windowOf(source(step)),
    ]),
    states: walk.states.map(({ end, violated, choices }) => [
      ENDS.indexOf(end),
      violated.map((name) => walk.invariants.findIndex((one) => one.name === name)),
      choices.map(({ process, to, steps, violated: broken }) => [process, to, steps, broken.map(text)] as const),
    ]),
  }));
  const processes = (codes[0]?.walk.processes ?? []).map(({ cpu, label }) => [cpu, label] as const);
  return { data: { t, command, processes, codes: data }, windows };
}

/** 'mm/mlock.c:58', with a plus for a line that only the edit has. */
export function placeOf({ file, line, added }: WalkStep): string {
  return file === '' ? '' : `${file}:${line}${added === true ? '+' : ''}`;
}

/** True when some error-level property is violated in the states that are there. */
export function hasViolation({ states, invariants }: Walk): boolean {
  const information = new Set(invariants.filter(({ level }) => level === 'information').map(({ name }) => name));
  return states.some(
    ({ violated, end, choices }) =>
      end === 'deadlock' ||
      violated.some((name) => !information.has(name)) ||
      choices.some((choice) => choice.violated.length > 0),
  );
}
