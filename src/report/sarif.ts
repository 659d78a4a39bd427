// SARIF 2.1.0 (OASIS): one result a finding, one threadFlow a process, executionOrder across them is the interleaving.

import type { Review, ReviewTrace, ReviewTraceStep } from '../types.ts';
import {
  changeWords,
  DEFAULT_FINDINGS,
  type FindingOptions,
  findingFacts,
  findingSchedule,
  findingSentence,
  isFailing,
  isTold,
  undecidedOf,
} from './finding-words.ts';
import { type Finding, type FindingRun, findingsOf } from './findings.ts';
import { lineOf } from './places.ts';
import { cleaned } from './text.ts';
import { baseName } from './verdict.ts';
import { scenarioWords } from './view.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
// What GitHub takes of one result and one run; more is left out by it without a word.
const MOST_STEPS = 1000;
const MOST_RESULTS = 5000;
const MOST_FLOWS = 10; // schedules of one result

/**
 * Returns the review as a SARIF 2.1.0 log, ending with a newline. `baselineState` is new for what a patch opens,
 * unchanged for what the base violates too, absent for what is closed; a waiver is a suppression. Fingerprints are made
 * of names, so that they stay when lines move. What was not decided is a notification at level note.
 */
export function renderSarif(review: Review, options: Partial<FindingOptions> = {}): string {
  const safe = cleaned(review);
  const asked = { ...DEFAULT_FINDINGS, ...options };
  const told = findingsOf(safe).filter((finding) => isTold(finding, asked));
  const rules = safe.rules ?? [];
  const run = {
    tool: {
      driver: {
        name: 'relore',
        semanticVersion: safe.tool.version,
        rules: rules.map(({ name, title, invariant }) => ({
          id: name,
          shortDescription: { text: sentence(title) },
          fullDescription: { text: sentence(invariant) },
          help: { text: `relore rules show ${name}` },
        })),
        properties: { rules: safe.tool.rules },
      },
    },
    automationDetails: { id: 'relore/' },
    columnKind: 'utf16CodeUnits',
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications(safe) }],
    results: told.slice(0, MOST_RESULTS).map((finding) => resultOf(safe, finding, asked)),
    properties: { base: baseName(safe), assumptions: safe.assumptions, notChecked: safe.notChecked },
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function notifications(review: Review): object[] {
  return undecidedOf(review).map(({ patch, words }) => ({
    level: 'note',
    message: { text: `${patch === undefined ? 'base' : patch.title}: ${words}` },
  }));
}

function resultOf(review: Review, finding: Finding, asked: FindingOptions): object {
  const ruleIndex = (review.rules ?? []).findIndex(({ name }) => name === finding.rule);
  const isGone = finding.state === 'closes' || finding.replaced === true;
  const flows = finding.runs.slice(0, MOST_FLOWS).flatMap((run) => flowOf(review, run));
  return {
    ruleId: finding.rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    kind: isGone ? 'pass' : 'fail',
    level: isGone ? 'none' : isFailing(finding, asked.failOn) ? 'error' : 'note',
    message: messageOf(review, finding, asked),
    locations: [locationOf(finding.place)],
    partialFingerprints: { 'reloreFinding/v1': finding.fingerprint },
    baselineState: baselineOf(finding),
    ...(flows.length === 0 ? {} : { codeFlows: flows }),
    ...(finding.waiver === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: finding.waiver.reason }] }),
    properties: {
      change: changeWords(finding),
      invariant: finding.invariant,
      scenarios: finding.runs.map(({ scenario, model }) => `${scenario} ${model}`),
      ...(finding.patch === undefined ? {} : { patch: finding.patch.title, messageId: finding.patch.messageId }),
    },
  };
}

function baselineOf(finding: Finding): 'new' | 'unchanged' | 'absent' {
  if (finding.state === 'closes' || finding.replaced === true) return 'absent';
  return finding.state === 'base' ? 'unchanged' : 'new';
}

/** Plain text for every reader, and Markdown with the schedule for those that show it. */
function messageOf(review: Review, finding: Finding, asked: FindingOptions): object {
  const facts = findingFacts(review, finding, asked.replay);
  const text = [findingSentence(review, finding), ...facts].map((line) => literal(line)).join('\n');
  const schedule = findingSchedule(review, finding).map((line) => line.trimEnd());
  return schedule.length === 0 ? { text } : { text: [text, '', ...schedule.map(literal)].join('\n') };
}

/** In a SARIF message `{0}` is a placeholder and `[text](1)` a link: both are written so that they are not. */
function literal(text: string): string {
  return text
    .replaceAll('{', '{{')
    .replaceAll('}', '}}')
    .replace(/[\\[\]]/g, '\\$&');
}

function locationOf(place: { readonly file: string; readonly line: number; readonly function: string }): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(place.file), uriBaseId: '%SRCROOT%' },
      region: { startLine: place.line },
    },
    ...(place.function === '' ? {} : { logicalLocations: [{ fullyQualifiedName: place.function, kind: 'function' }] }),
  };
}

function flowOf(review: Review, run: FindingRun): object[] {
  const trace = run.trace === undefined ? undefined : review.traces[run.trace];
  if (trace === undefined) return [];
  const words = scenarioWords(review, trace.rule, trace.scenario);
  const text = `${trace.scenario}${words === undefined ? '' : `: ${words}`}, path ${trace.path}`;
  return [{ message: { text: literal(text) }, threadFlows: threadFlows(trace) }];
}

/** One threadFlow for each process that takes a step. Steps keep their place in the whole schedule. */
function threadFlows(trace: ReviewTrace): object[] {
  const numbered = trace.steps.map((step, index) => ({ step, order: index + 1 }));
  const short = numbered.length <= MOST_STEPS ? numbered : numbered.filter(({ step }) => step.matters);
  const kept = short.slice(0, MOST_STEPS);
  return trace.processes.flatMap(({ name, cpu, label }) => {
    const own = kept.filter(({ step }) => step.process === name);
    if (own.length === 0) return [];
    return [
      {
        id: name,
        message: { text: literal(`${cpu} ${label}`) },
        locations: own.map(({ step, order }) => stepOf(step, order)),
      },
    ];
  });
}

function stepOf(step: ReviewTraceStep, order: number): object {
  const [, cell, value] = /^([^:]+): (.*)$/s.exec(step.values) ?? [];
  return {
    executionOrder: order,
    importance: step.matters ? 'essential' : 'unimportant',
    location: {
      ...locationOf({ file: step.file, line: lineOf(step), function: step.function }),
      message: { text: literal(step.event === '' ? step.text : step.event) },
    },
    ...(cell === undefined || value === undefined ? {} : { state: { [cell]: { text: literal(value) } } }),
  };
}
