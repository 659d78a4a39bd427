// The executions of a page: which are shown, under which names, and what each of their events says.
import type { Executions, History, MemoryModel, Scenario, ShownExecution } from '../types.ts';
import { modelWords } from './shell.ts';

/** One code version in the explorer of executions. */
export interface GraphCode {
  readonly id: string; // 'v6.12', 'v6.12 + fix-1': names it in a link
  readonly words: string; // what is done to the code there, or ''
  readonly executions: Executions;
}

/** A scenario as the explorer of executions shows it. */
export interface ScenarioGraphs {
  readonly codes: readonly GraphCode[];
  readonly left: readonly string[]; // code that is not there, each with its reason
}

/**
 * Whether LKMM has something to tell of a scenario: it is violated there, or the verdict is not that of SC. Executions have an end and no
 * states on the way: of an invariant that holds always there is nothing to show.
 */
export function hasGraphs({ races }: History, rule: string, { name: scenario, code }: Scenario): boolean {
  if (/^\/\* invariant \S+ always:/m.test(code)) return false;
  const race = races.find((one) => one.rule === rule && one.scenario === scenario && one.isMain);
  const told = (model: 'sc' | 'lkmm'): string =>
    JSON.stringify((race?.runs[model] ?? []).map(({ from, verdict }) => [from, verdict]));
  return told('lkmm') !== told('sc') || (race?.runs.lkmm ?? []).some(({ verdict }) => verdict === 'violated');
}

/** The memory models under which a scenario has a page of schedules or executions. */
export function explorersOf(history: History, rule: string, scenario: Scenario): readonly MemoryModel[] {
  return hasGraphs(history, rule, scenario) ? ['sc', 'tso', 'lkmm'] : ['sc', 'tso'];
}

/** What such a page shows. */
export function explorerWords(model: MemoryModel): string {
  return model === 'lkmm' ? 'executions under LKMM' : `every schedule under ${modelWords(model)}`;
}

/** The executions that a page shows of a code: the first, then those that one other store gives, and so on, `most` at most. */
export function nearest({ executions, first }: Executions, most: number): readonly number[] {
  const order = executions.length === 0 ? [] : [first];
  for (const index of order)
    for (const { execution } of executions[index]?.others ?? [])
      if (!order.includes(execution) && order.length < most) order.push(execution);
  return order;
}

/** Returns the name of an execution in a link: eight hex digits (FNV-1a) of what each read sees and the order of the stores. */
export function nameOf({ rf, co }: ShownExecution): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify([rf, co.filter((stores) => stores.length > 0)]))
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/** An event as it is shown; the two halves of a read-modify-write are one. */
export interface ShownEvent {
  readonly number: number; // of the execution: of the read, for two halves
  readonly name: string; // 'a1': the process by a letter, the event by its place there
  readonly process: number;
  readonly words: string;
  readonly text: string; // line of the source
  readonly where: string; // 'mm/swap.c:120 in lru_add_fn()'
  readonly isShared: boolean; // others touch its word too, or it is a fence
  readonly sees?: string; // rf: name of the store, or 'the initial value'; absent: not a read
  readonly before: readonly string[]; // fr: names of stores that overwrite what it saw
  readonly overwritten: readonly string[]; // co: name of the next store of the word
  readonly others: readonly { readonly from: string; readonly execution: number }[];
}

/** The events of an execution, process by process. Linear in its events and edges. */
export function eventsOf(all: Executions, execution: ShownExecution): readonly ShownEvent[] {
  const { events, words, at, rf, co, fr, pairs, others } = execution;
  const readOf = new Map(pairs.map(([read, write]) => [write, read]));
  const names = namesOf(execution, readOf);
  const touched = new Map<number, Set<number>>();
  for (const { cell, process } of events)
    if (cell !== undefined) touched.set(cell, (touched.get(cell) ?? new Set()).add(process));
  const sees = new Map(rf.map(([from, read]) => [read, from < 0 ? 'the initial value' : (names[from] ?? '')]));
  const next = new Map(co.flatMap((stores) => stores.slice(1).map((to, index) => [stores[index] ?? -1, to] as const)));
  return events.flatMap((event, number): ShownEvent[] => {
    if (readOf.has(number)) return [];
    const write = pairs.find(([read]) => read === number)?.[1] ?? number;
    const place = all.places[at[number] ?? -1];
    const later = next.get(write);
    const seen = sees.get(number);
    return [
      {
        ...{ number, name: names[number] ?? '', process: event.process, words: words[number] ?? '' },
        text: place?.text ?? '',
        where: place === undefined || place.file === '' ? '' : `${place.file}:${place.line} in ${place.function}()`,
        isShared: event.cell === undefined ? event.kind !== 'choice' : (touched.get(event.cell)?.size ?? 0) > 1,
        ...(seen === undefined ? {} : { sees: seen }),
        before: fr.filter(([read]) => read === number).map(([, to]) => names[to] ?? ''),
        overwritten: later === undefined ? [] : [names[later] ?? ''],
        others: others.filter(({ read }) => read === number),
      },
    ];
  });
}

/** 'a1', 'a2', 'b1': both halves of a read-modify-write have one name. */
function namesOf({ events }: ShownExecution, readOf: ReadonlyMap<number, number>): readonly string[] {
  const counts = new Map<number, number>();
  const names: string[] = [];
  for (const [number, { process }] of events.entries()) {
    const read = readOf.get(number);
    if (read !== undefined) {
      names.push(names[read] ?? '');
      continue;
    }
    const count = (counts.get(process) ?? 0) + 1;
    counts.set(process, count);
    names.push(`${String.fromCharCode(97 + (process % 26))}${count}`);
  }
  return names;
}
