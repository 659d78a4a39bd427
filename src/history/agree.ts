// Stated edges against computed ones: what the model says of what people, or we, have written down.
import type { EdgeCheck, EdgeKind, HistoryEdge, HistoryRace, HistoryStep, MemoryModel, Verdict } from '../types.ts';
import { verdictAt } from './select.ts';

/** What stated edges are held against. */
export interface Computed {
  readonly steps: readonly HistoryStep[];
  readonly models: readonly MemoryModel[];
  readonly races: readonly HistoryRace[];
  readonly edges: readonly HistoryEdge[];
}

/** The races that a reference names: one, those of a scenario, or those of a rule; of several only the main ones. */
export function racesNamed(races: readonly HistoryRace[], name: string): HistoryRace[] {
  const exact = races.filter((race) => race.id === name);
  if (exact.length > 0) return exact;
  const among = races.filter((race) => race.rule === name || `${race.rule}/${race.scenario}` === name);
  const main = among.filter((race) => race.isMain);
  return main.length > 0 ? main : among;
}

/** What the computed edges say of a stated edge. */
export function checkOf(stated: Pick<HistoryEdge, 'kind' | 'claims' | 'commit' | 'race'>, known: Computed): EdgeCheck {
  const races = racesNamed(known.races, stated.race);
  if (races.length === 0) return notComputed('no rule models this race');
  const step = known.steps.findIndex(({ commit }) => commit !== '' && commit === stated.commit);
  if (step < 1) return notComputed(stated.commit === '' ? 'it is no commit' : 'the patch stack has no patch for it');
  const ids = new Set(races.map(({ id }) => id));
  const here = known.edges.filter(
    ({ race, evidence }) =>
      ids.has(race) && evidence.kind === 'computed' && evidence.from < step && step <= evidence.to,
  );
  const kind = stated.kind === 'claimed' ? (stated.claims ?? 'opened') : stated.kind;
  const sides = races.map((race) => sideWords(race, known, step));
  return judged(kind, here, races, known, step, sides);
}

function judged(
  kind: Exclude<EdgeKind, 'claimed'>,
  here: readonly HistoryEdge[],
  races: readonly HistoryRace[],
  known: Computed,
  step: number,
  sides: readonly string[],
): EdgeCheck {
  const computed = here.map(({ id }) => id);
  const why = sides.join('; ');
  if (kind === 'unchanged' || kind === 'exposed') {
    if (here.length > 0) return { verdict: 'differs', why, computed };
    const wanted: readonly Verdict[] = kind === 'exposed' ? ['violated'] : ['holds', 'violated'];
    const isSeen = races.some((race) => known.models.some((model) => isSame(race, model, step, wanted)));
    return isSeen ? { verdict: 'agrees', why, computed } : notComputed(why);
  }
  const opens = kind !== 'closed';
  const same = here.filter((edge) => (edge.kind !== 'closed') === opens);
  if (same.length > 0)
    return { verdict: 'agrees', why: `${why}${spanWords(same)}`, computed: same.map(({ id }) => id) };
  if (here.length > 0) return { verdict: 'differs', why, computed };
  const isOpen = races.some((race) => known.models.some((model) => couldBe(opens, race, model, step)));
  return isOpen ? notComputed(why) : { verdict: 'differs', why, computed };
}

/** Of edges that are known to a span of steps only. */
function spanWords(edges: readonly HistoryEdge[]): string {
  const isSpan = edges.every(({ evidence }) => evidence.kind === 'computed' && evidence.to > evidence.from + 1);
  return isSpan ? '; by this change or by another one near it, for the steps between are not decided' : '';
}

function isSame(race: HistoryRace, model: MemoryModel, step: number, wanted: readonly Verdict[]): boolean {
  const after = verdictAt(race, model, step);
  return wanted.includes(after) && verdictAt(race, model, step - 1) === after;
}

/** Whether what is not decided leaves room for a race that opens, or closes, at `step`. */
function couldBe(opens: boolean, race: HistoryRace, model: MemoryModel, step: number): boolean {
  const [before, after] = [verdictAt(race, model, step - 1), verdictAt(race, model, step)];
  const isOpen = (verdict: Verdict): boolean => verdict === 'bounded' || verdict === 'refused';
  const [closedSide, openSide] = opens ? [before, after] : [after, before];
  return (isOpen(before) || isOpen(after)) && closedSide !== 'violated' && openSide !== 'holds';
}

/** 'S1 I-strand: holds before, violated after under SC, TSO; ...': models with the same two verdicts together. */
function sideWords(race: HistoryRace, { models }: Computed, step: number): string {
  const groups = new Map<string, MemoryModel[]>();
  for (const model of models) {
    const before = WORDS[verdictAt(race, model, step - 1)];
    const after = WORDS[verdictAt(race, model, step)];
    const words = before === after ? `${before} before and after` : `${before} before, ${after} after`;
    groups.set(words, [...(groups.get(words) ?? []), model]);
  }
  const parts = [...groups].map(
    ([words, under]) => `${words} under ${under.map((one) => one.toUpperCase()).join(', ')}`,
  );
  return `${race.scenario} ${race.property}: ${parts.join(', ')}`;
}

const WORDS: Readonly<Record<Verdict, string>> = {
  holds: 'holds',
  violated: 'violated',
  bounded: 'not decided',
  refused: 'not modelled',
};

function notComputed(why: string): EdgeCheck {
  return { verdict: 'not-computed', why, computed: [] };
}
