// Reads rules/claims/topics.md, and finds which scenarios the words of a statement speak of. Nothing is run here.

import { InputError } from '../errors.ts';
import type { ClaimKind, ClaimTopic } from '../types.ts';
import type { Names } from './names.ts';

/** One of the words of a group: parts that stand next to each other; `isStem` when the last part is only a beginning. */
interface Word {
  readonly parts: readonly string[];
  readonly isStem: boolean;
}

interface Group {
  readonly words: readonly Word[];
  readonly isDenied: boolean;
}

/** A row of the file. */
export interface TopicRow {
  readonly topic: ClaimTopic;
  readonly kinds: ReadonlySet<string>; // empty: every kind
  readonly groups: readonly Group[];
  readonly line: number; // 1-based
}

/**
 * Returns the rows in `text`: `##` sections named after rules, each with items `words : scenarios`.
 * Throws InputError for an item of another form. Whether rules, scenarios and edits exist is for the caller to ask.
 */
export function parseTopics(text: string, file: string): TopicRow[] {
  const rows: TopicRow[] = [];
  let rule: string | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const heading = /^## +(\S+)\s*$/.exec(raw)?.[1];
    if (heading !== undefined) rule = heading;
    else if (rule !== undefined && raw.startsWith('- ')) rows.push(readRow(raw.slice(2), rule, file, index + 1));
  }
  return rows;
}

//  (fix, order) bypass|skip & lru_add_pvecs & !memcg : S9/T-strict with bypass says good
const ROW =
  /^(?:\(([\w, -]+)\) )?(.+?) : ([\w ]+?)(?:\/([\w-]+))?(?: with ([\w., -]+?))?(?: against ([\w., -]+?))?(?: says (bad|good))?$/;

function readRow(text: string, rule: string, file: string, line: number): TopicRow {
  const found = ROW.exec(text.trim());
  if (found === null)
    throw new InputError({
      place: { file, line },
      expected: 'words : scenarios [with edits] [says bad|good]',
      found: text,
    });
  const [, kinds, words = '', scenarios = '', property, edits, against, says] = found;
  return {
    topic: {
      rule,
      scenarios: scenarios.split(' '),
      edits: namesOfEdits(edits),
      ...(against === undefined ? {} : { against: namesOfEdits(against) }),
      ...(property === undefined ? {} : { property }),
      ...(says === 'bad' || says === 'good' ? { says } : {}),
    },
    kinds: new Set(kinds?.split(',').map((kind) => kind.trim()) ?? []),
    groups: words.split(' & ').map(readGroup),
    line,
  };
}

function namesOfEdits(text: string | undefined): string[] {
  return text?.split(',').map((edit) => edit.trim()) ?? [];
}

function readGroup(text: string): Group {
  const isDenied = text.startsWith('!');
  const words = (isDenied ? text.slice(1) : text).split('|').map((word): Word => {
    const isStem = word.endsWith('*');
    return { parts: wordsOf(isStem ? word.slice(0, -1) : word), isStem };
  });
  return { words, isDenied };
}

/** Words as written; a name of code is one word, a member is two: `lruvec->lru_lock` is lruvec->lru_lock and lru_lock. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+(?:(?:->|-)[\p{L}\p{N}_]+)*/gu) ?? [];
}

/**
 * Returns the topics that `sentence` speaks of: the first fitting row of each rule, and of several rules those with most groups.
 * `around` is asked when the sentence has no topic of its own and leans on what stands next to it. Linear in rows and words.
 */
export function topicsOf(
  statement: { readonly sentence: string; readonly kind: ClaimKind; readonly around: string | undefined },
  rows: readonly TopicRow[],
  names: Names,
): ClaimTopic[] {
  const own = bestOf(statement.sentence, statement.kind, rows, names);
  if (own.length > 0 || statement.around === undefined) return own;
  const near = bestOf(`${statement.around} ${statement.sentence}`, statement.kind, rows, names);
  return near.length === 1 ? near : [];
}

function bestOf(text: string, kind: ClaimKind, rows: readonly TopicRow[], names: Names): ClaimTopic[] {
  const words = wordsOf(text).map((word): Met => ({ spellings: spellingsOf(word), key: names.key(word) }));
  const first = new Map<string, TopicRow>();
  for (const row of rows) {
    if (first.has(row.topic.rule) || (row.kinds.size > 0 && !row.kinds.has(kind))) continue;
    if (row.groups.every((group) => isMet(group, words, names))) first.set(row.topic.rule, row);
  }
  const most = Math.max(0, ...[...first.values()].map(weight));
  return [...first.values()].filter((row) => weight(row) === most).map(({ topic }) => topic);
}

function weight({ groups }: TopicRow): number {
  return groups.filter(({ isDenied }) => !isDenied).length;
}

/** A word of a sentence: how it may be written in a row, and what operation it names in any version. */
interface Met {
  readonly spellings: readonly string[]; // lower case
  readonly key: string;
}

function spellingsOf(word: string): string[] {
  const lower = word.toLowerCase();
  return [lower, ...lower.split('->'), ...(lower.includes('_') ? [] : lower.split('-'))];
}

function isMet(group: Group, words: readonly Met[], names: Names): boolean {
  const isThere = group.words.some((word) => words.some((_, at) => standsAt(word, words.slice(at, at + 4), names)));
  return isThere !== group.isDenied;
}

function standsAt({ parts, isStem }: Word, words: readonly Met[], names: Names): boolean {
  return parts.every((part, index) => {
    const word = words[index];
    if (word === undefined) return false;
    if (names.knows(part) && word.key === names.key(part)) return true;
    const lower = part.toLowerCase();
    const isLast = isStem && index === parts.length - 1;
    return word.spellings.some((each) => (isLast ? each.startsWith(lower) : each === lower));
  });
}
