// A rule file: front matter, prose, scenarios, named edits, the Result table, and what the rule does not see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { NamedEdit, Rule, Scenario } from '../types.ts';
import { parseEditLines } from './edit-language.ts';
import { parseFrontMatter } from './front-matter.ts';
import { blocksOf, type MarkdownBlock } from './markdown.ts';
import { ruleFiles } from './prepared.ts';
import { parseResult } from './result.ts';
import { declaredIn } from './scenario.ts';

const NOT_SEEN = 'What this rule does not see';

/** A heading and the blocks it owns: up to the next heading of any depth. */
interface Section {
  readonly heading: Extract<MarkdownBlock, { kind: 'heading' }>;
  readonly blocks: readonly MarkdownBlock[];
}

/**
 * Returns the rule that is written in `text`; `file` is its path for messages and for places, rules/NAME.md.
 * Throws InputError with the line for front matter or a section that is missing or of another form, duplicate scenarios
 * or edits, fences outside the sections that own them, and a Result table that names unknown things.
 */
export function parseRule(text: string, file: string): Rule {
  const front = parseFrontMatter(text.replaceAll('\r\n', '\n'), file);
  const sections = sectionsOf(front.body);
  const scenarios = sections.filter(isScenario).map((section) => scenarioOf(section, file));
  const edits = sections.filter(isEdit).map((section) => editOf(section, file));
  rejectStrays(sections, file);
  unique(scenarios, 'scenario', file);
  unique(edits, 'edit', file);
  if (scenarios.length === 0) throw missing('"## S1: words" with a ```c scenario block', file);
  checkInvariant(front.invariant, scenarios, file, front.line);
  const known = {
    file,
    scenarios: scenarios.map(({ name }) => name),
    invariants: invariantsOf(scenarios, file),
    edits: edits.map(({ name }) => name),
  };
  return {
    name: nameOf(file),
    file,
    title: front.title,
    functions: front.functions,
    informs: front.informs,
    invariant: front.invariant,
    scenarios,
    edits,
    rows: some(sections, 'Result', 'table', file).flatMap((table) => parseResult(table, known)),
    confidence: front.confidence,
    notSeen: one(sections, NOT_SEEN, 'list', file).items,
  };
}

/** Returns the rules of the folder `dir`, sorted by name. */
export function readRules(dir: string): Rule[] {
  return ruleFiles(dir).map((name) => parseRule(readFileSync(join(dir, name), 'utf8'), `rules/${name}`));
}

function sectionsOf(body: string): Section[] {
  const sections: { heading: Section['heading']; blocks: MarkdownBlock[] }[] = [];
  for (const block of blocksOf(body)) {
    if (block.kind === 'heading') sections.push({ heading: block, blocks: [] });
    else sections.at(-1)?.blocks.push(block);
  }
  return sections;
}

function isScenario({ heading, blocks }: Section): boolean {
  return /^[A-Z]\w*: \S/.test(heading.text) && (heading.depth === 2 || blocks.some(isScenarioFence));
}

function isScenarioFence(block: MarkdownBlock): boolean {
  return block.kind === 'code' && block.info === 'c scenario';
}

function isEdit({ heading }: Section): boolean {
  return /^edit\b/.test(heading.text) && heading.depth === 3;
}

function scenarioOf({ heading, blocks }: Section, file: string): Scenario {
  const [, name = '', words = ''] = /^(\w+): (.+)$/.exec(heading.text) ?? [];
  const fences = blocks.filter((block) => block.kind === 'code');
  const [fence] = fences;
  if (fences.length !== 1 || fence === undefined || fence.info !== 'c scenario') {
    throw new InputError({
      place: { file, line: heading.line },
      expected: `one \`\`\`c scenario block under "${heading.text}"`,
      found: countOf(fences),
    });
  }
  declaredIn(fence.text, file, fence.line + 1);
  return { name, words, code: `${fence.text}\n`, line: fence.line + 1 };
}

function editOf({ heading, blocks }: Section, file: string): NamedEdit {
  const place = { file, line: heading.line };
  const match = /^edit ([a-z][\w-]*): (.+)$/.exec(heading.text);
  if (match === null) throw new InputError({ place, expected: '### edit name: words', found: heading.text });
  const [, name = '', words = ''] = match;
  const fences = blocks.filter((block) => block.kind === 'code');
  const [fence] = fences;
  if (fences.length !== 1 || fence === undefined || (fence.info !== 'edit' && fence.info !== 'diff')) {
    throw new InputError({
      place,
      expected: `one \`\`\`edit or \`\`\`diff block under "${heading.text}"`,
      found: countOf(fences),
    });
  }
  if (fence.info === 'edit') {
    const edits = parseEditLines(fence.text, file, fence.line + 1);
    if (edits.length > 0) return { name, words, edits, diff: undefined, line: heading.line };
    throw new InputError({ place: { file, line: fence.line }, expected: 'an edit', found: 'an empty block' });
  }
  if (!/^--- \S.*\n\+\+\+ \S.*\n@@ /m.test(fence.text)) {
    throw new InputError({
      place: { file, line: fence.line + 1 },
      expected: 'a unified diff, --- +++ @@',
      found: fence.text.split('\n')[0] || 'nothing',
    });
  }
  return { name, words, edits: [], diff: `${fence.text}\n`, line: heading.line };
}

/** Blocks that would be lost in silence because no section owns them. */
function rejectStrays(sections: readonly Section[], file: string): void {
  for (const section of sections) {
    for (const block of section.blocks) {
      if (block.kind !== 'code') continue;
      const place = { file, line: block.line };
      if (block.info === 'c scenario' && !isScenario(section)) {
        throw new InputError({
          place,
          expected: 'a heading "## S1: words" over a scenario',
          found: `"${section.heading.text}"`,
        });
      }
      if ((block.info === 'edit' || block.info === 'diff') && !isEdit(section)) {
        throw new InputError({
          place,
          expected: 'a heading "### edit name: words" over an edit',
          found: `"${section.heading.text}"`,
        });
      }
    }
  }
}

function unique(named: readonly { readonly name: string; readonly line: number }[], what: string, file: string): void {
  const seen = new Set<string>();
  for (const { name, line } of named) {
    if (seen.has(name))
      throw new InputError({ place: { file, line }, expected: `each ${what} once`, found: `${name} again` });
    seen.add(name);
  }
}

function checkInvariant(invariant: string, scenarios: readonly Scenario[], file: string, line: number): void {
  const declared = invariantsOf(scenarios, file);
  if (declared.includes(invariant)) return;
  throw new InputError({
    place: { file, line },
    expected: `an invariant of the scenarios (${declared.join(', ')})`,
    found: invariant,
  });
}

/** The names of all invariants that the scenarios declare, each once. */
function invariantsOf(scenarios: readonly Scenario[], file: string): string[] {
  return [...new Set(scenarios.flatMap(({ code, line }) => declaredIn(code, file, line).invariants))];
}

/** The one block of a kind under the one heading of that name. */
function one<K extends 'table' | 'list'>(
  sections: readonly Section[],
  name: string,
  kind: K,
  file: string,
): Extract<MarkdownBlock, { kind: K }> {
  const [first, second] = some(sections, name, kind, file);
  if (second === undefined) return first;
  const heading = sections.find((section) => section.heading.text === name)?.heading;
  throw new InputError({
    place: heading === undefined ? { file } : { file, line: heading.line },
    expected: `one ${kind} under "## ${name}"`,
    found: 'another',
  });
}

/** The blocks of a kind under the one heading of that name, at least one. */
function some<K extends 'table' | 'list'>(
  sections: readonly Section[],
  name: string,
  kind: K,
  file: string,
): [Extract<MarkdownBlock, { kind: K }>, ...Extract<MarkdownBlock, { kind: K }>[]] {
  const found = sections.filter(({ heading }) => heading.text === name);
  const [section] = found;
  if (section === undefined) throw missing(`the section "## ${name}"`, file);
  if (found.length > 1) {
    throw new InputError({
      place: { file, line: found[1]!.heading.line },
      expected: `one section "## ${name}"`,
      found: 'another',
    });
  }
  const blocks = section.blocks.filter((block): block is Extract<MarkdownBlock, { kind: K }> => block.kind === kind);
  const [first, ...others] = blocks;
  if (first !== undefined) return [first, ...others];
  throw new InputError({
    place: { file, line: section.heading.line },
    expected: `a ${kind} under "## ${name}"`,
    found: 'none',
  });
}

function missing(what: string, file: string): InputError {
  return new InputError({ place: { file }, expected: what, found: 'none' });
}

function countOf(fences: readonly { readonly info: string }[]): string {
  return fences.length === 0 ? 'none' : fences.map(({ info }) => `\`\`\`${info}`).join(', ');
}

function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.md$/, '');
}
