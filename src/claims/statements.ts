// Reads what a sentence states about code: a race, an order, a lock that protects, what was observed, which commit did what.

import type { Claim, ClaimKind } from '../types.ts';
import type { Cues } from './cues.ts';
import { type Hedge, has, hasWink, hedgeOf, isIrony } from './fixes.ts';
import { foldCommits, lex, QUESTION } from './lex.ts';
import { findAny, isCodeName } from './match.ts';
import { type Item, type Phrase, readPhrase, readSections, splitNamed, type WordClasses } from './notation.ts';
import type { Token } from './words.ts';

/** What a phrase of a section makes of a sentence. `polarity` '-': it is not so. */
interface Reading {
  readonly section: string; // heading in rules/claims/statements.md, lower case
  readonly kind: ClaimKind;
  readonly polarity: '+' | '-';
}

/** The first section that has a phrase of a sentence says what the sentence states. */
const READINGS: readonly Reading[] = [
  { section: 'tells history', kind: 'history', polarity: '+' },
  { section: 'observed', kind: 'observation', polarity: '+' },
  { section: 'proposes a change', kind: 'fix', polarity: '+' },
  { section: 'names a thing', kind: 'naming', polarity: '+' },
  { section: 'is about design', kind: 'design', polarity: '+' },
  { section: 'is not enough', kind: 'insufficient', polarity: '-' },
  { section: 'race impossible', kind: 'race', polarity: '-' },
  { section: 'race possible', kind: 'race', polarity: '+' },
  { section: 'barrier needed', kind: 'barrier', polarity: '+' },
  { section: 'barrier redundant', kind: 'barrier', polarity: '-' },
  { section: 'order is wrong', kind: 'order', polarity: '-' },
  { section: 'order is as it must be', kind: 'order', polarity: '+' },
  { section: 'does not protect', kind: 'protected-by', polarity: '-' },
  { section: 'protects', kind: 'protected-by', polarity: '+' },
  { section: 'is enough', kind: 'sufficient', polarity: '+' },
  { section: 'bad end impossible', kind: 'outcome', polarity: '-' },
  { section: 'bad end possible', kind: 'outcome', polarity: '+' },
  { section: 'always so', kind: 'invariant', polarity: '+' },
];

/** The statement grammar as read from rules/claims/statements.md. */
export interface StatementCues {
  readonly things: ReadonlySet<string>; // words that make a sentence one about code
  readonly silent: readonly Phrase[];
  readonly asking: readonly Phrase[]; // make a proposal of a question
  readonly retracts: readonly Phrase[];
  readonly corrects: readonly Phrase[]; // puts another statement in the place of an own one
  readonly sections: readonly { readonly reading: Reading; readonly phrases: readonly Phrase[] }[];
}

/** What one sentence states. */
export interface Statement {
  readonly kind: ClaimKind;
  readonly polarity: '+' | '-';
  readonly hedge: Hedge;
}

/**
 * Returns the statement grammar in `text`. Lines are 1-based in `file`, which is only named in errors.
 * Throws InputError on an unknown, repeated or missing section, or an item of the wrong form.
 */
export function parseStatements(text: string, file: string): StatementCues {
  const headings = READINGS.map(({ section }) => section);
  const sections = readSections(
    text,
    file,
    new Set(['words', 'things', 'says nothing', 'proposes by asking', 'retracts', 'corrects', ...headings]),
  );
  const items = (name: string): readonly Item[] => sections.get(name) ?? [];
  const classes: WordClasses = new Map(
    items('words').map((item) => {
      const [name, rest] = splitNamed(item, file);
      return [name, new Set(parts(rest))];
    }),
  );
  const phrases = (name: string): Phrase[] =>
    items(name).flatMap((item) =>
      parts(item.text).map((part) => readPhrase(part, { words: classes, file, line: item.line, slots: 'names' })),
    );
  return {
    things: new Set(items('things').flatMap((item) => parts(item.text))),
    silent: phrases('says nothing'),
    asking: phrases('proposes by asking'),
    retracts: phrases('retracts'),
    corrects: phrases('corrects'),
    sections: READINGS.map((reading) => ({ reading, phrases: phrases(reading.section) })),
  };
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const TAG = /,?\s(?:no|right|correct|isn't it)\s?\?\s*$/i; // "..., no?"
// The head of an attached patch, the list of titles in a cover letter, a diffstat, an arrow of a diagram, a bare link.
const NOT_PROSE =
  /<==|==>|^\s*https?:\S+$|\bFrom [0-9a-f]{40}\b|^\S.{1,60} \(\d+\): |-{20,} \S+ \S+ \(\d+\): |\|\s+\d+ [+-]+/;
const MOST_WORDS = 160; // a longer sentence is not prose

/**
 * Returns what one sentence (blanks folded) states, if anything. `around`: what the speaker says next to it and what that answers,
 * so that "this might not be enough" is known to be about code. Linear in its length.
 */
export function readStatement(
  sentence: string,
  around: readonly string[],
  cues: Cues,
  statements: StatementCues,
): Statement | undefined {
  const tokens = plainTokens(sentence);
  if (NOT_PROSE.test(sentence) || tokens.length < 3 || tokens.length > MOST_WORDS) return undefined;
  if (hasWink(sentence) || isIrony(tokens, cues) || has(statements.silent, tokens)) return undefined;
  const range = { from: 0, to: tokens.length };
  const found = statements.sections.find(({ phrases }) => findAny(phrases, tokens, range) !== undefined)?.reading;
  if (tokens.at(-1)?.text === QUESTION && !TAG.test(sentence)) {
    const proposes = found?.kind === 'fix' && has(statements.asking, tokens);
    if (!proposes) return { kind: 'question', polarity: '+', hedge: 'weak' };
  }
  if (found === undefined) return undefined;
  const { kind, polarity } = found;
  const own = thingsOf(tokens, statements);
  // "This might not be enough": what it is about stands next to it.
  const isBare = own === 1 || (own === 0 && (kind === 'insufficient' || kind === 'race'));
  const isKnown =
    kind === 'observation' || own > 1 || (isBare && around.some((each) => thingsOf(plainTokens(each), statements) > 1));
  return isKnown ? { kind, polarity, hedge: hedgeOf(tokens, cues) } : undefined;
}

/** Words and the signs that phrases speak of. */
function plainTokens(sentence: string): Token[] {
  return foldCommits(lex(sentence)).filter(
    ({ text, mention }) => mention !== undefined || /^(?:[\w',;:!.%/-]|\(\?\))/.test(text),
  );
}

/** How many different things of the kernel are named: a name of code or a commit counts for two. */
function thingsOf(tokens: readonly Token[], statements: StatementCues): number {
  if (tokens.some(({ raw, mention }) => mention?.kind === 'commit' || isCodeName(raw))) return 2;
  return new Set(tokens.filter(({ text }) => statements.things.has(text)).map(({ text }) => text)).size;
}

/** Returns whether a kind of claim says something about what happens: not a question, a name or a matter of taste. */
export function isStatementOfFact(kind: Claim['kind']): boolean {
  return kind !== 'question' && kind !== 'naming' && kind !== 'design' && kind !== 'objection';
}
