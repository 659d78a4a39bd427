// A rule file as a flat list of blocks with their lines: what a heading owns is the blocks up to the next heading.
import type { RootContent } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

export type MarkdownBlock =
  | { readonly kind: 'heading'; readonly depth: number; readonly text: string; readonly line: number }
  | { readonly kind: 'code'; readonly info: string; readonly text: string; readonly line: number } // line: of the fence
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly line: number } // outermost items, blanks folded
  | { readonly kind: 'table'; readonly lines: readonly string[]; readonly line: number }
  | { readonly kind: 'prose'; readonly text: string; readonly line: number };

/** Returns the top-level blocks of `text` in order, lines 1-based. Nested blocks stay text of the outer one. */
export function blocksOf(text: string): MarkdownBlock[] {
  const root = unified().use(remarkParse).parse(text);
  const lines = text.split('\n');
  return root.children.map((node) => blockOf(node, text, lines));
}

function blockOf(node: RootContent, text: string, lines: readonly string[]): MarkdownBlock {
  const source = sourceOf(node, text);
  const line = node.position?.start.line ?? 1;
  switch (node.type) {
    case 'heading':
      return { kind: 'heading', depth: node.depth, text: fold(source.replace(/^#+\s*/, '')), line };
    case 'code':
      return { kind: 'code', info: fold(`${node.lang ?? ''} ${node.meta ?? ''}`), text: node.value, line };
    case 'list':
      return {
        kind: 'list',
        items: node.children.map((item) => fold(sourceOf(item, text).replace(/^[-*+]\s+/, ''))),
        line,
      };
    default:
      if (source.trimStart().startsWith('|')) {
        return { kind: 'table', lines: lines.slice(line - 1, node.position?.end.line ?? line), line };
      }
      return { kind: 'prose', text: source, line };
  }
}

function sourceOf(node: { readonly position?: RootContent['position'] }, text: string): string {
  return text.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}

function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
