// Which files of a source define a function, by name, for mm/ and include/linux. Made once a tree and kept in a cache
// folder under a name that stands for the content of all its files; see openFunctionIndex.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelSource } from '../types.ts';
import { headerName } from './functions.ts';
import { skipQuoted } from './preprocess.ts';

/** The functions of a source by name. */
export interface FunctionIndex {
  /** Files that define `name`, sorted: C files of mm/ before headers. A static one may be in several. */
  find(name: string): readonly string[];
  /** Names like `name`, the likeliest first: in other case, with another prefix, or up to 3 letters changed. At most 5. */
  near(name: string): readonly string[];
}

const VERSION = 'relore functions 1';
const MOST_FILES = 8; // cache files that are kept
const LARGEST = 16 << 20; // bytes of one cache file

/**
 * Opens the index of `source`. The index is one text: a line a file, `path<TAB>name<TAB>name...<TAB>`, so that a name is
 * found by one search for `<TAB>name<TAB>`, below 1 ms. With `cacheDir` that text is kept there as
 * `functions-<sha256 of the stamps of all files>`, behind a line with its own sha256: a stamp is a blob id of git, or
 * inode, size and times of a file, so nothing has to be read to know whether it still holds. A cache that is missing,
 * damaged or cannot be written is done without; the 8 files used last are kept.
 */
export function openFunctionIndex(source: KernelSource, cacheDir?: string): FunctionIndex {
  const paths = source.paths.filter((path) => /^(?:mm|include\/linux)\/.*\.[ch]$/.test(path)).sort(byFolder);
  const key = cacheDir === undefined ? undefined : keyOf(source, paths);
  const file = cacheDir === undefined || key === undefined ? undefined : join(cacheDir, `functions-${key}`);
  let text = file === undefined ? undefined : readCache(file);
  if (text === undefined) {
    text = indexText(source, paths);
    if (cacheDir !== undefined && file !== undefined) writeCache(cacheDir, file, text);
  }
  return openText(text);
}

function byFolder(a: string, b: string): number {
  return Number(b.startsWith('mm/')) - Number(a.startsWith('mm/')) || (a < b ? -1 : 1);
}

function keyOf(source: KernelSource, paths: readonly string[]): string | undefined {
  const hash = createHash('sha256').update(VERSION);
  for (const path of paths) {
    const stamp = source.stamp?.(path);
    if (stamp === undefined) return undefined;
    hash.update(`\n${path}\t${stamp}`);
  }
  return hash.digest('hex');
}

function indexText(source: KernelSource, paths: readonly string[]): string {
  const lines = paths.map((path) => {
    const names = new Set(definedNames(source.read(path)?.text ?? ''));
    return [path, ...names, ''].join('\t');
  });
  return `${lines.join('\n')}\n`;
}

const LONGEST_HEADER = 2000; // characters

/**
 * The functions that a text defines, quickly: findFunctions() without what it does for #if arms that open a brace each.
 * A brace in column 1 closes whatever is open, as kernel style has it.
 */
function definedNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let header = -1; // where the next header starts; -1: in front of its first word
  let last = 0; // the last character that is no blank
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c <= 0x20) continue;
    if (c === 0x2f && (text.charCodeAt(i + 1) === 0x2a || text.charCodeAt(i + 1) === 0x2f)) {
      const isBlock = text.charCodeAt(i + 1) === 0x2a;
      const end = text.indexOf(isBlock ? '*/' : '\n', i + 2);
      i = end < 0 ? text.length : end + (isBlock ? 1 : 0);
      continue;
    }
    if (header < 0 && c !== 0x23) header = i;
    if (c === 0x22 || c === 0x27) i = skipQuoted(text, i) - 1;
    else if (c === 0x23 && isLineStart(text, i)) {
      i = endOfDirective(text, i);
      if (depth === 0 && last !== 0x29) header = -1;
      continue;
    } else if (c === 0x7b) {
      const isHead = depth === 0 && (last === 0x29 || /\)[\s\w]*$/.test(text.slice(Math.max(header, i - 60), i)));
      if (isHead) {
        const head = text.slice(Math.max(header, i - LONGEST_HEADER), i).replace(HIDDEN, ' ');
        const name = head.includes('=') ? undefined : headerName(head)?.name;
        if (name !== undefined) names.push(name);
      }
      depth += 1;
    } else if (c === 0x7d) {
      depth = i === 0 || text.charCodeAt(i - 1) === 0x0a ? 0 : Math.max(0, depth - 1);
      if (depth === 0) header = -1;
    } else if (c === 0x3b && depth === 0) header = -1;
    last = c;
  }
  return names;
}

const HIDDEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|^[ \t]*#(?:\\\n|[^\n])*/gm;

function isLineStart(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && (text.charCodeAt(before) === 0x20 || text.charCodeAt(before) === 0x09)) before -= 1;
  return before < 0 || text.charCodeAt(before) === 0x0a;
}

function endOfDirective(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  while (end > 0 && text.charCodeAt(end - 1) === 0x5c) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

function openText(text: string): FunctionIndex {
  return {
    find(name) {
      const found: string[] = [];
      if (!/^\w+$/.test(name)) return found;
      const wanted = `\t${name}\t`;
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
        const start = text.lastIndexOf('\n', at) + 1;
        found.push(text.slice(start, text.indexOf('\t', start)));
      }
      return found;
    },
    near(name) {
      const names = new Set(text.split('\n').flatMap((line) => line.split('\t').slice(1)));
      return nearest(name, names);
    },
  };
}

const MOST_NEAR = 5;
const MOST_CHANGES = 3; // letters

function nearest(name: string, names: ReadonlySet<string>): string[] {
  if (name.length > 200) return [];
  const plain = bare(name);
  const scored: { readonly name: string; readonly score: number }[] = [];
  for (const other of names) {
    if (other === '' || Math.abs(other.length - name.length) > 8) continue;
    if (bare(other) === plain) scored.push({ name: other, score: 0.5 });
    else {
      const changes = distance(name.toLowerCase(), other.toLowerCase());
      if (changes <= Math.min(MOST_CHANGES, name.length / 3)) scored.push({ name: other, score: changes });
      else if (plain.length > 5 && other.includes(name)) scored.push({ name: other, score: MOST_CHANGES + 1 });
    }
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, MOST_NEAR).map((one) => one.name);
}

/** A name without case, leading underscores and what folio, page and _fn put around the same operation. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^_+|_fn$|_locked$/g, '')
    .replace(/folio|page/g, '#');
}

/** Letters to change, add or take away (Levenshtein), or more than MOST_CHANGES. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_CHANGES) return MOST_CHANGES + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > MOST_CHANGES) return MOST_CHANGES + 1;
    row = next;
  }
  return row[b.length] ?? 0;
}

// ---------------------------------------------------------------- the cache

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readCache(file: string): string | undefined {
  try {
    if (statSync(file).size > LARGEST) return undefined;
    const content = readFileSync(file, 'utf8');
    const end = content.indexOf('\n');
    const text = content.slice(end + 1);
    if (content.slice(0, end) !== `${VERSION} ${digest(text)}`) return undefined;
    const now = new Date();
    utimesSync(file, now, now);
    return text;
  } catch {
    return undefined;
  }
}

function writeCache(cacheDir: string, file: string, text: string): void {
  try {
    if (text.length > LARGEST) return;
    mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}.tmp`;
    writeFileSync(beside, `${VERSION} ${digest(text)}\n${text}`, { flag: 'wx', mode: 0o600 });
    renameSync(beside, file);
    prune(cacheDir);
  } catch {
    // The cache is only a matter of speed.
  }
}

function prune(cacheDir: string): void {
  const files = readdirSync(cacheDir)
    .filter((name) => name.startsWith('functions-'))
    .map((name) => ({ path: join(cacheDir, name), used: statSync(join(cacheDir, name)).mtimeMs }));
  files.sort((a, b) => b.used - a.used);
  for (const { path } of files.slice(MOST_FILES)) rmSync(path, { force: true });
}
