// Tokens of litmus files. The parts have comments of their own: OCaml's around the processes, C's inside them,
// where (* opens an argument: READ_ONCE(*x).
import { InputError } from '../../errors.ts';
import type { Place } from '../../types.ts';

/** A word, number or mark. `line` is 1-based. */
export interface Token {
  readonly kind: 'name' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
}

/** Which comments are skipped: those of herd's own parts, or those of C. */
export type Comments = 'herd' | 'c';

const LONGEST = 1 << 20; // characters of one file
const TOKEN =
  /(?<name>[A-Za-z_$][A-Za-z0-9_$]*)|(?<number>0[xX][0-9a-fA-F]+[uUlL]*|[0-9]+[uUlL]*)|(?<mark>\/\\|\\\/|=>|<>|&&|\|\||==|!=|<=|>=|<<|>>|\+\+|--|\+=|-=|[-+*/%&|^~!<>=?:;,.(){}[\]"'])/y;

/** The tokens of `text` from `from` on, the last one of kind end. Throws InputError at a character that starts no token. */
export function tokens(text: string, file: string, comments: Comments, from = 0, to = text.length): readonly Token[] {
  if (text.length > LONGEST)
    throw new InputError({ place: { file }, expected: `at most ${LONGEST} characters`, found: `${text.length}` });
  const found: Token[] = [];
  let line = lineAt(text, from);
  for (let at = from; at < to; ) {
    const skipped = blank(text, at, to, comments, file);
    if (skipped > at) {
      for (let k = at; k < skipped; k++) if (text.charCodeAt(k) === 10) line++;
      at = skipped;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null)
      throw new InputError({ place: { file, line }, expected: 'C or a litmus condition', found: `'${text[at]}'` });
    const { name, number } = match.groups as { name?: string; number?: string };
    const kind = name !== undefined ? 'name' : number !== undefined ? 'number' : 'mark';
    found.push({ kind, text: match[0], line });
    at += match[0].length;
  }
  found.push({ kind: 'end', text: 'the end of the file', line });
  return found;
}

/** Index behind the white space or comment at `at`; `at` itself when there is none. */
export function blank(text: string, at: number, to: number, comments: Comments, file: string): number {
  let k = at;
  while (k < to && ' \t\r\n\f\v\u00a0'.includes(text[k]!)) k++;
  if (k > at) return k;
  if (text.startsWith('/*', at)) return closed(text, at, text.indexOf('*/', at + 2), 2, file);
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 || end > to ? to : end;
  }
  return comments === 'herd' && text.startsWith('(*', at) ? ocamlComment(text, at, file) : at;
}

/** Index behind an OCaml comment; they nest. */
function ocamlComment(text: string, at: number, file: string): number {
  let depth = 0;
  for (let k = at; k < text.length; k++) {
    if (text.startsWith('(*', k)) {
      depth++;
      k++;
    } else if (text.startsWith('*)', k)) {
      depth--;
      k++;
      if (depth === 0) return k + 1;
    }
  }
  return closed(text, at, -1, 2, file);
}

function closed(text: string, at: number, end: number, length: number, file: string): number {
  if (end >= 0) return end + length;
  throw new InputError({
    place: { file, line: lineAt(text, at) },
    expected: 'the end of a comment',
    found: 'the end of the file',
  });
}

/** Line of a character, 1-based. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let k = text.indexOf('\n'); k >= 0 && k < at; k = text.indexOf('\n', k + 1)) line++;
  return line;
}

/** Reads tokens one after the other. */
export interface Reader {
  readonly file: string;
  readonly peek: (ahead?: number) => Token;
  readonly next: () => Token;
  readonly accept: (text: string) => boolean;
  readonly expect: (text: string) => Token;
  readonly name: (what: string) => Token;
  readonly fail: (expected: string) => never;
}

/** A reader over `list`, whose last token is of kind end. Its `expect`, `name` and `fail` throw InputError. */
export function reader(list: readonly Token[], file: string): Reader {
  let at = 0;
  const peek = (ahead = 0): Token => list[Math.min(at + ahead, list.length - 1)]!;
  const next = (): Token => {
    const token = peek();
    if (at < list.length - 1) at++;
    return token;
  };
  const fail = (expected: string): never => {
    const { line, text } = peek();
    throw new InputError({ place: { file, line }, expected, found: text });
  };
  return {
    file,
    peek,
    next,
    fail,
    accept: (text) => {
      if (peek().text !== text || peek().kind === 'end') return false;
      next();
      return true;
    },
    expect: (text) => (peek().text === text && peek().kind !== 'end' ? next() : fail(`'${text}'`)),
    name: (what) => (peek().kind === 'name' ? next() : fail(what)),
  };
}

/** A construct that is read but not modelled. It becomes a Refusal. */
export class Unsupported extends Error {
  readonly what: string;
  readonly why: string;
  readonly place: Place;
  constructor(what: string, why: string, place: Place) {
    super(why);
    this.what = what;
    this.why = why;
    this.place = place;
  }
}

/** Value of a number token, 32 bits. */
export function numberOf(token: Token): number {
  return Number(token.text.replace(/[uUlL]+$/, '')) | 0;
}
