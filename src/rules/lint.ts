// What makes a rule that reads well a rule that can be relied on, beyond what the reader of rule files refuses.
import { InputError } from '../errors.ts';
import type { Rule } from '../types.ts';
import { parseRule } from './load.ts';
import { blocksOf } from './markdown.ts';
import { LEFT } from './scaffold.ts';

/** One thing to mend, or, with `left`, one that the author of a new rule has not come to yet. */
export interface Problem {
  readonly kind: 'wrong' | 'left';
  readonly file: string;
  readonly line: number; // 1-based
  readonly words: string;
}

/** What the names of a rule are looked up in. */
export interface Known {
  readonly versions: readonly string[]; // tags of the model sources
  readonly isFunction: (name: string) => boolean; // in some version, or by the vocabulary
}

/**
 * Returns what is wrong with the rule in `text`, by line: front matter and sections of another form, functions and
 * versions that nothing has, a scenario that no row is about, a rule that never says violated or never holds, an edit that no
 * row uses, prose that is missing, and places that are still to be filled in. A function that kernel trees have and the
 * model sources do not is marked `# in kernel trees` in the list. A rule that does not read has that one problem.
 */
export function lintRule(text: string, file: string, known: Known): Problem[] {
  const left = leftIn(text, file);
  const parsed = parsedOr(text, file);
  if ('kind' in parsed) return [...left, parsed];
  const filled = new Set(left.map(({ line }) => line));
  const problems = [
    ...functionsOf(parsed, text, known),
    ...rowsOf(parsed, known),
    ...scenariosOf(parsed),
    ...editsOf(parsed),
    ...proseOf(parsed, text),
  ];
  const rest = left.length === 0 ? problems : problems.map((one) => ({ ...one, kind: 'left' as const }));
  return [...left, ...rest.filter(({ line }) => !filled.has(line))].sort((a, b) => a.line - b.line);
}

function parsedOr(text: string, file: string): Rule | Problem {
  try {
    return parseRule(text, file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { place, expected, found } = error;
    return { kind: 'wrong', file, line: place.line ?? 1, words: `expected ${expected}, found ${found}` };
  }
}

/** The places where a scaffold says what belongs there. */
function leftIn(text: string, file: string): Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line
      .split(LEFT)[1]
      ?.replace(/ \|.*$|\*\/.*$/, '')
      .replace(/^[: ]+|[ "]+$/g, '');
    return words === undefined ? [] : [{ kind: 'left' as const, file, line: index + 1, words }];
  });
}

function functionsOf(rule: Rule, text: string, known: Known): Problem[] {
  const lines = text.split('\n');
  return rule.functions.flatMap((name) => {
    const at = lines.findIndex((line) => new RegExp(`^\\s*-\\s*${name}\\b`).test(line));
    if (known.isFunction(name) || /# in kernel trees$/.test(lines[at]?.trim() ?? '')) return [];
    const words = `no version of the model sources has ${name}(), and rules/vocabulary.md does not name it; a function that only kernel trees have is marked "# in kernel trees"`;
    return [wrong(rule, at + 1, words)];
  });
}

function rowsOf(rule: Rule, known: Known): Problem[] {
  return rule.rows
    .filter(({ version }) => !known.versions.includes(version))
    .map(({ version, line }) =>
      wrong(rule, line, `rules/kernel/series has no tag ${version}; it has ${known.versions.join(', ')}`),
    );
}

/** A rule that never says "violated" finds nothing, and one that never says "holds" is an alarm that always rings. */
function scenariosOf(rule: Rule): Problem[] {
  const cells = new Map(rule.scenarios.map(({ name }) => [name, cellsOf(rule, name)]));
  const silent = rule.scenarios.filter(({ name }) => cells.get(name)?.length === 0);
  const stated = new Set([...cells.values()].flat());
  const lacking = (['violated', 'holds'] as const).filter((verdict) => stated.size > 0 && !stated.has(verdict));
  const first = rule.rows[0]?.line ?? 1;
  return [
    ...silent.map(({ name, line }) => wrong(rule, line, `no row of the Result tables says anything of ${name}`)),
    ...lacking.map((verdict) => wrong(rule, first, `no row says ${verdict}: nothing shows that the rule can tell`)),
  ];
}

/** What the rows state of a scenario, under any model and of any property. */
function cellsOf(rule: Rule, name: string): ('holds' | 'violated')[] {
  return rule.rows.flatMap((row) => [
    ...Object.values(row.expected[name] ?? {}),
    ...(row.others ?? []).filter(({ scenario }) => scenario === name).map(({ expected }) => expected),
  ]);
}

function editsOf(rule: Rule): Problem[] {
  const used = new Set(rule.rows.flatMap(({ edits }) => edits));
  return rule.edits
    .filter(({ name }) => !used.has(name))
    .map(({ name, line }) => wrong(rule, line, `no row uses the edit ${name}`));
}

function proseOf(rule: Rule, text: string): Problem[] {
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, (front) => '\n'.repeat(front.split('\n').length - 1));
  const blocks = blocksOf(body);
  const first = blocks.findIndex((block) => block.kind === 'heading' && block.depth === 2);
  const prose = blocks
    .slice(0, Math.max(0, first))
    .filter((block) => block.kind === 'prose' && block.text.trim() !== '');
  if (prose.length > 0) return [];
  return [
    wrong(
      rule,
      blocks[0]?.line ?? 1,
      'there is no text above the first scenario that says what goes wrong and who does it',
    ),
  ];
}

function wrong(rule: Rule, line: number, words: string): Problem {
  return { kind: 'wrong', file: rule.file, line: Math.max(1, line), words };
}
