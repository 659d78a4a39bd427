// Cuts a sentence into words and finds what the words name: operations, locks, commits, conditions, enclosing functions.

import type { Cues, Operation } from './cues.ts';
import type { Names } from './names.ts';

/** What a word, or several, names. */
export type Mention =
  | {
      readonly kind: 'call';
      readonly call: string; // folio_test_clear_lru
      readonly args: string; // as written, without the parentheses; '' when there are none
      readonly isNamed: boolean; // by the name of the function; false: in words ("clear PG_lru")
      readonly isBarrier: boolean;
    }
  | { readonly kind: 'lock'; readonly lock: string }
  | { readonly kind: 'commit'; readonly commit: string; readonly title: string | undefined }
  | { readonly kind: 'condition'; readonly code: string };

/** A word (lower case), a sign, or a mention of one or more words. */
export interface Token {
  readonly text: string; // of a mention: its first word
  readonly raw: string;
  readonly mention?: Mention;
}

export interface Words {
  readonly tokens: readonly Token[];
  /** Functions named as the place of a change ("in lru_add_fn()"), and the token they stood before. */
  readonly enclosing: readonly { readonly name: string; readonly at: number }[];
}

/** What is needed to understand a word. `called` holds every identifier that the thread writes as a call. */
export interface WordContext {
  readonly cues: Cues;
  readonly names: Names;
  readonly called: ReadonlySet<string>;
}

/** The text of a question mark: in a phrase, `?` means that a word may be absent. */
export const QUESTION = '(?)';

const ARGUMENT_LIMIT = 160; // characters
const QUOTE_LIMIT = 400; // characters

/** Returns the words of one sentence (blanks folded). Linear in its length. */
export function readWords(sentence: string, context: WordContext): Words {
  const lexed = lex(sentence);
  const flagged = foldFlags(foldCommits(lexed), context.cues.operations);
  const named = foldNames(flagged, context);
  return takeEnclosing(named);
}

type Lexed = Token & { readonly args?: string; readonly quoted?: string };

//   folio_test_clear_lru(folio)  lruvec->lru_lock  test-and-clear  don't  2262ace60713  v5.18  ,
const LEX = /[A-Za-z_]\w*(?:->[A-Za-z_]\w*|-[A-Za-z]\w*)*(?:['’][A-Za-z]+)?|[0-9]\w*(?:\.\w+)*%?|[^\s\w]/g;

function lex(sentence: string): Lexed[] {
  const tokens: Lexed[] = [];
  LEX.lastIndex = 0;
  for (let found = LEX.exec(sentence); found !== null; found = LEX.exec(sentence)) {
    const raw = found[0];
    const end = LEX.lastIndex;
    const next = sentence[end];
    if (raw === '"') {
      const close = sentence.indexOf('"', end);
      if (close < 0 || close - end > QUOTE_LIMIT) continue;
      LEX.lastIndex = close + 1;
      tokens.push({ text: '"', raw, quoted: sentence.slice(end, close) });
    } else if (next === '(' && /^[A-Za-z_]\w*$/.test(raw)) {
      const args = balanced(sentence, end);
      if (args !== undefined) LEX.lastIndex = end + args.length + 2;
      tokens.push({ text: raw.toLowerCase(), raw, ...(args === undefined ? {} : { args }) });
    } else if (raw === '(' && isConditionWord(tokens.at(-1)?.text)) {
      const code = balanced(sentence, end - 1);
      if (code !== undefined && /[!=<>&|_]/.test(code)) {
        LEX.lastIndex = end + code.length + 1;
        tokens.push({ text: '(', raw: code, mention: { kind: 'condition', code: code.trim() } });
      }
    } else {
      tokens.push(...splitContraction(raw));
    }
  }
  return tokens;
}

function isConditionWord(text: string | undefined): boolean {
  return text === 'if' || text === 'when' || text === 'unless';
}

/** The text between the parenthesis at `open` and its partner, when it is near. */
function balanced(text: string, open: number): string | undefined {
  let depth = 0;
  const limit = Math.min(text.length, open + ARGUMENT_LIMIT);
  for (let at = open; at < limit; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (depth === 0) return text.slice(open + 1, at);
  }
  return undefined;
}

function splitContraction(raw: string): Token[] {
  const text = raw === '?' ? QUESTION : raw.toLowerCase().replace('’', "'");
  if (!text.endsWith("n't")) return [{ text, raw }];
  const verb = text === "won't" ? 'will' : text === "can't" ? 'can' : text.slice(0, -3);
  return [
    { text: verb, raw },
    { text: "n't", raw },
  ];
}

/** Joins a commit id with the title behind it, and leaves out other quoted text: it is not this speaker's. */
function foldCommits(tokens: readonly Lexed[]): Lexed[] {
  const out: Lexed[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.quoted !== undefined) continue;
    if (!isCommit(token)) {
      out.push(token);
      continue;
    }
    const opens = tokens[at + 1]?.text === '(';
    const title = tokens[at + (opens ? 2 : 1)]?.quoted;
    out.push({ ...token, mention: { kind: 'commit', commit: token.text, title: title?.trim() } });
    if (title !== undefined) at += opens ? 2 : 1;
    else if (opens) at = skipParenthesis(tokens, at + 1);
  }
  return out;
}

function skipParenthesis(tokens: readonly Lexed[], open: number): number {
  const close = tokens.findIndex((token, index) => index > open && token.text === ')');
  return close < 0 || close - open > 40 ? open : close;
}

function isCommit(token: Lexed): boolean {
  return (
    /^[0-9a-f]{7,40}$/.test(token.text) &&
    /\d/.test(token.text) &&
    (/[a-f]/.test(token.text) || token.text.length >= 12)
  );
}

/** Joins "clear the PG_mlocked bit" into one mention; "PG_lru" alone means the operation its sentence speaks of. */
function foldFlags(tokens: readonly Lexed[], operations: readonly Operation[]): Lexed[] {
  const rows = operationsByFirstWord(operations);
  const out: Lexed[] = [];
  let last: string | undefined;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const phrase = token.mention === undefined && token.args === undefined ? operationAt(tokens, at, rows) : undefined;
    const flag = phrase !== undefined ? flagAt(tokens, at + phrase.count) : flagAt(tokens, at);
    const name =
      phrase?.name ?? (flag === undefined ? undefined : (laterOperation(tokens, at + flag.count, rows) ?? last));
    if (flag === undefined || name === undefined || (phrase === undefined && !flag.isMarked)) {
      out.push(token);
      continue;
    }
    last = name;
    const call = name.replace('*', flag.flag);
    out.push({ ...token, mention: { kind: 'call', call, args: '', isNamed: false, isBarrier: false } });
    at += (phrase?.count ?? 0) + flag.count - 1;
  }
  return out;
}

interface OperationWords {
  readonly words: readonly string[];
  readonly name: string;
}

function operationsByFirstWord(operations: readonly Operation[]): ReadonlyMap<string, readonly OperationWords[]> {
  const rows = new Map<string, OperationWords[]>();
  for (const { words, name } of operations) {
    for (const phrase of words) {
      const parts = phrase.split(' ');
      rows.set(parts[0]!, [...(rows.get(parts[0]!) ?? []), { words: parts, name }]);
    }
  }
  for (const row of rows.values()) row.sort((a, b) => b.words.length - a.words.length);
  return rows;
}

function operationAt(tokens: readonly Lexed[], at: number, rows: ReadonlyMap<string, readonly OperationWords[]>) {
  for (const row of rows.get(tokens[at]!.text) ?? []) {
    if (row.words.every((word, index) => tokens[at + index]?.text === word)) {
      return { name: row.name, count: row.words.length };
    }
  }
  return undefined;
}

/** "PG_mlocked should be cleared": the operation is named after the flag. */
function laterOperation(tokens: readonly Lexed[], from: number, rows: ReadonlyMap<string, readonly OperationWords[]>) {
  for (let at = from; at < Math.min(from + 4, tokens.length); at++) {
    if (flagAt(tokens, at)?.isMarked === true || tokens[at]!.args !== undefined) return undefined;
    if (/^(?:before|after|until)$/.test(tokens[at]!.text)) return undefined;
    const found = operationAt(tokens, at, rows);
    if (found !== undefined) return found.name;
  }
  return undefined;
}

/** `PG_mlocked`, `the PG_mlocked bit`, `PageMlocked`, `the mlocked bit`. isMarked: it is a flag without a verb before it. */
function flagAt(tokens: readonly Lexed[], at: number) {
  const skip = /^(?:the|its|that|their)$/.test(tokens[at]?.text ?? '') ? 1 : 0;
  const token = tokens[at + skip];
  if (token === undefined || token.args !== undefined || token.mention !== undefined) return undefined;
  const hasNoun = /^(?:bit|flag)$/.test(tokens[at + skip + 1]?.text ?? '');
  const count = skip + 1 + (hasNoun ? 1 : 0);
  const marked = /^PG_(\w+)$/.exec(token.raw)?.[1] ?? /^Page([A-Z]\w*)$/.exec(token.raw)?.[1];
  if (marked !== undefined) return { flag: marked.toLowerCase(), count, isMarked: true };
  if (!hasNoun || !/^[a-z_]{3,}$/.test(token.text)) return undefined;
  return { flag: token.text, count, isMarked: false };
}

/** Finds calls, barriers and locks, and drops the signs that no phrase speaks of. */
function foldNames(tokens: readonly Lexed[], context: WordContext): Token[] {
  const texts = tokens.map((token) => token.text);
  const out: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.mention !== undefined) {
      out.push(token);
      continue;
    }
    const lock = token.args === undefined ? context.names.lockAt(texts, at) : undefined;
    if (lock !== undefined) {
      out.push({ ...token, mention: { kind: 'lock', lock: lock.lock } });
      at += lock.count - 1;
      continue;
    }
    const barrier = barrierAt(tokens, at, context.cues.barriers);
    if (barrier !== undefined) {
      out.push({ ...token, mention: barrier.mention });
      at += barrier.count - 1;
    } else if (isCall(token, context)) {
      const mention = {
        kind: 'call',
        call: token.raw,
        args: token.args ?? '',
        isNamed: true,
        isBarrier: false,
      } as const;
      out.push({ ...token, mention: negate(mention, tokens[at - 1]) });
    } else if (/^(?:[\w',;:!.%/-]|\(\?\))/.test(token.text)) {
      out.push(token);
    }
  }
  return out;
}

function negate(mention: Extract<Mention, { kind: 'call' }>, before: Lexed | undefined): Mention {
  if (before?.text !== '!' || mention.args === '') return mention;
  return { kind: 'condition', code: `!${mention.call}(${mention.args})` };
}

function barrierAt(tokens: readonly Lexed[], at: number, barriers: ReadonlyMap<string, string>) {
  for (let count = 3; count >= 1; count--) {
    const words = tokens.slice(at, at + count);
    const code = barriers.get(words.map((token) => token.text).join(' '));
    if (code === undefined || words.length < count) continue;
    const mention = { kind: 'call', call: code.slice(0, -2), args: '', isNamed: count === 1, isBarrier: true } as const;
    return { mention, count };
  }
  return undefined;
}

function isCall(token: Lexed, context: WordContext): boolean {
  if (!/^[A-Za-z_]\w*$/.test(token.raw)) return false;
  if (context.names.knows(token.raw)) return true;
  const isPlainWord = !token.raw.includes('_');
  if (token.args === '') return true;
  if (token.args !== undefined) return !isPlainWord;
  return !isPlainWord && context.called.has(token.raw);
}

/** Takes "in lru_add_fn()" out of the words: it says where, not what. */
function takeEnclosing(tokens: readonly Token[]): Words {
  const out: Token[] = [];
  const enclosing: { name: string; at: number }[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const mention = tokens[at + 1]?.mention;
    const isPlace = /^(?:in|inside|within|from)$/.test(tokens[at]!.text) && mention?.kind === 'call';
    if (isPlace && mention.isNamed && !mention.isBarrier) {
      enclosing.push({ name: mention.call, at: out.length });
      at++;
    } else if (isSubject(tokens, at)) {
      const token = tokens[at]!;
      if (token.mention?.kind === 'call') enclosing.push({ name: token.mention.call, at: out.length });
      out.push({ text: 'it', raw: token.raw });
    } else {
      out.push(tokens[at]!);
    }
  }
  return { tokens: out, enclosing };
}

/** "lru_add() should set PG_lru": the function that does something is the place of what it does. */
function isSubject(tokens: readonly Token[], at: number): boolean {
  const mention = tokens[at]!.mention;
  if (mention?.kind !== 'call' || !mention.isNamed || mention.isBarrier) return false;
  const isModal = /^(?:should|could|must|shall)$/.test(tokens[at + 1]?.text ?? '');
  const next = tokens[at + (isModal ? 2 : 1)];
  if (next?.mention?.kind === 'call' && !next.mention.isNamed) return true;
  return isModal && /^(?:call|do|take|hold|only|first)$/.test(next?.text ?? '');
}
