// A finding in words, for every format: what changes, the schedule, and what it rests on. No severity words.

import type { Review, ReviewPatch } from '../types.ts';
import type { Finding } from './findings.ts';
import { judgedPatches } from './findings.ts';
import { scheduleLines } from './schedule.ts';
import { listed, thousands } from './text.ts';
import { baseName } from './verdict.ts';
import { errorsOf, invariantWords, scenarioWords } from './view.ts';
import { modelName, patchWords } from './words.ts';

const WIDTH = 98; // columns of a schedule that is not in a mail

/** Returns the invariant in words: 'no evictable folio is left on the unevictable list'. */
export function findingTitle(review: Review, finding: Finding): string {
  const trace = finding.runs.find((run) => run.trace !== undefined)?.trace;
  const { rule, invariant } = finding;
  return invariantWords(review, { rule, invariant, ...(trace === undefined ? {} : { trace }) });
}

/** Returns what changes: 'holds without this patch, is violated with it'. */
export function changeWords(finding: Finding): string {
  switch (finding.state) {
    case 'opens':
      return 'holds without this patch, is violated with it';
    case 'transient':
      return `holds without this patch, is violated with it, and holds again after ${finding.closedBy ?? 'a later patch'}`;
    case 'base':
      return finding.patch === undefined ? 'is violated' : 'is violated, also without this patch';
    case 'closes':
      return 'is violated without this patch, holds with it';
    case 'unclear':
      return 'is violated with this patch; whether it is without was not decided';
    default:
      return finding.state satisfies never;
  }
}

/** Returns one sentence: the invariant, what changes, and in which scenarios. */
export function findingSentence(review: Review, finding: Finding): string {
  const models = listed([...new Set(finding.runs.map(({ model }) => modelName(model)))]);
  const scenarios = [...new Set(finding.runs.map(({ scenario }) => scenario))];
  const first = scenarios[0] === undefined ? undefined : scenarioWords(review, finding.rule, scenarios[0]);
  const when = first === undefined ? '' : `, when ${first}`;
  const history = finding.history === '' ? '' : ` ${finding.history}.`;
  return `"${findingTitle(review, finding)}" ${changeWords(finding)}${when} (${finding.rule} ${listed(scenarios)}, ${models}).${history}`;
}

/** Returns the schedule of a finding as lines of at most `width` columns; empty when there is none. */
export function findingSchedule(review: Review, finding: Finding, width = WIDTH): readonly string[] {
  const id = finding.runs.find((run) => run.trace !== undefined)?.trace;
  const trace = id === undefined ? undefined : review.traces[id];
  return trace === undefined
    ? []
    : scheduleLines(trace, { width, allSteps: false, newLines: review.source.kind === 'git' });
}

/** Returns what the finding rests on: sources, model and states, and that nothing was run on a machine. */
export function findingFacts(review: Review, finding: Finding, replay: string): readonly string[] {
  const [run] = finding.runs;
  const trace = run?.trace;
  const waiver =
    finding.waiver === undefined ? [] : [`Waived until ${finding.waiver.expires}: ${finding.waiver.reason}.`];
  const model =
    run === undefined
      ? []
      : [
          `Model: ${modelName(run.model)}, ${processCount(review, trace)}found in ${thousands(run.states)} states; ${baseName(review)}.`,
        ];
  return [
    ...waiver,
    ...model,
    'No reproducer was run.',
    ...(trace === undefined ? [] : [`Replay: ${replay} --trace ${trace}`]),
  ];
}

function processCount(review: Review, trace: string | undefined): string {
  const count = trace === undefined ? 0 : (review.traces[trace]?.processes.length ?? 0);
  return count === 0 ? '' : `${count} CPUs, `;
}

/** Returns the whole finding as plain text, for a field that keeps line breaks. */
export function findingText(review: Review, finding: Finding, replay: string): string {
  const schedule = findingSchedule(review, finding);
  return [
    findingSentence(review, finding),
    ...(schedule.length === 0 ? [] : ['', ...schedule.map((line) => line.trimEnd()), '']),
    ...findingFacts(review, finding, replay),
  ].join('\n');
}

/** Something that was not decided: a patch that does not apply, or a search that was stopped or refused. */
export interface Undecided {
  readonly patch: ReviewPatch | undefined;
  readonly words: string;
}

/** Returns what was not decided of the patches that count, one sentence each; never a fault of the author. */
export function undecidedOf(review: Review): readonly Undecided[] {
  const judged = judgedPatches(review);
  const lost = judged.filter(({ applies }) => !applies).map((patch) => ({ patch, words: patchWords(patch) }));
  const ids = judged.length === 0 ? [''] : judged.map(({ id }) => id);
  const open = errorsOf(review.checks).filter(
    ({ patch, change, after }) =>
      ids.includes(patch) && (change === 'unknown' || after.verdict === 'bounded' || after.verdict === 'refused'),
  );
  const sentences = new Map(
    open.map((check): [string, Undecided] => {
      const why = check.after.why ?? check.before.why ?? 'the base was not decided';
      const words = `not decided: ${check.rule} ${check.scenario}, ${modelName(check.model)}: ${why}`;
      return [`${check.patch} ${words}`, { patch: review.patches.find(({ id }) => id === check.patch), words }];
    }),
  );
  const stopped = judged.flatMap((patch) =>
    patch.applies && patch.verdict === 'unknown' && patch.reason !== undefined
      ? [{ patch, words: `not decided: ${patch.reason}` }]
      : [],
  );
  return [...lost, ...sentences.values(), ...stopped];
}

/** Which findings a format tells of. */
export interface FindingOptions {
  readonly only: 'new' | 'all'; // new: what the base violates too, and what is closed, is left out
  readonly failOn: 'opens' | 'violated' | 'never'; // what makes exit code 1, and so what is printed as an error
  readonly replay: string; // the command line for the replay line
}

/** The usual choice: everything is told, what a patch opens fails. */
export const DEFAULT_FINDINGS: FindingOptions = { only: 'all', failOn: 'opens', replay: 'relore replay SOURCE' };

/** True for a finding that makes exit code 1. */
export function isFailing(finding: Finding, failOn: FindingOptions['failOn']): boolean {
  if (finding.replaced === true || failOn === 'never') return false;
  if (finding.state === 'opens') return true;
  return failOn === 'violated' && finding.state !== 'closes' && finding.waiver === undefined;
}

/** True for a finding that is told under `--only`: news are what a series opens, and what fails is never left out. */
export function isTold(finding: Finding, options: Pick<FindingOptions, 'only' | 'failOn'>): boolean {
  if (options.only === 'all' || isFailing(finding, options.failOn)) return true;
  return finding.state !== 'base' && finding.state !== 'closes';
}

/** True for a finding that a format without a word for waived, closed and replaced ones prints. */
export function isShown(finding: Finding, options: Pick<FindingOptions, 'only' | 'failOn'>): boolean {
  const { waiver, state, replaced } = finding;
  return isTold(finding, options) && waiver === undefined && state !== 'closes' && replaced === undefined;
}
