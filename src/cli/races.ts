import { lowerScenario } from '../c/scenario.ts';
import { openTree } from '../c/tree.ts';
import { racesOf } from '../check/lkmm/races.ts';
import { InputError } from '../errors.ts';
import { loadKnowledge } from '../knowledge.ts';
import { renderRaces } from '../report/races.ts';
import { EXIT } from './exit.ts';
import { shippedRules } from './package-root.ts';
import { checkFolder, checkTree } from './source.ts';

const BUDGET = { graphs: 20_000, nodes: 60_000, unroll: 3 }; // some ten seconds a scenario

/** Options of `relore rules races`. */
export interface RacesOptions {
  readonly kernel?: string; // version of the model sources; the newest when absent
  readonly tree?: string;
  readonly rules?: string;
}

/**
 * Prints the data races of the scenarios of `name` (a rule, or rule/scenario) under LKMM: a class of its own, which no review tells of.
 * Exit 3 when a scenario was not looked at whole. Throws InputError for a rule, scenario, version or tree that is not there.
 */
export async function racesCommand(name: string, { kernel, tree, rules }: RacesOptions): Promise<void> {
  const rulesDir = rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  if (tree !== undefined) await checkTree(tree);
  const { rules: all, stack, workshop } = await loadKnowledge(rulesDir);
  const asked = all.flatMap((rule) =>
    rule.scenarios
      .filter((scenario) => name === rule.name || name === `${rule.name}/${scenario.name}`)
      .map((scenario) => ({ rule, scenario, name: `${rule.name}/${scenario.name}` })),
  );
  if (asked.length === 0) {
    const expected = `a rule, or rule/scenario: ${all.map((rule) => rule.name).join(', ')}`;
    throw new InputError({ place: { file: rulesDir }, expected, found: name });
  }
  const source = tree === undefined ? stack.at(kernel ?? stack.tags.at(-1) ?? '') : openTree(tree);
  for (const { rule, scenario, name: own } of asked) {
    const lowered = lowerScenario(workshop, source, {
      name: own,
      file: rule.file,
      line: scenario.line,
      code: scenario.code,
    });
    if (lowered.kind === 'refused') {
      undecided(own, `${lowered.refusal.what}: ${lowered.refusal.why}`);
      continue;
    }
    // Races need no invariant, and an invariant of all times has no meaning under LKMM.
    const found = racesOf({ ...lowered.program, invariants: [] }, BUDGET);
    if ('what' in found) {
      undecided(own, `${found.what}: ${found.why}`);
      continue;
    }
    process.stdout.write(renderRaces({ name: own, version: source.name, program: lowered.program, ...found }));
    if (found.bound !== undefined) process.exitCode = EXIT.undecided;
  }
}

function undecided(name: string, why: string): void {
  process.stderr.write(`relore: ${name}: not looked at: ${why}\n`);
  process.exitCode = EXIT.undecided;
}
