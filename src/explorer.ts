// The schedules of a scenario on the code versions that tell most: for the pages and for `relore explore`.
import { applyEdits } from './c/edit.ts';
import { lowerScenario } from './c/scenario.ts';
import { withFiles } from './c/tree.ts';
import { walkOf } from './check/walk.ts';
import { scheduleOf } from './check/walk-path.ts';
import type { Code } from './codes.ts';
import { InputError } from './errors.ts';
import { editedSource } from './judge.ts';
import type { Knowledge } from './knowledge.ts';
import type {
  KernelSource,
  Program,
  Refusal,
  ReviewTrace,
  ReviewTraceStep,
  Rule,
  Scenario,
  SourceFile,
  Walk,
  WalkStep,
} from './types.ts';
import type { ScenarioWalks } from './web/site.ts';
import type { SourceWindow, WalkCode } from './web/walk-data.ts';

const AROUND = 4; // lines of source above and below

/** A scenario lowered from one code version. */
export interface LoweredCode {
  readonly code: Code;
  readonly program: Program;
  readonly source: KernelSource;
}

/**
 * Walks a scenario on each of `codes` under `model`, at most `states` states each. Codes with the same schedules as one before them are
 * left out, as are those that could not be lowered, each with its reason.
 */
export function scenarioWalks(
  codes: readonly (LoweredCode | { readonly code: Code; readonly refusal: Refusal })[],
  model: 'sc' | 'tso',
  states: number,
): ScenarioWalks {
  const walked: WalkCode[] = [];
  const left: string[] = [];
  const known = new Map<string, string>(); // program or schedules -> code
  for (const lowered of codes) {
    const { id } = lowered.code;
    const program = 'refusal' in lowered ? '' : JSON.stringify(lowered.program);
    const twin = known.get(program);
    const one = 'refusal' in lowered ? lowered.refusal : (twin ?? walkCode(lowered, model, states));
    if (typeof one === 'object' && 'what' in one) {
      left.push(`${id}: not modelled: ${one.what}: ${one.why}`);
      continue;
    }
    const schedules = typeof one === 'string' ? program : JSON.stringify(one.walk);
    const same = twin ?? known.get(schedules);
    if (same !== undefined) left.push(`${id}: the same schedules as ${same}`);
    else if (typeof one === 'object') walked.push(one);
    for (const key of [program, schedules]) known.set(key, same ?? id);
  }
  return { codes: walked, left };
}

/** Lowers a scenario from a code version. Throws InputError for an unknown version, or an edit that does not apply to it. */
export function lowerCode(
  knowledge: Knowledge,
  rule: Rule,
  scenario: Scenario,
  code: Code,
): LoweredCode | { readonly code: Code; readonly refusal: Refusal } {
  const source = sourceOf(knowledge, rule, code);
  const text = { name: `${rule.name}/${scenario.name}`, file: rule.file, line: scenario.line, code: scenario.code };
  const lowered = lowerScenario(knowledge.workshop, source, text);
  if (lowered.kind === 'refused') return { code, refusal: lowered.refusal };
  return { code, program: lowered.program, source };
}

/** Walks the schedules of a lowered scenario. */
export function walkCode(
  { code, program, source }: LoweredCode,
  model: 'sc' | 'tso',
  states: number,
): WalkCode | Refusal {
  const walk = walkOf(program, model, { states });
  if ('what' in walk) return walk;
  const edits = code.edits.map((edit) => ` --edit '${edit}'`).join('');
  return {
    id: code.id,
    words: code.words,
    option: `--kernel ${code.version}${edits}`,
    walk,
    taken: scheduleOf(walk, walk.path).taken,
    source: windowsOf(source),
  };
}

function sourceOf(knowledge: Knowledge, rule: Rule, { version, edits }: Code): KernelSource {
  let source = editedSource(knowledge, rule, version, [], 1);
  for (const name of edits) {
    source = name.startsWith('revert ')
      ? reverted(knowledge, rule, source, name)
      : named(knowledge, rule, source, name);
  }
  return source;
}

function named(knowledge: Knowledge, rule: Rule, source: KernelSource, name: string): KernelSource {
  const stack = { ...knowledge.stack, at: () => source };
  return editedSource({ ...knowledge, stack }, rule, source.name, [name], 1);
}

function reverted(knowledge: Knowledge, rule: Rule, source: KernelSource, name: string): KernelSource {
  const [, commit = '', which = '1'] = /^revert ([0-9a-f]{7,40})(?:\/(\d+))?$/.exec(name) ?? [];
  const reading = knowledge.stack.revertReadings(commit)?.[Number(which) - 1];
  const [applied] =
    reading === undefined ? [] : applyEdits(source, reading.edits, knowledge.vocabulary, rule.functions);
  if (applied?.kind === 'applied') return withFiles(source, applied.files);
  const found = applied === undefined ? name : `${applied.refusal.what}: ${applied.refusal.why}`;
  throw new InputError({ place: { file: rule.file }, expected: `an edit that applies to ${source.name}`, found });
}

/** The lines about a step, in the source that was lowered. Files are split once. */
function windowsOf(source: KernelSource): (step: WalkStep) => SourceWindow | undefined {
  const files = new Map<string, { readonly file: SourceFile; readonly lines: readonly string[] } | undefined>();
  const fileOf = (path: string) => {
    if (!files.has(path)) {
      const file = source.read(path);
      files.set(path, file === undefined ? undefined : { file, lines: file.text.split('\n') });
    }
    return files.get(path);
  };
  return (step) => {
    const known = fileOf(step.file);
    if (known === undefined) return undefined;
    const { file, lines } = known;
    const at = lineAt(file, lines, step);
    if (at < 0) return undefined;
    const shown = dedented(lines.slice(Math.max(0, at - AROUND), at + AROUND + 1));
    const first = Math.max(0, at - AROUND);
    return {
      title: `${step.file}, ${step.function}()`,
      lines: shown.map((text, index) => ({
        number: numberOf(file, first + index),
        text,
        isHere: first + index === at,
      })),
    };
  };
}

/** Lines without the tabs that all of them begin with. */
function dedented(lines: readonly string[]): readonly string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => /^\t*/.exec(line)?.[0].length ?? 0);
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(line.trim() === '' ? 0 : depth));
}

/** The index of the line of a step; of several lines that an edit added in one place, the one with its text. */
function lineAt(file: SourceFile, lines: readonly string[], step: WalkStep): number {
  const { origin } = file;
  if (origin === undefined) return step.line - 1 < lines.length ? step.line - 1 : -1;
  const wanted = step.added === true ? -step.line : step.line;
  const at = [...origin.keys()].filter((index) => origin[index] === wanted);
  const start = step.text.split('\n')[0] ?? '';
  return at.find((index) => lines[index]?.includes(start) === true) ?? at[0] ?? -1;
}

/** As the file before the edit counts; a plus for a line that only the edit has. */
function numberOf({ origin }: SourceFile, index: number): string {
  const line = origin?.[index] ?? index + 1;
  return line > 0 ? `${line}` : '+';
}

/** The schedule `taken` of a walk as a trace of a review, for the renderers of schedules; `name` is its path. */
export function traceOf(
  walk: Walk,
  taken: WalkCode['taken'],
  { rule, scenario, code, name }: { rule: string; scenario: string; code: string; name: string },
): ReviewTrace {
  const steps: ReviewTraceStep[] = [];
  const broken: string[] = [];
  let state = 0;
  const tell = (number: number): void => {
    const step = walk.steps[number];
    if (step === undefined) return;
    const { name: process = '', cpu = '' } = walk.processes[step.process] ?? {};
    const cell = step.cell === undefined ? undefined : walk.cells[step.cell]?.name;
    const { function: inside, file, line, text, event, matters } = step;
    const values = cell === undefined || step.value === undefined ? '' : `${cell} = ${step.value}`;
    const place = { function: inside, file, line, ...(step.added === true ? { added: true as const } : {}) };
    steps.push({ process, cpu, ...place, text, event, values, matters });
  };
  for (const number of walk.first) tell(number);
  for (const { state: from, choice: index } of taken) {
    const choice = walk.states[from]?.choices[index];
    for (const number of choice?.steps ?? []) tell(number);
    broken.push(...(choice?.violated ?? []));
    state = choice?.to ?? -1;
  }
  const end = walk.states[state];
  const errors = walk.invariants.filter((one) => one.level === 'error');
  const violated = errors.filter((one) => end?.violated.includes(one.name) === true);
  const deadlock = end?.end === 'deadlock' ? ['deadlock'] : [];
  return {
    rule,
    scenario,
    patch: code,
    model: walk.model,
    path: name,
    processes: walk.processes,
    steps,
    switches: steps.filter((step, index) => index > 0 && steps[index - 1]?.process !== step.process).length,
    violated: [...violated.map((one) => one.name), ...broken, ...deadlock].join('; '),
    words: [...violated.map((one) => one.words), ...broken, ...deadlock].join('; '),
    end: '',
  };
}
