// Tests of a flag that a sentence proposes: which flag, and when the code gives up.

import type { Token } from './words.ts';

/** Returns the flag that a call tests and leaves alone, in lower case: folio_test_locked, PageLocked. */
export function testedFlag(call: string): string | undefined {
  return (/^folio_test_(?!clear_|set_)(\w+)$/.exec(call)?.[1] ?? /^Page([A-Z]\w*)$/.exec(call)?.[1])?.toLowerCase();
}

/** Returns when what tests the flag gives up: "bail on seeing a locked page", "recheck that it is still on the LRU". */
export function leavesWhen(flag: string, tokens: readonly Token[]): 'set' | 'clear' | 'either' {
  const texts = tokens.map(({ text }) => text);
  if (texts.some((text) => /^(?:re-?check(?:s|ed|ing)?|still|unless|longer|unset)$/.test(text))) return 'clear';
  const isOfPage = texts.some(
    (text, at) => text === flag && /^(?:page|pages|folio|folios|one|ones)$/.test(texts[at + 1] ?? ''),
  );
  const denied = texts.some((text, at) => text === 'not' && texts[at + 1] === flag);
  if (denied) return 'clear';
  const leaves = texts.some((text) => /^(?:bail|bails|bailing|skip|skips|skipping)$/.test(text));
  return isOfPage || leaves ? 'set' : 'either';
}
