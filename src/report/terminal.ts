// The review for a terminal: plain text, verdict first, two columns for a schedule.

import type { Review } from '../types.ts';
import {
  DEFAULT_OPTIONS,
  type Entry,
  type Part,
  type ReportOptions,
  type TableCell,
  type VerdictRow,
} from './parts.ts';
import { scheduleLines, wrapAfter } from './schedule.ts';
import { sectionsOf } from './sections.ts';
import { cleaned, columnsOf, padEnd, wrap } from './text.ts';
import { readWords } from './verdict.ts';
import type { Tone } from './words.ts';

/** How to print: `width` in columns, kept within 78 and 100. */
export interface TerminalOptions extends Partial<ReportOptions> {
  readonly color: boolean;
  readonly width: number;
  readonly all: boolean;
}

type Paint = (text: string, tone: Tone | 'strong' | 'faint') => string;

interface Page {
  readonly width: number;
  readonly allSteps: boolean;
  readonly paint: Paint;
}

const CODES: Readonly<Record<Tone | 'strong' | 'faint', string>> = {
  good: '32',
  bad: '31',
  warn: '33',
  plain: '',
  strong: '1',
  faint: '2',
};

/**
 * Returns the review as plain text of at most 100 columns, ending with a newline. All text that came from mail is
 * stripped of escape sequences and control characters first; colour codes are relore's own and only with `color`.
 */
export function renderTerminal(review: Review, options: TerminalOptions): string {
  const safe = cleaned(review);
  const asked: ReportOptions = { ...DEFAULT_OPTIONS, ...options };
  const page: Page = {
    width: Math.max(78, Math.min(100, options.width)),
    allSteps: asked.allSteps,
    paint: painter(options.color),
  };
  const head = [
    ...wrap(safe.thread.subject === '' ? '(no subject)' : safe.thread.subject, page.width).map((line) =>
      page.paint(line, 'strong'),
    ),
    ...wrap(readWords(safe), page.width),
  ];
  const body = sectionsOf(safe, asked).flatMap((section) => [
    '',
    page.paint(section.title, 'strong'),
    ...section.parts.flatMap((part, index) => [
      ...(index > 0 && isApart(section.parts[index - 1], part) ? [''] : []),
      ...partLines(part, page),
    ]),
  ]);
  return `${[...head, ...body].map((line) => line.trimEnd()).join('\n')}\n`;
}

function painter(color: boolean): Paint {
  return (text, tone) =>
    !color || CODES[tone] === '' || text === '' ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
}

/** Schedules, quotes and tables stand in a space of their own. */
function isApart(before: Part | undefined, part: Part): boolean {
  const apart: readonly Part['kind'][] = ['schedule', 'quote', 'entries'];
  return apart.includes(part.kind) || part.kind === 'verdicts' || (before !== undefined && apart.includes(before.kind));
}

function partLines(part: Part, page: Page): string[] {
  const room = page.width - 2;
  switch (part.kind) {
    case 'text':
      return wrap(part.text, room).map((line) => `  ${page.paint(line, part.tone)}`);
    case 'verdicts':
      return verdictLines(part.rows, page);
    case 'schedule':
      return scheduleBlock(part, page);
    case 'quote':
      return [
        ...wrap(part.who, room).map((line) => `  ${page.paint(line, 'faint')}`),
        ...wrap(part.quote, room - 4).map((line) => `    > ${line}`),
      ];
    case 'table':
      return tableLines(part.head, part.rows, page);
    case 'entries':
      return entryLines(part.entries, page);
    case 'list':
      return part.items.flatMap((item) => wrapAfter('  - ', item, page.width));
    case 'command':
      return [`  $ ${part.text}`];
    default:
      return part satisfies never;
  }
}

const WORDS_COLUMN = 19; // 'does not close it' and two blanks

/** `does not close it  fix-1  title`, notes below the title. Longer words take the line for themselves. */
function verdictLines(rows: readonly VerdictRow[], page: Page): string[] {
  const ids = Math.min(20, Math.max(...rows.map((row) => columnsOf(row.id)))) + 2;
  return rows.flatMap((row) => {
    const indent = WORDS_COLUMN + ids;
    const words = page.paint(row.words, row.tone);
    const fits = columnsOf(row.words) < WORDS_COLUMN && columnsOf(row.id) < ids;
    const title = [
      ...wrap(row.title, page.width - indent - 2),
      ...(row.note === '' ? [] : wrap(row.note, page.width - indent - 2)),
    ];
    const below = title.map((line) => `  ${' '.repeat(indent)}${line}`);
    if (!fits)
      return [
        ...wrapAfter('  ', `${row.id}: ${row.words}`, page.width).map((line) => page.paint(line, row.tone)),
        ...below,
      ];
    const lead = `  ${words}${' '.repeat(WORDS_COLUMN - columnsOf(row.words))}${padEnd(row.id, ids)}`;
    return [`${lead}${title[0] ?? ''}`, ...below.slice(1)];
  });
}

function scheduleBlock(part: Extract<Part, { kind: 'schedule' }>, page: Page): string[] {
  const room = page.width - 2;
  const space = room - columnsOf(part.title) - columnsOf(part.right);
  const title =
    space >= 2
      ? [`${page.paint(part.title, 'strong')}${' '.repeat(space)}${part.right}`]
      : [...wrap(part.title, room).map((line) => page.paint(line, 'strong')), part.right];
  const steps = scheduleLines(part.chosen.trace, { width: room, allSteps: page.allSteps });
  const end = steps.findIndex((line) => line.startsWith('=> '));
  const painted = steps.map((line, index) =>
    index >= end && end >= 0 ? page.paint(line, 'bad') : index === 0 ? page.paint(line, 'faint') : line,
  );
  const facts = part.facts.flatMap((fact) => wrap(fact, room)).map((line) => page.paint(line, 'faint'));
  return [...title, ...painted, ...facts].map((line) => `  ${line}`);
}

const LEAST_TITLE = 20; // columns

/**
 * Columns as wide as their widest cell; the second takes what is left and goes on below. On a narrow page the second
 * column is left out, then the last: what a fix is called and what it does stands in the verdict too.
 */
function tableLines(head: readonly string[], rows: readonly (readonly TableCell[])[], page: Page): string[] {
  const all = [head.map((text): TableCell => ({ text, tone: 'plain' })), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => columnsOf(row[column]?.text ?? ''))));
  const fixed = widths.reduce((sum, width, column) => (column === 1 ? sum : sum + width + 2), 0);
  const room = page.width - 2 - fixed;
  const isTitled = room >= Math.min(LEAST_TITLE, widths[1] ?? 0);
  const isJudged = isTitled || fixed <= page.width;
  const shown = head
    .map((_, column) => column)
    .filter((column) => (column !== 1 || isTitled) && (column < head.length - 1 || isJudged));
  widths[1] = Math.max(0, Math.min(widths[1] ?? 0, room));
  const edge = 2 + (widths[0] ?? 0) + 2;
  return all.flatMap((row, index) => {
    const [first, ...rest] = isTitled ? wrap(row[1]?.text ?? '', widths[1] ?? LEAST_TITLE) : [''];
    const line = shown.map((column) => {
      const { text, tone } =
        column === 1
          ? { text: first ?? '', tone: 'plain' as const }
          : (row[column] ?? { text: '', tone: 'plain' as const });
      return `${page.paint(text, index === 0 ? 'faint' : tone)}${' '.repeat(Math.max(0, (widths[column] ?? 0) - columnsOf(text)))}`;
    });
    return [`  ${line.join('  ')}`, ...rest.map((text) => `${' '.repeat(edge)}${text}`)];
  });
}

function entryLines(entries: readonly Entry[], page: Page): string[] {
  const column = Math.min(20, Math.max(...entries.map(({ label }) => columnsOf(label)))) + 2;
  return entries.flatMap(({ label, lines }) =>
    lines.flatMap((line, index) => {
      const lead = index === 0 ? `  ${padEnd(label, column)}` : ' '.repeat(column + 2);
      return wrapAfter(lead, line, page.width);
    }),
  );
}
