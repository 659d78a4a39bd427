// Edits that change nothing, of all functions that the rules are about, on model sources and on kernel trees. One finding
// among them is a false alarm.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyPatch } from '../../src/c/apply.ts';
import { readPatchFile } from '../../src/c/diff.ts';
import { openTree, withFiles } from '../../src/c/tree.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { loadKnowledge, placementSource } from '../../src/knowledge.ts';
import type { Bench } from '../../src/review/checks.ts';
import { checkVariant } from '../../src/review/checks.ts';
import { openTraceBook } from '../../src/review/traces.ts';
import { matchRules } from '../../src/rules/match.ts';
import type { KernelSource } from '../../src/types.ts';
import { trees } from '../c/trees.ts';
import { HARMLESS, type HarmlessEdit, inFunctions } from './harmless.ts';
import { diffOf } from './mail.ts';

const VERSIONS = ['v4.20', 'v5.17', 'v6.12'];

let knowledge: Knowledge;
beforeAll(async () => {
  knowledge = await loadKnowledge(join(import.meta.dirname, '..', '..', 'rules'));
});

function openBench(): Bench {
  const work = { words: '', done: 0, total: 0, states: 0 };
  const kept = {
    traces: openTraceBook(),
    judged: new Map(),
    coverage: [],
    assumptions: new Set<string>(),
    ran: new Map(),
  };
  return { knowledge, models: ['sc'], states: 2_000_000, work, ...kept };
}

/** What a review says of one file's functions after `edit`; undefined when the edit changes nothing there. */
function verdictOf(bench: Bench, source: KernelSource, path: string, edit: HarmlessEdit): string | undefined {
  const names = new Set(knowledge.rules.flatMap((rule) => rule.functions));
  const text = source.read(path)?.text ?? '';
  const changed = inFunctions(text, names, edit);
  if (changed === text) return undefined;
  const diff = diffOf(path, text, () => changed);
  const applied = applyPatch(placementSource(knowledge, source), readPatchFile(diff, 'harmless.diff').files);
  if (applied.kind === 'refused') return `${path}: ${applied.refusal.what}: ${applied.refusal.why}`;
  const { functions } = applied;
  const checked = checkVariant(bench, {
    id: 'patch-1',
    kind: 'posted',
    messageId: '',
    title: '',
    claim: undefined,
    reading: undefined,
    parts: undefined,
    paths: [path],
    before: source,
    after: withFiles(source, applied.files),
    refusal: undefined,
    covered: matchRules(knowledge.rules, functions, knowledge.vocabulary).length > 0,
    functions,
    edits: [],
    notes: [],
  });
  // The base cannot be run either (exit code 3, no finding): rules say on which trees that is so.
  const isRefused = checked.verdict === 'unknown' && checked.checks.every(({ before }) => before.verdict === 'refused');
  return `${path}: ${isRefused ? 'refused without the edit too' : checked.verdict}`;
}

/** The verdicts of one kind of edit on every file of `source`, those left out that say nothing changes. */
function alarms(bench: Bench, source: KernelSource, edit: HarmlessEdit): string[] {
  const paths = source.paths.filter((path) => /^mm\/[\w-]+\.c$/.test(path));
  return paths
    .flatMap((path) => verdictOf(bench, source, path, edit) ?? [])
    .filter((words) => !/: (?:keeps|not-exercised|not-reviewed|refused without the edit too)$/.test(words));
}

describe.each(VERSIONS)('edits that change nothing in %s', (version) => {
  it.each(Object.entries(HARMLESS))(
    '%s',
    (_, edit) => expect(alarms(openBench(), knowledge.stack.at(version), edit)).toEqual([]),
    120_000,
  );
});

describe.each(trees)('edits that change nothing in $name (skipped where the tree is not unpacked)', (tree) => {
  let opened: { readonly bench: Bench; readonly source: KernelSource } | undefined;
  it.skipIf(!tree.here).each(Object.entries(HARMLESS))(
    '%s',
    (_, edit) => {
      opened ??= { bench: openBench(), source: openTree(tree.dir) };
      expect(alarms(opened.bench, opened.source, edit)).toEqual([]);
    },
    180_000,
  );
});
