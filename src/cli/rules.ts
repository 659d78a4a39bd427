import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { testRules } from '../judge.ts';
import { type CellResult, renderCell, renderCellCount, renderProblems, renderRuleList } from '../report/rules.ts';
import { readRules } from '../rules/load.ts';
import { EXIT } from './exit.ts';
import { type ColorWish, emit, wantsColor } from './output.ts';
import { shippedRules } from './package-root.ts';
import { lintFolder } from './rules-author.ts';
import { checkFolder } from './source.ts';

/** Options of the `relore rules` commands. */
export interface RulesOptions {
  readonly rules?: string; // folder; the shipped rules when absent
}

/** Prints every rule with its scenarios and the number of rows in its Result table. */
export async function listRules(options: RulesOptions): Promise<void> {
  await emit(renderRuleList(readRules(await rulesFolder(options))), undefined);
}

/** Prints the Markdown of one rule as it stands. Throws InputError when there is no rule of that name. */
export async function showRule(name: string, options: RulesOptions): Promise<void> {
  const folder = await rulesFolder(options);
  const text = /^[a-z0-9][a-z0-9-]*$/.test(name)
    ? await readFile(join(folder, `${name}.md`), 'utf8').catch(() => undefined)
    : undefined;
  if (text === undefined) throw unknownRule(name, folder);
  await emit(text, undefined);
}

/**
 * Lints the rules and runs every cell of their Result tables, printing each as it is decided. Exit 1 for a problem and
 * when a cell differs from its table, 3
 * when one was not decided and none differs. Throws InputError for a rule that cannot be read, or an unknown name.
 */
export async function testCommand(
  name: string | undefined,
  options: RulesOptions & { readonly color: ColorWish },
): Promise<void> {
  const folder = await rulesFolder(options);
  const color = wantsColor(options.color, false);
  const rules = readRules(folder);
  if (name !== undefined && !rules.some((rule) => rule.name === name)) throw unknownRule(name, folder);
  const problems = (await lintFolder(folder, name)).filter(({ kind }) => kind === 'wrong');
  if (problems.length > 0) process.stdout.write(renderProblems(problems));
  const cells: CellResult[] = [];
  await testRules(folder, name, (cell) => {
    cells.push(cell);
    process.stdout.write(renderCell(cell, color));
  });
  process.stdout.write(renderCellCount(cells));
  process.exitCode = problems.length > 0 ? EXIT.findings : cellsExit(cells);
}

/**
 * Returns the exit code of a rules test. A table without any cell tests nothing, which is not a success; cells of a
 * model that is not explored are counted apart and decide nothing.
 */
export function cellsExit(cells: readonly CellResult[]): 0 | 1 | 3 {
  const expected = cells.filter((cell) => cell.expected !== undefined && cell.notRun !== true);
  const isDecided = (cell: CellResult) => cell.computed === 'holds' || cell.computed === 'violated';
  if (expected.some((cell) => isDecided(cell) && cell.computed !== cell.expected)) return EXIT.findings;
  return expected.length === 0 || !expected.every(isDecided) ? EXIT.undecided : EXIT.nothing;
}

async function rulesFolder(options: RulesOptions): Promise<string> {
  const folder = options.rules ?? shippedRules();
  await checkFolder(folder, 'a folder of rules');
  return folder;
}

function unknownRule(name: string, folder: string): InputError {
  const names = readRules(folder).map((rule) => rule.name);
  return new InputError({
    place: { file: folder },
    expected: `a rule called ${name}`,
    found: names.length === 0 ? 'no rules' : names.join(', '),
  });
}
