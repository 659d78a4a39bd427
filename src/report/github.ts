// GitHub: workflow commands on standard output become annotations; the step summary is Markdown.

import type { Review } from '../types.ts';
import {
  DEFAULT_FINDINGS,
  type FindingOptions,
  findingFacts,
  findingSchedule,
  findingSentence,
  findingTitle,
  isFailing,
  isShown,
  undecidedOf,
} from './finding-words.ts';
import { type Finding, findingsOf } from './findings.ts';
import { renderMarkdown } from './markdown.ts';
import type { FoundPlace } from './places.ts';
import { cleaned, counted, cut } from './text.ts';

const MOST_OF_A_LEVEL = 10; // annotations of one level that GitHub shows of one step
const MOST_TITLE = 200; // characters
const MOST_SUMMARY = 1_000_000; // bytes; GitHub refuses a summary of more than 1 MiB

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  readonly level: Level;
  readonly place: FoundPlace | undefined;
  readonly title: string;
  readonly message: string;
}

/**
 * Returns the review as workflow commands, one a line, ending with a newline: an error for what makes exit code 1, a
 * notice for what the base violates too and for what was not decided. At most ten of a level, the last one counting the rest:
 * GitHub shows no more. Everything is escaped; text from mail cannot start a command.
 */
export function renderGithub(review: Review, options: Partial<FindingOptions> = {}): string {
  const safe = cleaned(review);
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const told = findingsOf(safe).filter((finding) => isShown(finding, asked));
  const annotations = [
    ...told.map((finding) => annotationOf(safe, finding, asked)),
    ...undecidedOf(safe).map(({ patch, words }): Annotation => {
      const title = `relore: ${patch?.title ?? 'base'}`;
      return { level: 'notice', place: undefined, title, message: words };
    }),
  ];
  const lines = (['error', 'warning', 'notice'] as const).flatMap((level) => ofLevel(annotations, level));
  return lines.map((line) => `${line}\n`).join('');
}

/** Returns the review as Markdown for $GITHUB_STEP_SUMMARY, at most 1 MB: what is longer is cut at a section. */
export function githubSummary(review: Review, options: Partial<FindingOptions> = {}): string {
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const text = renderMarkdown(review, { only: asked.only, replay: asked.replay });
  if (Buffer.byteLength(text) <= MOST_SUMMARY) return text;
  const room = Buffer.from(text)
    .subarray(0, MOST_SUMMARY - 200)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
  const end = room.lastIndexOf('\n## ');
  return `${end > 0 ? room.slice(0, end) : room}\n\nThe rest does not fit a step summary: --format markdown -o FILE.\n`;
}

function annotationOf(review: Review, finding: Finding, asked: FindingOptions): Annotation {
  const level = isFailing(finding, asked.failOn) ? 'error' : finding.state === 'opens' ? 'warning' : 'notice';
  const schedule = findingSchedule(review, finding).map((line) => line.trimEnd());
  const message = [
    findingSentence(review, finding),
    ...(schedule.length === 0 ? [] : ['', ...schedule, '']),
    ...findingFacts(review, finding, asked.replay),
  ].join('\n');
  return { level, place: finding.place, title: `relore: ${findingTitle(review, finding)}`, message };
}

function ofLevel(annotations: readonly Annotation[], level: Level): string[] {
  const own = annotations.filter((one) => one.level === level);
  if (own.length <= MOST_OF_A_LEVEL) return own.map(command);
  const left = own.length - (MOST_OF_A_LEVEL - 1);
  const rest: Annotation = {
    level,
    place: undefined,
    title: 'relore',
    message: `${counted(left, 'more finding')}: see the summary of this step, or --format sarif.`,
  };
  return [...own.slice(0, MOST_OF_A_LEVEL - 1), rest].map(command);
}

function command({ level, place, title, message }: Annotation): string {
  const where = place === undefined ? '' : `file=${property(place.file)},line=${place.line},`;
  return `::${level} ${where}title=${property(cut(title, MOST_TITLE))}::${data(message)}`;
}

/** Escapes as actions/toolkit does: `%`, CR and LF in data; `:` and `,` too in a property. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
