// The end of the report: memory model, bound and states, assumptions, what was not checked, how to replay.

import type { Review, ReviewKnown } from '../types.ts';
import { capped, type Part, paragraph, type ReportOptions, type Section } from './parts.ts';
import type { Selection } from './select.ts';
import { counted, listed, thousands } from './text.ts';
import { baseName } from './verdict.ts';
import { baseViolations, invariantWords, isBaseDiscussed, isPosted, runsOf, scenarioWords } from './view.ts';
import { modelName, reasonsOf } from './words.ts';

const NOTES_SHOWN = 12;

/** Returns what the base violates by itself, kept apart from what a patch opens; no parts when it is the thread's subject. */
export function alsoSection(review: Review, options: ReportOptions): Section {
  const posted = review.patches.filter(isPosted).map((patch) => patch.id);
  const violated = isBaseDiscussed(review) ? [] : baseViolations(review);
  const title = `Also without ${posted.length === 1 ? 'this patch' : 'these patches'}`;
  const waivers = waiverLines(review);
  const waiverParts: Part[] = waivers.length === 0 ? [] : [{ kind: 'list', items: waivers }];
  if (violated.length === 0) return { title, parts: waiverParts };
  if (options.only === 'new')
    return {
      title,
      parts: [
        paragraph(`${counted(violated.length, 'scenario')} violated before the patch too: --only all.`),
        ...waiverParts,
      ],
    };
  const items = violated.map(({ run, scenario, side }) => {
    const words = scenarioWords(review, run.rule, scenario);
    const what = invariantWords(review, { rule: run.rule, ...(side.trace === undefined ? {} : { trace: side.trace }) });
    return `${run.rule} ${scenario}${words === undefined ? '' : ` (${words})`}, ${modelName(run.model)}: ${what}${side.trace === undefined ? '' : ` [${side.trace}]`}${knownWords(review, run.rule, scenario)}`;
  });
  return {
    title,
    parts: [
      paragraph('The base violates these by itself; their schedules: --all.'),
      { kind: 'list', items },
      ...waiverParts,
    ],
  };
}

/** '; opened by 2fbb0c10d1e8 (v5.18), open in the newest version': so that nobody is asked about what is known. */
function knownWords(review: Review, rule: string, scenario: string): string {
  const known = review.known?.find((one) => one.rule === rule && one.scenario === scenario);
  if (known === undefined) return '';
  const change = ({ commit, release }: NonNullable<ReviewKnown['opened']>): string =>
    [commit === '' ? 'a change' : commit, release === '' ? '' : `(${release})`].filter((word) => word !== '').join(' ');
  const opened = known.opened === undefined ? 'known since the oldest version' : `opened by ${change(known.opened)}`;
  return `; ${opened}, ${known.closed === undefined ? 'open in the newest version' : `closed by ${change(known.closed)}`}`;
}

/** Waivers are always named, so that none is forgotten; one past its last day silences nothing. */
function waiverLines(review: Review): string[] {
  return (review.waivers ?? []).map(({ rule, scenario, invariant, reason, expires, expired, place }) => {
    const what = [rule, scenario, invariant].filter((name) => name !== undefined).join(' ');
    const until =
      expired === undefined ? `waived until ${expires}` : `the waiver ended on ${expires} and counts no more`;
    return `${what}: ${until} (${place.file}:${place.line}): ${reason}`;
  });
}

/** Returns how the verdicts were computed: models, bound, states, and code that never ran. */
export function searchSection(review: Review, options: ReportOptions): Section {
  const items = [
    `Sources: ${baseName(review)}${review.base.why === '' ? '' : ` (${review.base.why})`}.`,
    ...searchWords(review),
    ...neverRan(review, options),
    ...endStates(review, options),
    ...(review.source.lossy.length === 0 ? [] : [`The ${review.source.kind} lost: ${review.source.lossy.join(', ')}.`]),
  ];
  return { title: 'Memory model, bound, states', parts: [{ kind: 'list', items }] };
}

function searchWords(review: Review): string[] {
  const byModel = (['sc', 'tso', 'lkmm'] as const).map((model) => ({
    model,
    checks: review.checks.filter((check) => check.model === model),
  }));
  const words = byModel.flatMap(({ model, checks }) => {
    const searches = [...new Set(checks.map((check) => check.patch))].flatMap((patch) =>
      runsOf(checks.filter((check) => check.patch === patch)),
    );
    if (searches.length === 0) return [];
    const bounded = searches.filter((check) => check.after.verdict === 'bounded');
    const refused = searches.filter((check) => check.after.verdict === 'refused');
    const states = thousands(searches.reduce((sum, check) => sum + check.after.states, 0));
    const largest = thousands(Math.max(...searches.map((check) => check.after.states)));
    const cut = [
      ...(bounded.length === 0 ? [] : [`${thousands(bounded.length)} stopped at the bound (${reasonsOf(bounded)})`]),
      ...(refused.length === 0 ? [] : [`${thousands(refused.length)} refused (${reasonsOf(refused)})`]),
    ];
    const ended = cut.length === 0 ? 'each exhausted' : listed(cut);
    return [
      `${modelName(model)}: ${counted(searches.length, 'search')}, ${ended}; ${states} states, at most ${largest} in one.`,
    ];
  });
  return words.length === 0 ? ['No search was run.'] : words;
}

/** Guards against a verdict that holds because the code never ran. */
function neverRan(review: Review, options: ReportOptions): string[] {
  return review.coverage
    .filter((item) => item.unreached.length > 0 && (options.all || item.patch === ''))
    .map((item) => {
      const where = `${item.scenario} (${item.patch === '' ? 'base' : item.patch}, ${modelName(item.model)})`;
      if (options.all) return `Never ran in ${where}: ${item.unreached.join('; ')}.`;
      return `Never ran in ${where}: ${counted(item.unreached.length, 'place')} in ${fileCounts(item.unreached)}; listed with --all.`;
    });
}

/** 'mm/mlock.c (3), mm/swap.c (1)' of lines that begin with file:line. */
function fileCounts(places: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const place of places) {
    const file = place.replace(/:\d.*$/s, '');
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return [...counts].map(([file, count]) => `${file} (${count})`).join(', ');
}

function endStates(review: Review, options: ReportOptions): string[] {
  if (options.all)
    return review.coverage.map(
      (item) =>
        `End states of ${item.scenario} (${item.patch === '' ? 'base' : item.patch}, ${modelName(item.model)}): ${item.terminals.join(' | ')}.`,
    );
  const base = review.coverage.filter((item) => item.patch === '');
  if (base.length === 0) return [];
  return [
    `End states of the base: ${base.map((item) => `${item.scenario} ${item.terminals.length}`).join(', ')}; listed with --all.`,
  ];
}

/** Returns the assumptions: what was declared rather than read from code. */
export function assumptionsSection(review: Review): Section {
  return {
    title: 'Assumptions',
    parts: review.assumptions.length === 0 ? [] : [{ kind: 'list', items: review.assumptions }],
  };
}

/** Returns what was not checked, with reasons. */
export function notCheckedSection(review: Review, options: ReportOptions): Section {
  const reasons = [...new Set(review.notChecked.map(({ why }) => why))];
  const items = reasons.map(
    (why) =>
      `${[...new Set(review.notChecked.filter((item) => item.why === why).map(({ what }) => what))].join(', ')}: ${why}`,
  );
  const notes = capped(items, NOTES_SHOWN, options.all);
  return { title: 'Not checked', parts: notes.length === 0 ? [] : [{ kind: 'list', items: notes }] };
}

/** Returns the replay commands of the schedules that are printed, and the sentence on reproducers. */
export function replaySection(selection: Selection, options: ReportOptions): Section {
  const commands: Part[] = selection.shown.map(({ id }) => ({
    kind: 'command',
    text: `${options.replay} --trace ${id}`,
  }));
  return { title: 'Replay', parts: [...commands, paragraph('No reproducer was run.')] };
}
