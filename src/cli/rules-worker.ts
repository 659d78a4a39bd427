// A worker thread of `relore rules test`: a rule in, its cells out. What the rules folder says is read once a thread.
import { workerData } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import { testRules } from '../judge.ts';
import type { Knowledge } from '../knowledge.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { CellResult } from '../report/rules.ts';

/** The cells of a rule, or what makes it unusable: an error loses its kind between threads. */
export type RuleTested =
  | { readonly kind: 'cells'; readonly cells: readonly CellResult[] }
  | { readonly kind: 'input'; readonly problem: Pick<InputError, 'place' | 'expected' | 'found'> };

// The first entry is the pool's own.
const [, rulesDir] = workerData as [unknown, string];
let knowledge: Knowledge | undefined;

/** Tests one rule. */
export default async function work(name: string): Promise<RuleTested> {
  const cells: CellResult[] = [];
  try {
    knowledge ??= await loadKnowledge(rulesDir);
    testRules(knowledge, name, (cell) => cells.push(cell));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { place, expected, found } = error;
    return { kind: 'input', problem: { place, expected, found } };
  }
  return { kind: 'cells', cells };
}
