// The whole history: the computed half, the stated half, and what the one says of the other.
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Knowledge } from '../knowledge.ts';
import type {
  Genealogy,
  History,
  HistoryEdge,
  HistoryStep,
  HistoryTrial,
  HistoryVersion,
  MemoryModel,
} from '../types.ts';
import { type Computed, checkOf, racesNamed } from './agree.ts';
import { edgeId, edgesOf } from './edges.ts';
import { sourcesHash } from './file.ts';
import { openJudge, racesOf, type Steps } from './matrix.ts';
import { readStated, type Stated, type StatedEdge, type StatedGenealogy } from './stated.ts';
import { openTraceShelf } from './traces.ts';
import { judgeArgument, runTrial, trialId } from './trials.ts';

const MODELS: readonly MemoryModel[] = ['sc', 'tso', 'lkmm'];
const STATES = 2_000_000; // of one search, as for the Result tables

/**
 * Computes the history of the rules folder `rulesDir`: all scenarios on all steps under SC, TSO and LKMM. About a minute.
 * `progress` is told of every scenario before it begins. Throws InputError (file:line) for rules/history that is not valid.
 */
export function computeHistory(
  knowledge: Knowledge,
  rulesDir: string,
  progress: (words: string) => void = () => {},
): History {
  const stated = readStated(join(rulesDir, 'history'));
  const { stack } = knowledge;
  const sources = Array.from({ length: stack.patches.length + 1 }, (_, count) => stack.after(count));
  const versions = versionsOf(knowledge);
  const stepOf = (version: string): number => versions.find(({ name }) => name === version)?.step ?? 0;
  const since: Steps['since'] = (file) => {
    const version = stack.since.get(file);
    return version === undefined ? undefined : { version, step: stepOf(version) };
  };
  const judge = openJudge(knowledge, STATES);
  const shelf = openTraceShelf();
  const races = knowledge.rules.flatMap((rule) =>
    rule.scenarios.flatMap((scenario) => {
      progress(`${rule.name} ${scenario.name}`);
      return racesOf(judge, { sources, since }, MODELS, { rule, scenario }, shelf);
    }),
  );
  const steps = stepsOf(knowledge);
  const edges = races.flatMap((race) => edgesOf(race, steps, MODELS, stepOf(race.since ?? '')));
  const computed = { steps, models: MODELS, races, edges };
  progress('trials');
  const trials = new Map<string, HistoryTrial>();
  for (const one of [
    ...stated.trials,
    ...stated.genealogies.flatMap((each) => each.arguments.flatMap((a) => a.trial ?? [])),
  ])
    if (!trials.has(trialId(one))) trials.set(trialId(one), runTrial(knowledge, judge, one, MODELS, shelf));
  return {
    schema: 'relore.history/1',
    sources: sourcesHash(rulesDir),
    models: MODELS,
    versions,
    steps,
    races,
    topics: stated.topics,
    edges: byRelease(computed, [...edges, ...statedEdges(stated, computed)]),
    trials: [...trials.values()],
    genealogies: stated.genealogies.map((one) => genealogyOf(one, trials)),
    threads: [...stated.threads].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)),
    traces: shelf.all(),
  };
}

/** The steps of the patch stack, the base first. */
export function stepsOf({ stack }: Pick<Knowledge, 'stack'>): HistoryStep[] {
  const base = { name: stack.after(0).name, commit: '', subject: '', release: '' };
  return [
    base,
    ...stack.patches.map(({ commit, subject, release }, index) => ({
      name: stack.after(index + 1).name,
      commit: /^[0-9a-f]{12}/.test(commit) ? commit.slice(0, 12) : '',
      subject,
      release,
    })),
  ];
}

/** The versions of the patch stack and the steps that they are, oldest first. */
export function versionsOf({ stack }: Pick<Knowledge, 'stack'>): HistoryVersion[] {
  return stack.tags.map((name, index) => {
    const step = stack.patches.filter(
      ({ tagAfter }) => tagAfter !== undefined && stack.tags.indexOf(tagAfter) <= index,
    ).length;
    const released = stack.released.get(name);
    return { name, ...(released === undefined ? {} : { released }), step };
  });
}

function statedEdges(stated: Stated, computed: Computed): HistoryEdge[] {
  for (const one of stated.edges) mustBeKnown(one, stated, computed);
  return stated.edges.map((one) => {
    const { kind, claims, commit, race, subject } = one;
    return { id: edgeId([kind, claims, commit, race, subject]), ...one, check: checkOf(one, computed) };
  });
}

/** A race that nobody knows is a slip of the pen. */
function mustBeKnown(edge: StatedEdge, { topics }: Stated, { races }: Computed): void {
  if (topics.some(({ id }) => id === edge.race) || racesNamed(races, edge.race).length > 0) return;
  throw unknownRace(edge);
}

function unknownRace({ place, race }: StatedEdge): InputError {
  return new InputError({
    place,
    expected: 'a rule, rule/scenario, rule/scenario/property or a race without a rule',
    found: race,
  });
}

/** By release, unknown ones last; of a release by the step of the stack, then as computed and written. */
function byRelease({ steps }: Computed, edges: readonly HistoryEdge[]): HistoryEdge[] {
  const step = new Map(steps.map(({ commit }, index) => [commit, index]));
  const rank = (edge: HistoryEdge): readonly number[] => {
    const [, major = '999', minor = '0', patch = '0'] = /^v(\d+)\.(\d+)(?:\.(\d+))?$/.exec(edge.release) ?? [];
    return [Number(major), Number(minor), Number(patch), edge.commit === '' ? 999 : (step.get(edge.commit) ?? 998)];
  };
  const keyed = edges.map((edge) => ({ edge, rank: rank(edge) }));
  keyed.sort((a, b) => {
    const at = a.rank.findIndex((value, index) => value !== b.rank[index]);
    return at < 0 ? 0 : (a.rank[at] ?? 0) - (b.rank[at] ?? 0);
  });
  return keyed.map(({ edge }) => edge);
}

function genealogyOf(stated: StatedGenealogy, trials: ReadonlyMap<string, HistoryTrial>): Genealogy {
  return {
    ...stated,
    arguments: stated.arguments.map(({ trial, predicts, place, ...rest }, index) => ({
      id: `${stated.id}/${index + 1}`,
      ...rest,
      ...(trial === undefined ? {} : { trial: trialId(trial) }),
      ...judgeArgument(trial === undefined ? undefined : trials.get(trialId(trial)), predicts, place),
    })),
  };
}
