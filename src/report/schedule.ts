// A schedule in the notation of mm/ comments and changelogs: one column a process, time runs down.

import type { ReviewTrace, ReviewTraceStep } from '../types.ts';
import { columnsOf, counted, padEnd, wrap } from './text.ts';

/** How a schedule is laid out. */
export interface ScheduleLayout {
  readonly width: number; // columns of the terminal
  readonly allSteps: boolean; // false: only the steps that matter
  readonly newLines?: boolean; // lines of the files after the patch, where they are known
  readonly numbered?: boolean; // steps have numbers, so that a mail can speak of step 4
}

const GAP = 2;
const WIDEST = 56; // columns of one process, so that a short schedule does not straddle a wide screen
const NARROWEST = 30; // below this, the process is named on each line

/**
 * Returns the lines of a schedule: who runs, one line a step with its code line, and what the end state is.
 * Steps that do not matter are cut unless `allSteps`; processes without a step are left out. An added line has a `+`.
 */
export function scheduleLines(trace: ReviewTrace, layout: ScheduleLayout): string[] {
  const steps = trace.steps.filter((step) => step.matters || layout.allSteps);
  const present = trace.processes.filter((process) => steps.some((step) => step.process === process.name));
  const body = numberedLines(
    { steps, present, place: placeOf(steps, layout.newLines === true), width: layout.width },
    layout.numbered === true,
  );
  const end = trace.end === '' ? [] : wrapAfter('=> ', trace.end, layout.width);
  const last = trace.violated === '' ? 'every invariant holds' : `violated: ${trace.words}`;
  const order = orderWords(trace).flatMap((line) => wrapAfter('   ', line, layout.width));
  return [...body, ...end, ...wrapAfter(end.length === 0 ? '=> ' : '   ', last, layout.width), ...order];
}

/** Returns what would order an execution that no interleaving gives: no lines for any other. */
export function orderWords({ fences }: ReviewTrace): string[] {
  if (fences === undefined) return [];
  const without = 'no interleaving does this: loads and stores are not done in the order of the code';
  if (fences.length === 0) return [without, 'no single fence forbids it'];
  return [without, ...fences.map((fence, index) => `${index === 0 ? 'forbidden by ' : 'or by '}${fence}`)];
}

/** Returns the number of steps that a cut schedule leaves out. */
export function stepsCut(trace: ReviewTrace): number {
  return trace.steps.filter((step) => !step.matters).length;
}

/** Returns a key that is equal for two schedules a reader would call the same: same steps, whatever patch they come from. */
export function scheduleKey(trace: ReviewTrace): string {
  const steps = trace.steps.filter((step) => step.matters);
  const shown = steps.map((step) => [step.process, step.file, step.line, step.added === true, stepWords(step)]);
  return JSON.stringify([trace.rule, trace.scenario, trace.model, trace.violated, shown]);
}

/** Returns '12 more steps: --all-steps', or '' when none is cut. */
export function cutWords(trace: ReviewTrace): string {
  const count = stepsCut(trace);
  return count === 0 ? '' : `${counted(count, 'more step')}: --all-steps`;
}

// 'test and clear lru: was 0', 'read mlocked of folio.flags: 1', 'set unevictable (was 0)': what check/ says of page flags.
const BIT_EVENT =
  /^(test and set|test and clear|read|set|clear) ([a-z0-9_]+)(?: of \S+)?(?:: (?:was )?(\d+))?(?: \(was \d+\))?$/;

/**
 * Returns a step as one would write it beside the code: `folio_test_clear_lru(): 0`, `lock lruvec.lru_lock`.
 * A flag is named by its call only when the call carries the flag's name; `folio_evictable(): mlocked is 1` says which
 * flag was read where the call's own result is another. Everything else is told by the event.
 */
export function stepWords(step: ReviewTraceStep): string {
  const [, verb, bit, value] = BIT_EVENT.exec(step.event) ?? [];
  if (verb === undefined || bit === undefined) return step.event;
  const calls = [...step.text.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => !/^(?:if|while|for|switch|return|sizeof)$/.test(name));
  const own = calls.find((name) => name.toLowerCase().includes(bit.replaceAll('_', '')) || name.includes(bit));
  if (own !== undefined) return value === undefined ? `${own}()` : `${own}(): ${value}`;
  const [only, ...others] = calls;
  return only !== undefined && others.length === 0 && verb === 'read' && value !== undefined
    ? `${only}(): ${bit} is ${value}`
    : step.event;
}

/** Returns the code line of a step in the shortest form that is unique in `steps`: `mlock.c:127`, `mlock.c:127+`. */
function placeOf(steps: readonly ReviewTraceStep[], newLines: boolean): (step: ReviewTraceStep) => string {
  const paths = new Map<string, Set<string>>();
  for (const { file } of steps) {
    const name = baseName(file);
    paths.set(name, (paths.get(name) ?? new Set<string>()).add(file));
  }
  return (step) => {
    const name = baseName(step.file);
    const file = paths.get(name)?.size === 1 ? name : step.file;
    if (newLines && step.newLine !== undefined) return `${file}:${step.newLine}`;
    return `${file}:${step.line}${step.added === true ? '+' : ''}`;
  };
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

interface Grid {
  readonly steps: readonly ReviewTraceStep[];
  readonly present: ReviewTrace['processes'];
  readonly place: (step: ReviewTraceStep) => string;
  readonly width: number;
}

const NUMBER = 4; // columns of a step's number

function numberedLines(grid: Grid, numbered: boolean): string[] {
  if (!numbered) {
    const { head, rows } = bodyLines(grid);
    return [...head, ...rows.flat()];
  }
  const blank = ' '.repeat(NUMBER);
  const narrow = { ...grid, width: grid.width - NUMBER };
  const { head, rows } = staggered(narrow) ?? bodyLines(narrow);
  return [
    ...head.map((line) => `${blank}${line}`),
    ...rows.flatMap((row, index) => row.map((line, at) => `${at === 0 ? lead(index + 1) : blank}${line}`)),
  ];
}

function lead(number: number): string {
  return `${String(number).padStart(NUMBER - 2)}  `;
}

/** The line above the steps, when there is one, and the lines of each step. */
interface Body {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Code lines beside each column when they fit, else in one column on the right, else one process a line. */
function bodyLines(grid: Grid): Body {
  const { steps, present, place, width } = grid;
  const column = Math.min(WIDEST, Math.floor((width - GAP * (present.length - 1)) / Math.max(1, present.length)));
  const fits = steps.every((step) => columnsOf(stepWords(step)) + 1 + columnsOf(place(step)) <= column);
  if (fits || present.length < 2) return inColumns({ ...grid, width: column });
  const shared = withSharedPlaces(grid);
  if (shared !== undefined) return shared;
  return column >= NARROWEST ? inColumns({ ...grid, width: column }) : inLines(grid);
}

function inColumns(grid: Grid): Body {
  const { present, width } = grid;
  const head = present.map((process) => padEnd(headWords(process), width)).join(' '.repeat(GAP));
  const rows = grid.steps.map((step) => {
    const indent = ' '.repeat((width + GAP) * indexOf(present, step));
    return stepLines(step, grid).map((line) => `${indent}${line}`);
  });
  return { head: [head.trimEnd()], rows };
}

/** Columns of words only, code lines flush right; undefined when that does not fit either. */
function withSharedPlaces({ steps, present, place, width }: Grid): Body | undefined {
  const widths = present.map((process) => {
    const own = steps.filter((step) => step.process === process.name).map((step) => columnsOf(stepWords(step)));
    return Math.max(columnsOf(headWords(process)), ...own) + GAP;
  });
  const places = Math.max(...steps.map((step) => columnsOf(place(step))));
  const used = widths.reduce((sum, each) => sum + each, 0) + places;
  if (used > width) return undefined;
  const words = used - places;
  const head = present.map((process, index) => padEnd(headWords(process), widths[index] ?? 0)).join('');
  const rows = steps.map((step) => {
    const indent = widths.slice(0, indexOf(present, step)).reduce((sum, each) => sum + each, 0);
    return [`${padEnd(' '.repeat(indent) + stepWords(step), words + places - columnsOf(place(step)))}${place(step)}`];
  });
  return { head: [head.trimEnd()], rows };
}

const LEAST_INDENT = 12; // columns between two processes, so that an eye tells them apart

/**
 * One line a step whatever its length: each line has one process only, so a column may begin where the text of another
 * one goes on. Undefined when columns would be too near, or when code lines fit beside columns that do not overlap.
 */
function staggered(grid: Grid): Body | undefined {
  const { steps, present, place, width } = grid;
  if (present.length < 2 || withSharedPlaces(grid) !== undefined) return undefined;
  const rooms = steps.flatMap((step) => {
    const index = indexOf(present, step);
    const free = width - columnsOf(stepWords(step)) - 1 - columnsOf(place(step));
    return index === 0 ? (free < 0 ? [free] : []) : [Math.floor(free / index)];
  });
  const heads = present.slice(0, -1).map((process) => columnsOf(headWords(process)) + GAP);
  const indent = Math.min(Math.floor(width / present.length), ...rooms);
  if (indent < Math.max(LEAST_INDENT, ...heads)) return undefined;
  const head = present.map((process) => padEnd(headWords(process), indent)).join('');
  const rows = steps.map((step) => {
    const words = `${' '.repeat(indent * indexOf(present, step))}${stepWords(step)}`;
    return [`${padEnd(words, width - columnsOf(place(step)))}${place(step)}`];
  });
  return { head: [head.trimEnd()], rows };
}

function headWords(process: ReviewTrace['processes'][number]): string {
  return `${process.cpu} ${process.label}`;
}

function indexOf(present: ReviewTrace['processes'], step: ReviewTraceStep): number {
  return Math.max(
    0,
    present.findIndex((process) => process.name === step.process),
  );
}

/** Words on the left, code line flush right; on the next line when both do not fit, so that a result stays with its call. */
function stepLines(step: ReviewTraceStep, grid: Grid): string[] {
  const place = grid.place(step);
  const words = stepWords(step);
  const room = Math.max(12, grid.width - columnsOf(place) - 1);
  if (columnsOf(words) > room && columnsOf(words) <= grid.width)
    return [words, `${' '.repeat(grid.width - columnsOf(place))}${place}`];
  const [first, ...rest] = wrap(words, room);
  return [`${padEnd(first ?? '', grid.width - columnsOf(place) - 1)} ${place}`, ...rest.map((line) => `  ${line}`)];
}

/** Many processes: each step names its own. */
function inLines(grid: Grid): Body {
  const { steps, present } = grid;
  const names = new Map(present.map((process) => [process.name, headWords(process)]));
  const column = Math.max(...[...names.values()].map(columnsOf)) + GAP;
  let last = '';
  const rows = steps.map((step) => {
    const name = step.process === last ? '' : (names.get(step.process) ?? step.process);
    last = step.process;
    const [first, ...rest] = stepLines(step, { ...grid, width: Math.min(grid.width - column, 64) });
    return [`${padEnd(name, column)}${first ?? ''}`, ...rest.map((line) => `${' '.repeat(column)}${line}`)];
  });
  return { head: [], rows };
}

/** Returns `text` wrapped, with `lead` before the first line and blanks of the same width before the others. */
export function wrapAfter(lead: string, text: string, width: number): string[] {
  const indent = columnsOf(lead);
  return wrap(text, Math.max(20, width - indent)).map(
    (line, index) => `${index === 0 ? lead : ' '.repeat(indent)}${line}`,
  );
}
