import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openPool } from '../batch/pool.ts';
import { InputError } from '../errors.ts';
import { testRules } from '../judge.ts';
import { loadKnowledge } from '../knowledge.ts';
import { type CellResult, renderCell, renderCellCount, renderProblems, renderRuleList } from '../report/rules.ts';
import { readRules } from '../rules/load.ts';
import { EXIT } from './exit.ts';
import { type ColorWish, emit, wantsColor } from './output.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { lintFolder } from './rules-author.ts';
import type { RuleTested } from './rules-worker.ts';
import { checkFolder } from './source.ts';

const MOST_THREADS = 8;
const MOST_TIME = 3_600_000; // ms of one rule
const MOST_MEMORY = 4096; // MB of one thread

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
  const told = (cell: CellResult): void => {
    cells.push(cell);
    process.stdout.write(renderCell(cell, color));
  };
  if (name !== undefined) testRules(await loadKnowledge(folder), name, told);
  else
    await testAll(
      folder,
      rules.map((rule) => rule.name),
      told,
    );
  process.stdout.write(renderCellCount(cells));
  process.exitCode = problems.length > 0 ? EXIT.findings : cellsExit(cells);
}

/** Tests the rules in worker threads, one a processor, and tells their cells in the order of the rules. */
async function testAll(folder: string, names: readonly string[], told: (cell: CellResult) => void): Promise<void> {
  const threads = Math.min(MOST_THREADS, availableParallelism());
  const file = join(packageRoot().folder, 'dist/rules-worker.js');
  const pool = openPool<string, RuleTested>(file, folder, { threads, ms: MOST_TIME, megabytes: MOST_MEMORY });
  try {
    for (const ended of names.map((name) => pool.run(name))) {
      const tested = await ended;
      if (tested.kind === 'failed') throw new Error(tested.why);
      if (tested.value.kind === 'input') throw new InputError(tested.value.problem);
      tested.value.cells.forEach(told);
    }
  } finally {
    await pool.close();
  }
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
