// rules/vocabulary.md: the names of one operation across versions, the words for flags and calls, and the locks.
import { InputError } from '../errors.ts';
import type { Vocabulary } from '../types.ts';
import { blocksOf } from './markdown.ts';
import { listOf, parseTable, type TableRow } from './table.ts';

const SECTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Names of one operation', ['names']],
  ['Flags', ['flag', 'words']],
  ['Locks', ['lock', 'words', 'acquire', 'release']],
  ['Steps', ['words', 'calls']],
]);
const OPTIONAL = 'Steps';

/**
 * Returns the vocabulary written in `text`, groups and locks in the order of the file.
 * Throws InputError with the line in `file` for a missing or unknown section, a table with other columns,
 * a name that is in two groups, a group of one name, and a name that is not an identifier with at most one `*`.
 */
export function parseVocabulary(text: string, file: string): Vocabulary {
  const tables = tablesOf(text, file);
  return {
    names: namesOf(tables.get('Names of one operation') ?? [], file),
    locks: locksOf(tables.get('Locks') ?? [], file),
    flags: (tables.get('Flags') ?? []).map((row) => ({ name: only(row, 0, file), words: listOf(row.cells[1] ?? '') })),
    steps: (tables.get('Steps') ?? []).map(({ cells }) => ({
      words: listOf(cells[0] ?? ''),
      calls: listOf(cells[1] ?? ''),
    })),
  };
}

function tablesOf(text: string, file: string): Map<string, readonly TableRow[]> {
  const tables = new Map<string, readonly TableRow[]>();
  let section: string | undefined;
  for (const block of blocksOf(text)) {
    if (block.kind === 'heading' && block.depth === 2) {
      section = block.text;
      if (SECTIONS.has(section) && !tables.has(section)) continue;
      const expected = `one each of the sections ${[...SECTIONS.keys()].join(', ')}`;
      throw new InputError({ place: { file, line: block.line }, expected, found: `## ${section}` });
    }
    if (block.kind !== 'table' || section === undefined) continue;
    const table = parseTable(block.lines, file, block.line);
    const columns = SECTIONS.get(section)?.join(' | ') ?? '';
    const found = table.header.cells.join(' | ');
    if (found !== columns) {
      throw new InputError({ place: { file, line: block.line }, expected: `the columns ${columns}`, found });
    }
    tables.set(section, table.rows);
  }
  for (const name of SECTIONS.keys()) {
    if (tables.has(name) || name === OPTIONAL) continue;
    throw new InputError({ place: { file }, expected: `a section "## ${name}" with a table`, found: 'none' });
  }
  return tables;
}

function namesOf(rows: readonly TableRow[], file: string): string[][] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const names = listOf(row.cells[0] ?? '');
    const place = { file, line: row.line };
    if (names.length < 2)
      throw new InputError({
        place,
        expected: 'two names or more of one operation',
        found: names.join(', ') || 'none',
      });
    for (const name of names) {
      if (!/^\w*\*?\w*$/.test(name))
        throw new InputError({ place, expected: 'a function name, with at most one *', found: name });
      const before = seen.get(name);
      if (before !== undefined)
        throw new InputError({ place, expected: 'each name once', found: `${name}, which is in line ${before} too` });
      seen.set(name, row.line);
    }
    return names;
  });
}

function locksOf(rows: readonly TableRow[], file: string): Vocabulary['locks'] {
  return rows.map((row) => ({
    name: only(row, 0, file),
    words: listOf(row.cells[1] ?? ''),
    acquire: listOf(row.cells[2] ?? ''),
    release: (row.cells[3] ?? '').replace(/^`(.*)`$/, '$1'),
  }));
}

/** The one name in a cell. */
function only(row: TableRow, column: number, file: string): string {
  const names = listOf(row.cells[column] ?? '');
  const [name] = names;
  if (names.length === 1 && name !== undefined && /^\w+$/.test(name)) return name;
  throw new InputError({
    place: { file, line: row.line },
    expected: 'one name',
    found: row.cells[column] || 'nothing',
  });
}
