// Names of schedules in a graph of choices: the index of the choice taken at each state that has more than one, '0/2/1'. Where a name
// ends, the process that stepped last goes on, else the first that can: the last turns of a name that say so are left out.
import type { Walk, WalkState } from '../types.ts';

const LONGEST = 2_000; // steps of processes

/** One taken choice. */
export interface Taken {
  readonly state: number; // before
  readonly choice: number; // index into its choices
}

/** A state on the way, with who stepped last: what a switch costs depends on both. */
interface Spot {
  readonly state: number;
  readonly last: number; // process
  readonly from: Spot | undefined;
  readonly choice: number; // taken from `from`
}

/**
 * Returns the name of a schedule that violates an error, else an information, with the fewest context switches and then the fewest
 * steps; '' when nothing is violated. Linear in states times processes, a few times over.
 */
export function worstPath(states: readonly WalkState[], invariants: Walk['invariants']): string {
  const information = new Set(invariants.filter(({ level }) => level === 'information').map(({ name }) => name));
  const isError = (names: readonly string[]): boolean => names.some((name) => !information.has(name));
  return pathWhere(states, isError) ?? pathWhere(states, (names) => names.length > 0) ?? '';
}

function pathWhere(
  states: readonly WalkState[],
  isWanted: (violated: readonly string[]) => boolean,
): string | undefined {
  const seen = new Set<string>();
  let level: Spot[] = [{ state: 0, last: -1, from: undefined, choice: -1 }];
  // Spots with equally many switches are walked breadth first before those with one more.
  while (level.length > 0) {
    const later: Spot[] = [];
    for (const spot of level) {
      const key = `${spot.state} ${spot.last}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const { choices, end, violated } = states[spot.state]!;
      if (isWanted(violated) || end === 'deadlock') return nameOf(states, takenTo(spot));
      for (const [choice, { process, to, violated: broken }] of choices.entries()) {
        const next = { state: to, last: process, from: spot, choice };
        if (isWanted(broken)) return nameOf(states, takenTo(next));
        if (to >= 0) (spot.last >= 0 && process !== spot.last ? later : level).push(next);
      }
    }
    level = later;
  }
  return undefined;
}

function takenTo(end: Spot): readonly Taken[] {
  const taken: Taken[] = [];
  for (let spot = end; spot.from !== undefined; spot = spot.from)
    taken.push({ state: spot.from.state, choice: spot.choice });
  return taken.reverse();
}

/** Returns the name of a schedule. */
export function nameOf(states: readonly WalkState[], taken: readonly Taken[]): string {
  const turns: number[] = [];
  let telling = 0;
  let last = -1;
  for (const { state, choice } of taken) {
    const { choices } = states[state]!;
    if (choices.length > 1 && turns.push(choice) && choice !== usual(states[state]!, last)) telling = turns.length;
    last = choices[choice]!.process;
  }
  return turns.slice(0, telling).join('/');
}

/** The choice that is taken when none is named. */
function usual({ choices }: WalkState, last: number): number {
  return Math.max(
    0,
    choices.findIndex(({ process }) => process === last),
  );
}

/**
 * Returns the schedule that `path` names, to its end or to where the graph is cut. `fits` is false when the name has choices that
 * are not there; the schedule then goes on as if the name ended. At most 2,000 steps of processes.
 */
export function scheduleOf(
  { states }: Pick<Walk, 'states'>,
  path: string,
): { readonly taken: readonly Taken[]; readonly fits: boolean } {
  const named = path === '' ? [] : path.split('/').map(Number);
  const taken: Taken[] = [];
  let used = 0;
  let fits = true;
  let last = -1;
  for (let state = 0; state >= 0 && taken.length < LONGEST; ) {
    const { choices } = states[state]!;
    if (choices.length === 0) break;
    let choice = usual(states[state]!, last);
    if (choices.length > 1 && used < named.length) {
      const wish = named[used++]!;
      fits &&= choices[wish] !== undefined;
      if (fits) choice = wish;
    }
    taken.push({ state, choice });
    last = choices[choice]!.process;
    state = choices[choice]!.to;
  }
  return { taken, fits: fits && used === named.length };
}
