// Finds phrases of the cue grammar in the words of a sentence. Bounded: a run is eight words, a gap four, a stretch twelve.

import type { Element, NameSlot, Phrase, Slot } from './notation.ts';
import type { Token } from './words.ts';

/** Where a phrase stands: tokens [start, end), and the token that filled each slot. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly slots: Readonly<Partial<Record<Slot, number>>>;
}

const RUN_LIMIT = 8; // words
const GAP_LIMIT = 4; // words
const STRETCH_LIMIT = 12; // words

/** Returns the first match of `phrase` that begins at token `start`, or undefined. Constant time in the sentence. */
export function matchAt(phrase: Phrase, tokens: readonly Token[], start: number): Match | undefined {
  const first = phrase[0]!;
  const token = tokens[start];
  if (token === undefined) return undefined;
  if (first.kind === 'word' && !isMet(first, token)) return undefined;
  return follow({ phrase, tokens, start }, 0, start, {});
}

/** Returns the first match of any of `phrases` that begins at a token of [from, to) and ends at or before `limit`. */
export function findAny(
  phrases: readonly Phrase[],
  tokens: readonly Token[],
  range: { readonly from: number; readonly to: number; readonly limit?: number },
): Match | undefined {
  const byWord = indexOf(phrases);
  const limit = range.limit ?? tokens.length;
  for (let at = Math.max(0, range.from); at < Math.min(range.to, tokens.length); at++) {
    const match =
      firstAt(byWord.get(tokens[at]!.text), tokens, at, limit) ?? firstAt(byWord.get(''), tokens, at, limit);
    if (match !== undefined) return match;
  }
  return undefined;
}

function firstAt(
  phrases: readonly Phrase[] | undefined,
  tokens: readonly Token[],
  at: number,
  limit: number,
): Match | undefined {
  for (const phrase of phrases ?? []) {
    const match = matchAt(phrase, tokens, at);
    if (match !== undefined && match.end <= limit) return match;
  }
  return undefined;
}

const indices = new WeakMap<readonly Phrase[], ReadonlyMap<string, readonly Phrase[]>>();

/** Phrases by their first word; by '' when that may be a name. Made once for each section of a cue file. */
function indexOf(phrases: readonly Phrase[]): ReadonlyMap<string, readonly Phrase[]> {
  const known = indices.get(phrases);
  if (known !== undefined) return known;
  const index = new Map<string, Phrase[]>();
  for (const phrase of phrases) {
    const first = phrase[0]!;
    const words = first.kind !== 'word' ? [] : first.names === undefined ? first.words : [...first.words, ''];
    for (const word of words) index.set(word, [...(index.get(word) ?? []), phrase]);
  }
  indices.set(phrases, index);
  return index;
}

interface Search {
  readonly phrase: Phrase;
  readonly tokens: readonly Token[];
  readonly start: number;
}

type Slots = Match['slots'];

// Depth is the number of elements of one phrase of our own rule file.
function follow(search: Search, index: number, at: number, slots: Slots): Match | undefined {
  const element = search.phrase[index];
  if (element === undefined) return { start: search.start, end: at, slots };
  switch (element.kind) {
    case 'word': {
      const met = isMet(element, search.tokens[at]);
      const taken = met ? follow(search, index + 1, at + 1, slots) : undefined;
      return taken ?? (element.optional ? follow(search, index + 1, at, slots) : undefined);
    }
    case 'slot':
      if (!fits(element.slot, search.tokens[at])) return undefined;
      return follow(search, index + 1, at + 1, { ...slots, [element.slot]: at });
    case 'run':
    case 'gap':
    case 'stretch':
      return followMany(search, index, at, slots);
    default:
      return element satisfies never;
  }
}

// A run takes as many words as it can, a gap as few as it must; each is followed by other elements, so this stays small.
function followMany(search: Search, index: number, at: number, slots: Slots): Match | undefined {
  const element = search.phrase[index]!;
  const greedy = element.kind === 'run';
  const limit = greedy ? RUN_LIMIT : element.kind === 'gap' ? GAP_LIMIT : STRETCH_LIMIT;
  let most = 0;
  while (most < limit && mayPass(element, search.tokens[at + most])) most++;
  for (let tried = 0; tried <= most; tried++) {
    const match = follow(search, index + 1, at + (greedy ? most - tried : tried), slots);
    if (match !== undefined) return match;
  }
  return undefined;
}

function mayPass(element: Element, token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (element.kind === 'stretch') return !/^(?:[;.]|\(\?\))$/.test(token.text);
  if (token.mention !== undefined) return false;
  if (element.kind === 'gap') return /\w/.test(token.text);
  return element.kind === 'run' && element.words.has(token.text);
}

function fits(slot: Slot, token: Token | undefined): boolean {
  const kind = token?.mention?.kind;
  if (slot === 'A' || slot === 'B') return kind === 'call';
  if (slot === 'L') return kind === 'lock';
  if (slot === 'S') return kind === 'commit';
  return kind === 'condition' || (kind === 'call' && token?.mention?.kind === 'call' && token.mention.args !== '');
}

function isMet(element: Extract<Element, { kind: 'word' }>, token: Token | undefined): boolean {
  if (token === undefined) return false;
  return element.words.has(token.text) || (element.names?.some((slot) => isNamed(slot, token)) ?? false);
}

function isNamed(slot: NameSlot, token: Token): boolean {
  if (slot === 'S') return token.mention?.kind === 'commit';
  if (slot === 'Q') return /^\d+(?:\.\d+)?%?$/.test(token.raw);
  if (slot === 'K') return isLockName(token.raw);
  return slot === 'V' ? isRelease(token.raw) : isCodeName(token.raw);
}

/** Returns whether a word is the name of a lock: lru_lock, slab_mutex, mmap_sem, ptl. */
export function isLockName(raw: string): boolean {
  return /(?:^|[_>])(?:lock|mutex|rwsem|sem|ptl|rcu_read_lock)\w{0,16}$|^i_pages$/.test(raw) && !/unlock/.test(raw);
}

/** Returns whether a word is a release of the kernel: v5.18, 2.6.12, 6.15-rc5. */
export function isRelease(raw: string): boolean {
  return /^v?[2-7]\.\d+(?:\.\d+)*(?:-rc\d+)?$/.test(raw);
}

/** Returns whether a word is a name of code: folio_test_lru, PageLRU, lruvec->lru_lock, PG_lru, i_pages. */
export function isCodeName(raw: string): boolean {
  return /^[A-Za-z_]\w*(?:->\w+)*$/.test(raw) && (/\w_\w|^_\w|->/.test(raw) || /^[A-Z]?[a-z]+[A-Z]\w*$/.test(raw));
}
