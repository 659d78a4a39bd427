// The choices of a search: which write a read sees, and where a write goes and who takes it.
import { IS, NOWHERE } from './event.ts';
import type { Ground } from './footing.ts';
import { assumptionsHold, connect, insert, placesOf, satisfies, sourcesOf, takersOf } from './place.ts';
import { type Cpu, copy, type State, settle } from './state.ts';
import { exchangedBefore, forwardable, isFed } from './wait.ts';

/** A choice is worked out only when the graph so far is consistent: the states that follow, each another execution. */
export type Choice = () => readonly State[];

/** Gives read `r` its source, or returns the choice between several. */
export function chooseSource(state: State, ground: Ground, r: number): Choice | 'dead' | undefined {
  const indices = sourcesOf(state, r);
  const waits = isFed(state, ground, r);
  const isForwarded = forwardable(state, r) >= 0;
  if (indices.length === 1 && !waits && !isForwarded) {
    const write = state.co[state.loc[r]!]![indices[0]!]!;
    return connect(state, r, write) ? undefined : 'dead';
  }
  if (indices.length === 0 && !isForwarded) {
    if (!waits) return 'dead';
    block(state, r);
    return undefined;
  }
  return () => branches(state, r, indices, waits);
}

/** The states in which read `r`, just issued, has each of its sources or waits. */
export function sourcesFor(state: State, ground: Ground, r: number): readonly State[] {
  if (state.source[r] === NOWHERE) {
    block(state, r);
    return [state];
  }
  return branches(state, r, sourcesOf(state, r), isFed(state, ground, r));
}

function branches(state: State, r: number, indices: readonly number[], waits: boolean): readonly State[] {
  const cell = state.loc[r]!;
  const children = indices.flatMap((i) => {
    const child = copy(state);
    return connect(child, r, state.co[cell]![i]!) ? [child] : [];
  });
  const write = forwardable(state, r);
  if (write >= 0) {
    const ahead = copy(state);
    if (forward(ahead, r, write)) children.push(ahead);
  }
  if (!waits) return children;
  const child = copy(state);
  block(child, r);
  return [...children, child];
}

/** Lets read `r` see `write`, which has no place yet. False when that contradicts what the read demands or a branch that was taken. */
function forward(state: State, r: number, write: number): boolean {
  if (!satisfies(state, state.events[r]!, state.events[write]!.value as number)) return false;
  state.forwarded = [...state.forwarded, { read: r, write }];
  return assumptionsHold(state);
}

/** Lets the process of `r` wait for it. */
export function block(state: State, r: number): void {
  const cpu = state.cpus[state.events[r]!.process]!;
  // a read of a process that ran ahead may become known late: the process has moved on
  if (cpu.blocked < 0 && isLast(state, cpu, r)) cpu.blocked = r;
}

/** True when `r` is the last instruction of `cpu` that has events. */
export function isLast(state: State, cpu: Cpu, r: number): boolean {
  for (let e = state.events.length - 1; e > r; e--) {
    const event = state.events[e]!;
    if (event.process === cpu.process && event.partner !== r) return false;
  }
  return true;
}

/** A place in coherence order, and the pending reads that take the write there. */
export interface Placement {
  readonly k: number;
  readonly takers: readonly number[];
}

/** Where write `w` may go, with every set of readers. */
export function placementsOf(state: State, w: number): readonly Placement[] {
  const value = settle(state, state.events[w]!.value) as number;
  const isPair = (r: number): boolean => (state.events[r]!.is & IS.pair) !== 0;
  const bound = state.forwarded.flatMap(({ read, write }) => (write === w ? [read] : []));
  return placesOf(state, w).flatMap((k) => {
    const takers = takersOf(state, w, k, value);
    if (!bound.every((r) => takers.includes(r))) return [];
    return subsets(
      // a read that could go on with the value of `w`, and waits, sees another write
      takers.filter((r) => !state.forwarded.some(({ read }) => read === r) && exchangedBefore(state, r) !== w),
      isPair,
    ).flatMap((free) => {
      const all = [...bound, ...free];
      return all.filter(isPair).length > 1 ? [] : [{ k, takers: all }];
    });
  });
}

/** Puts write `w` there. False when that contradicts a branch that was taken before. */
export function place(state: State, w: number, { k, takers }: Placement): boolean {
  insert(state, w, k, settle(state, state.events[w]!.value) as number);
  return takers.every((r) => connect(state, r, w));
}

/** Every subset of `items` with at most one for which `isSingle` holds. */
function subsets(items: readonly number[], isSingle: (item: number) => boolean): readonly (readonly number[])[] {
  let all: (readonly number[])[] = [[]];
  for (const item of items) {
    const single = isSingle(item);
    all = all.flatMap((set) => (single && set.some(isSingle) ? [set] : [set, [...set, item]]));
  }
  return all;
}
