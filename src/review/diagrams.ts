// The drawings of a thread, run: on the code as it stands, then on each patch and fix that the thread speaks of.
import { lowerScenario } from '../c/scenario.ts';
import { scheduleOf } from '../check/followed.ts';
import { type Drawing, findDrawings } from '../claims/diagrams.ts';
import { editedSource } from '../judge.ts';
import { operationOf } from '../rules/match.ts';
import type { Block, Claim, KernelSource, Message, Program, ReviewDiagram, Rule, Scenario, Thread } from '../types.ts';
import type { Bench } from './checks.ts';
import { reasonOf, whyExecutable } from './diagram-words.ts';
import {
  type Code,
  type Context,
  isStrained,
  type Named,
  type Run,
  runStated,
  type Solution,
  type Stage,
  type Stated,
} from './stated.ts';
import { operationsOf } from './step-names.ts';
import type { Variant } from './variants.ts';

/** What drawings are run on. */
export interface Grounds {
  readonly bench: Bench;
  readonly base: KernelSource;
  readonly variants: readonly Variant[];
  readonly claims: readonly Claim[];
  readonly rules: readonly Rule[]; // whose functions the thread touches or names
}

/** A schedule and where it stands. */
export interface Told extends Stated {
  readonly message: Message;
  readonly block: Block;
  readonly isCut: boolean; // it has more steps than were read
}

const BUDGET = 200_000; // states; about 5 s
const MOST_ROWS = 8; // versions of a rule that are tried where patches of the thread are missing
const MOST_CODES = 24; // versions that one drawing is tried on

/**
 * Returns the drawings of `thread`, oldest mail first: which CPU runs each step, whether the code can run them in that order with the
 * stated values, on which version, and what invariant its end violates. Adds their schedules to the book of the bench.
 */
export function judgeDiagrams(thread: Thread, given: Grounds): ReviewDiagram[] {
  const grounds = knownGrounds(thread, given);
  const drawings = findDrawings(thread);
  if (drawings.length === 0) return [];
  const sides = new Map<string, Set<string>>();
  const judged = new Map<Drawing, ReviewDiagram>();
  // What says which CPU is which comes first: other drawings of the thread mean the same by the same name.
  const order = [...drawings].sort((a, b) => certainty(b) - certainty(a));
  for (const drawing of order) {
    const verdict = judgeStated(drawing, grounds, sides);
    judged.set(drawing, {
      messageId: drawing.message.id,
      span: drawing.block.span,
      ...(drawing.block.speaker === undefined ? {} : { speaker: drawing.block.speaker }),
      columns: drawing.isKept ? 'kept' : 'collapsed',
      ...verdict,
    });
    learn(sides, judged.get(drawing)!, grounds);
  }
  return drawings.map((drawing) => judged.get(drawing)!);
}

/** Grounds, and what of the thread is not there. */
export interface KnownGrounds extends Grounds {
  readonly order: ReadonlyMap<string, number>; // Message-ID -> place in the thread
  readonly budget: { states: number }; // of all searches for drawings and told schedules
  readonly isPartial: boolean; // patches are missing or were not applied: a drawing may speak of code nobody has here
}

/** Completes `grounds` by what the thread says of itself. */
export function knownGrounds(thread: Thread, grounds: Grounds): KnownGrounds {
  const isLost = thread.series.some(({ missing }) => missing.length > 0);
  const isPosted = ({ kind }: Variant): boolean => kind === 'posted' || kind === 'reply';
  return {
    ...grounds,
    budget: { states: BUDGET },
    order: new Map(thread.messages.map(({ id }, index) => [id, index])),
    isPartial: isLost || grounds.variants.some((one) => isPosted(one) && one.after === undefined),
  };
}

function certainty(drawing: Drawing): number {
  return drawing.isKept ? 2 : drawing.roles.length > 0 ? 1 : 0;
}

function learn(sides: Map<string, Set<string>>, judged: ReviewDiagram, { bench }: Grounds): void {
  if (judged.verdict !== 'executable' || judged.solutions !== 1) return;
  for (const { cpu, function: name } of judged.steps) {
    if (cpu === undefined || name === undefined) continue;
    const side = sides.get(cpu) ?? new Set<string>();
    sides.set(cpu, side.add(operationOf(name, bench.knowledge.vocabulary)));
  }
}

type Verdict = Omit<ReviewDiagram, 'messageId' | 'span' | 'speaker' | 'columns' | 'source'>;

/** Runs a schedule on the base, then on each patch and fix, until one can do it. */
export function judgeStated(
  stated: Told,
  grounds: KnownGrounds,
  sides: ReadonlyMap<string, ReadonlySet<string>>,
): Verdict {
  const { bench } = grounds;
  const context = { vocabulary: bench.knowledge.vocabulary, sides, budget: grounds.budget };
  if (stated.isCut) return notModelled(stated, `it has more than ${stated.steps.length} steps`);
  const callable = stated.steps.filter((step) => operationsOf(step, context.vocabulary).length > 0);
  if (callable.length < 2) return notModelled(stated, 'its steps name no calls');
  const { onBase, best } = bestOf(stated, grounds, context);
  if (best !== undefined && !isStrained(best.solutions[0]!))
    return executable(stated, grounds, best.code, best.solutions);
  if (best !== undefined) return notModelled(stated, 'it can run only if one process used the local of another');
  if (onBase?.kind !== 'cannot')
    return notModelled(stated, onBase?.kind === 'unknown' ? onBase.why : 'no scenario fits');
  return impossible(stated, grounds, onBase);
}

/** What the base says, and the version that it fits best: the base where it can, else the one on which least is left unsaid. */
function bestOf(
  stated: Told,
  grounds: KnownGrounds,
  context: Context,
): { readonly onBase: Run | undefined; readonly best: Best | undefined } {
  let onBase: Run | undefined;
  let best: Best | undefined;
  for (const code of codesOf(stated, grounds)) {
    const run = runStated(stated, stagesOf(grounds, code.source), context);
    onBase ??= run;
    // What no scenario of the base runs, no patch makes it run.
    if (run.kind === 'unknown' && code.id === '') break;
    if (run.kind !== 'runs') continue;
    const solution = run.solutions[0]!;
    if (best === undefined || solution.strain < best.solutions[0]!.strain) best = { code, solutions: run.solutions };
    if (solution.strain === 0 || (code.id === '' && !isStrained(solution))) break;
  }
  const isPoor = best === undefined || isStrained(best.solutions[0]!);
  const stage = onBase?.kind === 'cannot' ? onBase.stage : best?.solutions[0]?.stage;
  if (isPoor && grounds.isPartial && stage !== undefined) best = onRows(stated, grounds, stage.rule, context) ?? best;
  return { onBase, best };
}

interface Best {
  readonly code: Code;
  readonly solutions: readonly Solution[];
}

/** Patches that the thread speaks of and does not hold: perhaps the rule has a row for that code. */
function onRows(stated: Told, grounds: KnownGrounds, rule: Rule, context: Context): Best | undefined {
  const tried = new Set<string>();
  for (const { version, edits, line, words } of rule.rows) {
    const id = [version, ...edits].join('+');
    if (edits.length === 0 || tried.has(id) || tried.size >= MOST_ROWS) continue;
    tried.add(id);
    const source = editedSource(grounds.bench.knowledge, rule, version, edits, line);
    const run = runStated(stated, stagesOf({ ...grounds, rules: [rule] }, source), context);
    if (run.kind !== 'runs' || isStrained(run.solutions[0]!)) continue;
    return { code: { id, source, row: words }, solutions: run.solutions };
  }
  return undefined;
}

/** The base, and each single patch and fix that is older than what is told; pairs are left out. */
function codesOf(told: Told, grounds: KnownGrounds): Code[] {
  const single = grounds.variants.flatMap((variant) => {
    const { id, after, parts } = variant;
    return after === undefined || parts !== undefined || !isOlder(variant, told, grounds)
      ? []
      : [{ id, source: after }];
  });
  return [{ id: '', source: grounds.base }, ...single].slice(0, MOST_CODES);
}

/** Whether a patch or fix was there before: in an earlier mail, or in the same one quoted more deeply or above. */
function isOlder({ messageId, claim }: Variant, { message, block }: Told, { order, claims }: KnownGrounds): boolean {
  const [own = 0, other = 0] = [order.get(message.id), order.get(messageId)];
  if (own !== other) return other < own;
  const fix = claims.find(({ id }) => id === claim);
  if (fix === undefined) return true;
  return fix.depth === block.depth ? fix.span[0] < block.span[0] : fix.depth > block.depth;
}

const lowered = new WeakMap<KernelSource, Map<string, Stage | undefined>>();

/** The scenarios of the rules on a source, those that can be lowered. */
function stagesOf({ bench, rules }: Grounds, source: KernelSource): Stage[] {
  return rules.flatMap((rule) => rule.scenarios.flatMap((scenario) => stageOf(bench, source, rule, scenario) ?? []));
}

function stageOf(bench: Bench, source: KernelSource, rule: Rule, scenario: Scenario): Stage | undefined {
  const known = lowered.get(source) ?? new Map<string, Stage | undefined>();
  lowered.set(source, known);
  const key = `${rule.name}/${scenario.name}`;
  if (!known.has(key)) {
    const program = programOf(bench, source, rule, scenario);
    known.set(key, program === undefined ? undefined : { rule, scenario, program });
  }
  return known.get(key);
}

function programOf(bench: Bench, source: KernelSource, rule: Rule, scenario: Scenario): Program | undefined {
  const judged = bench.judged.get(source)?.get(`${rule.name}/${scenario.name}/${bench.models[0]}`);
  if (judged?.kind === 'judged') return judged.program;
  const text = { name: `${rule.name}/${scenario.name}`, file: rule.file, line: scenario.line, code: scenario.code };
  const result = lowerScenario(bench.knowledge.workshop, source, text);
  return result.kind === 'lowered' ? result.program : undefined;
}

// ---------------------------------------------------------------- what is said of it

function stepsOf(stated: Stated, named: readonly Named[], cpus: readonly (string | undefined)[]): Verdict['steps'] {
  return stated.steps.map(({ text, result }, index) => {
    const name = named.find((one) => one.index === index)?.function;
    return {
      text,
      cpu: cpus[index],
      ...(name === undefined ? {} : { function: name }),
      ...(result === undefined ? {} : { result }),
    };
  });
}

function notModelled(stated: Stated, why: string): Verdict {
  const cpus = stated.steps.map(({ cpu }) => cpu);
  return { steps: stepsOf(stated, [], cpus), solutions: 0, verdict: 'not-modelled', why };
}

function executable(stated: Stated, grounds: Grounds, code: Code, solutions: readonly Solution[]): Verdict {
  const best = solutions[0]!;
  const { rule, scenario, program } = best.stage;
  const [property = ''] = best.violated;
  const trace = grounds.bench.traces.add(rule, scenario, code.id, 'sc', program, {
    property,
    kind: 'invariant',
    level: 'error',
    trace: scheduleOf(program, best.found, property),
  });
  const isOne = solutions.length === 1;
  return {
    steps: stepsOf(stated, best.named, isOne ? best.cpus : stated.steps.map(({ cpu }) => cpu)),
    solutions: solutions.length,
    ...(isOne ? {} : { assignments: solutions.map(({ cpus }) => cpus.map((cpu) => cpu ?? '')) }),
    verdict: 'executable',
    why: whyExecutable(stated, best, code, solutions.length),
    ...(code.row === undefined ? { patch: code.id } : { code: `${code.row} (${code.id})` }),
    rule: rule.name,
    scenario: scenario.name,
    violated: best.violated,
    trace,
  };
}

function impossible(stated: Told, grounds: KnownGrounds, run: Extract<Run, { kind: 'cannot' }>): Verdict {
  const { stage, named, obstacle } = run;
  const step = named[obstacle.step]!;
  const reason = reasonOf(stated, run, step);
  const where = `in ${stage.rule.name} ${stage.scenario.name}`;
  if (grounds.isPartial) {
    const why = `not on the code as it stands (${where}, ${reason}); it may speak of patches that are not in the input or do not apply`;
    return {
      ...notModelled(stated, why),
      steps: stepsOf(
        stated,
        named,
        stated.steps.map(({ cpu }) => cpu),
      ),
    };
  }
  const tried = codesOf(stated, grounds).length - 1;
  const others = tried === 0 ? '' : `; nor with any of the ${tried} patches and fixes of the thread`;
  return {
    steps: stepsOf(
      stated,
      named,
      stated.steps.map(({ cpu }) => cpu),
    ),
    solutions: 0,
    verdict: 'impossible',
    why: `${reason} (on the code as it stands, ${where}, the scenario that comes furthest)${others}`,
    rule: stage.rule.name,
    scenario: stage.scenario.name,
    impossibleAt: step.index + 1,
  };
}
