// Rules on a terminal: the list, and the cells of their Result tables as they are computed.

import type { MemoryModel, Rule, Verdict } from '../types.ts';
import { clean, counted, padEnd, thousands } from './text.ts';
import { modelName } from './words.ts';

/** One cell of a Result table: what the rule says and what the checker found. */
export interface CellResult {
  readonly rule: string;
  readonly row: string; // the first column as written
  readonly scenario: string;
  readonly property?: string; // undefined: the main invariant of the rule
  readonly notRun?: true; // its model is not explored: neither a success nor a failure
  readonly model: MemoryModel;
  readonly expected: Verdict | undefined; // undefined: the table leaves the cell open
  readonly computed: Verdict;
  readonly states: number;
  readonly why?: string; // of bounded and refused
}

/** Returns every rule with its title, scenarios and the number of rows of its Result table, ending with a newline. */
export function renderRuleList(rules: readonly Rule[]): string {
  const blocks = rules.map((rule) => [
    clean(`${rule.name}: ${rule.title}`),
    `  ${counted(rule.scenarios.length, 'scenario')}, ${counted(rule.rows.length, 'row')}, ${counted(rule.functions.length, 'function')}, confidence ${clean(rule.confidence)}`,
    ...rule.scenarios.map((scenario) => clean(`  ${scenario.name}  ${scenario.words}`)),
  ]);
  return `${[...blocks.map((lines) => lines.join('\n')), `${counted(rules.length, 'rule')}`].join('\n\n')}\n`;
}

/**
 * Returns one line for a cell, or three for one that differs:
 *
 *     ok    stranded-unevictable  S1 SC  holds     1,204 states  v6.12 + set-lru-first
 *     DIFF  stranded-unevictable  S2 SC  violated    655 states  v6.12
 *           expected holds
 *           computed violated
 */
export function renderCell(cell: CellResult, color: boolean): string {
  const state = cellState(cell);
  const paint =
    color && (state === 'DIFF' || state === 'UNDEC')
      ? (text: string) => `\u001b[31m${text}\u001b[0m`
      : (text: string) => text;
  const what = [cell.scenario, ...(cell.property === undefined ? [] : [cell.property]), modelName(cell.model)];
  const where = `${cell.rule}  ${what.join(' ')}`;
  if (state === 'not run') return `${padEnd(state, 8)}${clean(`${where}  ${cell.row}`)}\n`;
  const line = `${paint(padEnd(state, 6))}${clean(where)}  ${padEnd(cell.computed, 8)} ${thousands(cell.states).padStart(9)} states  ${clean(cell.row)}`;
  const why = cell.why === undefined ? '' : ` (${clean(cell.why)})`;
  const difference =
    state !== 'DIFF' && state !== 'UNDEC'
      ? []
      : [`      expected ${cell.expected ?? ''}`, `      computed ${cell.computed}${why}`];
  return `${[line, ...difference].join('\n')}\n`;
}

/** Returns one line a problem, `rules/x.md:12: words`, and a count; what is only left to be filled in says so. */
export function renderProblems(
  problems: readonly {
    readonly kind: 'wrong' | 'left';
    readonly file: string;
    readonly line: number;
    readonly words: string;
  }[],
): string {
  const lines = problems.map(({ kind, file, line, words }) =>
    clean(`${file}:${line}: ${kind === 'left' ? 'left to fill in: ' : ''}${words}`),
  );
  const wrong = problems.filter(({ kind }) => kind === 'wrong').length;
  const left = problems.length - wrong;
  const count = [`${counted(wrong, 'problem')}`, ...(left === 0 ? [] : [`${counted(left, 'place')} left to fill in`])];
  return `${[...lines, count.join(', ')].join('\n')}\n`;
}

/** Returns the last line of a rules test: '36 cells: 34 as expected, 1 differs, 1 not decided'. */
export function renderCellCount(cells: readonly CellResult[]): string {
  const count = (state: string) => cells.filter((cell) => cellState(cell) === state).length;
  const parts = [
    `${thousands(count('ok'))} as expected`,
    `${thousands(count('DIFF'))} ${count('DIFF') === 1 ? 'differs' : 'differ'}`,
    ...(count('UNDEC') === 0 ? [] : [`${thousands(count('UNDEC'))} not decided`]),
    ...(count('not run') === 0
      ? []
      : [`${thousands(count('not run'))} not run: ${modelsNotRun(cells)} is not explored`]),
    ...(count('open') === 0 ? [] : [`${thousands(count('open'))} left open by the table`]),
  ];
  return `${counted(cells.length, 'cell')}: ${parts.join(', ')}\n`;
}

function modelsNotRun(cells: readonly CellResult[]): string {
  const names = cells.filter((cell) => cell.notRun === true).map((cell) => modelName(cell.model));
  return [...new Set(names)].sort().join(', ');
}

function cellState(cell: CellResult): 'ok' | 'DIFF' | 'UNDEC' | 'open' | 'not run' {
  if (cell.notRun === true) return 'not run';
  if (cell.expected === undefined) return 'open';
  if (cell.computed === cell.expected) return 'ok';
  return cell.computed === 'holds' || cell.computed === 'violated' ? 'DIFF' : 'UNDEC';
}
