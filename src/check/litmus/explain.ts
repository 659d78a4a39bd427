// Why a litmus test is Sometimes under LKMM: one execution step by step, and the fences that would forbid it.
import { checkLkmm, LITMUS_BUDGET } from '../lkmm/engine.ts';
import { repairsOf, repairWords } from '../lkmm/repair.ts';
import { traceOf } from '../lkmm/witness.ts';
import type { Litmus } from './litmus.ts';

const SMALL = { ...LITMUS_BUDGET, nodes: 20_000 };

/**
 * Lines about one execution in which the condition of `test` holds: its steps, with the store that each read saw where it is not the
 * last one, and every single fence after which no execution is left where it holds. No lines when the condition holds in none.
 */
export function explainLitmus(test: Litmus): readonly string[] {
  const answer = checkLkmm(test.program, test.question, SMALL);
  if (answer.kind === 'refused' || answer.witness === undefined) return [];
  const trace = traceOf(test.program, answer.witness, test.conditionWords);
  const steps = trace.steps.map((step) => `${'    '.repeat(step.process * 2)}P${step.process}: ${step.event}`);
  const allowedBySc = checkLkmm(test.program, test.question, SMALL, 'sc');
  if (allowedBySc.kind !== 'refused' && allowedBySc.positive > 0)
    return ['Execution', ...steps, 'Fences', 'None: the condition holds in an interleaving, without any reordering'];
  const repairs = repairsOf(test.program, (changed) => {
    const now = checkLkmm(changed, test.question, SMALL);
    return now.kind === 'complete' && now.positive === 0;
  });
  const words = repairs.map((repair) => repairWords(test.program, repair));
  return ['Execution', ...steps, 'Fences', ...(words.length === 0 ? ['No single fence forbids it'] : words)];
}
