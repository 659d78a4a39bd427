// Finds what is done to a flag in words: "clear the PG_mlocked bit".

import type { Operation } from './cues.ts';
import type { Lexed } from './lex.ts';

/** Returns `tokens` with "clear the PG_mlocked bit" joined into one mention; "PG_lru" alone means the operation its sentence speaks of. */
export function foldFlags(tokens: readonly Lexed[], operations: readonly Operation[]): Lexed[] {
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
