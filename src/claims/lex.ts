// Cuts a sentence into words and signs: identifiers with their arguments, quoted text, contractions, commit ids.

import { withoutStress } from './emphasis.ts';
import type { Token } from './words.ts';

/** The text of a question mark: in a phrase, `?` means that a word may be absent. */
export const QUESTION = '(?)';

const ARGUMENT_LIMIT = 160; // characters
const QUOTE_LIMIT = 400; // characters

/** A word before it is known what it names. `args`: of a call, as written; `quoted`: the text of a quotation. */
export type Lexed = Token & { readonly args?: string; readonly quoted?: string };

//   v5.18-rc1  folio_test_clear_lru(folio)  lruvec->lru_lock  test-and-clear  don't  2262ace60713  2.6.12  ,
const LEX =
  /v\d+(?:\.\d+)+(?:-rc\d+)?|[A-Za-z_]\w*(?:->[A-Za-z_]\w*|-[A-Za-z]\w*)*(?:['’][A-Za-z]+)?|[0-9]\w*(?:\.\w+)*(?:-rc\d+)?%?|[^\s\w]/g;

/** Returns the words and signs of one sentence (blanks folded). Linear in its length. */
export function lex(written: string): Lexed[] {
  const sentence = withoutStress(written);
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

/** Returns `tokens` with each commit id joined to the title behind it, and without other quoted text: it is not this speaker's. */
export function foldCommits(tokens: readonly Lexed[]): Lexed[] {
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
