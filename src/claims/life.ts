// What became of a sentence: how others answered it, and whether its author took it back or gave in.

import type { ClaimAnswer, ClaimStatus } from '../types.ts';
import type { Cues } from './cues.ts';
import { has } from './fixes.ts';
import { foldCommits, lex, QUESTION } from './lex.ts';
import { findAny } from './match.ts';
import type { Phrase } from './notation.ts';
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

/** What is needed to tell what became of a sentence. `stated`: keys of the sentences that state something. */
interface LifeCues {
  readonly stated: ReadonlySet<string>;
  readonly retracts: readonly Phrase[];
  readonly corrects: readonly Phrase[];
  readonly cues: Cues;
}

/** What an author said later of an own sentence. */
export interface Ending {
  readonly status: Exclude<ClaimStatus, 'stands'>;
  readonly quote: string;
}

const HEAD = 2; // sentences at the beginning of an answer that speak of what it answers

/**
 * Returns what became of sentences, by key: withdrawn where their author takes them back below a quote of them, or of an answer to
 * them; conceded where the author agrees to an objection; superseded where the author states something else in its place. Only the last
 * sentence of `stated` in a quote is meant. Linear in the passages.
 */
export function endingsOf(passages: readonly Passage[], of: LifeCues): ReadonlyMap<string, Ending> {
  const endings = new Map<string, Ending>();
  for (const passage of passages) {
    const quoted = passage.previous;
    if (quoted === undefined || quoted.depth <= passage.depth) continue;
    const own = ownQuoted(passage, quoted, of.stated);
    if (own === undefined || endings.has(own.target.key)) continue;
    for (const sentence of passage.sentences.slice(0, HEAD)) {
      const status = endingBy(sentence, own, of);
      if (status === undefined) continue;
      endings.set(own.target.key, { status, quote: sentence.text.slice(0, ANSWER_LIMIT) });
      break;
    }
  }
  return endings;
}

/** What one of the first sentences below the own statement, or below an answer to it, makes of it. */
function endingBy({ text, key, index }: Sentence, { answer }: Own, of: LifeCues): Ending['status'] | undefined {
  const tokens = foldCommits(lex(text));
  if (tokens.some((token) => token.text === QUESTION)) return undefined;
  if (has(of.retracts, tokens)) return 'withdrawn';
  if (of.stated.has(key) && has(of.corrects, tokens)) return 'superseded';
  const objected = answer?.sentences.some((each) => has(of.cues.phrases.objects, foldCommits(lex(each.text)))) ?? false;
  const agrees = index === 0 && findAny(of.cues.phrases.agrees, tokens, { from: 0, to: 3 }) !== undefined;
  return agrees && objected && !tokens.some((token) => token.text === 'but') ? 'conceded' : undefined;
}

interface Own {
  readonly target: Sentence;
  readonly answer: Passage | undefined;
}

/** The speaker's own statement in the quote above, or above the answer of another that is quoted there. */
function ownQuoted(passage: Passage, quoted: Passage, stated: ReadonlySet<string>): Own | undefined {
  const isOwn = (each: Passage): boolean => isSameSpeaker(each.speaker, passage.speaker);
  const last = (each: Passage) => each.sentences.findLast(({ key }) => stated.has(key));
  if (isOwn(quoted)) {
    const target = last(quoted);
    return target === undefined ? undefined : { target, answer: undefined };
  }
  const above = quoted.previous;
  const target = above !== undefined && above.depth > quoted.depth && isOwn(above) ? last(above) : undefined;
  return target === undefined ? undefined : { target, answer: quoted };
}
