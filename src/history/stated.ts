// rules/history/*.md: what is stated of races, in tables. README.md there has the format.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { listOf, parseTable, type TableRow } from '../rules/table.ts';
import type {
  EdgeEvidence,
  EdgeKind,
  Genealogy,
  HistoryArgument,
  HistoryThread,
  HistoryTopic,
  Place,
} from '../types.ts';

/** An edge as written. */
export interface StatedEdge {
  readonly kind: EdgeKind;
  readonly claims?: Exclude<EdgeKind, 'claimed'>;
  readonly commit: string;
  readonly subject: string;
  readonly release: string;
  readonly race: string;
  readonly words: string;
  readonly evidence: EdgeEvidence;
  readonly place: Place;
}

/** A version with edits, as written: `stranded-unevictable v6.12: old-order, fix-1`. */
export interface StatedTrial {
  readonly rule: string;
  readonly version: string;
  readonly edits: readonly string[];
  readonly words: string;
  readonly place: Place;
}

/** What somebody expects of a cell of a trial: `S11 deadlock LKMM holds`. */
export interface Prediction {
  readonly scenario: string;
  readonly property: string | undefined; // undefined: the main one
  readonly model: string; // sc when none is named
  readonly verdict: 'holds' | 'violated';
}

/** An argument as written, with what it predicts. */
export interface StatedArgument extends Omit<HistoryArgument, 'id' | 'trial' | 'verdict' | 'why'> {
  readonly trial?: StatedTrial;
  readonly predicts: readonly Prediction[];
  readonly place: Place;
}

/** A genealogy as written. */
export interface StatedGenealogy {
  readonly id: string;
  readonly kind: Genealogy['kind'];
  readonly title: string;
  readonly words: string;
  readonly rules: readonly string[];
  readonly names: readonly string[];
  readonly arguments: readonly StatedArgument[];
}

/** All that is stated, in the order of the files and their lines. */
export interface Stated {
  readonly edges: readonly StatedEdge[];
  readonly topics: readonly HistoryTopic[];
  readonly threads: readonly HistoryThread[];
  readonly trials: readonly StatedTrial[];
  readonly genealogies: readonly StatedGenealogy[];
}

/** The files of rules/history that state something, relative to `dir` and sorted; none when the folder is not there. */
export function statedFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .sort();
  } catch {
    return [];
  }
}

/** Reads the folder `dir`, rules/history. Throws InputError (file:line) for a table or a cell that is not valid. */
export function readStated(dir: string): Stated {
  const parts = statedFiles(dir).map((name) =>
    parseStated(readFileSync(join(dir, name), 'utf8'), `rules/history/${name}`),
  );
  return {
    edges: parts.flatMap((part) => part.edges),
    topics: parts.flatMap((part) => part.topics),
    threads: parts.flatMap((part) => part.threads),
    trials: parts.flatMap((part) => part.trials),
    genealogies: parts.flatMap((part) => part.genealogies),
  };
}

interface Section {
  readonly heading: string;
  readonly line: number; // 1-based
  readonly prose: string; // up to the table
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Parses one file: sections under `## `, each with prose and one table. Throws InputError (file:line). */
export function parseStated(text: string, file: string): Stated {
  const stated = { edges: [], topics: [], threads: [], trials: [], genealogies: [] } as {
    -readonly [K in keyof Stated]: Stated[K][number][];
  };
  for (const section of sectionsOf(text, file)) {
    const read = reader(section, file);
    if (section.heading === 'Edges') stated.edges.push(...section.rows.map((row) => edgeOf(read(row))));
    else if (section.heading === 'Races without a rule')
      stated.topics.push(...section.rows.map((row) => topicOf(read(row))));
    else if (section.heading === 'Threads') stated.threads.push(...section.rows.map((row) => threadOf(read(row))));
    else if (section.heading === 'Trials')
      stated.trials.push(...section.rows.map((row) => trialOf(read(row)('trial'), read(row))));
    else stated.genealogies.push(genealogyOf(section, file, read));
  }
  return stated;
}

function sectionsOf(text: string, file: string): Section[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (line.startsWith('## ') ? [index] : []));
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? lines.length;
    const first = lines.findIndex((line, at) => at > start && at < end && line.startsWith('|'));
    if (first < 0)
      throw new InputError({ place: { file, line: start + 1 }, expected: 'a table in this section', found: 'none' });
    const last = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
    const table = parseTable(lines.slice(first, last < 0 ? end : last), file, first + 1);
    return {
      heading: lines[start]?.slice(3).trim() ?? '',
      line: start + 1,
      prose: lines
        .slice(start + 1, first)
        .join('\n')
        .trim(),
      columns: table.header.cells,
      rows: table.rows,
    };
  });
}

/** A cell of a row by the name of its column, and where it stands. */
interface Cells {
  (column: string): string;
  readonly place: { readonly file: string; readonly line: number };
}

function reader({ columns }: Section, file: string): (row: TableRow) => Cells {
  return (row) => {
    const place = { file, line: row.line };
    const cell = (column: string): string => {
      const index = columns.indexOf(column);
      if (index < 0) throw wrong(place, `a column ${column}`, columns.join(', '));
      return row.cells[index] ?? '';
    };
    return Object.assign(cell, { place });
  };
}

const KINDS: readonly EdgeKind[] = ['opened', 'closed', 're-opened', 'exposed', 'claimed', 'unchanged'];

function edgeOf(cell: Cells): StatedEdge {
  const [word = '', claims] = cell('kind').split(' ');
  const kind = KINDS.find((one) => one === word);
  const said = KINDS.find((one) => one === claims && one !== 'claimed') as Exclude<EdgeKind, 'claimed'> | undefined;
  if (
    kind === undefined ||
    (kind === 'claimed') !== (said !== undefined) ||
    (claims !== undefined && said === undefined)
  )
    throw wrong(cell.place, `${KINDS.join(', ')}, or claimed with one of the others after it`, cell('kind'));
  const [, commit = '', subject = ''] = /^(?:`([0-9a-f]{12})`|-) (.+)$/.exec(cell('commit')) ?? [];
  if (subject === '') throw wrong(cell.place, '`12 digits` or -, and what the change is', cell('commit'));
  return {
    kind,
    ...(said === undefined ? {} : { claims: said }),
    commit,
    subject,
    release: releaseOf(cell),
    race: filled(cell, 'race'),
    words: filled(cell, 'effect'),
    evidence: evidenceOf(cell),
    place: cell.place,
  };
}

function releaseOf(cell: Cells): string {
  const release = cell('release');
  if (release === '-') return '';
  if (/^v\d+(\.\d+){1,2}$/.test(release)) return release;
  throw wrong(cell.place, 'a release like v5.18, or -', release || 'nothing');
}

function evidenceOf(cell: Cells): EdgeEvidence {
  const text = cell('evidence');
  if (text === 'memory' || text === 'analysis') return { kind: text };
  const where = /^read: (.+)$/.exec(text)?.[1];
  if (where === undefined) throw wrong(cell.place, 'memory, analysis, or read: where', text || 'nothing');
  return { kind: 'read', where: listOf(where) };
}

function topicOf(cell: Cells): HistoryTopic {
  return {
    id: idOf(cell, 'race'),
    title: filled(cell, 'title'),
    words: filled(cell, 'words'),
    functions: listOf(cell('functions')),
  };
}

function threadOf(cell: Cells): HistoryThread {
  return {
    id: messageId(cell, cell('message')) ?? '',
    subject: filled(cell, 'subject'),
    date: dateOf(cell),
    words: filled(cell, 'words'),
    rules: listOf(cell('rules')),
  };
}

function trialOf(text: string, cell: Cells): StatedTrial {
  const [, rule = '', version = '', edits = ''] = /^([\w-]+) (v[\d.]+): (.+)$/.exec(text) ?? [];
  if (edits === '')
    throw wrong(cell.place, 'RULE VERSION: edits, as in stranded-unevictable v6.12: fix-1', text || 'nothing');
  return { rule, version, edits: listOf(edits), words: filled(cell, 'words'), place: cell.place };
}

function genealogyOf(section: Section, file: string, read: (row: TableRow) => Cells): StatedGenealogy {
  const place = { file, line: section.line };
  const [, kind, id = '', title = ''] = /^(barrier|lock|order|test) ([a-z0-9-]+): (.+)$/.exec(section.heading) ?? [];
  if (title === '') {
    const expected = 'Edges, Races without a rule, Threads, Trials, or "barrier|lock|order|test ID: title"';
    throw wrong(place, expected, section.heading);
  }
  const [first = '', ...rest] = section.prose.split('\n');
  const [, rules, names] = /^Rules: (.*?)\. Names: (.*)\.$/.exec(first) ?? [];
  if (rules === undefined || names === undefined) throw wrong(place, 'a line "Rules: a, b. Names: c, d." first', first);
  return {
    id,
    kind: kind as StatedGenealogy['kind'],
    title,
    words: rest.join(' ').replace(/\s+/g, ' ').trim(),
    rules: listOf(rules),
    names: listOf(names),
    arguments: section.rows.map((row) => argumentOf(read(row))),
  };
}

const STANCES = ['for', 'against', 'asks', 'observes', 'withdraws', 'concedes'] as const;

function argumentOf(cell: Cells): StatedArgument {
  const stance = STANCES.find((one) => one === cell('stance'));
  if (stance === undefined) throw wrong(cell.place, STANCES.join(', '), cell('stance') || 'nothing');
  const evidence = evidenceOf(cell);
  const where = evidence.kind === 'read' ? evidence.where : [];
  const id = where.find((one) => one.includes('@'));
  const commit = where.find((one) => /^[0-9a-f]{12}$/.test(one));
  return {
    date: dateOf(cell),
    who: filled(cell, 'who'),
    stance,
    words: filled(cell, 'words'),
    ...(id === undefined ? {} : { messageId: id }),
    ...(commit === undefined ? {} : { commit }),
    evidence: evidence.kind === 'computed' ? 'analysis' : evidence.kind,
    ...(cell('try') === '-' ? {} : { trial: trialOf(cell('try'), cell) }),
    predicts: cell('says') === '-' ? [] : listOf(cell('says')).map((text) => predictionOf(text, cell)),
    place: cell.place,
  };
}

function predictionOf(text: string, cell: Cells): Prediction {
  const shape = /^(\w+)(?: (?!SC |TSO |LKMM )([a-zA-Z][\w-]*))?(?: (SC|TSO|LKMM))? (holds|violated)$/;
  const [, scenario, property, model = 'SC', verdict] = shape.exec(text) ?? [];
  if (scenario === undefined || (verdict !== 'holds' && verdict !== 'violated'))
    throw wrong(cell.place, 'predictions like S1 holds, S3 LKMM violated', text);
  return { scenario, property, model: model.toLowerCase(), verdict };
}

function idOf(cell: Cells, column: string): string {
  if (/^[a-z0-9-]+$/.test(cell(column))) return cell(column);
  throw wrong(cell.place, 'an id of letters, digits and -', cell(column) || 'nothing');
}

function dateOf(cell: Cells): string {
  if (/^(\d{4}-\d\d(-\d\d)?)?$/.test(cell('date'))) return cell('date');
  throw wrong(cell.place, 'a date YYYY-MM-DD, YYYY-MM or nothing', cell('date'));
}

function messageId(cell: Cells, text: string): string | undefined {
  if (/^[^\s<>]+@[^\s<>]+$/.test(text)) return text;
  throw wrong(cell.place, 'a Message-ID without <>', text || 'nothing');
}

function filled(cell: Cells, column: string): string {
  if (cell(column) !== '') return cell(column);
  throw wrong(cell.place, `something under ${column}`, 'nothing');
}

function wrong(place: { readonly file: string; readonly line: number }, expected: string, found: string): InputError {
  return new InputError({ place, expected, found });
}
