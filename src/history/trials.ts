// Trials: a version of the model sources with edits applied, and what becomes of the races of a rule.
import { applyEdits } from '../c/edit.ts';
import { withFiles } from '../c/tree.ts';
import { InputError } from '../errors.ts';
import { editedSource } from '../judge.ts';
import type { Knowledge } from '../knowledge.ts';
import type { HistoryArgument, HistoryTrial, KernelSource, MemoryModel, Place, Rule, Verdict } from '../types.ts';
import type { Judge } from './matrix.ts';
import { KIND_NAMES, propertiesOf, verdictOfProperty, violationOf } from './properties.ts';
import type { Prediction, StatedTrial } from './stated.ts';
import type { TraceShelf } from './traces.ts';

/** The id of a trial: 'stranded-unevictable v6.12: old-order + fix-1'. */
export function trialId({ rule, version, edits }: Pick<StatedTrial, 'rule' | 'version' | 'edits'>): string {
  return `${rule} ${version}: ${edits.join(' + ')}`;
}

/** Runs a trial under `models`, every property of each scenario. Throws InputError for an edit that is unknown or does not apply. */
export function runTrial(
  knowledge: Knowledge,
  judge: Judge,
  stated: StatedTrial,
  models: readonly MemoryModel[],
  shelf: TraceShelf,
): HistoryTrial {
  const rule = knowledge.rules.find(({ name }) => name === stated.rule);
  if (rule === undefined) throw new InputError({ place: stated.place, expected: 'a rule', found: stated.rule });
  const source = trialSource(knowledge, rule, stated);
  const id = trialId(stated);
  const cells = rule.scenarios.flatMap((scenario) => {
    const judged = models.map((model) => ({ model, cell: judge.cell(source, rule, scenario, model) }));
    const properties = propertiesOf(
      rule,
      judged.map(({ cell }) => cell),
    );
    return properties.flatMap((property) =>
      judged.map(({ model, cell }) => {
        const [violation, plain] = [violationOf(cell, property), violationOf(judged[0]?.cell ?? cell, property)];
        const found = plain === undefined ? { model, violation } : { model: models[0] ?? model, violation: plain };
        const trace =
          violation === undefined || found.violation === undefined || cell.kind === 'refused'
            ? {}
            : {
                trace: shelf.add({
                  rule,
                  scenario,
                  ...found,
                  violation: found.violation,
                  program: cell.program,
                  code: id,
                }),
              };
        return {
          scenario: scenario.name,
          property: property.name,
          model,
          ...verdictOfProperty(cell, property),
          ...trace,
        };
      }),
    );
  });
  return { id, rule: rule.name, version: stated.version, edits: stated.edits, words: stated.words, cells };
}

/** Edits in their order: names of the rule, or `revert COMMIT/N`, the Nth reading of the stack for reverting a commit. */
function trialSource(knowledge: Knowledge, rule: Rule, { version, edits, place }: StatedTrial): KernelSource {
  if (!knowledge.stack.tags.includes(version))
    throw new InputError({
      place,
      expected: `a version of the stack: ${knowledge.stack.tags.join(', ')}`,
      found: version,
    });
  let source = knowledge.stack.at(version);
  for (const name of edits) {
    const [, commit, nth] = /^revert ([0-9a-f]{7,40})\/(\d)$/.exec(name) ?? [];
    source =
      commit === undefined
        ? editedOnce(knowledge, rule, source, name, place)
        : reverted(knowledge, rule, source, { commit, nth: Number(nth), place });
  }
  return source;
}

function editedOnce(knowledge: Knowledge, rule: Rule, source: KernelSource, name: string, place: Place): KernelSource {
  return editedSource({ ...knowledge, stack: { ...knowledge.stack, at: () => source } }, rule, '', [name], place.line);
}

function reverted(
  knowledge: Knowledge,
  rule: Rule,
  source: KernelSource,
  { commit, nth, place }: { readonly commit: string; readonly nth: number; readonly place: Place },
): KernelSource {
  const reading = knowledge.stack.revertReadings(commit)?.[nth - 1];
  if (reading === undefined)
    throw new InputError({ place, expected: `a revert that the stack has a reading for`, found: `${commit}/${nth}` });
  const [applied, ...others] = applyEdits(source, reading.edits, knowledge.vocabulary, rule.functions);
  if (applied?.kind !== 'applied' || others.length > 0) {
    const found = applied?.kind === 'refused' ? `${applied.refusal.what}: ${applied.refusal.why}` : 'several ways';
    throw new InputError({ place, expected: `the revert of ${commit} to apply in one way`, found });
  }
  return withFiles(source, applied.files);
}

/** What the model says of an argument: its predictions against the cells of its trial. */
export function judgeArgument(
  trial: HistoryTrial | undefined,
  predicts: readonly Prediction[],
  place: Place,
): Pick<HistoryArgument, 'verdict' | 'why'> {
  if (trial === undefined || predicts.length === 0)
    return { verdict: 'not-modelled', why: 'it predicts nothing that was run' };
  const found = predicts.map((one) => {
    const is = predicted(trial, one, place);
    const what = `${one.scenario}${one.property === undefined ? '' : ` ${one.property}`}`;
    return { words: `${what} ${WORDS[is]} under ${one.model.toUpperCase()}`, said: one.verdict, is };
  });
  const why = `${trial.version} with ${trial.edits.join(' and ')}: ${found.map(({ words }) => words).join(', ')}`;
  if (found.some(({ is }) => is === 'bounded' || is === 'refused')) return { verdict: 'undecided', why };
  return { verdict: found.every(({ said, is }) => said === is) ? 'confirmed' : 'refuted', why };
}

/** The verdict of the predicted cell. A kind of failure that was met nowhere holds as far as the scenario was searched. */
function predicted(trial: HistoryTrial, { scenario, property, model }: Prediction, place: Place): Verdict {
  const cells = trial.cells.filter((one) => one.scenario === scenario && one.model === model);
  const named = property === undefined ? cells[0] : cells.find((one) => one.property === property);
  if (named !== undefined) return named.verdict;
  const isKind = property !== undefined && KIND_NAMES.includes(property);
  if (cells[0] === undefined || !isKind)
    throw new InputError({
      place,
      expected: `a scenario and a property of ${trial.rule}`,
      found: `${scenario} ${property ?? ''}`,
    });
  return cells.some(({ verdict }) => verdict === 'bounded' || verdict === 'refused') ? 'bounded' : 'holds';
}

const WORDS = {
  holds: 'holds',
  violated: 'is violated',
  bounded: 'is not decided',
  refused: 'is not modelled',
} as const;
