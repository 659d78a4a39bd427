// One function, lowered: in a scenario that runs it, or in a driver that calls it with fresh objects.
import type { Ambiguous } from './c/definitions.ts';
import { openDefinitions } from './c/definitions.ts';
import { driverOf, withVariable } from './c/driver.ts';
import type { Definition } from './c/file-index.ts';
import { diffPrograms, type IrChange } from './c/ir-diff.ts';
import { type IrListing, listFunction } from './c/ir-print.ts';
import { reachOf } from './c/ir-reach.ts';
import { whyNotFound } from './c/left-out.ts';
import type { Lowered, ScenarioText } from './c/scenario.ts';
import { lowerScenario } from './c/scenario.ts';
import { slicedProgram, sliceOf } from './c/slice.ts';
import { assert, InputError } from './errors.ts';
import type { Knowledge } from './knowledge.ts';
import type { KernelSource, Place, Program, Refusal } from './types.ts';

/** What is asked for. */
export interface LowerRequest {
  readonly name: string; // of the function
  readonly scenario?: string; // 'stranded-unevictable/S1'; absent: the first that runs the function, or a driver
  readonly after?: KernelSource; // the source after a patch
  readonly all?: boolean; // also what the scenario does not watch
}

/** A function as it is lowered, or the reason why it is not. */
export type LoweredFunction =
  | {
      readonly kind: 'lowered';
      readonly scenario: string | undefined; // undefined: a driver
      readonly place: Place | undefined; // of the function; undefined when only the patch adds it
      readonly processes: readonly { readonly name: string; readonly label: string; readonly cpu: string }[];
      readonly listings: readonly IrListing[]; // before the patch
      readonly after: readonly IrListing[] | undefined;
      readonly changes: readonly IrChange[] | undefined; // of the patch, in the whole scenario
      readonly left: { readonly instructions: number; readonly cells: number }; // not watched, left out
      readonly assumptions: readonly string[];
    }
  | { readonly kind: 'refused'; readonly scenario: string | undefined; readonly refusal: Refusal };

type LoweredScenario = Lowered & { readonly kind: 'lowered' };

/**
 * Lowers `request.name` of `source`. Scenarios of rules that name the function come first; without one, a driver is
 * made. A refusal in a scenario of such a rule is only told when no other runs the function.
 */
export function lowerFunction(knowledge: Knowledge, source: KernelSource, request: LowerRequest): LoweredFunction {
  const { workshop } = knowledge;
  const lower = (from: KernelSource, text: ScenarioText): Lowered => lowerScenario(workshop, from, text);
  let refused: { scenario: string; refusal: Refusal } | undefined;
  const scenarios = scenariosFor(knowledge, request);
  const isKnown = definitionIn(knowledge, source, request) !== undefined || scenarios.some((one) => one.isNamed);
  for (const { text, isNamed } of isKnown ? scenarios : []) {
    const before = lower(source, text);
    const after = request.after === undefined ? undefined : lower(request.after, text);
    const problem = [before, after].find((one) => one?.kind === 'refused');
    if (problem?.kind === 'refused') {
      if (isNamed) refused ??= { scenario: text.name, refusal: problem.refusal };
      continue;
    }
    const runs = [before, after].some((one) => one?.kind === 'lowered' && one.functions.has(request.name));
    if (!runs || before.kind === 'refused') continue;
    return result(request, text.name, before, after?.kind === 'lowered' ? after : undefined);
  }
  if (refused !== undefined || request.scenario !== undefined) {
    const why = `expected a scenario that runs ${request.name}(), found that ${request.scenario ?? ''} does not`;
    const refusal = refused?.refusal ?? { what: request.name, why };
    return { kind: 'refused', scenario: refused?.scenario ?? request.scenario, refusal };
  }
  return lowerDriver(knowledge, source, request);
}

/** Scenarios to try: the one asked for, or all, those of rules that name the function first. */
function scenariosFor(
  knowledge: Knowledge,
  { name, scenario }: LowerRequest,
): { text: ScenarioText; isNamed: boolean }[] {
  const all = knowledge.rules.flatMap((rule) =>
    rule.scenarios.map((one) => ({
      text: { name: `${rule.name}/${one.name}`, file: rule.file, line: one.line, code: one.code },
      isNamed: rule.functions.includes(name) || scenario !== undefined,
    })),
  );
  if (scenario !== undefined) return all.filter(({ text }) => text.name === scenario);
  return [...all.filter((one) => one.isNamed), ...all.filter((one) => !one.isNamed)];
}

function sourcesOf(source: KernelSource, { after }: LowerRequest): KernelSource[] {
  return after === undefined ? [source] : [source, after];
}

/** The definition of the function, before the patch or after it. */
function definitionIn(
  { workshop }: Knowledge,
  source: KernelSource,
  request: LowerRequest,
): Definition | Ambiguous | undefined {
  return sourcesOf(source, request)
    .map((one) => openDefinitions(one, workshop.config, workshop.index).function(request.name, ''))
    .find((one) => one !== undefined);
}

const MOST_VARIABLES = 24; // global variables that a driver is given

function lowerDriver(knowledge: Knowledge, source: KernelSource, request: LowerRequest): LoweredFunction {
  const { workshop } = knowledge;
  const refused = (refusal: Refusal): LoweredFunction => ({ kind: 'refused', scenario: undefined, refusal });
  const sources = sourcesOf(source, request);
  const definition = definitionIn(knowledge, source, request);
  if (definition === undefined) {
    const { built } = workshop.primitives.whereabouts;
    return refused(whyNotFound(source, request.name, { built, config: workshop.config, file: 'rules/kernel.config' }));
  }
  if (workshop.primitives.ignored.some((pattern) => pattern.test(request.name))) {
    const why = 'expected a function that is lowered, found it among those without effect (#pragma relore ignore)';
    return refused({ what: request.name, why });
  }
  if (definition.kind === 'ambiguous') {
    const why = `expected one function of this name, found one in each of ${definition.files.join(', ')}; a scenario says which`;
    return refused({ what: request.name, why });
  }
  let driver = driverOf(definition);
  for (let variables = 0; !('why' in driver); variables++) {
    const text = driver;
    const [before, after] = sources.map((one) => lowerOwn(workshop, one, text));
    const problem = [before, after].find((side) => side?.kind === 'refused');
    if (problem?.kind !== 'refused') {
      if (before?.kind !== 'lowered') break;
      const shown = result({ ...request, all: true }, undefined, before, after?.kind === 'lowered' ? after : undefined);
      return shown.kind === 'lowered' && shown.place === undefined
        ? { ...shown, place: { file: definition.file, line: definition.line } }
        : shown;
    }
    const wider = variables < MOST_VARIABLES ? withVariable(text, source, problem.refusal.what) : undefined;
    if (wider === undefined) return refused(problem.refusal);
    driver = wider;
  }
  assert('why' in driver, 'expected a driver that lowers or a reason');
  return refused(driver);
}

/** A driver that is no C, for a parameter or a variable that is declared in a way that is not read, is refused. */
function lowerOwn(workshop: Knowledge['workshop'], source: KernelSource, driver: ScenarioText): Lowered {
  try {
    return lowerScenario(workshop, source, driver);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const why = `expected ${error.expected}, found ${error.found}; a scenario of a rule has to call the function`;
    return { kind: 'refused', refusal: { what: driver.file, why } };
  }
}

function result(
  request: LowerRequest,
  scenario: string | undefined,
  before: LoweredScenario,
  after: LoweredScenario | undefined,
): LoweredFunction {
  const watch = scenario === undefined ? 'all' : 'scenario';
  const [shown, left] =
    request.all === true ? [before.program, { instructions: 0, cells: 0 }] : watched(before.program);
  const [shownAfter] = after === undefined ? [] : request.all === true ? [after.program] : watched(after.program);
  return {
    kind: 'lowered',
    scenario,
    place: before.functions.get(request.name),
    processes: before.program.processes.map(({ name, label, cpu }) => ({ name, label, cpu })),
    listings: listFunction(shown, request.name),
    after: shownAfter === undefined ? undefined : listFunction(shownAfter, request.name),
    changes: after === undefined ? undefined : diffPrograms(before.program, after.program, watch),
    left,
    assumptions: before.assumptions,
  };
}

function watched(program: Program): [Program, { readonly instructions: number; readonly cells: number }] {
  const slice = sliceOf(program, reachOf(program));
  return [slicedProgram(program, slice), slice.dropped];
}
