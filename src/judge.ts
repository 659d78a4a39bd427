// One scenario on one source: lowered and explored. The review and the rules test are made of this.
import { applyPatch } from './c/apply.ts';
import { readPatchFile } from './c/diff.ts';
import { applyEdits } from './c/edit.ts';
import { lowerScenario } from './c/scenario.ts';
import { withFiles } from './c/tree.ts';
import { decide } from './check/decide.ts';
import { InputError } from './errors.ts';
import type { Knowledge } from './knowledge.ts';
import { placementSource } from './knowledge.ts';
import type {
  ExpectedRow,
  KernelSource,
  MemoryModel,
  NamedEdit,
  Outcome,
  Place,
  Program,
  Refusal,
  Rule,
  Scenario,
  Verdict,
} from './types.ts';

/** A scenario on a source, decided or refused. */
export type Judged =
  | {
      readonly kind: 'judged';
      readonly program: Program;
      readonly outcome: Outcome;
      readonly functions: ReadonlyMap<string, Place>; // all that were lowered
      readonly assumptions: readonly string[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Lowers `scenario` of `rule` against `source` and explores it under `model` up to `states` distinct states. */
export function judge(
  knowledge: Knowledge,
  source: KernelSource,
  rule: Rule,
  scenario: Scenario,
  model: MemoryModel,
  states: number,
): Judged {
  const text = { name: `${rule.name}/${scenario.name}`, file: rule.file, line: scenario.line, code: scenario.code };
  const lowered = lowerScenario(knowledge.workshop, source, text);
  if (lowered.kind === 'refused') return lowered;
  const { program, functions, assumptions } = lowered;
  return {
    kind: 'judged',
    program,
    outcome: decide(program, model, { states }),
    functions,
    assumptions,
  };
}

/** The verdict of one invariant in an outcome: `holds` only from an exhausted search. */
export function verdictOf(outcome: Outcome, invariant: string): Verdict {
  if (outcome.kind === 'refused') return 'refused';
  if (outcome.violations.some((violation) => violation.property === invariant)) return 'violated';
  return outcome.kind === 'bounded' ? 'bounded' : 'holds';
}

/** The verdict of a property of a Result table: an invariant, or all asserts, faults or deadlocks of an outcome. */
function verdictOfProperty(outcome: Outcome, property: string): Verdict {
  const kind = ({ asserts: 'assert', faults: 'fault', deadlock: 'deadlock' } as const)[property];
  if (kind === undefined || outcome.kind === 'refused') return verdictOf(outcome, property);
  if (outcome.violations.some((violation) => violation.kind === kind)) return 'violated';
  return outcome.kind === 'bounded' ? 'bounded' : 'holds';
}

/** Whether the checker explores `model` at all: asked of a program that does nothing. */
export function isExplored(model: MemoryModel): boolean {
  const nothing: Program = { name: 'nothing', cells: [], processes: [], invariants: [], observed: [] };
  return decide(nothing, model, { states: 1 }).kind !== 'refused';
}

/** One cell of a Result table: what it says and what was computed. */
export interface Cell {
  readonly rule: string;
  readonly row: string;
  readonly scenario: string;
  readonly property?: string; // of a column that names one; else the main invariant of the rule
  readonly notRun?: true; // the checker does not explore the model; `computed` is refused
  readonly model: MemoryModel;
  readonly expected: Verdict | undefined; // undefined: the table leaves it open
  readonly computed: Verdict;
  readonly states: number;
  readonly why?: string;
}

/**
 * Runs every cell of the Result tables of rule `only` and reports each. Throws InputError for a row whose version or edit does not
 * exist or does not apply.
 */
export function testRules(knowledge: Knowledge, only: string, onCell: (cell: Cell) => void): void {
  for (const rule of knowledge.rules) {
    if (rule.name !== only) continue;
    for (const row of rule.rows) {
      const source = editedSource(knowledge, rule, row.version, row.edits, row.line);
      for (const scenario of rule.scenarios) {
        const judged = new Map<MemoryModel, Judged>();
        for (const { property, model, expected } of cellsOf(row, scenario.name)) {
          const cell = { rule: rule.name, row: row.words, scenario: scenario.name, model, expected };
          const named = property === undefined ? cell : { ...cell, property };
          if (!isExplored(model)) {
            onCell({ ...named, computed: 'refused', states: 0, notRun: true });
            continue;
          }
          const known = judged.get(model) ?? judge(knowledge, source, rule, scenario, model, 2_000_000);
          judged.set(model, known);
          onCell({ ...named, ...computed(known, property ?? rule.invariant) });
        }
      }
    }
  }
}

/** The stated cells of a row for one scenario. `property` is undefined for the main invariant. */
function cellsOf(
  row: ExpectedRow,
  scenario: string,
): { property: string | undefined; model: MemoryModel; expected: 'holds' | 'violated' }[] {
  const main = Object.entries(row.expected[scenario] ?? {}) as [MemoryModel, 'holds' | 'violated'][];
  const others = (row.others ?? []).filter((one) => one.scenario === scenario);
  return [...main.map(([model, expected]) => ({ property: undefined, model, expected })), ...others];
}

function computed(judged: Judged, property: string): { computed: Verdict; states: number; why?: string } {
  if (judged.kind === 'refused')
    return { computed: 'refused', states: 0, why: `${judged.refusal.what}: ${judged.refusal.why}` };
  const { outcome } = judged;
  if (outcome.kind === 'refused') return { computed: 'refused', states: 0, why: outcome.refusal.why };
  return {
    computed: verdictOfProperty(outcome, property),
    states: outcome.states,
    ...(outcome.bound === undefined ? {} : { why: outcome.bound }),
  };
}

/** A version of the model sources with named edits of a rule applied in order. Throws InputError (file:line) when one does not apply. */
export function editedSource(
  knowledge: Knowledge,
  rule: Rule,
  version: string,
  names: readonly string[],
  line: number,
): KernelSource {
  const known = editedSources.get(knowledge) ?? new Map<string, KernelSource | InputError>();
  editedSources.set(knowledge, known);
  const key = JSON.stringify([rule.name, version, ...names]);
  const made = known.get(key) ?? madeSource(knowledge, rule, version, names, line);
  known.set(key, made);
  if (made instanceof InputError) throw made;
  return made;
}

/** What was made is kept, also that nothing could be made: claims ask for the same edits on the same versions again and again. */
const editedSources = new WeakMap<Knowledge, Map<string, KernelSource | InputError>>();

function madeSource(
  knowledge: Knowledge,
  rule: Rule,
  version: string,
  names: readonly string[],
  line: number,
): KernelSource | InputError {
  try {
    return applied(knowledge, rule, version, names, line);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function applied(
  knowledge: Knowledge,
  rule: Rule,
  version: string,
  names: readonly string[],
  line: number,
): KernelSource {
  let source = knowledge.stack.at(version);
  for (const name of names) {
    const edit = rule.edits.find((one) => one.name === name);
    if (edit === undefined)
      throw new InputError({ place: { file: rule.file, line }, expected: 'an edit of this rule', found: name });
    source = withNamedEdit(knowledge, source, rule, edit);
  }
  return source;
}

function withNamedEdit(knowledge: Knowledge, source: KernelSource, rule: Rule, edit: NamedEdit): KernelSource {
  const readings =
    edit.diff === undefined
      ? applyEdits(source, edit.edits, knowledge.vocabulary, rule.functions)
      : [applyPatch(placementSource(knowledge, source), readPatchFile(edit.diff, rule.file).files)];
  const [reading] = readings;
  if (reading === undefined || reading.kind === 'refused' || readings.length > 1) {
    const found =
      reading?.kind === 'refused' ? `${reading.refusal.what}: ${reading.refusal.why}` : `${readings.length} readings`;
    throw new InputError({
      place: { file: rule.file, line: edit.line },
      expected: `edit ${edit.name} to apply to ${source.name} in one way`,
      found,
    });
  }
  return withFiles(source, reading.files);
}
