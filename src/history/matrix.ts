// The computed half of the history: every scenario of every rule, on every step of the patch stack, under every model.
import { lowerScenario } from '../c/scenario.ts';
import { canonicalHash } from '../check/compare.ts';
import { decide } from '../check/decide.ts';
import type { Knowledge } from '../knowledge.ts';
import type { HistoryRace, HistoryRun, KernelSource, MemoryModel, Outcome, Program, Rule, Scenario } from '../types.ts';
import { type Kept, type Property, propertiesOf, verdictOfProperty, violationOf } from './properties.ts';
import type { TraceShelf } from './traces.ts';

/** A scenario on one source: lowered and decided, or the reason why it cannot be lowered. */
export type Cell =
  | {
      readonly kind: 'decided';
      readonly program: Program;
      readonly outcome: Outcome;
      readonly files: readonly string[]; // of the functions that were lowered
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Decides scenarios; a program that is the same to the checker is decided once. */
export interface Judge {
  cell(source: KernelSource, rule: Rule, scenario: Scenario, model: MemoryModel): Cell;
}

/** A judge over `knowledge` that stops each search at `states` distinct states. */
export function openJudge(knowledge: Knowledge, states: number): Judge {
  const outcomes = new Map<string, Outcome>();
  return {
    cell(source, rule, scenario, model) {
      const text = { name: `${rule.name}/${scenario.name}`, file: rule.file, line: scenario.line, code: scenario.code };
      const lowered = lowerScenario(knowledge.workshop, source, text);
      if (lowered.kind === 'refused')
        return { kind: 'refused', why: `${lowered.refusal.what}: ${lowered.refusal.why}` };
      const { program } = lowered;
      const key = `${text.name} ${model} ${canonicalHash(program)}`;
      const outcome = outcomes.get(key) ?? decide(program, model, { states });
      outcomes.set(key, outcome);
      return { kind: 'decided', program, outcome, files: [...lowered.functions.values()].map(({ file }) => file) };
    },
  };
}

/** The steps of the stack. */
export interface Steps {
  readonly sources: readonly KernelSource[]; // in order
  /** The version that the base of a file is the text of, and its step; undefined: the first version. */
  since(file: string): { readonly version: string; readonly step: number } | undefined;
}

/** The races of one scenario: each property with its verdicts on all steps. The schedules go on the `shelf`. */
export function racesOf(
  judge: Judge,
  steps: Steps,
  models: readonly MemoryModel[],
  at: { readonly rule: Rule; readonly scenario: Scenario },
  shelf: TraceShelf,
): HistoryRace[] {
  const { sources } = steps;
  const judged = models.map(
    (model) => [model, sources.map((source) => judge.cell(source, at.rule, at.scenario, model))] as const,
  );
  const since = youngest(
    steps,
    judged.flatMap(([, cells]) => cells),
  );
  const cells = new Map(judged.map(([model, row]) => [model, row.map((cell, step) => aged(cell, step, since))]));
  return propertiesOf(at.rule, [...cells.values()].flat()).map((property) => ({
    ...identity(at, property),
    ...(since === undefined ? {} : { since: since.version }),
    runs: Object.fromEntries(
      models.map((model) => [
        model,
        runsOf({ cells: cells.get(model) ?? [], sc: cells.get('sc') ?? [], sources, property, at, model }, shelf),
      ]),
    ) as Record<MemoryModel, HistoryRun[]>,
  }));
}

type Since = ReturnType<Steps['since']>;

function youngest(steps: Steps, cells: readonly Cell[]): Since {
  const files = new Set(cells.flatMap((cell) => (cell.kind === 'refused' ? [] : cell.files)));
  const found = [...files].map((file) => steps.since(file)).filter((one) => one !== undefined);
  return found.sort((a, b) => b.step - a.step)[0];
}

/** Before the version of its base a file of the model sources is not the file of that time. */
function aged(cell: Cell, step: number, since: Since): Cell {
  if (since === undefined || step >= since.step) return cell;
  return { kind: 'refused', why: `the model sources have this code from ${since.version} on` };
}

function identity(
  { rule, scenario }: { readonly rule: Rule; readonly scenario: Scenario },
  property: Property,
): Omit<HistoryRace, 'runs'> {
  return {
    id: `${rule.name}/${scenario.name}/${property.name}`,
    rule: rule.name,
    scenario: scenario.name,
    property: property.name,
    isMain: property.name === rule.invariant,
    level: property.level,
    title: rule.title,
    words: scenario.words,
    invariant: property.words,
    functions: rule.functions,
  };
}

interface Row {
  readonly cells: readonly Cell[]; // by step
  readonly sc: readonly Cell[]; // the same under SC
  readonly sources: readonly KernelSource[];
  readonly property: Property;
  readonly at: { readonly rule: Rule; readonly scenario: Scenario };
  readonly model: MemoryModel;
}

/**
 * Steps with one verdict, and one reason where there is one, become one run. The schedule is that of SC where SC has one: it
 * is shorter, and an execution of every model.
 */
function runsOf({ cells, sc, sources, property, at, model }: Row, shelf: TraceShelf): HistoryRun[] {
  const runs: { from: number; to: number; kept: Kept; schedules: { from: number; trace: string }[] }[] = [];
  for (const [step, cell] of cells.entries()) {
    const kept = verdictOfProperty(cell, property);
    let run = runs.at(-1);
    if (run === undefined || run.kept.verdict !== kept.verdict || run.kept.why !== kept.why) {
      run = { from: step, to: step, kept, schedules: [] };
      runs.push(run);
    }
    run.to = step;
    const violation = violationOf(cell, property);
    if (violation === undefined || cell.kind === 'refused') continue;
    const plain = sc[step] === undefined ? undefined : violationOf(sc[step], property);
    const found = plain === undefined ? { model, violation } : { model: 'sc' as const, violation: plain };
    const trace = shelf.add({ ...at, ...found, program: cell.program, code: sources[step]?.name ?? '' });
    if (run.schedules.at(-1)?.trace !== trace) run.schedules.push({ from: step, trace });
  }
  return runs.map(({ from, to, kept, schedules }) => ({
    from,
    to,
    verdict: kept.verdict,
    ...(kept.why === undefined ? {} : { why: kept.why }),
    ...(schedules.length === 0 ? {} : { schedules }),
  }));
}
