// What each patch and fix does, alone and combined: a table of verdicts, then what was edited and who said it.

import type { AppliedEdit, Review, ReviewPatch } from '../types.ts';
import { capped, type Entry, type Part, paragraph, type ReportOptions, type Section, type TableCell } from './parts.ts';
import { counted, cut } from './text.ts';
import { tellingPatches } from './verdict.ts';
import { isPosted, type RuleRun, ruleRuns, scenarioWords, sideOf } from './view.ts';
import { modelName, patchTone, patchWords, verdictTone } from './words.ts';

const SCENARIOS_IN_A_ROW = 3; // of one table, so that it fits a page
const EDITS_SHOWN = 3;
const CODE_LENGTH = 72; // characters of an edit's code
const TITLE_LENGTH = 60;

/** Returns the section on patches and fixes; no parts when there is none. */
export function fixesSection(review: Review, options: ReportOptions): Section {
  const patches = tellingPatches(review, options.all);
  if (patches.length === 0) return { title: 'What each fix does', parts: [] };
  const runnable = patches.filter((patch) => patch.applies);
  const tables = ruleRuns(review).flatMap((run) => tablesOf(review, run, runnable));
  const singles = patches.filter((patch) => patch.parts === undefined);
  const entries = singles.map((patch, index) => {
    const isNextReading = patch.claim !== undefined && singles[index - 1]?.claim === patch.claim;
    return {
      label: patch.id,
      lines: [...(isNextReading ? [] : saidLines(review, patch, options.all)), ...doneLines(patch, options.all)],
    };
  });
  const title = patches.every(isPosted) ? 'What the patch does' : 'What each fix does';
  return { title, parts: [...tables, { kind: 'entries', entries: entries satisfies Entry[] }] };
}

/** One table for each rule and memory model; many scenarios are split over several. */
function tablesOf(review: Review, run: RuleRun, patches: readonly ReviewPatch[]): Part[] {
  const informs = run.informs ? ', for information' : '';
  const parts: Part[] = [
    paragraph(`Rule ${run.rule}, under ${modelName(run.model)}${informs}; [..] names the schedule:`),
  ];
  for (let from = 0; from < run.scenarios.length; from += SCENARIOS_IN_A_ROW) {
    parts.push(tableOf(review, { ...run, scenarios: run.scenarios.slice(from, from + SCENARIOS_IN_A_ROW) }, patches));
  }
  const words = run.scenarios.flatMap((scenario) => {
    const sentence = scenarioWords(review, run.rule, scenario);
    return sentence === undefined ? [] : [`${scenario}: ${sentence}`];
  });
  return words.length === 0 ? parts : [...parts, paragraph(words.join('; '))];
}

function tableOf(review: Review, run: RuleRun, patches: readonly ReviewPatch[]): Part {
  const versions = [
    { id: '', title: 'no patch', verdict: '' },
    ...patches.map((patch) => ({ id: patch.id, title: shortTitle(patch), verdict: patchWords(patch) })),
  ];
  const exercised = versions.filter(({ id }) =>
    run.scenarios.some((scenario) => sideOf(review, id, { ...run, scenario }) !== undefined),
  );
  return {
    kind: 'table',
    head: ['', 'what', ...run.scenarios, ''],
    rows: exercised.map(({ id, title, verdict }) => [
      plain(id === '' ? 'base' : id),
      plain(title),
      ...run.scenarios.map((scenario) => cellOf(review, id, { run, scenario })),
      run.informs
        ? plain('')
        : { text: verdict, tone: patches.filter((patch) => patch.id === id).map(patchTone)[0] ?? 'plain' },
    ]),
  };
}

function cellOf(review: Review, patch: string, where: { readonly run: RuleRun; readonly scenario: string }): TableCell {
  const side = sideOf(review, patch, { ...where.run, scenario: where.scenario });
  if (side === undefined) return plain('not run');
  const trace = side.trace === undefined || side.verdict !== 'violated' ? '' : ` [${side.trace}]`;
  return { text: `${side.verdict}${trace}`, tone: verdictTone(side.verdict) };
}

function shortTitle(patch: ReviewPatch): string {
  return cut(patch.parts === undefined ? (patch.reading ?? patch.title) : 'together', TITLE_LENGTH);
}

function plain(text: string): TableCell {
  return { text, tone: 'plain' };
}

/** Who proposed it, in which words and which mail. */
function saidLines(review: Review, patch: ReviewPatch, all: boolean): string[] {
  const claim = review.claims.find((item) => item.id === patch.claim);
  if (claim === undefined) {
    const from = review.thread.messages.find((message) => message.id === patch.messageId)?.from;
    return [`${from ?? 'unknown speaker'} <${patch.messageId}>`];
  }
  const others = claim.repeats.map((other) => other.messageId).filter((id) => id !== claim.messageId);
  const repeats = [...new Set(others)].map((id) => `<${id}>`).join(', ');
  return [
    `${claim.speaker ?? 'unknown speaker'} <${claim.messageId}>: "${all ? claim.quote : cut(claim.quote, 160)}"`,
    ...(repeats === '' ? [] : [`said again in ${repeats}`]),
  ];
}

/** What was edited, and what placing it cost. */
function doneLines(patch: ReviewPatch, all: boolean): string[] {
  if (!patch.applies) return [patchWords(patch)];
  const reading = patch.reading === undefined ? [] : [`read as: ${patch.reading}`];
  const edits =
    patch.edits.length === 0
      ? [touchedWords(patch)]
      : capped(
          patch.edits.map((edit) => editWords(edit, all)),
          EDITS_SHOWN,
          all,
        );
  const touched = patch.edits.some((edit) => edit.event === true) ? [touchedWords(patch)] : [];
  return [...reading, ...touched, ...edits, ...patch.notes];
}

function touchedWords(patch: ReviewPatch): string {
  const names = patch.functions.map((name) => `${name}()`).join(', ');
  return names === '' ? `touches ${counted(patch.files.length, 'file')} and no function` : `touches ${names}`;
}

/** `mm/mlock.c:72 __munlock_folio(): move to line 57: if (folio_test_clear_mlocked(folio)) ...`. */
function editWords(edit: AppliedEdit, all: boolean): string {
  const code = (text: string) => (all ? text : cut(text, CODE_LENGTH));
  const where = `${edit.file}:${edit.line} ${edit.function}():`;
  if (edit.event === true) return `${where} ${edit.what}`;
  switch (edit.kind) {
    case 'move':
      return `${where} move ${edit.after === undefined ? '' : `to ${edit.after}: `}${code(edit.what)}`;
    case 'insert':
    case 'delete':
      return `${where} ${edit.kind} ${code(edit.what)}`;
    case 'replace':
      return `${where} replace ${code(edit.what)}${edit.after === undefined ? '' : ` with ${code(edit.after)}`}`;
    default:
      return edit.kind satisfies never;
  }
}
