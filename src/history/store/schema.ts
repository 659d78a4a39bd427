// The tables, and how they came to be: one list of steps for both kinds of database. A step that was released never changes.
import type { Generated } from 'kysely';

export interface ReviewsTable {
  row: Generated<number>;
  id: string;
  thread: string;
  subject: string;
  base: string;
  rules: string;
  version: string;
  recorded: string;
  patches: number;
  claims: number;
  opens: number;
  closes: number;
  json: string;
}

/** What a review is found by: its rules, scenarios, functions and changes. */
export interface MarksTable {
  review: number; // ReviewsTable row
  kind: string; // rule, scenario, function, change
  value: string;
}

export interface ThreadsTable {
  row: Generated<number>;
  id: string;
  subject: string;
  first: string;
  messages: number;
  speakers: string; // JSON
}

export interface MessagesTable {
  row: Generated<number>;
  id: string;
  thread: string;
  position: number; // in the thread
  subject: string;
  sender: string;
  date: string;
  json: string; // Message
}

export interface ClaimsTable {
  row: Generated<number>;
  id: string;
  review: string;
  thread: string;
  message: string;
  speaker: string;
  date: string;
  kind: string;
  status: string;
  verdict: string;
  quote: string;
  why: string;
}

export interface ResultsTable {
  row: Generated<number>;
  series: string;
  scenario: string;
  rules: string;
  engine: string;
  rule: string; // of the scenario
  thread: string;
  subject: string;
  date: string;
  change: string;
  before: string;
  after: string;
  states: number;
  why: string;
  detail: string;
}

export interface Tables {
  reviews: ReviewsTable;
  review_marks: MarksTable;
  threads: ThreadsTable;
  messages: MessagesTable;
  claims: ClaimsTable;
  results: ResultsTable;
}

/** How the two kinds of database say the same. */
export interface Dialect {
  readonly kind: 'sqlite' | 'postgres';
  readonly row: string; // a number that grows with each row
  readonly text: string; // text that is compared by its bytes
}

export const SQLITE: Dialect = { kind: 'sqlite', row: 'integer primary key autoincrement', text: 'text' };
export const POSTGRES: Dialect = {
  kind: 'postgres',
  row: 'integer generated always as identity primary key',
  text: 'text collate "C"',
};

/** The statements that make each version of the schema from the one before; the newest version is their number. */
export function migrations(dialect: Dialect): readonly (readonly string[])[] {
  return [[...tables(dialect), ...indexes(), ...wordIndexes(dialect)]];
}

function tables({ row, text }: Dialect): string[] {
  const columns = (names: string): string =>
    names
      .split(' ')
      .map((name) => `"${name}" ${text} not null`)
      .join(', ');
  const numbers = (names: string): string =>
    names
      .split(' ')
      .map((name) => `"${name}" integer not null`)
      .join(', ');
  return [
    `create table reviews (row ${row}, id ${text} not null unique,
      ${columns('thread subject base rules version recorded')}, ${numbers('patches claims opens closes')}, ${columns('json')})`,
    `create table review_marks (review integer not null references reviews(row), ${columns('kind value')},
      primary key (kind, value, review))`,
    `create table threads (row ${row}, id ${text} not null unique, ${columns('subject first')}, ${numbers('messages')},
      ${columns('speakers')})`,
    `create table messages (row ${row}, ${columns('id thread')}, ${numbers('position')},
      ${columns('subject sender date json')}, unique (thread, id))`,
    `create table claims (row ${row},
      ${columns('id review thread message speaker date kind status verdict quote why')}, unique (review, id))`,
    `create table results (row ${row}, ${columns('series scenario rules engine rule thread subject date change before after')},
      ${numbers('states')}, ${columns('why detail')}, unique (series, scenario, rules, engine))`,
  ];
}

/** None for the kind and the verdict of a claim: a search by words would take it in the place of the index of words. */
function indexes(): string[] {
  return [
    'create index reviews_thread on reviews (thread, row)',
    'create index claims_thread on claims (thread, row)',
    'create index claims_speaker on claims (speaker, row)',
    'create index results_change on results (change, row)',
    'create index results_scenario on results (scenario, row)',
    'create index results_rule on results (rule, row)',
    'create index results_rule_change on results (rule, change, row)',
  ];
}

/**
 * Words are cut by tokens.ts, and identifiers are whole words. SQLite is told that `_` belongs to a word; PostgreSQL, whose
 * parsers part words at `_`, gets an array of words and a tsvector of words with their places.
 */
function wordIndexes({ kind }: Dialect): string[] {
  return ['messages', 'claims'].flatMap((table) =>
    kind === 'sqlite'
      ? [`create virtual table ${table}_words using fts5(words, content='', tokenize="unicode61 tokenchars '_'")`]
      : [
          `create table ${table}_words (row integer primary key references ${table}(row), words text[] not null, places tsvector not null)`,
          `create index ${table}_words_words on ${table}_words using gin (words)`,
          `create index ${table}_words_places on ${table}_words using gin (places)`,
        ],
  );
}
