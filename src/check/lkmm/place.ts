// Where reads and writes may go. Coherence is kept pairwise, on positions in the coherence order: the five CoXX patterns are all
// there is to `acyclic po-loc | com`. The write of a read-modify-write pair stands directly behind the write its read sees.
import { type Event, INIT, IS, PENDING } from './event.ts';
import { type State, settle } from './state.ts';

/** True when read `r` may see the write at index `i` of the coherence order of its cell, as far as its own process goes. */
export function mayRead(state: State, r: number, i: number): boolean {
  const { events, loc, place, source } = state;
  const cell = loc[r]!;
  const { process } = events[r]!;
  for (let d = events.length - 1; d >= 0; d--) {
    if (loc[d] !== cell || d === r || events[d]!.process !== process) continue;
    const { is } = events[d]!;
    if ((is & IS.write) !== 0) {
      const at = place[d]!;
      if (at > 0 && (d < r ? at > i : at <= i)) return false;
    } else if ((is & IS.read) !== 0 && source[d]! >= INIT) {
      const at = indexOf(state, source[d]!);
      if (d < r ? at > i : at < i) return false;
    }
  }
  return true;
}

/** True when write `w` may be put at index `k`, before what stands there: for its own process, and without splitting a pair. */
export function mayPlace(state: State, w: number, k: number): boolean {
  const { events, loc, place, source, co } = state;
  const cell = loc[w]!;
  const next = co[cell]![k];
  if (next !== undefined && (events[next]!.is & IS.pair) !== 0 && source[events[next]!.partner] === co[cell]![k - 1])
    return false;
  const { process } = events[w]!;
  for (let d = events.length - 1; d >= 0; d--) {
    if (loc[d] !== cell || d === w || events[d]!.process !== process) continue;
    const { is } = events[d]!;
    if ((is & IS.write) !== 0) {
      const at = place[d]!;
      if (at > 0 && (d < w ? at >= k : at < k)) return false;
    } else if ((is & IS.read) !== 0 && source[d]! >= INIT) {
      const at = indexOf(state, source[d]!);
      if (d < w ? at >= k : at < k) return false;
    }
  }
  return true;
}

/** Index of a placed write, or of the initial value, in the coherence order of its cell. */
export function indexOf(state: State, write: number): number {
  return write === INIT ? 0 : state.place[write]!;
}

/** Value at index `i` of the coherence order of `cell`. */
export function valueAt(state: State, cell: number, i: number): number {
  const write = state.co[cell]![i]!;
  return write === INIT ? state.init[cell]! : state.value[write]!;
}

/** True when `value` is what the read demands, or may be: the demand itself may wait for another read. */
export function satisfies(state: State, event: Event, value: number): boolean {
  const { demand } = event;
  if (demand === undefined) return true;
  const wanted = settle(state, demand.value);
  return typeof wanted !== 'number' || ((value & demand.mask) === wanted) === demand.equal;
}

/** The indices of the coherence order that read `r` may see now. */
export function sourcesOf(state: State, r: number): readonly number[] {
  const event = state.events[r]!;
  const cell = state.loc[r]!;
  const order = state.co[cell]!;
  const isPair = (event.is & IS.pair) !== 0;
  const found: number[] = [];
  for (let i = 0; i < order.length; i++) {
    if (isPair && takerOf(state, cell, order[i]!) >= 0) continue;
    if (satisfies(state, event, valueAt(state, cell, i)) && mayRead(state, r, i)) found.push(i);
  }
  return found;
}

function takerOf(state: State, cell: number, write: number): number {
  return write === INIT ? state.firstTaken[cell]! : state.taken[write]!;
}

/** Lets read `r` see `write`. False when that contradicts a branch that was taken before. */
export function connect(state: State, r: number, write: number): boolean {
  const event = state.events[r]!;
  const cell = state.loc[r]!;
  if (state.source[r] === PENDING) state.pending = state.pending.filter((one) => one !== r);
  if (state.forwarded.length > 0) state.forwarded = state.forwarded.filter(({ read }) => read !== r);
  state.source[r] = write;
  state.value[r] = write === INIT ? state.init[cell]! : state.value[write]!;
  if ((event.is & IS.pair) !== 0) {
    if (write === INIT) state.firstTaken[cell] = r;
    else state.taken[write] = r;
  }
  const cpu = state.cpus[event.process]!;
  if (cpu.blocked === r) cpu.blocked = -1;
  for (const [k, value] of cpu.registers.entries())
    if (typeof value !== 'number') cpu.registers[k] = settle(state, value);
  state.fresh = true;
  return assumptionsHold(state);
}

/** Drops the assumptions that are settled; false when one of them is wrong. */
export function assumptionsHold(state: State): boolean {
  if (state.assumed.length === 0) return true;
  let dropped = false;
  for (const { value, holds } of state.assumed) {
    const now = settle(state, value);
    if (typeof now !== 'number') continue;
    if ((now !== 0) !== holds) return false;
    dropped = true;
  }
  if (dropped) state.assumed = state.assumed.filter(({ value }) => typeof settle(state, value) !== 'number');
  return true;
}

/** Puts write `w`, whose cell and value are known, at index `k`. */
export function insert(state: State, w: number, k: number, value: number): void {
  const cell = state.loc[w]!;
  const order = state.co[cell]!.slice();
  order.splice(k, 0, w);
  state.co[cell] = order;
  state.value[w] = value;
  for (let i = k; i < order.length; i++) state.place[order[i]!] = i;
  state.fresh = true;
}

/** The indices where write `w` may be put: one behind its read for a pair, behind its lock for an unlock. */
export function placesOf(state: State, w: number): readonly number[] {
  const event = state.events[w]!;
  const behind = placedBehind(state, event);
  if (behind !== undefined) return mayPlace(state, w, behind) ? [behind] : [];
  const found: number[] = [];
  for (let k = 1; k <= state.co[state.loc[w]!]!.length; k++) if (mayPlace(state, w, k)) found.push(k);
  return found;
}

/** True when the write has all it needs to be placed: cell, value, and what it stands behind. */
export function isReady(state: State, w: number): boolean {
  const event = state.events[w]!;
  if (state.loc[w]! < 0 || typeof settle(state, event.value) !== 'number') return false;
  if ((event.is & IS.pair) !== 0) return state.source[event.partner]! >= INIT;
  return (event.is & IS.unlock) === 0 || event.partner < 0 || state.place[event.partner]! > 0;
}

function placedBehind(state: State, event: Event): number | undefined {
  if ((event.is & IS.pair) !== 0) return indexOf(state, state.source[event.partner]!) + 1;
  if ((event.is & IS.unlock) !== 0 && event.partner >= 0) return state.place[event.partner]! + 1;
  return undefined;
}

/** The pending reads that may take write `w`, of value `value`, when it stands at index `k`. */
export function takersOf(state: State, w: number, k: number, value: number): readonly number[] {
  const cell = state.loc[w]!;
  const { process } = state.events[w]!;
  return state.pending.filter((r) => {
    const event = state.events[r]!;
    if (state.loc[r] !== cell || (event.process === process && r < w)) return false;
    return satisfies(state, event, value) && readsAt(state, r, k);
  });
}

/** True when read `r` may see a write that is put at index `k`: what stands there now moves up. */
function readsAt(state: State, r: number, k: number): boolean {
  const { events, loc, place, source } = state;
  const cell = loc[r]!;
  const { process } = events[r]!;
  for (let d = 0; d < events.length; d++) {
    if (loc[d] !== cell || d === r || events[d]!.process !== process) continue;
    const { is } = events[d]!;
    const at =
      (is & IS.write) !== 0 ? place[d]! : (is & IS.read) !== 0 && source[d]! >= INIT ? indexOf(state, source[d]!) : -1;
    if (at < 0 || ((is & IS.write) !== 0 && at === 0)) continue;
    if (d < r ? at >= k : at < k) return false;
  }
  return true;
}
