import { lowerScenario } from '../c/scenario.ts';
import { exportLitmus } from '../check/litmus/export.ts';
import { skeletonOf } from '../check/robust/paths.ts';
import { InputError } from '../errors.ts';
import { loadKnowledge } from '../knowledge.ts';
import { EXIT } from './exit.ts';
import { emit } from './output.ts';
import { shippedRules } from './package-root.ts';

/**
 * Writes a scenario of a rule, named RULE/SCENARIO, on the model sources of `kernel` (the newest when absent) as a C litmus test that
 * asks whether the rule's main invariant can fail, or that of RULE/SCENARIO/INVARIANT. Exit 3 when no litmus test says it. Throws
 * InputError for an unknown scenario or invariant.
 */
export async function exportCommand(
  name: string,
  kernel: string | undefined,
  output: string | undefined,
): Promise<void> {
  const knowledge = await loadKnowledge(shippedRules());
  const all = knowledge.rules.flatMap((rule) =>
    rule.scenarios.map((scenario) => ({ rule, scenario, name: `${rule.name}/${scenario.name}` })),
  );
  const found = all.find((one) => name === one.name || name.startsWith(`${one.name}/`));
  if (found === undefined)
    throw new InputError({
      place: { file: '--export' },
      expected: `one of ${all.map((one) => one.name).join(', ')}`,
      found: name,
    });
  const { stack } = knowledge;
  const source = stack.at(kernel ?? stack.tags.at(-1) ?? '');
  const { rule, scenario } = found;
  const text = { name, file: rule.file, line: scenario.line, code: scenario.code };
  const lowered = lowerScenario(knowledge.workshop, source, text);
  if (lowered.kind === 'refused') return refused(name, lowered.refusal.why);
  const { program } = lowered;
  const asked = name.slice(found.name.length + 1); // the part behind RULE/SCENARIO/
  const invariant =
    program.invariants.find((one) => one.name === (asked === '' ? rule.invariant : asked)) ??
    (asked === '' ? program.invariants[0] : undefined);
  if (invariant === undefined)
    throw new InputError({
      place: { file: '--export' },
      expected: `an invariant of ${found.name}: ${program.invariants.map((one) => one.name).join(', ')}`,
      found: asked,
    });
  const skeleton = skeletonOf(program);
  const out = exportLitmus(program, invariant, skeleton.kind === 'paths' ? skeleton.reach : undefined);
  if (out.kind === 'refused') return refused(name, `${out.refusal.what}: ${out.refusal.why}`);
  await emit(out.text, output);
}

function refused(name: string, why: string): void {
  process.stderr.write(`relore: ${name} is no litmus test: ${why}\n`);
  process.exitCode = EXIT.undecided;
}
