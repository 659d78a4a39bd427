// The YAML between two lines of --- at the top of a rule file.
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { InputError } from '../errors.ts';

/** What the front matter of a rule says. Commits, messages and files are checked for their shape only. */
export interface FrontMatter {
  readonly title: string;
  readonly functions: readonly string[];
  readonly informs: readonly string[]; // empty when there is no such key
  readonly invariant: string;
  readonly confidence: string;
  readonly body: string; // the file with the front matter blanked, so that lines stay
  readonly line: number; // 1-based, of `invariant`
}

const SHAPES: Readonly<Record<string, { readonly pattern: RegExp; readonly words: string }>> = {
  functions: { pattern: /^[A-Za-z_]\w*$/, words: 'a function name' },
  informs: { pattern: /^[A-Za-z_]\w*$/, words: 'a function name' },
  files: { pattern: /^[\w./-]+\.[chS]$/, words: 'a path of a source file' },
  commits: { pattern: /^[0-9a-f]{12,40}$/, words: 'a commit id of 12 digits or more' },
  messages: { pattern: /^[^\s<>]+@[^\s<>]+$/, words: 'a Message-ID without <>' },
  urls: { pattern: /^https?:\/\/\S+$/, words: 'a URL' },
};

/**
 * Returns the front matter of the rule in `text`.
 * Throws InputError with the line in `file` for missing front matter, YAML errors, unknown, missing or repeated keys,
 * and values of another shape.
 */
export function parseFrontMatter(text: string, file: string): FrontMatter {
  const match = /^---\n([\s\S]*?\n)---\n/.exec(text);
  if (match === null) {
    throw new InputError({
      place: { file, line: 1 },
      expected: 'front matter between two lines of ---',
      found: text.split('\n')[0] || 'an empty line',
    });
  }
  const lines = new LineCounter();
  const yaml = match[1] ?? '';
  const document = parseDocument(yaml, { schema: 'failsafe', lineCounter: lines, uniqueKeys: true });
  const lineAt = (offset: number) => lines.linePos(offset).line + 1; // + 1: the line of ---
  const [error] = document.errors;
  if (error !== undefined) {
    throw new InputError({
      place: { file, line: lineAt(error.pos[0]) },
      expected: 'YAML',
      found: error.message.split('\n')[0] ?? '',
    });
  }
  const needed = ['title', 'functions', 'source', 'confidence', 'invariant'];
  const keys = keysOf(document.contents, [...needed, 'informs'], file, lineAt, ...needed);
  const informs = keys.get('informs');
  const source = keysOf(keys.get('source')!.value, ['files', 'commits', 'messages', 'urls'], file, lineAt, 'files');
  for (const [name, entry] of source) listOf(name, entry, file);
  const invariant = keys.get('invariant')!;
  return {
    title: stringOf('title', keys.get('title')!, file),
    functions: listOf('functions', keys.get('functions')!, file),
    informs: informs === undefined ? [] : listOf('informs', informs, file),
    invariant: stringOf('invariant', invariant, file),
    confidence: stringOf('confidence', keys.get('confidence')!, file),
    body: '\n'.repeat(match[0].split('\n').length - 1) + text.slice(match[0].length),
    line: invariant.line,
  };
}

interface Entry {
  readonly value: unknown;
  readonly line: number;
  readonly lineOf: (node: unknown) => number;
}

/** The keys of a mapping: only `allowed` ones, and all of them unless `needed` names the ones that must be there. */
function keysOf(
  node: unknown,
  allowed: readonly string[],
  file: string,
  lineAt: (offset: number) => number,
  ...needed: string[]
): Map<string, Entry> {
  const lineOf = (value: unknown) => lineAt((value as Node | null)?.range?.[0] ?? 0);
  if (!isMap(node)) {
    throw new InputError({
      place: { file, line: lineOf(node) },
      expected: `the keys ${allowed.join(', ')}`,
      found: 'something else',
    });
  }
  const found = new Map<string, Entry>();
  for (const pair of node.items as Pair<Node, Node>[]) {
    const key = String(pair.key);
    const line = lineOf(pair.key);
    if (!allowed.includes(key))
      throw new InputError({ place: { file, line }, expected: `one of the keys ${allowed.join(', ')}`, found: key });
    found.set(key, { value: pair.value, line, lineOf });
  }
  for (const key of needed.length === 0 ? allowed : needed) {
    if (!found.has(key))
      throw new InputError({
        place: { file, line: lineOf(node) },
        expected: `the key ${key}`,
        found: [...found.keys()].join(', ') || 'none',
      });
  }
  return found;
}

function stringOf(key: string, entry: Entry, file: string): string {
  if (isScalar(entry.value) && typeof entry.value.value === 'string' && entry.value.value.trim() !== '')
    return entry.value.value.trim();
  throw new InputError({
    place: { file, line: entry.line },
    expected: `one line of text for ${key}`,
    found: isScalar(entry.value) ? 'nothing' : 'a list or a mapping',
  });
}

function listOf(key: string, entry: Entry, file: string): string[] {
  const shape = SHAPES[key]!;
  if (!isSeq(entry.value) || entry.value.items.length === 0) {
    throw new InputError({ place: { file, line: entry.line }, expected: `a list for ${key}`, found: 'something else' });
  }
  return entry.value.items.map((item) => {
    const text = isScalar(item) ? String(item.value) : '';
    if (shape.pattern.test(text)) return text;
    throw new InputError({
      place: { file, line: entry.lineOf(item) },
      expected: `${shape.words} in ${key}`,
      found: text || 'something else',
    });
  });
}
