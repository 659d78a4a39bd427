// A batch: threads in, results into the store. What each thread costs is decided here: a series that touches no function of a
// rule is only read.
//
//   archives -- threads -- triage --> units -- review (worker threads) --> results --> store
//                             +-----> untouched ------------------------------^
import type { Unit } from './batch/unit.ts';
import { seriesHash } from './batch/unit.ts';
import type { ResultRow } from './history/store/store.ts';
import type { Knowledge } from './knowledge.ts';
import { readThread } from './mail/read.ts';
import { findingsOf, judgedPatches } from './report/findings.ts';
import { scheduleLines } from './report/schedule.ts';
import type { ReviewOptions } from './review.ts';
import { review } from './review.ts';
import { matchRules } from './rules/match.ts';
import type { Change, MemoryModel, Review, ReviewCheck, Thread } from './types.ts';

/** Stands for all scenarios of a series: its one row says that the series is done, and the worst of what it changes. */
export const WHOLE = '*';

/** What a thread is to a batch. */
export type Triaged =
  | { readonly kind: 'unit'; readonly unit: Omit<Unit, 'bytes'> }
  | { readonly kind: 'untouched'; readonly row: Omit<ResultRow, 'rules' | 'engine'> }
  | { readonly kind: 'talk' }; // nobody posted a patch

/** What all units of a batch are tried on. */
export interface BatchSettings {
  readonly rulesDir: string;
  readonly tree?: string;
  readonly base?: string;
  readonly kernel?: string;
  readonly models: readonly MemoryModel[];
  readonly states: number;
  readonly version: string;
  readonly code: string; // what the patches are tried on, in words: 'model sources by date', 'tree 6.12.117'
}

/** The part of a result's key that says how it was computed: the version, the models, the bound, the code. */
export function engineOf({ version, models, states, code }: BatchSettings): string {
  return `${version}, ${models.join(' ')}, ${states} states, ${code}`;
}

/**
 * Sorts a thread: by the names that its diffs call and define, which costs no reading of C. A diff whose hunks name no function may
 * touch any.
 */
export function triage(
  knowledge: Knowledge,
  thread: Thread,
  source: { readonly name: string; readonly models: number },
): Triaged {
  if (thread.patches.length === 0) return { kind: 'talk' };
  const [first] = thread.messages;
  const of = { thread: first?.id ?? '', subject: first?.subject ?? '', date: first?.date ?? '' };
  const { rules, vocabulary } = knowledge;
  const names = namesIn(thread, knowledge);
  const matched = names === 'any' ? rules.map((rule) => ({ rule })) : matchRules(rules, names, vocabulary);
  const series = seriesHash(thread);
  const scenarios = matched.reduce((sum, { rule }) => sum + rule.scenarios.length, 0);
  if (scenarios === 0) return { kind: 'untouched', row: { ...blank(of, series), scenario: '', change: 'untouched' } };
  const pairs = scenarios * source.models * thread.patches.length;
  return { kind: 'unit', unit: { series, ...of, pairs, name: source.name } };
}

/** Every name before a bracket in a hunk or its section; 'any' for a hunk without one in a file that is modelled. */
function namesIn(thread: Thread, { stack }: Knowledge): readonly string[] | 'any' {
  const modelled = new Set(stack.after(stack.patches.length).paths);
  const names = new Set<string>();
  for (const { newPath, oldPath, hunks } of thread.patches.flatMap(({ files }) => files)) {
    const path = newPath ?? oldPath ?? '';
    if (!/\.[ch]$/.test(path)) continue;
    for (const { section, lines } of hunks) {
      const found = [section, ...lines].flatMap((line) => [...line.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)]);
      if (found.length === 0 && modelled.has(path)) return 'any';
      for (const [, name = ''] of found) names.add(name);
    }
  }
  return [...names];
}

function blank(
  of: Pick<ResultRow, 'thread' | 'subject' | 'date'>,
  series: string,
): Omit<ResultRow, 'rules' | 'engine' | 'scenario' | 'change'> {
  const { thread, subject, date } = of;
  return { series, thread, subject, date, before: '', after: '', states: 0, why: '', detail: '' };
}

/**
 * Reviews a unit and returns its results: one a scenario, sorted, and one for the whole. `knowledge` is that of the settings' rules.
 * Throws what a review throws.
 */
export async function reviewUnit(
  unit: Unit,
  settings: BatchSettings,
  knowledge: Knowledge,
): Promise<readonly ResultRow[]> {
  const options: ReviewOptions = { ...settings, knowledge, patchesOnly: true };
  const found = await review(await readThread(unit.bytes, unit.name), options);
  return resultsOf(found, unit, { rules: knowledge.hash, engine: engineOf(settings) });
}

function resultsOf(found: Review, unit: Unit, key: Pick<ResultRow, 'rules' | 'engine'>): readonly ResultRow[] {
  const judged = judgedPatches(found);
  const ids = new Set(judged.map(({ id }) => id));
  const groups = new Map<string, ReviewCheck[]>();
  for (const check of found.checks) {
    if (!ids.has(check.patch) || check.level !== 'error') continue;
    const name = `${check.rule}/${check.scenario}`;
    groups.set(name, [...(groups.get(name) ?? []), check]);
  }
  const rows = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([scenario, checks]): ResultRow => {
      const worst = checks.reduce((a, b) => (RANK[b.change] > RANK[a.change] ? b : a));
      const { change, before, after } = worst;
      return {
        ...blank(unit, unit.series),
        ...{ ...key, scenario, change, before: before.verdict, after: after.verdict, states: after.states },
        why: change === 'unknown' ? (after.why ?? before.why ?? '') : '',
        detail: change === 'opens' || change === 'closes' ? detailOf(found, worst) : '',
      };
    });
  return [...rows, wholeRow(found, unit, key, rows)];
}

const RANK: Readonly<Record<Change, number>> = { opens: 4, unknown: 3, 'still-violated': 2, closes: 1, keeps: 0 };

/** Opens only what stays open once the last patch of the series is in. */
function wholeRow(
  found: Review,
  unit: Unit,
  key: Pick<ResultRow, 'rules' | 'engine'>,
  rows: readonly ResultRow[],
): ResultRow {
  const opens = findingsOf(found).some(({ state, replaced }) => state === 'opens' && replaced === undefined);
  const judged = judgedPatches(found);
  const lost =
    judged.find(({ applies, verdict }) => !applies && verdict !== 'not-reviewed') ??
    judged.find(({ verdict }) => verdict === 'unknown');
  const changes = rows.map(({ change }) => change);
  const order = ['unknown', 'still-violated', 'closes', 'keeps'] as const;
  const worst = order.find((one) => changes.includes(one));
  const isSame = judged.every(({ verdict }) => ['keeps', 'not-reviewed', 'not-exercised'].includes(verdict));
  const untouched = judged.every(({ verdict }) => verdict === 'not-reviewed' || verdict === 'not-exercised');
  const change = opens
    ? 'opens'
    : lost !== undefined
      ? 'unknown'
      : untouched
        ? 'untouched'
        : isSame
          ? 'keeps'
          : (worst ?? 'keeps');
  return {
    ...blank(unit, unit.series),
    ...{ ...key, scenario: WHOLE, change, states: rows.reduce((sum, row) => sum + row.states, 0) },
    why: change === 'unknown' ? (lost?.reason ?? rows.find((row) => row.change === 'unknown')?.why ?? '') : '',
    detail: JSON.stringify({
      base: found.base.name,
      patches: judged.map(({ title, verdict, functions }) => ({ title, verdict, functions })),
    }),
  };
}

const WIDTH = 100; // columns of a schedule

function detailOf(found: Review, check: ReviewCheck): string {
  const trace = found.traces[check.after.trace ?? check.before.trace ?? ''];
  const schedule = trace === undefined ? [] : scheduleLines(trace, { width: WIDTH, allSteps: false, numbered: true });
  const { patch, invariant, model } = check;
  const title = found.patches.find(({ id }) => id === patch)?.title ?? '';
  return JSON.stringify({ patch: title, invariant, model, schedule });
}
