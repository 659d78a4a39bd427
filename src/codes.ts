// Which code versions of a scenario are worth a look beside each other.
import type { History, HistoryRun, MemoryModel, Rule } from './types.ts';

const MOST_CODES = 14;

/** A code version: one of the stack, or one with edits. */
export interface Code {
  readonly id: string;
  readonly version: string;
  readonly edits: readonly string[]; // names of edits of the rule, or 'revert 2262ace60713/1'
  readonly words: string;
}

/** The code versions that tell most: the newest, those on both sides of each change of the verdict, then the trials. */
export function codesOf(
  history: History,
  tags: readonly string[],
  rule: Rule,
  scenario: string,
  model: MemoryModel,
): readonly Code[] {
  const race = history.races.find((one) => one.rule === rule.name && one.scenario === scenario && one.isMain);
  const versions = new Set<string>();
  for (const run of race?.runs[model] ?? []) for (const version of telling(history, run)) versions.add(version);
  if (versions.size === 0) for (const version of tags.slice(-1)) versions.add(version);
  const plain = [...versions].map((version): Code => ({ id: version, version, edits: [], words: '' }));
  const trials = history.trials
    .filter((trial) => trial.rule === rule.name && trial.edits.length > 0)
    .map(({ version, edits, words }): Code => ({ id: `${version} + ${edits.join(' + ')}`, version, edits, words }));
  return [...plain, ...trials].slice(0, MOST_CODES);
}

/** The first and the last version of a run; none where the code is not there. */
function telling(history: History, { from, to, verdict }: HistoryRun): readonly string[] {
  if (verdict === 'refused') return [];
  const inside = history.versions.filter(({ step }) => from <= step && step <= to).map(({ name }) => name);
  return inside.length === 0 ? [] : [inside[0] ?? '', inside.at(-1) ?? ''];
}
