// How others answered a sentence: agreed, objected, questioned, or said something to it.

import type { ClaimAnswer } from '../types.ts';
import type { Cues } from './cues.ts';
import { has } from './fixes.ts';
import { foldCommits, lex, QUESTION } from './lex.ts';
import { findAny } from './match.ts';
import { isSameSpeaker, type Passage, type Sentence } from './sentences.ts';

const QUOTED = 2; // sentences at the end of a quote that an answer is taken to speak to
const ANSWER_LIMIT = 200; // characters

/**
 * Returns the answers to each sentence, by its key, oldest first: what another speaker says right below a quote that ends with it.
 * An answer that several mails quote counts once. Linear in the passages.
 */
export function answersOf(passages: readonly Passage[], cues: Cues): ReadonlyMap<string, readonly ClaimAnswer[]> {
  const answers = new Map<string, ClaimAnswer[]>();
  const seen = new Set<string>();
  for (const passage of passages) {
    const quoted = passage.previous;
    const [first] = passage.sentences;
    if (first === undefined || quoted === undefined || quoted.depth <= passage.depth) continue;
    if (quoted.speaker === undefined || isSameSpeaker(quoted.speaker, passage.speaker)) continue;
    for (const target of quoted.sentences.slice(-QUOTED)) {
      const key = `${target.key}\n${first.key}`;
      if (seen.has(key)) continue;
      seen.add(key);
      answers.set(target.key, [...(answers.get(target.key) ?? []), answerOf(first, cues)]);
    }
  }
  return answers;
}

function answerOf(sentence: Sentence, cues: Cues): ClaimAnswer {
  const tokens = foldCommits(lex(sentence.text));
  const agrees =
    findAny(cues.phrases.agrees, tokens, { from: 0, to: 3 }) !== undefined ||
    /^(?:yes|yep|yeah)\b/i.test(sentence.text);
  const kind = tokens.some(({ text }) => text === QUESTION)
    ? 'questioned'
    : has(cues.phrases.objects, tokens)
      ? 'objected'
      : agrees && !tokens.some(({ text }) => text === 'but')
        ? 'agreed'
        : 'answered';
  return {
    kind,
    messageId: sentence.message.id,
    speaker: sentence.passage.speaker,
    quote: sentence.text.slice(0, ANSWER_LIMIT),
  };
}
