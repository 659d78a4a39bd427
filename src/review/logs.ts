// What the logs of a thread are evidence of: the rule, the scenario and the property that they bear on.
import { findLogs, type Log } from '../claims/logs.ts';
import { countWords } from '../claims/page-dump.ts';
import { operationOf } from '../rules/match.ts';
import type { KernelSource, Program, ReviewLog, Rule, Thread, Vocabulary } from '../types.ts';
import type { Bench } from './checks.ts';

/** Returns the logs of `thread` with what they are evidence of on the code as it stands; those that say nothing are left out. */
export function judgeLogs(thread: Thread, bench: Bench, base: KernelSource, rules: readonly Rule[]): ReviewLog[] {
  return findLogs(thread).map((log) => {
    const evidence = evidenceOf(log, bench, base, rules);
    return {
      messageId: log.message.id,
      span: log.block.span,
      ...(log.block.speaker === undefined ? {} : { speaker: log.block.speaker }),
      facts: factsOf(log),
      calls: log.chains[0] ?? [],
      ...(evidence ?? {}),
    };
  });
}

function factsOf({ headline, assertions, chains, pages, returns }: Log): string[] {
  return [
    ...(headline === '' ? [] : [headline]),
    ...assertions.map((one) => `${one} failed`),
    ...chains.map(
      (chain) =>
        `${chain[0]}(), called by ${chain.slice(1, MOST_CALLERS).join(' < ')}${chain.length > MOST_CALLERS ? ' < ...' : ''}`,
    ),
    ...pages.map(countWords),
    ...returns.map((one) => `${one.function}() gave ${one.value}`),
  ];
}

const MOST_CALLERS = 7;
const COUNTS_REFERENCES = 'migrate_page_move_mapping'; // where migration compares the count of a page with what it expects

type Evidence = Pick<ReviewLog, 'rule' | 'scenario' | 'property' | 'verdict'>;

/** An assertion of the lowered code that the log names; else the rule that is about most of its calls. */
function evidenceOf(log: Log, bench: Bench, base: KernelSource, rules: readonly Rule[]): Evidence | undefined {
  const { vocabulary } = bench.knowledge;
  const isMigrated = log.pages.some((page) => page.isIsolated);
  const names = [...log.chains.flat(), ...(isMigrated ? [COUNTS_REFERENCES] : [])];
  const called = new Set(names.map((name) => operationOf(name, vocabulary)));
  const judged = bench.judged.get(base);
  const ranked = rules
    .map((rule) => ({ rule, weight: weightOf(rule, called, vocabulary) }))
    .sort((a, b) => b.weight - a.weight);
  for (const { rule } of ranked) {
    for (const scenario of rule.scenarios) {
      const found = judged?.get(`${rule.name}/${scenario.name}/${bench.models[0]}`);
      if (found?.kind !== 'judged' || found.outcome.kind === 'refused') continue;
      const what = assertionIn(found.program, log.assertions);
      if (what === undefined) continue;
      const property = `assert: ${what}`;
      const isViolated = found.outcome.violations.some((one) => one.property === property);
      const verdict = isViolated ? 'violated' : found.outcome.kind === 'bounded' ? 'bounded' : 'holds';
      return { rule: rule.name, scenario: scenario.name, property, verdict };
    }
  }
  const [best] = ranked;
  return best === undefined || best.weight < (isMigrated ? 1 : 2)
    ? undefined
    : { rule: best.rule.name, property: best.rule.invariant };
}

function weightOf(rule: Rule, called: ReadonlySet<string>, vocabulary: Vocabulary): number {
  const about = new Set(rule.functions.map((name) => operationOf(name, vocabulary)));
  return [...called].filter((operation) => about.has(operation)).length;
}

/** The assertion of a program that calls what a reported one calls: lruvec_memcg_debug() is about lruvec_memcg(). */
function assertionIn({ processes }: Program, reported: readonly string[]): string | undefined {
  const names = new Set(reported.flatMap((one) => callsIn(one).slice(1)));
  if (names.size === 0) return undefined;
  for (const { code } of processes) {
    for (const instruction of code) {
      if (instruction.op !== 'assert' && instruction.op !== 'assert-held') continue;
      const own = callsIn(instruction.what);
      if (own.some((name) => [...names].some((other) => name === other || name.startsWith(`${other}_`))))
        return instruction.what;
    }
  }
  return undefined;
}

function callsIn(text: string): string[] {
  return [...text.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].map((found) => found[1]!);
}
