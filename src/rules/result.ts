// The Result table of a rule: code version and edits x scenario and memory model -> holds | violated.
import { InputError } from '../errors.ts';
import type { ExpectedRow, MemoryModel } from '../types.ts';
import { listOf, parseTable, type TableRow } from './table.ts';

const FIXED = ['code', 'version', 'edits'];
const KINDS = ['asserts', 'faults', 'deadlock'];

interface Column {
  readonly scenario: string;
  readonly property: string | undefined; // undefined: the main invariant of the rule
  readonly model: MemoryModel;
}

interface Known {
  readonly file: string;
  readonly scenarios: readonly string[];
  readonly invariants: readonly string[];
  readonly edits: readonly string[];
}

/**
 * Returns the rows of a Result table, in order. The columns are code, version, edits, then one a scenario and model: `S1 SC`,
 * of the main invariant; `S1 I-list SC` of another one, or of all asserts, faults or deadlocks by that word.
 * A cell is holds, violated, or - when nothing is stated. Throws InputError with the line for unknown columns, scenarios,
 * models, edits and cells, for a version that is no tag (v6.12), and for two rows that run the same code.
 */
export function parseResult(
  block: { readonly lines: readonly string[]; readonly line: number },
  known: Known,
): ExpectedRow[] {
  const table = parseTable(block.lines, known.file, block.line);
  const columns = columnsOf(table.header, known);
  const seen = new Map<string, number>();
  return table.rows.map((row) => {
    const parsed = rowOf(row, columns, known);
    const code = `${parsed.version} ${parsed.edits.join(', ')}`;
    const before = seen.get(code);
    if (before !== undefined)
      throw wrong(row, known, 'each version with its edits once', `${code.trim()}, which is in line ${before} too`);
    seen.set(code, row.line);
    return parsed;
  });
}

function columnsOf(header: TableRow, known: Known): Column[] {
  const [code, version, edits, ...rest] = header.cells;
  if (code !== 'code' || version !== 'version' || edits !== 'edits') {
    throw wrong(header, known, `the columns ${FIXED.join(', ')} first`, header.cells.slice(0, 3).join(', '));
  }
  if (rest.length === 0) throw wrong(header, known, 'a column like "S1 SC"', 'none');
  const columns = rest.map((cell) => {
    const [, scenario = '', property, word = ''] = /^(\w+)(?: ([a-zA-Z][\w-]*))? (SC|TSO|LKMM)$/.exec(cell) ?? [];
    if (!known.scenarios.includes(scenario)) {
      throw wrong(header, known, `a scenario (${known.scenarios.join(', ')}) and SC, TSO or LKMM`, cell || 'nothing');
    }
    if (property !== undefined && !KINDS.includes(property) && !known.invariants.includes(property)) {
      const names = [...known.invariants, ...KINDS].join(', ');
      throw wrong(header, known, `an invariant of the scenarios, or one of the words after them (${names})`, property);
    }
    return { scenario, property, model: modelOf(word) };
  });
  const repeated = rest.find((cell, index) => rest.indexOf(cell) !== index);
  if (repeated !== undefined) throw wrong(header, known, 'each column once', repeated);
  return columns;
}

function modelOf(word: string): MemoryModel {
  return word === 'SC' ? 'sc' : word === 'TSO' ? 'tso' : 'lkmm';
}

function rowOf(row: TableRow, columns: readonly Column[], known: Known): ExpectedRow {
  const [words = '', version = '', list = '', ...cells] = row.cells;
  if (words === '') throw wrong(row, known, 'words for the code', 'nothing');
  if (!/^v\d+(?:\.\d+){1,2}$/.test(version)) throw wrong(row, known, 'a version like v6.12', version || 'nothing');
  const edits = list === '-' ? [] : listOf(list);
  if (list === '') throw wrong(row, known, 'names of edits, or -', 'nothing');
  for (const edit of edits) {
    if (!known.edits.includes(edit))
      throw wrong(row, known, `one of the edits ${known.edits.join(', ') || '(there are none)'}`, edit);
  }
  const expected: Record<string, Partial<Record<MemoryModel, 'holds' | 'violated'>>> = {};
  const others: NonNullable<ExpectedRow['others']>[number][] = [];
  columns.forEach(({ scenario, property, model }, index) => {
    const cell = cells[index] ?? '';
    if (cell === '-') return;
    if (cell !== 'holds' && cell !== 'violated')
      throw wrong(row, known, `holds, violated or - for ${scenario}`, cell || 'nothing');
    if (property !== undefined) others.push({ scenario, property, model, expected: cell });
    else expected[scenario] = { ...expected[scenario], [model]: cell };
  });
  return { words, version, edits, expected, ...(others.length === 0 ? {} : { others }), line: row.line };
}

function wrong(row: TableRow, known: Known, expected: string, found: string): InputError {
  return new InputError({ place: { file: known.file, line: row.line }, expected, found });
}
