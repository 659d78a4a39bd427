// The statements of one function, found on masked text. Enough structure for the edit algebra: where a statement
// starts and ends, which block it stands in, and which branch of an `if` it is.
import type { Definition } from './functions.ts';
import { blankDirectives, DIRECTIVE, maskText } from './mask.ts';

/** A statement. Offsets are string offsets into the file. A label is a statement of its own in front of the labelled one. */
export interface Statement {
  readonly kind: 'simple' | 'declaration' | 'if' | 'loop' | 'do' | 'switch' | 'block' | 'label' | 'empty';
  readonly start: number;
  readonly end: number; // after the last character
  readonly head: readonly [number, number] | undefined; // of if, loop, do, switch: inside the parentheses
  readonly parent: Statement | undefined; // undefined: directly in the body of the function
  readonly role: 'body' | 'then' | 'else'; // what it is to a parent that is no block; 'body' inside a block
  readonly children: Statement[]; // of a block: its statements; of if: then, else; of loop, do, switch: its body
}

/** The body of a function with its statements, or why they could not be told apart. */
export type Scanned =
  | { readonly kind: 'scanned'; readonly code: string; readonly body: Statement; readonly all: readonly Statement[] }
  | { readonly kind: 'refused'; readonly why: string };

const DEEPEST = 64; // blocks and branches inside each other
const MOST = 50_000; // statements in a function

/**
 * Returns the statements of `fn` in `text`. `code` is the masked file, directives blanked: search it for calls.
 * Refuses code that it cannot divide, deeper nesting than 64, and #if lines that cut through a statement. Linear.
 */
export function scanStatements(text: string, fn: Definition): Scanned {
  const masked = maskText(text);
  const code = blankDirectives(masked);
  const cursor = { code, at: fn.bodyStart, end: fn.end, all: [] as Statement[] };
  try {
    const body = readStatement(cursor, undefined, 'body', 0);
    const cut = cutByDirective(masked, fn, cursor.all);
    if (cut !== undefined) return { kind: 'refused', why: cut };
    return { kind: 'scanned', code, body, all: cursor.all };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'refused', why: error.message };
    throw error;
  }
}

class Unreadable extends Error {}

interface Cursor {
  readonly code: string;
  at: number;
  readonly end: number;
  readonly all: Statement[];
}

function readStatement(
  cursor: Cursor,
  parent: Statement | undefined,
  role: Statement['role'],
  depth: number,
): Statement {
  if (depth > DEEPEST) throw new Unreadable(`its blocks are nested more than ${DEEPEST} deep`);
  if (cursor.all.length > MOST) throw new Unreadable(`it has more than ${MOST} statements`);
  skipBlanks(cursor);
  const { code, at } = cursor;
  const word = wordAt(code, at);
  const make = (kind: Statement['kind'], head?: readonly [number, number]) => {
    const statement = { kind, start: at, end: at, head, parent, role, children: [] as Statement[] };
    cursor.all.push(statement);
    return statement;
  };
  if (code[at] === '{') {
    const block = make('block');
    cursor.at += 1;
    for (skipBlanks(cursor); code[cursor.at] !== '}'; skipBlanks(cursor)) {
      if (cursor.at >= cursor.end) throw new Unreadable('a block is not closed');
      block.children.push(readStatement(cursor, block, 'body', depth + 1));
    }
    cursor.at += 1;
    return finish(block, cursor);
  }
  if (code[at] === ';') {
    cursor.at += 1;
    return finish(make('empty'), cursor);
  }
  if (word === 'if') return readIf(cursor, make, depth);
  if (word === 'do') return readDo(cursor, make, depth);
  if (word === 'else' || word === '')
    throw new Unreadable(`${word === '' ? 'something' : word} stands where a statement starts`);
  const label = /^(?:case\b[^:;{}]*|default|\w+)\s*:(?!:)/.exec(code.slice(at, at + 400));
  if (label !== null && (word === 'case' || word === 'default' || /^\w+\s*:$/.test(label[0]))) {
    cursor.at += label[0].length;
    return finish(make('label'), cursor);
  }
  if (word === 'while' || word === 'for' || word === 'switch' || isIterationMacro(cursor, word)) {
    const head = readHead(cursor, at + word.length);
    const statement = make(word === 'switch' ? 'switch' : 'loop', head);
    statement.children.push(readStatement(cursor, statement, 'body', depth + 1));
    return finish(statement, cursor);
  }
  cursor.at = simpleEnd(cursor);
  return finish(make(isDeclaration(code.slice(at, cursor.at)) ? 'declaration' : 'simple'), cursor);
}

type Make = (kind: Statement['kind'], head?: readonly [number, number]) => Statement & { end: number };

function readIf(cursor: Cursor, make: Make, depth: number): Statement {
  const top = make('if', readHead(cursor, cursor.at + 2));
  let statement = top;
  const chain = [top];
  for (let length = 0; ; length += 1) {
    if (length > MOST) throw new Unreadable('an if has too many branches');
    statement.children.push(readStatement(cursor, statement, 'then', depth + 1));
    const before = cursor.at;
    skipBlanks(cursor);
    if (wordAt(cursor.code, cursor.at) !== 'else') {
      cursor.at = before;
      break;
    }
    cursor.at += 4;
    skipBlanks(cursor);
    if (wordAt(cursor.code, cursor.at) !== 'if') {
      statement.children.push(readStatement(cursor, statement, 'else', depth + 1));
      break;
    }
    // `else if` chains are read in this loop, so that their length is no depth.
    const start = cursor.at;
    const head = readHead(cursor, start + 2);
    const next = {
      kind: 'if' as const,
      start,
      end: start,
      head,
      parent: statement,
      role: 'else' as const,
      children: [] as Statement[],
    };
    cursor.all.push(next);
    statement.children.push(next);
    chain.push(next);
    statement = next;
  }
  for (const link of chain) link.end = cursor.at;
  return top;
}

function readDo(cursor: Cursor, make: Make, depth: number): Statement {
  const statement = make('do');
  cursor.at += 2;
  statement.children.push(readStatement(cursor, statement, 'body', depth + 1));
  skipBlanks(cursor);
  if (wordAt(cursor.code, cursor.at) !== 'while') throw new Unreadable('a do has no while');
  const head = readHead(cursor, cursor.at + 5);
  skipBlanks(cursor);
  if (cursor.code[cursor.at] !== ';') throw new Unreadable('a do while has no end');
  cursor.at += 1;
  return finish(Object.assign(statement, { head }), cursor);
}

function finish(statement: Statement & { end: number }, cursor: Cursor): Statement {
  statement.end = cursor.at;
  return statement;
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.at < cursor.end && /\s/.test(cursor.code[cursor.at] ?? '')) cursor.at += 1;
}

function wordAt(code: string, at: number): string {
  return /^[A-Za-z_]\w*|^\S/.exec(code.slice(at, at + 80))?.[0] ?? '';
}

/** Reads `(...)` after `from`; leaves the cursor behind it and returns the offsets inside. */
function readHead(cursor: Cursor, from: number): readonly [number, number] {
  cursor.at = from;
  skipBlanks(cursor);
  if (cursor.code[cursor.at] !== '(') throw new Unreadable('a condition has no parentheses');
  const close = closingParen(cursor.code, cursor.at, cursor.end);
  const head = [cursor.at + 1, close] as const;
  cursor.at = close + 1;
  return head;
}

/** Returns the offset of the parenthesis that closes the one at `open`. */
function closingParen(code: string, open: number, end: number): number {
  let depth = 0;
  for (let at = open; at < end; at += 1) {
    if (code[at] === '(') depth += 1;
    else if (code[at] === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new Unreadable('a parenthesis is not closed');
}

/** `list_for_each_entry(...)` with a statement behind it: a block or a word, never an operator or a semicolon. */
function isIterationMacro(cursor: Cursor, word: string): boolean {
  const { code, end } = cursor;
  const open = /^\s*\(/.exec(code.slice(cursor.at + word.length, cursor.at + word.length + 80));
  if (open === null || !/^[A-Za-z_]/.test(word) || /^(?:return|sizeof|goto)$/.test(word)) return false;
  const close = closingParen(code, cursor.at + word.length + open[0].length - 1, end);
  return /^\s*[A-Za-z_{]/.test(code.slice(close + 1, close + 1000));
}

function simpleEnd(cursor: Cursor): number {
  const open: string[] = [];
  for (let at = cursor.at; at < cursor.end; at += 1) {
    const mark = cursor.code[at] ?? '';
    if (mark === '(' || mark === '{' || mark === '[') open.push(mark);
    else if (mark === ')' || mark === '}' || mark === ']') {
      if (open.pop() === undefined) throw new Unreadable('a statement has no end');
    } else if (mark === ';' && open.length === 0) return at + 1;
  }
  throw new Unreadable('a statement has no end');
}

/** Two words in front, or a word and stars and a word: `int nr`, `struct folio *folio`. */
function isDeclaration(code: string): boolean {
  if (/^(?:return|goto|break|continue|else|case|sizeof)\b/.test(code)) return false;
  return /^[A-Za-z_]\w*(?:\s+\**|\s*\*+\s*)(?:[A-Za-z_]\w*[\s*]+)*[A-Za-z_]\w*\s*(?:[=;,[]|$)/.test(code);
}

/** An #if block that holds a part of a statement only would be moved or kept by half. */
function cutByDirective(masked: string, fn: Definition, all: readonly Statement[]): string | undefined {
  for (const match of masked.slice(fn.bodyStart, fn.end).matchAll(DIRECTIVE)) {
    const at = fn.bodyStart + match.index;
    const cut = all.find(
      (one) => (one.kind === 'simple' || one.kind === 'declaration') && one.start < at && at < one.end,
    );
    if (cut !== undefined) return `${match[0].trim()} cuts through a statement`;
  }
  return undefined;
}
