// Which calls of the code a step of a drawing, or the words beside it, can mean.
import type { Step } from '../claims/diagrams.ts';
import { operationOf } from '../rules/match.ts';
import type { Vocabulary } from '../types.ts';

/** The operations (see operationOf) that a step names, the outermost call first; none when it names no call. */
export function operationsOf(step: Pick<Step, 'calls' | 'words'>, vocabulary: Vocabulary): readonly string[] {
  const names = step.calls.length > 0 ? step.calls : callsInWords(step.words, vocabulary);
  return [...new Set(names.map((name) => operationOf(name, vocabulary)))];
}

/** The operations that a sentence names, as calls or in words: "is isolating the folio", "is in __munlock_folio()". */
export function operationsIn(sentence: string, vocabulary: Vocabulary): readonly string[] {
  const named = [...sentence.matchAll(/\b([A-Za-z]\w*_\w+|_\w+)\b/g)].map((found) => found[1]!);
  const spoken = callsInWords(sentence.toLowerCase(), vocabulary);
  return [...new Set([...named, ...spoken].map((name) => operationOf(name, vocabulary)))];
}

const LONGEST = 60; // words that are looked at

/** The calls of every phrase of the vocabulary that stands in `text`, where no longer one stands. */
function callsInWords(text: string, vocabulary: Vocabulary): string[] {
  const words = stems(text).slice(0, LONGEST);
  const found = (vocabulary.steps ?? []).flatMap(({ words: phrases, calls }) => {
    const longest = Math.max(0, ...phrases.map((phrase) => (has(words, stems(phrase)) ? phrase.split(' ').length : 0)));
    return longest === 0 ? [] : [{ longest, calls }];
  });
  const most = Math.max(0, ...found.map(({ longest }) => longest));
  return found.filter(({ longest }) => longest === most).flatMap(({ calls }) => calls);
}

function has(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, at) => phrase.every((word, k) => words[at + k] === word));
}

/** Words without articles and endings; a page is a folio: "isolating the page" -> isolat folio. */
function stems(text: string): string[] {
  const words = text.match(/[a-z0-9_]+/g) ?? [];
  return words
    .filter((word) => !/^(?:the|a|an|its|this|that)$/.test(word))
    .map((word) => (/^pages?$/.test(word) ? 'folio' : word.replace(/(?:ing|ed|es|s|e)$/, '')));
}
