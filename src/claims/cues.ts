// Reads rules/claims/*.md: the words and phrases by which people propose, hedge and take back a change.

import { InputError } from '../errors.ts';

/** One element of a phrase. `run` is up to RUN_LIMIT words of a class, `gap` up to GAP_LIMIT words of any kind. */
export type Element =
  | { readonly kind: 'word'; readonly words: ReadonlySet<string>; readonly optional: boolean }
  | { readonly kind: 'run'; readonly words: ReadonlySet<string> }
  | { readonly kind: 'gap' }
  | { readonly kind: 'slot'; readonly slot: Slot };

/** A, B: an operation; L: a lock; S: a commit; C: a condition in C. */
export type Slot = 'A' | 'B' | 'L' | 'S' | 'C';

export type Phrase = readonly Element[];

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
  'replace A B',
  'nothing',
];

interface Item {
  readonly text: string;
  readonly line: number; // 1-based
}

type Words = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Returns the cue grammar in `text`: Markdown whose `##` sections hold `-` items; all other text is for people.
 * Lines are 1-based in `file`, which is only named in errors.
 * Throws InputError on an unknown, repeated or missing section, an item of the wrong form, or an unknown word class.
 */
export function parseCues(text: string, file: string): Cues {
  const sections = readSections(text, file);
  const take = (name: string): readonly Item[] => {
    const items = sections.get(name);
    if (items !== undefined && items.length > 0) return items;
    throw new InputError({ place: { file }, expected: `a section "## ${name}" with items`, found: 'none' });
  };
  const words: Words = new Map(take('words').map((item) => readClass(item, file)));
  const read = (name: PhraseSection) => take(name).flatMap((item) => readPhrases(item, words, file));
  return {
    words: classesOf(words, file),
    operations: take('operations on flags').map((item) => readOperation(item, file)),
    barriers: new Map(take('barriers').flatMap((item) => readBarrier(item, file))),
    forms: take('forms of a fix').map((item) => readForm(item, words, file)),
    phrases: Object.fromEntries(PHRASE_SECTIONS.map((name) => [name, read(name)])) as unknown as Cues['phrases'],
  };
}

function readSections(text: string, file: string): Map<string, Item[]> {
  const known = new Set<string>(['words', 'operations on flags', 'barriers', 'forms of a fix', ...PHRASE_SECTIONS]);
  const sections = new Map<string, Item[]>();
  let items: Item[] | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const heading = /^## +(.*\S)\s*$/.exec(raw)?.[1]?.toLowerCase();
    if (heading !== undefined) {
      if (!known.has(heading)) fail(file, line, 'a section of the cue grammar', `"## ${heading}"`);
      if (sections.has(heading)) fail(file, line, 'each section once', `"## ${heading}" again`);
      items = [];
      sections.set(heading, items);
    } else if (raw.startsWith('- ') && items !== undefined) {
      items.push({ text: raw.slice(2).trim(), line });
    } else if (/^ +\S/.test(raw) && items !== undefined && items.length > 0) {
      const last = items.pop()!;
      items.push({ text: `${last.text} ${raw.trim()}`, line: last.line });
    }
  }
  return sections;
}

function fail(file: string, line: number, expected: string, found: string): never {
  throw new InputError({ place: { file, line }, expected, found });
}

/** `name: rest`, where the name has no blank around it. */
function splitNamed(item: Item, file: string): readonly [string, string] {
  const colon = item.text.lastIndexOf(': ');
  if (colon > 0) return [item.text.slice(0, colon).trim(), item.text.slice(colon + 2).trim()];
  return fail(file, item.line, 'an item of the form "name: words"', `"${item.text}"`);
}

function splitCommas(text: string): string[] {
  return text
    .replace("','", '\u0000')
    .split(',')
    .map((part) => part.trim().replace('\u0000', ',').toLowerCase())
    .filter((part) => part !== '');
}

function readClass(item: Item, file: string): readonly [string, ReadonlySet<string>] {
  const [name, rest] = splitNamed(item, file);
  return [name, new Set(splitCommas(rest))];
}

function classesOf(words: Words, file: string): Cues['words'] {
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

function readForm(item: Item, words: Words, file: string): Form {
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

function readPhrases(item: Item, words: Words, file: string): Phrase[] {
  return splitCommas(item.text).map((text) => readPhrase(text, { words, file, line: item.line, slots: false }));
}

interface PhraseContext {
  readonly words: Words;
  readonly file: string;
  readonly line: number; // 1-based
  readonly slots: boolean;
}

function readPhrase(text: string, context: PhraseContext): Phrase {
  const phrase = text.split(/\s+/).map((part) => readElement(part, context));
  const first = phrase[0]!;
  const starts = (first.kind === 'word' && !first.optional) || first.kind === 'slot';
  if (!starts) fail(context.file, context.line, 'a phrase that begins with a word or a slot', `"${text}"`);
  return phrase;
}

function readElement(part: string, context: PhraseContext): Element {
  if (part === '...') return { kind: 'gap' };
  if (context.slots && /^[ABLSC]$/.test(part)) return { kind: 'slot', slot: part as Slot };
  const name = /^<(.+)>$/.exec(part)?.[1];
  if (name !== undefined) {
    const words = context.words.get(name);
    if (words !== undefined) return { kind: 'run', words };
    return fail(context.file, context.line, 'a class of section "## Words"', `<${name}>`);
  }
  const optional = part.endsWith('?');
  const alternatives = (optional ? part.slice(0, -1) : part).split('|').map((word) => word.toLowerCase());
  if (alternatives.every((word) => /^(?:[\w'%/-]+|[,.;:!]|\(\?\))$/.test(word))) {
    return { kind: 'word', words: new Set(alternatives), optional };
  }
  return fail(context.file, context.line, 'words, <class>, ... or a slot', `"${part}"`);
}
