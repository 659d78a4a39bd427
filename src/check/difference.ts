// What a change does to a scenario: which processes it touches, and what of the outcome is another one.
import type { Outcome, Program } from '../types.ts';
import { canonicalHash, processHashes } from './compare.ts';
import { replay } from './replay.ts';

/** The difference of two programs of one scenario. */
export interface Difference {
  readonly isSame: boolean; // one verdict is the other's
  readonly changed: readonly number[]; // processes whose code differs, when both have as many
  readonly stillFails: readonly string[]; // properties that the old counterexamples violate in the new program too, sorted
}

/**
 * Compares two programs without a search: equal ones need no second search, and a counterexample of the old outcome that the new
 * program still takes is its verdict already. Linear in the programs and the traces.
 */
export function difference(before: Program, after: Program, old: Outcome): Difference {
  if (canonicalHash(before) === canonicalHash(after))
    return { isSame: true, changed: [], stillFails: propertiesOf(old) };
  const [first, second] = [processHashes(before), processHashes(after)];
  const changed = second.flatMap((hash, p) => (hash === first[p] ? [] : [p]));
  return { isSame: false, changed, stillFails: stillFails(after, old) };
}

/** Properties that some old counterexample violates again. One that the program cannot take any more says nothing. */
function stillFails(after: Program, old: Outcome): readonly string[] {
  if (old.kind === 'refused' || old.model === 'lkmm') return [];
  const again = new Set<string>();
  for (const { property, trace } of old.violations) {
    try {
      if (replay(after, trace.path, undefined, old.model).violated.includes(property)) again.add(property);
    } catch {
      // The schedule asks for a step that is not there.
    }
  }
  return [...again].sort();
}

/** How two outcomes of one scenario differ; undefined when one of them is refused. */
export interface OutcomeDifference {
  readonly opened: readonly string[]; // properties violated after, not before
  readonly closed: readonly string[]; // violated before, not after; only of a complete search
  readonly kept: readonly string[]; // violated in both
  readonly newEnds: readonly string[]; // terminal outcomes
  readonly lostEnds: readonly string[];
}

/** Compares violated properties and terminal outcomes. Linear. */
export function compareOutcomes(before: Outcome, after: Outcome): OutcomeDifference | undefined {
  if (before.kind === 'refused' || after.kind === 'refused') return undefined;
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  return {
    opened: without(now, old),
    closed: after.kind === 'complete' ? without(old, now) : [],
    kept: old.filter((property) => now.includes(property)),
    newEnds: without(after.terminals, before.terminals),
    lostEnds: after.kind === 'complete' ? without(before.terminals, after.terminals) : [],
  };
}

function propertiesOf(outcome: Outcome): readonly string[] {
  return outcome.kind === 'refused' ? [] : outcome.violations.map(({ property }) => property);
}

function without(some: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
}
