// The review as Markdown (GitHub's dialect): the same sections as on a terminal, schedules in fenced blocks.

import type { Review } from '../types.ts';
import { DEFAULT_OPTIONS, type Part, type ReportOptions, type TableCell } from './parts.ts';
import { scheduleLines } from './schedule.ts';
import { sectionsOf } from './sections.ts';
import { cleaned } from './text.ts';
import { readWords } from './verdict.ts';

const SCHEDULE_WIDTH = 100; // columns, as on a wide terminal

/**
 * Returns the review as Markdown, ending with a newline. All text is escaped: nothing out of a mail becomes markup,
 * HTML, a link or a mention of a person.
 */
export function renderMarkdown(review: Review, options: Partial<ReportOptions> = {}): string {
  const safe = cleaned(review);
  const asked: ReportOptions = { ...DEFAULT_OPTIONS, ...options };
  const blocks = [
    `# ${escaped(safe.thread.subject === '' ? '(no subject)' : safe.thread.subject)}`,
    escaped(readWords(safe)),
    ...sectionsOf(safe, asked).flatMap((section) => [
      `## ${escaped(section.title)}`,
      ...section.parts.flatMap((part) => partBlocks(part, asked)),
    ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/**
 * Returns `text` (one line) so that Markdown prints it as it is. An empty comment breaks `@name` and `#12`, which
 * GitHub looks for after rendering; addresses and URLs do not become links.
 */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*[\]<>|~&$]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/:(?=\/\/)|\.(?<=\bwww\.)/gi, '\\$&')
    .replace(/@|#(?=\d)/g, '$&<!-- -->')
    .replace(/^(\s*)(#|[-+=]|\d+(?=[.)]))/, (_, blanks: string, mark: string) =>
      /\d/.test(mark) ? `${blanks}${mark}\\` : `${blanks}\\${mark}`,
    );
}

/** Returns lines as a fenced block whose fence is longer than any run of backticks inside. */
function fenced(lines: readonly string[], language: string): string {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
  const fence = '`'.repeat(Math.max(3, 1 + Math.max(0, ...runs)));
  return [`${fence}${language}`, ...lines.map((line) => line.trimEnd()), fence].join('\n');
}

function partBlocks(part: Part, asked: ReportOptions): string[] {
  switch (part.kind) {
    case 'text':
      return [escaped(part.text)];
    case 'verdicts':
      return [
        table(
          ['verdict', 'patch', 'what'],
          part.rows.map((row) => [
            `**${escaped(row.words)}**`,
            escaped(row.id),
            escaped(row.note === '' ? row.title : `${row.title}. ${row.note}`),
          ]),
        ),
      ];
    case 'schedule':
      return [
        `### ${escaped(`${part.title} (${part.right})`)}`,
        fenced(scheduleLines(part.chosen.trace, { width: SCHEDULE_WIDTH, allSteps: asked.allSteps }), 'text'),
        ...part.facts.map(escaped),
      ];
    case 'quote':
      return [`${escaped(part.who)}\n\n> ${escaped(part.quote)}`];
    case 'table':
      return [
        table(
          part.head.map(escaped),
          part.rows.map((row) => row.map(cell)),
        ),
      ];
    case 'entries':
      return [
        part.entries
          .map(({ label, lines }) => `- **${escaped(label)}** ${lines.map(escaped).join('\\\n  ')}`)
          .join('\n'),
      ];
    case 'list':
      return [part.items.map((item) => `- ${escaped(item)}`).join('\n')];
    case 'command':
      return [fenced([part.text], 'sh')];
    default:
      return part satisfies never;
  }
}

function cell({ text, tone }: TableCell): string {
  return tone === 'plain' || text === '' ? escaped(text) : `**${escaped(text)}**`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
