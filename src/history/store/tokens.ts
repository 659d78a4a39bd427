// Words of messages and claims as both kinds of database index them, and the words of a search.

/**
 * The words of a text in order: letters, digits and `_`, so that an identifier is one word; lower case, without accents.
 * A word longer than 200 characters is left out: it is no word.
 */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}_]+/gu) ?? []).filter((word) => word.length <= 200);
}

/** One thing that must be there: words in a row, the last of them a beginning only when `isPrefix`. */
export interface Term {
  readonly words: readonly string[];
  readonly isPrefix: boolean;
}

const MOST_TERMS = 32;

/**
 * The terms of a search: `lru_add "set PG_lru" folio_*`. Everything but letters, digits, `_`, quotes and a closing `*` only parts
 * words. At most 32 terms count.
 */
export function termsOf(search: string): Term[] {
  const terms: Term[] = [];
  for (const [, phrase, word = ''] of search.slice(0, 4_000).matchAll(/"([^"]*)"?|([^\s"]+)/g)) {
    const words = wordsOf(phrase ?? word);
    if (words.length === 0) continue;
    const isPrefix = phrase === undefined && word.endsWith('*');
    terms.push({ words, isPrefix });
  }
  return terms.slice(0, MOST_TERMS);
}

/** About `width` characters of `text` around the first word that a search asks for. */
export function excerptOf(text: string, terms: readonly Term[], width = 200): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const low = flat.toLowerCase();
  const hits = terms.flatMap(({ words }) => words.slice(0, 1).map((word) => low.indexOf(word))).filter((at) => at >= 0);
  const hit = hits.length === 0 ? 0 : Math.min(...hits);
  const from = hit < width / 2 ? 0 : Math.max(0, flat.lastIndexOf(' ', hit - width / 4) + 1);
  const cut = flat.slice(from, from + width);
  return `${from > 0 ? '...' : ''}${cut}${from + width < flat.length ? '...' : ''}`;
}
