// Parts of the history: those of one function, race, commit or span of versions.
import { InputError } from '../errors.ts';
import type {
  History,
  HistoryEdge,
  HistoryRace,
  HistoryRun,
  HistoryTopic,
  HistoryTrial,
  HistoryVersion,
  MemoryModel,
  Verdict,
} from '../types.ts';

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

/** The verdict of `race` under `model` in a version: refused for one that is older than the code that is modelled. */
export function verdictIn(race: HistoryRace, model: MemoryModel, { name, step }: HistoryVersion): Verdict {
  const isOlder = race.since !== undefined && compareVersions(name, race.since) < 0;
  return isOlder ? 'refused' : verdictAt(race, model, step);
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

/**
 * The part of `history` that `query` asks for: races, and the edges, trials, genealogies and threads of their rules. Edges are
 * narrowed by commit and release too. Throws InputError for a version, commit or race that the history does not have.
 */
export function selectHistory(history: History, query: HistoryQuery): History {
  const edges = history.edges.filter((edge) => isAsked(edge, query));
  if (query.commit !== undefined && edges.length === 0)
    throw new InputError({ place: { file: '--commit' }, expected: 'a commit that an edge is of', found: query.commit });
  const touched = query.commit === undefined ? undefined : new Set(edges.map(({ race }) => race));
  const step = query.openIn === undefined ? undefined : stepOf(history, query.openIn);
  const races = history.races.filter(
    (race) =>
      isRace(race, query) &&
      (touched === undefined || namesOf(race).some((name) => touched.has(name))) &&
      (step === undefined || history.models.some((model) => verdictAt(race, model, step) === 'violated')),
  );
  const topics = history.topics.filter((topic) => step === undefined && isTopic(topic, query, touched));
  if (query.race !== undefined && step === undefined && races.length + topics.length === 0)
    throw unknownRace(history, query.race);
  const names = new Set([...races.flatMap(namesOf), ...topics.map(({ id }) => id)]);
  const rules = new Set(races.map(({ rule }) => rule));
  const kept = edges.filter(({ race }) => names.has(race));
  const trials = history.trials.filter(({ rule }) => rules.has(rule));
  return {
    ...history,
    races,
    topics,
    edges: kept,
    trials,
    genealogies: history.genealogies.filter((one) => one.rules.some((rule) => rules.has(rule))),
    threads: history.threads.filter((one) => one.rules.some((rule) => rules.has(rule))),
    traces: tracesOf(history, races, kept, trials),
  };
}

/** What a reference to a race may say: its rule, rule/scenario, or itself. */
function namesOf(race: HistoryRace): string[] {
  return [race.rule, `${race.rule}/${race.scenario}`, race.id];
}

function isRace(race: HistoryRace, query: HistoryQuery): boolean {
  if (query.race !== undefined && !namesOf(race).includes(query.race)) return false;
  return query.function === undefined || race.functions.includes(query.function);
}

function isTopic(topic: HistoryTopic, query: HistoryQuery, touched: ReadonlySet<string> | undefined): boolean {
  if (query.race !== undefined && query.race !== topic.id) return false;
  if (touched !== undefined && !touched.has(topic.id)) return false;
  return query.function === undefined || topic.functions.includes(query.function);
}

function isAsked(edge: HistoryEdge, { commit, since }: HistoryQuery): boolean {
  const wanted = commit?.toLowerCase();
  if (
    wanted !== undefined &&
    (edge.commit === '' || !(edge.commit.startsWith(wanted) || wanted.startsWith(edge.commit)))
  )
    return false;
  return since === undefined || edge.release === '' || compareVersions(edge.release, since) >= 0;
}

/** Below zero when `one` is older than `other`: v5.9 is older than v5.11. Throws InputError for what is no version. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function numbersOf(version: string): readonly number[] {
  const [, major, minor, patch = '0'] = /^v(\d+)\.(\d+)(?:\.(\d+))?$/.exec(version) ?? [];
  if (major === undefined || minor === undefined)
    throw new InputError({ place: { file: '--since' }, expected: 'a version like v5.11', found: version });
  return [Number(major), Number(minor), Number(patch)];
}

function unknownRace({ races, topics }: History, found: string): InputError {
  const known = [...new Set(races.map(({ rule }) => rule)), ...topics.map(({ id }) => id)].join(', ');
  return new InputError({ place: { file: '--race' }, expected: `a rule, rule/scenario or race: ${known}`, found });
}

function tracesOf(
  { traces }: History,
  races: readonly HistoryRace[],
  edges: readonly HistoryEdge[],
  trials: readonly HistoryTrial[],
): History['traces'] {
  const used = new Set([
    ...races
      .flatMap((race) => Object.values(race.runs).flatMap((runs) => runs.flatMap((run) => run.schedules ?? [])))
      .map((one) => one.trace),
    ...edges.flatMap(({ evidence }) => (evidence.kind === 'computed' ? (evidence.trace ?? []) : [])),
    ...trials.flatMap(({ cells }) => cells.flatMap(({ trace }) => trace ?? [])),
  ]);
  return Object.fromEntries(Object.entries(traces).filter(([id]) => used.has(id)));
}
