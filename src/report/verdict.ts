// The top of the report: what was read, and what came of it, in the first ten lines.

import type { Review, ReviewCheck, ReviewPatch } from '../types.ts';
import { isFact } from './claims.ts';
import { type Part, paragraph, type ReportOptions, type Section, type VerdictRow } from './parts.ts';
import { counted, listed, thousands } from './text.ts';
import { baseViolations, checksOf, errorsOf, invariantWords, isBaseDiscussed, isPosted, runsOf } from './view.ts';
import { cleanSearchWords, modelName, modelNames, patchTone, patchWords, statusWords } from './words.ts';

/** Returns the sentence under the subject: how much was read and against which sources. */
export function readWords(review: Review): string {
  const postedAs = (kind: ReviewPatch['kind']) => review.patches.filter((patch) => patch.kind === kind).length;
  const posted = postedAs('posted');
  const replied = postedAs('reply');
  const prose = new Set(
    review.patches.filter((patch) => patch.kind === 'prose').map((patch) => patch.claim ?? patch.id),
  );
  const read = [
    counted(review.thread.messages.length, 'message'),
    counted(review.thread.speakers.length, 'speaker'),
    ...(posted > 0 ? [counted(posted, 'patch')] : []),
    ...(replied > 0 ? [`${counted(replied, 'patch')} in replies`] : []),
    ...(prose.size > 0 ? [`${counted(prose.size, 'fix')} in prose`] : []),
  ];
  return `${listed(read)}. Checked against ${baseName(review)}.`;
}

/** Returns the name of the sources: 'model sources v6.12', 'tree 6.12.117'. */
export function baseName(review: Review): string {
  return review.base.kind === 'tree' ? `tree ${review.base.name}` : `model sources ${review.base.name}`;
}

/** Returns the verdict section: the base first, then one line a patch or fix. */
export function verdictSection(review: Review, options: ReportOptions): Section {
  const rows = tellingPatches(review, options.all).map((patch) => verdictRow(review, patch));
  const hidden = review.patches.length - rows.length;
  const parts: Part[] = [...baseParts(review), ...closedParts(review, rows)];
  if (rows.length > 0) parts.push({ kind: 'verdicts', rows });
  if (hidden > 0)
    parts.push(paragraph(`${counted(hidden, 'more combination')} ${hiddenWords(review, hidden)}: --all.`));
  if (parts.length === 0) parts.push(paragraph(nothingWords(review)));
  return { title: 'Verdict', parts };
}

function hiddenWords(review: Review, hidden: number): string {
  const shown = new Set(tellingPatches(review, false));
  const isOpen = review.patches.some((patch) => !shown.has(patch) && patch.verdict === 'unknown');
  if (isOpen) return hidden === 1 ? 'is not told here' : 'are not told here, some of them not decided';
  return hidden === 1 ? 'closes no more and no less than its parts' : 'close no more and no less than their parts';
}

/**
 * Returns the patches a reader needs: every single one, and of the combinations those that do what no part does,
 * or fail to do what a part does. All of them with `all`.
 */
export function tellingPatches(review: Review, all: boolean): readonly ReviewPatch[] {
  return review.patches.filter((patch) => {
    if (all || patch.parts === undefined) return true;
    const parts = review.patches.filter(
      (other) =>
        other.parts === undefined && patch.parts?.some((id) => other.id === id || other.id.startsWith(`${id}/`)),
    );
    const partCloses = parts.some((part) => part.verdict === 'closes');
    return (
      (patch.verdict === 'closes') !== partCloses ||
      (patch.verdict === 'opens' && !parts.some((part) => part.verdict === 'opens'))
    );
  });
}

function verdictRow(review: Review, patch: ReviewPatch): VerdictRow {
  const reading = patch.reading === undefined ? '' : `: ${patch.reading}`;
  const found = patch.applies && (patch.verdict === 'keeps' || isPosted(patch)) ? foundWords(review, patch) : undefined;
  return {
    words: patchWords(patch),
    tone: patchTone(patch),
    id: patch.id,
    title: patch.parts === undefined ? `${patch.title}${reading}` : `${listed(patch.parts)} together`,
    note: [openedWords(review, patch), found, statusWords(review, patch), closedWords(review, patch)]
      .filter((text) => text)
      .join(' '),
  };
}

/** What the searches with a patch found: nothing at all, or nothing that the base does not do too. */
function foundWords(review: Review, patch: ReviewPatch): string | undefined {
  const clean = cleanSearchWords(review, patch.id);
  if (clean !== undefined || patch.verdict !== 'keeps') return clean;
  const runs = runsOf(errorsOf(checksOf(review, patch.id)));
  if (runs.length === 0) return undefined;
  const states = thousands(runs.reduce((sum, run) => sum + run.after.states, 0));
  return `No verdict changes: ${counted(runs.length, 'search')}, ${states} states.`;
}

/** For a patch that opens a race: where, and what the base said there. */
function openedWords(review: Review, patch: ReviewPatch): string {
  const opened = errorsOf(review.checks).filter((check) => check.patch === patch.id && check.change === 'opens');
  const byWords = new Map<string, ReviewCheck[]>();
  for (const check of opened) {
    const { rule, invariant, after } = check;
    const words = invariantWords(review, {
      ...{ rule, invariant },
      ...(after.trace === undefined ? {} : { trace: after.trace }),
    });
    byWords.set(words, [...(byWords.get(words) ?? []), check]);
  }
  return [...byWords]
    .flatMap(([words, checks]) =>
      placesOf(checks).map(({ text, count }) =>
        count === 1
          ? `${text} holds before, is violated after: ${words}.`
          : `${text} hold before, are violated after: ${words}.`,
      ),
    )
    .join(' ');
}

/** For a patch that leaves something violated: what it closes all the same, another environment of the race or another race. */
function closedWords(review: Review, patch: ReviewPatch): string {
  if (patch.verdict !== 'does-not-close' && patch.verdict !== 'opens') return '';
  const closed = errorsOf(review.checks).filter((check) => check.patch === patch.id && check.change === 'closes');
  const places = placesOf(closed).map(({ text }) => text);
  return places.length === 0 ? '' : `It closes ${listed(places)}.`;
}

/** 'shm-unlock S1 and S2 (SC and LKMM)': the scenarios of a rule that turn under the same memory models, in the order of the checks. */
function placesOf(checks: readonly ReviewCheck[]): readonly { readonly text: string; readonly count: number }[] {
  const models = new Map<string, { readonly rule: string; readonly scenario: string; readonly names: Set<string> }>();
  for (const { rule, scenario, model } of checks) {
    const place = models.get(`${rule} ${scenario}`) ?? { rule, scenario, names: new Set<string>() };
    models.set(`${rule} ${scenario}`, place);
    place.names.add(modelName(model));
  }
  const groups = new Map<string, { readonly rule: string; readonly scenarios: string[]; readonly names: string }>();
  for (const { rule, scenario, names } of models.values()) {
    const key = `${rule} ${[...names].join()}`;
    const group = groups.get(key) ?? { rule, scenarios: [], names: listed([...names]) };
    groups.set(key, group);
    group.scenarios.push(scenario);
  }
  return [...groups.values()].map(({ rule, scenarios, names }) => ({
    text: `${rule} ${listed(scenarios)} (${names})`,
    count: scenarios.length,
  }));
}

/** Which fixes close the race, in one line: what most readers came for. */
function closedParts(review: Review, rows: readonly VerdictRow[]): Part[] {
  const closing = rows.filter((row) => row.tone === 'good').map((row) => row.id);
  const failing = rows.filter((row) =>
    review.patches.some((patch) => patch.id === row.id && patch.applies && patch.verdict === 'does-not-close'),
  );
  const mixed = review.patches.filter((patch) => patch.verdict === 'closes' && patch.opens !== undefined);
  const but = mixed.filter((patch) => rows.some((row) => row.id === patch.id)).map((patch) => patch.id);
  const also =
    but.length === 0
      ? ''
      : ` ${listed(but)} ${but.length === 1 ? 'closes' : 'close'} it, but ${but.length === 1 ? 'opens' : 'open'} another race.`;
  if (rows.length < 2 || closing.length + failing.length === 0) return also === '' ? [] : [paragraph(also.trim())];
  const not = listed(failing.map((row) => row.id));
  if (closing.length === 0) return [paragraph(`Not closed by ${not}.${also}`)];
  return [paragraph(`Closed by ${listed(closing)}${not === '' ? '' : `; not by ${not}`}.${also}`, 'good')];
}

/** What the base says by itself, when that is what the thread is about. */
function baseParts(review: Review): Part[] {
  if (!isBaseDiscussed(review)) return [];
  const violated = baseViolations(review);
  if (violated.length === 0) {
    const clean = cleanSearchWords(review, '');
    return clean === undefined ? [] : [paragraph(`Without any patch: ${clean}`)];
  }
  const groups = new Map<string, string[]>();
  for (const { run, scenario, side } of violated) {
    const words = invariantWords(review, {
      rule: run.rule,
      ...(side.trace === undefined ? {} : { trace: side.trace }),
    });
    const key = `Violated without any patch, under ${modelName(run.model)}: ${words} (${run.rule} `;
    groups.set(key, [...(groups.get(key) ?? []), scenario]);
  }
  return [...groups].map(([words, scenarios]) => paragraph(`${words}${listed(scenarios)}).`, 'bad'));
}

function nothingWords(review: Review): string {
  const claims = review.claims.filter((claim) => claim.patches.length === 0 && isFact(claim)).length;
  const read = counted(review.thread.messages.length, 'message');
  if (claims === 0) return `Nothing to check: no patch, no fix and no claim about a race was found in ${read}.`;
  return `Nothing was run: no patch or fix was found in ${read}, and no rule covers the ${counted(claims, 'claim')} in it (${modelNames(review)}).`;
}
