// What the conversions from the parser's tree to ast.ts share. A construct that is not read throws SyntaxRefusal with
// its line.
import type { Node } from 'web-tree-sitter';
import type { Span } from './ast.ts';
import type { Parsed } from './grammar.ts';

/** Thrown by the conversion and caught by its callers in this stage, which turn it into a Refusal value. */
export class SyntaxRefusal extends Error {
  readonly line: number; // 1-based
  readonly found: string;

  constructor(line: number, found: string) {
    super(`line ${line}: ${found}`);
    this.line = line;
    this.found = found;
  }
}

const MAX_DEPTH = 250;

/** What every conversion needs to know: the parse and how deep it is. */
export interface Reader {
  readonly parsed: Parsed;
  depth: number;
}

/** The source text of a node. */
export function textOf(reader: Reader, node: Node): string {
  return reader.parsed.text.slice(node.startIndex, node.endIndex);
}

/** Where a node stands in its file. */
export function spanOf(reader: Reader, node: Node): Span {
  const { offset, line } = reader.parsed;
  return { start: offset + node.startIndex, end: offset + node.endIndex, line: line + node.startPosition.row };
}

/** Stops the conversion at a node. */
export function refuse(reader: Reader, node: Node, what: string): never {
  const text = textOf(reader, node).slice(0, 60).replace(/\s+/g, ' ');
  throw new SyntaxRefusal(reader.parsed.line + node.startPosition.row, `${what} \`${text}\``);
}

/** The named children of a node without comments. */
export function named(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');
}

/** The child of a node that the grammar calls `name`. */
export function field(reader: Reader, node: Node, name: string): Node {
  const child = node.childForFieldName(name);
  if (child === null) return refuse(reader, node, `${node.type} without ${name}:`);
  return child;
}

/** The operator of an expression node, as written. */
export function operator(node: Node): string {
  return node.childForFieldName('operator')?.type ?? '';
}

/** Runs `read` one level deeper; nesting beyond the bound is refused, so hostile text cannot exhaust the stack. */
export function deeper<T>(reader: Reader, node: Node, read: () => T): T {
  if (node.isError || node.isMissing) refuse(reader, node, 'syntax error at');
  if (++reader.depth > MAX_DEPTH) refuse(reader, node, `nesting deeper than ${MAX_DEPTH} at`);
  const result = read();
  reader.depth--;
  return result;
}
