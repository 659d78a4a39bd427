// tree-sitter-c behind one function: text of a declaration in, plain data (ast.ts) out. Nothing else imports the parser.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node, Parser } from 'web-tree-sitter';
import { assert } from '../errors.ts';
import type { SyntaxProblem } from './ast.ts';
import { sanitise } from './sanitise.ts';

let parser: Parser | undefined;

/** Loads the C grammar once; must be awaited before anything of this stage parses. About 20 ms. */
export async function loadGrammar(): Promise<void> {
  if (parser !== undefined) return;
  const { Language, Parser: TreeSitter } = await import('web-tree-sitter');
  await TreeSitter.init();
  const language = await Language.load(readFileSync(grammarFile()));
  parser = new TreeSitter();
  parser.setLanguage(language);
}

/** The grammar beside the bundle, or the one of the development package. */
function grammarFile(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [
    join(here, 'grammars', 'tree-sitter-c.wasm'),
    join(here, '..', 'grammars', 'tree-sitter-c.wasm'),
    join(here, '..', '..', 'node_modules', 'tree-sitter-c', 'tree-sitter-c.wasm'),
  ];
  const found = places.find((place) => existsSync(place));
  assert(found !== undefined, `expected tree-sitter-c.wasm at one of ${places.join(', ')}`);
  return found;
}

/** What a parse gave: the tree, and a way to say where a node stands in the file. */
export interface Parsed {
  readonly root: Node;
  readonly text: string; // the sanitised text the nodes refer to
  readonly offset: number; // of text[0] in the file
  readonly line: number; // 1-based line of text[0] in the file
  readonly iterations: ReadonlyMap<number, string>; // offset in text -> iteration macro that reads as `while`
}

/**
 * Parses a piece of a file. `offset` and `line` say where it starts there.
 * Linear; a node that is an error is kept in the tree (see problems()).
 */
export function parse(text: string, offset: number, line: number): Parsed {
  assert(parser !== undefined, 'expected loadGrammar() to have been awaited');
  const clean = sanitise(text);
  const tree = parser.parse(clean.text);
  assert(tree !== null, 'expected the parser to return a tree');
  return {
    root: tree.rootNode,
    text: clean.text,
    offset,
    line,
    iterations: new Map(clean.iterations.map((iteration) => [iteration.offset, iteration.name])),
  };
}

/** Syntax errors below `node`, in order. Empty when the text was read completely. */
export function problems(parsed: Parsed, node: Node): SyntaxProblem[] {
  if (!node.hasError) return [];
  const found: SyntaxProblem[] = [];
  const queue: Node[] = [node];
  for (let current = queue.pop(); current !== undefined && found.length < 20; current = queue.pop()) {
    if (current.isError || current.isMissing) {
      const what = current.isMissing
        ? `a missing ${current.type}`
        : `\`${current.text.slice(0, 40).replace(/\s+/g, ' ')}\``;
      found.push({ line: parsed.line + current.startPosition.row, found: what });
    }
    if (!current.hasError) continue;
    for (let i = current.childCount - 1; i >= 0; i--) {
      const child = current.child(i);
      if (child !== null) queue.push(child);
    }
  }
  return found;
}
