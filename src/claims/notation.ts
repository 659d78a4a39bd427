// The notation of rules/claims/*.md: sections of items, and phrases of words, runs, gaps and slots.

import { InputError } from '../errors.ts';

/** One element of a phrase. `run` is up to RUN_LIMIT words of a class, `gap` up to GAP_LIMIT words that name nothing, `stretch` up to STRETCH_LIMIT of any kind. */
export type Element =
  | {
      readonly kind: 'word';
      readonly words: ReadonlySet<string>;
      readonly optional: boolean;
      readonly names?: readonly NameSlot[]; // it may be one of these instead of a word
    }
  | { readonly kind: 'run'; readonly words: ReadonlySet<string> }
  | { readonly kind: 'gap' }
  | { readonly kind: 'stretch' }
  | { readonly kind: 'slot'; readonly slot: Slot };

/** A, B: an operation; L: a lock; S: a commit; C: a condition in C. */
export type Slot = 'A' | 'B' | 'L' | 'S' | 'C';

/** In phrases of statements. N: any name of code; K: of a lock; V: a release; S: a commit; Q: a number. */
export type NameSlot = 'N' | 'K' | 'V' | 'S' | 'Q';

export type Phrase = readonly Element[];

/** An item of a list, with the lines that go on with it. */
export interface Item {
  readonly text: string;
  readonly line: number; // 1-based
}

/** Classes of words by name: a run `<name>` takes words of one. */
export type WordClasses = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Returns the items of each `##` section of `text`, by its heading in lower case; an indented line goes on with the item above.
 * Throws InputError on a section that `known` does not hold or that comes twice.
 */
export function readSections(text: string, file: string, known: ReadonlySet<string>): Map<string, Item[]> {
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

/** Throws InputError for a line of a cue file. */
export function fail(file: string, line: number, expected: string, found: string): never {
  throw new InputError({ place: { file, line }, expected, found });
}

/** Returns the two sides of `name: rest`, where the name has no blank around it. Throws InputError on another form. */
export function splitNamed(item: Item, file: string): readonly [string, string] {
  const colon = item.text.lastIndexOf(': ');
  if (colon > 0) return [item.text.slice(0, colon).trim(), item.text.slice(colon + 2).trim()];
  return fail(file, item.line, 'an item of the form "name: words"', `"${item.text}"`);
}

/** Returns the parts of a list with commas, in lower case; `','` is a comma. */
export function splitCommas(text: string): string[] {
  return text
    .replace("','", '\u0000')
    .split(',')
    .map((part) => part.trim().replace('\u0000', ',').toLowerCase())
    .filter((part) => part !== '');
}

/** Returns the phrases of an item. Throws InputError on an unknown class or a phrase that does not begin with a word. */
export function readPhrases(item: Item, words: WordClasses, file: string): Phrase[] {
  return splitCommas(item.text).map((text) => readPhrase(text, { words, file, line: item.line, slots: false }));
}

/** What a phrase is read with. `slots`: its capital letters are slots. */
export interface PhraseContext {
  readonly words: WordClasses;
  readonly file: string;
  readonly line: number; // 1-based
  readonly slots: boolean | 'names'; // names: N, K, V, S and Q stand for names among the words
}

/** Returns one phrase. Throws InputError as readPhrases does. */
export function readPhrase(text: string, context: PhraseContext): Phrase {
  const phrase = text.split(/\s+/).map((part) => readElement(part, context));
  const first = phrase[0]!;
  const starts = (first.kind === 'word' && !first.optional) || first.kind === 'slot';
  if (!starts) fail(context.file, context.line, 'a phrase that begins with a word or a slot', `"${text}"`);
  return phrase;
}

function readElement(part: string, context: PhraseContext): Element {
  if (part === '...') return { kind: 'gap' };
  if (part === '~') return { kind: 'stretch' };
  if (context.slots === true && /^[ABLSC]$/.test(part)) return { kind: 'slot', slot: part as Slot };
  const name = /^<(.+)>$/.exec(part)?.[1];
  if (name !== undefined) {
    const words = context.words.get(name);
    if (words !== undefined) return { kind: 'run', words };
    return fail(context.file, context.line, 'a class of section "## Words"', `<${name}>`);
  }
  const optional = part.endsWith('?');
  const written = (optional ? part.slice(0, -1) : part).split('|');
  const names = context.slots === 'names' ? written.filter(isNameSlot) : [];
  const alternatives = written.filter((word) => !names.includes(word as NameSlot)).map((word) => word.toLowerCase());
  if (alternatives.every((word) => /^(?:[\w'%/-]+|[,.;:!]|\(\?\))$/.test(word))) {
    return { kind: 'word', words: new Set(alternatives), optional, ...(names.length === 0 ? {} : { names }) };
  }
  return fail(context.file, context.line, 'words, <class>, ... or a slot', `"${part}"`);
}

function isNameSlot(word: string): word is NameSlot {
  return /^[NKVSQ]$/.test(word);
}
