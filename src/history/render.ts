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

const NARROWEST = 16; // columns of a column that is wrapped
const GAP = 2;

function tableLines(head: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const cells = [head, ...rows].map((row) => row.map(clean));
  const widths = fitted(
    head.map((_, column) => Math.max(...cells.map((row) => columnsOf(row[column] ?? '')))),
    width,
  );
  return cells.flatMap((row) => {
    const wrapped = row.map((cell, column) => wrap(cell, widths[column] ?? NARROWEST));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped
        .map((lines, column) => padEnd(lines[line] ?? '', (widths[column] ?? 0) + GAP))
        .join('')
        .trimEnd(),
    );
  });
}

/** The widest column gives way until all fit, down to NARROWEST columns each. */
function fitted(wanted: readonly number[], width: number): number[] {
  const widths = [...wanted];
  const room = Math.max(width, 40) - GAP * (widths.length - 1);
  for (;;) {
    const sum = widths.reduce((total, one) => total + one, 0);
    const widest = Math.max(...widths);
    if (sum <= room || widest <= NARROWEST) return widths;
    const second = Math.max(NARROWEST, ...widths.filter((one) => one < widest));
    widths[widths.indexOf(widest)] = Math.max(
      second === widest ? widest - 1 : second,
      widest - (sum - room),
      NARROWEST,
    );
  }
}
