// JUnit XML: one testcase for each scenario and memory model of each patch. Not decided is skipped, never a failure.

import type { Review, ReviewCheck, ReviewPatch } from '../types.ts';
import { DEFAULT_FINDINGS, type FindingOptions, findingText, isFailing } from './finding-words.ts';
import { type Finding, findingsOf, judgedPatches } from './findings.ts';
import { cleaned, thousands } from './text.ts';
import { errorsOf } from './view.ts';
import { modelName, patchWords } from './words.ts';
import { type Element, element, renderXml } from './xml.ts';

/**
 * Returns the review as JUnit XML, ending with a newline. A failure is what makes exit code 1. A violation of the base,
 * a waived one, a patch that does not apply and a search that was stopped are skipped with the reason. There are no
 * times: the same input gives the same bytes.
 */
export function renderJunit(review: Review, options: Partial<FindingOptions> = {}): string {
  const safe = cleaned(review);
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const findings = findingsOf(safe);
  const judged = judgedPatches(safe);
  const suites =
    judged.length === 0
      ? [suite('base', casesOf(safe, '', { findings, asked }))]
      : judged.map((patch) =>
          suite(
            `${patch.id}: ${patch.title}`,
            patch.applies ? casesOf(safe, patch.id, { findings, asked }) : [lostCase(patch)],
          ),
        );
  const all = suites.flatMap(({ cases }) => cases);
  return renderXml(
    element(
      'testsuites',
      { name: 'relore', ...counts(all) },
      suites.map(({ name, cases }) => element('testsuite', { name, ...counts(cases) }, cases)),
    ),
  );
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Element[];
}

function suite(name: string, cases: readonly Element[]): Suite {
  return { name, cases };
}

function counts(cases: readonly Element[]): Record<string, number> {
  const having = (name: string) =>
    cases.filter(({ children }) => children.some((child) => typeof child !== 'string' && child.name === name)).length;
  return { tests: cases.length, failures: having('failure'), errors: 0, skipped: having('skipped') };
}

function lostCase(patch: ReviewPatch): Element {
  return element('testcase', { classname: 'relore', name: patch.id }, [
    element('skipped', { message: patchWords(patch) }),
  ]);
}

interface Told {
  readonly findings: readonly Finding[];
  readonly asked: FindingOptions;
}

/** One case for a scenario and a model; several invariants of one scenario are cases of their own. */
function casesOf(review: Review, patch: string, told: Told): Element[] {
  return errorsOf(review.checks)
    .filter((check) => check.patch === patch)
    .map((check) => {
      const name = `${check.scenario} ${check.invariant} (${modelName(check.model)})`;
      const body = outcomeOf(review, check, told);
      const classname = `relore.${check.rule}`;
      return body === undefined
        ? element('testcase', { classname, name }, [element('system-out', {}, [holdsWords(check)])])
        : element('testcase', { classname, name }, [body]);
    });
}

function holdsWords(check: ReviewCheck): string {
  return `${check.after.verdict}, ${thousands(check.after.states)} states`;
}

function outcomeOf(review: Review, check: ReviewCheck, { findings, asked }: Told): Element | undefined {
  const { verdict, why } = check.after;
  if (verdict === 'holds') return undefined;
  if (verdict !== 'violated') return element('skipped', { message: `not decided: ${why ?? verdict}` });
  const finding = findings.find(
    (one) =>
      one.patch?.id === (check.patch === '' ? undefined : check.patch) &&
      one.rule === check.rule &&
      one.invariant === check.invariant &&
      one.runs.some(({ scenario }) => scenario === check.scenario),
  );
  if (finding === undefined) return element('skipped', { message: 'violated, also without this patch' });
  const text = findingText(review, finding, asked.replay);
  if (isFailing(finding, asked.failOn))
    return element('failure', { message: text.split('\n')[0] ?? '', type: finding.rule }, [text]);
  return element('skipped', { message: text.split('\n')[0] ?? '' });
}
