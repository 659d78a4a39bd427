// `relore rules new` and `relore rules lint`: for whoever writes a rule.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Knowledge } from '../knowledge.ts';
import { loadKnowledge } from '../knowledge.ts';
import { renderProblems } from '../report/rules.ts';
import { type Known, lintRule, type Problem } from '../rules/lint.ts';
import { ruleFiles } from '../rules/prepared.ts';
import { scaffold } from '../rules/scaffold.ts';
import { EXIT } from './exit.ts';
import { emit } from './output.ts';
import { shippedRules } from './package-root.ts';
import { checkFolder } from './source.ts';

/** Options of `relore rules new`. */
export interface NewRuleOptions {
  readonly rules?: string; // folder; the shipped rules when absent
  readonly functions?: readonly string[];
}

/**
 * Writes rules/NAME.md with every section and what belongs there, and says what is left to fill in.
 * Throws InputError for a name that is no file stem and for a rule that is there already.
 */
export async function newRule(name: string, options: NewRuleOptions): Promise<void> {
  const folder = options.rules ?? shippedRules();
  await checkFolder(folder, 'a folder of rules');
  const file = join(folder, `${name}.md`);
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name))
    throw new InputError({ place: { file: folder }, expected: 'a name like lru-before-put', found: name });
  const knowledge = await loadKnowledge(folder);
  const versions = knowledge.stack.tags;
  const text = scaffold(name, versions[versions.length - 1] ?? '', options.functions ?? ['folio_add_lru']);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new InputError({ place: { file }, expected: 'a rule that is not there yet', found: 'a file, which is kept' });
  }
  const problems = lintRule(text, `rules/${name}.md`, knownOf(knowledge));
  await emit(`${file}\n${renderProblems(problems)}`, undefined);
}

/** Prints what is wrong with the rules (or with rule `name`) as file:line; exit 1 when something is, not for what is left. */
export async function lintCommand(name: string | undefined, options: { readonly rules?: string }): Promise<void> {
  const folder = options.rules ?? shippedRules();
  await checkFolder(folder, 'a folder of rules');
  const problems = await lintFolder(folder, name);
  await emit(renderProblems(problems), undefined);
  if (problems.some(({ kind }) => kind === 'wrong')) process.exitCode = EXIT.findings;
}

/** The problems of all rules of `folder`, or of rule `name`, by file and line. Throws InputError for a rule that is not there. */
export async function lintFolder(folder: string, name: string | undefined): Promise<Problem[]> {
  const all = ruleFiles(folder);
  const files = all.filter((file) => name === undefined || file === `${name}.md`);
  if (files.length === 0 && name !== undefined) {
    const expected = `one of the rules ${all.map((file) => file.replace(/\.md$/, '')).join(', ')}`;
    throw new InputError({ place: { file: folder }, expected, found: name });
  }
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const),
  );
  const known = knownOf(await loadKnowledge(folder));
  return texts.flatMap(([file, text]) => lintRule(text.replaceAll('\r\n', '\n'), `rules/${file}`, known));
}

/** Names that stand before a parenthesis in some version of the model sources or in the rows, and those of the vocabulary. */
function knownOf({ stack, vocabulary, workshop }: Knowledge): Known {
  const named = new Set(vocabulary.names.flat());
  const texts = new Set(
    stack.tags
      .map((tag) => stack.at(tag))
      .flatMap((source) => source.paths.map((path) => source.read(path)?.text ?? '')),
  );
  for (const path of workshop.primitives.source.paths) texts.add(workshop.primitives.source.read(path)?.text ?? '');
  for (const text of texts) for (const [, word = ''] of text.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) named.add(word);
  return { versions: stack.tags, isFunction: (word) => named.has(word) };
}
