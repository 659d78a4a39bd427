// What can be violated in a scenario: its invariants, and asserts, faults and deadlocks each as one.
import type { Rule, Verdict, Violation } from '../types.ts';
import type { Cell } from './matrix.ts';

/** A property as the history follows it. */
export interface Property {
  readonly name: string;
  readonly level: 'error' | 'information';
  readonly words: string;
}

/** The verdict of a cell, and why when it is not decided. */
export interface Kept {
  readonly verdict: Verdict;
  readonly why?: string;
}

const KINDS = [
  { name: 'asserts', kind: 'assert', words: 'no assert of the code fails' },
  { name: 'faults', kind: 'fault', words: 'no access goes where there is no object' },
  { name: 'deadlock', kind: 'deadlock', words: 'every process can come to its end' },
] as const;

/** The names of the kinds of failure that are followed beside the invariants. */
export const KIND_NAMES: readonly string[] = KINDS.map(({ name }) => name);

/**
 * The properties of a scenario over all its cells: the main invariant of the rule first, then the other invariants in the
 * order of the scenario, then the kinds of which something is violated somewhere.
 */
export function propertiesOf(rule: Rule, cells: readonly Cell[]): Property[] {
  const found = new Map<string, Property>();
  for (const cell of cells) {
    if (cell.kind === 'refused') continue;
    for (const { name, level, words } of cell.program.invariants) found.set(name, { name, level, words });
  }
  const kinds = KINDS.filter(({ kind }) => cells.some((cell) => violations(cell).some((one) => one.kind === kind)));
  const main = found.get(rule.invariant);
  return [
    ...(main === undefined ? [] : [main]),
    ...[...found.values()].filter((one) => one !== main),
    ...kinds.map(({ name, words }) => ({ name, level: 'error' as const, words })),
  ];
}

/** The verdict of `property` in a cell: `holds` only from a search that came to its end. */
export function verdictOfProperty(cell: Cell, property: Property): Kept {
  if (cell.kind === 'refused') return { verdict: 'refused', why: cell.why };
  const { outcome } = cell;
  if (outcome.kind === 'refused') return { verdict: 'refused', why: outcome.refusal.why };
  if (violationOf(cell, property) !== undefined) return { verdict: 'violated' };
  return outcome.kind === 'complete' ? { verdict: 'holds' } : { verdict: 'bounded', why: outcome.bound ?? 'a limit' };
}

/** The violation of `property` in a cell; of a kind the first by name. */
export function violationOf(cell: Cell, property: Property): Violation | undefined {
  const kind = KINDS.find(({ name }) => name === property.name)?.kind;
  return violations(cell).find((one) => (kind === undefined ? one.property === property.name : one.kind === kind));
}

function violations(cell: Cell): readonly Violation[] {
  return cell.kind === 'refused' || cell.outcome.kind === 'refused' ? [] : cell.outcome.violations;
}
