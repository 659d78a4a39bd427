// Computed edges: where the verdict of a race changes from one step of the stack to the next.
import { createHash } from 'node:crypto';
import type { EdgeKind, HistoryEdge, HistoryRace, HistoryRun, HistoryStep, MemoryModel, Verdict } from '../types.ts';

interface Turn {
  readonly kind: EdgeKind;
  readonly before: Verdict;
  readonly after: Verdict;
  readonly from: number;
  readonly to: number;
  readonly trace?: string;
}

/**
 * The edges of a race, oldest first: one for all models that turn at the same step. A scenario that cannot be lowered on
 * any step before (or after) a violated run begins (ends) with an edge too: the code it runs came (went) there. `start`: the first
 * step whose code is modelled.
 */
export function edgesOf(
  race: HistoryRace,
  steps: readonly HistoryStep[],
  models: readonly MemoryModel[],
  start: number,
): HistoryEdge[] {
  const grouped = new Map<string, { turn: Turn; models: MemoryModel[] }>();
  for (const model of models) {
    for (const turn of turnsOf(race.runs[model], start)) {
      const key = JSON.stringify([turn.kind, turn.before, turn.after, turn.from, turn.to]);
      const group = grouped.get(key) ?? { turn, models: [] };
      group.models.push(model);
      grouped.set(key, group);
    }
  }
  return [...grouped.values()]
    .sort((a, b) => a.turn.to - b.turn.to || a.turn.from - b.turn.from)
    .map((one) => edge(race, steps, one.turn, one.models));
}

function turnsOf(runs: readonly HistoryRun[], start: number): Turn[] {
  const turns: Turn[] = [];
  const decided = runs.filter(({ verdict }) => verdict === 'holds' || verdict === 'violated');
  let wasViolated = false;
  for (const [index, run] of decided.entries()) {
    const before = decided[index - 1];
    if (before !== undefined && before.verdict !== run.verdict) turns.push(turnBetween(before, run, wasViolated));
    if (before === undefined && run.verdict === 'violated' && isAbsent(runs, start, run.from)) turns.push(arrival(run));
    wasViolated ||= run.verdict === 'violated';
  }
  const last = decided.at(-1);
  if (last?.verdict === 'violated' && isAbsent(runs, last.to + 1, Number.POSITIVE_INFINITY))
    turns.push(departure(last));
  return turns;
}

function turnBetween(before: HistoryRun, after: HistoryRun, wasViolated: boolean): Turn {
  const opens = after.verdict === 'violated';
  const trace = opens ? after.schedules?.[0]?.trace : before.schedules?.at(-1)?.trace;
  return {
    kind: opens ? (wasViolated ? 're-opened' : 'opened') : 'closed',
    before: before.verdict,
    after: after.verdict,
    from: before.to,
    to: after.from,
    ...(trace === undefined ? {} : { trace }),
  };
}

/** Whether the steps from `from` below `to` are there, and the scenario was lowered on none of them. */
function isAbsent(runs: readonly HistoryRun[], from: number, to: number): boolean {
  const within = runs.filter((run) => run.to >= from && run.from < to);
  return within.length > 0 && within.every(({ verdict }) => verdict === 'refused');
}

function arrival(run: HistoryRun): Turn {
  const trace = run.schedules?.[0]?.trace;
  const turn = { kind: 'opened', before: 'refused', after: 'violated', from: run.from - 1, to: run.from } as const;
  return trace === undefined ? turn : { ...turn, trace };
}

function departure(run: HistoryRun): Turn {
  const trace = run.schedules?.at(-1)?.trace;
  const turn = { kind: 'closed', before: 'violated', after: 'refused', from: run.to, to: run.to + 1 } as const;
  return trace === undefined ? turn : { ...turn, trace };
}

function edge(
  race: HistoryRace,
  steps: readonly HistoryStep[],
  turn: Turn,
  models: readonly MemoryModel[],
): HistoryEdge {
  const { kind, ...rest } = turn;
  const step = steps[turn.to];
  const made = {
    kind,
    commit: step?.commit ?? '',
    subject: step?.subject ?? '',
    release: step?.release ?? '',
    race: race.id,
    words: wordsOf(turn, steps),
    evidence: { kind: 'computed' as const, models, ...rest },
  };
  return { id: edgeId([made.kind, step?.name, made.race, models]), ...made };
}

function wordsOf({ before, after, from, to }: Turn, steps: readonly HistoryStep[]): string {
  if (before === 'refused') return 'the code that the scenario runs is there from this change on, and the race with it';
  if (after === 'refused') return 'the code that the scenario runs is gone';
  const between = steps.slice(from + 1, to + 1).map((step) => step.commit || step.name);
  const one = `${before === 'holds' ? 'holds' : 'violated'} before, ${after === 'holds' ? 'holds' : 'violated'} after`;
  return between.length < 2 ? one : `${one}; by one of ${between.join(', ')}, for the steps between are not decided`;
}

/** 'e-' and 10 digits of what makes an edge this one. */
export function edgeId(parts: readonly unknown[]): string {
  return `e-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 10)}`;
}
