// Follows a proposal through the discussion: taken back by its author, conceded after an objection, replaced.

import type { ClaimStatus } from '../types.ts';
import type { Cues } from './cues.ts';
import { has } from './fixes.ts';
import { QUESTION } from './lex.ts';
import { findAny } from './match.ts';
import { isSameSpeaker, type Passage, type Sentence } from './sentences.ts';
import type { Token } from './words.ts';

/** A later word on a fix, by the author of the fix. */
export interface Verdict {
  readonly status: Exclude<ClaimStatus, 'stands'>;
  readonly target: string; // key of the sentence that proposed the fix
  readonly speaker: string | undefined;
  readonly sentence: Sentence; // the words
}

/** What is known of the thread. `proposes` holds the keys of sentences that propose a fix. */
export interface Discussion {
  readonly cues: Cues;
  readonly tokensOf: (sentence: Sentence) => readonly Token[];
  readonly proposes: ReadonlySet<string>;
  /** The copy of a sentence that its speaker wrote, by key. */
  readonly original: ReadonlyMap<string, Sentence>;
  /** The last passage that the sender of a mail wrote in it, by Message-ID. */
  readonly ownWords: ReadonlyMap<string, Passage>;
}

const NEAR = 3; // sentences

/** Returns what the author of an earlier proposal says about it in `sentence`, if it is that. */
export function verdictOf(sentence: Sentence, discussion: Discussion): Verdict | undefined {
  const { cues, tokensOf, proposes } = discussion;
  const tokens = tokensOf(sentence);
  const { speaker } = sentence.passage;
  const isOwn = (target: Sentence | undefined) => target !== undefined && target.key !== sentence.key;
  const give = (status: Verdict['status'], target: Sentence | undefined): Verdict | undefined =>
    isOwn(target) ? { status, target: target!.key, speaker, sentence } : undefined;
  if (takesBack(tokens, cues)) return give('withdrawn', ownBefore(sentence, discussion));
  if (proposes.has(sentence.key)) {
    const isOther = has(cues.phrases['puts in its place'], tokens);
    return isOther ? give('superseded', ownBefore(sentence, discussion)) : undefined;
  }
  return agrees(sentence, tokens, cues) ? give('conceded', ownObjectedTo(sentence, discussion)) : undefined;
}

function takesBack(tokens: readonly Token[], cues: Cues): boolean {
  if (tokens.some((token) => token.text === QUESTION)) return false;
  if (has(cues.phrases['does not take back'], tokens)) return false;
  return has(cues.phrases['takes back'], tokens);
}

function agrees(sentence: Sentence, tokens: readonly Token[], cues: Cues): boolean {
  if (sentence.index > 0 || tokens.some((token) => token.text === 'but' || token.text === QUESTION)) return false;
  return findAny(cues.phrases.agrees, tokens, { from: 0, to: 3 }) !== undefined;
}

/** The nearest proposal of the same speaker: just before, or quoted just above, or in the own mail that this one answers. */
function ownBefore(sentence: Sentence, discussion: Discussion): Sentence | undefined {
  const { passage, index } = sentence;
  const near = passage.sentences.slice(Math.max(0, index - NEAR), index);
  const own = near.findLast((each) => discussion.proposes.has(each.key));
  if (own !== undefined) return own;
  if (index >= NEAR) return undefined;
  const above = quotedAbove(passage);
  if (above === undefined) return ownInParent(passage, discussion);
  if (isSameSpeaker(above.speaker, passage.speaker)) return lastProposal(above, discussion);
  return objected(above, passage.speaker, discussion);
}

/** The own proposal that another speaker, quoted just above, calls not enough. */
function ownObjectedTo(sentence: Sentence, discussion: Discussion): Sentence | undefined {
  const above = quotedAbove(sentence.passage) ?? parentPassage(sentence.passage, discussion);
  if (above === undefined || isSameSpeaker(above.speaker, sentence.passage.speaker)) return undefined;
  return objected(above, sentence.passage.speaker, discussion);
}

function objected(objection: Passage, author: string | undefined, discussion: Discussion): Sentence | undefined {
  const { cues, tokensOf, original } = discussion;
  const words = objection.sentences.find((each) => has(cues.phrases.objects, tokensOf(each)));
  if (words === undefined) return undefined;
  const places = [objection, original.get(words.key)?.passage];
  for (const place of places) {
    const quoted = place === undefined ? undefined : quotedAbove(place);
    const isTheirs = quoted !== undefined && isSameSpeaker(quoted.speaker, author);
    const target = isTheirs ? lastProposal(quoted, discussion) : undefined;
    if (target !== undefined) return target;
  }
  return undefined;
}

function quotedAbove(passage: Passage): Passage | undefined {
  const { previous } = passage;
  return previous !== undefined && previous.depth > passage.depth ? previous : undefined;
}

function lastProposal(passage: Passage, discussion: Discussion): Sentence | undefined {
  return passage.sentences.findLast((each) => discussion.proposes.has(each.key));
}

/** An answer to one's own mail without a quote. */
function ownInParent(passage: Passage, discussion: Discussion): Sentence | undefined {
  if (passage.depth > 0 || passage.previous !== undefined) return undefined;
  const parent = parentPassage(passage, discussion);
  return parent !== undefined && isSameSpeaker(parent.speaker, passage.speaker)
    ? lastProposal(parent, discussion)
    : undefined;
}

/** The last passage of the mail's own author in the mail that this one answers. */
function parentPassage(passage: Passage, discussion: Discussion): Passage | undefined {
  const id = passage.message.parent?.id;
  if (id === undefined || passage.depth > 0) return undefined;
  return discussion.ownWords.get(id);
}
