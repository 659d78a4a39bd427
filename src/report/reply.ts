// A reply to a patch as a draft: a question, the schedule that made it, and what that rests on. Nothing sends it.

import type { Review, ReviewPatch } from '../types.ts';
import { DEFAULT_FINDINGS, type FindingOptions, findingTitle, isShown } from './finding-words.ts';
import { type Finding, findingsOf } from './findings.ts';
import { type DraftRecipients, renderDraft } from './rfc5322.ts';
import { scheduleLines } from './schedule.ts';
import { cleaned, counted, listed, thousands, wrap } from './text.ts';
import { baseName } from './verdict.ts';
import { scenarioWords } from './view.ts';
import { modelName } from './words.ts';

const WIDTH = 76; // columns of prose; with a quote mark they are 78
const SCHEDULE_WIDTH = 78;
const MOST_LINES = 60;
const MOST_FINDINGS = 3;
const MOST_QUOTED = 5; // lines of a hunk

/** What a draft is made from. */
export interface ReplyOptions extends FindingOptions {
  readonly from: string | undefined; // 'Name <address>' of the person who will send it
  readonly patch?: string; // id of the patch to answer; absent: the first one with a finding
  readonly recipientsOf?: (messageId: string) => DraftRecipients | undefined; // those of a mail who asked for drafts
}

/**
 * Returns a reply to one patch as an RFC 5322 draft, or undefined when there is nothing to ask. It has recipients only where they asked.
 * At most 3 findings and 60 lines of 78 columns; only quoted lines of a diff are longer, they are never wrapped.
 * What the base violates too is asked about only with `only: 'all'`.
 */
export function renderReply(review: Review, options: Partial<ReplyOptions> = {}): string | undefined {
  const asked: ReplyOptions = { ...DEFAULT_FINDINGS, only: 'new', from: undefined, ...options };
  const safe = { ...cleaned(review), patches: withTabs(review) };
  const told = findingsOf(safe).filter((finding) => isShown(finding, asked) && finding.patch !== undefined);
  const patch = told.find(({ patch: one }) => asked.patch === undefined || one?.id === asked.patch)?.patch;
  if (patch === undefined) return undefined;
  const own = told.filter((finding) => finding.patch?.id === patch.id);
  const others = [...new Set(told.flatMap((one) => (one.patch === undefined ? [] : [one.patch.id])))].filter(
    (id) => id !== patch.id,
  );
  const recipients = asked.recipientsOf?.(patch.messageId);
  return renderDraft({
    from: asked.from,
    ...(recipients === undefined ? {} : { recipients }),
    subject: `Re: ${subjectOf(safe, patch)}`,
    inReplyTo: isSynthetic(safe, patch.messageId) ? undefined : patch.messageId,
    references: ancestors(safe, patch.messageId),
    body: bodyOf(safe, { patch, own, others, asked }),
  });
}

/** Lines of a diff keep their tabs: a quote shows what was posted. */
function withTabs(review: Review): Review['patches'] {
  const safe = cleaned(review).patches;
  return safe.map((patch, index) => {
    const hunks = review.patches[index]?.hunks?.map((hunk) => ({
      ...hunk,
      lines: hunk.lines.map((line) => line.split('\t').map(cleaned).join('\t')),
    }));
    return hunks === undefined ? patch : { ...patch, hunks };
  });
}

function isSynthetic(review: Review, id: string): boolean {
  return review.thread.messages.find((message) => message.id === id)?.synthetic !== false;
}

/** Message-IDs from the start of the thread to `id`, those that relore made left out. Bounded by the thread. */
function ancestors(review: Review, id: string): string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  for (let at: string | null = id; at !== null && !seen.has(at); ) {
    seen.add(at);
    if (!isSynthetic(review, at)) chain.unshift(at);
    const own: string = at;
    at = review.thread.messages.find((message) => message.id === own)?.parent ?? null;
  }
  return chain;
}

/** `[PATCH v2 2/3] title` again: the title stands in the review without its prefix. */
function subjectOf(review: Review, patch: ReviewPatch): string {
  const series = review.series.find(({ patches }) => patches.includes(patch.id));
  if (series === undefined) return patch.title;
  const version = series.version > 1 ? ` v${series.version}` : '';
  const total = series.patches.length + series.missing.length;
  const there = Array.from({ length: total }, (_, index) => index + 1).filter((n) => !series.missing.includes(n));
  const number = there[series.patches.indexOf(patch.id)];
  return `[PATCH${version}${total > 1 && number !== undefined ? ` ${number}/${total}` : ''}] ${patch.title}`;
}

interface Page {
  readonly patch: ReviewPatch;
  readonly own: readonly Finding[];
  readonly others: readonly string[]; // other patches with findings
  readonly asked: ReplyOptions;
}

/** As many findings as fit; when not even one does, its schedule is cut. */
function bodyOf(review: Review, page: Page): string {
  for (let count = Math.min(MOST_FINDINGS, page.own.length); count >= 1; count--) {
    const lines = linesOf(review, page, count, MOST_LINES);
    if (lines.length <= MOST_LINES) return `${lines.join('\n')}\n`;
  }
  const whole = linesOf(review, page, 1, MOST_LINES);
  const shorter = linesOf(review, page, 1, MOST_LINES - (whole.length - MOST_LINES));
  return `${shorter.join('\n')}\n`;
}

function linesOf(review: Review, page: Page, count: number, room: number): string[] {
  const shown = page.own.slice(0, count);
  const quotes = shown.map((finding) => quoteOf(page.patch, finding));
  const blocks = shown.flatMap((finding, index) => {
    const isSame = index > 0 && quotes[index]?.join('\n') === quotes[index - 1]?.join('\n');
    const quote = isSame ? [] : (quotes[index] ?? []);
    return [...(index === 0 ? [] : ['']), ...quote, ...findingLines(review, page, finding, room)];
  });
  return [...blocks, '', ...footer(review, page, page.own.length - count)].map((line) => line.trimEnd());
}

function findingLines(review: Review, page: Page, finding: Finding, room: number): string[] {
  const run = finding.runs[0];
  const trace = run?.trace === undefined ? undefined : review.traces[run.trace];
  const words = run === undefined ? undefined : scenarioWords(review, finding.rule, run.scenario);
  const when = words === undefined ? '' : ` when ${words}`;
  const schedule =
    trace === undefined
      ? []
      : cutTo(scheduleLines(trace, { width: SCHEDULE_WIDTH, allSteps: false, numbered: true }), room);
  return [
    ...wrap(`Does this still hold${when}: ${findingTitle(review, finding)}?`, WIDTH),
    '',
    ...schedule,
    '',
    ...wrap(baseWords(finding), WIDTH),
    ...wrap(modelWords(review, finding), WIDTH),
    ...(run?.trace === undefined ? [] : [`Replay: ${page.asked.replay} --trace ${run.trace}`]),
  ];
}

/** Lines of a schedule that is too long, its end kept: that is where the invariant breaks. */
function cutTo(lines: readonly string[], room: number): readonly string[] {
  const most = Math.max(8, room - 24);
  if (lines.length <= most) return lines;
  const half = Math.floor((most - 1) / 2);
  const left = lines.length - 2 * half;
  return [
    ...lines.slice(0, half),
    `    [${counted(left, 'line')} left out, replay prints them]`,
    ...lines.slice(-half),
  ];
}

/** At most five lines of the hunk, around the first changed line. */
function quoteOf(patch: ReviewPatch, finding: Finding): string[] {
  const hunks = patch.hunks ?? [];
  const hunk =
    hunks.find(
      ({ file, section, lines }) =>
        file === finding.place.file &&
        lines.some((line) => /^[-+]/.test(line)) &&
        section.includes(finding.place.function) &&
        finding.place.function !== '',
    ) ??
    hunks.find(({ file }) => file === finding.place.file) ??
    hunks[0];
  if (hunk === undefined) return [];
  const changed = hunk.lines.findIndex((line) => /^[-+]/.test(line));
  const isBlank = (hunk.lines[changed - 1] ?? '').trim() === '';
  const from = Math.max(0, isBlank ? changed : changed - 1);
  return [...hunk.lines.slice(from, from + MOST_QUOTED).map((line) => `> ${line}`), ''];
}

function baseWords(finding: Finding): string {
  const history = finding.history === '' ? '' : ` (${finding.history})`;
  switch (finding.state) {
    case 'opens':
      return `Same schedule without this patch: not reachable.${history}`;
    case 'transient':
      return `Same schedule without this patch: not reachable; ${finding.closedBy ?? 'a later patch'} closes it again.${history}`;
    case 'base':
      return 'Same schedule without this patch: also reachable.';
    case 'closes':
      return 'Same schedule with this patch: not reachable.';
    case 'unclear':
      return 'Same schedule without this patch: not decided.';
    default:
      return finding.state satisfies never;
  }
}

function modelWords(review: Review, finding: Finding): string {
  const [run] = finding.runs;
  if (run === undefined) return '';
  const processes = run.trace === undefined ? 0 : (review.traces[run.trace]?.processes.length ?? 0);
  const also = [...new Set(finding.runs.map(({ scenario }) => scenario))].slice(1);
  const more = also.length === 0 ? '' : ` Also in ${listed(also)}.`;
  return `Model: ${modelName(run.model)}, ${processes} CPUs, ${thousands(run.states)} states (${finding.rule} ${run.scenario}).${more}`;
}

const MOST_ASSUMPTIONS = 3;

/** Base, what the model leaves out, tool and version; no reproducer, no language model. */
function footer(review: Review, page: Page, left: number): string[] {
  const assumed = review.assumptions.slice(0, MOST_ASSUMPTIONS).join('; ');
  const rest = Math.max(0, review.assumptions.length - MOST_ASSUMPTIONS);
  const more = rest === 0 ? '' : `; and ${rest} more`;
  const others = [
    ...(left > 0 ? [`${counted(left, 'more schedule')} of this patch`] : []),
    ...(page.others.length > 0 ? [listed(page.others)] : []),
  ];
  const hasAdded = page.own.some(({ runs }) =>
    runs.some(({ trace }) => trace !== undefined && review.traces[trace]?.steps.some((step) => step.added === true)),
  );
  const lines = hasAdded ? ' Lines are those before the patch; 12+ is added behind line 12.' : '';
  return [
    ...wrap(`Code: ${baseName(review)}.${lines}${assumed === '' ? '' : ` Assumed: ${assumed}${more}.`}`, WIDTH),
    ...(others.length === 0 ? [] : wrap(`Left out here: ${listed(others)}.`, WIDTH)),
    'No reproducer was run. No language model was used.',
    `relore ${review.tool.version}, rules ${review.tool.rules.slice(0, 12)}`,
  ];
}
