// Reads the fixes that people propose in the prose of a thread.

import type { Claim, ClaimStatus, Edit, Thread, Vocabulary } from '../types.ts';
import type { Cues } from './cues.ts';
import { type Hedge, hasWink, hedgeOf, isIrony, isUnsureOfAll, readProposals } from './fixes.ts';
import { type Names, namesOf } from './names.ts';
import { byTime, isSameSpeaker, type Passage, readPassages, type Sentence, withoutQuotes } from './sentences.ts';
import { type Discussion, type Verdict, verdictOf } from './status.ts';
import { readWords, type Token, type Words } from './words.ts';

const QUOTE_LIMIT = 400; // characters
const GROUP_LIMIT = 100; // statements of one change, compared with each other

/** One sentence that proposes a fix. */
interface Statement {
  readonly sentence: Sentence;
  readonly edits: readonly Edit[];
  readonly named: number;
  readonly hedge: Hedge;
}

/**
 * Returns the fixes that the speakers of `thread` propose in prose, oldest first, ids `fix-1`, `fix-2`, ...
 * Each is counted once over all mails that quote it; the same change in other words is one claim with `repeats`.
 * The text of a mail that posts a patch describes the patch and is left out. Deterministic; linear in the size of the thread.
 */
export function extractClaims(thread: Thread, vocabulary: Vocabulary, cues: Cues): Claim[] {
  const names = namesOf(vocabulary);
  const passages = readPassages(thread);
  const kept = withoutQuotes(passages);
  const wordsOf = memoWords({ cues, names, called: calledIn(thread) });
  const tokensOf = (sentence: Sentence) => wordsOf(sentence).tokens;
  const posts = new Set(thread.patches.filter((patch) => patch.kind === 'posted').map((patch) => patch.messageId));
  const own = kept.filter((sentence) => !(sentence.passage.depth === 0 && posts.has(sentence.message.id)));
  const isUnsure = memoUnsure(tokensOf, cues);
  const statements = own.flatMap((sentence) => statementsOf(sentence, { wordsOf, isUnsure, cues }));

  const discussion: Discussion = {
    cues,
    tokensOf,
    ownWords: new Map(passages.filter(({ depth }) => depth === 0).map((passage) => [passage.message.id, passage])),
    proposes: new Set(statements.map(({ sentence }) => sentence.key)),
    original: new Map(kept.map((sentence) => [sentence.key, sentence])),
  };
  const verdicts = verdictsOf(own, discussion);
  return groupStatements(statements, names).map((group, index) => claimOf(group, `fix-${index + 1}`, verdicts));
}

function memoWords(context: Parameters<typeof readWords>[1]): (sentence: Sentence) => Words {
  const known = new Map<string, Words>();
  return (sentence) => {
    const words = known.get(sentence.text) ?? readWords(sentence.text, context);
    known.set(sentence.text, words);
    return words;
  };
}

/** Whether a speaker says of a whole passage that it is only thinking out loud. */
function memoUnsure(tokensOf: (sentence: Sentence) => readonly Token[], cues: Cues): (passage: Passage) => boolean {
  const known = new Map<Passage, boolean>();
  return (passage) => {
    const unsure = known.get(passage) ?? passage.sentences.some((each) => isUnsureOfAll(tokensOf(each), cues));
    known.set(passage, unsure);
    return unsure;
  };
}

/** Every identifier that the thread writes as a call, in prose, code or diffs. */
function calledIn(thread: Thread): Set<string> {
  const called = new Set<string>();
  for (const { blocks } of thread.messages) {
    for (const { text } of blocks) {
      for (const found of text.matchAll(/\b([A-Za-z_]\w*)\(/g)) called.add(found[1]!);
    }
  }
  return called;
}

interface Reading {
  readonly wordsOf: (sentence: Sentence) => Words;
  readonly isUnsure: (passage: Passage) => boolean;
  readonly cues: Cues;
}

function statementsOf(sentence: Sentence, { wordsOf, isUnsure, cues }: Reading): Statement[] {
  const words = wordsOf(sentence);
  const proposals = readProposals(words, cues);
  if (proposals.length === 0) return [];
  const { sentences } = sentence.passage;
  const next = sentences[sentence.index + 1];
  const isTakenLightly = (each: Sentence) => hasWink(each.text) || isIrony(wordsOf(each).tokens, cues);
  if (hasWink(sentence.text) || (next !== undefined && wordsOf(next).tokens.length <= 8 && isTakenLightly(next)))
    return [];
  const hedge = isUnsure(sentence.passage) ? 'strong' : hedgeOf(words.tokens, cues);
  return proposals.map(({ edits, named }) => ({ sentence, edits, named, hedge }));
}

/** By the sentence that proposed: the first later word on it. */
function verdictsOf(sentences: readonly Sentence[], discussion: Discussion): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const sentence of sentences) {
    const verdict = verdictOf(sentence, discussion);
    if (verdict !== undefined && !verdicts.has(verdict.target)) verdicts.set(verdict.target, verdict);
  }
  return verdicts;
}

/** Statements of one change, oldest first; groups by their oldest. */
function groupStatements(statements: readonly Statement[], names: Names): Statement[][] {
  const changes = new Map<string, Map<string, Statement[]>>(); // by change, then by the functions it is for
  for (const statement of statements) {
    const change = statement.edits.map((edit) => changeKey(edit, names)).join('; ');
    const places = changes.get(change) ?? new Map<string, Statement[]>();
    changes.set(change, places);
    const place = statement.edits.map(functionsOf).join(';');
    const group = places.get(place) ?? [];
    group.push(statement);
    places.set(place, group);
  }
  const groups = [...changes.values()].flatMap(joinNowhere);
  return groups.map(withoutParts).sort((a, b) => byTime(a[0]!.sentence, b[0]!.sentence));
}

/** A change without a place is the same as the one whose place was named first. */
function joinNowhere(places: ReadonlyMap<string, readonly Statement[]>): Statement[][] {
  const named = [...places].filter(([place]) => /[^;]/.test(place)).map(([, group]) => [...group]);
  const nowhere = [...places].filter(([place]) => !/[^;]/.test(place)).flatMap(([, group]) => group);
  if (named.length === 0) return [nowhere];
  named[0] = [...named[0]!, ...nowhere].sort((a, b) => byTime(a.sentence, b.sentence));
  return named;
}

function functionsOf(edit: Edit): string {
  return edit.kind === 'revert' ? '' : edit.functions.join(',');
}

/** A trimmed quote of a sentence is not another sentence. */
function withoutParts(group: readonly Statement[]): Statement[] {
  if (group.length > GROUP_LIMIT) return [...group];
  return group.filter(({ sentence }) => {
    if (sentence.passage.depth === 0) return true;
    return !group.some(({ sentence: other }) => other.key !== sentence.key && other.key.includes(sentence.key));
  });
}

/** Equal for the same change in other words: A before B is B after A. */
function changeKey(edit: Edit, names: Names): string {
  const key = (anchor: { readonly call: string }) => names.key(anchor.call);
  switch (edit.kind) {
    case 'move': {
      const [first, second] = edit.where === 'before' ? [edit.what, edit.anchor] : [edit.anchor, edit.what];
      return `${key(first)} before ${key(second)}`;
    }
    case 'swap':
      return `swap ${[key(edit.what), key(edit.anchor)].sort().join(' ')}`;
    case 'move-into-lock':
      return `${key(edit.what)} under ${edit.lock.lock}`;
    case 'insert':
      return `insert ${edit.code} ${edit.where} ${key(edit.anchor)}`;
    case 'delete':
      return `delete ${key(edit.what)}`;
    case 'wrap':
      return `wrap ${key(edit.what)} ${edit.condition}`;
    case 'replace':
      return `replace ${key(edit.what)} ${edit.code}`;
    case 'revert':
      return `revert ${edit.commit.slice(0, 7)}`;
    default:
      return edit satisfies never;
  }
}

function claimOf(group: readonly Statement[], id: string, verdicts: ReadonlyMap<string, Verdict>): Claim {
  // The statement that names most functions says best what is meant.
  const main = group.reduce((best, each) => (weight(each) > weight(best) ? each : best));
  const { sentence, edits, hedge } = main;
  const { speaker, depth } = sentence.passage;
  const verdict = group
    .map((each) => verdicts.get(each.sentence.key))
    .find(
      (each) =>
        each !== undefined &&
        (isSameSpeaker(each.speaker, speaker) || isSameSpeaker(each.speaker, group[0]!.sentence.passage.speaker)),
    );
  const status: ClaimStatus = verdict?.status ?? 'stands';
  return {
    id,
    messageId: sentence.message.id,
    speaker,
    depth,
    quote: quoteOf(sentence),
    span: sentence.span,
    kind: 'fix',
    hedge,
    status,
    statusQuote: verdict === undefined ? undefined : quoteOf(verdict.sentence),
    edits,
    repeats: group.filter((each) => each !== main).map(repeatOf),
  };
}

/** A named place counts more than named functions. */
function weight({ edits, named }: Statement): number {
  return named + 100 * edits.filter((edit) => functionsOf(edit) !== '').length;
}

function repeatOf({ sentence }: Statement): Claim['repeats'][number] {
  return { messageId: sentence.message.id, speaker: sentence.passage.speaker, quote: quoteOf(sentence) };
}

/** Returns the words of a sentence as a claim quotes them: at most QUOTE_LIMIT characters. */
export function quoteOf(sentence: Sentence): string {
  const { text } = sentence;
  return text.length <= QUOTE_LIMIT ? text : `${text.slice(0, QUOTE_LIMIT - 3)}...`;
}
