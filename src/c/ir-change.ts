// A difference between two versions of the code, in the words of a kernel developer: events that moved, went or came.
import type { Place } from '../types.ts';
import type { IrEvent } from './ir-events.ts';

/** One difference between two versions of the code of a process. */
export interface IrChange {
  readonly kind: 'moved' | 'added' | 'removed' | 'changed';
  readonly words: string; // 'the test-and-clear of PG_lru now comes after taking lruvec.lru_lock'
  readonly function: string; // the innermost one that a reader is shown
  readonly place: Place; // before the patch; of what is added: after it
}

/** A difference with its place in the order of the code. */
export type Found = IrChange & { readonly rank: number };

/** The events of both versions. */
export interface Sides {
  readonly old: readonly IrEvent[];
  readonly fresh: readonly IrEvent[];
  readonly pairs: ReadonlyMap<number, number>; // old -> fresh, of events that stay where they are
  readonly partner: ReadonlyMap<number, number>; // old -> fresh, of events that moved
}

/** Whether some event goes to `value`. */
export function hasValue(map: ReadonlyMap<number, number>, value: number): boolean {
  for (const one of map.values()) if (one === value) return true;
  return false;
}

/** Events next to each other, before and after. */
export interface Run {
  readonly indices: readonly number[];
  readonly to: readonly number[];
  readonly of: readonly IrEvent[];
}

/** Runs of events that are next to each other on both sides. */
export function grouped(
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

/** The events of a run: list_del(&folio->lru) for the four accesses that it makes. Of many the telling ones are named. */
function nounOf(run: Run): string {
  const nouns: { readonly text: string; readonly rank: number }[] = [];
  const events = run.indices.flatMap((index) => run.of[index] ?? []);
  for (let at = 0; at < events.length; ) {
    const first = events[at];
    if (first === undefined) break;
    let end = at + 1;
    while (end < events.length && sourceOf(events[end]) === sourceOf(first)) end += 1;
    const group = events.slice(at, end);
    const rank = Math.max(...group.map(rankOf));
    const text = first.at.text.replace(/\s+/g, ' ').trim();
    const isCall = end - at > 1 && /^\w+\(/.test(text) && text.length <= 60;
    if (isCall) nouns.push({ text, rank });
    else if (isPlainUpdate(group)) nouns.push({ text: `plain load and store of ${first.what}`, rank });
    else nouns.push(...group.map((event) => ({ text: event.noun, rank: rankOf(event) })));
    at = end;
  }
  if (nouns.length <= MOST_NOUNS) return listed(nouns.map(({ text }) => text));
  const telling = [...nouns].sort((a, b) => b.rank - a.rank).slice(0, MOST_NOUNS - 1);
  const shown = nouns.filter((noun) => telling.includes(noun)).map(({ text }) => text);
  return `${shown.join(', ')} and ${nouns.length - shown.length} more`;
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

/** `the test-and-clear of PG_lru now comes after taking lruvec.lru_lock`. */
export function moved(sides: Sides, run: Run): Found {
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

/** How much an event tells: asserts, plain accesses, other accesses, locks and fences. */
function rankOf(event: IrEvent): number {
  if (event.op === 'assert' || event.op === 'assert-held') return 0;
  if ((event.op === 'load' || event.op === 'store') && event.order === 'plain') return 1;
  return event.op === 'lock' || event.op === 'unlock' || event.op === 'fence' ? 3 : 2;
}

const MOST_ACTS = 3;

/** What an event crossed, nearest first: locks, fences and marked accesses before plain ones. */
function tellingActs(events: readonly IrEvent[]): string {
  const best = Math.max(0, ...events.map((event) => Math.min(2, rankOf(event))));
  const acts = [...new Set(events.filter((event) => rankOf(event) >= best).map((event) => event.act))];
  if (acts.length <= MOST_ACTS) return listed(acts);
  // The nearest ones, and a lock that stands further off.
  const lock = events.find((event) => rankOf(event) === 3)?.act;
  const near = acts.slice(0, 2);
  const shown = lock === undefined || near.includes(lock) ? near : [...near, lock];
  return `${shown.join(', ')} and ${acts.length - shown.length} more`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** `smp_mb() removed between ...`. */
export function lost(sides: Sides, run: Run): Found {
  const index = run.indices[0] ?? 0;
  const between = neighbours(sides.old, run, (at) => sides.pairs.has(at));
  return { kind: 'removed', words: `${nounOf(run)} removed${between}`, rank: index, ...placeOf(sides.old[index]) };
}

/** `smp_mb() added between ...`. */
export function gained(sides: Sides, run: Run): Found {
  const index = run.indices[0] ?? 0;
  const stays = new Map([...sides.pairs].map(([o, f]) => [f, o]));
  const between = neighbours(sides.fresh, run, (at) => stays.has(at));
  let above = index;
  while (above >= 0 && !stays.has(above)) above -= 1;
  const rank = (stays.get(above) ?? -1) + 0.5;
  return { kind: 'added', words: `${nounOf(run)} added${between}`, rank, ...placeOf(sides.fresh[index]) };
}

/** ' between set PG_lru and test PG_mlocked': the nearest events that stay, asserts aside. */
export function neighbours(events: readonly IrEvent[], run: Run, stays: (index: number) => boolean): string {
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

/** Where an event stands: the innermost function that a reader is shown. */
export function placeOf(event: IrEvent | undefined): { readonly function: string; readonly place: Place } {
  const frame = event?.at.frames[0];
  if (frame === undefined) return { function: '', place: { file: '', line: 1 } };
  const { function: name, file, line, added } = frame;
  return { function: name, place: { file, line, ...(added === true ? { added } : {}) } };
}
