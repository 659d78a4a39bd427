// What the computed history knows of a race that a review meets in its base: nobody is told news that are old.
import { InputError } from '../errors.ts';
import type { EdgeKind, History, HistoryEdge, HistoryRace, ReviewCheck, ReviewKnown } from '../types.ts';
import { readHistory } from './file.ts';

/**
 * Returns, for each scenario of `checks` that is violated without a patch, the change that opened it and the one that closed it, as computed
 * on the model sources. Empty when `dir` has no history of its rules, or one of other rules.
 */
export function knownRaces(dir: string, checks: readonly ReviewCheck[]): readonly ReviewKnown[] {
  const violated = new Map<string, { readonly rule: string; readonly scenario: string }>();
  for (const { rule, scenario, level, before } of checks)
    if (level === 'error' && before.verdict === 'violated') violated.set(`${rule}/${scenario}`, { rule, scenario });
  const history = violated.size === 0 ? undefined : historyOf(dir);
  if (history === undefined) return [];
  return [...violated.values()].flatMap(({ rule, scenario }) => {
    const race = history.races.find((one) => one.rule === rule && one.scenario === scenario && one.isMain);
    return race === undefined ? [] : [{ rule, scenario, ...turnings(history, race) }];
  });
}

/** A folder of somebody's own rules has no history, and a changed rule has none yet: both are usual. */
function historyOf(dir: string): History | undefined {
  try {
    return readHistory(dir);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The last opening of a race, and the closing behind it. */
function turnings(history: History, race: HistoryRace): Pick<ReviewKnown, 'opened' | 'closed'> {
  const own = history.edges.filter(({ race: id, evidence }) => id === race.id && evidence.kind === 'computed');
  const last = (kinds: readonly EdgeKind[]): HistoryEdge | undefined =>
    own.findLast(({ kind }) => kinds.includes(kind));
  const [opened, closed] = [last(['opened', 're-opened']), last(['closed'])];
  const isClosed = closed !== undefined && (opened === undefined || stepOf(closed) > stepOf(opened));
  return {
    ...(opened === undefined ? {} : { opened: changeOf(opened) }),
    ...(isClosed ? { closed: changeOf(closed) } : {}),
  };
}

function stepOf({ evidence }: HistoryEdge): number {
  return evidence.kind === 'computed' ? evidence.to : -1;
}

function changeOf({ commit, subject, release }: HistoryEdge): NonNullable<ReviewKnown['opened']> {
  return { commit, subject, release };
}
