// The pieces of the history on a terminal and as Markdown.
import { escaped } from '../report/markdown.ts';
import { clean, columnsOf, padEnd, wrap } from '../report/text.ts';
import type { Piece } from './view.ts';

/** Returns the pieces as Markdown of GitHub's dialect. */
export function markdownOf(pieces: readonly Piece[]): string {
  const blocks = pieces.map((piece) => {
    switch (piece.kind) {
      case 'heading':
        return `## ${escaped(clean(piece.text))}`;
      case 'text':
        return escaped(clean(piece.text));
      case 'entries':
        return piece.entries
          .flatMap(({ title, lines }) => [
            `- ${escaped(clean(title))}`,
            ...lines.map((line) => `  - ${escaped(clean(line))}`),
          ])
          .join('\n');
      case 'lines':
        return ['```', ...piece.lines.map(clean), '```'].join('\n');
      case 'table':
        return [piece.head, piece.head.map(() => '---'), ...piece.rows]
          .map((row, index) => `| ${row.map((cell) => (index === 1 ? cell : inCell(cell))).join(' | ')} |`)
          .join('\n');
      default:
        return piece satisfies never;
    }
  });
  return `${blocks.join('\n\n')}\n`;
}

function inCell(text: string): string {
  return escaped(clean(text)).replaceAll('|', '\\|');
}

/** Returns the pieces for a terminal of `width` columns: tables fit it, and their last columns are wrapped. */
export function terminalOf(pieces: readonly Piece[], width: number, color: boolean): string {
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const blocks = pieces.map((piece) => {
    switch (piece.kind) {
      case 'heading':
        return wrap(clean(piece.text), width).map(bold).join('\n');
      case 'text':
        return wrap(clean(piece.text), width).join('\n');
      case 'entries':
        return piece.entries.map(({ title, lines }) => entryLines(title, lines, width, bold).join('\n')).join('\n\n');
      case 'lines':
        return piece.lines.map((line) => line.replace(/\p{Cc}/gu, '')).join('\n');
      case 'table':
        return tableLines(piece.head, piece.rows, width).join('\n');
      default:
        return piece satisfies never;
    }
  });
  return `${blocks.join('\n\n')}\n`;
}

function entryLines(title: string, lines: readonly string[], width: number, bold: (text: string) => string): string[] {
  const body = lines.flatMap((line) =>
    wrap(clean(line), width - 4).map((part, index) => `${index === 0 ? '  ' : '    '}${part}`),
  );
  return [...wrap(clean(title), width).map(bold), ...body];
}

const LONGEST_WORD = 24; // columns; a longer word sticks out
const GAP = 2;

function tableLines(head: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const cells = [head, ...rows].map((row) => row.map(clean));
  const widths = fitted(
    head.map((_, column) => cells.map((row) => row[column] ?? '')),
    width,
  );
  return cells.flatMap((row) => {
    const wrapped = row.map((cell, column) => wrap(cell, widths[column] ?? LONGEST_WORD));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped
        .map((lines, column) => padEnd(lines[line] ?? '', (widths[column] ?? 0) + GAP))
        .join('')
        .trimEnd(),
    );
  });
}

/** The widths of columns that hold these cells: the widest gives way until all fit, but none below its longest word. */
function fitted(columns: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((cells) => Math.max(...cells.map(columnsOf)));
  const floors = columns.map((cells) =>
    Math.min(LONGEST_WORD, Math.max(...cells.flatMap((cell) => cell.split(' ')).map(columnsOf))),
  );
  const room = width - GAP * (widths.length - 1);
  let over = widths.reduce((total, one) => total + one, 0) - room;
  while (over > 0) {
    const free = widths.map((one, column) => (one > (floors[column] ?? 0) ? one : 0));
    const widest = free.indexOf(Math.max(...free));
    if (free[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}
