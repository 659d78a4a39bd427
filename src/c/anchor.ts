// Calls and functions by any of their names: an edit written for folio_test_clear_lru means TestClearPageLRU in a tree
// that has that one.
import type { KernelSource, SourceFile, Vocabulary } from '../types.ts';
import { type Definition, findFunctions } from './functions.ts';
import { isUsedAsName } from './resolve.ts';
import type { Statement } from './statements.ts';

/** A test for the names of one operation. */
export interface Name {
  readonly said: string; // the name the edit uses
  readonly pattern: RegExp; // matches a whole name
  readonly alternatives: string; // the same for building patterns: name|other
}

/**
 * Returns the test for `said` and for what `vocabulary` knows as the same operation. A `*` in a group is the same flag
 * in each name, whatever its case: folio_test_clear_* with lru, TestClearPage* with LRU.
 */
export function nameOf(vocabulary: Vocabulary, said: string): Name {
  const known = names.get(vocabulary) ?? new Map<string, Name>();
  names.set(vocabulary, known);
  const name = known.get(said) ?? findName(vocabulary, said);
  known.set(said, name);
  return name;
}

const names = new WeakMap<Vocabulary, Map<string, Name>>();

function findName(vocabulary: Vocabulary, said: string): Name {
  const patterns = new Set([quote(said)]);
  for (const group of vocabulary.names) {
    for (const name of group) {
      const star = new RegExp(`^${quote(name).replace('\\*', '(\\w+)')}$`).exec(said);
      if (star === null) continue;
      const flag = [...(star[1] ?? '')].map(eitherCase).join('');
      for (const other of group) patterns.add(quote(other).replace('\\*', flag));
    }
  }
  return named(said, [...patterns]);
}

/** Returns the test for a list of names in which `*` stands for any rest. */
export function anyOf(said: string, names: readonly string[]): Name {
  const patterns = names.map((name) => quote(name).replaceAll('\\*', '\\w*'));
  return named(said, patterns);
}

function named(said: string, patterns: readonly string[]): Name {
  const alternatives = patterns.join('|');
  return { said, pattern: new RegExp(`^(?:${alternatives})$`), alternatives };
}

function quote(name: string): string {
  return name.replace(/[^\w]/g, '\\$&');
}

function eitherCase(letter: string): string {
  return /[a-z]/i.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : quote(letter);
}

/** A function definition and its file. */
export interface Located {
  readonly path: string;
  readonly name: string;
}

/**
 * Returns where functions of these names are defined: in the order of `names`, C files before headers. One pass over
 * the text of the C files; headers are read only when no C file of mm/ defines any of the names.
 */
export function locateFunctions(source: KernelSource, names: readonly Name[]): Located[] {
  const found: Located[] = [];
  const missing = new Set(names);
  for (const isHeader of [false, true]) {
    const wanted = [...missing];
    if (wanted.length === 0 || found.length > 0) break;
    for (const path of source.paths) {
      if (path.endsWith('.h') !== isHeader) continue;
      const file = source.read(path);
      const near = file === undefined ? [] : wanted.filter((name) => mayDefine(file, name));
      if (file === undefined || near.length === 0) continue;
      for (const fn of new Set(findFunctions(file.text).map((one) => one.name))) {
        for (const name of near) {
          if (!name.pattern.test(fn)) continue;
          missing.delete(name);
          found.push({ path, name: fn });
        }
      }
    }
  }
  const rank = (located: Located) => names.findIndex((name) => name.pattern.test(located.name));
  return found
    .filter((one, index) => found.findIndex((other) => other.path === one.path && other.name === one.name) === index)
    .sort((a, b) => rank(a) - rank(b));
}

const looked = new WeakMap<SourceFile, Map<string, boolean>>();

/** Whether a call or definition of the operation stands in a file; each file is searched for a name once. */
function mayDefine(file: SourceFile, name: Name): boolean {
  const known = looked.get(file) ?? new Map<string, boolean>();
  looked.set(file, known);
  let answer = known.get(name.alternatives);
  if (answer === undefined) {
    const words = name.alternatives.split('|');
    const absent = words.every((word) => /^\w+$/.test(word) && !file.text.includes(word));
    answer = !absent && new RegExp(`\\b(?:${name.alternatives})\\s*\\(`).test(file.text);
    known.set(name.alternatives, answer);
  }
  return answer;
}

/** A call of an operation in a function, and the statement to move when the call is to move. */
export interface Site {
  readonly callee: string; // as written there
  readonly start: number; // offset of the callee
  readonly end: number; // after the closing parenthesis
  readonly arguments: readonly string[];
  readonly statement: Statement; // the whole `if` when the call is in its condition
}

/** Returns the calls of `name` in `fn`, in the order of the text, one for each statement. `code` is masked text. */
export function findSites(code: string, fn: Definition, all: readonly Statement[], name: Name): Site[] {
  const sites: Site[] = [];
  for (const match of code.slice(fn.bodyStart, fn.end).matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    if (!name.pattern.test(match[1] ?? '')) continue;
    const start = fn.bodyStart + match.index;
    const parts = argumentsAt(code, start + match[0].length - 1, fn.end);
    const statement = ownerOf(all, start);
    if (statement === undefined || sites.some((site) => site.statement === statement)) continue;
    sites.push({ callee: match[1] ?? '', start, ...parts, statement });
  }
  return sites;
}

/** The innermost statement around `offset`: for an offset in a condition that is the `if` itself. */
function ownerOf(all: readonly Statement[], offset: number): Statement | undefined {
  let owner: Statement | undefined;
  for (const statement of all) {
    if (statement.start > offset || offset >= statement.end) continue;
    if (owner === undefined || statement.end - statement.start <= owner.end - owner.start) owner = statement;
  }
  return owner?.kind === 'block' ? undefined : owner;
}

function argumentsAt(code: string, open: number, limit: number): { end: number; arguments: string[] } {
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < limit; at += 1) {
    const mark = code[at] ?? '';
    if ('([{'.includes(mark)) depth += 1;
    else if (')]}'.includes(mark)) depth -= 1;
    if (depth === 0 || (depth === 1 && mark === ',')) {
      parts.push(code.slice(from, at).trim());
      from = at + 1;
    }
    if (depth === 0) return { end: at + 1, arguments: parts };
  }
  return { end: limit, arguments: parts };
}

/**
 * Returns `code` with each name that the file does not use put by the one other name of the same operation that it uses.
 */
export function inNamesOf(text: string, code: string, vocabulary: Vocabulary): string {
  return code.replace(/[A-Za-z_]\w*/g, (word) => {
    if (isUsedAsName(text, word)) return word;
    const { alternatives } = nameOf(vocabulary, word);
    const others = new Set(text.match(new RegExp(`\\b(?:${alternatives})\\b`, 'g')));
    const found = [...others].filter((other) => isUsedAsName(text, other));
    return found.length === 1 ? (found[0] ?? word) : word;
  });
}
