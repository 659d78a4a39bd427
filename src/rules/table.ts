// Tables of rule files: | a | b | under | --- | --- |, with the line of each row.
import { InputError } from '../errors.ts';

export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number; // 1-based, of the file
}

export interface Table {
  readonly header: TableRow;
  readonly rows: readonly TableRow[];
}

/**
 * Returns the table whose lines are `lines`; `line` is the 1-based line of the first of them in `file`.
 * Throws InputError when a line is no row, the line of dashes is missing, or a row has another number of cells.
 */
export function parseTable(lines: readonly string[], file: string, line: number): Table {
  const [head, dashes, ...rest] = lines;
  const header = { cells: cellsOf(head ?? '', file, line), line };
  if (dashes === undefined || !/^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/.test(dashes)) {
    throw new InputError({
      place: { file, line: line + 1 },
      expected: 'a line of dashes under the names of the columns, |---|---|',
      found: dashes === undefined ? 'the end of the table' : dashes.trim(),
    });
  }
  const rows = rest.map((text, index) => ({ cells: cellsOf(text, file, line + 2 + index), line: line + 2 + index }));
  for (const row of [{ cells: cellsOf(dashes, file, line + 1), line: line + 1 }, ...rows]) {
    if (row.cells.length === header.cells.length) continue;
    throw new InputError({
      place: { file, line: row.line },
      expected: `${header.cells.length} cells as in the head of the table`,
      found: `${row.cells.length}`,
    });
  }
  return { header, rows };
}

function cellsOf(text: string, file: string, line: number): string[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('|') || !trimmed.endsWith('|') || trimmed.length < 2) {
    throw new InputError({
      place: { file, line },
      expected: 'a table row between | and |',
      found: trimmed || 'nothing',
    });
  }
  return trimmed
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** Returns the words of a cell that lists several: `a`, `b`, with or without marks of code. */
export function listOf(cell: string): string[] {
  return cell
    .split(',')
    .map((item) => item.trim().replace(/^`(.*)`$/, '$1'))
    .filter((item) => item !== '');
}
