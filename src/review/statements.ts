// What the scenarios say of a statement: it is confirmed or refuted by running the code it speaks of, or left alone.

import { callSites } from '../check/calls.ts';
import type { Judged } from '../judge.ts';
import { judge } from '../judge.ts';
import { operationOf } from '../rules/match.ts';
import type {
  Claim,
  ClaimTopic,
  KernelSource,
  MemoryModel,
  Program,
  ReviewBinding,
  ReviewClaim,
  Rule,
  Scenario,
  Violation,
} from '../types.ts';
import { judgeBarrier } from './barriers.ts';
import { repositoryOf } from './base.ts';
import { type Bound, bindClaim, wordsOf } from './binding.ts';
import type { Bench } from './checks.ts';
import { historyVerdict } from './history-claims.ts';
import { protectedFinding } from './protected.ts';
import type { Variant } from './variants.ts';

/** What statements are judged with. */
export interface StatementBench {
  readonly bench: Bench;
  readonly base: KernelSource;
  readonly variants: readonly Variant[];
}

const SEVERAL = 2; // functions; one may be a caller, or what the words lead to

export type Finding = Pick<ReviewClaim, 'verdict' | 'why' | 'trace' | 'binding'>;

/** Which lock is held where is not what an invariant says; a row of topics.md may say what is expected. */
const TELLS_NOT: ReadonlySet<Claim['kind']> = new Set(['protected-by']);

/** One run of all scenarios of a reading. */
type Run =
  | { readonly kind: 'violated'; readonly where: string; readonly trace: string; readonly held: readonly string[] }
  | { readonly kind: 'holds'; readonly where: string }
  | { readonly kind: 'open'; readonly why: string };

/** Returns what running the code says of a claim that proposes no edit. Kinds that state no fact are not modelled. */
export function judgeStatement(claim: Claim, on: StatementBench): Finding {
  if (['question', 'naming', 'design', 'objection'].includes(claim.kind))
    return { verdict: 'not-modelled', why: `it is a ${claim.kind === 'design' ? 'matter of design' : claim.kind}` };
  const { knowledge } = on.bench;
  const runs = (source: KernelSource, rule: Rule, topic: ClaimTopic): boolean =>
    scenariosOf(rule, topic).every((scenario) => judged(on.bench, source, rule, scenario, 'sc').kind === 'judged');
  const all = bindClaim(claim, { knowledge, base: on.base, variants: on.variants, runs });
  const bounds = all.filter((bound) => mayMean(claim, bound, on.bench));
  if (bounds.length === 0 && all.length > 0) {
    const names = claim.slots?.functions.map((name) => `${name}()`).join(', ');
    return { verdict: 'not-modelled', why: `no scenario that it could be about runs ${names}` };
  }
  if (bounds.length === 0) {
    const locked = protectedFinding(claim, programsOf(on));
    if (locked !== undefined) return locked;
    if (claim.kind === 'history') return historyVerdict(claim, knowledge.stack, repositoryOf(on.base));
    const why =
      claim.about === undefined ? 'no rule has a scenario for it' : 'no modelled version has the code it speaks of';
    return { verdict: 'not-modelled', why };
  }
  const findings = bounds.map((bound) => ({ bound, finding: judgeBound(claim, bound, on.bench) }));
  return together(findings);
}

/** Whether a scenario runs one of the functions that the words name: of several that it runs none of, the race is another one. */
function mayMean(claim: Claim, { rule, topic, source }: Bound, bench: Bench): boolean {
  const { vocabulary } = bench.knowledge;
  const named = new Set((claim.slots?.functions ?? []).map((name) => operationOf(name, vocabulary)));
  if (named.size < SEVERAL) return true;
  const isNamed = (name: string): boolean => named.has(operationOf(name, vocabulary));
  return (
    rule.functions.some(isNamed) ||
    scenariosOf(rule, topic).some((scenario) => {
      const found = judged(bench, source, rule, scenario, 'sc');
      if (found.kind !== 'judged') return true;
      const calls = found.program.processes.flatMap((process) => callSites(process).map(({ name }) => name));
      return [...found.functions.keys(), ...calls].some(isNamed);
    })
  );
}

/** The programs that the review ran on the base, by name. */
function programsOf({ bench, base }: StatementBench): Program[] {
  const known = [...(bench.judged.get(base) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return known.flatMap(([key, found]) => (found.kind === 'judged' && key.endsWith('/sc') ? [found.program] : []));
}

function together(findings: readonly { readonly bound: Bound; readonly finding: Finding }[]): Finding {
  const [first] = findings as [{ bound: Bound; finding: Finding }];
  const readings =
    findings.length === 1 ? [] : findings.map(({ bound, finding }) => `${wordsOf(bound)}: ${finding.verdict}`);
  const binding = { ...bindingOf(first.bound), readings };
  if (new Set(findings.map(({ finding }) => finding.verdict)).size === 1) return { ...first.finding, binding };
  const trace = findings.find(({ finding }) => finding.trace !== undefined)?.finding.trace;
  return {
    verdict: 'ambiguous',
    why: `its readings differ: ${readings.join('; ')}`,
    ...(trace === undefined ? {} : { trace }),
    binding,
  };
}

function bindingOf({ rule, topic, version, of, source }: Bound): ReviewBinding {
  return { rule: rule.name, scenarios: topic.scenarios, version, of, source: source.name, readings: [] };
}

function judgeBound(claim: Claim, bound: Bound, bench: Bench): Finding {
  if (claim.kind === 'barrier')
    return judgeBarrier(claim, bound, {
      knowledge: bench.knowledge,
      reorders: bench.models.includes('lkmm'),
      run: (source) => runAll(bench, bound, source),
    });
  const run = runAll(bench, bound, bound.source);
  if (run.kind === 'open') return { verdict: 'undecided', why: run.why };
  const on = `read as ${wordsOf(bound)}`;
  if (bound.topic.says === undefined && TELLS_NOT.has(claim.kind)) {
    const programs = scenariosOf(bound.rule, bound.topic).flatMap((scenario) => {
      const found = judged(bench, bound.source, bound.rule, scenario, 'sc');
      return found.kind === 'judged' ? [found.program] : [];
    });
    const locked = protectedFinding(claim, programs);
    if (locked !== undefined) return { ...locked, why: `${on}: ${locked.why}` };
    const word = run.kind === 'violated' ? 'is violated' : 'holds';
    return { verdict: 'undecided', why: `${on}: ${run.where} ${word}, which does not tell whether this is why` };
  }
  const expectsBad = (bound.topic.says ?? senseOf(claim)) === 'bad';
  if (run.kind === 'violated') return violatedFinding(claim, run, on, expectsBad);
  if (!expectsBad) return proposed(claim, bound, bench, `${on}: ${run.where}`);
  // That one scenario holds does not say that nothing like it can happen, unless the words name what it looks at.
  const isNamed = bound.topic.property !== undefined && claim.kind !== 'observation';
  return isNamed
    ? { verdict: 'refuted', why: `${on}: it cannot happen in ${run.where}` }
    : { verdict: 'undecided', why: `${on}: it does not happen in ${run.where}; other scenarios are not modelled` };
}

function violatedFinding(claim: Claim, run: Run & { kind: 'violated' }, on: string, expectsBad: boolean): Finding {
  const { where, trace, held } = run;
  if (expectsBad) return { verdict: 'confirmed', why: `${on}: ${where} shows it`, trace };
  const partly = claim.kind === 'fix' && held.length > 0;
  const why = partly
    ? `it narrows the race and does not close it: ${held.join(', ')} holds, ${where} does not`
    : `${where} shows the opposite`;
  return { verdict: 'refuted', why: `${on}: ${why}`, trace };
}

/** A change that is proposed has to change something. */
function proposed(claim: Claim, bound: Bound, bench: Bench, where: string): Finding {
  const before = claim.kind === 'fix' && bound.before !== undefined ? runAll(bench, bound, bound.before) : undefined;
  if (before?.kind === 'holds') return { verdict: 'undecided', why: `${where} holds, with the change and without it` };
  return { verdict: 'confirmed', why: `${where} holds` };
}

/** What a kind of statement expects of the code it speaks of. */
function senseOf({ kind, polarity }: Claim): 'bad' | 'good' {
  const isDenied = polarity === '-';
  switch (kind) {
    case 'race':
    case 'outcome':
      return isDenied ? 'good' : 'bad';
    case 'insufficient':
    case 'observation':
    case 'history':
      return 'bad';
    case 'order':
    case 'protected-by':
      return isDenied ? 'bad' : 'good';
    case 'barrier':
    case 'fix':
    case 'sufficient':
    case 'invariant':
    case 'design':
    case 'objection':
    case 'question':
    case 'naming':
      return 'good';
    default:
      return kind satisfies never;
  }
}

function scenariosOf(rule: Rule, { scenarios }: ClaimTopic): Scenario[] {
  return rule.scenarios.filter(({ name }) => scenarios.includes(name));
}

const MODEL: Readonly<Record<MemoryModel, string>> = { sc: 'SC', tso: 'x86-TSO', lkmm: 'LKMM' };

/** Every scenario of a reading under every model: violated when one is, held when all are. */
function runAll(bench: Bench, bound: Bound, source: KernelSource): Run {
  const { rule, topic, version, of } = bound;
  const held: string[] = [];
  let first: { readonly where: string; readonly trace: string } | undefined;
  for (const scenario of scenariosOf(rule, topic)) {
    for (const model of bench.models) {
      const found = judged(bench, source, rule, scenario, model);
      if (found.kind === 'refused') return { kind: 'open', why: `${found.refusal.what}: ${found.refusal.why}` };
      if (found.outcome.kind === 'refused') return { kind: 'open', why: found.outcome.refusal.why };
      const violation = found.outcome.violations.find((one) => isMeant(one, topic));
      const where = `${rule.name} ${scenario.name} under ${MODEL[model]}`;
      if (violation !== undefined && first === undefined) {
        const patch = version === 'before' ? '' : of;
        first = { where, trace: bench.traces.add(rule, scenario, patch, model, found.program, violation) };
      } else if (violation === undefined && found.outcome.kind === 'bounded') {
        return { kind: 'open', why: `stopped at ${found.outcome.bound ?? 'a limit'}` };
      } else if (violation === undefined) held.push(where);
    }
  }
  if (first !== undefined) return { kind: 'violated', ...first, held };
  return held.length === 0
    ? { kind: 'open', why: 'the rule has no such scenario' }
    : { kind: 'holds', where: held.join(', ') };
}

function isMeant(violation: Violation, { property }: ClaimTopic): boolean {
  if (property === undefined) return violation.level === 'error' && violation.kind !== 'assert';
  const kind = ({ asserts: 'assert', deadlock: 'deadlock', faults: 'fault' } as const)[property];
  return kind === undefined ? violation.property === property : violation.kind === kind;
}

/** A search that the review has made already is not made again. */
function judged(bench: Bench, source: KernelSource, rule: Rule, scenario: Scenario, model: MemoryModel): Judged {
  const known = bench.judged.get(source) ?? new Map<string, Judged>();
  bench.judged.set(source, known);
  const key = `${rule.name}/${scenario.name}/${model}`;
  const found = known.get(key) ?? judge(bench.knowledge, source, rule, scenario, model, bench.states);
  known.set(key, found);
  if (found.kind === 'judged') {
    bench.ran.set(rule.name, rule);
    for (const sentence of found.assumptions) bench.assumptions.add(sentence);
  }
  return found;
}
