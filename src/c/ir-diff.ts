// What a patch does to the events of the code: which are moved, added, removed or done in another way, in the words of
// a kernel developer. Names of locals, layout, tracepoints and what no scenario watches make no difference.
import type { AppliedEdit, Place, Program } from '../types.ts';
import { type EventList, eventsOf, type IrEvent } from './ir-events.ts';
import { reachOf } from './ir-reach.ts';
import { sliceAlike } from './slice.ts';

/** One difference between two versions of the code of a process. */
export interface IrChange {
  readonly kind: 'moved' | 'added' | 'removed' | 'changed';
  readonly words: string; // 'the test-and-clear of PG_lru now comes after taking lruvec.lru_lock'
  readonly function: string; // the innermost one that a reader is shown
  readonly place: Place; // before the patch; of what is added: after it
}

const MOST_EVENTS = 3000; // of one process; beyond it the comparison is refused by an assertion of size

/**
 * Returns the differences between the processes of two versions of a scenario, each once, in the order of the code.
 * `watch`: what the scenario watches (see slice.ts), or all accesses.
 */
export function diffPrograms(before: Program, after: Program, watch: 'scenario' | 'all' = 'scenario'): IrChange[] {
  const [old, fresh] = [before, after].map((program) => ({ program, reach: reachOf(program) }));
  if (old === undefined || fresh === undefined) return [];
  const [oldSlice, freshSlice] = sliceAlike(old, fresh);
  const changes: IrChange[] = [];
  for (const [p, process] of before.processes.entries()) {
    const q = after.processes.findIndex((one) => one.name === process.name);
    const lists = [
      eventsOf(before, p, old.reach, (pc) => watch === 'all' || oldSlice.keep[p]?.[pc] === true),
      eventsOf(after, q, fresh.reach, (pc) => watch === 'all' || freshSlice.keep[q]?.[pc] === true),
    ] as const;
    for (const change of irDiff(...lists)) {
      // A helper that two processes run is one change.
      const isKnown = changes.some((one) => one.words === change.words && one.function === change.function);
      if (!isKnown) changes.push(change);
    }
  }
  return changes;
}

/** Returns differences as the edits of a report: moved is a move, added an insert, removed a delete, changed a replace. */
export function editsOf(changes: readonly IrChange[]): AppliedEdit[] {
  const kinds = { moved: 'move', added: 'insert', removed: 'delete', changed: 'replace' } as const;
  return changes.map(({ kind, words, place, function: name }) => ({
    function: name,
    file: place.file,
    kind: kinds[kind],
    what: words,
    line: place.line,
  }));
}

/**
 * Returns the differences between two lists of events, in the order of the code. Time is events times events; lists of
 * more than 3,000 events give one change that says so.
 */
export function irDiff(before: EventList, after: EventList): IrChange[] {
  const [old, fresh] = [before.events, after.events];
  if (old.length > MOST_EVENTS || fresh.length > MOST_EVENTS) {
    const at = placeOf(old[0] ?? fresh[0]);
    return [{ kind: 'changed', words: `more than ${MOST_EVENTS} events: not compared`, ...at }];
  }
  const pairs = align(old, fresh);
  const found: Found[] = [];
  const gone = old.flatMap((_, index) => (pairs.has(index) ? [] : [index]));
  const kept = new Set(pairs.values());
  const come = fresh.flatMap((_, index) => (kept.has(index) ? [] : [index]));
  const partner = new Map<number, number>(); // a removed event that is added elsewhere
  for (const index of gone) {
    const to = come.find((one) => !hasValue(partner, one) && isSameEvent(old[index], fresh[one]));
    if (to !== undefined) partner.set(index, to);
  }
  const sides: Sides = { old, fresh, pairs, partner };
  const remodelled = changedWays(sides, gone, come);
  found.push(...remodelled.found);
  const moves = [...partner].filter(([index]) => !remodelled.old.has(index));
  found.push(...grouped(moves.map(([index, to]) => ({ index, to, of: old }))).map((run) => moved(sides, run)));
  const removed = gone.filter((index) => !partner.has(index) && !remodelled.old.has(index));
  found.push(...grouped(removed.map((index) => ({ index, to: index, of: old }))).map((run) => lost(sides, run)));
  const added = come.filter((index) => !hasValue(partner, index) && !remodelled.fresh.has(index));
  found.push(...grouped(added.map((index) => ({ index, to: index, of: fresh }))).map((run) => gained(sides, run)));
  if (found.length === 0) found.push(...changedConditions(before, after, pairs));
  return found.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...change }) => change);
}

type Found = IrChange & { readonly rank: number };

interface Sides {
  readonly old: readonly IrEvent[];
  readonly fresh: readonly IrEvent[];
  readonly pairs: ReadonlyMap<number, number>; // old -> fresh, of events that stay where they are
  readonly partner: ReadonlyMap<number, number>; // old -> fresh, of events that moved
}

function hasValue(map: ReadonlyMap<number, number>, value: number): boolean {
  for (const one of map.values()) if (one === value) return true;
  return false;
}

/**
 * Two events are the same when the operation, what it is about, how it is ordered and what it writes are. Where one of
 * them cannot be told by a name, the text of the source decides.
 */
function isSameEvent(a: IrEvent | undefined, b: IrEvent | undefined): boolean {
  if (a === undefined || b === undefined || a.op !== b.op || a.order !== b.order) return false;
  if (!a.isTold || !b.isTold) return a.at.text === b.at.text;
  return a.noun === b.noun && isSameValue(a.value, b.value);
}

/** A value that comes from several places is told as `...`, and may be any other. */
function isSameValue(a: string, b: string): boolean {
  return a === b || a.includes('...') || b.includes('...');
}

function functionOf(event: IrEvent): string {
  return event.at.frames[0]?.function ?? '';
}

// ---------------------------------------------------------------- alignment

/** How much an event counts among those that stay: what is left moved is then the smaller part. */
function weightOf(event: IrEvent): number {
  if (event.op === 'lock' || event.op === 'unlock' || event.op === 'trylock') return 4;
  return event.op === 'fence' || event.op === 'assert' || event.op === 'assert-held' ? 1 : 3;
}

/** The heaviest common subsequence: old index -> fresh index. */
function align(old: readonly IrEvent[], fresh: readonly IrEvent[]): Map<number, number> {
  const width = fresh.length + 1;
  const best = new Int32Array((old.length + 1) * width);
  const meeting = (i: number, j: number): number => {
    const [a, b] = [old[i], fresh[j]];
    if (a === undefined || b === undefined || !isSameEvent(a, b)) return -1;
    // Where events repeat, one of the same source text is the likelier twin.
    const bonus = (a.at.text === b.at.text ? 1 : 0) + (functionOf(a) === functionOf(b) ? 1 : 0);
    return (best[(i + 1) * width + j + 1] ?? 0) + weightOf(a) * 4 + bonus;
  };
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const without = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = Math.max(without, meeting(i, j));
    }
  }
  const pairs = new Map<number, number>();
  for (let i = 0, j = 0; i < old.length && j < fresh.length; ) {
    const here = best[i * width + j] ?? 0;
    if (here === meeting(i, j)) {
      pairs.set(i, j);
      i += 1;
      j += 1;
    } else if (here === (best[(i + 1) * width + j] ?? 0)) i += 1;
    else j += 1;
  }
  return pairs;
}

// ---------------------------------------------------------------- events that moved, went or came

/** Events next to each other, before and after. */
interface Run {
  readonly indices: readonly number[];
  readonly to: readonly number[];
  readonly of: readonly IrEvent[];
}

function grouped(
  items: readonly { readonly index: number; readonly to: number; readonly of: readonly IrEvent[] }[],
): Run[] {
  const runs: { indices: number[]; to: number[]; of: readonly IrEvent[] }[] = [];
  for (const { index, to, of } of items) {
    const last = runs.at(-1);
    if (last !== undefined && index === (last.indices.at(-1) ?? 0) + 1 && to === (last.to.at(-1) ?? 0) + 1) {
      last.indices.push(index);
      last.to.push(to);
    } else runs.push({ indices: [index], to: [to], of });
  }
  return runs;
}

const MOST_NOUNS = 5;

/** The events of a run: list_del(&folio->lru) for the four accesses that it makes. */
function nounOf(run: Run): string {
  const nouns: string[] = [];
  const events = run.indices.flatMap((index) => run.of[index] ?? []);
  for (let at = 0; at < events.length; ) {
    const first = events[at];
    if (first === undefined) break;
    let end = at + 1;
    while (end < events.length && sourceOf(events[end]) === sourceOf(first)) end += 1;
    const text = first.at.text.replace(/\s+/g, ' ').trim();
    const isCall = end - at > 1 && /^\w+\(/.test(text) && text.length <= 60;
    if (isCall) nouns.push(text);
    else if (isPlainUpdate(events.slice(at, end))) nouns.push(`plain load and store of ${first.what}`);
    else nouns.push(...events.slice(at, end).map((event) => event.noun));
    at = end;
  }
  if (nouns.length <= MOST_NOUNS) return listed(nouns);
  return `${nouns.slice(0, MOST_NOUNS - 1).join(', ')} and ${nouns.length - MOST_NOUNS + 1} more`;
}

/** The statement that an event comes from, and the way there. */
function sourceOf(event: IrEvent | undefined): string {
  if (event === undefined) return '';
  return `${event.at.text} ${event.at.frames.map((frame) => `${frame.file}:${frame.line}`).join(' ')}`;
}

function isPlainUpdate(events: readonly IrEvent[]): boolean {
  const [load, store] = events;
  return events.length === 2 && load?.op === 'load' && store?.op === 'store' && load.what === store.what;
}

function moved(sides: Sides, run: Run): Found {
  const { old, fresh } = sides;
  const [index, to] = [run.indices[0] ?? 0, run.to[0] ?? 0];
  const [last, lastTo] = [run.indices.at(-1) ?? 0, run.to.at(-1) ?? 0];
  const later = [...sides.pairs].filter(([o, f]) => o > last && f < to); // it crossed these downwards
  const earlier = [...sides.pairs].filter(([o, f]) => o < index && f > lastTo);
  const isLater = later.length >= earlier.length;
  const crossed = (isLater ? later : earlier).flatMap(([o]) => old[o] ?? []);
  const acts = tellingActs(isLater ? [...crossed].reverse() : crossed);
  const where = acts === '' ? 'is elsewhere' : `now comes ${isLater ? 'after' : 'before'} ${acts}`;
  const event = old[index] ?? fresh[to];
  return { kind: 'moved', words: `the ${nounOf(run)} ${where}`, rank: index, ...placeOf(event) };
}

const MOST_ACTS = 3;

/** What an event crossed, nearest first: locks, fences, flags and stores before plain loads. */
function tellingActs(events: readonly IrEvent[]): string {
  const rank = (event: IrEvent): number => {
    if (event.op === 'assert' || event.op === 'assert-held') return 0;
    if (event.op === 'load' && event.order === 'plain') return 1;
    return event.op === 'lock' || event.op === 'unlock' || event.op === 'fence' ? 3 : 2;
  };
  const best = Math.max(0, ...events.map((event) => Math.min(2, rank(event))));
  const acts = [...new Set(events.filter((event) => rank(event) >= best).map((event) => event.act))];
  if (acts.length <= MOST_ACTS) return listed(acts);
  // The nearest ones, and a lock that stands further off.
  const lock = events.find((event) => rank(event) === 3)?.act;
  const near = acts.slice(0, 2);
  const shown = lock === undefined || near.includes(lock) ? near : [...near, lock];
  return `${shown.join(', ')} and ${acts.length - shown.length} more`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function lost(sides: Sides, run: Run): Found {
  const index = run.indices[0] ?? 0;
  const between = neighbours(sides.old, run, (at) => sides.pairs.has(at));
  return { kind: 'removed', words: `${nounOf(run)} removed${between}`, rank: index, ...placeOf(sides.old[index]) };
}

function gained(sides: Sides, run: Run): Found {
  const index = run.indices[0] ?? 0;
  const stays = new Map([...sides.pairs].map(([o, f]) => [f, o]));
  const between = neighbours(sides.fresh, run, (at) => stays.has(at));
  let above = index;
  while (above >= 0 && !stays.has(above)) above -= 1;
  const rank = (stays.get(above) ?? -1) + 0.5;
  return { kind: 'added', words: `${nounOf(run)} added${between}`, rank, ...placeOf(sides.fresh[index]) };
}

/** ' between set PG_lru and test PG_mlocked': the nearest events that stay, asserts aside. */
function neighbours(events: readonly IrEvent[], run: Run, stays: (index: number) => boolean): string {
  const isTelling = (at: number): boolean =>
    stays(at) && events[at]?.op !== 'assert' && events[at]?.op !== 'assert-held';
  let above = (run.indices[0] ?? 0) - 1;
  while (above >= 0 && !isTelling(above)) above -= 1;
  let below = (run.indices.at(-1) ?? 0) + 1;
  while (below < events.length && !isTelling(below)) below += 1;
  const [before, after] = [events[above]?.act, events[below]?.act];
  if (before === undefined && after === undefined) return '';
  if (before === undefined) return ` before ${after ?? ''}`;
  return after === undefined ? ` after ${before}` : ` between ${before} and ${after}`;
}

// ---------------------------------------------------------------- the same access in another way

/** Removed and added events that stand in one gap and are about the same word: another order, value or atomicity. */
function changedWays(
  sides: Sides,
  gone: readonly number[],
  come: readonly number[],
): { found: Found[]; old: Set<number>; fresh: Set<number> } {
  const { old, fresh, pairs, partner } = sides;
  const result = { found: [] as Found[], old: new Set<number>(), fresh: new Set<number>() };
  const gapOld = (index: number): number => [...pairs.keys()].filter((one) => one < index).length;
  const stays = [...pairs.values()];
  const gapFresh = (index: number): number => stays.filter((one) => one < index).length;
  const say = (index: number, fresher: readonly number[], words: string): void => {
    result.old.add(index);
    for (const one of fresher) result.fresh.add(one);
    result.found.push({ kind: 'changed', words, rank: index, ...placeOf(old[index]) });
  };
  for (const index of gone) {
    const was = old[index];
    if (was === undefined || partner.has(index)) continue;
    const near = come.filter(
      (one) => !hasValue(partner, one) && !result.fresh.has(one) && gapFresh(one) === gapOld(index),
    );
    const same = near.find((one) => fresh[one]?.op === was.op && fresh[one]?.noun === was.noun);
    if (same !== undefined) {
      say(index, [same], changedWords(was, fresh[same] ?? was));
      continue;
    }
    const fence = was.op === 'fence' ? near.find((one) => fresh[one]?.op === 'fence') : undefined;
    if (fence !== undefined) {
      const between = neighbours(old, { indices: [index], to: [index], of: old }, (at) => pairs.has(at));
      say(index, [fence], `${was.noun} is now ${fresh[fence]?.noun ?? ''}${between}`);
      continue;
    }
    if (was.op !== 'rmw') continue;
    const load = near.find((one) => fresh[one]?.op === 'load' && sharesCell(was, fresh[one]));
    const store = near.find((one) => one === (load ?? -2) + 1 && fresh[one]?.op === 'store');
    if (load === undefined || store === undefined) continue;
    say(index, [load, store], `the ${was.noun} is no longer atomic: a load and a store of the word`);
  }
  return result;
}

function sharesCell(a: IrEvent, b: IrEvent | undefined): boolean {
  return a.cells === undefined || b?.cells === undefined || a.cells.some((cell) => b.cells?.includes(cell) === true);
}

function changedWords(was: IrEvent, is: IrEvent): string {
  if (was.order !== is.order) return `the ${was.noun} is ${orderWords(is.order)}, it was ${orderWords(was.order)}`;
  const isShort = was.value.length <= 60 && is.value.length <= 60;
  return isShort && was.value !== is.value
    ? `the ${was.noun} writes ${is.value}, it wrote ${was.value}`
    : `the ${was.noun} writes another value`;
}

function orderWords(order: string): string {
  return { mb: 'fully ordered', once: 'marked (READ_ONCE, WRITE_ONCE)', relaxed: 'without order' }[order] ?? order;
}

// ---------------------------------------------------------------- the same events under other conditions

/** Events that stay in their places and are reached in another way. Only asked for when nothing else differs. */
function changedConditions(before: EventList, after: EventList, pairs: ReadonlyMap<number, number>): Found[] {
  const toOld = new Map([...pairs].map(([o, f]) => [after.events[f]?.pc ?? -1, before.events[o]?.pc ?? -1] as const));
  const told = (ways: IrEvent['ways'], name: (pc: number) => number): string[] =>
    ways.map((way) => `${way.conditions.join(' and ')} => ${name(way.to)}`).sort();
  const found = new Map<number, Found>();
  const compare = (was: IrEvent['ways'], is: IrEvent['ways']): void => {
    const [old, fresh] = [told(was, (pc) => pc), told(is, (pc) => toOld.get(pc) ?? pc)];
    const differing = [...old.filter((way) => !fresh.includes(way)), ...fresh.filter((way) => !old.includes(way))];
    const targets = new Set(differing.map((way) => Number(way.slice(way.lastIndexOf(' ') + 1))));
    const index = before.events.findIndex((event) => targets.has(event.pc));
    const next = before.events[index];
    if (differing.length === 0 || found.has(index)) return;
    const words =
      next === undefined ? 'the end comes under another condition' : `the ${next.noun} depends on another condition`;
    found.set(index, { kind: 'changed', words, rank: index, ...placeOf(next) });
  };
  compare(before.start, after.start);
  for (const [o, f] of pairs) compare(before.events[o]?.ways ?? [], after.events[f]?.ways ?? []);
  return [...found.values()];
}

function placeOf(event: IrEvent | undefined): { readonly function: string; readonly place: Place } {
  const frame = event?.at.frames[0];
  if (frame === undefined) return { function: '', place: { file: '', line: 1 } };
  const { function: name, file, line, added } = frame;
  return { function: name, place: { file, line, ...(added === true ? { added } : {}) } };
}
