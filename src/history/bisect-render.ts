// What bisecting found, for a terminal.
import { scheduleLines } from '../report/schedule.ts';
import { clean, wrap } from '../report/text.ts';
import type { Bisected, Point, Seen, Turning } from './bisect.ts';
import { verdictWords } from './words.ts';

/** Returns the summary by commit, then each scenario with the two verdicts and their schedules. Ends with a newline. */
export function bisectText(
  found: readonly Bisected[],
  range: { readonly from: string; readonly to: string },
  width: number,
): string {
  return `${[summary(found), ...found.map((one) => section(one, range, width))].join('\n\n')}\n`;
}

function summary(found: readonly Bisected[]): string {
  const commits = new Map<string, string[]>();
  for (const one of found)
    for (const { at, before, after } of one.turnings) {
      const line = `  ${one.rule} ${one.scenario} ${one.model.toUpperCase()}: ${verdictWords(before.verdict)} before, ${verdictWords(after.verdict)} after`;
      commits.set(pointWords(at), [...(commits.get(pointWords(at)) ?? []), line]);
    }
  if (commits.size === 0) return 'No verdict changes.';
  return [...commits].flatMap(([commit, lines]) => [commit, ...lines]).join('\n');
}

function pointWords({ name, commit, subject, release }: Point): string {
  const title = subject === '' ? '' : ` ${subject}`;
  return clean(`${commit === '' ? name : commit}${release === '' ? '' : ` (${release})`}${title}`);
}

function section(one: Bisected, { from, to }: { readonly from: string; readonly to: string }, width: number): string {
  const skipped = one.skipped === 0 ? '' : `, ${one.skipped} of them not lowered and skipped`;
  const head = `${one.rule} ${one.scenario} under ${one.model.toUpperCase()}: ${one.words}`;
  const ends = `${from}: ${seenWords(one.first)}. ${to}: ${seenWords(one.last)}. ${one.steps} changes in between, ${one.judged} points judged${skipped}.`;
  return [
    clean(head),
    ...wrap(clean(ends), width - 2).map((line) => `  ${line}`),
    ...one.turnings.flatMap((turning) => turningLines(turning, width)),
  ].join('\n');
}

function seenWords({ verdict, why }: Seen): string {
  return why === undefined ? verdictWords(verdict) : `${verdictWords(verdict)} (${why})`;
}

const MOST_SKIPPED = 5;

function turningLines({ at, before, after, skipped }: Turning, width: number): string[] {
  const more = skipped.length > MOST_SKIPPED ? [`    and ${skipped.length - MOST_SKIPPED} more`] : [];
  return [
    '',
    `  ${pointWords(at)}`,
    ...(skipped.length === 0
      ? []
      : [
          '  or one of these before it, which cannot be lowered:',
          ...skipped.slice(0, MOST_SKIPPED).map((point) => clean(`    ${pointWords(point)}: ${point.why}`)),
          ...more,
        ]),
    ...sideLines('before', before, width),
    ...sideLines('after', after, width),
  ];
}

function sideLines(side: string, seen: Seen, width: number): string[] {
  const words = wrap(clean(`${side}: ${seenWords(seen)}`), width - 4).map((line) => `    ${line}`);
  if (seen.trace === undefined) return words;
  return [
    ...words,
    '',
    ...scheduleLines(seen.trace, { width: width - 6, allSteps: false }).map((line) => `      ${line}`),
  ];
}
