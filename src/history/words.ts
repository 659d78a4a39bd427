// Verdicts of versions and edges in words.
import type { HistoryEdge, HistoryRace, HistoryVersion, MemoryModel, Verdict } from '../types.ts';
import { verdictIn } from './select.ts';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  holds: 'holds',
  violated: 'violated',
  bounded: 'not decided',
  refused: 'not modelled',
};

/** 'not decided' for bounded, 'not modelled' for refused. */
export function verdictWords(verdict: Verdict): string {
  return VERDICT_WORDS[verdict];
}

/** 'holds to v5.17, violated from v5.18': the versions of one race under one model. Versions that are not modelled are left out. */
export function spanWords(race: HistoryRace, model: MemoryModel, versions: readonly HistoryVersion[]): string {
  const spans: { verdict: Verdict; first: number; last: number }[] = [];
  for (const [index, version] of versions.entries()) {
    const verdict = verdictIn(race, model, version);
    const span = spans.at(-1);
    if (span?.verdict === verdict) span.last = index;
    else spans.push({ verdict, first: index, last: index });
  }
  const modelled = spans.filter(({ verdict }) => verdict !== 'refused');
  const name = (index: number): string => versions[index]?.name ?? '';
  const end = versions.length - 1;
  const words = modelled.map(({ verdict, first, last }, index) => {
    const what = VERDICT_WORDS[verdict];
    const isOldest = index === 0 && (first === 0 || name(first) === race.since);
    if (isOldest && first === 0 && last === end) return `${what} in all versions`;
    if (last === end) return `${what} from ${name(first)}${isOldest ? ' on' : ''}`;
    if (isOldest) return `${what} to ${name(last)}`;
    return first === last ? `${what} in ${name(first)}` : `${what} from ${name(first)} to ${name(last)}`;
  });
  return words.join(', ') || 'not modelled';
}

/** Models with the same words together: ['SC, TSO', 'holds to v5.17, ...']. */
export function spansByModel(
  race: HistoryRace,
  models: readonly MemoryModel[],
  versions: readonly HistoryVersion[],
): (readonly [string, string])[] {
  const groups = new Map<string, string[]>();
  for (const model of models) {
    const words = spanWords(race, model, versions);
    groups.set(words, [...(groups.get(words) ?? []), model.toUpperCase()]);
  }
  return [...groups].map(([words, names]) => [names.join(', '), words] as const);
}

/** What an edge is: 'opened', 'said to have closed'. */
export function kindWords({ kind, claims }: HistoryEdge): string {
  return kind === 'claimed' ? `said: ${claims ?? ''}` : kind;
}

/** Where an edge is known from: 'computed under SC, TSO', 'read: changelog', 'our analysis', 'from memory'. */
export function evidenceWords({ evidence }: HistoryEdge): string {
  switch (evidence.kind) {
    case 'computed':
      return `computed under ${evidence.models.map((model) => model.toUpperCase()).join(', ')}`;
    case 'read':
      return `read: ${evidence.where.join(', ')}`;
    case 'analysis':
      return 'our analysis';
    case 'memory':
      return 'from memory';
    default:
      return evidence satisfies never;
  }
}

/** What the model says of a stated edge: 'the model agrees'; '' for a computed one. */
export function checkWords({ check }: HistoryEdge): string {
  if (check === undefined) return '';
  if (check.verdict === 'agrees') return 'the model agrees';
  if (check.verdict === 'differs') return `the model differs: ${check.why}`;
  return `not computed: ${check.why}`;
}
