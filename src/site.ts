// What the pages show, gathered from the shipped knowledge: rules, the computed history, and the retold threads with their reviews.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Code, codesOf } from './codes.ts';
import { lowerCode, scenarioWalks } from './explorer.ts';
import { scenarioGraphs } from './explorer-graphs.ts';
import { type Knowledge, loadKnowledge } from './knowledge.ts';
import { readThread } from './mail/read.ts';
import { reportBody } from './report/html.ts';
import { review } from './review.ts';
import type { History, Rule, Scenario } from './types.ts';
import type { Site, SiteReview } from './web/site.ts';

const STATES = 110; // of each code that is walked
const GRAPH_VERSIONS = 2; // whose executions are enumerated: the newest
const GRAPH_TRIALS = 2; // and the first

/** Where the knowledge is. */
export interface Shipped {
  readonly rulesDir: string;
  readonly threadsDir: string; // folders with a thread.mbox each; one that is missing has none
  readonly version: string; // of relore
  readonly history: History;
  readonly isStopped?: () => boolean; // asked between searches: nobody waits for the rest
}

/**
 * Reads the rules, and reviews the threads. About a second for each thread; schedules are computed when a page asks for them. Throws InputError for a file that does not read.
 */
export async function gatherSite(shipped: Shipped): Promise<Site> {
  const { rulesDir, threadsDir, version, history, isStopped } = shipped;
  const knowledge = await loadKnowledge(rulesDir);
  const reviews: SiteReview[] = [];
  for (const id of threadNames(threadsDir)) {
    await setImmediate(); // requests and signals come in between
    if (isStopped?.() === true) break;
    reviews.push(await reviewed(knowledge, shipped, id));
  }
  const lowered = oneKept((rule: Rule, scenario: Scenario, codes: readonly Code[]) =>
    codes.map((code) => lowerCode(knowledge, rule, scenario, code)),
  );
  return {
    version,
    history,
    rules: knowledge.rules,
    introductions: new Map(knowledge.rules.map((rule) => [rule.name, introductionOf(rulesDir, rule.name)])),
    reviews,
    walks(ruleName, scenarioName, model) {
      const rule = knowledge.rules.find(({ name }) => name === ruleName);
      const scenario = rule?.scenarios.find(({ name }) => name === scenarioName);
      if (rule === undefined || scenario === undefined) return undefined;
      const codes = codesOf(history, knowledge.stack.tags, rule, scenario.name, model);
      return scenarioWalks(lowered(rule, scenario, codes), model, STATES);
    },
    graphs(ruleName, scenarioName) {
      const rule = knowledge.rules.find(({ name }) => name === ruleName);
      const scenario = rule?.scenarios.find(({ name }) => name === scenarioName);
      if (rule === undefined || scenario === undefined) return undefined;
      const codes = codesOf(history, knowledge.stack.tags, rule, scenario.name, 'lkmm');
      const plain = codes.filter(({ edits }) => edits.length === 0).slice(-GRAPH_VERSIONS);
      const trials = codes.filter(({ edits }) => edits.length > 0).slice(0, GRAPH_TRIALS);
      // Most of these were lowered for the schedules under the other models.
      const known = lowered(rule, scenario, codesOf(history, knowledge.stack.tags, rule, scenario.name, 'tso'));
      const lower = (code: Code) =>
        known.find((one) => one.code.id === code.id) ?? lowerCode(knowledge, rule, scenario, code);
      return scenarioGraphs([...plain, ...trials].map(lower));
    },
  };
}

/** Keeps the result for the last scenario: both memory models walk the same code. */
function oneKept<T>(
  lower: (rule: Rule, scenario: Scenario, codes: readonly Code[]) => T,
): (rule: Rule, scenario: Scenario, codes: readonly Code[]) => T {
  let last: { readonly key: string; readonly value: T } | undefined;
  return (rule, scenario, codes) => {
    const key = JSON.stringify([rule.name, scenario.name, codes.map(({ id }) => id)]);
    if (last?.key !== key) last = { key, value: lower(rule, scenario, codes) };
    return last.value;
  };
}

function threadNames(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => existsSync(join(dir, name, 'thread.mbox')))
    .sort();
}

/** Reviews share what lowering learns: knowledge is opened once. */
async function reviewed(knowledge: Knowledge, shipped: Shipped, id: string): Promise<SiteReview> {
  const { rulesDir, threadsDir, version, isStopped } = shipped;
  const thread = await readThread(readFileSync(join(threadsDir, id, 'thread.mbox')), `${id}/thread.mbox`);
  const asked = { rulesDir, knowledge, models: ['sc'], states: 2_000_000, version } as const;
  const found = await review(thread, isStopped === undefined ? asked : { ...asked, isStopped });
  return reviewOf(id, found, thread);
}

/** A review as the pages show it. */
export function reviewOf(id: string, found: SiteReview['review'], thread: SiteReview['thread']): SiteReview {
  const replay = `relore replay threads/${id}/thread.mbox`;
  return { id, review: found, thread, report: reportBody(found, { tellingOnly: true, replay }) };
}

/** The paragraphs of a rule before its first scenario, as they are written. */
function introductionOf(rulesDir: string, name: string): string[] {
  const text = readFileSync(join(rulesDir, `${name}.md`), 'utf8');
  const body = /^---\n[\s\S]*?\n---\n+# .*\n([\s\S]*?)(?:\n## |$)/.exec(text)?.[1] ?? '';
  return body
    .split(/\n{2,}/)
    .filter((paragraph) => /^[A-Z*`]/.test(paragraph))
    .map((paragraph) =>
      paragraph
        .replaceAll(/\s*\n\s*/g, ' ')
        .replaceAll('*', '')
        .trim(),
    );
}
