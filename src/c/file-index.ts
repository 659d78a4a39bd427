// The top-level definitions of one file, found by braces: functions, structs, typedefs, enums, macros. No parser runs.
import type { SourceFile } from '../types.ts';
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

/** What one file defines. */
export interface FileIndex {
  readonly functions: ReadonlyMap<string, Definition>;
  readonly structs: ReadonlyMap<string, Definition>;
  readonly typedefs: ReadonlyMap<string, Definition>;
  readonly enums: readonly Definition[];
  readonly macros: ReadonlyMap<string, Macro>;
}

const LONGEST_HEAD = 4096; // characters before a brace that may still be the head of a function or a struct

/** Indexes one file. `defined`: see preprocess(). Linear in its text. */
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
  return { functions, structs, typedefs, enums, macros: byName };
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
    if (
      start >= 0 &&
      lastSolid === 0x29 &&
      depth === 0 &&
      parens === 0 &&
      startLine < line &&
      isLoneCall(text, start, i)
    )
      start = -1;
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
          isFunction =
            lastSolid === 0x29 ||
            /\)(?:\s*\b__\w+\b(?:\s*\([^()]*\))?)*\s*$/.test(text.slice(Math.max(start, i - LONGEST_HEAD), i));
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

/** Whether text[start, end) is one macro call without a semicolon, module_init(f), and a word follows: the next item. */
function isLoneCall(text: string, start: number, end: number): boolean {
  if (!/[A-Za-z_]/.test(text[end] ?? '')) return false;
  return /^[A-Za-z_]\w*[ \t]*\([\w \t,]*\)\s*$/.test(text.slice(start, end));
}

const NOT_FUNCTIONS = new Set([
  'if',
  'while',
  'for',
  'switch',
  'return',
  'sizeof',
  'typeof',
  '__attribute__',
  'defined',
]);

function classify(item: Item, file: string, generated: boolean): Definition[] {
  const base = { file, text: item.text, start: item.start, line: item.line, generated };
  if (/^typedef\b/.test(item.text)) {
    const name =
      /\(\s*\*\s*(\w+)\s*\)\s*\(/.exec(item.text.slice(Math.max(0, item.text.lastIndexOf('}'))))?.[1] ??
      /(\w+)\s*(?:\[[^\]]*\]\s*)*;$/.exec(item.text)?.[1] ??
      /^typedef\b[^(){}]*?\b(\w+)\s*\([^{}]*\)\s*;$/.exec(item.text)?.[1]; // of a function: typedef int filler_t(void)
    const inner = /^typedef\s+(struct|union|enum)\s+(\w+)\s*\{/.exec(item.text);
    const found: Definition[] = name === undefined ? [] : [{ ...base, kind: 'typedef', name }];
    if (inner !== null) found.push({ ...base, kind: inner[1] === 'enum' ? 'enum' : 'struct', name: inner[2] ?? '' });
    else if (/^typedef\s+enum\s*\{/.test(item.text)) found.push({ ...base, kind: 'enum', name: '' });
    return found;
  }
  if (item.brace < 0 || item.brace > LONGEST_HEAD) return [];
  const head = item.text.slice(0, item.brace);
  const tag = /^(?:static\s+|extern\s+|const\s+)*(struct|union|enum)\b([\s\w]*)$/.exec(
    head.replace(/\b__\w+\s*\((?:[^()]|\([^()]*\))*\)/g, ' '),
  );
  // A function that gives a struct or an enum ends with its brace: static enum result __suitable(int order) { }
  if (tag !== null && item.text.endsWith(';')) {
    const words = (tag[2] ?? '').split(/\s+/).filter((word) => word !== '');
    return [
      {
        ...base,
        kind: tag[1] === 'enum' ? 'enum' : 'struct',
        name: words.find((word) => !word.startsWith('__')) ?? words[0] ?? '',
      },
    ];
  }
  if (!item.text.endsWith('}') || head.includes('=')) return [];
  for (const match of head.matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    const name = match[1] ?? '';
    if (
      NOT_FUNCTIONS.has(name) ||
      /^__(?:printf|releases|acquires|must_hold|aligned|attribute|section|cond_acquires|counted_by)/.test(name)
    )
      continue;
    return [{ ...base, kind: 'function', name }];
  }
  return [];
}
