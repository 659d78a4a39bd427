// Parts of the history: those of one function, race, commit or span of versions.
import { InputError } from '../errors.ts';
import type { History, HistoryRace, HistoryRun, MemoryModel, Verdict } from '../types.ts';

/** Which part. Filters narrow together. */
export interface HistoryQuery {
  readonly function?: string; // by its name of any version
  readonly race?: string; // a rule, rule/scenario, HistoryRace id, or HistoryTopic id
  readonly commit?: string; // 7 digits or more
  readonly since?: string; // v5.11: edges of this release and later ones
  readonly openIn?: string; // v6.12: races that are violated in this version
}

/** The verdict of `race` under `model` at `step`, with the run it belongs to; undefined for a model that was not run. */
export function runAt(race: HistoryRace, model: MemoryModel, step: number): HistoryRun | undefined {
  return race.runs[model].find((run) => run.from <= step && step <= run.to);
}

/** The verdict of `race` under `model` at `step`; refused when nothing was run. */
export function verdictAt(race: HistoryRace, model: MemoryModel, step: number): Verdict {
  return runAt(race, model, step)?.verdict ?? 'refused';
}

/** The id of the schedule that violates `race` under `model` at `step`. */
export function traceAt(race: HistoryRace, model: MemoryModel, step: number): string | undefined {
  return runAt(race, model, step)?.schedules?.findLast((one) => one.from <= step)?.trace;
}

/** The step that `version` is. Throws InputError for a version that is not in the stack. */
export function stepOf(history: History, version: string): number {
  const found = history.versions.find((one) => one.name === version);
  if (found !== undefined) return found.step;
  const expected = `one of the versions ${history.versions.map((one) => one.name).join(', ')}`;
  throw new InputError({ place: { file: 'rules/kernel/series' }, expected, found: version });
}
