// Where the names of a kernel source are defined: functions, macros, structs, typedefs, enumerators. Files are read,
// preprocessed and indexed only when a name is looked up, and cached by their text.
import type { KernelSource, SourceFile } from '../types.ts';
import { expandGenerators } from './macro.ts';
import type { Config, Macro } from './preprocess.ts';
import { preprocess, skipQuoted } from './preprocess.ts';

export type DefinitionKind = 'function' | 'struct' | 'typedef' | 'enum';

/** A definition at the top level of a file. */
export interface Definition {
  readonly kind: DefinitionKind;
  readonly name: string; // of an enum: its tag or ''
  readonly file: string;
  readonly text: string; // preprocessed, from the first word to the last brace or semicolon
  readonly start: number; // offset in the file; 0 when generated
  readonly line: number; // 1-based
  readonly generated: boolean; // came out of a macro at the top level of a header
}

interface FileIndex {
  readonly source: SourceFile;
  readonly functions: ReadonlyMap<string, Definition>;
  readonly structs: ReadonlyMap<string, Definition>;
  readonly typedefs: ReadonlyMap<string, Definition>;
  readonly enums: readonly Definition[];
  readonly macros: ReadonlyMap<string, Macro>;
}

/** Indexed files by their text, shared by the sources of one run (before and after differ in a file or two). */
export type IndexCache = Map<string, FileIndex>;

/** The lookups of one source. */
export interface Definitions {
  readonly source: KernelSource;
  readonly config: Config;
  /** The function `name` as seen from `near` (a static one of that file first). */
  function(name: string, near: string): Definition | Ambiguous | undefined;
  macro(name: string, near: string): { readonly macro: Macro; readonly file: string } | undefined;
  struct(name: string): Definition | undefined;
  typedef(name: string): Definition | undefined;
  /** The enum that has an enumerator `name`. */
  enumOf(name: string): Definition | undefined;
  /** The file as it stands, with its line origins. */
  file(path: string): SourceFile | undefined;
}

/** Several .c files define a function of this name and none of them is the caller's. */
export interface Ambiguous {
  readonly kind: 'ambiguous';
  readonly files: readonly string[];
}

// Headers that most names of mm come from, so that a tree of 2,500 files is rarely read as a whole.
const FIRST = [
  'mm/internal.h', 'mm/swap.h', 'include/linux/mm_types.h', 'include/linux/page-flags.h', 'include/linux/mm_inline.h',
  'include/linux/memcontrol.h', 'include/linux/mmzone.h', 'include/linux/pagemap.h', 'include/linux/pagevec.h',
  'include/linux/mm.h', 'include/linux/swap.h', 'include/linux/page_ref.h', 'include/linux/types.h',
];

/** Opens the lookups over `source`. Nothing is read before the first question. `defined`: see preprocess(). */
export function openDefinitions(
  source: KernelSource,
  config: Config,
  cache: IndexCache,
  defined?: (name: string) => boolean,
): Definitions {
  const order = searchOrder(source.paths);
  const answers = new Map<string, unknown>();

  const indexOf = (path: string): FileIndex | undefined => {
    const file = source.read(path);
    if (file === undefined) return undefined;
    const key = `${path}\n${file.text}`;
    let index = cache.get(key);
    if (index === undefined || index.source !== file) {
      index = index === undefined ? indexFile(file, config, defined) : { ...index, source: file };
      cache.set(key, index);
    }
    return index;
  };

  const search = <T>(key: string, name: string, pick: (index: FileIndex) => T | undefined): T | undefined => {
    if (answers.has(key)) return answers.get(key) as T | undefined;
    let found: T | undefined;
    for (const path of order) {
      if (source.read(path)?.text.includes(name) !== true) continue;
      const index = indexOf(path);
      found = index === undefined ? undefined : pick(index);
      if (found !== undefined) break;
    }
    answers.set(key, found);
    return found;
  };

  // Names that a macro puts together (##) stand in no file as a whole: headers that paste are indexed for them.
  const findGenerated = (name: string): Definition | undefined => {
    for (const path of order) {
      if (!path.endsWith('.h') || source.read(path)?.text.includes('##') !== true) continue;
      const definition = indexOf(path)?.functions.get(name);
      if (definition !== undefined) return definition;
    }
    return undefined;
  };

  const findFunction = (name: string): Definition | Ambiguous | undefined => {
    const key = `f ${name}`;
    if (answers.has(key)) return answers.get(key) as Definition | Ambiguous | undefined;
    const inC: Definition[] = [];
    let found: Definition | Ambiguous | undefined;
    const atMargin = new RegExp(`^[A-Za-z_][^\\n;]*\\b${name}\\s*\\(|^${name}\\s*\\(`, 'm');
    for (const path of order) {
      const text = source.read(path)?.text ?? '';
      if (!text.includes(name) || !atMargin.test(text)) continue;
      const definition = indexOf(path)?.functions.get(name);
      if (definition === undefined) continue;
      if (path.endsWith('.h')) {
        found = definition;
        break;
      }
      inC.push(definition);
    }
    if (found === undefined && inC.length === 0) found = findGenerated(name);
    if (found === undefined || inC.length > 0) {
      const publicOnes = inC.filter((definition) => !/^\s*static\b/.test(definition.text));
      const candidates = publicOnes.length > 0 ? publicOnes : inC;
      found = candidates.length > 1 ? { kind: 'ambiguous', files: candidates.map((one) => one.file) } : (candidates[0] ?? found);
    }
    answers.set(key, found);
    return found;
  };

  return {
    source,
    config,
    function: (name, near) => indexOf(near)?.functions.get(name) ?? findFunction(name),
    macro: (name, near) => {
      const local = indexOf(near)?.macros.get(name);
      if (local !== undefined) return { macro: local, file: near };
      return search(`m ${name}`, name, (index) => {
        const macro = index.macros.get(name);
        return macro === undefined ? undefined : { macro, file: index.source.path };
      });
    },
    struct: (name) => search(`s ${name}`, name, (index) => index.structs.get(name)),
    typedef: (name) => search(`t ${name}`, name, (index) => index.typedefs.get(name)),
    enumOf: (name) => {
      const word = new RegExp(`(?:[{,]\\s*)${name}\\s*(?=[,=}])`);
      return search(`e ${name}`, name, (index) => index.enums.find((one) => word.test(one.text)));
    },
    file: (path) => source.read(path),
  };
}

function searchOrder(paths: readonly string[]): string[] {
  const rank = (path: string): number => {
    const first = FIRST.indexOf(path);
    if (first >= 0) return first;
    if (path.startsWith('mm/')) return path.endsWith('.h') ? 100 : 101;
    if (path.startsWith('include/linux/')) return 102;
    if (path.startsWith('include/')) return 103;
    return 104;
  };
  return [...paths].filter((path) => /\.(?:[ch]|md)$/.test(path)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Indexes one file. Linear in its text. */
export function indexFile(source: SourceFile, config: Config, defined?: (name: string) => boolean): FileIndex {
  const { text, macros } = preprocess(source.text, config, defined);
  const byName = new Map(macros.map((macro) => [macro.name, macro]));
  const functions = new Map<string, Definition>();
  const structs = new Map<string, Definition>();
  const typedefs = new Map<string, Definition>();
  const enums: Definition[] = [];
  const add = (item: Definition): void => {
    if (item.kind === 'function') functions.set(item.name, item);
    else if (item.kind === 'struct') structs.set(item.name, item);
    else if (item.kind === 'typedef') typedefs.set(item.name, item);
    else enums.push(item);
  };
  for (const item of topLevelItems(text)) {
    for (const definition of classify(item, source.path, false)) add(definition);
  }
  if (source.path.endsWith('.h') || macros.some((macro) => macro.body.includes('##'))) {
    for (const generated of expandGenerators(text, byName)) {
      for (const item of topLevelItems(generated.text)) {
        for (const definition of classify({ ...item, line: generated.line }, source.path, true)) {
          if (!functions.has(definition.name)) add(definition);
        }
      }
    }
  }
  return { source, functions, structs, typedefs, enums, macros: byName };
}

interface Item {
  readonly text: string;
  readonly start: number;
  readonly line: number; // 1-based, of the first word
  readonly brace: number; // offset in text of the first {, or -1
}

/** Cuts a text into its top-level declarations and definitions. Linear. */
function topLevelItems(text: string): Item[] {
  const items: Item[] = [];
  let depth = 0;
  let parens = 0;
  let start = -1;
  let startLine = 1;
  let line = 1;
  let brace = -1;
  let isFunction = false;
  let lastSolid = 0; // last character that is no blank
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0a) {
      line++;
      continue;
    }
    if (c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0c) continue;
    if (start < 0) {
      start = i;
      startLine = line;
      brace = -1;
      isFunction = false;
    }
    if (c === 0x22 || c === 0x27) {
      const end = skipQuoted(text, i);
      i = end - 1;
      lastSolid = c;
      continue;
    }
    if (c === 0x28) parens++;
    else if (c === 0x29) parens--;
    else if (c === 0x7b) {
      if (depth === 0 && parens === 0) {
        if (brace < 0) {
          brace = i - start;
          isFunction = lastSolid === 0x29 || /\)\s*(?:__\w+(?:\([^()]*\))?\s*)*$/.test(text.slice(start, i));
        }
      }
      depth++;
    } else if (c === 0x7d) {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && parens <= 0 && isFunction) {
        items.push({ text: text.slice(start, i + 1), start, line: startLine, brace });
        start = -1;
        parens = 0;
      }
    } else if (c === 0x3b && depth === 0 && parens <= 0) {
      items.push({ text: text.slice(start, i + 1), start, line: startLine, brace });
      start = -1;
      parens = 0;
    }
    lastSolid = c;
  }
  return items;
}

const NOT_FUNCTIONS = new Set(['if', 'while', 'for', 'switch', 'return', 'sizeof', 'typeof', '__attribute__', 'defined']);

function classify(item: Item, file: string, generated: boolean): Definition[] {
  const base = { file, text: item.text, start: item.start, line: item.line, generated };
  if (/^typedef\b/.test(item.text)) {
    const name = /\(\s*\*\s*(\w+)\s*\)\s*\(/.exec(item.text.slice(Math.max(0, item.text.lastIndexOf('}'))))?.[1] ?? /(\w+)\s*(?:\[[^\]]*\]\s*)*;$/.exec(item.text)?.[1];
    const inner = /^typedef\s+(struct|union|enum)\s+(\w+)\s*\{/.exec(item.text);
    const found: Definition[] = name === undefined ? [] : [{ ...base, kind: 'typedef', name }];
    if (inner !== null) found.push({ ...base, kind: inner[1] === 'enum' ? 'enum' : 'struct', name: inner[2] ?? '' });
    else if (/^typedef\s+enum\s*\{/.test(item.text)) found.push({ ...base, kind: 'enum', name: '' });
    return found;
  }
  if (item.brace < 0) return [];
  const head = item.text.slice(0, item.brace);
  const tag = /^(?:static\s+|extern\s+|const\s+)*(struct|union|enum)\s+(?:__\w+\s+)*(\w+)?[\s\w]*(?:__\w+\([^)]*\)\s*)*$/.exec(head);
  if (tag !== null && !head.includes('=')) {
    return [{ ...base, kind: tag[1] === 'enum' ? 'enum' : 'struct', name: tag[2] ?? '' }];
  }
  if (!item.text.endsWith('}') || head.includes('=')) return [];
  for (const match of head.matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    const name = match[1] ?? '';
    if (NOT_FUNCTIONS.has(name) || /^__(?:printf|releases|acquires|must_hold|aligned|attribute|section|cond_acquires|counted_by)/.test(name)) continue;
    return [{ ...base, kind: 'function', name }];
  }
  return [];
}
