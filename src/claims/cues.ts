// Reads rules/claims/*.md: the words and phrases by which people propose, hedge and take back a change.

import { InputError } from '../errors.ts';
import {
  fail,
  type Item,
  type Phrase,
  readPhrase,
  readPhrases,
  readSections,
  splitCommas,
  splitNamed,
  type WordClasses,
} from './notation.ts';

/** What a form of a fix does to the code; the letters are its slots. */
export type FormEdit =
  | 'move A before B'
  | 'move A after B'
  | 'move A into L'
  | 'swap A B'
  | 'revert S'
  | 'insert A before B'
  | 'insert A after B'
  | 'delete A'
  | 'wrap A C'
  | 'wrap A not C'
  | 'replace A B'
  | 'nothing';

export interface Form {
  readonly phrase: Phrase;
  readonly edit: FormEdit;
  readonly line: number; // 1-based, of the cue file
}

export type PhraseSection =
  | 'proposes'
  | 'proposes inside the change'
  | 'announces'
  | 'proposes, unless the words of history are near'
  | 'promises'
  | 'denies'
  | 'is no denial'
  | 'denies afterwards'
  | 'words of history'
  | 'reports'
  | 'is irony'
  | 'only asks'
  | 'hedges, weak'
  | 'hedges, strong'
  | 'hedges, strong, of all that the speaker says around it'
  | 'takes back'
  | 'does not take back'
  | 'objects'
  | 'agrees'
  | 'puts in its place';

/** A row of "Operations on flags": the words before the flag, and the name the operation has (`*` is the flag). */
export interface Operation {
  readonly words: readonly string[];
  readonly name: string;
}

/** The cue grammar as read from rules/claims. */
export interface Cues {
  readonly words: Readonly<Record<ClassName, ReadonlySet<string>>>;
  readonly operations: readonly Operation[];
  readonly barriers: ReadonlyMap<string, string>; // 'full barrier' -> 'smp_mb()'
  readonly forms: readonly Form[];
  readonly phrases: Readonly<Record<PhraseSection, readonly Phrase[]>>;
}

const CLASSES = ['do', 'be', 'try', 'the', 'region', 'subject', 'break', 'base', 'condition', 'softener'] as const;
export type ClassName = (typeof CLASSES)[number];

const PHRASE_SECTIONS: readonly PhraseSection[] = [
  'proposes',
  'proposes inside the change',
  'announces',
  'proposes, unless the words of history are near',
  'promises',
  'denies',
  'is no denial',
  'denies afterwards',
  'words of history',
  'reports',
  'is irony',
  'only asks',
  'hedges, weak',
  'hedges, strong',
  'hedges, strong, of all that the speaker says around it',
  'takes back',
  'does not take back',
  'objects',
  'agrees',
  'puts in its place',
];

const EDITS: readonly FormEdit[] = [
  'move A before B',
  'move A after B',
  'move A into L',
  'swap A B',
  'revert S',
  'insert A before B',
  'insert A after B',
  'delete A',
  'wrap A C',
  'wrap A not C',
  'replace A B',
  'nothing',
];

/**
 * Returns the cue grammar in `text`: Markdown whose `##` sections hold `-` items; all other text is for people.
 * Lines are 1-based in `file`, which is only named in errors.
 * Throws InputError on an unknown, repeated or missing section, an item of the wrong form, or an unknown word class.
 */
export function parseCues(text: string, file: string): Cues {
  const sections = readSections(
    text,
    file,
    new Set(['words', 'operations on flags', 'barriers', 'forms of a fix', ...PHRASE_SECTIONS]),
  );
  const take = (name: string): readonly Item[] => {
    const items = sections.get(name);
    if (items !== undefined && items.length > 0) return items;
    throw new InputError({ place: { file }, expected: `a section "## ${name}" with items`, found: 'none' });
  };
  const words: WordClasses = new Map(take('words').map((item) => readClass(item, file)));
  const read = (name: PhraseSection) => take(name).flatMap((item) => readPhrases(item, words, file));
  return {
    words: classesOf(words, file),
    operations: take('operations on flags').map((item) => readOperation(item, file)),
    barriers: new Map(take('barriers').flatMap((item) => readBarrier(item, file))),
    forms: take('forms of a fix').map((item) => readForm(item, words, file)),
    phrases: Object.fromEntries(PHRASE_SECTIONS.map((name) => [name, read(name)])) as unknown as Cues['phrases'],
  };
}

function readClass(item: Item, file: string): readonly [string, ReadonlySet<string>] {
  const [name, rest] = splitNamed(item, file);
  return [name, new Set(splitCommas(rest))];
}

function classesOf(words: WordClasses, file: string): Cues['words'] {
  const entry = (name: ClassName) => {
    const found = words.get(name);
    if (found !== undefined) return [name, found] as const;
    throw new InputError({ place: { file }, expected: `the class "${name}" in section "## Words"`, found: 'none' });
  };
  return Object.fromEntries(CLASSES.map(entry)) as unknown as Cues['words'];
}

function readOperation(item: Item, file: string): Operation {
  const [words, name] = splitNamed(item, file);
  if (!/^\w*\*\w*$/.test(name)) fail(file, item.line, 'the name of an operation with one `*`', `"${name}"`);
  return { words: splitCommas(words), name };
}

function readBarrier(item: Item, file: string): (readonly [string, string])[] {
  const [words, code] = splitNamed(item, file);
  if (!/^\w+\(\)$/.test(code)) fail(file, item.line, 'a barrier such as smp_mb()', `"${code}"`);
  return splitCommas(words).map((phrase) => [phrase, code]);
}

function readForm(item: Item, words: WordClasses, file: string): Form {
  const parts = /^`([^`]+)` means (.+)$/.exec(item.text);
  if (parts === null) return fail(file, item.line, 'an item "`form` means edit"', `"${item.text}"`);
  const edit = EDITS.find((known) => known === parts[2]);
  if (edit === undefined) return fail(file, item.line, `one of ${EDITS.join(', ')}`, `"${parts[2]}"`);
  const phrase = readPhrase(parts[1]!, { words, file, line: item.line, slots: true });
  const met = new Set(phrase.flatMap((element) => (element.kind === 'slot' ? [element.slot as string] : [])));
  for (const letter of edit.match(/\b[ABLSC]\b/g) ?? []) {
    if (!met.has(letter)) fail(file, item.line, `the slot ${letter} in the form`, `"${parts[1]}"`);
  }
  return { phrase, edit, line: item.line };
}
