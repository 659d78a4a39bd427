// Runs a schedule that somebody states against the scenarios: whether the code can do it, on which version, and what it ends in.

import { callSites } from '../check/calls.ts';
import { type Found, follow, type Obstacle } from '../check/follow.ts';
import { violatedBy } from '../check/followed.ts';
import type { Role, Step } from '../claims/diagrams.ts';
import { operationOf } from '../rules/match.ts';
import type { KernelSource, Program, Rule, Scenario, Vocabulary } from '../types.ts';
import { operationsIn, operationsOf } from './step-names.ts';

/** A schedule as its speaker tells it. */
export interface Stated {
  readonly columns: readonly string[]; // names of the CPUs
  readonly isKept: boolean; // every step says which CPU runs it
  readonly steps: readonly Step[];
  readonly roles: readonly Role[];
}

/** A scenario on one version of the code, lowered. */
export interface Stage {
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly program: Program;
}

/** One version of the code that a speaker may mean. */
export interface Code {
  readonly id: string; // of a patch or fix; '' for the base
  readonly source: KernelSource;
  readonly row?: string; // of no patch of the thread: the row of a rule that has it, in its words
}

/** A step as it was taken: what it names, and which of that the code calls. */
export interface Named {
  readonly step: Step;
  readonly index: number; // in Stated.steps
  readonly operation: string; // see operationOf
  readonly function: string; // the name in the code
}

/** A way of running the schedule. */
export interface Solution {
  readonly stage: Stage;
  readonly found: Found;
  readonly cpus: readonly (string | undefined)[]; // by step of Stated.steps
  readonly violated: readonly string[]; // errors only
  readonly named: readonly Named[];
  readonly weight: number; // how many of its calls the rule is about
  readonly strain: number; // what it leaves unsaid, and locals that it uses in another process than assigns them: 0 where it fits
  readonly isBounded: boolean; // the search was stopped: there may be other ways
  readonly isNamed: boolean; // something says which CPU is which; else the first step is taken to be of the first column
}

/** Whether a solution takes the locals of one process for those of another. */
export function isStrained({ strain }: Solution): boolean {
  return strain >= STRAY;
}

/** What one version of the code says. */
export type Run =
  | { readonly kind: 'runs'; readonly solutions: readonly Solution[] } // best first; one for each way of giving the steps to CPUs
  | { readonly kind: 'cannot'; readonly stage: Stage; readonly named: readonly Named[]; readonly obstacle: Obstacle }
  | { readonly kind: 'unknown'; readonly why: string };

const STATES = 20_000; // of one search
const LEAST = 20; // states that a search costs that ends at once
const MOST_SOLUTIONS = 8; // that are told
const STRAY = 100; // no order of calls is worth a local that strays
const ENOUGH = 2 / 3; // of the steps that name a call must be calls of the scenario

/** What is known besides the schedule itself. */
export interface Context {
  readonly vocabulary: Vocabulary;
  readonly sides: ReadonlyMap<string, ReadonlySet<string>>; // what columns ran in other drawings of the thread: column -> operations
  readonly budget: { states: number }; // that all drawings of a thread may still take; each search takes its own
}

/** Runs `stated` on the lowered scenarios of one version. Bounded by 20,000 states a scenario, and by the budget of the thread. */
export function runStated(stated: Stated, stages: readonly Stage[], context: Context): Run {
  const wanted = stated.steps.map((step) => operationsOf(step, context.vocabulary));
  const callable = wanted.filter((operations) => operations.length > 0).length;
  if (callable < 2) return { kind: 'unknown', why: 'its steps name too few calls' };
  const casts = stages.map((stage) => castOf(stated, wanted, stage, context.vocabulary));
  const whole = casts.filter(({ isWhole }) => isWhole);
  const most = Math.max(0, ...whole.map(({ named }) => named.length));
  const fitting = whole.filter(({ named }) => named.length === most);
  if (most < 2 || most < callable * ENOUGH) return { kind: 'unknown', why: unknownWords(stated, wanted, casts) };
  const solutions: Solution[] = [];
  const obstacles: { cast: Cast; obstacle: Obstacle }[] = [];
  let bounded: string | undefined;
  // A scenario with more processes than columns is asked only where none of as many can do it; another rule, only where what is
  // found ends well.
  fitting.sort((a, b) => sizeOf(a.stage) - sizeOf(b.stage) || b.weight - a.weight);
  for (const cast of fitting) {
    const [known] = solutions;
    if (known !== undefined && sizeOf(known.stage) < sizeOf(cast.stage)) break;
    if (solutions.some(({ stage, violated }) => violated.length > 0 && stage.rule !== cast.stage.rule)) break;
    const run = runCast(stated, cast, context);
    if (typeof run === 'string') bounded ??= run;
    else if ('why' in run) obstacles.push({ cast, obstacle: run });
    else
      solutions.push(
        ...run.found.map((found) => ({ ...solutionOf(stated, cast, found, context), isBounded: run.isBounded })),
      );
  }
  if (solutions.length > 0) return { kind: 'runs', solutions: distinct(solutions) };
  if (bounded !== undefined) return { kind: 'unknown', why: bounded };
  if (most < callable) return { kind: 'unknown', why: unknownWords(stated, wanted, fitting) };
  obstacles.sort((a, b) => b.obstacle.step - a.obstacle.step || b.cast.weight - a.cast.weight);
  const { cast, obstacle } = obstacles[0]!;
  return { kind: 'cannot', stage: cast.stage, named: cast.named, obstacle };
}

function sizeOf({ program }: Stage): number {
  return program.processes.length;
}

// ---------------------------------------------------------------- what a step is in a scenario

interface Cast {
  readonly isWhole: boolean; // it has a call of every column, and a process for each
  readonly stage: Stage;
  readonly named: readonly Named[];
  readonly operations: readonly ReadonlySet<string>[]; // by process: what it calls
  readonly weight: number; // how many of the calls the rule is about
}

/** By process: the operations that it calls, each with the name that it has there. */
const called = new WeakMap<Program, readonly ReadonlyMap<string, string>[]>();

function calledBy(program: Program, vocabulary: Vocabulary): readonly ReadonlyMap<string, string>[] {
  const known = called.get(program);
  if (known !== undefined) return known;
  const names = program.processes.map(
    (process) => new Map(callSites(process).map(({ name }) => [operationOf(name, vocabulary), name])),
  );
  called.set(program, names);
  return names;
}

/** The steps that are calls of a scenario. */
function castOf(stated: Stated, wanted: readonly (readonly string[])[], stage: Stage, vocabulary: Vocabulary): Cast {
  const own = calledBy(stage.program, vocabulary);
  const named = stated.steps.flatMap((step, index): Named[] => {
    const operation = wanted[index]!.find((one) => own.some((names) => names.has(one)));
    const name = own.find((names) => names.has(operation ?? ''))?.get(operation ?? '');
    return operation === undefined || name === undefined ? [] : [{ step, index, operation, function: name }];
  });
  const about = new Set(stage.rule.functions.map((name) => operationOf(name, vocabulary)));
  const weight = named.filter(({ operation }) => about.has(operation)).length;
  const columns = stated.isKept ? new Set(named.map(({ step }) => step.cpu)).size : stated.columns.length;
  const isWhole = columns === stated.columns.length && stage.program.processes.length >= columns;
  return { isWhole, stage, named, operations: own.map((names) => new Set(names.keys())), weight };
}

function unknownWords(stated: Stated, wanted: readonly (readonly string[])[], casts: readonly Cast[]): string {
  const known = new Set(casts.flatMap(({ named }) => named.map(({ index }) => index)));
  const names = stated.steps.flatMap((step, index) =>
    known.has(index) || wanted[index]!.length === 0 ? [] : [step.calls.length > 0 ? `${step.calls[0]}()` : step.words],
  );
  const unknown = [...new Set(names)];
  if (unknown.length === 0) return 'no scenario runs all of its calls';
  const more = unknown.length > 3 ? ` and ${unknown.length - 3} more` : '';
  return `no scenario that it could be runs ${unknown.slice(0, 3).join(', ')}${more}`;
}

// ---------------------------------------------------------------- one scenario

interface Ways {
  readonly found: readonly Found[];
  readonly isBounded: boolean; // there may be more
}

/** The ways that a scenario has; else why it has none, or in words why that is not known. */
function runCast(stated: Stated, cast: Cast, { vocabulary, budget }: Context): Ways | Obstacle | string {
  const { rule, scenario, program } = cast.stage;
  const calls = cast.named.map(({ step, operation }) => ({
    isCall: (name: string): boolean => operationOf(name, vocabulary) === operation,
    column: stated.isKept && step.cpu !== undefined ? stated.columns.indexOf(step.cpu) : undefined,
    ...(step.result === undefined ? {} : { result: step.result }),
  }));
  if (budget.states <= 0) return 'the schedules of this thread took all the states that they may';
  const isBad = (path: string): boolean => errorsIn(program, path).length > 0;
  const options = { states: Math.min(STATES, budget.states), columns: stated.columns.length, isBad };
  // Calls that may overlap come first: what cannot be done so cannot be done one after the other.
  const loose = follow(program, calls, { ...options, isSerial: false });
  budget.states -= LEAST + (loose.kind === 'followed' ? loose.states : 0);
  if (loose.kind === 'refused') return `${rule.name} ${scenario.name}: ${loose.refusal.why}`;
  if (loose.obstacle !== undefined)
    return loose.bounded ? `a search stopped at ${options.states.toLocaleString('en')} states` : loose.obstacle;
  const serial = follow(program, calls, { ...options, isSerial: true });
  budget.states -= LEAST + (serial.kind === 'followed' ? serial.states : 0);
  const found = serial.kind === 'followed' && serial.found.length > 0 ? serial.found : loose.found;
  const isBounded = loose.bounded || (serial.kind === 'followed' && serial.bounded);
  return { found: stated.isKept ? found : withLocals(found, cast.named), isBounded };
}

/** Names of the violated properties that are errors; sorted. */
function errorsIn(program: Program, path: string): readonly string[] {
  const information = new Set(program.invariants.flatMap(({ name, level }) => (level === 'error' ? [] : [name])));
  return violatedBy(program, path).filter((name) => !information.has(name));
}

/** The steps that use a local which another process assigns: `lruvec = ...` here, `&lruvec->lru_lock` there. */
function strayLocals({ processes }: Found, named: readonly Named[]): number {
  let stray = 0;
  for (const [at, { step }] of named.entries()) {
    for (const local of step.uses) {
      const from = named.findLastIndex((one, index) => index < at && one.step.assigns === local);
      if (from >= 0 && processes[from] !== processes[at]) stray++;
    }
  }
  return stray;
}

/** The ways in which fewest locals stray. */
function withLocals(found: readonly Found[], named: readonly Named[]): readonly Found[] {
  const least = Math.min(...found.map((one) => strayLocals(one, named)));
  return found.filter((one) => strayLocals(one, named) === least);
}

// ---------------------------------------------------------------- which CPU is which

function solutionOf(stated: Stated, cast: Cast, found: Found, context: Context): Omit<Solution, 'isBounded'> {
  const { stage, named, weight } = cast;
  const violated = found.isWhole ? errorsIn(stage.program, found.path) : [];
  const stray = stated.isKept ? 0 : strayLocals(found, named);
  const solution = { stage, found, named, violated, weight, strain: found.unstated + stray * STRAY };
  if (stated.isKept) return { ...solution, cpus: stated.steps.map(({ cpu }) => cpu), isNamed: true };
  const processes = [...new Set(found.processes)]; // by first step
  const ways = orders(stated.columns).map((columns) => ({
    columns,
    score: processes.reduce((sum, process, k) => sum + scoreOf(stated, cast, found, process, columns[k]!, context), 0),
  }));
  const best = Math.max(...ways.map(({ score }) => score));
  const winners = ways.filter(({ score }) => score === best);
  const { columns } = winners[0]!;
  const cpus: (string | undefined)[] = stated.steps.map(() => undefined);
  for (const [k, { index }] of named.entries()) cpus[index] = columns[processes.indexOf(found.processes[k]!)];
  return { ...solution, cpus, isNamed: winners.length === 1 };
}

/** How much speaks for a process being the one that a column names. */
function scoreOf(
  stated: Stated,
  { named, operations }: Cast,
  found: Found,
  process: number,
  column: string,
  { vocabulary, sides }: Context,
): number {
  let score = 0;
  for (const role of stated.roles) {
    if (role.column !== column) continue;
    const spoken = operationsIn(role.text, vocabulary);
    const owners = operations.map((own) => spoken.some((one) => own.has(one)));
    if (owners.some(Boolean) && !owners.every(Boolean)) score += owners[process] === true ? 10 : -10;
  }
  const own = new Set(named.flatMap(({ operation }, k) => (found.processes[k] === process ? [operation] : [])));
  for (const operation of sides.get(column) ?? []) if (own.has(operation)) score++;
  return score;
}

const MOST_COLUMNS = 4;

/** Every order of the names; the order of the header first. */
function orders(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length <= 1 || names.length > MOST_COLUMNS) return [names];
  return names.flatMap((first) => orders(names.filter((name) => name !== first)).map((rest) => [first, ...rest]));
}

/** One solution for each way of giving the steps to the CPUs: the one that ends in a violation, of the rule that is most about it. */
function distinct(all: readonly Solution[]): readonly Solution[] {
  const fitting = all.some((one) => !isStrained(one)) ? all.filter((one) => !isStrained(one)) : all;
  const named = fitting.some(({ isNamed }) => isNamed) ? fitting.filter(({ isNamed }) => isNamed) : fitting;
  const best = new Map<string, Solution>();
  for (const one of named) {
    const key = one.cpus.join();
    const known = best.get(key);
    if (known === undefined || rankOf(one) > rankOf(known)) best.set(key, one);
  }
  return [...best.values()].sort((a, b) => rankOf(b) - rankOf(a)).slice(0, MOST_SOLUTIONS);
}

function rankOf(one: Solution): number {
  return (isStrained(one) ? -10_000 : 0) + (one.violated.length > 0 ? 1_000 : 0) + one.weight;
}
