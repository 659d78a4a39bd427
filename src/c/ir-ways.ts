// Events that stay where they are and are another way: the same access with another order, value or atomicity, or under
// other conditions.
import { type Found, hasValue, neighbours, placeOf, type Sides } from './ir-change.ts';
import type { EventList, IrEvent } from './ir-events.ts';

/** Removed and added events that stand in one gap and are about the same word: another order, value or atomicity. */
export function changedWays(
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

/** Events that stay in their places and are reached in another way. Only asked for when nothing else differs. */
export function changedConditions(before: EventList, after: EventList, pairs: ReadonlyMap<number, number>): Found[] {
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
