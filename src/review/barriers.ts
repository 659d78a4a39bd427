// "That barrier is redundant": the code is run with the barrier and with the barrier deleted, under a model that reorders.
import { applyEdits } from '../c/edit.ts';
import { withFiles } from '../c/tree.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Claim, KernelSource, ReviewClaim } from '../types.ts';
import type { Bound } from './binding.ts';

/** What a run of all scenarios of a reading found. */
export type BarrierRun =
  | { readonly kind: 'violated'; readonly where: string; readonly trace: string }
  | { readonly kind: 'holds'; readonly where: string }
  | { readonly kind: 'open'; readonly why: string };

type Finding = Pick<ReviewClaim, 'verdict' | 'why' | 'trace'>;

const BARRIER = /^(?:smp_(?:mb|rmb|wmb)\w*|barrier)$/;

/**
 * Returns what deleting the barrier that a claim names does: nothing confirms that it is redundant, a violation that was not there
 * refutes it, with the schedule. Needs a model that reorders and code that has the barrier; otherwise it is not modelled.
 */
export function judgeBarrier(
  claim: Claim,
  bound: Bound,
  on: { readonly knowledge: Knowledge; readonly reorders: boolean; readonly run: (source: KernelSource) => BarrierRun },
): Finding {
  if (!on.reorders)
    return {
      verdict: 'not-modelled',
      why: 'a barrier tells only under a model that reorders, and none was asked for: --model lkmm',
    };
  const deleted = withoutBarrier(claim, bound, on.knowledge);
  if (typeof deleted === 'string') return { verdict: 'not-modelled', why: deleted };
  const before = on.run(bound.source);
  if (before.kind === 'open') return { verdict: 'undecided', why: before.why };
  if (before.kind === 'violated')
    return { verdict: 'undecided', why: `${before.where} is violated with the barrier too` };
  const after = on.run(deleted);
  if (after.kind === 'open') return { verdict: 'undecided', why: after.why };
  const isRedundant = claim.polarity === '-';
  if (after.kind === 'violated')
    return {
      verdict: isRedundant ? 'refuted' : 'confirmed',
      why: `without it ${after.where} is violated`,
      trace: after.trace,
    };
  // That a barrier is needed elsewhere is not ruled out by what these scenarios look at.
  return { verdict: isRedundant ? 'confirmed' : 'undecided', why: `with it and without it ${after.where} holds` };
}

/** The code without the barrier that the words name, or why there is none. */
function withoutBarrier(claim: Claim, bound: Bound, knowledge: Knowledge): KernelSource | string {
  const { functions = [], names = [] } = claim.slots ?? {};
  const barrier = [...functions, ...names].find((name) => BARRIER.test(name));
  if (barrier === undefined) return 'it names no barrier';
  const inside = functions.filter((name) => name !== barrier);
  // People say smp_mb() for the barrier that later versions write as smp_mb__after_atomic().
  const spellings = barrier === 'smp_mb' ? [barrier, 'smp_mb__after_atomic', 'smp_mb__before_atomic'] : [barrier];
  const tried = spellings.map((call) =>
    applyEdits(
      bound.source,
      [{ kind: 'delete', what: { call }, functions: inside }],
      knowledge.vocabulary,
      bound.rule.functions,
    ),
  );
  const applied = tried
    .map((readings) => (readings.length === 1 ? readings[0] : undefined))
    .find((one) => one?.kind === 'applied');
  if (applied?.kind === 'applied') return withFiles(bound.source, applied.files);
  return `${bound.source.name} has no ${barrier}() in ${inside.join(' or ') || 'the functions of the rule'}, or several`;
}
