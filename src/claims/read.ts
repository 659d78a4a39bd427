// Everything that the speakers of a thread claim: the fixes they propose, and what they state about code.

import type { Claim, ClaimAbout, ClaimAnswer, Thread, Vocabulary } from '../types.ts';
import { extractClaims, quoteOf } from './claims.ts';
import type { Cues } from './cues.ts';
import { answersOf, endingsOf } from './life.ts';
import { type Names, namesOf } from './names.ts';
import {
  byTime,
  isSameSpeaker,
  type Passage,
  readComments,
  readPassages,
  type Sentence,
  withoutQuotes,
} from './sentences.ts';
import { slotsOf } from './slots.ts';
import { isStatementOfFact, readStatement, type Statement, type StatementCues } from './statements.ts';
import { type TopicRow, topicsOf } from './topics.ts';

/** What is needed to read claims: rules/vocabulary.md and the files of rules/claims. */
export interface ClaimKnowledge {
  readonly vocabulary: Vocabulary;
  readonly cues: Cues;
  readonly statements: StatementCues;
  readonly topics: readonly TopicRow[];
}

/** A sentence that states something. */
interface Stated {
  readonly sentence: Sentence;
  readonly statement: Statement;
}

const NEAR = 2; // sentences on each side
const IN_SIGHT = 20; // sentences: a proposal further off is not what is spoken of
const LEANS = 26; // words: a longer sentence says itself what it is about

/**
 * Returns the claims of a thread: the fixes (`fix-1`, ...) and then all other statements (`claim-1`, ...), each oldest first, each once
 * over all mails that quote or post it again. Questions, names and matters of taste are there too, with their kind.
 * Deterministic; linear in the size of the thread.
 */
export function readClaims(thread: Thread, knowledge: ClaimKnowledge): Claim[] {
  const fixes = extractClaims(thread, knowledge.vocabulary, knowledge.cues);
  const names = namesOf(knowledge.vocabulary);
  const passages = readPassages(thread);
  const fixOf = fixesByQuote(fixes);
  const kept = withoutQuotes(passages).filter(({ message }) => message.origin !== 'bot');
  const stated = kept.flatMap((sentence): Stated[] => {
    if (fixOf.has(quoteOf(sentence))) return [];
    const statement = readStatement(sentence.text, around(sentence), knowledge.cues, knowledge.statements);
    return statement === undefined ? [] : [{ sentence, statement }];
  });
  const comments = commentsThatSpeak(thread, knowledge, names);
  const answers = answersOf(passages, knowledge.cues);
  const endings = endingsOf(passages, {
    stated: new Set(
      stated.filter(({ statement }) => isStatementOfFact(statement.kind)).map(({ sentence }) => sentence.key),
    ),
    retracts: knowledge.statements.retracts,
    corrects: knowledge.statements.corrects,
    cues: knowledge.cues,
  });
  const posts = new Set(thread.patches.filter(({ kind }) => kind === 'posted').map(({ messageId }) => messageId));
  const groups = onceEach([...stated, ...comments]);
  const statements = groups.map((group, index): Claim => {
    const [{ sentence, statement }, ...more] = group as [Stated, ...Stated[]];
    const about = aboutOf({ sentence, statement, fixOf, posts, topics: knowledge.topics, names });
    return {
      id: `claim-${index + 1}`,
      messageId: sentence.message.id,
      speaker: sentence.passage.speaker,
      depth: sentence.passage.depth,
      quote: quoteOf(sentence),
      span: sentence.span,
      kind: statement.kind,
      hedge: statement.hedge,
      status: endings.get(sentence.key)?.status ?? 'stands',
      statusQuote: endings.get(sentence.key)?.quote,
      edits: [],
      repeats: more.map(repeatOf),
      polarity: statement.polarity,
      slots: slotsOf(sentence.text, names),
      answers: answers.get(sentence.key) ?? [],
      ...(about === undefined ? {} : { about }),
    };
  });
  const keys = new Map(kept.map((sentence) => [`${sentence.message.id}\n${quoteOf(sentence)}`, sentence.key]));
  const answersOfFix = ({ messageId, quote }: Claim): readonly ClaimAnswer[] =>
    answers.get(keys.get(`${messageId}\n${quote}`) ?? '') ?? [];
  return [...fixes.map((fix) => ({ ...fix, answers: answersOfFix(fix) })), ...statements];
}

/** Comments in diffs say much about code; only those that speak of a race that is modelled are claims. */
function commentsThatSpeak(thread: Thread, knowledge: ClaimKnowledge, names: Names): Stated[] {
  return withoutQuotes(readComments(thread)).flatMap((sentence): Stated[] => {
    const statement = readStatement(sentence.text, [], knowledge.cues, knowledge.statements);
    if (statement === undefined || !isStatementOfFact(statement.kind)) return [];
    const topics = topicsOf(
      { sentence: sentence.text, kind: statement.kind, around: undefined },
      knowledge.topics,
      names,
    );
    return topics.length === 0 ? [] : [{ sentence, statement }];
  });
}

function fixesByQuote(fixes: readonly Claim[]): ReadonlyMap<string, string> {
  return new Map(
    fixes.flatMap((fix) =>
      [fix.quote, ...fix.repeats.map(({ quote }) => quote)].map((quote) => [quote, fix.id] as const),
    ),
  );
}

/** The same words of the same speaker in several postings are one claim. */
function onceEach(stated: readonly Stated[]): Stated[][] {
  const groups = new Map<string, Stated[]>();
  for (const each of [...stated].sort((a, b) => byTime(a.sentence, b.sentence))) {
    const own = groups.get(each.sentence.key)?.[0];
    const isAgain = own !== undefined && isSameSpeaker(own.sentence.passage.speaker, each.sentence.passage.speaker);
    const key = own === undefined || isAgain ? each.sentence.key : `${each.sentence.key}\n${each.sentence.order}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

function repeatOf({ sentence }: Stated): Claim['repeats'][number] {
  return { messageId: sentence.message.id, speaker: sentence.passage.speaker, quote: quoteOf(sentence) };
}

/** The sentences next to it, and the end of what it answers. */
function around({ passage, index }: Sentence): string[] {
  const { sentences, previous } = passage;
  const near = sentences.slice(Math.max(0, index - NEAR), index + NEAR + 1).filter((each) => each.index !== index);
  const answered = previous !== undefined && previous.depth > passage.depth ? previous.sentences.slice(-NEAR) : [];
  return [...answered, ...near].map(({ text }) => text);
}

/** What the words bind a statement to: races, and the proposal or the patch that it speaks of. */
function aboutOf(of: {
  readonly sentence: Sentence;
  readonly statement: Statement;
  readonly fixOf: ReadonlyMap<string, string>;
  readonly posts: ReadonlySet<string>;
  readonly topics: readonly TopicRow[];
  readonly names: Names;
}): ClaimAbout | undefined {
  const { sentence, statement } = of;
  if (!isStatementOfFact(statement.kind)) return undefined;
  const leans = leansOn(sentence, statement);
  const topics = topicsOf(
    { sentence: sentence.text, kind: statement.kind, around: leans ? around(sentence).join(' ') : undefined },
    of.topics,
    of.names,
  );
  if (topics.length === 0) return undefined;
  const fix = speaksOfProposal(sentence, statement) ? nearestFix(sentence, of.fixOf) : undefined;
  const patch = of.posts.has(sentence.message.id) && sentence.passage.depth === 0 && OF_PATCH.test(sentence.text);
  return { topics, ...(fix === undefined ? {} : { fix }), ...(patch ? { patch: true } : {}) };
}

/** "This might not be enough": short, without a name of code, and about something that was just said. */
function leansOn({ text }: Sentence, { kind }: Statement): boolean {
  const words = text.split(' ');
  return (
    LEANING_KINDS.has(kind) &&
    words.length <= LEANS &&
    LEANING.test(text) &&
    !words.some((word) => /\w_\w|\(\)|->/.test(word))
  );
}

const LEANING_KINDS: ReadonlySet<string> = new Set(['race', 'order', 'outcome', 'sufficient', 'insufficient']);
const LEANING = /\b(?:this|that|these|it|the race|enough|possible|here)\b/i; // what it is about stands next to it
const OF_PATCH = /\b(?:this|the) (?:patch|change|commit|series)\b|^fix/i;
const OF_PROPOSAL =
  /\b(?:still|in (?:this|that) case|even then|with (?:this|that)|then|if we fail|would not|wouldn't)\b/i;

function speaksOfProposal(sentence: Sentence, { kind }: Statement): boolean {
  if (kind === 'insufficient' || kind === 'sufficient') return true;
  return OF_PROPOSAL.test(sentence.text);
}

/** The proposal just before, or the last one in what stands quoted above and is older: two passages up at most. */
function nearestFix({ passage, index }: Sentence, fixOf: ReadonlyMap<string, string>): string | undefined {
  const before = passage.sentences
    .slice(Math.max(0, index - IN_SIGHT), index)
    .findLast((each) => fixOf.has(quoteOf(each)));
  if (before !== undefined) return fixOf.get(quoteOf(before));
  let above: Passage | undefined = passage.previous;
  for (let step = 0; step < 2 && above !== undefined && above.depth > passage.depth; step++, above = above.previous) {
    const found = above.sentences.slice(-IN_SIGHT).findLast((each) => fixOf.has(quoteOf(each)));
    if (found !== undefined) return fixOf.get(quoteOf(found));
  }
  return undefined;
}
