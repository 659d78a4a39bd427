// Finds what the words of a sentence name: operations, locks, commits, conditions, enclosing functions.

import type { Cues } from './cues.ts';
import { foldFlags } from './flags.ts';
import { foldCommits, type Lexed, lex } from './lex.ts';
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

/** Returns the words of one sentence (blanks folded). Linear in its length. */
export function readWords(sentence: string, context: WordContext): Words {
  const lexed = lex(sentence);
  const flagged = foldFlags(foldCommits(lexed), context.cues.operations);
  const named = foldNames(flagged, context);
  return takeEnclosing(named);
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
