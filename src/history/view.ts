// The history as headings, tables and lines. render.ts prints the same blocks on a terminal and as Markdown.
import { scheduleLines } from '../report/schedule.ts';
import type { Genealogy, History, HistoryEdge, HistoryRace, HistoryTrial, MemoryModel } from '../types.ts';
import type { HistoryQuery } from './select.ts';
import { traceAt, verdictAt, verdictIn } from './select.ts';
import type { StoredReview } from './store/store.ts';
import { checkWords, evidenceWords, kindWords, spansByModel, verdictWords } from './words.ts';

/** A piece of the answer. */
export type Piece =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | {
      readonly kind: 'entries';
      readonly entries: readonly { readonly title: string; readonly lines: readonly string[] }[];
    }
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

/** What is shown of a selected history. */
export interface ViewOptions {
  readonly query: HistoryQuery;
  readonly matrix: boolean; // versions against scenarios, and nothing else
  readonly width: number; // columns, for schedules
  readonly recorded: readonly StoredReview[]; // of the store
}

const FEW = 3; // rules; below this trials, arguments and schedules are shown too

/** The pieces of the answer. `history` is what selectHistory() left. */
export function viewOf(history: History, options: ViewOptions): Piece[] {
  if (options.matrix) return history.models.flatMap((model) => matrix(history, model));
  const rules = new Set(history.races.map(({ rule }) => rule));
  const isNarrow = rules.size <= FEW && Object.values(options.query).some((one) => one !== undefined);
  return [
    ...racesTable(history),
    ...edgeEntries(history, isNarrow),
    ...(isNarrow
      ? [...trialsTable(history.trials), ...schedules(history, options), ...history.genealogies.flatMap(genealogy)]
      : []),
    ...recordedTable(options.recorded),
    ...(isNarrow ? [] : [text(NARROWER)]),
  ];
}

const NARROWER =
  'Ask for more with --race RULE, --function NAME, --commit ID, --open-in VERSION or --since VERSION; --matrix shows versions against scenarios.';

function racesTable({ races, topics, models, versions }: History): Piece[] {
  const shown = races.filter(({ isMain, level }) => isMain || level === 'error');
  const interesting = shown.filter(
    (race) => race.isMain || models.some((model) => race.runs[model].some((run) => run.verdict === 'violated')),
  );
  const rows = interesting.flatMap((race) =>
    spansByModel(race, models, versions).map(([names, words], index) => [
      index === 0 ? nameOf(race) : '',
      names,
      words,
    ]),
  );
  return [
    heading(`${counted(interesting.length, 'race')} against ${counted(versions.length, 'version')}`),
    ...(rows.length === 0 ? [text('None.')] : [table(['race', 'models', 'verdicts'], rows)]),
    ...(topics.length === 0
      ? []
      : [
          table(
            ['race without a rule', 'what it is'],
            topics.map(({ id, title }) => [id, title]),
          ),
        ]),
  ];
}

function nameOf({ rule, scenario, property, isMain }: HistoryRace): string {
  return `${rule} ${scenario}${isMain ? '' : ` ${property}`}`;
}

function edgeEntries({ edges }: History, isNarrow: boolean): Piece[] {
  if (edges.length === 0) return [];
  const shown = isNarrow ? edges : edges.filter(({ kind }) => kind !== 'unchanged');
  const left = edges.length - shown.length;
  const changes = new Map<string, HistoryEdge[]>();
  for (const edge of shown) {
    const key = `${edge.release} ${edge.commit || edge.subject}`;
    changes.set(key, [...(changes.get(key) ?? []), edge]);
  }
  return [
    heading('What opened and closed them'),
    { kind: 'entries', entries: [...changes.values()].map(changeEntry) },
    ...(left === 0 ? [] : [text(`${counted(left, 'change')} that left the races as they were not shown.`)]),
  ];
}

/** All that one change did: what was computed first, the races of one outcome together. */
function changeEntry(edges: readonly HistoryEdge[]): { title: string; lines: string[] } {
  const [first] = edges;
  const title = [first?.release, first?.commit, first?.subject].filter((part) => part !== '').join('  ');
  const lines = new Map<string, string[]>();
  for (const edge of edges.filter(({ evidence }) => evidence.kind === 'computed')) {
    const key = `${kindWords(edge)}, ${evidenceWords(edge)}, ${edge.words}`;
    lines.set(key, [...(lines.get(key) ?? []), spaced(edge.race)]);
  }
  const stated = edges.filter(({ evidence }) => evidence.kind !== 'computed');
  return {
    title,
    lines: [
      ...[...lines].map(([words, races]) => `${words}: ${races.join(', ')}`),
      ...stated.map(
        (edge) =>
          `${kindWords(edge)}, ${evidenceWords(edge)}: ${spaced(edge.race)}: ${edge.words} (${checkWords(edge)})`,
      ),
    ],
  };
}

function spaced(race: string): string {
  return race.replaceAll('/', ' ');
}

function trialsTable(trials: readonly HistoryTrial[]): Piece[] {
  if (trials.length === 0) return [];
  const rows = trials.map((trial) => [
    trial.rule,
    trial.version,
    trial.edits.join(' + '),
    trial.words,
    mainCells(trial)
      .map(([scenario, words]) => `${scenario} ${words}`)
      .join(', '),
  ]);
  return [
    heading('What would help, and what would not'),
    table(['rule', 'version', 'change', 'what it is', 'verdicts'], rows),
  ];
}

/** The first property of each scenario is the main one; models that differ from SC are named. */
function mainCells({ cells }: HistoryTrial): (readonly [string, string])[] {
  return [...new Set(cells.map(({ scenario }) => scenario))].map((scenario) => {
    const property = cells.find((cell) => cell.scenario === scenario)?.property;
    const own = cells.filter((cell) => cell.scenario === scenario && cell.property === property);
    const sc = own.find(({ model }) => model === 'sc')?.verdict ?? 'refused';
    const others = own
      .filter(({ verdict }) => verdict !== sc)
      .map(({ model, verdict }) => `${model.toUpperCase()} ${verdictWords(verdict)}`);
    return [scenario, [verdictWords(sc), ...others].join('; ')] as const;
  });
}

function genealogy(one: Genealogy): Piece[] {
  const rows = one.arguments.map((argument) => [
    argument.date,
    argument.who,
    argument.stance,
    argument.words,
    argument.verdict === 'not-modelled' ? '' : `${argument.verdict}: ${argument.why}`,
  ]);
  return [
    heading(`Argued: ${one.title}`),
    text(one.words),
    table(['date', 'who', 'stance', 'argument', 'the model'], rows),
  ];
}

/** One schedule for each scenario that is violated in the asked version, else in the newest one. */
function schedules(history: History, { query, width }: ViewOptions): Piece[] {
  const version = query.openIn ?? history.versions.at(-1)?.name ?? '';
  const step = history.versions.find(({ name }) => name === version)?.step ?? 0;
  const open = history.races.filter(
    (race) => race.isMain && history.models.some((model) => verdictAt(race, model, step) === 'violated'),
  );
  return open.flatMap((race) => {
    const model = history.models.find((one) => verdictAt(race, one, step) === 'violated');
    const id = model === undefined ? undefined : traceAt(race, model, step);
    const trace = id === undefined ? undefined : history.traces[id];
    if (trace === undefined || model === undefined) return [];
    return [
      heading(`${nameOf(race)} in ${version}: ${race.words} (${trace.model.toUpperCase()}, ${id ?? ''})`),
      { kind: 'lines' as const, lines: scheduleLines(trace, { width, allSteps: false }) },
    ];
  });
}

function recordedTable(recorded: readonly StoredReview[]): Piece[] {
  if (recorded.length === 0) return [];
  const rows = recorded.map((one) => [
    one.recorded.slice(0, 10),
    one.subject,
    one.base,
    `${one.opens}`,
    `${one.closes}`,
    one.id,
  ]);
  return [heading('Recorded reviews'), table(['recorded', 'thread', 'on', 'opens', 'closes', 'review'], rows)];
}

const MARKS = { holds: '.', violated: 'X', bounded: '?', refused: ' ' } as const;

/** Versions against scenarios: one character a cell, the names of the versions downwards. */
function matrix({ races, versions }: History, model: MemoryModel): Piece[] {
  const shown = races.filter(({ isMain }) => isMain);
  const left = Math.max(0, ...shown.map((race) => nameOf(race).length)) + 2;
  const height = Math.max(...versions.map(({ name }) => name.length));
  const head = Array.from({ length: height }, (_, line) =>
    `${' '.repeat(left)}${versions.map(({ name }) => name.padStart(height)[line] ?? ' ').join(' ')}`.trimEnd(),
  );
  const rows = shown.map((race) =>
    `${nameOf(race).padEnd(left)}${versions.map((version) => MARKS[verdictIn(race, model, version)]).join(' ')}`.trimEnd(),
  );
  return [
    heading(`${model.toUpperCase()}: . holds, X violated, ? not decided, blank not modelled`),
    { kind: 'lines', lines: [...head, ...rows] },
  ];
}

function heading(words: string): Piece {
  return { kind: 'heading', text: words };
}

function text(words: string): Piece {
  return { kind: 'text', text: words };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Piece {
  return { kind: 'table', head, rows };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
