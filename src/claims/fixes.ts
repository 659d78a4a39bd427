// Reads the changes to code that a sentence proposes, and how sure its speaker is.

import type { Anchor, Claim, Edit } from '../types.ts';
import type { Cues, Form, PhraseSection } from './cues.ts';
import { leavesWhen, testedFlag } from './leaving.ts';
import { QUESTION } from './lex.ts';
import { findAny, type Match, matchAt } from './match.ts';
import type { Phrase } from './notation.ts';
import type { Mention, Token, Words } from './words.ts';

export type Hedge = Claim['hedge'];

/** A change that a sentence proposes: all its edits together. */
export interface Proposal {
  readonly edits: readonly Edit[];
  readonly named: number; // operations called by the name of their function
}

interface Found extends Match {
  readonly form: Form;
  readonly head: number; // token where the change begins, with the verbs that lead to it
}

const LEAD_LIMIT = 8; // words before an operation that lead to it: "only try to"
const CLAUSE_LIMIT = 16; // words
const PROMISE_LIMIT = 10; // words

/** Returns the changes that a sentence proposes, in the order of its words. Linear in the number of words. */
export function readProposals(words: Words, cues: Cues): Proposal[] {
  const { tokens } = words;
  if (!tokens.some((token) => token.mention !== undefined)) return [];
  if (has(cues.phrases['only asks'], tokens) || isIrony(tokens, cues)) return [];
  const proposals: Found[][] = [];
  for (const each of findForms(tokens, cues)) {
    const last = proposals.at(-1);
    if (!isProposed(each, tokens, cues) && !isJoined(last?.at(-1), each, tokens, cues)) continue;
    if (last !== undefined && !isAlternative(tokens, last.at(-1)!.end, each.head)) last.push(each);
    else proposals.push([each]);
  }
  return proposals.map((parts) => proposal(parts, words)).filter((each) => each.edits.length > 0);
}

/** Returns whether the words say that what stands near them is not meant. */
export function isIrony(tokens: readonly Token[], cues: Cues): boolean {
  return has(cues.phrases['is irony'], tokens);
}

/** Returns whether the raw sentence carries a sign of irony: a wink, "/s". */
export function hasWink(text: string): boolean {
  return /(?:^|\s)(?:;-?\)|:-?P|\/s|<\/?sarcasm>|\^\^)(?:\s|[.,)]|$)/i.test(text);
}

/** Returns how unsure the speaker of a sentence is. */
export function hedgeOf(tokens: readonly Token[], cues: Cues): Hedge {
  if (has(cues.phrases['hedges, strong'], tokens) || isUnsureOfAll(tokens, cues)) return 'strong';
  const asks = tokens.some((token) => token.text === QUESTION);
  return asks || has(cues.phrases['hedges, weak'], tokens) ? 'weak' : 'none';
}

/** Returns whether the words make all that the speaker says around them unsure: "I am thinking out loud". */
export function isUnsureOfAll(tokens: readonly Token[], cues: Cues): boolean {
  return has(cues.phrases['hedges, strong, of all that the speaker says around it'], tokens);
}

/** Returns whether any of `phrases` occurs in `tokens`. */
export function has(phrases: readonly Phrase[], tokens: readonly Token[]): boolean {
  return findAny(phrases, tokens, { from: 0, to: tokens.length }) !== undefined;
}

function findForms(tokens: readonly Token[], cues: Cues): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < tokens.length; at++) {
    let best: Found | undefined;
    for (const form of cues.forms) {
      const match = matchAt(form.phrase, tokens, at);
      if (match === undefined || (best !== undefined && match.end <= best.end)) continue;
      best = { ...match, form, head: headOf(match, tokens, cues) };
    }
    if (best === undefined) continue;
    found.push(best);
    at = best.end - 1;
  }
  return found;
}

/** "we should [only try to isolate the page (] clear PG_lru ...": the change begins at "only". */
function headOf(match: Match, tokens: readonly Token[], cues: Cues): number {
  let head = match.start;
  while (head > 0 && match.start - head < LEAD_LIMIT && isLead(tokens[head - 1]!, cues)) head--;
  return head;
}

function isLead(token: Token, cues: Cues): boolean {
  return token.mention === undefined && cues.words.do.has(token.text) && token.text !== 'we' && token.text !== 'that';
}

function isProposed(found: Found, tokens: readonly Token[], cues: Cues): boolean {
  if (found.form.edit === 'nothing') return false;
  const section = (name: PhraseSection) => cues.phrases[name];
  const from = clauseStart(tokens, found.head, cues);
  if (isDenied(tokens, from, found, cues)) return false;
  const early = { from: Math.max(0, found.head - CLAUSE_LIMIT), to: found.head };
  if (findAny(section('reports'), tokens, early) !== undefined) return false;
  const end = { from: found.end, to: found.end + PROMISE_LIMIT };
  if (findAny(section('denies afterwards'), tokens, end) !== undefined) return false;
  if (promises(tokens, found, cues)) return true;
  if (isCondition(tokens, from, found.head, cues)) return false;
  const inside = { from: found.start, to: found.end, limit: found.end };
  if (findAny(section('proposes inside the change'), tokens, inside) !== undefined) return true;
  if (leadsTo(section('proposes'), tokens, from, found, cues)) return true;
  if (isAnnounced(tokens, from, found, cues)) return true;
  if (has(section('words of history'), tokens)) return false;
  const needs = section('proposes, unless the words of history are near');
  return leadsTo(needs, tokens, from, found, cues) || isOrder(tokens, found, cues);
}

/** One of `phrases` stands before the change, and only small words between: "we should [also] move", not "we should document that". */
function leadsTo(
  phrases: readonly Phrase[],
  tokens: readonly Token[],
  from: number,
  found: Found,
  cues: Cues,
): boolean {
  for (let at = from; at <= found.start; at++) {
    const phrase = findAny(phrases, tokens, { from: at, to: at + 1, limit: found.end });
    if (phrase !== undefined && areSmall(tokens.slice(phrase.end, Math.max(phrase.end, found.head)), cues)) return true;
  }
  return false;
}

function areSmall(tokens: readonly Token[], cues: Cues): boolean {
  const { softener, do: lead } = cues.words;
  return tokens.every(
    ({ text, mention }) =>
      mention === undefined && (text === ',' || text === 'it' || softener.has(text) || lead.has(text)),
  );
}

/** "The fix is simple: clear A before B". */
function isAnnounced(tokens: readonly Token[], from: number, found: Found, cues: Cues): boolean {
  const isAfterColon = tokens[from - 1]?.text === ':' && areSmall(tokens.slice(from, found.head), cues);
  if (!isAfterColon || tokens.slice(0, from).some(({ text }) => /^(?:was|were|did|had)$/.test(text))) return false;
  return findAny(cues.phrases.announces, tokens, { from: 0, to: from }) !== undefined;
}

/** The clause of a change begins after a conjunction, or after a comma or "then" that a subject follows. */
function clauseStart(tokens: readonly Token[], head: number, cues: Cues): number {
  const first = Math.max(0, head - CLAUSE_LIMIT);
  for (let at = head - 1; at >= first; at--) {
    const { text } = tokens[at]!;
    const isComma = (text === ',' || text === 'then') && cues.words.subject.has(tokens[at + 1]?.text ?? '');
    if (isComma || /^[;:.!]$/.test(text) || text === QUESTION || cues.words.break.has(text)) return at + 1;
  }
  return first;
}

function isDenied(tokens: readonly Token[], from: number, found: Found, cues: Cues): boolean {
  for (let at = from; at < found.start; at++) {
    const denial = findAny(cues.phrases.denies, tokens, { from: at, to: at + 1, limit: found.end });
    if (denial === undefined) continue;
    if (!isExcused(tokens, at, cues)) return true;
  }
  return false;
}

/** "whether or not", "why don't we": the denial at `at` is part of a phrase that denies nothing. */
function isExcused(tokens: readonly Token[], at: number, cues: Cues): boolean {
  for (let start = Math.max(0, at - 3); start <= at; start++) {
    const phrase = findAny(cues.phrases['is no denial'], tokens, { from: start, to: start + 1 });
    if (phrase !== undefined && phrase.end > at) return true;
  }
  return false;
}

/** "doing A before B [in F()] would fix the race". */
function promises(tokens: readonly Token[], found: Found, cues: Cues): boolean {
  const isSubject = /ing$/.test(tokens[found.head]!.text) || !cues.words.base.has(tokens[found.head]!.text);
  const from = Math.max(0, found.head - 4);
  const isCase = isCondition(tokens, from, found.head, cues);
  if (!isSubject && !isCase) return false;
  const promise = findAny(cues.phrases.promises, tokens, { from: found.end, to: found.end + PROMISE_LIMIT });
  if (promise === undefined) return false;
  return !tokens.slice(found.end, promise.start).some((token) => /^(?:[;.]|not|n't|but|because)$/.test(token.text));
}

function isCondition(tokens: readonly Token[], from: number, head: number, cues: Cues): boolean {
  const isWord = (at: number) => cues.words.condition.has(tokens[at]!.text) && tokens[at - 1]?.text !== 'what';
  for (let at = from; at < head; at++) if (isWord(at)) return true;
  return false;
}

/** An order: a base verb at the head of its sentence, after words such as "maybe" or "please". */
function isOrder(tokens: readonly Token[], found: Found, cues: Cues): boolean {
  const head = tokens[found.head]!;
  if (!cues.words.base.has(head.text) || (head.mention?.kind === 'call' && head.mention.isNamed)) return false;
  return tokens.slice(0, found.head).every(({ text }) => /^[,:]$/.test(text) || cues.words.softener.has(text));
}

/** "we should move A before B [and also] add smp_mb() after B": what was proposed goes on. */
function isJoined(last: Found | undefined, found: Found, tokens: readonly Token[], cues: Cues): boolean {
  if (last === undefined || found.form.edit === 'nothing' || !cues.words.base.has(tokens[found.start]!.text))
    return false;
  const between = tokens.slice(last.end, found.head);
  // "[it is better] to move A before B, as said, and to drop C"
  const goesOn =
    between.at(-1)?.text === 'and' && tokens[found.head]!.text === 'to' && tokens[last.head]!.text === 'to';
  return goesOn || (areSmall(between, cues) && between.length <= 4);
}

/** "either move A before B or revert S" are two fixes. */
function isAlternative(tokens: readonly Token[], from: number, to: number): boolean {
  return tokens.slice(from, to).some((token) => /^(?:or|alternatively|else|(?:\(\?\)))$/.test(token.text));
}

function proposal(parts: readonly Found[], words: Words): Proposal {
  const edits = parts.flatMap((part) => editOf(part, words) ?? []);
  const slots = parts.flatMap((part) => Object.values(part.slots).map((at) => words.tokens[at]!.mention));
  return { edits, named: slots.filter((each) => each?.kind === 'call' && each.isNamed).length };
}

function editOf(found: Found, words: Words): Edit | undefined {
  const mention = (slot: 'A' | 'B' | 'L' | 'S' | 'C') => words.tokens[found.slots[slot] ?? -1]?.mention;
  const call = (slot: 'A' | 'B'): Anchor => ({ call: callOf(mention(slot)).call });
  const functions = enclosingOf(found, words);
  const { edit } = found.form;
  switch (edit) {
    case 'move A before B':
    case 'move A after B': {
      const where = edit === 'move A before B' ? 'before' : 'after';
      if (callOf(mention('A')).isBarrier) return undefined;
      const move = { kind: 'move', what: call('A'), where, anchor: call('B'), functions } as const;
      const flag = testedFlag(move.what.call);
      return flag === undefined ? move : { ...move, leaves: leavesWhen(flag, words.tokens) };
    }
    case 'insert A before B':
    case 'insert A after B': {
      const where = edit === 'insert A before B' ? 'before' : 'after';
      return { kind: 'insert', code: `${codeOf(mention('A'))};`, where, anchor: call('B'), functions };
    }
    case 'move A into L': {
      const lock = mention('L');
      return lock?.kind === 'lock'
        ? { kind: 'move-into-lock', what: call('A'), lock: { lock: lock.lock }, functions }
        : undefined;
    }
    case 'swap A B':
      return { kind: 'swap', what: call('A'), anchor: call('B'), functions };
    case 'delete A':
      return { kind: 'delete', what: call('A'), functions };
    case 'replace A B':
      return { kind: 'replace', what: call('A'), code: codeOf(mention('B')), functions };
    case 'wrap A C':
      return { kind: 'wrap', what: call('A'), condition: conditionOf(mention('C')), functions };
    case 'wrap A not C':
      return { kind: 'wrap', what: call('A'), condition: `!(${conditionOf(mention('C'))})`, functions };
    case 'revert S': {
      const commit = mention('S');
      return commit?.kind === 'commit' ? { kind: 'revert', commit: commit.commit, title: commit.title } : undefined;
    }
    case 'nothing':
      return undefined;
    default:
      return edit satisfies never;
  }
}

type Call = Extract<Mention, { kind: 'call' }>;

const NO_CALL: Call = { kind: 'call', call: '', args: '', isNamed: false, isBarrier: false };

function callOf(mention: Mention | undefined): Call {
  return mention?.kind === 'call' ? mention : NO_CALL;
}

function codeOf(mention: Mention | undefined): string {
  const { call, args } = callOf(mention);
  return `${call}(${args})`;
}

function conditionOf(mention: Mention | undefined): string {
  return mention?.kind === 'condition' ? mention.code : codeOf(mention);
}

/** Functions that the sentence names as the place: inside the change, right behind it, or at the head of the sentence. */
function enclosingOf(found: Found, words: Words): string[] {
  const near = words.enclosing.filter(({ at }) => {
    if (at > found.start && at <= found.end) return true;
    return (
      at < found.head &&
      !words.tokens.slice(at, found.head).some((token) => token.mention !== undefined || /^[;:]$/.test(token.text))
    );
  });
  return [...new Set(near.map(({ name }) => name))].sort();
}
