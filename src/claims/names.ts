// The names of operations and locks: which of them are the same one, and which words of a sentence name one.

import type { Vocabulary } from '../types.ts';

/** Looks up names of the vocabulary. Built once a thread. */
export interface Names {
  /** One key for all names of an operation: folio_test_clear_lru and TestClearPageLRU have the same. */
  key(call: string): string;
  /** Whether the vocabulary knows `call`. */
  knows(call: string): boolean;
  /** The lock that the words at `start` name, and how many words that takes. */
  lockAt(words: readonly string[], start: number): { readonly lock: string; readonly count: number } | undefined;
}

interface Template {
  readonly prefix: string; // the part before `*`
  readonly suffix: string;
  readonly star: boolean;
  readonly group: number;
}

/** Returns the lookups of `vocabulary`. Each lookup is linear in the number of names of the vocabulary, once a name. */
export function namesOf(vocabulary: Vocabulary): Names {
  const templates = vocabulary.names.flatMap((group, index) => group.map((name) => template(name, index)));
  // The longest literal part wins: folio_test_clear_lru is a test-and-clear, not the test of a flag "clear_lru".
  templates.sort((a, b) => b.prefix.length + b.suffix.length - a.prefix.length - a.suffix.length);
  const locks = lockPhrases(vocabulary);
  const memo = new Map<string, string>();
  const key = (call: string): string => {
    const known = memo.get(call);
    if (known !== undefined) return known;
    const found = keyOf(call, templates) ?? call;
    memo.set(call, found);
    return found;
  };
  return {
    key,
    knows: (call) => key(call) !== call,
    lockAt: (words, start) => lockAt(words, start, locks),
  };
}

function template(name: string, group: number): Template {
  const [prefix = '', suffix] = name.split('*');
  return { prefix, suffix: suffix ?? '', star: suffix !== undefined, group };
}

function keyOf(call: string, templates: readonly Template[]): string | undefined {
  for (const { prefix, suffix, star, group } of templates) {
    if (!star && call === prefix) return `${group}:`;
    const fits = star && call.length > prefix.length + suffix.length;
    if (!fits || !call.startsWith(prefix) || !call.endsWith(suffix)) continue;
    const flag = call.slice(prefix.length, call.length - suffix.length);
    // `Page*` names PageLRU, not "pages".
    if (!prefix.endsWith('_') && !/^[A-Z]/.test(flag)) continue;
    return `${group}:${flag.toLowerCase().replaceAll('_', '')}`;
  }
  return undefined;
}

interface LockPhrase {
  readonly words: readonly string[];
  readonly lock: string;
}

function lockPhrases(vocabulary: Vocabulary): ReadonlyMap<string, readonly LockPhrase[]> {
  const byFirst = new Map<string, LockPhrase[]>();
  for (const { name, words } of vocabulary.locks) {
    for (const text of [name, ...words]) {
      const parts = text.toLowerCase().split(/[\s-]+/);
      const known = byFirst.get(parts[0]!) ?? [];
      known.push({ words: parts, lock: name });
      byFirst.set(parts[0]!, known);
    }
  }
  for (const phrases of byFirst.values()) phrases.sort((a, b) => b.words.length - a.words.length);
  return byFirst;
}

function lockAt(words: readonly string[], start: number, locks: ReadonlyMap<string, readonly LockPhrase[]>) {
  // lruvec->lru_lock, &pgdat->lru_lock: the last member is the lock.
  const first = words[start]!.split('->').at(-1)!;
  for (const phrase of locks.get(first) ?? []) {
    if (phrase.words.every((word, index) => index === 0 || isSameLockWord(word, words[start + index]))) {
      return { lock: phrase.lock, count: phrase.words.length };
    }
  }
  return undefined;
}

/** "lru locked range" names the lru lock. */
function isSameLockWord(known: string, met: string | undefined): boolean {
  return met === known || (known === 'lock' && (met === 'locked' || met === 'locking'));
}
